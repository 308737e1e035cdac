//! Scratch: not committed.
#![allow(missing_docs, clippy::print_stdout, clippy::cast_precision_loss)]
use benches::Bench;
use futures_util::future::join_all;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use testkit::Fsync;

#[tokio::main]
async fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|a| a.parse().unwrap_or(0)).collect();
    let (size, flight, secs, fsync) = (args[0], args[1], args[2], args[3] == 1);
    let bench = Bench::start(if fsync { Fsync::Always } else { Fsync::Off }).await;
    let next = AtomicU64::new(0);
    let cpu = || {
        let s = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let f: Vec<&str> = s.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        (f[11].parse::<u64>().unwrap_or(0) + f[12].parse::<u64>().unwrap_or(0)) as f64 * 0.01
    };
    let (c0, started) = (cpu(), Instant::now());
    join_all((0..flight).map(|_| async {
        while started.elapsed() < Duration::from_secs(secs) {
            bench.hold(next.fetch_add(size, Ordering::Relaxed), size).await;
        }
    }))
    .await;
    let n = next.load(Ordering::Relaxed) as f64;
    let secs = started.elapsed().as_secs_f64();
    let mut redis = bench.stores.redis_connection().await;
    let info: String = redis::cmd("INFO").arg("all").query_async(&mut redis).await.expect("info");
    let get = |k: &str| {
        info.lines()
            .find_map(|l| l.strip_prefix(k))
            .map(|l| l.split(',').next().unwrap_or("").trim().to_owned())
            .unwrap_or_default()
    };
    println!(
        "hps {:.0}  own cpu/hold {:.2} us  redis user {} sys {}  evalsha {}  fsync delayed {}",
        n / secs,
        (cpu() - c0) / n * 1e6,
        get("used_cpu_user:"),
        get("used_cpu_sys:"),
        info.lines().find(|l| l.starts_with("cmdstat_evalsha")).unwrap_or(""),
        get("aof_delayed_fsync:")
    );
    println!("bytes/hold {:.1}", bench.memory_bytes().await as f64 / n);
}
