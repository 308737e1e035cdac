//! Redis and Postgres of the site: the given ones, private ones that we start, or the private ones that a running
//! server over the same data directory has started already.

mod clear_text;
mod line;
mod supervisor;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
use embedded::{EmbeddedError, Fsync, Postgres, Redis};
use gateways::settings::Variables;
use reservation::tls::fault_of;
use reservation::tls::postgres::PostgresAddress;
use tokio_util::sync::CancellationToken;

use crate::cli::SiteArgs;
use crate::say;
use clear_text::refuse_far_and_clear;
use line::{Lines, Patience};
use supervisor::Supervisor;

/// Longest wait for a connection to Postgres, free or new.
const CONNECTION_WAIT: Duration = Duration::from_secs(5);

/// Longest wait for a Postgres or a Redis that somebody else has yet to start.
pub const START_WAIT: Duration = Duration::from_secs(60);
/// Of a private Postgres, the rest is for commands that join the server.
const PRIVATE_CONNECTIONS: u16 = embedded::CONNECTIONS_MAX - 20;
/// How often it is tried meanwhile.
pub const START_PAUSE: Duration = Duration::from_millis(500);
/// Longest wait for an answer of Postgres while we serve: a query of ours that takes longer is stuck.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// Longest wait before we serve and in commands: bringing a schema up to date, or importing half a million people,
/// takes its time.
const PATIENT_WAIT: Duration = Duration::from_secs(600);

/// Postgres is to notice within some 20 seconds that our machine has died, and within 10 that we have stopped in the
/// middle of a transaction: until then its locks keep others waiting.
const SESSION: &str = "-c statement_timeout=60s -c idle_in_transaction_session_timeout=10s \
                       -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 \
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
    /// `redis://…`, `rediss://…`, `redis+unix://…`, `redis+cluster://…` or `rediss+cluster://…`.
    pub redis_url: String,
    /// Connections to Postgres.
    pub postgres: Pool,
    patience: Patience,
    supervisor: Supervisor,
}

impl Stores {
    /// Opens both stores; what was started before a failure is stopped again.
    pub async fn open(site: &SiteArgs, data: &Path, sharing: Sharing) -> anyhow::Result<Self> {
        let mut supervisor = Supervisor::over(data);
        let variables = Variables::of_environment();
        let given_redis = given(site.redis_url.as_ref(), &variables, "REDIS_URL")?;
        let given_postgres = given(site.database_url.as_ref(), &variables, "DATABASE_URL")?;
        let redis_url = match given_redis {
            Some(url) => url,
            None => private_redis(&data.join("redis"), sharing, &mut supervisor).await?,
        };
        let (postgres_url, role, connections) = match given_postgres {
            Some(url) => (url, None, site.database_connections),
            None => (
                private_postgres(&data.join("postgres"), sharing, &mut supervisor).await?,
                Some(embedded::APPLICATION_ROLE),
                site.database_connections.min(PRIVATE_CONNECTIONS),
            ),
        };
        let patience = Patience::new(PATIENT_WAIT);
        let address = PostgresAddress::read(&postgres_url).context("DATABASE_URL is no address of a Postgres")?;
        refuse_far_and_clear(&redis_url, &address, site.plaintext_stores)?;
        let postgres = pool(address, role, connections, patience.clone())?;
        // Asked once now, so that a wrong address is one sentence instead of a failing first request.
        until_answered(&postgres).await.context("Postgres does not answer: see DATABASE_URL")?;
        Ok(Self { redis_url, postgres, patience, supervisor })
    }

    /// From now on people wait for what Postgres is asked: no answer may take long.
    pub fn hurry(&self) {
        self.patience.set(ANSWER_WAIT);
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

/// The address of a store that is not ours to start: by flag or variable, or in the file that `NAME_FILE` names, because it
/// may hold a password.
fn given(said: Option<&String>, variables: &Variables, name: &str) -> anyhow::Result<Option<String>> {
    match said {
        Some(url) => Ok(Some(url.clone())),
        None => Ok(variables.optional(name)?),
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

/// Waits for a Postgres that is yet to start, for as long as it refuses or says nothing; a wrong password or name, or a
/// certificate that is not good, is told at once.
async fn until_answered(postgres: &Pool) -> anyhow::Result<()> {
    let since = Instant::now();
    let mut is_said = false;
    loop {
        let error = match postgres.get().await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let is_told = matches!(&error, PoolError::Backend(error) if error.as_db_error().is_some_and(is_final));
        if let Some(fault) = fault_of(&error) {
            anyhow::bail!("{fault}");
        }
        if is_told || since.elapsed() > START_WAIT {
            return Err(error.into());
        }
        if !is_said {
            tracing::warn!(%error, "waiting for Postgres");
            say(&format!("waiting for Postgres, at most {} s: {error}", START_WAIT.as_secs()));
            is_said = true;
        }
        tokio::time::sleep(START_PAUSE).await;
    }
}

/// Postgres has answered, and not because it is just starting (class 57).
fn is_final(error: &tokio_postgres::error::DbError) -> bool {
    !error.code().code().starts_with("57")
}

/// Connections that work as `role`, if there is one; the schemas are brought up to date as whoever the URL names.
fn pool(address: PostgresAddress, role: Option<&str>, connections: u16, patience: Patience) -> anyhow::Result<Pool> {
    let PostgresAddress { mut config, encryption } = address;
    config.connect_timeout(CONNECTION_WAIT).application_name("seathold");
    // A pooler may refuse options, so given ones stay.
    if config.get_options().is_none() {
        let role = role.map(|role| format!(" -c role={role}")).unwrap_or_default();
        config.options(format!("{SESSION}{role}"));
    }
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_connect(config, Lines { patience, encryption }, recycling);
    let pool = Pool::builder(manager).max_size(connections.into()).runtime(Runtime::Tokio1);
    let wait = Some(CONNECTION_WAIT);
    Ok(pool.wait_timeout(wait).create_timeout(wait).recycle_timeout(wait).build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_password_may_stand_in_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("url");
        std::fs::write(&file, "postgres://seathold:secret@host/db\n").unwrap();
        let variables = Variables::default().with([("DATABASE_URL_FILE", file.to_str().unwrap())]);
        let read = given(None, &variables, "DATABASE_URL").unwrap();
        assert_eq!(read.as_deref(), Some("postgres://seathold:secret@host/db"));
        let said = "redis://host/".to_owned();
        assert_eq!(given(Some(&said), &variables, "REDIS_URL").unwrap(), Some(said));
        assert_eq!(given(None, &variables, "REDIS_URL").unwrap(), None);
        let gone = Variables::default().with([("REDIS_URL_FILE", "/nowhere/at/all")]);
        assert!(given(None, &gone, "REDIS_URL").is_err(), "no private store is started in its place");
    }
}
