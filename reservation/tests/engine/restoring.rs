//! Redis is emptied, comes back with older data, or is shared by processes that know different epochs.

use std::time::{Duration, Instant};

use http::StatusCode;

use crate::app::{App, WAIT, persist};

async fn redis_says(app: &App, command: &[&str]) {
    let mut cmd = redis::cmd(command[0]);
    cmd.arg(&command[1..]);
    let _: redis::Value = cmd.query_async(&mut app.stores.redis_connection().await).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_redis_is_restored_from_the_ledger() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 10), ("t", "-", 5)]).await;
    let held = app.held("c1", "s").await;
    let frozen = app.held("c2", "s").await;
    app.freeze(&frozen).await;
    let confirmed = app.held("c3", "t").await;
    app.confirm(&confirmed, "r").await;
    app.agree().await;

    redis_says(&app, &["FLUSHALL"]).await;
    let again = persist(|| app.hold("c1", &["s"])).await;
    assert_eq!((again.0, crate::app::id(&again)), (StatusCode::OK, held), "the hold is there again");
    assert_eq!((app.state(&frozen).await, app.state(&confirmed).await), ("frozen".to_owned(), "confirmed".to_owned()));
    assert_eq!((app.free("s").await, app.free("t").await), (8, 4));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_with_older_data_is_not_believed() {
    let mut app = App::start().await;
    app.exam(900, &[("s", "-", 3)]).await;
    app.held("c1", "s").await;
    app.agree().await;
    // Keep what Redis has now, as a backup would.
    redis_says(&app, &["CONFIG", "SET", "appendfsync", "always"]).await;
    let backup = app.stores.dir().join("backup");
    app.stores.kill_redis().await;
    copy(&app.stores.dir().join("redis"), &backup);
    app.stores.restart_redis().await;
    // Now more happens, and the ledger hears of it.
    app.held("c2", "s").await;
    let third = app.held("c3", "s").await;
    app.confirm(&third, "r").await;
    app.agree().await;
    // Redis comes back from the backup: it would give c2's and c3's seats out again.
    app.stores.kill_redis().await;
    let data = app.stores.dir().join("redis");
    restore_files(&backup, &data);
    app.stores.restart_redis().await;
    assert_eq!(crate::app::code(&persist(|| app.hold("c4", &["s"])).await), "full");
    assert_eq!(app.state(&third).await, "confirmed");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_with_all_data_keeps_what_the_ledger_has_not_heard() {
    let mut app = App::start().await;
    app.exam(900, &[("s", "-", 2)]).await;
    redis_says(&app, &["CONFIG", "SET", "appendfsync", "always"]).await;
    // While Postgres is away, holds are given out all the same.
    app.stores.kill_postgres().await;
    let hold = app.held("c1", "s").await;
    app.stores.kill_redis().await;
    app.stores.restart_redis().await;
    app.stores.restart_postgres().await;
    app.until_free("s", 1).await;
    assert_eq!(app.state(&hold).await, "held");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_knows_an_old_epoch_is_fenced_and_learns_the_new_one() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 4)]).await;
    app.held("c1", "s").await;
    let (other, other_api) = app.another().await;
    app.agree().await;
    redis_says(&app, &["FLUSHALL"]).await;
    // One of the two restores, the other finds a new epoch.
    app.held("c2", "s").await;
    let body = serde_json::json!({"candidate": "c3", "sittings": ["s"]});
    let ask = || crate::app::call(&other_api, http::Method::POST, "/api/v1/exams/e/holds", body.clone());
    let reply = persist(ask).await;
    assert!(reply.0.is_success(), "{reply:?}");
    app.until_free("s", 1).await;
    other.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_died_half_way_is_finished() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 2)]).await;
    let hold = app.held("c1", "s").await;
    app.freeze(&hold).await;
    app.agree().await;
    // The process died after the ledger's commit: Redis still says frozen.
    let client = app.stores.pool().get().await.unwrap();
    client
        .batch_execute(
            "UPDATE reservation.holds SET state = 'confirmed', reference = 'r', settled = false, changed_at = now();
             UPDATE reservation.sittings SET confirmed = 1",
        )
        .await
        .unwrap();
    // Another died after the freeze: the ledger knows the reference, and the seat is not confirmed.
    let second = app.held("c2", "s").await;
    app.freeze(&second).await;
    app.until_frozen("c2").await;
    client.batch_execute("UPDATE reservation.holds SET reference = 'r2' WHERE state = 'frozen'").await.unwrap();
    let since = Instant::now();
    while app.in_redis().await.values().any(|hold| hold.0 != 'c') {
        assert!(since.elapsed() < WAIT, "nobody finishes them: {:?}", app.in_redis().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(app.in_redis().await.len(), 2);
    assert_eq!(app.confirm(&second, "r2").await.0, StatusCode::OK);
    app.finish().await;
}

impl App {
    /// Waits until the ledger has the candidate's hold as a frozen one.
    pub(crate) async fn until_frozen(&self, candidate: &str) {
        let since = Instant::now();
        while self.in_ledger().await.get(&format!("{candidate}:1")).is_none_or(|hold| hold.0 != 'f') {
            assert!(since.elapsed() < WAIT, "the ledger does not hear of it");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let status = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

fn restore_files(backup: &std::path::Path, data: &std::path::Path) {
    std::fs::remove_dir_all(data.join("appendonlydir")).ok();
    std::fs::remove_dir_all(data).unwrap();
    copy(backup, data);
}
