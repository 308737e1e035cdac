//! One script call on an idle Redis, by the number of requests in it.

use std::sync::atomic::{AtomicU64, Ordering};

use benches::Bench;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use testkit::Fsync;

fn hold(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let bench = runtime.block_on(Bench::start(Fsync::Off));
    let next = AtomicU64::new(0);
    let mut group = criterion.benchmark_group("hold_script");
    for size in [1, 32, 256] {
        group.throughput(Throughput::Elements(size));
        group.bench_with_input(BenchmarkId::from_parameter(size), &size, |bencher, &size| {
            bencher.to_async(&runtime).iter(|| bench.hold(next.fetch_add(size, Ordering::Relaxed), size));
        });
    }
    group.finish();
}

criterion_group!(scripts, hold);
criterion_main!(scripts);
