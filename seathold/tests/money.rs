//! The commands about money, against the sandbox and real stores: the books, reconciliation, and the channels' own checks.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gateways::Gateways;
use gateways::pay::{Form, Start, Surface};
use object_store::local::LocalFileSystem;
use registration::model::ids::AccountId;
use registration::model::order::{OrderId, OrderState};
use registration::model::payment::Method;
use registration::payments::{Going, Payer};
use registration::people::accounts::NewAccount;
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use sandbox::Sandbox;
use testkit::{ServedApp, TestStores};

const EXAM: &str = r#"
id = "exam"
title = { zh = "考试", en = "Exam" }
organiser = { zh = "学院", en = "School" }
hold_seconds = 900
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
channels = ["alipay", "wechat_pay", "bank"]
"#;
const SITTINGS: &str = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity,group
s0,英语,English,一教,Hall,2099-02-01T09:00:00+08:00,9,
";

/// A site whose data a command can join.
struct Till {
    registration: Registration,
    engine: Engine,
    sandbox: Sandbox,
    stores: TestStores,
}

impl Till {
    async fn open() -> Self {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let stores = TestStores::start().await;
        let config = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
        let engine = Engine::start(config).await.unwrap();
        let data = stores.dir().join("data");
        std::fs::create_dir_all(data.join("files")).unwrap();
        let registration = Registration::open(RegistrationConfig {
            postgres: stores.pool(),
            engine: engine.clone(),
            files: Arc::new(LocalFileSystem::new_with_prefix(data.join("files")).unwrap()),
            vault: Vault::load_or_create(&data.join("vault-keys")).unwrap(),
            gateways: Gateways { pay: sandbox.gateways().unwrap().pay, ..Gateways::default() },
            accounts: Default::default(),
        })
        .await
        .unwrap();
        let dir = stores.dir().join("exam");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("exam.toml"), EXAM).unwrap();
        std::fs::write(dir.join("sittings.csv"), SITTINGS).unwrap();
        registration.exams.import(&dir).await.unwrap();
        Self { registration, engine, sandbox, stores }
    }

    /// Somebody holds a seat and pays for it.
    async fn sold(&self, document: &str, method: Method) -> OrderId {
        let new = NewAccount::parse("张伟", document, "13912345678", "secret-1").unwrap();
        let account = self.registration.accounts.register(new).await.unwrap().id;
        let (exam, sittings) = ("exam".parse().unwrap(), ["s0".parse().unwrap()]);
        let order = self.registration.orders.hold(account, &exam, &sittings, false).await.unwrap().id;
        let payer = Payer {
            surface: Surface::Desk,
            ip: [203, 0, 113, 7].into(),
            subject: "考试报名费",
            notify_url: "http://127.0.0.1:9/pay/notify",
            return_url: "http://127.0.0.1:9/",
            bank: None,
        };
        let going = self.registration.payments.pay(account, order, method, &payer).await.unwrap();
        let Going::Start { start, .. } = going else { panic!("{going:?}") };
        self.sandbox.buyer("http://127.0.0.1:9/").go(&start).await.unwrap().pay_and_close().await.unwrap();
        self.until_confirmed(account, order).await;
        order
    }

    async fn until_confirmed(&self, account: AccountId, order: OrderId) {
        let began = Instant::now();
        let state = async || self.registration.orders.get(account, order).await.unwrap().unwrap().state;
        while state().await != OrderState::Confirmed {
            assert!(began.elapsed() < Duration::from_secs(30), "nobody asked the channel");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The binary with what the channels' keys are.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(ServedApp::binary());
        command.args(arguments).envs(self.sandbox.variables()).env("SEATHOLD_PAY", "alipay,wechat-pay,unionpay");
        command.env("SEATHOLD_DATA", self.stores.dir().join("data"));
        command.env("DATABASE_URL", self.stores.postgres_url()).env("REDIS_URL", self.stores.redis_url());
        command
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_checked_tried_and_reconciled_from_the_command_line() {
    let till = Till::open().await;
    till.sold("11010519491231002X", Method::Alipay).await;
    till.sold("440308199901101512", Method::WechatPay).await;
    till.sold("310104198807070019", Method::Bank).await;

    let checked = till.run(&["books", "check"]).await;
    let text = out(&checked);
    assert!(checked.status.success() && text.contains("the books agree"), "{text}{}", error(&checked));
    assert!(text.contains("clearing.alipay\t¥120.00") && text.contains("income\t-¥360.00"), "{text}");

    // 0.01 by a code or by a page of one's own, there and back.
    for channel in ["alipay", "wechat-pay", "unionpay"] {
        let mut child = till
            .command(&["pay", "try", "--channel", channel, "--public-url", "http://127.0.0.1:9"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let start = lines.find_map(|line| start_in(&line.ok()?)).unwrap();
        till.sandbox.buyer("http://127.0.0.1:9/").go(&start).await.unwrap().pay_and_close().await.unwrap();
        let rest = tokio::task::spawn_blocking(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
        let told = rest.await.unwrap();
        assert!(child.wait().unwrap().success() && told.contains("the money went back"), "{channel}: {told}");
    }
    let tried = till.sandbox.pay().trades().into_iter().filter(|trade| trade.number.starts_with("try"));
    assert!(tried.map(|trade| (trade.amount_fen, trade.refunded_fen())).all(|sums| sums == (1, 1)));

    checks(&till).await;
    reconciles(&till).await;

    // The books do not agree when somebody has been at the tables, and the command says so.
    let sql = till.stores.pool().get().await.unwrap();
    sql.batch_execute("SET session_replication_role = replica; DELETE FROM registration.journal_lines WHERE line = 2")
        .await
        .unwrap();
    let checked = till.run(&["books", "check"]).await;
    assert!(!checked.status.success() && error(&checked).contains("the books do not agree"), "{}", error(&checked));
    till.registration.stop().await;
    till.engine.stop().await;
    till.sandbox.stop().await;
}

/// How a trial goes on, if the line says so: by a code, or by a page that a browser opens.
fn start_in(line: &str) -> Option<Start> {
    if let Some((_, code)) = line.split_once("with the channel's app: ") {
        return Some(Start::Scan { code: code.to_owned(), until: None });
    }
    let path = line.strip_prefix("open ")?.split_once(" in a browser")?.0;
    let page = std::fs::read_to_string(path).unwrap();
    std::fs::remove_file(path).unwrap();
    let part = |text: &str, name: &str| {
        let value = text.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap();
        value.replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&")
    };
    let fields = page.split("<input ").skip(1).map(|field| (part(field, "name"), part(field, "value")));
    Some(Start::Send(Form { url: part(&page, "action"), fields: fields.collect(), onward: None, bank: None }))
}

/// `pay check` says which key is which, and finds what will not work.
async fn checks(till: &Till) {
    let good = till.run(&["pay", "check", "--public-url", "https://exam.example.edu"]).await;
    let text = out(&good);
    for known in [
        "alipay      fact",
        "wechat_pay  fact",
        "bank        fact",
        "the keys fit both ways",
        "SEATHOLD_TRUSTED_PROXIES is not set",
    ] {
        assert!(text.contains(known), "{known}: {text}{}", error(&good));
    }
    assert!(good.status.success(), "{text}{}", error(&good));
    // Another app than the key is of: the channel refuses.
    let mut other = till.command(&["pay", "check", "--pay", "alipay", "--public-url", "https://exam.example.edu/"]);
    other.env("SEATHOLD_ALIPAY_APP_ID", "2021999999999999");
    let told = tokio::task::spawn_blocking(move || other.output().unwrap()).await.unwrap();
    assert!(!told.status.success() && out(&told).contains("fault"), "{}", out(&told));
    let mut without = till.command(&["pay", "check", "--pay", "wechat-pay", "--offline"]);
    without.env_remove("SEATHOLD_WECHAT_PAY_MCHID");
    let told = tokio::task::spawn_blocking(move || without.output().unwrap()).await.unwrap();
    assert!(!told.status.success() && out(&told).contains("SEATHOLD_WECHAT_PAY_MCHID is not set"), "{}", out(&told));
}

/// The day's bills, which agree; and one in which a line is of another sum.
async fn reconciles(till: &Till) {
    let of = |channel| {
        till.sandbox
            .pay()
            .trades()
            .into_iter()
            .find(move |trade: &sandbox::Trade| trade.channel == channel && !trade.number.starts_with("try"))
    };
    let trade = of(sandbox::Channel::WechatPay).unwrap();
    let paid_at = trade.paid_at.unwrap().in_tz("Asia/Shanghai").unwrap();
    let day = paid_at.date().to_string();
    let early = till.run(&["reconcile", &day]).await;
    assert!(!early.status.success() && error(&early).contains("is not over yet"), "{}", error(&early));
    till.sandbox.pay().advance(Duration::from_secs(36 * 3_600));
    for _ in 0..2 {
        let done = till.run(&["reconcile", &day, "--channel", "alipay"]).await;
        assert!(done.status.success() && out(&done).contains("bill and books agree"), "{}{}", out(&done), error(&done));
    }
    let file = till.stores.dir().join("bill.csv");
    let (number, reference) = (&trade.number, trade.reference.clone().unwrap_or_default());
    let at = paid_at.strftime("%Y-%m-%d %H:%M:%S");
    let text = format!(
        "交易时间,微信订单号,商户订单号,交易状态,商户退款单号,手续费,订单金额,申请退款金额\r\n\
         `{at},`{reference},`{number},`SUCCESS,`,`0.72000,`119.00,`0.00\r\n\
         总交易单数,订单总金额,申请退款总金额\r\n`1,`119.00,`0.00\r\n"
    );
    std::fs::write(&file, text).unwrap();
    let done = till.run(&["reconcile", &day, "--channel", "wechat-pay", "--file", file.to_str().unwrap()]).await;
    let told = out(&done);
    assert!(!done.status.success() && error(&done).contains("finding is open"), "{told}{}", error(&done));
    assert!(told.contains(number.as_str()) && told.contains("the bill has ¥119.00, we have ¥120.00"), "{told}");
    let vague = till.run(&["reconcile", &day, "--file", file.to_str().unwrap()]).await;
    assert!(error(&vague).contains("name it with --channel"), "{}", error(&vague));
    let help = out(&till.run(&["reconcile", "--help"]).await);
    assert!(help.contains("Money never moves by it") && help.contains("--file"), "{help}");
}
