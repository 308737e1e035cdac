//! Money through the core, in process: a rush of genuine notifications, each taken in and committed, and how soon the seats
//! that they pay for are confirmed. Alipay is the sandbox's. Prints its figures; `PAYMENTS` says how many (500).
#![expect(clippy::print_stdout, reason = "its output is what it is for")]
#![expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use futures_util::stream::{self, StreamExt};
use gateways::Gateways;
use gateways::pay::{Start, Surface};
use http::HeaderMap;
use registration::model::order::OrderId;
use registration::model::payment::Method;
use registration::payments::{Going, Payer};
use registration::people::accounts::NewAccount;
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use sandbox::Sandbox;
use testkit::TestStores;

/// How many notifications come in a second, and how many payers there are at once.
const PER_SECOND: u32 = 500;
const AT_ONCE: usize = 8;
const EXAM: &str = r#"
id = "exam"
title = { zh = "考试", en = "Exam" }
organiser = { zh = "学院", en = "School" }
hold_seconds = 3600
grace_seconds = 60
opens_at = 2020-01-01T00:00:00+08:00
closes_at = 2099-01-01T00:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.edu/exam"
groups = []
[notice]
zh = ["须知"]
en = ["Notice"]
[payment]
channels = ["alipay"]
"#;

/// What the channel told.
type Told = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

fn main() {
    // `cargo test --benches` only looks whether it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(measure());
}

async fn measure() {
    let count: usize = std::env::var("PAYMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    let sandbox = Sandbox::start("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let stores = TestStores::start().await;
    let registration = open(&stores, &sandbox, count).await;
    let told = Told::default();
    let site = listen(Arc::clone(&told)).await;
    let orders: Vec<OrderId> = stream::iter(1..=count)
        .map(|number| pay((&registration, &stores), &sandbox, &site, number))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    while told.lock().expect("nobody panics").len() < count {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let news = std::mem::take(&mut *told.lock().expect("nobody panics"));
    let began = Instant::now();
    let heard = stream::iter(news.into_iter().enumerate()).map(|(place, (headers, body))| {
        let payments = registration.payments.clone();
        let due = began + Duration::from_secs(1) * u32::try_from(place).expect("few") / PER_SECOND;
        tokio::spawn(async move {
            tokio::time::sleep_until(due.into()).await;
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            payments.heard("alipay", &header, &body).await.expect("a genuine notification");
            due.elapsed()
        })
    });
    let mut latencies: Vec<Duration> =
        heard.buffer_unordered(count).map(|joined| joined.expect("nobody panics")).collect().await;
    latencies.sort();
    let at =
        |latencies: &[Duration], part: usize| latencies[(latencies.len() - 1) * part / 100].as_secs_f64() * 1_000.0;
    let (p50, p99) = (at(&latencies, 50), at(&latencies, 99));
    println!("notifications   {} at {PER_SECOND}/s: p50 {p50:.1} ms, p99 {p99:.1} ms", latencies.len());
    let client = stores.pool().get().await.expect("our own Postgres answers");
    let confirmed = "SELECT count(*) FROM registration.orders WHERE state = 'confirmed'";
    while client.query_one(confirmed, &[]).await.expect("an answer").get::<_, i64>(0)
        < i64::try_from(orders.len()).expect("few")
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = began.elapsed().as_secs_f64();
    println!("payments settled {:.0}/s, from the first notification to the last confirmed seat", count as f64 / took);
    let spread = "SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
            ORDER BY extract(epoch FROM s.moved_at - p.received_at) * 1000) AS ms
        FROM registration.settlements s JOIN registration.payments p ON p.id = s.payment";
    let ms: Vec<f64> = client.query_one(spread, &[]).await.expect("an answer").get("ms");
    println!("settle latency   p50 {:.1} ms, p99 {:.1} ms", ms[0], ms[1]);
    registration.stop().await;
    sandbox.stop().await;
}

async fn open(stores: &TestStores, sandbox: &Sandbox, count: usize) -> Registration {
    let config = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
    let engine = Engine::start(config).await.expect("an engine");
    let pay = sandbox.gateways().expect("the sandbox's keys are good").pay;
    let config = RegistrationConfig {
        postgres: stores.pool(),
        engine,
        files: Arc::new(object_store::memory::InMemory::new()),
        vault: Vault::load_or_create(&stores.dir().join("vault-key")).expect("a key"),
        gateways: Gateways { pay, ..Gateways::default() },
        accounts: Default::default(),
    };
    let registration = Registration::open(config).await.expect("our own Postgres answers");
    let dir = stores.dir().join("exam");
    std::fs::create_dir_all(&dir).expect("our own directory");
    std::fs::write(dir.join("exam.toml"), EXAM).expect("our own directory");
    let sittings = format!(
        "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity,group\ns0,英语,English,一教,Hall,2099-02-01T09:00:00+08:00,{count},\n"
    );
    std::fs::write(dir.join("sittings.csv"), sittings).expect("our own directory");
    registration.exams.import(&dir).await.expect("the exam is well-formed");
    registration
}

/// Keeps what the channel tells, and says nothing to the registration yet.
async fn listen(told: Told) -> String {
    let keep = async |State(told): State<Told>, headers: HeaderMap, body: Bytes| {
        told.lock().expect("nobody panics").push((headers, body));
        "success"
    };
    let router = Router::new().route("/pay/alipay/notify", post(keep)).with_state(told);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let site = format!("http://{}", listener.local_addr().expect("it is bound"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    site
}

/// A candidate holds a seat and pays for it at the channel.
async fn pay(
    (registration, stores): (&Registration, &TestStores),
    sandbox: &Sandbox,
    site: &str,
    number: usize,
) -> OrderId {
    let document = document(number);
    let new = NewAccount::parse("张伟", &document, "13912345678", "secret-1").expect("a document");
    let account = registration.accounts.register(new).await.expect("an account").id;
    let (exam, sittings) = ("exam".parse().expect("a name"), ["s0".parse().expect("a name")]);
    let order = registration.orders.hold(account, &exam, &sittings, false).await.expect("a seat").id;
    let payer = Payer {
        surface: Surface::Desk,
        ip: IpAddr::from([203, 0, 113, 7]),
        subject: "考试报名费",
        notify_url: &format!("{site}/pay/alipay/notify"),
        return_url: &format!("{site}/me"),
    };
    let going = registration.payments.pay(account, order, Method::Alipay, &payer).await.expect("a code");
    let Going::Start { start: Start::Scan { code, .. }, .. } = going else { unreachable!("nobody has paid yet") };
    // Nobody asks the channel: what is measured comes by notifications alone.
    let client = stores.pool().get().await.expect("our own Postgres answers");
    client.batch_execute("UPDATE registration.payments SET ask_at = NULL").await.expect("an answer");
    let cashier = sandbox.buyer(site).open(&code).await.expect("a cashier");
    cashier.pay_and_close().await.expect("it takes money");
    order
}

/// A resident's number with the right check digit (GB 11643).
fn document(number: usize) -> String {
    let body = format!("110105{}01{:02}{:03}", 1950 + number / 28_000, 1 + number / 1_000 % 28, number % 1_000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}
