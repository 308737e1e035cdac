//! Sends the code that proves a mobile before there is an account: what the script's button asks for.

use axum::Form;
use axum::extract::Query;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use crate::failure::{Failure, too_often};
use crate::request::next::Next;
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::site_rules::choices;
use crate::request::visit::Visit;
use crate::view::account::code_sent::{said, told};
use crate::words::person::mobile_fault;

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    mobile: String,
    #[serde(flatten)]
    captcha: CaptchaFields,
}

/// A reload of what a code was asked for with: to the form.
pub(crate) async fn back(Query(next): Query<Next>) -> Redirect {
    Redirect::to(&format!("/sign-up?{}", next.query()))
}

pub(crate) async fn send(
    visit: Visit,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    if let Some(too_many) = visit.too_many {
        return Ok(said(&too_often(w, too_many), too_many.seconds(), false));
    }
    // The page leads to where an exam is chosen.
    if !choices(&visit, &next).is_empty() {
        return Ok(said("", 0, true));
    }
    let mobile = match entered.mobile.parse() {
        Ok(mobile) => mobile,
        Err(error) => return Ok(said(&mobile_fault(w, error), 0, false)),
    };
    let rules = next.rules(&visit.app);
    let caller = visit.caller(&entered.captcha, rules.captcha);
    told(w, visit.app.outside.registration.accounts.send_sign_up_code(&mobile, &caller).await)
}
