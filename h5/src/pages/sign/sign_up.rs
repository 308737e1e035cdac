//! Making an account, by the rules of the exam that the visitor comes from.

pub(crate) mod code;
pub(crate) mod exam;
pub(crate) mod fields;
pub(crate) mod letter;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::SignedDuration;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::document::DocumentKind;
use registration::model::exam_rules::{AccountRules, CaptchaRule, LoginKind, MobileRule};
use registration::people::accounts::{
    AccountError, Accounts, Act, CODE_WAIT, CodeError, FieldError as Fault, NewAccount, SignIn, SignUpError,
    SignUpForm, SignedIn, SignedUp,
};
use registration::secrets::passwords::{KnownNames, Password};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, answer, too_often, with_wait};
use crate::pages::sign::sign_up::fields::fields;
use crate::request::next::Next;
use crate::request::proof::provable_at_sign_up;
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::site_rules::{choices, site_names};
use crate::request::signing_in::{captcha_token, probing};
use crate::request::visit::Visit;
use crate::view::account::code_sent::code_refusal;
use crate::view::account::mobile_shared;
use crate::view::form::captcha::{captcha_error, captcha_field};
use crate::view::form::password::password_error;
use crate::view::form::person::document_error;
use crate::view::form::{FieldError, error_summary, of, whole};
use crate::view::layout::{heading, page};
use crate::words::person::{mobile_fault, name_fault};
use crate::words::wait::wait;

/// So long after it was made an account may be the one of this very form, sent twice: nobody hears of a new device.
const TWICE_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// What was typed.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) username: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) document: String,
    #[serde(default)]
    pub(crate) mobile: String,
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) password: String,
    #[serde(default)]
    pub(crate) agree: String,
    /// Other accounts may have the mobile.
    #[serde(default)]
    pub(crate) share: String,
    /// The password of before, sealed: a wrong code empties nothing.
    #[serde(default, skip_serializing)]
    pub(crate) kept: String,
    /// The whole form of before, sealed, from the page that says where the letter went.
    #[serde(default, skip_serializing)]
    pub(crate) typed: String,
    /// What is to become of it: `send` again, or `edit`.
    #[serde(default, skip_serializing)]
    pub(crate) then: String,
    #[serde(flatten, skip_serializing)]
    pub(crate) captcha: CaptchaFields,
}

impl Entered {
    fn form<'a>(&'a self, site_names: &'a [KnownNames]) -> SignUpForm<'a> {
        SignUpForm {
            username: &self.username,
            email: &self.email,
            name: &self.name,
            kind: &self.kind,
            document: &self.document,
            mobile: &self.mobile,
            code: &self.code,
            password: &self.password,
            has_agreed: !self.agree.is_empty(),
            shares_mobile: !self.share.is_empty(),
            site_names,
        }
    }

    /// Sealed, for the page that says where the letter of an exam's sign-up went.
    pub(crate) fn sealed(&self, accounts: &Accounts, next: &Next) -> Option<String> {
        accounts.keep(&sealed_for(next), self)
    }

    /// With what was sealed on the page in place of what was not typed again, and whether that was the whole form.
    fn opened(mut self, accounts: &Accounts, next: &Next) -> (Self, bool) {
        if let Some(before) = accounts.kept::<Self>(&sealed_for(next), &self.typed) {
            return (Self { then: self.then, captcha: self.captcha, ..before }, true);
        }
        if self.password.is_empty() {
            self.password = accounts.kept("password", &self.kept).unwrap_or_default();
        }
        (self, false)
    }

    /// What signs in by these rules.
    fn login(&self, rules: &AccountRules) -> &str {
        match rules.login {
            LoginKind::Username => &self.username,
            LoginKind::Email => &self.email,
            LoginKind::Document => &self.document,
        }
    }
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) next: &'a Next,
    pub(crate) rules: &'a AccountRules,
    pub(crate) entered: &'a Entered,
    pub(crate) captcha: Option<&'a str>,
    /// The password that was typed before, sealed.
    pub(crate) kept: Option<&'a str>,
    /// Does the site send codes to mobiles?
    pub(crate) proves_mobile: bool,
    /// Does a letter finish it?
    pub(crate) by_letter: bool,
    /// Which documents count where the visitor comes from.
    pub(crate) kinds: &'a [DocumentKind],
    /// How long until the next code, when one was just sent.
    pub(crate) code_wait: Option<SignedDuration>,
    pub(crate) errors: &'a [FieldError],
}

pub(crate) async fn show(visit: Visit, Query(next): Query<Next>) -> Response {
    if visit.account.is_some() {
        return Redirect::to(next.path()).into_response();
    }
    let choices = choices(&visit, &next);
    if !choices.is_empty() {
        return exam::show(&visit, &next, &choices).into_response();
    }
    probing(&visit, render(&visit, &next, &Entered::default(), None, &[]))
}

pub(crate) async fn register(
    visit: Visit,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    let accounts = &visit.app.outside.registration.accounts;
    let (entered, was_sealed) = entered.opened(accounts, &next);
    if let Some(too_many) = visit.too_many {
        let error = whole(too_often(w, too_many));
        return Ok(with_wait(too_many, render(&visit, &next, &entered, None, &[error])));
    }
    // Whose rules? Nobody chose an exam, and each has others.
    if !choices(&visit, &next).is_empty() {
        return Ok(Redirect::to(&format!("/sign-up?{}", next.query())).into_response());
    }
    if entered.then == "edit" {
        return Ok(render(&visit, &next, &entered, None, &[]).into_response());
    }
    let rules = next.rules(&visit.app);
    // Whoever asks for the letter once more has solved the captcha that there was: the seal says so, not the form.
    let sends_again = was_sealed && entered.then == "send";
    let rule = if sends_again { CaptchaRule::Suspicion } else { rules.captcha };
    let caller = visit.caller(&entered.captcha, rule);
    let checked = NewAccount::check(&entered.form(&site_names(&visit.app)), &rules, accounts.ways().sms);
    let new = match checked {
        Ok(new) => NewAccount { exam: next.exam(&visit.app).map(|exam| exam.id.clone()), ..new },
        Err(faults) => return without_code(&visit, &next, &entered, &faults).await,
    };
    let (status, error) = match accounts.sign_up(new, &entered.code, &caller).await {
        Ok(SignedUp::Account(account)) => {
            return crate::request::signing_in::enter(&visit, &account, next.path()).await;
        }
        Ok(SignedUp::Letter(_)) => return Ok(letter::show(&visit, &next, &entered)),
        Err(error) => {
            let typed = SignIn { login: entered.login(&rules), password: &entered.password, preferred: rules.login };
            if is_known(&error)
                && let Ok(SignedIn::Account(account)) = accounts.sign_in(&typed, &caller).await
            {
                return if visit.now.duration_since(account.created_at) < TWICE_WITHIN {
                    crate::request::signing_in::enter(&visit, &account, next.path()).await
                } else {
                    crate::request::signing_in::enter_and_tell(&visit, &account, next.path()).await
                };
            }
            refusal(w, error)?
        }
    };
    Ok(answer(status, render(&visit, &next, &entered, None, &[error])))
}

/// What seals a form whose letter is sent: it passed the captcha of this exam, and of no other.
fn sealed_for(next: &Next) -> String {
    format!("sign-up {}", next.query())
}

/// May the account be there already, made by this very form that was sent twice? Then its password signs in, and is
/// counted as one that was typed for that.
fn is_known(error: &SignUpError) -> bool {
    matches!(error, SignUpError::Captcha(_) | SignUpError::Code | SignUpError::Account(AccountError::Taken(_)))
}

/// A form in which only the code is missing asks for one: the way without a script.
async fn without_code(visit: &Visit, next: &Next, entered: &Entered, faults: &[Fault]) -> Result<Response, Failure> {
    let w = visit.words;
    let mut errors: Vec<FieldError> = faults.iter().map(|fault| sentence(w, *fault)).collect();
    let mut code_wait = None;
    if let ([Fault::Code], Ok(mobile)) = (faults, entered.mobile.parse()) {
        let rules = next.rules(&visit.app);
        let accounts = &visit.app.outside.registration.accounts;
        let caller = visit.caller(&entered.captcha, rules.captcha);
        match accounts.send_sign_up_code(&mobile, &caller).await {
            Ok(()) => {
                code_wait = Some(CODE_WAIT);
                errors = vec![of("code", w.t("field-code-now-kept"))];
            }
            // One is on its way already: that is what is to be typed.
            Err(CodeError::TooMany { retry_after }) => code_wait = Some(retry_after),
            Err(error) => errors = vec![code_refusal(w, error)?],
        }
    }
    Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, render(visit, next, entered, code_wait, &errors)))
}

fn render(
    visit: &Visit,
    next: &Next,
    entered: &Entered,
    code_wait: Option<SignedDuration>,
    errors: &[FieldError],
) -> Markup {
    let rules = next.rules(&visit.app);
    let accounts = &visit.app.outside.registration.accounts;
    let captcha = captcha_token(visit, Act::SignUp, "", rules.captcha)
        .or_else(|| captcha_token(visit, Act::Code, "", rules.captcha).filter(|_| rules.mobile != MobileRule::No));
    let mut frame = visit.frame(visit.words.t("sign-up-title"));
    frame.script = Some("account.js");
    let kinds = provable_at_sign_up(next.exam(&visit.app).as_deref());
    let is_password = Password::of_candidate(&entered.password, &rules.password).is_ok();
    let kept = accounts.keep("password", &entered.password).filter(|_| is_password);
    let view = View {
        next,
        rules: &rules,
        entered,
        captcha: captcha.as_deref(),
        kept: kept.as_deref(),
        proves_mobile: accounts.ways().sms,
        by_letter: rules.login == LoginKind::Email && accounts.ways().mail,
        kinds: &kinds,
        code_wait,
        errors,
    };
    page(&frame, &body(visit.words, &view))
}

fn sentence(w: Words, fault: Fault) -> FieldError {
    match fault {
        Fault::Username(_) => of("username", w.t("field-username-error")),
        Fault::Email(_) => of("email", w.t("field-email-error")),
        Fault::Name(error) => of("name", name_fault(w, error)),
        Fault::Document(error) => document_error(w, error),
        Fault::Mobile(error) => of("mobile", mobile_fault(w, error)),
        Fault::Code => of("code", w.t("field-code-error")),
        Fault::Password(error) => password_error(w, error),
        Fault::Agreement => of("agree", w.t("agreement-error")),
    }
}

fn refusal(w: Words, error: SignUpError) -> Result<(StatusCode, FieldError), Failure> {
    Ok(match error {
        SignUpError::Captcha(error) => (StatusCode::UNPROCESSABLE_ENTITY, captcha_error(w, error)),
        SignUpError::Mobile(shared) => (StatusCode::CONFLICT, mobile_shared::error(w, &shared)),
        SignUpError::Code => (StatusCode::UNPROCESSABLE_ENTITY, of("code", w.t("field-code-wrong"))),
        SignUpError::Network => (StatusCode::TOO_MANY_REQUESTS, whole(w.t("sign-up-network"))),
        SignUpError::TooMany { retry_after } => {
            let text = w.with("letter-wait", &[("wait", wait(w, retry_after).into())]);
            (StatusCode::TOO_MANY_REQUESTS, of("email", text))
        }
        SignUpError::Account(AccountError::Taken(login)) => {
            let error = match login {
                LoginKind::Username => of("username", w.t("sign-up-taken-username")),
                LoginKind::Email => of("email", w.t("sign-up-taken-email")),
                LoginKind::Document => of("document", w.t("sign-up-taken")),
            };
            (StatusCode::CONFLICT, error)
        }
        SignUpError::Account(AccountError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, whole(w.t("sign-up-busy"))),
        SignUpError::Account(AccountError::Store(error)) => return Err(error.into()),
    })
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let query = view.next.query();
    html! {
        div class="column narrow" {
            (error_summary(w, view.errors))
            (heading(None, &w.t("sign-up-title")))
            p class="lead" { (w.t("sign-up-lead")) }
            form method="post" action={ "/sign-up?" (query) } data-busy=(w.t("form-busy")) novalidate {
                (fields(w, view))
                (captcha_field(w, view.captcha, view.errors))
                button class="button" type="submit" {
                    (if view.by_letter { w.t("sign-up-submit-letter") } else { w.t("sign-up-submit") })
                }
            }
            p class="beside" { (w.t("sign-up-have")) " " a href={ "/sign-in?" (query) } { (w.t("sign-up-have-link")) } }
        }
    }
}
