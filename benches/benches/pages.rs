//! Rendering pages: the list of exams, and the page of an exam with two hundred sittings, through the router as a
//! request takes it, layers included.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum_extra::extract::cookie::Key;
use criterion::{Criterion, criterion_group, criterion_main};
use h5::H5State;
use http::Request;
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use testkit::TestStores;
use tower::ServiceExt;

const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
const SITTINGS: u32 = 200;
const EXAM: &str = r#"
id = "wide"
title = { zh = "统一考试", en = "Wide" }
organiser = { zh = "临江大学", en = "Linjiang University" }
hold_seconds = 900
opens_at = 2020-01-01T09:00:00+08:00
closes_at = 2090-01-01T17:00:00+08:00
payment_deadline = 2090-01-01T18:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.edu/wide"
resubmit_hours = 24
[notice]
zh = ["第一条"]
en = ["First"]
[[groups]]
id = "language"
title = { zh = "外语", en = "Language" }
"#;

/// The site with one wide exam; the stores live as long as it is used.
struct Site {
    router: Router,
    engine: Engine,
    _stores: TestStores,
}

impl Site {
    async fn start() -> Self {
        let stores = TestStores::start().await;
        let redis_url = stores.redis_url().to_owned();
        let engine = Engine::start(EngineConfig { redis_url, postgres: stores.pool() }).await.expect("an engine");
        let config = RegistrationConfig {
            postgres: stores.pool(),
            engine: engine.clone(),
            files: Arc::new(object_store::memory::InMemory::new()),
            vault: Vault::load_or_create(&stores.dir().join("vault-key")).expect("a key"),
            gateways: Default::default(),
            accounts: Default::default(),
        };
        let registration = Registration::open(config).await.expect("our own Postgres answers");
        let dir = stores.dir().join("exam");
        write_exam(&dir);
        registration.exams.import(&dir).await.expect("the exam is well-formed");
        let outside = H5State {
            limits: httpkit::limits::Limits::default(),
            engine: engine.clone(),
            registration,
            cookie_key: Key::generate(),
            public_url: None,
            contact: None,
            demo: false,
            sandbox_url: None,
            printing: None,
        };
        Self { router: h5::router(outside), engine, _stores: stores }
    }

    /// The page's bytes.
    async fn page(&self, path: &str) -> usize {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let answer = self.router.clone().oneshot(request).await.expect("the router never fails");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        to_bytes(answer.into_body(), PAGE_BYTES_MAX).await.expect("a page").len()
    }
}

fn write_exam(dir: &Path) {
    let mut sittings = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee\n".to_owned();
    for number in 1..=SITTINGS {
        let _ = writeln!(
            sittings,
            "s{number},英语,English,language,{number}号楼,Building {number},2090-05-22T09:00:00+08:00,50,"
        );
    }
    std::fs::create_dir_all(dir).expect("our own directory");
    std::fs::write(dir.join("exam.toml"), EXAM).expect("our own directory");
    std::fs::write(dir.join("sittings.csv"), sittings).expect("our own directory");
}

fn pages(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let site = runtime.block_on(Site::start());
    let mut group = criterion.benchmark_group("page");
    for (name, path) in [("exam_list", "/"), ("exam_of_200_sittings", "/exams/wide")] {
        group.bench_function(name, |bencher| bencher.to_async(&runtime).iter(|| site.page(path)));
    }
    group.finish();
    runtime.block_on(site.engine.stop());
}

criterion_group!(all, pages);
criterion_main!(all);
