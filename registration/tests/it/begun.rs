//! Sittings that have begun, or begin too soon: not chosen, not exchanged for, not bought with late money.

use jiff::{SignedDuration, Timestamp};
use registration::exams::definition;
use registration::model::order::OrderState;
use registration::rules::choosing::ChoiceRefusal;
use registration::seats::{HandInError, OrderError};
use reservation::ids::SittingId;

use crate::world::{Setup, World, write_exam};

/// Imports the exam anew with other times: `s0` and `s1` begin in so many seconds, `s2` in 2099.
async fn begin(world: &World, setup: &Setup, s0: i64, s1: i64) {
    write_exam(&world.stores, setup);
    let file = world.stores.dir().join("exam/sittings.csv");
    let mut text = std::fs::read_to_string(&file).unwrap();
    for (sitting, seconds) in [("s0", s0), ("s1", s1)] {
        let at = Timestamp::now() + SignedDuration::from_secs(seconds);
        let line = text.lines().find(|line| line.starts_with(sitting)).unwrap().to_owned();
        text = text.replace(&line, &line.replace("2099-02-01T09:00:00+08:00", &at.to_string()));
    }
    std::fs::write(&file, text).unwrap();
    let imported = world.registration.exams.import(&world.stores.dir().join("exam")).await.unwrap();
    assert_eq!(imported.warnings.len(), 2, "{:?}", imported.warnings);
    assert_eq!((imported.warnings[0].file, imported.warnings[0].line), (definition::SITTINGS_FILE, 2));
}

fn is_too_late<T>(result: &Result<T, OrderError>, sitting: &str) -> bool {
    let sitting: SittingId = sitting.parse().unwrap();
    matches!(result, Err(OrderError::Choosing(ChoiceRefusal::TooLate(late))) if *late == sitting)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_begun_is_neither_chosen_nor_exchanged_for() {
    let setup = Setup::default();
    let world = World::usual().await;
    let (account, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let order = world.hold(account, &["s2"]).await.unwrap();
    let early = world.hold(other, &["s0"]).await.unwrap();
    begin(&world, &setup, -60, 600).await;
    let stranger = world.candidate(3).await.id;
    for sitting in ["s0", "s1"] {
        assert!(is_too_late(&world.hold(stranger, &[sitting]).await, sitting), "{sitting}");
        assert!(is_too_late(&world.replace(account, &[sitting]).await, sitting), "{sitting}");
    }
    assert_eq!(world.order(account, order.id).await, order, "what one has stays");
    // Who held it before it was moved pays for it as before.
    assert_eq!(world.hand_in(other, early.id).await.unwrap().state, OrderState::WaitingReview);
    world.confirm(early.id).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_is_told_that_the_sitting_has_begun() {
    let setup = Setup { hold_seconds: 1, grace_seconds: 0, ..Setup::default() };
    let world = World::start(Setup { hold_seconds: 1, grace_seconds: 0, ..Setup::default() }).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.until_row(order.id, "lapsed").await;
    world.until_free("s0", 2).await;
    begin(&world, &setup, -60, -60).await;
    let refused = world.hand_in(account, order.id).await;
    assert!(matches!(&refused, Err(HandInError::Begun(sitting)) if sitting.as_str() == "s0"), "{refused:?}");
    assert_eq!(world.order(account, order.id).await.state, OrderState::Lapsed);
    assert_eq!(world.free()["s0"], 2);
    world.finish().await;
}
