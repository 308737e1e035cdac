//! Clocks that are set while holds run: Redis's by hours, and what Postgres's does to leases.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use redis::AsyncCommands;
use reservation::ids::PoolId;
use reservation::store::keys::PoolKeys;
use serde_json::json;
use testkit::{FaultyLine, LineEnd, TestStores, free_port};
use tokio::process::{Child, Command as Async};

use crate::app::{App, Front, WAIT, code, id, persist};

const SEATS: u32 = 6;
const HOUR: i64 = 3_600;
/// What may have passed while the test ran.
const RUN: SignedDuration = SignedDuration::from_secs(60);

/// A Redis of its own whose clock is set by hand.
struct ClockedRedis {
    child: Child,
    port: u16,
    url: String,
    ahead: PathBuf,
}

impl ClockedRedis {
    /// Starts it below `dir`, where the ordinary clock's library is made.
    async fn start(dir: &Path) -> Self {
        let (library, data, ahead) = (dir.join("clock_ahead.so"), dir.join("clocked"), dir.join("ahead"));
        std::fs::create_dir(&data).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/clock_ahead.c");
        let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status().unwrap();
        assert!(made.success(), "the C compiler that links Rust makes a library");
        let port = free_port();
        let mut command = Async::new("redis-server");
        command.env("LD_PRELOAD", &library).env("CLOCK_AHEAD", &ahead).current_dir(&data).kill_on_drop(true);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--port"]).arg(port.to_string());
        command.stdout(std::process::Stdio::null());
        let child = command.spawn().unwrap();
        let url = format!("redis://127.0.0.1:{port}/");
        let client = redis::Client::open(url.as_str()).unwrap();
        let since = Instant::now();
        while client.get_multiplexed_async_connection().await.is_err() {
            assert!(since.elapsed() < WAIT, "the clocked Redis does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { child, port, url, ahead }
    }

    /// Sets the clock so many seconds ahead of the machine's.
    fn set(&self, seconds: i64) {
        let next = self.ahead.with_extension("next");
        std::fs::write(&next, seconds.to_string()).unwrap();
        std::fs::rename(next, &self.ahead).unwrap();
    }

    async fn end(mut self) {
        self.child.kill().await.unwrap();
    }
}

async fn app() -> (ClockedRedis, App) {
    app_with_a_clock(0).await
}

/// An engine on a Redis whose clock was always so many seconds ahead.
async fn app_with_a_clock(ahead: i64) -> (ClockedRedis, App) {
    let stores = TestStores::start().await;
    let redis = ClockedRedis::start(stores.dir()).await;
    redis.set(ahead);
    let app = App::on(stores, &redis.url, &redis.url).await;
    app.exam(900, &[("s", "-", SEATS)]).await;
    (redis, app)
}

async fn ends_at(front: &Front, hold: &str) -> Timestamp {
    let reply = persist(|| front.find(hold)).await;
    assert_eq!(reply.1["state"], "held", "{reply:?}");
    reply.1["expires_at"].as_str().unwrap().parse().unwrap()
}

/// Waits until every running hold ends after this, as the ledger has it.
async fn moved(app: &App, after: Timestamp) {
    let since = Instant::now();
    let earlier = "SELECT count(*) FROM reservation.holds WHERE state = 'held' AND lapses_at <= $1";
    loop {
        let client = app.stores.pool().get().await.unwrap();
        if client.query_one(earlier, &[&after]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        assert!(since.elapsed() < WAIT, "no server finds out");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How much later the hold ends than at `before`, without what the test took.
async fn later(front: &Front, hold: &str, before: Timestamp) -> SignedDuration {
    before.duration_until(ends_at(front, hold).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hold_ends_early_when_the_clock_of_redis_is_set_forward_and_none_moves_twice() {
    let (redis, app) = app().await;
    let (other, front) = app.another_at(&redis.url).await;
    let mut holds = vec![];
    for n in 0..4 {
        holds.push(app.held(&format!("a{n}"), "s").await);
    }
    let given_back = app.held("b", "s").await;
    assert_eq!(app.release(&given_back).await, StatusCode::NO_CONTENT);
    assert_eq!(app.confirm(&holds[0], "paid").await.0, StatusCode::OK);
    app.agree().await;
    let before = ends_at(&app, &holds[1]).await;

    for hours in [1, 30] {
        redis.set(hours * HOUR);
        // Nobody asks for anything: the servers find out by themselves, and say so to the ledger.
        moved(&app, before + SignedDuration::from_hours(hours) - RUN).await;
        for front in [&app.front, &front] {
            for hold in &holds[1..] {
                let later = later(front, hold, before).await;
                let set = SignedDuration::from_hours(hours);
                assert!((set - RUN..set + RUN).contains(&later), "{hours} h: {hold} ends {later:?} later");
            }
            assert_eq!(front.state(&holds[0]).await, "confirmed");
        }
        app.agree().await;
    }

    // Redis still counts on, and nothing is given twice.
    assert_eq!(persist(|| app.confirm(&holds[1], "paid-too")).await.1["id"], json!(holds[1]));
    front.held("n0", "s").await;
    app.exam(5, &[]).await;
    let short = persist(|| app.hold("n1", &["s"])).await;
    assert_eq!(code(&persist(|| app.hold("n2", &["s"])).await), "full");
    app.until_free("s", 1).await;
    assert_eq!(app.state(&id(&short)).await, "expired");

    // Set right again, it is an hour early for everybody, which nobody loses by.
    redis.set(0);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(front.state(&holds[2]).await, "held");
    assert_eq!(persist(|| front.confirm(&holds[2], "paid-as-well")).await.0, StatusCode::OK);
    the_stream_is_trimmed_though_its_ids_stand_still(&app).await;
    other.stop().await;
    app.finish().await;
    redis.end().await;
}

/// Until the clock has caught up every event has the same time in its id; the stream must not grow until then.
async fn the_stream_is_trimmed_though_its_ids_stand_still(app: &App) {
    let take_and_give_back = async |n: usize| {
        let candidate = format!("t{n}");
        let hold = id(&persist(|| app.hold(&candidate, &["s"])).await);
        assert_eq!(app.release(&hold).await, StatusCode::NO_CONTENT);
    };
    for n in 0..120 {
        take_and_give_back(n).await;
    }
    let keys = PoolKeys::of(&"e".parse::<PoolId>().unwrap());
    let length = async || app.look().await.xlen::<_, usize>(keys.events()).await.unwrap();
    let (full, since) = (length().await, Instant::now());
    for n in 120.. {
        let length = length().await;
        if length < full - 100 {
            return;
        }
        assert!(since.elapsed() < WAIT, "{length} events, {full} before");
        tokio::time::sleep(Duration::from_millis(500)).await;
        take_and_give_back(n).await;
    }
}

/// The server that writes has seen to the first time that the clock was set, and stops; the other one, which could not
/// reach Redis, hears of both times at once.
#[tokio::test(flavor = "multi_thread")]
async fn no_hold_ends_early_when_the_clock_of_redis_is_set_forward_twice_before_a_server_hears_of_it() {
    let (redis, app) = app().await;
    let line = FaultyLine::to(LineEnd::Port(redis.port)).await;
    let (other, front) = app.another_at(&line.redis_url()).await;
    let hold = app.held("anna", "s").await;
    app.agree().await;
    let before = ends_at(&front, &hold).await;
    line.silence();
    redis.set(HOUR);
    moved(&app, before + SignedDuration::from_hours(1) - RUN).await;
    app.agree().await;
    app.engine.stop().await;
    redis.set(3 * HOUR);
    line.deliver();
    moved(&app, before + SignedDuration::from_hours(3) - RUN).await;
    let (later, set) = (later(&front, &hold, before).await, SignedDuration::from_hours(3));
    assert!((set - RUN..set + RUN).contains(&later), "it ends {later:?} later");
    assert_eq!(persist(|| front.confirm(&hold, "paid")).await.1["id"], json!(hold));
    app.agree().await;
    other.stop().await;
    app.finish().await;
    redis.end().await;
}

/// Further apart than a test waits: whoever asked the wrong clock would finish it in twenty minutes.
#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_died_half_way_is_finished_however_far_apart_the_clocks_of_the_stores_are() {
    let (redis, app) = app_with_a_clock(1_200).await;
    for (candidate, ahead) in [("anna", 1_200), ("bob", -1_200)] {
        redis.set(ahead);
        let hold = id(&persist(|| app.hold(candidate, &["s"])).await);
        assert_eq!(persist(|| app.freeze(&hold)).await.0, StatusCode::OK);
        app.until_frozen(candidate).await;
        // The process died after the freeze, which carried the reference.
        let client = app.stores.pool().get().await.unwrap();
        let died = "UPDATE reservation.holds SET reference = $1 WHERE state = 'frozen'";
        assert_eq!(client.execute(died, &[&format!("paid-by-{candidate}")]).await.unwrap(), 1);
        let since = Instant::now();
        while app.in_redis().await[&format!("{candidate}:1")].0 != 'c' {
            assert!(since.elapsed() < WAIT, "nobody finishes it with Redis {ahead} s ahead");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    app.finish().await;
    redis.end().await;
}

/// A clock of Postgres that is set forward ends every lease at once: somebody else may write then, and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn leases_that_end_at_once_stop_nobody_for_long() {
    let (redis, app) = app().await;
    let (other, front) = app.another_at(&redis.url).await;
    let client = app.stores.pool().get().await.unwrap();
    for n in 0..SEATS {
        let hold = app.held(&format!("c{n}"), "s").await;
        client.execute("UPDATE reservation.writers SET until = until - interval '1 hour'", &[]).await.unwrap();
        let front = if n % 2 == 0 { &front } else { &app.front };
        let confirmed = persist(|| front.confirm(&hold, "paid")).await;
        assert_eq!((confirmed.0, &confirmed.1["id"]), (StatusCode::OK, &json!(hold)), "{confirmed:?}");
    }
    drop(client);
    assert_eq!(persist(|| app.call(Method::GET, "/readyz", serde_json::Value::Null)).await.0, StatusCode::OK);
    other.stop().await;
    app.finish().await;
    redis.end().await;
}
