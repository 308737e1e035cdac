//! Money while things fail: the channels lose, repeat and delay what they tell, or tell nothing at all, and the server is
//! killed again and again. In the end everybody who has paid has the seat, and the books are the channels' to the fen.
//!
//! The test has the doors that pages ask, without jobs, so that whatever is settled is settled by the server. `MONEY_PAYMENTS`
//! says how many pay: 3000 is the full run, which also asks that each is settled within half a minute.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]
#![allow(clippy::print_stdout, reason = "a run tells its figures")]
#![allow(clippy::large_futures, reason = "a test waits for each of its futures once, and has the stack to itself")]

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use gateways::alipay::AlipayConfig;
use gateways::pay::Surface;
use gateways::settings::Variables;
use gateways::unionpay::UnionPayConfig;
use gateways::wechat_pay::WechatPayConfig;
use gateways::{Channel, Gateways};
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use registration::model::document::ResidentId;
use registration::model::ids::AccountId;
use registration::model::payment::Method;
use registration::payments::{Going, Payer};
use registration::people::accounts::{AccountSettings, NewAccount};
use registration::secrets::vault::Vault;
use registration::{Fen, Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use sandbox::{Conduct, NewsTwist, Sandbox};
use testkit::{AppOptions, ServedApp, TestStores};

/// Every candidate pays in so many exams: to sign up costs more than to pay.
const EXAMS: usize = 20;
/// So many pay at once.
const AT_ONCE: usize = 12;
/// So often the server is killed.
const KILLS: usize = 5;
/// Long after the hold of nobody, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);
/// The promise of the full run.
const SETTLED_WITHIN: f64 = 30.0;
/// How many payments a usual run makes.
const PAYMENTS: usize = 100;

struct Site {
    app: ServedApp,
    stores: TestStores,
    sandbox: Sandbox,
    engine: Engine,
    registration: Registration,
    accounts: Vec<AccountId>,
}

impl Site {
    async fn start(payments: usize) -> Self {
        let (stores, sandbox) = tokio::join!(TestStores::start(), Sandbox::start("127.0.0.1:0".parse().unwrap()));
        let sandbox = sandbox.unwrap();
        let mut environment: Vec<(String, String)> =
            sandbox.variables().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        environment.push(("REDIS_URL".to_owned(), stores.redis_url().to_owned()));
        environment.push(("DATABASE_URL".to_owned(), stores.postgres_url().to_owned()));
        let arguments = ["--pay", "alipay,wechat-pay,unionpay"].map(str::to_owned).to_vec();
        let app =
            ServedApp::start_with(AppOptions { demo: false, arguments, environment, ..AppOptions::default() }).await;
        let config = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
        let engine = Engine::start(config).await.unwrap();
        let variables = Variables::default().with(sandbox.variables());
        let pay = vec![
            Channel::alipay(AlipayConfig::of(&variables).unwrap()),
            Channel::wechat_pay(WechatPayConfig::of(&variables).unwrap()),
            Channel::unionpay(UnionPayConfig::of(&variables).unwrap()),
        ];
        let config = RegistrationConfig {
            postgres: stores.pool(),
            engine: engine.clone(),
            files: Arc::new(LocalFileSystem::new_with_prefix(stores.dir()).unwrap()),
            vault: Vault::load_or_create(&app.data().join("vault-keys")).unwrap(),
            gateways: Gateways { pay, ..Gateways::default() },
            accounts: AccountSettings::default(),
        };
        let registration = Registration::open(config).await.unwrap();
        // What is done over and over is the server's.
        registration.stop().await;
        for number in 0..EXAMS {
            write_exam(&stores, number, payments);
            registration.exams.import(&stores.dir().join("exam")).await.unwrap();
        }
        let mut accounts = Vec::new();
        for number in 0..payments.div_ceil(EXAMS) {
            let new = NewAccount::parse("王芳", &document(number), "13812345678", "correct-horse").unwrap();
            accounts.push(registration.accounts.register(new).await.unwrap().id);
        }
        Self { app, stores, sandbox, engine, registration, accounts }
    }

    /// One candidate takes a seat and pays for it. The order's number.
    async fn buy(&self, number: usize) -> String {
        let account = self.accounts[number / EXAMS];
        let exam = format!("exam-{}", number % EXAMS).parse().unwrap();
        let sittings = ["s0".parse().unwrap()];
        let order = self.registration.orders.hold(account, &exam, &sittings, false).await.unwrap();
        let method = [Method::Alipay, Method::WechatPay, Method::Bank][number % 3];
        let surface = [Surface::Phone, Surface::Desk][number / 3 % 2];
        let (notify_url, return_url) =
            (format!("{}/pay/{method}/notify", self.app.url()), format!("{}/orders/{}", self.app.url(), order.id));
        let ip = IpAddr::from([203, 0, 113, 7]);
        let payer =
            Payer {
                surface, ip, subject: "考试报名费", notify_url: &notify_url, return_url: &return_url, bank: None
            };
        let going = self.registration.payments.pay(account, order.id, method, &payer).await.unwrap();
        let Going::Start { start, .. } = going else { panic!("{going:?}") };
        let cashier = self.sandbox.buyer(self.app.url()).go(&start).await.unwrap();
        cashier.pay_and_close().await.unwrap();
        order.id.to_string()
    }

    /// The orders whose money has bought their seats, and when.
    async fn settled(&self) -> HashMap<String, Timestamp> {
        let client = self.stores.pool().get().await.unwrap();
        let query = "SELECT s.order_id, s.moved_at FROM registration.settlements s
             JOIN registration.orders o ON o.id = s.order_id WHERE s.state = 'seat' AND o.state = 'confirmed'";
        client.query(query, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// Nothing is left to be asked, settled or sent, and both books say the same.
    async fn check(&self, payments: usize) {
        let client = self.stores.pool().get().await.unwrap();
        let left = "SELECT
            (SELECT count(*) FROM registration.payments WHERE state IN ('created', 'pending', 'unknown'))
            + (SELECT count(*) FROM registration.settlements WHERE state <> 'seat')
            + (SELECT count(*) FROM registration.refunds)";
        assert_eq!(client.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0, "something is left");
        let books = self.registration.payments.books().await.unwrap();
        assert_eq!(books.differences, [], "{:?}", books.balances);
        let clearing: i64 =
            books.balances.iter().filter(|(name, _)| name.starts_with("clearing.")).map(|(_, sum)| sum.0).sum();
        let trades = self.sandbox.pay().trades();
        let till: u64 = trades.iter().filter(|trade| trade.is_paid()).map(|trade| trade.amount_fen).sum();
        assert!(trades.iter().all(|trade| trade.refunds.is_empty()));
        assert_eq!(Fen(clearing), Fen(i64::try_from(till).unwrap()), "the books are the channels'");
        assert_eq!(clearing, 12_000 * i64::try_from(payments).unwrap());
    }
}

/// When each order was paid for at its channel.
type Paid = Mutex<HashMap<String, Timestamp>>;

async fn pay_all(site: &Site, paid: &Paid, numbers: Range<usize>) {
    stream::iter(numbers)
        .for_each_concurrent(AT_ONCE, |number| async move {
            let order = site.buy(number).await;
            paid.lock().unwrap().insert(order, Timestamp::now());
        })
        .await;
}

fn payments() -> usize {
    std::env::var("MONEY_PAYMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(PAYMENTS)
}

async fn run(news: &[(NewsTwist, u8)]) {
    let payments = payments();
    let mut site = Site::start(payments).await;
    for channel in [sandbox::Channel::Alipay, sandbox::Channel::WechatPay, sandbox::Channel::Unionpay] {
        let news_often = news.iter().copied().collect();
        site.sandbox.pay().behave(channel, Conduct { seed: 11, news_often, ..Conduct::default() });
    }
    let paid = Paid::default();
    let first_of = |part: usize| payments * part / (KILLS + 1);
    pay_all(&site, &paid, 0..first_of(1)).await;
    for kill in 1..=KILLS {
        site.app.kill().await;
        // Some pay while the server is away, and nobody hears of it.
        let away = first_of(kill) + payments / 60;
        pay_all(&site, &paid, first_of(kill)..away).await;
        site.app.start_again().await;
        pay_all(&site, &paid, away..first_of(kill + 1)).await;
    }
    let start = Instant::now();
    while site.settled().await.len() < payments {
        assert!(start.elapsed() < PATIENCE, "{} of {payments} are settled", site.settled().await.len());
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    site.check(payments).await;
    let (paid, settled) = (paid.into_inner().unwrap(), site.settled().await);
    let mut times: Vec<f64> = paid.iter().map(|(order, at)| settled[order].duration_since(*at).as_secs_f64()).collect();
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    let (half, most, last) = (at(50), at(99), at(100));
    println!(
        "{payments} payments, {KILLS} kills: settled within {half:.1} s (p50), {most:.1} s (p99), {last:.1} s (all)"
    );
    if payments >= 3_000 {
        assert!(last <= SETTLED_WITHIN, "the last one took {last} s");
    }
    let Site { mut app, sandbox, engine, .. } = site;
    app.stop().await;
    engine.stop().await;
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_settled_though_news_are_lost_doubled_and_late_and_the_server_is_killed() {
    run(&[(NewsTwist::Lost, 10), (NewsTwist::Doubled, 10), (NewsTwist::Late, 10)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_settled_though_no_news_come_and_the_server_is_killed() {
    run(&[(NewsTwist::Lost, 100)]).await;
}

fn write_exam(stores: &TestStores, number: usize, capacity: usize) {
    let dir = stores.dir().join("exam");
    std::fs::create_dir_all(&dir).unwrap();
    let toml = format!(
        "id = \"exam-{number}\"\ntitle = {{ zh = \"考试\", en = \"Exam\" }}\norganiser = {{ zh = \"学院\", en = \"School\" }}\n\
         hold_seconds = 900\ngrace_seconds = 60\n\
         opens_at = 2020-01-01T00:00:00+08:00\ncloses_at = 2099-01-01T00:00:00+08:00\n\
         fee = \"120.00\"\npayment_url = \"https://pay.example.com/\"\n\
         notice = {{ zh = [\"须知\"], en = [\"Notice\"] }}\n[payment]\nchannels = [\"alipay\", \"wechat_pay\", \"bank\"]\n"
    );
    let csv = format!(
        "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity\n\
         s0,英语,English,一教,Hall,2099-02-01T09:00:00+08:00,{capacity}\n"
    );
    std::fs::write(dir.join("exam.toml"), toml).unwrap();
    std::fs::write(dir.join("sittings.csv"), csv).unwrap();
}

/// A valid document number; each number gives another one.
fn document(number: usize) -> String {
    let body = format!("110105{}{:02}01{:03}", 1950 + number / 1_000 % 50, 1 + number / 50_000, number % 1_000);
    let mut all = "0123456789X".chars().map(|check| format!("{body}{check}"));
    all.find(|text| text.parse::<ResidentId>().is_ok()).unwrap()
}
