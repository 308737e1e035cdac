//! A site that takes money: the release binary over private stores with every commit on the disk, the sandbox in the place of
//! its channels, and candidates who have begun to pay.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context, ensure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use gateways::Gateways;
use gateways::pay::Surface;
use object_store::local::LocalFileSystem;
use registration::model::document::ResidentId;
use registration::model::ids::AccountId;
use registration::model::payment::Method;
use registration::payments::{Going, Payer};
use registration::people::accounts::{AccountSettings, NewAccount};
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use sandbox::{Channel, Conduct, News, NewsTwist, Sandbox};
use testkit::{AppOptions, Durability, Fsync, ServedApp, StoresOptions, TestStores};

/// Every candidate pays in so many exams: to sign up costs more than to pay.
const EXAMS: usize = 20;
/// So many prepare to pay at once.
const AT_ONCE: usize = 12;
/// Seats of each exam's one sitting.
const SEATS: usize = 100_000;

/// A running site. Its own processes ask no channel and settle nothing: that is the server's work.
pub(crate) struct Till {
    pub(crate) stores: TestStores,
    pub(crate) registration: Registration,
    app: ServedApp,
    sandbox: Sandbox,
    engine: Engine,
    accounts: Vec<AccountId>,
    begun: usize,
}

/// A payment that its channel has, and the server has not heard of.
pub(crate) struct Paid {
    /// The order's number.
    pub(crate) order: String,
    channel: Channel,
    number: String,
}

impl Till {
    /// Starts everything. Channels tell nothing by themselves: the measurement does.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let stores = TestStores::start_with(StoresOptions { redis: Fsync::Always, postgres: Durability::Full }).await;
        let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into()).await?;
        for channel in [Channel::Alipay, Channel::WechatPay] {
            let news_often = [(NewsTwist::Lost, 100)].into();
            sandbox.pay().behave(channel, Conduct { news_often, ..Conduct::default() });
        }
        let mut environment: Vec<(String, String)> =
            sandbox.variables().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        environment.push(("REDIS_URL".to_owned(), stores.redis_url().to_owned()));
        environment.push(("DATABASE_URL".to_owned(), stores.postgres_url().to_owned()));
        let arguments = ["--pay", "alipay,wechat-pay"].map(str::to_owned).to_vec();
        let app =
            ServedApp::start_with(AppOptions { demo: false, arguments, environment, log: None, on_disk: true }).await;
        let config = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
        let engine = Engine::start(config).await?;
        let opening = Registration::open(RegistrationConfig {
            postgres: stores.pool(),
            engine: engine.clone(),
            files: Arc::new(LocalFileSystem::new_with_prefix(stores.dir())?),
            vault: Vault::load_or_create(&app.data().join("vault-keys"))?,
            gateways: Gateways { pay: sandbox.gateways()?.pay, ..Gateways::default() },
            accounts: AccountSettings::default(),
        });
        let registration = Box::pin(opening).await?;
        registration.stop().await;
        for number in 0..EXAMS {
            let dir = stores.dir().join("exam");
            write_exam(&dir, number)?;
            Box::pin(registration.exams.import(&dir)).await?;
        }
        Ok(Self { stores, registration, app, sandbox, engine, accounts: Vec::new(), begun: 0 })
    }

    /// So many candidates hold a seat and pay for it, half of them by either channel; the server does not hear of it, nor ask.
    pub(crate) async fn paid(&mut self, count: usize) -> anyhow::Result<Vec<Paid>> {
        let numbers = self.begun..self.begun + count;
        while self.accounts.len() * EXAMS < numbers.end {
            let document = document(self.accounts.len()).context("there are no more documents")?;
            let new = NewAccount::parse("王芳", &document, "13812345678", "correct-horse");
            let new = new.map_err(|fields| anyhow::anyhow!("a made-up candidate is refused: {fields:?}"))?;
            let account = Box::pin(self.registration.accounts.register(new)).await?;
            self.accounts.push(account.id);
        }
        self.begun = numbers.end;
        let this = &*self;
        let paid = stream::iter(numbers).map(|number| Box::pin(this.pay(number)));
        let paid: Vec<Paid> = paid.buffer_unordered(AT_ONCE).try_collect().await?;
        let later = "UPDATE registration.payments SET ask_at = now() + interval '1 hour' WHERE ask_at IS NOT NULL";
        self.stores.pool().get().await?.batch_execute(later).await?;
        for one in &paid {
            let trade = self.sandbox.pay().pay(one.channel, &one.number);
            ensure!(trade.is_ok(), "the sandbox takes no money for {}", one.number);
        }
        Ok(paid)
    }

    async fn pay(&self, number: usize) -> anyhow::Result<Paid> {
        let account = self.accounts[number / EXAMS];
        let exam = format!("exam-{}", number % EXAMS).parse()?;
        let sittings = ["s0".parse()?];
        let order = Box::pin(self.registration.orders.hold(account, &exam, &sittings, false)).await?;
        let (method, channel) =
            [(Method::Alipay, Channel::Alipay), (Method::WechatPay, Channel::WechatPay)][number / EXAMS % 2];
        let (notify_url, return_url) =
            (format!("{}/pay/{method}/notify", self.app.url()), format!("{}/orders/{}", self.app.url(), order.id));
        let payer = Payer {
            bank: None,
            surface: Surface::Desk,
            ip: IpAddr::from([203, 0, 113, 7]),
            subject: "考试报名费",
            notify_url: &notify_url,
            return_url: &return_url,
        };
        let going = Box::pin(self.registration.payments.pay(account, order.id, method, &payer)).await?;
        let Going::Start { payment, .. } = going else { anyhow::bail!("an order was paid for already") };
        Ok(Paid { order: order.id.to_string(), channel, number: payment.number() })
    }

    /// What the channel would tell of a payment, signed now.
    pub(crate) fn news(&self, of: &Paid) -> anyhow::Result<News> {
        self.sandbox.pay().news(of.channel, &of.number).context("the channel has nothing to tell")
    }

    /// Ends the app, the engine and the stores.
    pub(crate) async fn stop(mut self) {
        self.app.stop().await;
        self.engine.stop().await;
        self.sandbox.stop().await;
    }
}

fn write_exam(dir: &std::path::Path, number: usize) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let toml = format!(
        "id = \"exam-{number}\"\ntitle = {{ zh = \"考试\", en = \"Exam\" }}\norganiser = {{ zh = \"学院\", en = \"School\" }}\n\
         hold_seconds = 3600\ngrace_seconds = 60\n\
         opens_at = 2020-01-01T00:00:00+08:00\ncloses_at = 2099-01-01T00:00:00+08:00\n\
         fee = \"120.00\"\npayment_url = \"https://pay.example.com/\"\n\
         notice = {{ zh = [\"须知\"], en = [\"Notice\"] }}\n[payment]\nchannels = [\"alipay\", \"wechat_pay\"]\n"
    );
    let csv = format!(
        "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity\n\
         s0,英语,English,一教,Hall,2099-02-01T09:00:00+08:00,{SEATS}\n"
    );
    std::fs::write(dir.join("exam.toml"), toml)?;
    std::fs::write(dir.join("sittings.csv"), csv)
}

/// A valid document number; each number gives another one.
fn document(number: usize) -> Option<String> {
    let body = format!("110105{}{:02}01{:03}", 1950 + number / 1_000 % 50, 1 + number / 50_000, number % 1_000);
    let mut all = "0123456789X".chars().map(|check| format!("{body}{check}"));
    all.find(|text| text.parse::<ResidentId>().is_ok())
}
