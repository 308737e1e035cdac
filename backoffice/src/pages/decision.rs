//! What confirming and refusing share: the check that the picture is still the one looked at, and what is said when
//! it did not go.

use http::StatusCode;
use pagekit::notice::Tone;
use registration::exam_rules::SubjectId;
use registration::order::OrderId;
use registration::reviews::DecisionError;

use super::case_view::{Message, state_word};
use crate::failure::Failure;
use crate::visit::Visit;

/// The order of the address, when its picture is the one that the page showed; a message otherwise.
pub(crate) async fn looked_at(visit: &Visit, order: &str, seen: i64) -> Result<(OrderId, Option<Message>), Failure> {
    let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let review = visit.app.outside.registration.reviews.get(id).await?.ok_or(Failure::NotFound)?;
    let is_same = review.order.submitted_at.is_some_and(|at| at.as_millisecond() == seen);
    let text = visit.words.t("refused-new-picture").into_owned();
    Ok((id, (!is_same).then(|| Message::new(Tone::Care, text))))
}

/// The status and the message for a decision that was not taken.
pub(crate) fn sentence(visit: &Visit, error: DecisionError) -> Result<(StatusCode, Message), Failure> {
    let w = visit.words;
    let (status, text) = match error {
        DecisionError::UnknownOrder => return Err(Failure::NotFound),
        DecisionError::Store(error) => return Err(error.into()),
        DecisionError::NotWaiting(state) => {
            (StatusCode::CONFLICT, w.with("refused-decided", &[("state", state_word(w, &state).1.into())]))
        }
        DecisionError::NeedsFirst(subject) => {
            (StatusCode::CONFLICT, w.with("refused-needs-first", &[("subject", title_of(visit, &subject).into())]))
        }
        DecisionError::Reason => (StatusCode::UNPROCESSABLE_ENTITY, w.t("refused-reason")),
        DecisionError::SeatGone(sitting) => {
            (StatusCode::CONFLICT, w.with("refused-seat-gone", &[("sitting", sitting.to_string().into())]))
        }
        DecisionError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, w.t("refused-unavailable")),
    };
    Ok((status, Message::new(Tone::Bad, text)))
}

/// A subject's name, in whichever exam has it.
fn title_of(visit: &Visit, id: &SubjectId) -> String {
    let exams = visit.app.outside.registration.exams.list();
    let subject = exams.iter().find_map(|exam| exam.rules.subject(id));
    subject.map_or_else(|| id.to_string(), |subject| visit.words.pick(&subject.title.zh, &subject.title.en).to_owned())
}
