//! What answers mean: for the counts, and for whether to ask again.

use std::time::Duration;

use http::StatusCode;

use crate::generator::connection::Answer;
use crate::measured::record::{Operation, Outcome};
use crate::server::wire::ProblemReply;

/// How long to wait before 429, 503 without Retry-After are tried again.
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(1);

/// How long to wait before asking again, if the answer says that it would be of use.
pub(super) fn pause_of(answer: &Answer) -> Option<Duration> {
    let is_busy = matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    is_busy.then(|| answer.retry_after().unwrap_or(RETRY_AFTER_DEFAULT))
}

/// What an answer means for who asked.
pub(crate) fn judge(operation: Operation, answer: &Answer) -> Outcome {
    match (operation, answer.status) {
        (Operation::Hold, StatusCode::CREATED) => Outcome::Given,
        (Operation::Hold, StatusCode::OK) => Outcome::Kept,
        (_, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => Outcome::Busy,
        (Operation::Page, status) if status.is_success() || status.is_redirection() => Outcome::Done,
        (_, status) if status.is_success() => Outcome::Done,
        (_, StatusCode::CONFLICT) => match serde_json::from_slice::<ProblemReply>(&answer.body) {
            Ok(problem) => match &*problem.code {
                "full" => Outcome::Full,
                "not_open" => Outcome::NotOpen,
                "not_admitted" => Outcome::NotAdmitted,
                _ => Outcome::Refused,
            },
            Err(_) => Outcome::Failed,
        },
        _ => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests;
