//! Two Redis servers of one test that may follow each other, as an operator or a manager of failovers has them do.

use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

use crate::child::TestChild;
use crate::paths::temp_dir;
use crate::ports::free_ports;
use crate::stores::cluster::{launch_alone, until};
use embedded::Fsync;

/// Two `redis-server`s, 0 and 1, on ports of loopback.
#[derive(Debug)]
pub struct RedisPair {
    servers: [Server; 2],
    // Last: removed after the servers have ended.
    _dir: TempDir,
}

#[derive(Debug)]
struct Server {
    port: u16,
    child: Option<TestChild>,
}

impl RedisPair {
    /// Starts both; neither follows the other.
    pub async fn start() -> Self {
        let dir = temp_dir();
        let ports = free_ports(2);
        let server = |number: usize| {
            let child = launch_alone(&dir.path().join(number.to_string()), ports[number], Fsync::Off);
            Server { port: ports[number], child: Some(child) }
        };
        let pair = Self { servers: [server(0), server(1)], _dir: dir };
        for number in 0..2 {
            until("a server answers", async || pair.try_connect(number).await.is_some()).await;
        }
        pair
    }

    /// The port of loopback that the server listens at.
    pub fn port(&self, server: usize) -> u16 {
        self.servers[server].port
    }

    /// A connection to one server with the test's own eyes.
    pub async fn connect(&self, server: usize) -> MultiplexedConnection {
        self.try_connect(server).await.expect("the server answers")
    }

    /// Makes the server a replica of the other one, and waits until it has all data.
    pub async fn follow(&self, server: usize) {
        let other = self.servers[1 - server].port.to_string();
        self.say(server, &["REPLICAOF", "127.0.0.1", &other]).await;
        until("the replica follows", async || {
            let text: String =
                redis::cmd("INFO").arg("replication").query_async(&mut self.connect(server).await).await.expect("text");
            text.contains("master_link_status:up") && text.contains("master_sync_in_progress:0")
        })
        .await;
    }

    /// Makes the server a primary.
    pub async fn promote(&self, server: usize) {
        self.say(server, &["REPLICAOF", "NO", "ONE"]).await;
    }

    /// Kills the server as a crash would.
    pub fn kill(&mut self, server: usize) {
        if let Some(child) = self.servers[server].child.take() {
            child.signal(nix::sys::signal::Signal::SIGKILL);
        }
    }

    /// Runs a command on one server.
    pub async fn say(&self, server: usize, words: &[&str]) -> redis::Value {
        let answer = redis::cmd(words[0]).arg(&words[1..]).query_async(&mut self.connect(server).await).await;
        answer.unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    async fn try_connect(&self, server: usize) -> Option<MultiplexedConnection> {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}/", self.servers[server].port)).ok()?;
        client.get_multiplexed_async_connection().await.ok()
    }
}
