//! Names to addresses, once for each connection: every address is looked at, and only what was looked at is connected to. A name
//! with one address inside is refused as a whole.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_public;

/// Most addresses of one name.
const ADDRESSES_MAX: usize = 32;

/// The name leads to an address that is not everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name leads to an address that is not public")]
pub(super) struct NotPublic;

/// Who says which addresses a name has.
#[derive(Debug, Clone)]
pub(super) enum Lookup {
    /// The system, by whatever it is set to.
    System,
    /// Always these, counting how often they were asked for: for tests.
    #[cfg(test)]
    Fixed(Vec<SocketAddr>, Arc<std::sync::atomic::AtomicUsize>),
}

impl Lookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((name, 0)).await?.take(ADDRESSES_MAX + 1).collect()),
            #[cfg(test)]
            Self::Fixed(addresses, asked) => {
                asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Ok(addresses.clone())
            }
        }
    }
}

/// Resolves, and lets nothing through that is inside.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    lookup: Arc<Lookup>,
    may_stay_here: bool,
}

impl Checked {
    pub(super) fn new(lookup: Lookup, may_stay_here: bool) -> Self {
        Self { lookup: Arc::new(lookup), may_stay_here }
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { lookup, may_stay_here } = self.clone();
        Box::pin(async move {
            let addresses = lookup.addresses(name.as_str()).await?;
            let may_be = |address: &SocketAddr| {
                is_public(address.ip()) || (may_stay_here && address.ip().to_canonical().is_loopback())
            };
            if addresses.len() > ADDRESSES_MAX || !addresses.iter().all(may_be) {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
