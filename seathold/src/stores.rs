//! Redis and Postgres of the site: the given ones, private ones that we start, or the private ones that a running
//! server over the same data directory has started already.

mod supervisor;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use embedded::{EmbeddedError, Fsync, Postgres, Redis};
use tokio_postgres::NoTls;
use tokio_util::sync::CancellationToken;

use crate::cli::SiteArgs;
use supervisor::Supervisor;

/// Longest wait for a connection to Postgres, free or new.
const CONNECTION_WAIT: Duration = Duration::from_secs(5);

/// Nothing of ours takes a minute; what does is stuck. And Postgres is to notice within some 20 seconds that our
/// machine has died: until then its connection holds the lock of the pools whose ledger we wrote.
const SESSION: &str = "-c statement_timeout=60s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 \
                       -c tcp_keepalives_count=3 -c tcp_user_timeout=20000";

/// Who else may be using the private stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Nobody: a second server over the same data is refused.
    Exclusive,
    /// A running server: a command joins it.
    Joined,
}

/// Both stores, reachable.
#[derive(Debug)]
pub struct Stores {
    /// `redis://…`, `redis+unix://…` or `redis+cluster://…`.
    pub redis_url: String,
    /// Connections to Postgres.
    pub postgres: Pool,
    supervisor: Supervisor,
}

impl Stores {
    /// Opens both stores; what was started before a failure is stopped again.
    pub async fn open(site: &SiteArgs, data: &Path, sharing: Sharing) -> anyhow::Result<Self> {
        let mut supervisor = Supervisor::default();
        let redis_url = match &site.redis_url {
            Some(url) => url.clone(),
            None => private_redis(&data.join("redis"), sharing, &mut supervisor).await?,
        };
        let postgres_url = match &site.database_url {
            Some(url) => url.clone(),
            None => private_postgres(&data.join("postgres"), sharing, &mut supervisor).await?,
        };
        let postgres = pool(&postgres_url, site.database_connections)?;
        // Asked once now, so that a wrong address is one sentence instead of a failing first request.
        drop(postgres.get().await.context("Postgres does not answer: see DATABASE_URL")?);
        Ok(Self { redis_url, postgres, supervisor })
    }

    /// Starts private stores again when they end by themselves, until [`Self::stop`]. Cancels `gave_up` when one of
    /// them does not stay up.
    pub fn watch(&mut self, gave_up: CancellationToken) {
        self.supervisor.watch(gave_up);
    }

    /// Stops the private stores that we started: Redis first, so that Postgres outlives whatever Redis still tells.
    pub async fn stop(self) {
        self.postgres.close();
        self.supervisor.stop().await;
    }
}

async fn private_redis(dir: &Path, sharing: Sharing, supervisor: &mut Supervisor) -> anyhow::Result<String> {
    match Redis::start(dir, Fsync::Always).await {
        Ok(redis) => Ok(supervisor.own_redis(redis)),
        Err(EmbeddedError::InUse(_)) if sharing == Sharing::Joined => Ok(Redis::url_in(dir)?),
        Err(error) => Err(error.into()),
    }
}

async fn private_postgres(dir: &Path, sharing: Sharing, supervisor: &mut Supervisor) -> anyhow::Result<String> {
    match Postgres::start(dir).await {
        Ok(postgres) => Ok(supervisor.own_postgres(postgres)),
        Err(EmbeddedError::InUse(_)) if sharing == Sharing::Joined => Ok(Postgres::url_in(dir)?),
        Err(error) => Err(error.into()),
    }
}

fn pool(url: &str, connections: u16) -> anyhow::Result<Pool> {
    let mut config: tokio_postgres::Config = url.parse().context("DATABASE_URL is no address of a Postgres")?;
    config.connect_timeout(CONNECTION_WAIT).application_name("seathold");
    // A pooler may refuse options, so given ones stay.
    if config.get_options().is_none() {
        config.options(SESSION);
    }
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let pool = Pool::builder(manager).max_size(connections.into()).runtime(Runtime::Tokio1);
    let wait = Some(CONNECTION_WAIT);
    Ok(pool.wait_timeout(wait).create_timeout(wait).recycle_timeout(wait).build()?)
}
