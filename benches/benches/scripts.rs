//! One script call on an idle Redis, by the number of requests in it: hold, release, freeze, confirm.
//!
//! What a call needs (seats that are held, requests made up) is done before the clock starts, and seats are given
//! back after it has stopped: the pool stays as full as it was.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches::{Bench, moment, places, requests};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use reservation::ids::SittingNumber;
use reservation::store::{FreezeRequest, Place};
use testkit::Fsync;

const SIZES: [u64; 3] = [1, 32, 256];

/// Which call is timed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Timed {
    Hold,
    Release,
    Freeze,
    Confirm,
}

impl Timed {
    /// How long this call takes on the way of these candidates from nothing to nothing.
    async fn once(self, bench: &Bench, first: u64, count: u64) -> Duration {
        let (pool, wanted) = (&bench.pool, requests(first, count, SittingNumber(1)));
        let clock = Instant::now();
        let seats = bench.hold(pool, &wanted).await;
        let mut took = clock.elapsed();
        let held = places(&wanted, &seats);
        if matches!(self, Self::Hold | Self::Release) {
            let clock = Instant::now();
            bench.release(pool, &held).await;
            return if self == Self::Hold { took } else { clock.elapsed() };
        }
        let freeze =
            |place: Place| FreezeRequest { place, take: false, reference: Some("paid".parse().expect("a name")) };
        let frozen: Vec<_> = held.iter().cloned().map(freeze).collect();
        let clock = Instant::now();
        bench.store.freeze(&pool.keys, moment(pool), &frozen).await.expect("our own Redis answers");
        if self == Self::Freeze {
            took = clock.elapsed();
        }
        for is_confirmed in [true, false] {
            let decided: Vec<_> = held.iter().cloned().map(|place| (place, is_confirmed)).collect();
            let clock = Instant::now();
            bench.store.settle(&pool.keys, moment(pool), &decided).await.expect("our own Redis answers");
            if self == Self::Confirm && is_confirmed {
                took = clock.elapsed();
            }
        }
        took
    }
}

fn scripts(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let bench = runtime.block_on(Bench::start(Fsync::Off));
    let next = AtomicU64::new(0);
    for timed in [Timed::Hold, Timed::Release, Timed::Freeze, Timed::Confirm] {
        let mut group = criterion.benchmark_group(format!("{timed:?}").to_lowercase());
        group.measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
        for size in SIZES {
            runtime.block_on(bench.trim(&bench.pool));
            group.throughput(Throughput::Elements(size));
            group.bench_with_input(BenchmarkId::from_parameter(size), &size, |bencher, &size| {
                bencher.to_async(&runtime).iter_custom(async |calls| {
                    let mut took = Duration::ZERO;
                    for _ in 0..calls {
                        took += timed.once(&bench, next.fetch_add(size, Ordering::Relaxed), size).await;
                    }
                    took
                });
            });
        }
        group.finish();
    }
}

criterion_group!(all, scripts);
criterion_main!(all);
