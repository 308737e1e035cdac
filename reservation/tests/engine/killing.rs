//! kill -9 of Redis and of Postgres in the middle of a rush: never more than the capacity, every
//! answer kept, and the ledger equals Redis. The server itself is killed in `seathold/tests`.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::StatusCode;
use testkit::{Durability, Fsync, StoresOptions};

use crate::app::{App, Front, WAIT, code, id};

const CANDIDATES: usize = 2_000;
const SEATS: u32 = 500;

/// What candidates were told.
#[derive(Default)]
struct Told {
    held: Vec<String>,
    confirmed: Vec<String>,
}

/// Two thousand candidates want one of five hundred seats, and every other one who gets it
/// confirms. Whoever hears 503 asks again, as a page would.
async fn rush(app: &Front, told: &Mutex<Told>) {
    join_all((0..CANDIDATES).map(|n| async move {
        // Not all at once: the kill should come in the middle.
        tokio::time::sleep(Duration::from_millis((n / 4) as u64)).await;
        let candidate = format!("c{n}");
        let Some(hold) = persist(|| app.hold(&candidate, &["s"])).await else { return };
        let hold = id(&hold);
        told.lock().unwrap().held.push(hold.clone());
        if n % 2 == 0 {
            let reference = format!("order-{n}");
            if persist(|| app.confirm(&hold, &reference)).await.is_some() {
                told.lock().unwrap().confirmed.push(hold);
            }
        }
    }))
    .await;
}

async fn persist<F: Future<Output = crate::app::Reply>>(ask: impl Fn() -> F) -> Option<crate::app::Reply> {
    let since = Instant::now();
    while since.elapsed() < WAIT {
        let reply = ask().await;
        match reply.0 {
            StatusCode::SERVICE_UNAVAILABLE => tokio::time::sleep(Duration::from_millis(50)).await,
            status if status.is_success() => return Some(reply),
            status => {
                assert_eq!((status, code(&reply)), (StatusCode::CONFLICT, "full"), "{reply:?}");
                return None;
            }
        }
    }
    panic!("503 for far too long");
}

/// Nothing that a candidate was told is lost, and nobody is oversold.
async fn check(app: App, told: Told) {
    app.agree().await;
    assert_eq!(told.held.len(), SEATS as usize, "all seats are given out, none twice");
    let live: std::collections::BTreeMap<String, char> = app
        .in_redis()
        .await
        .into_iter()
        .map(|(field, (state, sitting, generation))| {
            let (candidate, _) = field.split_once(':').unwrap();
            (format!("{candidate}.{sitting}.{generation:x}"), state)
        })
        .collect();
    assert!(told.held.iter().all(|hold| live.contains_key(hold)), "a hold that was answered is gone");
    assert!(told.confirmed.iter().all(|hold| live[hold] == 'c'), "a confirmation that was answered is gone");
    assert_eq!(app.free("s").await, 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_killed_in_the_rush() {
    let mut app = App::start_with(StoresOptions { redis: Fsync::Always, postgres: Durability::Process }).await;
    app.exam(900, &[("s", "-", SEATS)]).await;
    let told = Mutex::default();
    let front = app.front.clone();
    let killer = async {
        for pause_ms in [150, 250] {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            app.stores.kill_redis().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            app.stores.restart_redis().await;
        }
    };
    tokio::join!(rush(&front, &told), killer);
    check(app, told.into_inner().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_killed_in_the_rush() {
    let mut app = App::start_with(StoresOptions { redis: Fsync::Always, postgres: Durability::Process }).await;
    app.exam(900, &[("s", "-", SEATS)]).await;
    let told = Mutex::default();
    let front = app.front.clone();
    let killer = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        app.stores.kill_postgres().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        app.stores.restart_postgres().await;
    };
    tokio::join!(rush(&front, &told), killer);
    check(app, told.into_inner().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_emptied_in_the_rush() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", SEATS)]).await;
    let told = Mutex::<Vec<String>>::default();
    let flush = async {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let _: String = redis::cmd("FLUSHALL").query_async(&mut app.stores.redis_connection().await).await.unwrap();
    };
    // Holds that Redis answered and the ledger had not heard of may be gone: `acknowledge = "redis"`.
    // A candidate whose hold is gone hears so when confirming, never that somebody else has it too.
    let rush = join_all((0..CANDIDATES).map(|n| {
        let (app, told) = (&app.front, &told);
        async move {
            tokio::time::sleep(Duration::from_millis((n / 4) as u64)).await;
            let candidate = format!("c{n}");
            let Some(hold) = persist(|| app.hold(&candidate, &["s"])).await else { return };
            let hold = id(&hold);
            let reference = format!("order-{n}");
            let since = Instant::now();
            while since.elapsed() < WAIT {
                let reply = app.confirm(&hold, &reference).await;
                if reply.0 == StatusCode::SERVICE_UNAVAILABLE {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
                if reply.0 == StatusCode::OK {
                    told.lock().unwrap().push(reply.1["id"].as_str().unwrap().to_owned());
                } else {
                    assert!(matches!(code(&reply), "unknown_hold" | "expired"), "{reply:?}");
                }
                return;
            }
            panic!("503 for far too long");
        }
    }));
    tokio::join!(rush, flush);
    let confirmed: Vec<String> = Mutex::into_inner(told).unwrap();
    assert!(confirmed.len() <= SEATS as usize);
    app.agree().await;
    let rows = app.in_ledger().await.into_values().filter(|(state, ..)| *state == 'c').count();
    assert_eq!(rows, confirmed.len(), "every confirmation that was answered, and no other");
    app.finish().await;
}
