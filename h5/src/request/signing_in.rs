//! Signing somebody in on this browser, and when a captcha is asked for before.

pub(crate) mod last_word;
pub(crate) mod signed_out;
pub(crate) mod site_rules;

use axum::response::{IntoResponse, IntoResponseParts, Redirect, Response};
use http::header::SET_COOKIE;
use maud::Markup;
use pagekit::local_path::query_value;
use registration::model::exam_rules::CaptchaRule;
use registration::people::accounts::{Account, Act};

use crate::failure::Failure;
use crate::request::cookies::{display, session};
use crate::request::sent::captcha::CaptchaFields;
use crate::request::visit::Visit;

/// Signs somebody in on this browser and leads on. A browser that has sent no cookie so far is led over the page for
/// signing in, which leads on those who are signed in, and tells the others that their browser keeps no cookies.
pub(crate) async fn enter(visit: &Visit, account: &Account, next: &str) -> Result<Response, Failure> {
    enter_as(visit, account, next, false).await
}

/// The same where the account was neither made nor proved anew a moment ago: of a browser that is new to it the owner is told.
pub(crate) async fn enter_and_tell(visit: &Visit, account: &Account, next: &str) -> Result<Response, Failure> {
    enter_as(visit, account, next, visit.is_new_to(account)).await
}

async fn enter_as(visit: &Visit, account: &Account, next: &str, is_new: bool) -> Result<Response, Failure> {
    let to = if visit.has_cookies { next.to_owned() } else { format!("/sign-in?next={}&entered=1", query_value(next)) };
    Ok((begun(visit, account, is_new).await?, Redirect::to(&to)).into_response())
}

/// A form that signs in, with a cookie that says nothing: a browser that brings it back keeps cookies.
pub(crate) fn probing(visit: &Visit, page: Markup) -> Response {
    if visit.has_cookies {
        return page.into_response();
    }
    let (prefix, secure) = if visit.app.is_secure() { ("__Host-", "; Secure") } else { ("", "") };
    ([(SET_COOKIE, format!("{prefix}cookies=on; Path=/; HttpOnly; SameSite=Lax{secure}"))], page).into_response()
}

/// The cookies that sign somebody in who typed the password on this browser.
pub(crate) async fn signed_in(visit: &Visit, account: &Account) -> Result<impl IntoResponseParts + use<>, Failure> {
    begun(visit, account, visit.is_new_to(account)).await
}

/// What is drawn without asking who it is is drawn as their account says, too.
async fn begun(visit: &Visit, account: &Account, is_new: bool) -> Result<impl IntoResponseParts + use<>, Failure> {
    let accounts = &visit.app.outside.registration.accounts;
    let session = accounts.begin_session(account, visit.machine(), is_new).await?;
    let display = account.display.map(|display| display::keep(display, visit.app.is_secure()));
    let seal = visit.app.seal();
    // Who is signed in here already and goes on under another password is no news to this browser.
    let is_here = visit.account.as_ref().is_some_and(|own| own.id == account.id);
    let cookies = if is_here && !session::is_device_sent_to(&visit.path) {
        session::begin(account, session, &seal, visit.now)
    } else {
        session::begin_on(account, session, (&visit.path, visit.device.as_ref()), &seal, visit.now)
    };
    Ok((cookies, display))
}

/// The token of a captcha, if the form will be asked for one.
pub(crate) fn captcha_token(visit: &Visit, act: Act, login: &str, rule: CaptchaRule) -> Option<String> {
    let accounts = &visit.app.outside.registration.accounts;
    // Whose device this is signs in without one, whatever others did around them: whoever else types a name here is asked then.
    let is_known = visit.device.as_ref().is_some_and(|device| !device.accounts.is_empty());
    if act == Act::SignIn && login.is_empty() && is_known && rule != CaptchaRule::Always {
        return None;
    }
    let fields = CaptchaFields::default();
    let weight = accounts.captcha_weight(act, login, &visit.caller(&fields, rule))?;
    Some(accounts.captcha().token_of(weight, visit.now))
}
