//! One Redis server by its address, and a link to the very process that it is now.
//!
//! A link is never mended: when it breaks, the next one may lead to another process, or to the
//! same address after a restart. On which data a pool was compared with the ledger is what trust
//! rests on, so a link carries the identity of the process and of its history.
//!
//! What was written on a broken line may still arrive. So before a new link to the same process is used, Redis is told
//! to drop the old line, with everything on it that it has not read: afterwards a call on it has been carried out, or
//! never will be, and asking again finds out which. [`Clock`] gives calls an end for whoever cannot do so: a server
//! that dies leaves nobody behind who knows its lines.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, RedisError, RedisResult,
    ServerErrorKind, Value,
};

use super::clock::Clock;
use crate::tls::Tls;

/// How long a script call may take before its outcome counts as unknown, and after which Redis does not begin it any
/// more. redis-rs would give up after 500 ms, which one slow fsync exceeds.
pub(in crate::store) const RESPONSE_WAIT: Duration = Duration::from_secs(2);
const CONNECT_WAIT: Duration = Duration::from_secs(1);
/// The same where keys are agreed on meanwhile, on a machine that is busy.
pub(super) const ENCRYPT_WAIT: Duration = Duration::from_secs(3);
/// Whoever waited for a connection that was refused hears so too, instead of trying again one by one.
const REFUSED_FOR: Duration = Duration::from_millis(100);
/// Calls that may wait in memory for the socket; the lanes in front bound them before.
const CALLS_QUEUED_MAX: usize = 1_024;
/// How often a standing link is asked whether it still leads to the same data.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A Redis server.
#[derive(Debug)]
pub(in crate::store) struct Node {
    /// `host:port`, or a socket's path: for messages.
    pub(in crate::store) address: String,
    client: Client,
    /// How it is spoken with, unless in clear text.
    tls: Option<Tls>,
    /// Must it be a primary? A node of a cluster may be a replica: the cluster sends callers on.
    is_alone: bool,
    /// The newest link, also when it is broken: the next one sees to it that nothing comes of it any more.
    link: RwLock<Option<Link>>,
    /// Held while connecting; when that failed last.
    refused: tokio::sync::Mutex<Option<Instant>>,
}

/// A connection to one Redis process, for as long as that process and the line last.
#[derive(Debug, Clone)]
pub struct Link(Arc<Line>);

#[derive(Debug)]
struct Line {
    about: About,
    /// The line's number by which Redis knows it, for `CLIENT KILL`.
    client: i64,
    clock: Clock,
    /// When the process was last asked who it is.
    looked: Mutex<Instant>,
    /// Since when nobody uses it.
    broken: OnceLock<Instant>,
    connection: MultiplexedConnection,
}

impl Node {
    /// The server at `info`; nothing is connected yet.
    pub(in crate::store) fn new(info: ConnectionInfo, is_alone: bool, tls: Option<Tls>) -> RedisResult<Self> {
        // Off by default in redis 1.x: Nagle's algorithm would hold small calls back.
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let address = info.addr().to_string();
        let client = Client::open(info.set_tcp_settings(tcp))?;
        Ok(Self { address, client, tls, is_alone, link: RwLock::default(), refused: tokio::sync::Mutex::default() })
    }

    /// The link that stands, or a new one.
    pub(in crate::store) async fn link(&self) -> RedisResult<Link> {
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
        let before = self.newest();
        match Link::new(self, before.as_ref()).await {
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
    pub(in crate::store) fn standing(&self) -> Option<Link> {
        self.newest().filter(|link| link.0.broken.get().is_none())
    }

    fn newest(&self) -> Option<Link> {
        self.link.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A connection that may be kept waiting for `wait`.
    pub(in crate::store) async fn patient_connection(&self, wait: Duration) -> RedisResult<MultiplexedConnection> {
        self.connect(wait + RESPONSE_WAIT).await
    }

    /// The only place where a connection to Redis is made.
    async fn connect(&self, response_wait: Duration) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WAIT))
            .set_response_timeout(Some(response_wait))
            .set_pipeline_buffer_size(CALLS_QUEUED_MAX);
        let info = self.client.get_connection_info();
        let (Some(tls), ConnectionAddr::Tcp(host, port)) = (&self.tls, info.addr()) else {
            return self.client.get_multiplexed_async_connection_with_config(&config).await;
        };
        let made = async {
            let mut stream = tls.connect(host, *port).await?;
            tls.ask(host, &mut stream, b"PING\r\n").await?;
            MultiplexedConnection::new_with_config(info.redis_settings(), stream, config).await
        };
        // It is large, and connections are rare.
        let (connection, driver) = tokio::time::timeout(ENCRYPT_WAIT, Box::pin(made)).await.map_err(|_| {
            let what =
                format!("{} has not agreed on TLS in time: is this the port at which it speaks TLS?", self.address);
            std::io::Error::new(std::io::ErrorKind::TimedOut, what)
        })??;
        // It ends with the last clone of the connection.
        tokio::spawn(driver);
        Ok(connection)
    }
}

/// Which data answers on this connection: `run_id:master_replid`. The first changes when the process starts, the
/// second when it takes another's data or is made a primary, so a process that was demoted and promoted again,
/// and may have gone back in time, is another one.
pub(crate) async fn identity_of(connection: &mut MultiplexedConnection) -> RedisResult<String> {
    Ok(About::ask(connection).await?.identity)
}

/// What a process says of itself.
#[derive(Debug, PartialEq, Eq)]
struct About {
    /// The process and its data's history, `run_id:master_replid`.
    identity: String,
    /// The length of the part of `identity` that names the process.
    process_bytes: usize,
    is_cluster: bool,
    is_primary: bool,
    version: String,
}

impl About {
    async fn ask(connection: &mut MultiplexedConnection) -> RedisResult<Self> {
        Self::read(&Self::question().query_async::<String>(connection).await?)
    }

    fn question() -> Cmd {
        redis::cmd("INFO").arg("server").arg("replication").take()
    }

    fn read(info: &str) -> RedisResult<Self> {
        let line_of = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let (process, history) = (line_of("run_id:"), line_of("master_replid:"));
        if process.is_empty() || history.is_empty() {
            let what = "INFO does not name the process and its history: what answers is no Redis of version 7";
            return Err(RedisError::from((ErrorKind::Client, what)));
        }
        Ok(Self {
            identity: format!("{process}:{history}"),
            process_bytes: process.len(),
            is_cluster: line_of("redis_mode:") == "cluster",
            is_primary: line_of("role:") == "master",
            version: line_of("redis_version:").to_owned(),
        })
    }

    fn process(&self) -> &str {
        &self.identity[..self.process_bytes]
    }
}

impl Link {
    async fn new(node: &Node, before: Option<&Self>) -> RedisResult<Self> {
        let mut connection = node.connect(RESPONSE_WAIT).await?;
        let asked = Instant::now();
        let mut questions = redis::pipe();
        questions.cmd("CLIENT").arg("ID").add_command(About::question()).cmd("TIME");
        let (id, info, (seconds, micros)): (i64, String, (i64, i64)) = questions.query_async(&mut connection).await?;
        let about = About::read(&info)?;
        if node.is_alone && !about.is_primary {
            let what = "a replica answers there, which gives out no seats";
            return Err(std::io::Error::new(std::io::ErrorKind::NotConnected, what).into());
        }
        let clock = Clock::new(asked, seconds * 1_000 + micros / 1_000);
        let looked = Mutex::new(Instant::now());
        let line = Line { about, client: id, clock, looked, broken: OnceLock::new(), connection };
        let link = Self(Arc::new(line));
        match before {
            Some(before) if before.0.about.process() == link.0.about.process() => link.silence(before).await?,
            _ => {}
        }
        Ok(link)
    }

    /// Has Redis drop the line of a link that broke, with what it has not read of it.
    async fn silence(&self, before: &Self) -> RedisResult<()> {
        let mut kill = redis::cmd("CLIENT");
        kill.arg("KILL").arg("ID").arg(before.0.client);
        match self.ask(&kill).await {
            Ok(_) => Ok(()),
            // Who may not do this waits until no call on the old line can begin any more.
            Err(error) if !ends_link(&error) => {
                tracing::warn!(%error, "Redis does not let us kill our own broken lines: each costs two seconds");
                let left = before.0.broken.get().map_or(RESPONSE_WAIT, |at| RESPONSE_WAIT.saturating_sub(at.elapsed()));
                tokio::time::sleep(left).await;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The identity of the process and its data when the link was made, as [`identity_of`] says it.
    pub fn process(&self) -> &str {
        &self.0.about.identity
    }

    /// The two parts of [`Self::process`]: the process, and its history.
    pub fn process_and_history(&self) -> (&str, &str) {
        let About { identity, process_bytes, .. } = &self.0.about;
        (&identity[..*process_bytes], &identity[*process_bytes + 1..])
    }

    /// The version of Redis that the process runs.
    pub(in crate::store) fn version(&self) -> &str {
        &self.0.about.version
    }

    /// Does the process belong to a Redis Cluster?
    pub(in crate::store) fn is_cluster(&self) -> bool {
        self.0.about.is_cluster
    }

    /// What the process's clock shows at least, in ms since 1970.
    pub fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    /// How its clock is set: by how much this differs from another link's, or from before, the clocks do.
    pub(in crate::store) fn clock_setting_ms(&self) -> i64 {
        self.0.clock.setting_ms()
    }

    /// The process named this time in an answer to what was asked then.
    pub(in crate::store) fn learn_time(&self, asked: Instant, now_ms: i64) {
        self.0.clock.learn(asked, now_ms);
    }

    /// Asks the process whether it still has the data that it had when the link was made, unless it was asked just
    /// now; gives the link up if not.
    pub(in crate::store) async fn look(&self) -> RedisResult<()> {
        let is_due = {
            let mut looked = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = looked.elapsed() >= LOOK_EVERY;
            if is_due {
                *looked = Instant::now();
            }
            is_due
        };
        if is_due { self.look_now().await } else { Ok(()) }
    }

    /// As [`Self::look`], whenever it was asked last.
    pub(in crate::store) async fn look_now(&self) -> RedisResult<()> {
        let asked = About::read(&redis::from_redis_value::<String>(self.ask(&About::question()).await?)?)?;
        if asked != self.0.about {
            self.give_up();
            let what = "the process has other data now, or another part";
            return Err(std::io::Error::new(std::io::ErrorKind::NotConnected, what).into());
        }
        Ok(())
    }

    /// From now on nobody uses this link: the next one is new.
    pub(in crate::store) fn give_up(&self) {
        let _ = self.0.broken.set(Instant::now());
    }

    /// Asks this process, and no other.
    pub(in crate::store) async fn ask(&self, cmd: &Cmd) -> RedisResult<Value> {
        self.heard(cmd.query_async(&mut self.0.connection.clone()).await)
    }

    fn heard<T>(&self, answer: RedisResult<T>) -> RedisResult<T> {
        if let Err(error) = &answer
            && ends_link(error)
        {
            self.give_up();
        }
        answer
    }

    /// Asks this process for what it is only about to own.
    pub(in crate::store) async fn ask_ahead(&self, cmd: &Cmd) -> RedisResult<Value> {
        let mut pipeline = redis::pipe();
        // In one piece: the word counts for the next command of the connection.
        pipeline.cmd("ASKING").ignore().add_command(cmd.clone());
        let (value,): (Value,) = self.heard(pipeline.query_async(&mut self.0.connection.clone()).await)?;
        Ok(value)
    }
}

/// Does this error mean that the line is of no more use: that it is broken, or that its server gives out no seats now?
fn ends_link(error: &RedisError) -> bool {
    let is_useless = match error.kind() {
        ErrorKind::Io | ErrorKind::Parse => true,
        ErrorKind::Server(kind) => {
            matches!(kind, ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown | ServerErrorKind::BusyLoading)
        }
        _ => false,
    };
    is_useless || matches!(error.code(), Some("UNBLOCKED" | "NOAUTH"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> RedisError {
        let value = redis::parse_redis_value(format!("-{line}\r\n").as_bytes());
        value.and_then(Value::extract_error).expect_err("an error")
    }

    #[test]
    fn a_server_that_gives_out_no_seats_now_is_left_and_one_that_refuses_is_not() {
        for left in [
            "READONLY You can't write against a read only replica.",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
            "LOADING Redis is loading the dataset in memory",
            "NOAUTH Authentication required.",
        ] {
            assert!(ends_link(&said(left)), "{left}");
        }
        for kept in [
            "OOM command not allowed when used memory > 'maxmemory'.",
            "NOSCRIPT No matching script.",
            "MISCONF Errors writing to the AOF file: No space left on device",
            "MOVED 3999 127.0.0.1:6381",
            "ERR unknown command",
        ] {
            assert!(!ends_link(&said(kept)), "{kept}");
        }
    }
}
