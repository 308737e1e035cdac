//! What keeps an account as it was.

use http::StatusCode;
use pagekit::words::Words;
use registration::people::accounts::ChangeError;

use crate::failure::Failure;
use crate::view::account::mobile_shared;
use crate::view::form::captcha::captcha_error;
use crate::view::form::{FieldError, of, whole};
use crate::words::wait::wait;

/// What keeps an account as it was; `field` is where its password is typed.
pub(crate) fn refusal(w: Words, field: &'static str, error: ChangeError) -> Result<(StatusCode, FieldError), Failure> {
    Ok(match error {
        ChangeError::Captcha(error) => (StatusCode::UNPROCESSABLE_ENTITY, captcha_error(w, error)),
        ChangeError::Password => (StatusCode::UNPROCESSABLE_ENTITY, of(field, w.t("field-password-wrong"))),
        ChangeError::Mobile(shared) => (StatusCode::CONFLICT, mobile_shared::error(w, &shared)),
        ChangeError::Code => (StatusCode::UNPROCESSABLE_ENTITY, of("code", w.t("field-code-wrong"))),
        ChangeError::TooMany { retry_after } => {
            let text = w.with("sign-in-too-many", &[("wait", wait(w, retry_after).into())]);
            (StatusCode::TOO_MANY_REQUESTS, whole(text))
        }
        ChangeError::Busy => (StatusCode::SERVICE_UNAVAILABLE, whole(w.t("sign-in-busy"))),
        ChangeError::Gone => return Err(Failure::NotFound),
        ChangeError::Store(error) => return Err(error.into()),
    })
}
