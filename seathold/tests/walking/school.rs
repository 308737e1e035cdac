//! A school's staff, who pay for candidates at once.

use gateways::settings::Variables;
use gateways::{Channel, Gateways};
use jiff::SignedDuration;
use registration::model::order::OrderId;
use registration::model::payment::group::GroupId;
use registration::payments::NewList;
use sandbox::Sandbox;
use testkit::ServedApp;

use crate::walking::office::Office;

/// The desk at which a school pays. End it with [`Self::close`].
pub(crate) struct School(Office);

impl School {
    pub(crate) async fn open(app: &ServedApp) -> Self {
        Self(Box::pin(Office::open(app, channels(app).await)).await)
    }

    /// Locks an order for an hour: what its candidate had begun to pay is closed.
    pub(crate) async fn lock(&self, order: &str) -> GroupId {
        let order: OrderId = order.parse().unwrap();
        let exam = "campus-english".parse().unwrap();
        let list = NewList {
            exam: &exam,
            organisation: None,
            title: "计算机学院",
            orders: &[order],
            lasts: SignedDuration::from_hours(1),
        };
        self.0.registration.payments.begin_group(&self.0.member, &list).await.unwrap().id
    }

    /// The school's transfer has come.
    pub(crate) async fn pay(&self, group: GroupId) {
        let (payments, member) = (&self.0.registration.payments, &self.0.member);
        let amount = payments.group(member, group).await.unwrap().group.amount();
        payments.receive_group(member, group, amount, "T-2026-0001").await.unwrap();
    }

    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

/// Clients of the server's sandbox: every sandbox has the same keys, at another address.
async fn channels(app: &ServedApp) -> Gateways {
    let own = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let here = own.url().trim_end_matches('/').to_owned();
    let there = own.variables().into_iter().map(|(name, value)| (name, value.replace(&here, app.sandbox_url())));
    let variables = Variables::default().with(there);
    own.stop().await;
    let pay = vec![
        Channel::alipay(gateways::alipay::AlipayConfig::of(&variables).unwrap()),
        Channel::wechat_pay(gateways::wechat_pay::WechatPayConfig::of(&variables).unwrap()),
    ];
    Gateways { pay, ..Gateways::default() }
}
