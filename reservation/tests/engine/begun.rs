//! Sittings that have begun, or begin before they could be paid: no seat is given out in them, by whatever way.

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use reservation::engine::HoldError;
use reservation::engine::waiting_room::Admission;
use serde_json::json;

use crate::app::{App, code, id};

/// Says when a sitting begins, counted from now.
async fn begins(app: &App, sitting: &str, group: &str, seconds: i64) {
    let starts_at = Timestamp::now() + SignedDuration::from_secs(seconds);
    let mut body = json!({"title": sitting, "capacity": 5, "starts_at": starts_at});
    if group != "-" {
        body["group"] = json!(group);
    }
    let reply = app.call(Method::PUT, &format!("/api/v1/exams/e/sittings/{sitting}"), body).await;
    assert!(reply.0.is_success(), "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_given_out_only_while_there_is_time_to_pay_for_it() {
    let app = App::start().await;
    app.exam(900, &[("undated", "-", 5)]).await;
    begins(&app, "over", "-", -3_600).await;
    begins(&app, "soon", "-", 899).await;
    begins(&app, "later", "-", 960).await;
    for sitting in ["over", "soon"] {
        let refused = app.hold("c", &[sitting]).await;
        assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "begun"), "{refused:?}");
        assert_eq!(refused.1["sitting"], sitting);
        let closes_at: Timestamp = refused.1["closes_at"].as_str().unwrap().parse().unwrap();
        assert!(closes_at <= Timestamp::now());
    }
    let together = app.hold("c", &["later", "soon"]).await;
    assert_eq!(code(&together), "begun", "all or none");
    for sitting in ["later", "undated"] {
        assert_eq!(app.hold("c", &[sitting]).await.0, StatusCode::CREATED);
    }
    // Our own callers, whose candidates have paid, need no time to pay.
    let (exam, candidate) = ("e".parse().unwrap(), "paid".parse().unwrap());
    let paid = |sitting: &str| [sitting.parse().unwrap()];
    assert!(app.engine.hold(&exam, &candidate, &paid("soon"), Admission::Exempt).await.is_ok());
    let refused = app.engine.hold(&exam, &candidate, &paid("over"), Admission::Exempt).await;
    assert!(matches!(refused, Err(HoldError::Begun { .. })), "{refused:?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_not_given_for_one_that_has_begun() {
    let app = App::start().await;
    app.exam(900, &[("a", "g", 5), ("b", "-", 5)]).await;
    begins(&app, "late", "g", 60).await;
    let hold = id(&app.hold("c", &["a", "b"]).await);
    let (exam, holds) = ("e".parse().unwrap(), [hold.parse().unwrap()]);
    let exchange = async |sittings: &[&str]| {
        let sittings: Vec<_> = sittings.iter().map(|sitting| sitting.parse().unwrap()).collect();
        app.engine.exchange(&exam, &holds, &sittings, Admission::Pass(None)).await
    };
    assert!(matches!(exchange(&["late"]).await, Err(HoldError::Begun { .. })));
    assert_eq!(app.state(&hold).await, "held", "the old one stays");
    // What one has stays one's own, however soon it begins.
    begins(&app, "a", "g", 60).await;
    assert!(exchange(&["a"]).await.is_ok());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_buys_no_seat_in_a_sitting_that_has_begun() {
    let app = App::start().await;
    app.exam(6, &[("s", "-", 5)]).await;
    let (lapsed, frozen) = (app.held("c1", "s").await, app.held("c2", "s").await);
    assert_eq!(app.freeze(&frozen).await.0, StatusCode::OK);
    app.until_free("s", 4).await;
    begins(&app, "s", "-", -1).await;
    let refused = app.confirm(&lapsed, "order-1").await;
    assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "expired"));
    assert_eq!(app.free("s").await, 4);
    assert_eq!(app.confirm(&frozen, "order-2").await.1["state"], "confirmed", "paid in time is paid");
    app.finish().await;
}
