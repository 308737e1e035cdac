//! A Redis Cluster of one test: three primaries and three replicas on loopback, in clear text or by TLS, gone when the test ends.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use embedded::Fsync;
use nix::sys::signal::Signal;
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

use crate::child::TestChild;
use crate::paths::temp_dir;
use crate::ports::free_ports;
use crate::stores::certificates::Certificates;

const NODES: usize = 6;
/// How long a node is silent before the others call it dead, in ms. Busy machines need some.
const NODE_TIMEOUT_MS: u32 = 2_000;
/// Longest wait for the cluster to stand, or to stand again.
const WAIT: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(20);
/// Where a node that speaks TLS listens for the test's own eyes, in its directory: over the network it says nothing in clear text.
const SOCKET: &str = "redis.sock";
/// What nodes that speak TLS are called, and what their certificates are for.
const NAME: &str = "localhost";

/// Six `redis-server`s that make a cluster. A node is named by its number, 0 to 5.
#[derive(Debug)]
pub struct TestCluster {
    nodes: Vec<Node>,
    fsync: Fsync,
    /// Without them the nodes speak clear text.
    certificates: Option<Certificates>,
    // Last: removed after the servers have ended.
    dir: TempDir,
}

#[derive(Debug)]
struct Node {
    port: u16,
    bus_port: u16,
    child: TestChild,
}

impl TestCluster {
    /// Starts six servers, makes a cluster of them, and waits until it stands; some five seconds.
    pub async fn start(fsync: Fsync) -> Self {
        Self::start_in(temp_dir(), fsync, None).await
    }

    /// The same by TLS alone, among the nodes, too. They want a certificate of their callers, and tell each other's addresses as
    /// numbers and their name, `localhost`, beside them; their certificates are for the name.
    pub async fn start_encrypted(fsync: Fsync) -> Self {
        let dir = temp_dir();
        let certificates = Certificates::make(dir.path().join("tls"));
        Self::start_in(dir, fsync, Some(certificates)).await
    }

    async fn start_in(dir: TempDir, fsync: Fsync, certificates: Option<Certificates>) -> Self {
        let ports = free_ports(2 * NODES);
        let nodes = ports.chunks(2).enumerate().map(|(number, ports)| {
            let home = dir.path().join(number.to_string());
            let child = launch(&home, (ports[0], ports[1]), fsync, certificates.as_ref());
            Node { port: ports[0], bus_port: ports[1], child }
        });
        let nodes = nodes.collect();
        let cluster = Self { nodes, fsync, certificates, dir };
        for node in 0..NODES {
            until("a server answers", async || cluster.try_connect(node).await.is_some()).await;
        }
        let addresses = cluster.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port));
        cluster.cli(
            ["--cluster".to_owned(), "create".to_owned()]
                .into_iter()
                .chain(addresses)
                .chain(["--cluster-replicas", "1", "--cluster-yes"].map(str::to_owned)),
        );
        cluster.stands().await;
        cluster
    }

    /// How the cluster is reached, naming every node: `redis+cluster://127.0.0.1:…,127.0.0.1:…`, or by TLS
    /// `rediss+cluster://localhost:…,localhost:…` with all that it takes.
    pub fn url(&self) -> String {
        match &self.certificates {
            None => format!("redis+cluster://{}", self.hosts("127.0.0.1")),
            Some(certificates) => self.url_saying(NAME, &certificates.redis_query()),
        }
    }

    /// Every node by this name, saying this of TLS.
    pub fn url_saying(&self, host: &str, tls: &str) -> String {
        format!("rediss+cluster://{}/?{tls}", self.hosts(host))
    }

    /// A file of the certificates of a cluster that speaks TLS: `ca.pem`, which signed the nodes' and `client.pem`, with its
    /// `client.key`; and `other-ca.pem`, which signed `stranger.pem`, with its `stranger.key`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.certificates.as_ref().expect("the cluster speaks TLS").file(name)
    }

    /// Has every node tell no name of its own any more, and waits until they have forgotten each other's.
    pub async fn forget_names(&self) {
        for node in 0..NODES {
            self.ask(node, &["CONFIG", "SET", "cluster-announce-hostname", ""]).await.expect("the node obeys");
        }
        until("no node knows a name", async || {
            for node in 0..NODES {
                let view = self.ask(node, &["CLUSTER", "NODES"]).await;
                if view.is_none_or(|view| view.contains(NAME)) {
                    return false;
                }
            }
            true
        })
        .await;
    }

    fn hosts(&self, host: &str) -> String {
        let hosts: Vec<_> = self.nodes.iter().map(|node| format!("{host}:{}", node.port)).collect();
        hosts.join(",")
    }

    /// A connection to one node with the test's own eyes.
    pub async fn connect(&self, node: usize) -> MultiplexedConnection {
        self.try_connect(node).await.unwrap_or_else(|| panic!("node {node} of the cluster does not answer"))
    }

    /// The node that the living ones agree is the primary of `key`'s slot, once they do.
    pub async fn primary_of(&self, key: &str) -> usize {
        let mut found = None;
        until("the cluster agrees on the primary", async || {
            found = self.primary_now(key).await;
            found.is_some()
        })
        .await;
        found.expect("waited for")
    }

    /// A connection to the primary of `key`.
    pub async fn connect_for(&self, key: &str) -> MultiplexedConnection {
        self.connect(self.primary_of(key).await).await
    }

    /// The replica of a primary.
    pub async fn replica_of(&self, primary: usize) -> usize {
        let id = self.id(primary).await;
        let view = self.ask(primary, &["CLUSTER", "NODES"]).await.expect("the node answers");
        let line = view.lines().find(|line| line.split(' ').nth(3) == Some(&id)).expect("each primary has a replica");
        let address = line.split(' ').nth(1).expect("a node has an address");
        self.nodes.iter().position(|node| is_address_of(node, address)).expect("a node of ours")
    }

    /// Kills a node as a crash would (SIGKILL).
    pub async fn kill(&mut self, node: usize) {
        let child = &mut self.nodes[node].child;
        child.signal(Signal::SIGKILL);
        child.ended(WAIT).await.expect("nothing survives SIGKILL");
    }

    /// Starts a killed node again over what it had written; it finds the cluster by itself.
    pub async fn start_again(&mut self, node: usize) {
        let Node { port, bus_port, .. } = self.nodes[node];
        let home = self.dir.path().join(node.to_string());
        self.nodes[node].child = launch(&home, (port, bus_port), self.fsync, self.certificates.as_ref());
        until("a server answers", async || self.try_connect(node).await.is_some()).await;
    }

    /// Stops a replica in its tracks (SIGSTOP) and hangs up on it, so that it misses what comes.
    pub async fn cut_off(&self, replica: usize, primary: usize) {
        self.nodes[replica].child.signal(Signal::SIGSTOP);
        // What is in the line already would still be read.
        let mut connection = self.connect(primary).await;
        let mut cmd = redis::cmd("CLIENT");
        let cut: i64 =
            cmd.arg("KILL").arg("TYPE").arg("replica").query_async(&mut connection).await.expect("an answer");
        assert_eq!(cut, 1, "the replica was connected");
    }

    /// Lets a node that was cut off go on.
    pub fn thaw(&self, node: usize) {
        self.nodes[node].child.signal(Signal::SIGCONT);
    }

    /// Makes a replica the primary of its shard, losing nothing.
    pub async fn promote(&self, replica: usize) {
        self.ask(replica, &["CLUSTER", "FAILOVER"]).await.expect("the replica obeys");
        until("the replica is the primary", async || self.is_primary(replica).await).await;
    }

    /// Moves the slot of `key` to another primary, key by key, while it is in use.
    pub async fn move_slot(&self, key: &str, to: usize) {
        let from = self.primary_of(key).await;
        let slot: u16 = redis::cmd("CLUSTER")
            .arg("KEYSLOT")
            .arg(key)
            .query_async(&mut self.connect(to).await)
            .await
            .expect("a slot");
        let (slot, port) = (slot.to_string(), self.nodes[to].port.to_string());
        let (from_id, to_id) = (self.id(from).await, self.id(to).await);
        self.ask(to, &["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from_id]).await.expect("the node obeys");
        self.ask(from, &["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to_id]).await.expect("the node obeys");
        loop {
            let mut connection = self.connect(from).await;
            let mut cmd = redis::cmd("CLUSTER");
            let keys: Vec<String> =
                cmd.arg("GETKEYSINSLOT").arg(&slot).arg(1).query_async(&mut connection).await.expect("keys");
            let Some(key) = keys.first() else { break };
            self.ask(from, &["MIGRATE", "127.0.0.1", &port, key, "0", "5000"]).await.expect("a key moves");
        }
        for node in [to, from] {
            self.ask(node, &["CLUSTER", "SETSLOT", &slot, "NODE", &to_id]).await.expect("the node obeys");
        }
    }

    /// Waits until every slot has a primary, every primary a replica that follows it, and all nodes agree.
    pub async fn stands(&self) {
        until("the cluster stands", async || {
            let mut primaries = 0;
            for node in 0..NODES {
                let Some(info) = self.ask(node, &["CLUSTER", "INFO"]).await else { return false };
                let Some(replication) = self.ask(node, &["INFO", "replication"]).await else { return false };
                let Some(view) = self.ask(node, &["CLUSTER", "NODES"]).await else { return false };
                let followers = view.lines().filter(|line| line.contains("slave") && !line.contains("fail")).count();
                let fine = followers == NODES / 2
                    && info.contains("cluster_state:ok")
                    && info.contains("cluster_known_nodes:6")
                    && info.contains("cluster_slots_ok:16384");
                let is_primary = replication.contains("role:master");
                primaries += usize::from(is_primary);
                let follows =
                    replication.contains(if is_primary { "connected_slaves:1" } else { "master_link_status:up" });
                if !fine || !follows {
                    return false;
                }
            }
            primaries == NODES / 2
        })
        .await;
    }

    /// Does the node take itself for a primary?
    pub async fn is_primary(&self, node: usize) -> bool {
        self.ask(node, &["INFO", "replication"]).await.is_some_and(|text| text.contains("role:master"))
    }

    async fn primary_now(&self, key: &str) -> Option<usize> {
        let mut found: Option<usize> = None;
        for node in 0..NODES {
            let Some(mut connection) = self.try_connect(node).await else { continue };
            let slot: u16 = redis::cmd("CLUSTER").arg("KEYSLOT").arg(key).query_async(&mut connection).await.ok()?;
            let view = self.ask(node, &["CLUSTER", "NODES"]).await?;
            let line = view.lines().find(|line| owns(line, slot))?;
            let owner =
                self.nodes.iter().position(|node| is_address_of(node, line.split(' ').nth(1).unwrap_or_default()))?;
            if found.is_some_and(|found| found != owner) || line.contains("fail") {
                return None;
            }
            found = Some(owner);
        }
        let owner = found?;
        self.try_connect(owner).await.map(|_| owner)
    }

    async fn id(&self, node: usize) -> String {
        self.ask(node, &["CLUSTER", "MYID"]).await.expect("the node has a name")
    }

    async fn try_connect(&self, node: usize) -> Option<MultiplexedConnection> {
        let address = match &self.certificates {
            None => format!("redis://127.0.0.1:{}/", self.nodes[node].port),
            Some(_) => format!("redis+unix://{}", self.dir.path().join(node.to_string()).join(SOCKET).display()),
        };
        let client = redis::Client::open(address).ok()?;
        let connection = tokio::time::timeout(Duration::from_millis(500), client.get_multiplexed_async_connection());
        connection.await.ok()?.ok()
    }

    async fn ask(&self, node: usize, words: &[&str]) -> Option<String> {
        redis::cmd(words[0]).arg(&words[1..]).query_async(&mut self.try_connect(node).await?).await.ok()
    }

    fn cli(&self, arguments: impl Iterator<Item = String>) {
        let mut command = Command::new("redis-cli");
        if let Some(certificates) = &self.certificates {
            command.arg("--tls").arg("--cacert").arg(certificates.file("ca.pem"));
            command
                .arg("--cert")
                .arg(certificates.file("client.pem"))
                .arg("--key")
                .arg(certificates.file("client.key"));
        }
        let output = command.args(arguments).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("redis-cli: {error}"));
        assert!(output.status.success(), "redis-cli: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Does this line of `CLUSTER NODES` name a primary with the slot?
fn owns(line: &str, slot: u16) -> bool {
    let words: Vec<_> = line.split(' ').collect();
    let is_primary = words.get(2).is_some_and(|flags| flags.contains("master"));
    is_primary && words.iter().skip(8).filter(|word| !word.starts_with('[')).any(|word| {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        matches!((first.parse::<u16>(), last.parse::<u16>()), (Ok(first), Ok(last)) if (first..=last).contains(&slot))
    })
}

/// Is this the node's address, as `host:port@bus-port,name`? By the port of the bus: the other one may be told apart by who asks.
fn is_address_of(node: &Node, address: &str) -> bool {
    address.split('@').nth(1).and_then(|bus| bus.split(',').next()) == Some(&node.bus_port.to_string())
}

pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < WAIT, "waited {WAIT:?} until {what}");
        tokio::time::sleep(POLL).await;
    }
}

/// A node at this port, with this one for the others. With certificates it speaks TLS at both, and listens at a socket, too.
fn launch(dir: &Path, (port, bus_port): (u16, u16), fsync: Fsync, certificates: Option<&Certificates>) -> TestChild {
    let mut settings = vec![
        ("cluster-port", bus_port.to_string()),
        ("cluster-enabled", "yes".to_owned()),
        ("cluster-node-timeout", NODE_TIMEOUT_MS.to_string()),
        // One shard that is away does not stop the others.
        ("cluster-require-full-coverage", "no".to_owned()),
        ("cluster-allow-replica-migration", "no".to_owned()),
    ];
    let Some(certificates) = certificates else { return launch_with(dir, port, fsync, &settings) };
    settings.extend(certificates.redis_settings(port));
    settings.extend([
        ("tls-cluster", "yes".to_owned()),
        ("tls-replication", "yes".to_owned()),
        ("tls-client-cert-file", certificates.file("client.pem").display().to_string()),
        ("tls-client-key-file", certificates.file("client.key").display().to_string()),
        ("cluster-announce-hostname", NAME.to_owned()),
        ("unixsocket", dir.join(SOCKET).display().to_string()),
    ]);
    launch_with(dir, 0, fsync, &settings)
}

/// A server that belongs to no cluster.
pub(crate) fn launch_alone(dir: &Path, port: u16, fsync: Fsync) -> TestChild {
    launch_with(dir, port, fsync, &[])
}

/// A server with more settings than those of every test.
pub(crate) fn launch_with(dir: &Path, port: u16, fsync: Fsync, more: &[(&str, String)]) -> TestChild {
    fs::create_dir_all(dir).expect("the directory is ours");
    let mut command = Command::new("redis-server");
    if let Some(user) = embedded::unprivileged_user() {
        chown(dir, Some(user.uid), Some(user.gid)).expect("root may give a directory away");
        command.uid(user.uid).gid(user.gid);
    }
    let fsync = match fsync {
        Fsync::Always => "always",
        Fsync::Everysec => "everysec",
        Fsync::Off => "no",
    };
    let settings = [
        ("port", port.to_string()),
        ("bind", "127.0.0.1".to_owned()),
        ("dir", dir.display().to_string()),
        ("repl-diskless-sync-delay", "0".to_owned()),
        ("appendonly", "yes".to_owned()),
        ("appendfsync", fsync.to_owned()),
        ("save", String::new()),
        ("maxmemory-policy", "noeviction".to_owned()),
    ];
    let all = settings.iter().chain(more);
    command.args(all.flat_map(|(name, value)| [format!("--{name}"), value.clone()]));
    TestChild::spawn(command)
}
