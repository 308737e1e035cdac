//! A world with payment channels: the sandbox plays Alipay, WeChat Pay and UnionPay, and tells the registration what it has to tell.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use gateways::alipay::AlipayConfig;
use gateways::pay::Surface;
use gateways::settings::Variables;
use gateways::unionpay::UnionPayConfig;
use gateways::wechat_pay::WechatPayConfig;
use gateways::{Channel, Gateways};
use registration::Fen;
use registration::desk::staff::{Role, StaffMember};
use registration::model::ids::AccountId;
use registration::model::order::OrderId;
use registration::model::payment::group::GroupId;
use registration::model::payment::{Method, PaymentId};
use registration::payments::{Going, GroupError, Looking, PayRefusal, Payer, PaymentPage, Payments};
use sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::world::{Setup, World, until};

const RULES: &str = "[payment]\nchannels = [\"alipay\", \"wechat_pay\", \"bank\"]\n";
const HEAD_BYTES_MAX: usize = 64 * 1024;

pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) sandbox: Sandbox,
    pub(crate) site: String,
    /// Somebody of the staff who may pay for groups.
    pub(crate) staff: StaffMember,
}

impl Shop {
    pub(crate) async fn open(setup: Setup) -> Self {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let variables = Variables::default().with(sandbox.variables());
        let pay = vec![
            Channel::alipay(AlipayConfig::of(&variables).unwrap()),
            Channel::wechat_pay(WechatPayConfig::of(&variables).unwrap()),
            Channel::unionpay(UnionPayConfig::of(&variables).unwrap()),
        ];
        let gateways = Gateways { pay, ..Gateways::default() };
        let rules = if setup.rules.is_empty() { RULES } else { setup.rules };
        let world = World::start(Setup { rules, gateways, ..setup }).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(listen(listener, world.registration.payments.clone()));
        let staff = world.registration.staff.add("finance", "long-enough-2", Role::Administrator).await.unwrap();
        Self { world, sandbox, site, staff }
    }

    pub(crate) async fn pay(
        &self,
        account: AccountId,
        order: OrderId,
        method: Method,
        surface: Surface,
    ) -> Result<Going, PayRefusal> {
        self.pay_to(account, order, (method, surface), None).await
    }

    pub(crate) async fn pay_by_bank(
        &self,
        account: AccountId,
        order: OrderId,
        surface: Surface,
        bank: Option<&str>,
    ) -> Result<Going, PayRefusal> {
        self.pay_to(account, order, (Method::Bank, surface), bank).await
    }

    async fn pay_to(
        &self,
        account: AccountId,
        order: OrderId,
        (method, surface): (Method, Surface),
        bank: Option<&str>,
    ) -> Result<Going, PayRefusal> {
        let notify_url = format!("{}/pay/{method}/notify", self.site);
        let return_url = format!("{}/pay/{method}/back", self.site);
        let payer = Payer {
            surface,
            ip: IpAddr::from([203, 0, 113, 7]),
            subject: "考试报名费",
            notify_url: &notify_url,
            return_url: &return_url,
            bank,
        };
        self.world.registration.payments.pay(account, order, method, &payer).await
    }

    /// The bank that an attempt leads to.
    pub(crate) fn bank_of<'a>(&self, going: &'a Going) -> Option<&'a str> {
        let Going::Start { start, .. } = going else { panic!("{going:?}") };
        start.bank()
    }

    /// What the order's page shows of its money, without asking anybody.
    pub(crate) async fn page(&self, account: AccountId, order: OrderId) -> PaymentPage {
        self.world.registration.payments.page(account, order, Looking::Nobody).await.unwrap().unwrap()
    }

    /// Staff begin to pay for a list at their desk.
    pub(crate) async fn pay_group(&self, group: GroupId, method: Method) -> Result<Going, GroupError> {
        let notify_url = format!("{}/pay/{method}/notify", self.site);
        let payer = Payer {
            surface: Surface::Desk,
            ip: IpAddr::from([203, 0, 113, 7]),
            subject: "考试报名费",
            notify_url: &notify_url,
            return_url: &self.site,
            bank: None,
        };
        self.world.registration.payments.pay_group(&self.staff, group, method, &payer).await
    }

    /// The payer goes where they are sent, and pays. False when the channel takes no money.
    pub(crate) async fn pay_there(&self, going: &Going) -> bool {
        let Going::Start { start, .. } = going else { panic!("{going:?}") };
        match self.sandbox.buyer(&self.site).go(start).await {
            Ok(cashier) => cashier.pay_and_close().await.is_ok(),
            Err(_) => false,
        }
    }

    /// What the channels have of us, less what went back.
    pub(crate) fn till(&self) -> Fen {
        let trades = self.sandbox.pay().trades();
        let sum = |trade: &sandbox::Trade| {
            let came = if trade.is_paid() { trade.told_fen() } else { 0 };
            i64::try_from(came).unwrap() - i64::try_from(trade.refunded_fen()).unwrap()
        };
        Fen(trades.iter().map(sum).sum())
    }

    /// What the journal says of it.
    pub(crate) async fn clearing(&self) -> Fen {
        let books = self.world.registration.payments.books().await.unwrap();
        assert_eq!(books.differences, [], "{:?}", books.balances);
        let clearing = books.balances.iter().filter(|(name, _)| name.starts_with("clearing."));
        clearing.map(|(_, balance)| *balance).sum()
    }

    pub(crate) async fn until_books_agree(&self) {
        until("the channel's books", async || self.clearing().await == self.till()).await;
    }

    pub(crate) async fn finish(self) {
        self.world.finish().await;
        self.sandbox.stop().await;
    }
}

/// The number by which the channel knows an attempt.
pub(crate) fn number(going: &Going) -> (PaymentId, String) {
    let Going::Start { payment, .. } = going else { panic!("{going:?}") };
    (*payment, payment.number())
}

/// The sandbox's word for a channel.
pub(crate) fn at(method: Method) -> sandbox::Channel {
    match method {
        Method::Alipay => sandbox::Channel::Alipay,
        Method::WechatPay => sandbox::Channel::WechatPay,
        Method::Bank => sandbox::Channel::Unionpay,
        other => panic!("{other} is not played"),
    }
}

/// The site's front door, as far as notifications go.
async fn listen(listener: TcpListener, payments: Payments) {
    let (_keep, stopped) = watch::channel(false);
    let payments = Arc::new(payments);
    while let Ok((stream, _)) = listener.accept().await {
        let (payments, _stopped) = (Arc::clone(&payments), stopped.clone());
        tokio::spawn(async move {
            let answered = tokio::time::timeout(Duration::from_secs(10), answer(stream, &payments)).await;
            drop(answered);
        });
    }
}

async fn answer(mut stream: TcpStream, payments: &Payments) -> Option<()> {
    let mut read = Vec::new();
    let head_end = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let count = stream.read_buf(&mut read).await.ok()?;
        if count == 0 || read.len() > HEAD_BYTES_MAX {
            return None;
        }
    };
    let head = String::from_utf8(read[..head_end].to_vec()).ok()?;
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let length: usize = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while read.len() < head_end + 4 + length {
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
    let channel = path.split('/').nth(2)?.to_owned();
    let body = &read[head_end + 4..head_end + 4 + length];
    let (status, content_type, body) = match payments.heard(&channel, &header, body).await {
        Ok(acknowledged) => (acknowledged.status, acknowledged.content_type, acknowledged.body),
        Err(_) => (401, "text/plain", "fail"),
    };
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}
