//! Stand-ins for third parties, for demos and tests, on loopback only: Tencent Cloud, its liveness check for browsers,
//! Alibaba Cloud, a mail server, Alipay, WeChat Pay and UnionPay, and a university's identity provider. They check signatures as the real ones do and answer in the same shapes, also when
//! they say no. What they were given to send is shown on a page and as `/outbox.json`; `/control` makes them fail.
//!
//! In reading order: [`Sandbox`] starts it; `vendors` answers as they do; `check` is the page
//! that stands for their liveness pages; `faces` compares; `smtp` takes letters; `pay` keeps the books of the payment
//! channels and tells their merchants; `pages` shows it all to people.

mod buyer;
mod check;
mod desk;
mod digests;
mod faces;
mod faults;
mod keys;
mod outbox;
mod pages;
mod pay;
mod routes;
mod smtp;
mod vendors;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use gateways::settings::{SettingError, Variables};
use gateways::webhooks::{WebhookRules, WebhookSender};
use gateways::{CardReader, FaceComparer, Gateways, Liveness, Mailer, Sms, TwoElements};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use buyer::{Buyer, Cashier, Turned};
use desk::Desk;
pub use pay::books::NotPayable;
pub use pay::conduct::{AnswerTwist, Call, CallbackKey, Conduct, NewsTwist, PayTwist, RefundTwist, Wrong};
pub use pay::courier::Delivery;
pub use pay::trade::{Channel, Product, Refund, RefundState, Trade, TradeState};
pub use pay::{News, Pay};
pub use vendors::oidc::provider::{Provider, SigningIn, TokenTwist};

/// A running sandbox. Dropping it ends it, too; [`Self::stop`] also waits.
#[derive(Debug)]
pub struct Sandbox {
    http: SocketAddr,
    smtp: SocketAddr,
    pay: Pay,
    provider: Provider,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts it at this address, which must be this machine's own; port 0 takes a free one. Its mail server takes a
    /// free port beside it.
    ///
    /// # Errors
    ///
    /// When the address is not loopback, or in use.
    pub async fn start(listen: SocketAddr) -> io::Result<Self> {
        if !listen.ip().is_loopback() {
            let why = "a sandbox listens on this machine only: choose 127.0.0.1";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let pages = TcpListener::bind(listen).await?;
        let letters = TcpListener::bind((listen.ip(), 0)).await?;
        let (http, smtp) = (pages.local_addr()?, letters.local_addr()?);
        let stop = CancellationToken::new();
        let pay = Pay::new(stop.clone());
        let provider = Provider::new(http);
        let desk = Arc::new(Desk::new(http, pay.clone(), provider.clone()));
        let router = routes::router(Arc::clone(&desk)).into_make_service_with_connect_info::<SocketAddr>();
        let stopped = stop.clone().cancelled_owned();
        let serve = async move {
            // What is under way ends with us: nobody's work is lost in a sandbox.
            tokio::select! {
                () = stopped => {}
                _ = axum::serve(pages, router) => {}
            }
        };
        let ticking = pay.clone().tick(stop.clone());
        let tasks =
            vec![tokio::spawn(serve), tokio::spawn(smtp::serve(letters, desk, stop.clone())), tokio::spawn(ticking)];
        Ok(Self { http, smtp, pay, provider, stop, tasks })
    }

    /// Where its page is, `http://127.0.0.1:1234/`.
    pub fn url(&self) -> String {
        format!("http://{}/", self.http)
    }

    /// The variables that point every client at it, whichever vendor is chosen.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        keys::variables(self.http, self.smtp)
    }

    /// The same for staff's identity provider: whoever names it names where staff come back to as well.
    pub fn provider_variables(&self) -> Vec<(&'static str, String)> {
        vendors::oidc::provider::variables(self.http)
    }

    /// The same for Alipay's other mode: its three certificates.
    pub fn certificate_variables(&self) -> Vec<(&'static str, String)> {
        pay::keys::certificates()
    }

    /// The inside of the payment channels: their books, and how they behave.
    pub fn pay(&self) -> &Pay {
        &self.pay
    }

    /// The inside of the identity provider.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Somebody with a browser and a phone, who comes from this site.
    pub fn buyer(&self, site: &str) -> Buyer {
        Buyer::new(self.http, site)
    }

    /// Clients of it: Tencent's for everything, its liveness check for browsers, and all payment channels.
    ///
    /// # Errors
    ///
    /// None, as long as its own variables are right.
    pub fn gateways(&self) -> Result<Gateways, SettingError> {
        let variables = Variables::default().with(self.variables());
        Ok(Gateways {
            sms: Some(Sms::tencent(gateways::tencent::sms::TencentSmsConfig::of(&variables)?)),
            mail: Some(Mailer::new(&gateways::mail::MailConfig::of(&variables)?)?),
            cards: Some(CardReader::tencent(gateways::tencent::id_card_ocr::TencentOcrConfig::of(&variables)?)),
            screenshots: None,
            faces: Some(FaceComparer::tencent(gateways::tencent::face_compare::TencentFaceConfig::of(&variables)?)),
            liveness: Some(Liveness::tencent_browser(gateways::tencent::kyc_browser::TencentKycConfig::of(
                &variables,
            )?)),
            two_elements: Some(TwoElements::tencent(gateways::tencent::two_elements::TencentTwoElementsConfig::of(
                &variables,
            )?)),
            pay: vec![
                gateways::Channel::alipay(gateways::alipay::AlipayConfig::of(&variables)?),
                gateways::Channel::wechat_pay(gateways::wechat_pay::WechatPayConfig::of(&variables)?),
                gateways::Channel::unionpay(gateways::unionpay::UnionPayConfig::of(&variables)?),
            ],
            webhooks: Some(WebhookSender::new(WebhookRules { may_stay_here: true, ..WebhookRules::default() })),
            // It needs to know where the staff's pages are.
            provider: None,
        })
    }

    /// Ends the sandbox and all that it serves.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for task in self.tasks.drain(..) {
            // A task that panicked has ended as well.
            let _ = task.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
