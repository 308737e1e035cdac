//! A forgotten password: the code that came by SMS, or that staff told, and the new password.

use axum::Form;
use axum::extract::Query;
use axum::response::{Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::{CaptchaRule, PasswordRules};
use registration::people::accounts::{Account, Act, LinkError, ProvedCode, ResetError, SignIn, SignedIn};
use registration::secrets::passwords::Password;
use serde::Deserialize;

use crate::failure::{Failure, answer, too_often, with_wait};
use crate::request::next::{Next, with_said};
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::{captcha_token, site_rules};
use crate::request::visit::Visit;
use crate::view::account::choices::choices;
use crate::view::form::captcha::{captcha_error, captcha_field};
use crate::view::form::password::{new_password_fields, password_error, password_of, wrong_password};
use crate::view::form::{Field, FieldError, LOGIN_CHARS_MAX, error_of, error_summary, field, of, whole};
use crate::view::layout::{heading, page};
use crate::words::wait::wait;

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    login: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
    /// The new password of before, sealed.
    #[serde(default)]
    kept: String,
    /// Which of several accounts.
    #[serde(default)]
    account: String,
    #[serde(flatten)]
    captcha: CaptchaFields,
}

/// What the page shows.
#[derive(Default)]
pub(crate) struct View<'a> {
    pub(crate) login: &'a str,
    pub(crate) code: &'a str,
    /// The new password, sealed: it need not be typed again.
    pub(crate) kept: Option<&'a str>,
    pub(crate) captcha: Option<&'a str>,
    /// Whose password it may be, when there are several.
    pub(crate) found: &'a [Account],
    pub(crate) errors: &'a [FieldError],
}

/// A reload of the page that a form led to.
pub(crate) async fn back(Query(next): Query<Next>) -> Redirect {
    Redirect::to(&format!("/forgotten?{}", next.query()))
}

pub(crate) async fn set(
    visit: Visit,
    Query(next): Query<Next>,
    Form(mut entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    if let Some(too_many) = visit.too_many {
        let error = whole(too_often(w, too_many));
        return Ok(with_wait(too_many, render(&visit, &next, &entered.login, &[error])));
    }
    let accounts = &visit.app.outside.registration.accounts;
    if entered.password.is_empty()
        && let Some(kept) = accounts.kept::<String>("password", &entered.kept)
    {
        (entered.password, entered.again) = (kept.clone(), kept);
    }
    let least = site_rules::least_password_rules(&visit.app);
    let names = site_rules::site_names(&visit.app);
    let checked = Password::of_candidate(&entered.password, &least).and_then(|one| one.unlike_site(&names));
    let mut errors = wrong_password(w, checked.as_ref().map_err(|error| *error), (&entered.password, &entered.again));
    if entered.code.trim().is_empty() {
        errors.insert(0, of("code", w.t("field-code-error")));
    }
    if !errors.is_empty() {
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, again(&visit, &next, &entered, &[], &errors)));
    }
    let rules = next.rules(&visit.app);
    let caller = visit.caller(&entered.captcha, CaptchaRule::Suspicion);
    let error = match accounts.prove_reset(&entered.login, rules.login, &entered.code, &caller).await {
        Ok(proved) => match finish(&visit, &next, &entered, &proved).await? {
            Ok(done) => return Ok(done),
            Err(error) => error,
        },
        Err(error) => error,
    };
    // The same form sent twice: its code is used, and its password is the account's.
    let typed = SignIn { login: &entered.login, password: &entered.password, preferred: rules.login };
    if let ResetError::Code = error
        && let Ok(SignedIn::Account(account)) = accounts.sign_in(&typed, &caller).await
    {
        return crate::request::signing_in::enter(&visit, &account, &with_said(next.path(), "password")).await;
    }
    let (status, error) = refusal(&visit, error)?;
    Ok(answer(status, again(&visit, &next, &entered, &[], &[error])))
}

/// The code is right: sets the password of the account that is meant, by that account's rules.
async fn finish(
    visit: &Visit,
    next: &Next,
    entered: &Entered,
    proved: &ProvedCode,
) -> Result<Result<Response, ResetError>, Failure> {
    let (w, accounts) = (visit.words, &visit.app.outside.registration.accounts);
    let is_chosen = |account: &&Account| account.id.0.to_string() == entered.account;
    let chosen = match &proved.accounts[..] {
        [only] => Some(only),
        several => several.iter().find(is_chosen),
    };
    let Some(account) = chosen else {
        let error = of("account-0", w.t("which-error"));
        return Ok(Ok(answer(StatusCode::OK, again(visit, next, entered, &proved.accounts, &[error]))));
    };
    let rules = site_rules::password_rules_of(visit, account).await?;
    let password = match password_of(account, &site_rules::site_names(&visit.app), rules, &entered.password) {
        Ok(password) => password,
        Err(error) => {
            let page = again(visit, next, entered, &[], &[password_error(w, error)]);
            return Ok(Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page)));
        }
    };
    Ok(match accounts.reset_by_code(proved, &entered.code, account.id, &password).await {
        Ok(account) => {
            let fields = CaptchaFields::default();
            accounts.forgive(&entered.login, account.id, &visit.caller(&fields, CaptchaRule::Suspicion));
            let to = with_said(next.path(), "password");
            Ok(crate::request::signing_in::enter(visit, &account, &to).await?)
        }
        Err(error) => Err(error),
    })
}

fn refusal(visit: &Visit, error: ResetError) -> Result<(StatusCode, FieldError), Failure> {
    let w = visit.words;
    Ok(match error {
        ResetError::Captcha(error) => (StatusCode::UNPROCESSABLE_ENTITY, captcha_error(w, error)),
        ResetError::TooMany { retry_after } => {
            let text = w.with("reset-too-many", &[("wait", wait(w, retry_after).into())]);
            (StatusCode::TOO_MANY_REQUESTS, whole(text))
        }
        ResetError::TriesUsed => (StatusCode::TOO_MANY_REQUESTS, whole(w.t("reset-tries-used"))),
        ResetError::Busy => (StatusCode::SERVICE_UNAVAILABLE, whole(w.t("sign-in-busy"))),
        ResetError::Link(LinkError::Store(error)) => return Err(error.into()),
        ResetError::Code | ResetError::Link(_) => {
            let text = match From::of(visit) {
                From::Message => w.t("field-code-wrong"),
                From::Staff => w.t("field-code-told-wrong"),
            };
            (StatusCode::UNPROCESSABLE_ENTITY, of("code", text))
        }
    })
}

pub(crate) fn render(visit: &Visit, next: &Next, login: &str, errors: &[FieldError]) -> Markup {
    draw(visit, next, &View { login, errors, ..View::default() })
}

/// The form again, with what was typed; a password that can be one is kept, sealed.
fn again(visit: &Visit, next: &Next, entered: &Entered, found: &[Account], errors: &[FieldError]) -> Markup {
    let is_kept = !errors.iter().any(|error| matches!(&*error.field, "password" | "again"));
    let accounts = &visit.app.outside.registration.accounts;
    let kept = accounts.keep("password", &entered.password).filter(|_| is_kept && !entered.password.is_empty());
    let (login, code) = (entered.login.as_str(), entered.code.as_str());
    draw(visit, next, &View { login, code, kept: kept.as_deref(), captcha: None, found, errors })
}

fn draw(visit: &Visit, next: &Next, view: &View<'_>) -> Markup {
    let captcha = captcha_token(visit, Act::Reset, view.login, CaptchaRule::Suspicion);
    let view = View { captcha: captcha.as_deref(), ..*view };
    let rules = site_rules::least_password_rules(&visit.app);
    let mut frame = visit.frame(visit.words.t("forgotten-code-title"));
    frame.script = captcha.is_some().then_some("account.js");
    page(&frame, &body(visit.words, next, rules, From::of(visit), &view))
}

/// Where the code comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// It was sent to the account that was just named.
    Message,
    /// The site sends nothing: staff told it.
    Staff,
}

impl From {
    pub(crate) fn of(visit: &Visit) -> Self {
        let ways = visit.app.outside.registration.accounts.ways();
        if ways.mail || ways.sms { Self::Message } else { Self::Staff }
    }
}

pub(crate) fn body(w: Words, next: &Next, rules: PasswordRules, from: From, view: &View<'_>) -> Markup {
    let (query, login, errors) = (next.query(), view.login, view.errors);
    let (code_label, code_hint) = match from {
        From::Message => (w.t("field-code"), w.t("field-code-plain-hint")),
        From::Staff => (w.t("field-code-told"), w.t("field-code-told-hint")),
    };
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("forgotten-code-title")))
            p class="lead" {
                @match from { From::Message => (w.t("forgotten-code-lead")), From::Staff => (w.t("forgotten-staff")) }
            }
            form method="post" action={ "/forgotten/code?" (query) } data-busy=(w.t("form-busy")) novalidate {
                @match from {
                    From::Message => input type="hidden" name="login" value=(login);,
                    From::Staff => (field(w, &Field {
                        name: "login", kind: "text", label: &w.t("field-login"), hint: &w.t("field-login-hint"),
                        value: login, autocomplete: "username", length_max: LOGIN_CHARS_MAX, ..Field::default()
                    }, errors)),
                }
                (field(w, &Field {
                    name: "code", kind: "text", label: &code_label, hint: &code_hint, value: view.code, autocomplete: "one-time-code",
                    inputmode: "numeric", length_max: 20, ..Field::default()
                }, errors))
                @match view.kept {
                    Some(kept) => {
                        input type="hidden" name="kept" value=(kept);
                        p class="hint" { (w.t("field-password-kept-new")) }
                    }
                    None => (new_password_fields(w, rules, errors)),
                }
                @if !view.found.is_empty() { (choices(w, view.found, error_of(errors, "account-0"))) }
                (captcha_field(w, view.captcha, errors))
                button class="button" type="submit" { (w.t("reset-submit")) }
            }
            ul class="ways" {
                @if from == From::Message {
                    li { (w.t("forgotten-code-none")) " " a href={ "/forgotten?" (query) } { (w.t("forgotten-code-again")) } }
                    li { (w.t("forgotten-code-office")) }
                }
                li { a href={ "/forgotten/account?" (query) } { (w.t("sign-in-find")) } }
            }
        }
    }
}
