//! What confirming and refusing share: what is said when it did not go.

use std::borrow::Cow;

use http::StatusCode;
use pagekit::callout::Tone;
use registration::desk::payments::DecisionError;
use registration::model::exam_rules::SubjectId;

use crate::desk::message::{Message, claimed};
use crate::desks::payments::view::state_word;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// The status and the message for a decision that was not taken.
pub(crate) fn sentence(visit: &Visit, error: DecisionError) -> Result<(StatusCode, Message), Failure> {
    let w = visit.words;
    let (status, text) = match error {
        DecisionError::UnknownOrder => return Err(Failure::NotFound),
        DecisionError::Forbidden(_) => return Err(Failure::Forbidden),
        DecisionError::Claimed(claim) => {
            return Ok(care(claimed(w, &claim, claim.by == visit.staff.id).into()));
        }
        DecisionError::Store(error) => return Err(error.into()),
        DecisionError::NotWaiting(state) => {
            (StatusCode::CONFLICT, w.with("refused-decided", &[("state", state_word(w, &state).1.into())]))
        }
        DecisionError::OtherPicture | DecisionError::ToBeNoted => return Ok(care(w.t("refused-new-picture"))),
        DecisionError::NotLooked => return Ok(care(w.t("refused-not-looked"))),
        DecisionError::NeedsFirst(subject) => {
            (StatusCode::CONFLICT, w.with("refused-needs-first", &[("subject", title_of(visit, &subject).into())]))
        }
        DecisionError::Reason(_) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("refused-reason")),
        DecisionError::SeatGone(sitting) => {
            (StatusCode::CONFLICT, w.with("refused-seat-gone", &[("sitting", sitting.to_string().into())]))
        }
        DecisionError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, w.t("refused-unavailable")),
    };
    Ok((status, Message::new(Tone::Bad, text)))
}

/// What is said where looking again is all that is needed.
fn care(text: Cow<'_, str>) -> (StatusCode, Message) {
    (StatusCode::CONFLICT, Message::new(Tone::Care, text))
}

/// A subject's name, in whichever exam has it.
fn title_of(visit: &Visit, id: &SubjectId) -> String {
    let exams = visit.app.outside.registration.exams.list();
    let subject = exams.iter().find_map(|exam| exam.rules.subject(id));
    subject.map_or_else(|| id.to_string(), |subject| visit.words.pick(&subject.title.zh, &subject.title.en).to_owned())
}
