//! Redis as the operator gave it, one server or a cluster: every command goes to the node that has its key.

use std::borrow::Cow;
use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value};

use super::address::Address;
use super::cluster::{Cluster, slot_of};
use super::node::{Link, Node};
use crate::store::StoreError;

/// Each is a node that knows better; more than these go round in circles.
const REDIRECTS_MAX: usize = 4;

/// Where commands go.
#[derive(Clone)]
pub(in crate::store) enum Connection {
    Single(Arc<Node>),
    Cluster(Arc<Cluster>),
}

impl Connection {
    /// Connects to an address as [`Address::read`] reads it.
    pub(in crate::store) async fn open(url: &str) -> Result<Self, StoreError> {
        let Address { servers, is_cluster, tls } = Address::read(url)?;
        let cluster_scheme = if tls.is_some() { "rediss+cluster://" } else { "redis+cluster://" };
        if let ([server], false) = (&*servers, is_cluster) {
            let node = Node::new(server.clone(), true, tls)?;
            if node.link().await?.is_cluster() {
                return Err(StoreError::Unexpected(format!(
                    "{} is a node of a Redis Cluster: give its address as {cluster_scheme}host:port,host:port",
                    node.address
                )));
            }
            return Ok(Self::Single(Arc::new(node)));
        }
        let cluster = Cluster::new(servers, tls)?;
        match cluster.refresh().await {
            Ok(()) => Ok(Self::Cluster(Arc::new(cluster))),
            Err(error) if !error.is_io_error() => {
                Err(StoreError::Unexpected(format!("no Redis Cluster answers there: {error}")))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn owner(&self, slot: usize) -> Option<Arc<Node>> {
        match self {
            Self::Single(node) => Some(node.clone()),
            Self::Cluster(cluster) => cluster.owner(slot),
        }
    }

    /// The link that stands to the node that has `key`.
    pub(in crate::store) fn standing(&self, key: &str) -> Option<Link> {
        self.owner(slot_of(key))?.standing()
    }

    /// Every server that gives out seats.
    pub(in crate::store) fn primaries(&self) -> Vec<Arc<Node>> {
        match self {
            Self::Single(node) => vec![node.clone()],
            Self::Cluster(cluster) => cluster.primaries(),
        }
    }

    /// Runs what `make` makes for the link that it goes over where `key` is, on a process that is `trusted`, else
    /// [`StoreError::Unverified`]; answers with the link that the answer came over.
    pub(in crate::store) async fn run<'a>(
        &self,
        key: &str,
        make: impl Fn(&Link) -> Cow<'a, Cmd>,
        trusted: impl Fn(&Link) -> bool,
    ) -> Result<(Link, Value), StoreError> {
        let slot = slot_of(key);
        let mut owner = self.owner(slot);
        for _ in 0..=REDIRECTS_MAX {
            let Some(node) = owner.take() else { break };
            let link = match node.link().await {
                Ok(link) => link,
                Err(error) => return Err(self.unsettled(error).await),
            };
            // Nobody is told anything by data that was replaced longer ago than a look.
            if let Err(error) = link.look().await {
                return Err(self.unsettled(error).await);
            }
            if !trusted(&link) {
                return Err(StoreError::Unverified);
            }
            let error = match link.ask(&make(&link)).await {
                Ok(value) => return Ok((link, value)),
                Err(error) => error,
            };
            match (self, error.kind()) {
                (Self::Cluster(cluster), ErrorKind::Server(ServerErrorKind::Moved)) => {
                    let to = redirect(cluster, &error, &node)?;
                    cluster.moved(slot, to.clone());
                    owner = Some(to);
                }
                // The process that is trusted says where its data went: what is there is as good.
                (Self::Cluster(cluster), ErrorKind::Server(ServerErrorKind::Ask)) => {
                    let link = redirect(cluster, &error, &node)?.link().await?;
                    let value = link.ask_ahead(&make(&link)).await?;
                    return Ok((link, value));
                }
                _ => return Err(self.unsettled(error).await),
            }
        }
        let nobody = std::io::Error::new(std::io::ErrorKind::NotFound, "no node of the cluster has the slot");
        Err(self.unsettled(nobody.into()).await)
    }

    /// Looks who has which slot now, if the error may mean that this has changed.
    pub(in crate::store) async fn unsettled(&self, error: RedisError) -> StoreError {
        if let Self::Cluster(cluster) = self
            && (error.is_io_error() || error.is_cluster_error())
            && let Err(error) = cluster.refresh().await
        {
            tracing::warn!(%error, "no node of the cluster answers");
        }
        error.into()
    }

    /// A connection that may be kept waiting, to the node that has `key`.
    pub(in crate::store) async fn patient(
        &self,
        key: &str,
        wait: std::time::Duration,
    ) -> Result<MultiplexedConnection, StoreError> {
        // A question that every owner can answer: afterwards we know who that is.
        let mut cmd = redis::cmd("EXISTS");
        cmd.arg(key);
        self.run(key, |_| Cow::Borrowed(&cmd), |_| true).await?;
        let node = self.owner(slot_of(key)).ok_or(StoreError::Unverified)?;
        Ok(node.patient_connection(wait).await?)
    }
}

fn redirect(cluster: &Cluster, error: &RedisError, from: &Node) -> RedisResult<Arc<Node>> {
    let (address, _) = error.redirect_node().ok_or((ErrorKind::Client, "a redirection without an address"))?;
    match address.strip_prefix(':') {
        // "The same host as mine", says a node that does not know its own name.
        Some(port) => {
            let host = from.address.rsplit_once(':').map_or("", |(host, _)| host);
            cluster.node(&format!("{host}:{port}"))
        }
        None => cluster.node(address),
    }
}
