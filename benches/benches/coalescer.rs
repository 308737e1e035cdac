//! The queue in front of a script, without the script: many tasks ask, a call that takes no time answers.

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use reservation::engine::bench::Echo;

fn coalescer(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let echo = {
        let _inside = runtime.enter();
        Arc::new(Echo::open())
    };
    let mut group = criterion.benchmark_group("coalescer");
    for askers in [1, 64, 1_024] {
        group.throughput(Throughput::Elements(askers));
        group.bench_with_input(BenchmarkId::from_parameter(askers), &askers, |bencher, &askers| {
            bencher.to_async(&runtime).iter(|| async {
                let asking = (0..askers).map(|number| {
                    let echo = echo.clone();
                    tokio::spawn(async move { echo.ask(number).await })
                });
                for (number, heard) in (0..askers).zip(join_all(asking).await) {
                    assert_eq!(heard.expect("no asker panics"), Some(number), "everybody gets his own answer");
                }
            });
        });
    }
    group.finish();
}

criterion_group!(all, coalescer);
criterion_main!(all);
