//! What `ops/scale.md` computes with: processor time, memory and traffic per hold on a cluster of six, per row of the
//! ledger, and per look at a waiting room. Processor time instead of rates, so that a busy machine measures the same.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]
#![expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use benches::{Bench, requests};
use futures_util::future::join_all;
use reservation::ids::SittingNumber;
use reservation::ledger::writers::WriterId;
use reservation::restore::open_pool;
use reservation::store::Store;
use reservation::store::waiting_room::{JoinRequest, WaitingRoomRedisKeys};
use testkit::{Fsync, TestCluster};

const HOLDS: u64 = 200_000;
/// Requests in one script call: a quiet minute, and a rush.
const SIZES: [u64; 3] = [256, 32, 1];
/// Clock ticks in a second, in `/proc/PID/stat`.
const TICKS: f64 = 100.0;

/// What a node says of itself.
#[derive(Clone, Copy)]
struct Spent {
    cpu_s: f64,
    memory: f64,
    replicated: f64,
}

#[tokio::main]
async fn main() {
    room().await;
    for size in SIZES {
        let cluster = TestCluster::start(Fsync::Always).await;
        let mut bench = Bench::start(Fsync::Off).await;
        bench.store = Store::open(&cluster.url()).await.expect("our own cluster answers");
        let row =
            open_pool(&bench.store, &bench.ledger, &bench.pool, WriterId::new(), true).await.expect("the pool opens");
        bench.pool.take_over(&row);
        let primary = cluster.primary_of(bench.pool.keys.meta()).await;
        let replica = cluster.replica_of(primary).await;

        let before = [spent(&cluster, primary).await, spent(&cluster, replica).await];
        let started = Instant::now();
        fill(&bench, size).await;
        let took = started.elapsed().as_secs_f64();
        let after = [spent(&cluster, primary).await, spent(&cluster, replica).await];
        let per_hold = |of: fn(&Spent) -> f64, node: usize| (of(&after[node]) - of(&before[node])) / HOLDS as f64;
        println!("{size} a call, appendfsync always, {HOLDS} holds in {took:.1} s");
        println!("  primary  {:6.2} µs of processor time a hold", per_hold(|spent| spent.cpu_s, 0) * 1e6);
        println!("  replica  {:6.2} µs of processor time a hold", per_hold(|spent| spent.cpu_s, 1) * 1e6);
        println!("  memory   {:6.1} bytes a hold, its event with it", per_hold(|spent| spent.memory, 0));
        println!("  traffic  {:6.1} bytes a hold to the replica", per_hold(|spent| spent.replicated, 0));

        let (cpu, wal) = (postgres_cpu_s(&mut bench), wal_bytes(&bench).await);
        let started = Instant::now();
        bench.sync().await;
        let took = started.elapsed().as_secs_f64();
        println!(
            "  ledger   {:6.2} µs of processor time a row, in {took:.1} s",
            (postgres_cpu_s(&mut bench) - cpu) / HOLDS as f64 * 1e6
        );
        println!("  log      {:6.1} bytes a row", (wal_bytes(&bench).await - wal) / HOLDS as f64);
        println!("  table    {:6.1} bytes a row with its indexes", table_bytes(&bench).await / HOLDS as f64);

        let mut redis = cluster.connect(primary).await;
        let _: i64 = redis::Cmd::del(bench.pool.keys.all().as_slice()).query_async(&mut redis).await.expect("gone");
        let started = Instant::now();
        open_pool(&bench.store, &bench.ledger, &bench.pool, WriterId::new(), true).await.expect("the pool is restored");
        println!("  restore  {:6.2} s for {HOLDS} holds", started.elapsed().as_secs_f64());
    }
}

/// What a position in a waiting room costs, and a look at it.
async fn room() {
    let cluster = TestCluster::start(Fsync::Always).await;
    let store = Store::open(&cluster.url()).await.expect("our own cluster answers");
    let keys = WaitingRoomRedisKeys::of(&"bench".parse().expect("a name"));
    let primary = cluster.primary_of(&keys.all()[0]).await;
    for what in ["a position", "a look at it"] {
        let before = spent(&cluster, primary).await;
        let next = AtomicU64::new(0);
        join_all((0..32).map(|_| async {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= HOLDS {
                    break;
                }
                let candidate = format!("c{n:09}").parse().expect("a name");
                let request = JoinRequest {
                    round: 1,
                    candidate: &candidate,
                    shuffled_score: n as f64 / HOLDS as f64,
                    opens_ms: None,
                    was_present: true,
                    pass_life_ms: 60_000,
                    join: true,
                };
                store.waiting_room_join(&keys, &request).await.expect("a position");
            }
        }))
        .await;
        let after = spent(&cluster, primary).await;
        let cpu = (after.cpu_s - before.cpu_s) / HOLDS as f64 * 1e6;
        println!(
            "{what:12} {cpu:6.2} µs of processor time, {:.1} bytes",
            (after.memory - before.memory) / HOLDS as f64
        );
    }
}

/// Makes the holds, a few calls at a time as the engine does.
async fn fill(bench: &Bench, size: u64) {
    let next = AtomicU64::new(0);
    join_all((0..if size == 1 { 32 } else { 2 }).map(|_| async {
        loop {
            let first = next.fetch_add(size, Ordering::Relaxed);
            if first >= HOLDS {
                break;
            }
            bench.hold(&bench.pool, &requests(first, size.min(HOLDS - first), SittingNumber(1))).await;
        }
    }))
    .await;
}

async fn spent(cluster: &TestCluster, node: usize) -> Spent {
    let info: String = redis::cmd("INFO").query_async(&mut cluster.connect(node).await).await.expect("a node answers");
    let number = |name: &str| -> f64 {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.expect("INFO has it").trim().parse().expect("a number")
    };
    Spent {
        cpu_s: number("used_cpu_user") + number("used_cpu_sys"),
        memory: number("used_memory") - number("mem_replication_backlog") - number("mem_clients_slaves"),
        replicated: number("total_net_repl_output_bytes"),
    }
}

/// Processor time of Postgres and all its backends, those that have ended too.
fn postgres_cpu_s(bench: &mut Bench) -> f64 {
    let server = bench.stores.postgres().pid();
    let stats = fs::read_dir("/proc").expect("Linux").flatten().filter_map(|entry| {
        let text = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (pid, rest) = (text.split(' ').next()?.parse::<u32>().ok()?, text.rsplit_once(") ")?.1.to_owned());
        let fields: Vec<f64> = rest.split(' ').map(|field| field.parse().unwrap_or_default()).collect();
        let own = fields[11] + fields[12];
        match () {
            () if pid == server => Some(own + fields[13] + fields[14]),
            () if fields[1] == f64::from(server) => Some(own),
            () => None,
        }
    });
    stats.sum::<f64>() / TICKS
}

async fn number(bench: &Bench, query: &str) -> f64 {
    let client = bench.ledger.client().await.expect("a connection");
    client.query_one(query, &[]).await.expect("a row").get(0)
}

async fn wal_bytes(bench: &Bench) -> f64 {
    number(bench, "SELECT (pg_current_wal_lsn() - '0/0')::float8").await
}

async fn table_bytes(bench: &Bench) -> f64 {
    number(
        bench,
        "SELECT sum(pg_total_relation_size(c.oid))::float8 FROM pg_class c
                   WHERE c.relname LIKE 'holds%' AND c.relkind = 'r'",
    )
    .await
}
