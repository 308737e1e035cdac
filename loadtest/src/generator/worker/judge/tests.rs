//! What answers mean.

use bytes::Bytes;
use http::header::RETRY_AFTER;

use super::*;

fn answer(status: u16, body: &'static str, retry_after: Option<u64>) -> Answer {
    let headers = retry_after.map(|seconds| (RETRY_AFTER, seconds.into())).into_iter().collect();
    Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: Bytes::from_static(body.as_bytes()) }
}

#[test]
fn answers_are_told_apart() {
    let judged = |operation, status, body| judge(operation, &answer(status, body, None));
    assert_eq!(judged(Operation::Hold, 201, ""), Outcome::Given);
    assert_eq!(judged(Operation::Hold, 200, ""), Outcome::Kept);
    assert_eq!(judged(Operation::Hold, 409, r#"{"code":"full"}"#), Outcome::Full);
    assert_eq!(judged(Operation::Hold, 409, r#"{"code":"group_taken"}"#), Outcome::Refused);
    assert_eq!(judged(Operation::Hold, 409, r#"{"code":"not_open"}"#), Outcome::NotOpen);
    assert_eq!(judged(Operation::Hold, 409, r#"{"code":"not_admitted"}"#), Outcome::NotAdmitted);
    assert_eq!(judged(Operation::Hold, 409, "<html>"), Outcome::Failed);
    assert_eq!(judged(Operation::Hold, 503, r#"{"code":"unavailable"}"#), Outcome::Busy);
    assert_eq!(judged(Operation::Release, 204, ""), Outcome::Done);
    assert_eq!(judged(Operation::Release, 404, r#"{"code":"unknown_hold"}"#), Outcome::Failed);
    assert_eq!(judged(Operation::Confirm, 500, ""), Outcome::Failed);
    assert_eq!(judged(Operation::Page, 303, ""), Outcome::Done);
    assert_eq!(judged(Operation::List, 303, ""), Outcome::Failed);
}

#[test]
fn only_the_busy_are_asked_again() {
    assert_eq!(pause_of(&answer(503, "", Some(7))), Some(Duration::from_secs(7)));
    assert_eq!(pause_of(&answer(429, "", None)), Some(RETRY_AFTER_DEFAULT));
    assert_eq!(pause_of(&answer(500, "", Some(7))), None);
    assert_eq!(pause_of(&answer(201, "", None)), None);
}
