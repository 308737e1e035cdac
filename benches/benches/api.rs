//! What the API does around the engine: finding the route, reading and writing JSON.

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http::{Method, StatusCode};
use http_body_util::Full;
use jiff::Timestamp;
use reservation::api::{json, router, wire};
use reservation::hold::HoldState;

fn router_and_json(criterion: &mut Criterion) {
    criterion.bench_function("find_route", |bencher| {
        bencher.iter(|| router::find(&Method::POST, std::hint::black_box("/api/v1/exams/cet/holds")).is_ok());
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let text = Bytes::from_static(br#"{"candidate":"c000000042","sittings":["s1"]}"#);
    criterion.bench_function("read_hold_request", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| async { json::read::<wire::PostHold, _>(Full::new(text.clone())).await.is_ok() });
    });
    let answer = wire::HoldsView {
        holds: vec![wire::HoldView {
            id: "c000000042.1.4294967338".parse().expect("a hold's id"),
            sitting: "s1".parse().expect("a name"),
            state: HoldState::Held,
            expires_at: Timestamp::UNIX_EPOCH,
            reference: None,
        }],
        server_time: Timestamp::UNIX_EPOCH,
    };
    criterion.bench_function("write_hold_answer", |bencher| {
        bencher.iter(|| json::answer(StatusCode::CREATED, std::hint::black_box(&answer)));
    });
}

criterion_group!(api, router_and_json);
criterion_main!(api);
