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

use crate::request::cookies::{display, session};
use crate::request::sent::captcha::CaptchaFields;
use crate::request::visit::Visit;

/// Signs somebody in on this browser and leads on. A browser that has sent no cookie so far is led over the page for
/// signing in, which leads on those who are signed in, and tells the others that their browser keeps no cookies.
pub(crate) fn enter(visit: &Visit, account: &Account, next: &str) -> Response {
    let to = if visit.has_cookies { next.to_owned() } else { format!("/sign-in?next={}&entered=1", query_value(next)) };
    (signed_in(visit, account), Redirect::to(&to)).into_response()
}

/// A form that signs in, with a cookie that says nothing: a browser that brings it back keeps cookies.
pub(crate) fn probing(visit: &Visit, page: Markup) -> Response {
    if visit.has_cookies {
        return page.into_response();
    }
    let secure = if visit.app.is_secure() { "; Secure" } else { "" };
    ([(SET_COOKIE, format!("cookies=on; Path=/; HttpOnly; SameSite=Lax{secure}"))], page).into_response()
}

/// The cookies that sign somebody in on this browser. What is drawn without asking who it is is drawn as their account says, too.
pub(crate) fn signed_in(visit: &Visit, account: &Account) -> impl IntoResponseParts + use<> {
    let display = account.display.map(|display| display::keep(display, visit.app.is_secure()));
    (session::begin_on(account, visit.device.as_ref(), &visit.app.seal(), visit.now), display)
}

/// The token of a captcha, if the form will be asked for one.
pub(crate) fn captcha_token(visit: &Visit, act: Act, login: &str, rule: CaptchaRule) -> Option<String> {
    let accounts = &visit.app.outside.registration.accounts;
    let fields = CaptchaFields::default();
    let weight = accounts.captcha_weight(act, login, &visit.caller(&fields, rule))?;
    Some(accounts.captcha().token_of(weight, visit.now))
}
