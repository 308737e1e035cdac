//! The engine and the registration over open stores: what `serve` and every command work with.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use gateways::Gateways;
use object_store::local::LocalFileSystem;
use registration::people::accounts::AccountSettings;
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};

use crate::secrets::make_private_dir;
use crate::stores::Stores;

/// Engine and registration, open.
pub struct Services {
    /// The only door to seats.
    pub engine: Engine,
    /// Accounts, exams, orders, reviews, staff.
    pub registration: Registration,
}

impl Services {
    /// Brings both schemas to this version and opens both crates.
    pub async fn open(
        stores: &Stores,
        data: &Path,
        gateways: Gateways,
        accounts: AccountSettings,
    ) -> anyhow::Result<Self> {
        let files = data.join("files");
        make_private_dir(&files).with_context(|| format!("{} cannot be made", files.display()))?;
        let files = Arc::new(LocalFileSystem::new_with_prefix(files)?.with_fsync(true));
        let vault = Vault::load_or_create(&data.join("vault-keys"))?;
        let config = EngineConfig { redis_url: stores.redis_url.clone(), postgres: stores.postgres.clone() };
        let engine = Engine::start(config).await.context("the hold engine does not start")?;
        let postgres = stores.postgres.clone();
        let config = RegistrationConfig { postgres, engine: engine.clone(), files, vault, gateways, accounts };
        match Registration::open(config).await {
            Ok(registration) => Ok(Self { engine, registration }),
            Err(error) => {
                engine.stop().await;
                Err(error).context("the registration does not start")
            }
        }
    }

    /// Stops the background work of both; everything that Redis knows is in the ledger afterwards.
    pub async fn stop(self) {
        self.registration.stop().await;
        self.engine.stop().await;
    }
}
