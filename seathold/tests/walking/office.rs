//! What staff do without their pages: the registration's own doors, over the stores of the running server, in a process of its
//! own.

use std::sync::Arc;

use deadpool_postgres::{Manager, Pool, Runtime};
use embedded::{Postgres, Redis};
use gateways::Gateways;
use object_store::local::LocalFileSystem;
use registration::desk::staff::{Role, StaffMember};
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use testkit::ServedApp;
use tokio_postgres::NoTls;

/// Somebody who may do everything. End it with [`Self::close`].
pub(crate) struct Office {
    pub(crate) registration: Registration,
    pub(crate) member: StaffMember,
    engine: Engine,
}

impl Office {
    pub(crate) async fn open(app: &ServedApp, gateways: Gateways) -> Self {
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
            gateways,
            accounts: Default::default(),
        })
        .await
        .unwrap();
        let member = registration.staff.add("office", "long-enough-2", Role::Administrator).await.unwrap();
        Self { registration, member, engine }
    }

    pub(crate) async fn close(&self) {
        self.registration.stop().await;
        self.engine.stop().await;
    }
}
