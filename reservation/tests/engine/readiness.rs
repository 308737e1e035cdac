//! What `/readyz` names while a part of a seat's way fails, each part for real and one after the other at one server, and
//! that it comes right by itself. The part `ledger` is in `ledger_killing`.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::App;

impl App {
    /// Lets Redis have so many bytes, 0 for all that there are.
    async fn limit_redis(&self, bytes: u64) {
        let mut limit = redis::cmd("CONFIG");
        limit.arg("SET").arg("maxmemory").arg(bytes);
        let _: String = limit.query_async(&mut self.look().await).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_names_the_pool_the_redis_or_the_sync_that_fails_and_comes_right_again() {
    let mut app = App::start().await;
    app.exam(900, &[("s", "-", 9)]).await;
    app.until_ready().await;

    // Redis answers and takes no write.
    app.limit_redis(1).await;
    app.until_part_fails("redis").await;
    // A pool that is made meanwhile cannot be opened.
    let body = json!({"title": "T", "capacity": 3, "pool": "another"});
    let refused = app.call(Method::PUT, "/api/v1/exams/e/sittings/t", body).await;
    assert_eq!(refused.0, StatusCode::SERVICE_UNAVAILABLE, "{refused:?}");
    app.until_part_fails("pool").await;
    app.limit_redis(0).await;
    app.until_ready().await;
    let of_another = app.held("anna", "t").await;
    assert_eq!(app.release(&of_another).await, StatusCode::NO_CONTENT, "the rest is about the first pool");

    // Somebody holds a lock in the ledger, to which nobody but the writer of the pool comes.
    let mut client = app.stores.pool().get().await.unwrap();
    let lock = client.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE reservation.holds IN SHARE MODE").await.unwrap();
    app.held("bob", "s").await;
    app.until_part_fails("sync").await;
    lock.rollback().await.unwrap();
    drop(client);
    app.until_ready().await;

    // Redis is gone: the ledger stands still of it, and the cause is what is named.
    app.stores.kill_redis().await;
    app.until_part_fails("redis").await;
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(5) {
        let said = app.call(Method::GET, "/readyz", Value::Null).await;
        assert_eq!(said.1["part"], "redis", "after {:?}: {said:?}", since.elapsed());
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    app.stores.restart_redis().await;
    app.until_ready().await;
    app.held("carl", "s").await;
    app.finish().await;
}
