//! Capacity may change at any time, also below what is taken.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Front, code, persist};

impl Front {
    pub(crate) async fn exam_more(&self, sitting: &str, capacity: u32) {
        self.resize(sitting, capacity).await;
    }

    pub(crate) async fn resize(&self, sitting: &str, capacity: u32) {
        let body = json!({"title": sitting, "capacity": capacity});
        let reply = self.put(&format!("/api/v1/exams/e/sittings/{sitting}"), body).await;
        assert!(reply.0.is_success(), "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lowered_below_what_is_taken_nothing_is_given_out_until_enough_is_back() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 5)]).await;
    let mut holds = Vec::new();
    for n in 0..5 {
        holds.push(app.held(&format!("c{n}"), "s").await);
    }
    app.resize("s", 3).await;
    assert_eq!(app.free("s").await, 0);
    for hold in &holds[..3] {
        assert_eq!(code(&app.hold("x", &["s"]).await), "full");
        assert_eq!(app.free("s").await, 0);
        app.release(hold).await;
    }
    assert_eq!(app.free("s").await, 1);
    app.held("x", "s").await;

    // Seats that were given out before are honoured.
    app.resize("s", 1).await;
    assert_eq!(app.confirm(&holds[3], "r3").await.0, StatusCode::OK);
    assert_eq!(app.confirm(&holds[4], "r4").await.0, StatusCode::OK);
    app.resize("s", 10).await;
    assert_eq!(app.free("s").await, 7);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn capacity_changes_while_candidates_race() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 50)]).await;
    let racing = futures_util::future::join_all((0..600).map(|n| {
        let app = &app;
        let candidate = format!("c{n}");
        async move { persist(|| app.hold(&candidate, &["s"])).await.0 }
    }));
    let resizing = async {
        for capacity in [80, 20, 120, 60, 100] {
            app.resize("s", capacity).await;
        }
    };
    let (statuses, ()) = tokio::join!(racing, resizing);
    let held = statuses.iter().filter(|status| status.is_success()).count();
    assert!(held <= 120, "never more than the largest capacity");
    assert_eq!(app.free("s").await, 100u64.saturating_sub(held as u64));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_change_is_refused_and_nothing_changes() {
    let app = App::start().await;
    app.exam(900, &[("s", "g", 5)]).await;
    let path = "/api/v1/exams/e/sittings/s";
    for (body, field) in [
        (json!({"title": "S", "capacity": 9}), "group"),
        (json!({"title": "S", "capacity": 9, "group": "h"}), "group"),
        (json!({"title": "S", "capacity": 9, "group": "g", "pool": "elsewhere"}), "pool"),
        (json!({"title": "", "capacity": 9, "group": "g"}), "title"),
        (json!({"title": "S", "capacity": 10_000_001, "group": "g"}), "capacity"),
        (json!({"title": "S", "capacity": -1, "group": "g"}), "capacity"),
    ] {
        let reply = app.call(Method::PUT, path, body).await;
        assert_eq!((reply.0, &reply.1["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &Value::from(field)), "{reply:?}");
    }
    assert_eq!(app.free("s").await, 5);
    app.finish().await;
}
