//! Changing seats: nobody stands without one in between, and nobody wins time by it.

use std::time::Duration;

use futures_util::future::join_all;
use reservation::engine::HoldError;
use reservation::engine::waiting_room::Admission;
use reservation::ids::{CandidateId, ExamId, HoldId, SittingId};

use crate::app::App;

fn exam() -> ExamId {
    "e".parse().unwrap()
}

fn sittings(ids: &[&str]) -> Vec<SittingId> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

async fn held(app: &App, candidate: &str, ids: &[&str]) -> Vec<reservation::hold::Hold> {
    let candidate: CandidateId = candidate.parse().unwrap();
    app.engine.hold(&exam(), &candidate, &sittings(ids), Admission::Exempt).await.unwrap().holds
}

async fn exchange(app: &App, given_back: &[HoldId], wanted: &[&str]) -> Result<reservation::engine::Taken, HoldError> {
    app.engine.exchange(&exam(), given_back, &sittings(wanted), Admission::Exempt).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_have_the_other_seat_keeps_their_own() {
    let app = App::start().await;
    app.exam(900, &[("a", "g", 50), ("b", "g", 10)]).await;
    let before = join_all((0..50).map(|n| {
        let app = &app;
        async move { held(app, &format!("c{n}"), &["a"]).await.remove(0) }
    }))
    .await;
    let answers = join_all(before.iter().map(|hold| exchange(&app, std::slice::from_ref(&hold.id), &["b"]))).await;
    let moved: Vec<_> = answers.iter().zip(&before).filter(|(answer, _)| answer.is_ok()).collect();
    assert_eq!(moved.len(), 10);
    for (answer, old) in moved {
        let taken = answer.as_ref().unwrap();
        assert_eq!(taken.holds[0].expires_at, old.expires_at, "the clock goes on");
        assert_eq!(app.engine.find(&exam(), &old.id).await.unwrap().state.as_str(), "released");
        let again = exchange(&app, std::slice::from_ref(&old.id), &["b"]).await.unwrap();
        assert_eq!((again.is_new, &again.holds), (false, &taken.holds), "asked again: the same hold");
    }
    for (answer, old) in answers.iter().zip(&before).filter(|(answer, _)| answer.is_err()) {
        assert!(matches!(answer, Err(HoldError::Full { sitting, .. }) if sitting.as_str() == "b"));
        assert_eq!(app.engine.find(&exam(), &old.id).await.unwrap().state.as_str(), "held");
    }
    assert_eq!((app.free("a").await, app.free("b").await), (10, 0));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchanged_seat_lapses_when_the_first_one_would_have() {
    let app = App::start().await;
    app.exam(10, &[("a", "g", 1), ("b", "g", 1), ("c", "g", 1)]).await;
    let mut hold = held(&app, "c1", &["a"]).await.remove(0);
    let first = hold.expires_at;
    for wanted in ["b", "c", "a", "b"] {
        tokio::time::sleep(Duration::from_millis(200)).await;
        hold = exchange(&app, &[hold.id], &[wanted]).await.unwrap().holds.remove(0);
        assert_eq!(hold.expires_at, first);
    }
    app.until_free("b", 1).await;
    assert!(jiff::Timestamp::now() >= first);
    assert!(matches!(exchange(&app, &[hold.id], &["a"]).await, Err(HoldError::Expired(_))), "too late");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_both_choices_stays_and_others_seats_are_none_of_it() {
    let app = App::start().await;
    app.exam(900, &[("a", "-", 2), ("b", "-", 2), ("c", "-", 2)]).await;
    let mine = held(&app, "c1", &["a", "b"]).await;
    let other = held(&app, "c2", &["a"]).await.remove(0);
    let ids = |holds: &[reservation::hold::Hold]| holds.iter().map(|hold| hold.id.clone()).collect::<Vec<_>>();
    let taken = exchange(&app, &ids(&mine), &["b", "c"]).await.unwrap();
    assert_eq!((taken.is_new, &taken.holds[0]), (true, &mine[1]));
    assert_eq!((app.free("a").await, app.free("b").await, app.free("c").await), (1, 1, 1));

    let mixed = [taken.holds[0].id.clone(), other.id.clone()];
    assert!(matches!(exchange(&app, &mixed, &["a"]).await, Err(HoldError::Invalid { .. })));
    assert!(matches!(exchange(&app, &[], &["a"]).await, Err(HoldError::Invalid { .. })));
    app.engine.freeze(&exam(), &other.id).await.unwrap();
    let paying = exchange(&app, std::slice::from_ref(&other.id), &["c"]).await;
    assert!(matches!(paying, Err(HoldError::Unavailable(_))), "its clock stands still");
    assert_eq!(app.engine.find(&exam(), &other.id).await.unwrap().state.as_str(), "frozen");
    app.finish().await;
}
