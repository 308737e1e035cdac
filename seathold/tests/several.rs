//! Two real servers over one Redis Cluster, one Postgres and one data directory: they share the work, one is
//! killed in the middle, and a primary of the cluster with it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use redis::AsyncCommands;
use serde_json::{Value, json};
use testkit::{Answer, AppOptions, Caller, Fsync, ServedApp, TestCluster, TestStores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

const EXAM: &str = "/api/v1/exams/nation";
const POOLS: usize = 4;
const SEATS: usize = 100;
const CANDIDATES: usize = 1_200;

struct Site {
    cluster: TestCluster,
    stores: TestStores,
    servers: Vec<ServedApp>,
}

impl Site {
    async fn start() -> Self {
        let (cluster, stores) = tokio::join!(TestCluster::start(Fsync::Always), TestStores::start());
        let environment = vec![
            ("REDIS_URL".to_owned(), cluster.url()),
            ("DATABASE_URL".to_owned(), stores.postgres_url().to_owned()),
        ];
        let first = ServedApp::start_with(AppOptions { environment, ..AppOptions::default() }).await;
        let second = first.start_beside().await;
        Self { cluster, stores, servers: vec![first, second] }
    }

    fn callers(&self) -> Vec<Caller> {
        self.servers.iter().map(ServedApp::caller).collect()
    }

    /// Live holds as the cluster has them, and as the ledger has them: candidate and state.
    async fn both_sides(&self) -> [BTreeSet<String>; 2] {
        let mut in_redis = BTreeSet::new();
        for n in 0..POOLS {
            let key = format!("seat:{{nation-{n}}}:taken");
            let taken: Vec<(String, String)> = self.cluster.connect_for(&key).await.hgetall(&key).await.unwrap();
            // What was given back stands there until its deadline, and has no seat.
            let live = taken.iter().filter(|(_, value)| !value.starts_with('r'));
            in_redis.extend(live.map(|(field, value)| format!("{} {}", field.split(':').next().unwrap(), &value[..1])));
        }
        let client = self.stores.pool().get().await.unwrap();
        let query = "SELECT candidate || ' ' || left(state, 1) FROM reservation.holds
                     WHERE exam = 'nation' AND state IN ('held', 'frozen', 'confirmed')";
        let rows = client.query(query, &[]).await.unwrap();
        [in_redis, rows.iter().map(|row| row.get(0)).collect()]
    }
}

impl Site {
    /// Seats left, held, frozen and confirmed, in the newest second that was written down.
    async fn on_the_wall(&self) -> [i64; 4] {
        let client = self.stores.pool().get().await.unwrap();
        let newest = "SELECT (totals->>'left')::bigint, (totals->>'held')::bigint, (totals->>'frozen')::bigint,
                 (totals->>'confirmed')::bigint
             FROM registration.wall_seconds WHERE exam = 'nation' ORDER BY at DESC LIMIT 1";
        let row = client.query_one(newest, &[]).await.unwrap();
        [0, 1, 2, 3].map(|at| row.get(at))
    }
}

/// Asks one server after the other until there is an answer that is none of haste, as a proxy's client would.
async fn persist(callers: &[Caller], first: usize, method: &str, path: &str, body: &Value) -> Answer {
    for attempt in 0..1_200 {
        match callers[(first + attempt) % callers.len()].call(method, path, body).await {
            Some(answer) if answer.status != 503 && answer.status != 429 => return answer,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("{method} {path}: no answer");
}

/// The candidate's seat, and whether it was confirmed; `None` when the sitting was full.
async fn candidate(callers: &[Caller], n: usize) -> Option<bool> {
    let body = json!({"candidate": format!("c{n}"), "sittings": [format!("s{}", n % POOLS)]});
    let held = persist(callers, n, "POST", &format!("{EXAM}/holds"), &body).await;
    if held.status == 409 {
        assert_eq!(held.json()["code"], "full", "{}", held.body);
        return None;
    }
    assert!(matches!(held.status, 200 | 201), "{}", held.body);
    if !(n / POOLS).is_multiple_of(2) {
        return Some(false);
    }
    let hold = held.json()["holds"][0]["id"].as_str().unwrap().to_owned();
    let reference = json!({"reference": format!("order-{n}")});
    // At the other server than the one that gave the seat.
    let paid = persist(callers, n + 1, "POST", &format!("{EXAM}/holds/{hold}/confirm"), &reference).await;
    // A hold of the killed primary that neither its replica nor the ledger had heard of: said so, and not sold twice.
    let lost = matches!(paid.json()["code"].as_str(), Some("unknown_hold" | "expired"));
    assert!(paid.status == 200 || lost, "{}", paid.body);
    (paid.status == 200).then_some(true)
}

/// One request of a browser: the method and path, and a header of its own.
async fn page(address: &str, request: &str, header: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    let head =
        format!("{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\ncontent-length: {}", body.len());
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_share_a_cluster_and_one_of_each_is_killed() {
    let mut site = Site::start().await;
    let callers = site.callers();
    persist(&callers, 0, "PUT", EXAM, &json!({"title": "Nation", "hold_seconds": 900})).await;
    for n in 0..POOLS {
        let sitting = json!({"title": format!("Province {n}"), "capacity": SEATS, "pool": format!("nation-{n}")});
        assert!(persist(&callers, 0, "PUT", &format!("{EXAM}/sittings/s{n}"), &sitting).await.status < 300);
    }
    // The other server hears of them within a moment.
    let start = Instant::now();
    let count = |answer: Answer| answer.json().as_array().map_or(0, Vec::len);
    while count(persist(&callers[1..], 0, "GET", &format!("{EXAM}/sittings"), &Value::Null).await) < POOLS {
        assert!(start.elapsed() < Duration::from_secs(60), "the second server does not hear of new sittings");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let (places, decided) = (Semaphore::new(24), AtomicUsize::new(0));
    let rush = join_all((0..CANDIDATES).map(|n| {
        let (callers, places, decided) = (&callers, &places, &decided);
        async move {
            let _place = places.acquire().await.unwrap();
            let outcome = candidate(callers, n).await;
            decided.fetch_add(1, Ordering::Relaxed);
            outcome
        }
    }));
    let victim = site.cluster.primary_of("seat:{nation-0}:meta").await;
    let killer = async {
        reached(&decided, 100).await;
        site.servers[0].kill().await;
        reached(&decided, 200).await;
        site.cluster.kill(victim).await;
        site.cluster.primary_of("seat:{nation-0}:meta").await;
    };
    let (told, ()) = tokio::join!(rush, killer);

    // The survivor writes every pool's ledger now: nothing is left behind, nothing is sold twice.
    let confirmed: BTreeSet<String> =
        (0..).zip(&told).filter(|(_, outcome)| **outcome == Some(true)).map(|(n, _)| format!("c{n} c")).collect();
    for wait in 0.. {
        let [in_redis, in_ledger] = site.both_sides().await;
        assert!(in_redis.len() <= POOLS * SEATS, "oversold");
        if in_redis == in_ledger && in_redis.len() == POOLS * SEATS {
            let paid: BTreeSet<String> = in_ledger.into_iter().filter(|hold| hold.ends_with(" c")).collect();
            assert_eq!(paid, confirmed, "every confirmation that was told, and no other");
            break;
        }
        assert!(wait < 600, "cluster {} and ledger {} disagree", in_redis.len(), in_ledger.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // So says the wall, whichever of the two writes it down now.
    let paid = i64::try_from(confirmed.len()).unwrap();
    let seats = i64::try_from(POOLS * SEATS).unwrap();
    let start = Instant::now();
    while site.on_the_wall().await != [0, seats - paid, 0, paid] {
        assert!(start.elapsed() < Duration::from_secs(60), "the wall says {:?}", site.on_the_wall().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // The dead server comes back and shows the same; who signed in at one is known at the other.
    site.servers[0].start_again().await;
    let list = persist(&callers[..1], 0, "GET", &format!("{EXAM}/sittings"), &Value::Null).await.json();
    assert!(list.as_array().unwrap().iter().all(|sitting| sitting["free"] == 0), "{list}");
    let (form, body) = ("content-type: application/x-www-form-urlencoded", "name=demo&password=demo-seathold");
    let signed_in = page(site.servers[0].staff_url(), "POST /sign-in", form, body).await;
    let cookie = signed_in.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()).unwrap();
    let desk = page(site.servers[1].staff_url(), "GET /", &format!("cookie: {cookie}"), "").await;
    assert!(desk.starts_with("HTTP/1.1 200"), "{desk}");
    for server in &mut site.servers {
        assert!(server.stop().await.success());
    }
}

async fn reached(decided: &AtomicUsize, number: usize) {
    let start = Instant::now();
    while decided.load(Ordering::Relaxed) < number {
        assert!(start.elapsed() < Duration::from_secs(60), "no decisions any more before {number}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
