//! What became of a code that was asked for.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use pagekit::words::{Words, key};
use registration::people::accounts::{CODE_WAIT, CodeError, SpentBudget};

use crate::failure::Failure;
use crate::view::form::captcha::captcha_error;
use crate::view::form::{FieldError, of, whole};
use crate::words::wait::wait;

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
pub(crate) fn said(text: &str, seconds: u32, needs_page: bool) -> Response {
    let json = serde_json::json!({ "text": text, "seconds": seconds, "page": needs_page });
    (StatusCode::OK, [(CONTENT_TYPE, "application/json")], json.to_string()).into_response()
}

/// Of which messages there are no more today. What else can be done is the page's to say.
pub(crate) fn budget(w: Words, spent: SpentBudget) -> String {
    let word = match spent {
        SpentBudget::Network => key("code-budget-network"),
        SpentBudget::Prefix => key("code-budget-prefix"),
        SpentBudget::Site => key("code-budget-site"),
    };
    w.t(word).into_owned()
}

/// Why no code was sent.
pub(crate) fn code_refusal(w: Words, error: CodeError) -> Result<FieldError, Failure> {
    Ok(match error {
        CodeError::Captcha(error) => captcha_error(w, error),
        CodeError::TooMany { retry_after } => {
            of("code", w.with("code-too-many", &[("wait", wait(w, retry_after).into())]))
        }
        CodeError::Budget(spent) => whole(budget(w, spent) + &w.t("code-budget-then")),
        CodeError::Number => of("mobile", w.t("code-number")),
        CodeError::Sending => of("code", w.t("code-sending")),
        CodeError::Store(error) => return Err(error.into()),
    })
}
