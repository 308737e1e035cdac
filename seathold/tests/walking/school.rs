//! A school's staff, who pay for candidates at once: the registration's own door, over the stores of the running server, in
//! a process of its own.

use std::sync::Arc;

use deadpool_postgres::{Manager, Pool, Runtime};
use embedded::{Postgres, Redis};
use gateways::settings::Variables;
use gateways::{Channel, Gateways};
use jiff::SignedDuration;
use object_store::local::LocalFileSystem;
use registration::desk::staff::{Role, StaffMember};
use registration::model::order::OrderId;
use registration::model::payment::group::GroupId;
use registration::payments::NewList;
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use sandbox::Sandbox;
use testkit::ServedApp;
use tokio_postgres::NoTls;

/// The desk at which a school pays. End it with [`Self::close`].
pub(crate) struct School {
    registration: Registration,
    engine: Engine,
    member: StaffMember,
}

impl School {
    pub(crate) async fn open(app: &ServedApp) -> Self {
        let redis_url = Redis::url_in(&app.data().join("redis")).unwrap();
        let postgres = Postgres::url_in(&app.data().join("postgres")).unwrap();
        let pool = Pool::builder(Manager::new(postgres.parse().unwrap(), NoTls)).max_size(8).runtime(Runtime::Tokio1);
        let pool = pool.build().unwrap();
        let engine = Engine::start(EngineConfig { redis_url, postgres: pool.clone() }).await.unwrap();
        let registration = Registration::open(RegistrationConfig {
            postgres: pool,
            engine: engine.clone(),
            files: Arc::new(LocalFileSystem::new_with_prefix(app.data().join("files")).unwrap()),
            vault: Vault::load_or_create(&app.data().join("vault-keys")).unwrap(),
            gateways: channels(app).await,
            accounts: Default::default(),
        })
        .await
        .unwrap();
        let member = registration.staff.add("cashier", "long-enough-2", Role::Administrator).await.unwrap();
        Self { registration, engine, member }
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
        self.registration.payments.begin_group(&self.member, &list).await.unwrap().id
    }

    /// The school's transfer has come.
    pub(crate) async fn pay(&self, group: GroupId) {
        let payments = &self.registration.payments;
        let amount = payments.group(&self.member, group).await.unwrap().group.amount();
        payments.receive_group(&self.member, group, amount, "T-2026-0001").await.unwrap();
    }

    pub(crate) async fn close(self) {
        self.registration.stop().await;
        self.engine.stop().await;
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
