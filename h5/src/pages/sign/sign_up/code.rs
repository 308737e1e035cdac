//! Sends the code that proves a mobile before there is an account: what the script's button asks for.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use pagekit::words::Words;
use registration::accounts::{CODE_WAIT, CodeError};
use serde::Deserialize;

use crate::failure::{Failure, too_often};
use crate::request::signing_in::{Next, captcha_error, of, wait, whole};
use crate::request::visit::Visit;
use crate::view::form::FieldError;
use crate::view::form::captcha::CaptchaFields;
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
    let mobile = match entered.mobile.parse() {
        Ok(mobile) => mobile,
        Err(error) => return Ok(said(&mobile_fault(w, error), 0, false)),
    };
    let rules = next.rules(&visit.app);
    let caller = visit.caller(&entered.captcha, rules.captcha);
    told(w, visit.app.outside.registration.accounts.send_sign_up_code(&mobile, &caller).await)
}

/// What became of it, for the script.
pub(crate) fn told(w: Words, sent: Result<(), CodeError>) -> Result<Response, Failure> {
    Ok(match sent {
        Ok(()) => said(&w.t("field-code-sent"), u32::try_from(CODE_WAIT.as_secs()).unwrap_or(60), false),
        Err(CodeError::TooMany { retry_after }) => {
            let seconds = u32::try_from(retry_after.as_secs() + 1).unwrap_or(60);
            said(&w.with("code-too-many", &[("wait", wait(w, retry_after).into())]), seconds, false)
        }
        // The page with the captcha has to be drawn: the script hands the form in.
        Err(error @ CodeError::Captcha(_)) => said(&code_refusal(w, error)?.text, 0, true),
        Err(error) => said(&code_refusal(w, error)?.text, 0, false),
    })
}

/// A small JSON object: what to say, how long to wait, whether to hand the form in for another page.
fn said(text: &str, seconds: u32, needs_page: bool) -> Response {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    let json = format!("{{\"text\":\"{text}\",\"seconds\":{seconds},\"page\":{needs_page}}}");
    (StatusCode::OK, [(CONTENT_TYPE, "application/json")], json).into_response()
}

/// Why no code was sent.
pub(crate) fn code_refusal(w: Words, error: CodeError) -> Result<FieldError, Failure> {
    Ok(match error {
        CodeError::Captcha(error) => captcha_error(w, error),
        CodeError::TooMany { retry_after } => {
            of("code", w.with("code-too-many", &[("wait", wait(w, retry_after).into())]))
        }
        CodeError::Budget => whole(w.t("code-budget")),
        CodeError::Number => of("mobile", w.t("code-number")),
        CodeError::Sending => of("code", w.t("code-sending")),
        CodeError::Store(error) => return Err(error.into()),
    })
}
