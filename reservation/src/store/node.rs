//! One Redis server by its address, and a link to the very process that it is now.
//!
//! A link is never mended: when it breaks, the next one may lead to another process, or to the
//! same address after a restart. On which data a pool was compared with the ledger is what trust
//! rests on, so a link carries the identity of the process and of its history.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, ConnectionInfo, RedisError, RedisResult, Value};

/// How long a script call may take before its outcome counts as unknown. redis-rs would
/// give up after 500 ms, which one slow fsync exceeds.
const RESPONSE_WAIT: Duration = Duration::from_secs(2);
const CONNECT_WAIT: Duration = Duration::from_secs(1);
/// Whoever waited for a connection that was refused hears so too, instead of trying again one by one.
const REFUSED_FOR: Duration = Duration::from_millis(100);
/// Calls that may wait in memory for the socket; the lanes in front bound them before.
const CALLS_QUEUED_MAX: usize = 1_024;

/// A Redis server.
#[derive(Debug)]
pub(super) struct Node {
    /// `host:port`, or a socket's path: for messages.
    pub(super) address: String,
    client: Client,
    link: RwLock<Option<Link>>,
    /// Held while connecting; when that failed last.
    refused: tokio::sync::Mutex<Option<Instant>>,
}

/// A connection to one Redis process, for as long as that process and the line last.
#[derive(Debug, Clone)]
pub struct Link(Arc<Line>);

#[derive(Debug)]
struct Line {
    process: String,
    is_cluster: bool,
    connection: MultiplexedConnection,
}

impl Node {
    /// The server at `info`; nothing is connected yet.
    pub(super) fn new(info: ConnectionInfo) -> RedisResult<Self> {
        // Off by default in redis 1.x: Nagle's algorithm would hold small calls back.
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let address = info.addr().to_string();
        let client = Client::open(info.set_tcp_settings(tcp))?;
        Ok(Self { address, client, link: RwLock::default(), refused: tokio::sync::Mutex::default() })
    }

    /// The link that stands, or a new one.
    pub(super) async fn link(&self) -> RedisResult<Link> {
        if let Some(link) = self.standing() {
            return Ok(link);
        }
        let mut refused = self.refused.lock().await;
        if let Some(link) = self.standing() {
            return Ok(link);
        }
        if refused.is_some_and(|at| at.elapsed() < REFUSED_FOR) {
            let what = format!("{} does not answer", self.address);
            return Err(std::io::Error::new(std::io::ErrorKind::NotConnected, what).into());
        }
        match Link::new(&self.client).await {
            Ok(link) => {
                *refused = None;
                *self.link.write().unwrap_or_else(PoisonError::into_inner) = Some(link.clone());
                Ok(link)
            }
            Err(error) => {
                *refused = Some(Instant::now());
                Err(error)
            }
        }
    }

    /// The link that stands, if one does.
    pub(super) fn standing(&self) -> Option<Link> {
        self.link.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives up a link after an error that says nothing of what happened; calls under way on it go on.
    pub(super) fn forget(&self, broken: &Link) {
        let mut link = self.link.write().unwrap_or_else(PoisonError::into_inner);
        if link.as_ref().is_some_and(|link| Arc::ptr_eq(&link.0, &broken.0)) {
            *link = None;
        }
    }

    /// A connection that may be kept waiting for `wait`.
    pub(super) async fn patient_connection(&self, wait: Duration) -> RedisResult<MultiplexedConnection> {
        connect(&self.client, wait + RESPONSE_WAIT).await
    }
}

async fn connect(client: &Client, response_wait: Duration) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_WAIT))
        .set_response_timeout(Some(response_wait))
        .set_pipeline_buffer_size(CALLS_QUEUED_MAX);
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// Which data answers on this connection: `run_id:master_replid`. The first changes when the process starts, the
/// second when it takes another's data or is made a primary, so a process that was demoted and promoted again,
/// and may have gone back in time, is another one.
pub(crate) async fn identity_of(connection: &mut MultiplexedConnection) -> RedisResult<String> {
    Ok(About::ask(connection).await?.identity)
}

/// What a process says of itself.
#[derive(Debug)]
struct About {
    identity: String,
    is_cluster: bool,
}

impl About {
    async fn ask(connection: &mut MultiplexedConnection) -> RedisResult<Self> {
        let info: String = redis::cmd("INFO").arg("server").arg("replication").query_async(connection).await?;
        let line_of = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let (process, history) = (line_of("run_id:"), line_of("master_replid:"));
        if process.is_empty() || history.is_empty() {
            let what = "INFO does not name the process and its history: what answers is no Redis of version 7";
            return Err(RedisError::from((redis::ErrorKind::Client, what)));
        }
        Ok(Self { identity: format!("{process}:{history}"), is_cluster: line_of("redis_mode:") == "cluster" })
    }
}

impl Link {
    async fn new(client: &Client) -> RedisResult<Self> {
        let mut connection = connect(client, RESPONSE_WAIT).await?;
        let About { identity, is_cluster } = About::ask(&mut connection).await?;
        Ok(Self(Arc::new(Line { process: identity, is_cluster, connection })))
    }

    /// The identity of the process and its data when the link was made, as [`identity_of`] says it.
    pub fn process(&self) -> &str {
        &self.0.process
    }

    /// Is the data behind it still the data that it was made to?
    pub(super) async fn is_unchanged(&self) -> RedisResult<bool> {
        Ok(identity_of(&mut self.0.connection.clone()).await? == self.0.process)
    }

    /// Does the process belong to a Redis Cluster?
    pub(super) fn is_cluster(&self) -> bool {
        self.0.is_cluster
    }

    /// Asks this process, and no other.
    pub(super) async fn ask(&self, cmd: &Cmd) -> RedisResult<Value> {
        cmd.query_async(&mut self.0.connection.clone()).await
    }

    /// Asks this process for what it is only about to own.
    pub(super) async fn ask_ahead(&self, cmd: &Cmd) -> RedisResult<Value> {
        let mut pipeline = redis::pipe();
        // In one piece: the word counts for the next command of the connection.
        pipeline.cmd("ASKING").ignore().add_command(cmd.clone());
        let (value,): (Value,) = pipeline.query_async(&mut self.0.connection.clone()).await?;
        Ok(value)
    }
}
