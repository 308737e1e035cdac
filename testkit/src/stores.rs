//! A private Redis and Postgres for one test, empty, and gone when the test ends.

pub(crate) mod certificates;
pub(crate) mod cluster;
pub(crate) mod encrypted;
pub(crate) mod faulty_line;
pub(crate) mod redis_pair;
pub(crate) mod template;

use std::path::{Path, PathBuf};
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use embedded::{Durability, Fsync, Postgres, Redis};
use tempfile::TempDir;
use tokio_postgres::NoTls;
use tokio_postgres::config::Host;

use crate::paths::{disk_dir, temp_dir};
use crate::stores::template::start_postgres;

const CONNECTIONS_MAX: usize = 16;
const CONNECTION_WAIT: Duration = Duration::from_secs(10);

/// What the stores promise. By default they survive being killed, but not the machine's death, and start fast.
#[derive(Debug, Clone, Copy)]
pub struct StoresOptions {
    /// The value of Redis's `appendfsync`.
    pub redis: Fsync,
    /// The value of Postgres's `fsync`.
    pub postgres: Durability,
}

impl Default for StoresOptions {
    fn default() -> Self {
        Self { redis: Fsync::Off, postgres: Durability::Process }
    }
}

impl StoresOptions {
    /// Whether either is to survive the machine's death, which only a disk can promise.
    fn writes_through(self) -> bool {
        !matches!((self.redis, self.postgres), (Fsync::Off, Durability::Process))
    }
}

/// Redis and Postgres of one test.
#[derive(Debug)]
pub struct TestStores {
    redis: Redis,
    postgres: Postgres,
    pool: Pool,
    // Last: removed after the stores have ended.
    dir: TempDir,
}

impl TestStores {
    /// Starts both with the default options; well under a second.
    pub async fn start() -> Self {
        Self::start_with(StoresOptions::default()).await
    }

    /// Starts both stores with these options.
    pub async fn start_with(options: StoresOptions) -> Self {
        let dir = if options.writes_through() { disk_dir() } else { temp_dir() };
        let redis = Redis::start(&dir.path().join("redis"), options.redis).await;
        let redis = redis.unwrap_or_else(|error| panic!("Redis for a test: {error}"));
        let postgres = start_postgres(&dir.path().join("postgres"), options.postgres).await;
        let pool = pool(postgres.url());
        Self { redis, postgres, pool, dir }
    }

    /// The address of Redis, `redis+unix:///…`.
    pub fn redis_url(&self) -> &str {
        self.redis.url()
    }

    /// The address of Postgres, `host='…' user=seathold dbname=seathold`.
    pub fn postgres_url(&self) -> &str {
        self.postgres.url()
    }

    /// The socket that Postgres listens at.
    pub fn postgres_socket(&self) -> PathBuf {
        let config: tokio_postgres::Config = self.postgres_url().parse().expect("our own address is well-formed");
        match config.get_hosts().first() {
            Some(Host::Unix(directory)) => directory.join(".s.PGSQL.5432"),
            other => panic!("a private Postgres has a socket, not {other:?}"),
        }
    }

    /// Up to 16 connections to the empty database `seathold`; a clone shares them.
    pub fn pool(&self) -> Pool {
        self.pool.clone()
    }

    /// A multiplexed connection to Redis with the test's own eyes.
    pub async fn redis_connection(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.redis_url()).expect("our own address is well-formed");
        client.get_multiplexed_async_connection().await.expect("Redis answers")
    }

    /// Redis itself: its number, whether it runs.
    pub fn redis(&mut self) -> &mut Redis {
        &mut self.redis
    }

    /// Postgres itself: its number, whether it runs.
    pub fn postgres(&mut self) -> &mut Postgres {
        &mut self.postgres
    }

    /// A directory for the test's files, removed with the stores.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Kills Redis as a crash would (SIGKILL).
    pub async fn kill_redis(&mut self) {
        self.redis.kill().await;
    }

    /// Starts Redis again over what it had written; the address stays.
    pub async fn restart_redis(&mut self) {
        self.redis.restart().await.unwrap_or_else(|error| panic!("Redis did not start again: {error}"));
    }

    /// Kills Postgres as a crash would (SIGKILL).
    pub async fn kill_postgres(&mut self) {
        self.postgres.kill().await;
    }

    /// Starts Postgres again over what it had committed; the address stays, the pool reconnects.
    pub async fn restart_postgres(&mut self) {
        self.postgres.restart().await.unwrap_or_else(|error| panic!("Postgres did not start again: {error}"));
    }
}

fn pool(url: &str) -> Pool {
    let config = url.parse().expect("our own address is well-formed");
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let pool = Pool::builder(manager).max_size(CONNECTIONS_MAX).runtime(Runtime::Tokio1);
    let pool = pool.wait_timeout(Some(CONNECTION_WAIT)).create_timeout(Some(CONNECTION_WAIT));
    pool.build().expect("a runtime is named, which is all that the builder checks")
}
