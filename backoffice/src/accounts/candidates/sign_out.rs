//! Signing a candidate out everywhere: for a lost phone, or one that others have.

use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use pagekit::callout::Tone;
use registration::desk::permits::Right;
use registration::people::accounts::SignOutError;

use super::in_person::Why;
use super::one::{Answer, draw};
use super::{looking, number, to_page};
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Ends every sign-in of the account. Taking access away needs no more than being here.
pub(crate) async fn end(visit: Visit, Path(account): Path<String>, Form(why): Form<Why>) -> Result<Response, Failure> {
    visit.demand(Right::CorrectAccounts)?;
    let number = number(&account)?;
    let registration = &visit.app.outside.registration;
    match registration.accounts.sign_out_by_staff(&visit.staff, number, &why.reason).await {
        Ok(()) => Ok(to_page(number, "signed-out")),
        Err(SignOutError::Reason(_)) => {
            let sheet = registration.candidates.read(&looking(&visit), number, None).await?;
            let message = Message::new(Tone::Bad, visit.words.t("cand-reason-bad"));
            let answer = Answer { sheet: &sheet, shown: None, note: "", message: Some(&message), is_continued: false };
            draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, &answer).await
        }
        Err(SignOutError::Forbidden(_)) => Err(Failure::Forbidden),
        Err(SignOutError::Unknown(_)) => Err(Failure::NotFound),
        Err(SignOutError::Store(error)) => Err(error.into()),
    }
}
