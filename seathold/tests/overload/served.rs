//! Being served, though it takes a moment: seats, and what the server has counted.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::ServedApp;

use super::wire::{Reply, address, ask, get};
use super::{EXAM, WAIT};

/// Asks for a seat once.
pub(crate) async fn hold(app: &ServedApp, candidate: &str) -> Reply {
    let key = format!("authorization: Bearer {}", app.api_key("hold"));
    let body = json!({"candidate": candidate, "sittings": ["en-0522-am-lakeside"]}).to_string();
    ask(address(app), "127.0.0.1", &format!("POST {EXAM}/holds"), &[&key], &body).await
}

/// Asks again as long as the answer is "come again in a moment", as whoever is told so does: on a machine that is full to the brim
/// the engine loses its stores for a moment now and then.
pub(crate) async fn in_the_end(ask: impl AsyncFn() -> Reply) -> Reply {
    let start = Instant::now();
    loop {
        let reply = ask().await;
        if reply.status != 503 {
            return reply;
        }
        assert!(start.elapsed() < WAIT && reply.wait() >= 1, "{}", reply.text());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Takes a seat, or is told of the one that they have.
pub(crate) async fn holds(app: &ServedApp, candidate: &str) {
    let reply = in_the_end(async || hold(app, candidate).await).await;
    assert!(matches!(reply.status, 200 | 201), "{candidate} is served as before: {}", reply.text());
}

/// What the server has counted.
pub(crate) async fn metrics(app: &ServedApp) -> String {
    let key = format!("authorization: Bearer {}", app.api_key("admin"));
    in_the_end(async || get(app, "127.0.0.1", "/metrics", &[&key]).await).await.text()
}

/// How many requests the server has turned away for want of a place.
pub(crate) async fn refused_for_want_of_a_place(app: &ServedApp) -> usize {
    let metrics = metrics(app).await;
    let counted =
        metrics.lines().find_map(|line| line.strip_prefix("seathold_requests_refused_total{listener=\"candidates\"} "));
    counted.map_or(0, |number| number.parse().unwrap())
}
