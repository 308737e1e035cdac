//! Freezing and confirming: idempotent by reference, lapsed holds, two payments, cancelling.

use std::time::Duration;

use http::StatusCode;

use crate::app::{App, code};

#[tokio::test(flavor = "multi_thread")]
async fn confirm_again_with_the_same_reference_gives_the_same_answer() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 1)]).await;
    let hold = app.held("c", "s").await;
    assert_eq!(app.freeze(&hold).await.1["state"], "frozen");
    assert_eq!(app.freeze(&hold).await.1["state"], "frozen");
    let first = app.confirm(&hold, "order-1").await;
    assert_eq!(
        (first.0, &first.1["state"], &first.1["reference"]),
        (StatusCode::OK, &"confirmed".into(), &"order-1".into())
    );
    assert_eq!(app.confirm(&hold, "order-1").await, first);
    let other = app.confirm(&hold, "order-2").await;
    assert_eq!((other.0, code(&other)), (StatusCode::CONFLICT, "other_reference"));
    assert_eq!(app.find(&hold).await.1, first.1);
    assert_eq!(app.hold("c", &["s"]).await.0, StatusCode::OK, "the same again is still the same hold");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_confirms_of_one_hold_at_once_count_one_seat() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 3)]).await;
    let hold = app.held("c", "s").await;
    let references = ["r1", "r1", "r1", "r1", "r2", "r2"];
    let replies =
        futures_util::future::join_all(references.iter().map(|reference| app.confirm(&hold, reference))).await;
    let winner = replies.iter().find(|reply| reply.0 == StatusCode::OK).expect("one of them").1["reference"].clone();
    for (reference, reply) in references.iter().zip(&replies) {
        if winner == *reference {
            assert_eq!(reply.0, StatusCode::OK, "{reply:?}");
        } else {
            assert_eq!(code(reply), "other_reference", "{reply:?}");
        }
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_hold_does_not_lapse() {
    let app = App::start().await;
    app.exam(6, &[("s", "-", 1), ("t", "-", 1)]).await;
    let hold = app.held("c", "s").await;
    app.freeze(&hold).await;
    // One that is held after it has lapsed by now.
    app.held("d", "t").await;
    app.until_free("t", 1).await;
    assert_eq!((app.free("s").await, app.state(&hold).await), (0, "frozen".to_owned()));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn confirm_of_a_lapsed_hold_takes_a_free_seat_or_says_expired() {
    let app = App::start().await;
    app.exam(1, &[("s", "-", 1)]).await;
    let lapsed = app.held("c", "s").await;
    tokio::time::sleep(Duration::from_millis(1_400)).await;
    let confirmed = app.confirm(&lapsed, "late-1").await;
    assert_eq!((confirmed.0, &confirmed.1["state"]), (StatusCode::OK, &"confirmed".into()), "{confirmed:?}");
    assert_ne!(confirmed.1["id"], lapsed.as_str(), "a seat taken anew is a new hold");
    assert_eq!(app.confirm(&lapsed, "late-1").await, confirmed, "the same again");
    // A late repeat of the old release must not touch the new hold.
    app.release(&lapsed).await;
    assert_eq!(app.free("s").await, 0);

    let app_full = app;
    app_full.exam_more("t", 1).await;
    let first = app_full.held("d", "t").await;
    app_full.until_free("t", 1).await;
    app_full.exam(900, &[]).await;
    let second = app_full.held("f", "t").await;
    let refused = app_full.confirm(&first, "late-2").await;
    assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "expired"));
    app_full.freeze(&second).await;
    app_full.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_an_old_hold_pays_for_the_later_one_on_the_same_sitting() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 2)]).await;
    let old = app.held("c", "s").await;
    app.release(&old).await;
    let later = app.held("c", "s").await;
    let confirmed = app.confirm(&old, "r").await;
    assert_eq!((confirmed.0, confirmed.1["id"].as_str()), (StatusCode::OK, Some(later.as_str())));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_hold_can_be_cancelled_and_its_payment_buys_nothing_more() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 1)]).await;
    let hold = app.held("c", "s").await;
    app.confirm(&hold, "r").await;
    assert_eq!(app.release(&hold).await, StatusCode::NO_CONTENT);
    assert_eq!(app.release(&hold).await, StatusCode::NO_CONTENT);
    assert_eq!((app.free("s").await, app.state(&hold).await), (1, "cancelled".to_owned()));
    assert_eq!(code(&app.confirm(&hold, "r").await), "expired");
    app.held("d", "s").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_never_was_is_unknown() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 1)]).await;
    for path in ["c.1.100000001", "c.9.100000001", "nonsense", "c.1.0"] {
        assert_eq!(code(&app.find(path).await), "unknown_hold", "{path}");
        assert_eq!(code(&app.freeze(path).await), "unknown_hold", "{path}");
        assert_eq!(code(&app.confirm(path, "r").await), "unknown_hold", "{path}");
    }
    assert_eq!(app.free("s").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_that_the_ledger_has_not_seats_enough_for_as_many_as_there_are_are_confirmed() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 5), ("t", "-", 5)]).await;
    let mut holds = Vec::new();
    for n in 0..5 {
        holds.push(app.held(&format!("c{n}"), "s").await);
    }
    for n in 5..8 {
        holds.push(app.held(&format!("c{n}"), "t").await);
    }
    // As if Redis had gone back in time: two of the seats that it gave out are somebody's already. The counts alone say so: a
    // lower capacity the sweep would carry to Redis meanwhile, and promise what Redis has given out.
    let client = app.stores.pool().get().await.unwrap();
    let counted = async |more: i32| {
        let counted = "UPDATE reservation.sittings SET confirmed = confirmed + $1 WHERE id = 's'";
        client.execute(counted, &[&more]).await.unwrap();
    };
    counted(2).await;
    let replies = futures_util::future::join_all(holds.iter().map(|hold| app.confirm(hold, "paid"))).await;
    let confirmed = |replies: &[crate::app::Reply]| replies.iter().filter(|reply| reply.0 == StatusCode::OK).count();
    assert_eq!((confirmed(&replies[..5]), confirmed(&replies[5..])), (3, 3), "{replies:?}");
    assert_eq!(replies.iter().filter(|reply| code(reply) == "full").count(), 2, "{replies:?}");
    // Whoever was told so has no seat any more.
    app.until_free("s", 2).await;
    counted(-2).await;
    app.finish().await;
}
