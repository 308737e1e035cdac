//! At whom the test is aimed. Anything but this machine is refused unless it is allowed explicitly:
//! a load test against somebody else's server is an attack.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderValue;
use url::{Host, Url};

/// A server, resolved once.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where to connect.
    pub address: SocketAddr,
    /// The Host header.
    pub host: HeaderValue,
    /// As it was given, without a path.
    pub url: String,
    /// Addresses of this machine to connect from, in turn; none: the system's choice.
    sources: Arc<[IpAddr]>,
    turn: Arc<AtomicUsize>,
}

/// Why a target is not fired at.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// No URL, or with something that has no meaning here.
    #[error("{0:?} is no target; give the root of a server, such as http://127.0.0.1:8080")]
    NoUrl(String),
    /// HTTPS is not spoken.
    #[error("this generator speaks plain HTTP only; aim it behind what terminates TLS")]
    Tls,
    /// Source addresses are loopback ones.
    #[error("--sources are addresses of 127.0.0.0/8: the target must be one too, such as http://127.0.0.1:8080")]
    Sources,
    /// Another machine, without `--allow-remote`.
    #[error("{host} is {address}, which is not this machine; add --allow-remote if you are sure that you may load it")]
    Remote {
        /// The host as given.
        host: String,
        /// The address that it has.
        address: IpAddr,
    },
    /// The name resolves to nothing.
    #[error("{host} has no address")]
    NoAddress {
        /// The host as given.
        host: String,
        /// What the resolver said.
        #[source]
        cause: Option<std::io::Error>,
    },
}

impl Target {
    /// Reads and resolves `url`. Every address that a name resolves to must be loopback, unless
    /// `allow_remote`.
    pub async fn resolve(url: &str, allow_remote: bool) -> Result<Self, TargetError> {
        let parsed = Url::parse(url).map_err(|_| TargetError::NoUrl(url.to_owned()))?;
        match parsed.scheme() {
            "http" => {}
            "https" => return Err(TargetError::Tls),
            _ => return Err(TargetError::NoUrl(url.to_owned())),
        }
        let is_root = parsed.path() == "/" && parsed.query().is_none() && parsed.fragment().is_none();
        let (Some(host), true, "") = (parsed.host(), is_root, parsed.username()) else {
            return Err(TargetError::NoUrl(url.to_owned()));
        };
        let port = parsed.port_or_known_default().unwrap_or(80);
        let addresses = match host {
            Host::Ipv4(address) => vec![SocketAddr::from((address, port))],
            Host::Ipv6(address) => vec![SocketAddr::from((address, port))],
            Host::Domain(name) => tokio::net::lookup_host((name, port))
                .await
                .map_err(|cause| TargetError::NoAddress { host: name.to_owned(), cause: Some(cause) })?
                .collect(),
        };
        if let Some(remote) = addresses.iter().find(|address| !is_loopback(address.ip()))
            && !allow_remote
        {
            return Err(TargetError::Remote { host: host.to_string(), address: remote.ip() });
        }
        let first = addresses.first().ok_or(TargetError::NoAddress { host: host.to_string(), cause: None })?;
        let authority = if parsed.port().is_some() { format!("{host}:{port}") } else { host.to_string() };
        let header = HeaderValue::from_str(&authority).map_err(|_| TargetError::NoUrl(url.to_owned()))?;
        let url = format!("http://{authority}");
        Ok(Self { address: *first, host: header, url, sources: Arc::default(), turn: Arc::default() })
    }

    /// Connect from `count` loopback addresses in turn, 127.0.0.1 and up. One is the system's choice.
    pub fn with_sources(mut self, count: u8) -> Result<Self, TargetError> {
        if count > 1 {
            if !(self.is_local() && self.address.is_ipv4()) {
                return Err(TargetError::Sources);
            }
            self.sources = (1..=count).map(|last| IpAddr::from([127, 0, 0, last])).collect();
            self.turn = Arc::default();
        }
        Ok(self)
    }

    /// The address to connect from next.
    pub(crate) fn next_source(&self) -> Option<IpAddr> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.sources.get(turn % self.sources.len().max(1)).copied()
    }

    /// Is it this machine?
    pub fn is_local(&self) -> bool {
        is_loopback(self.address.ip())
    }
}

/// 127.0.0.0/8, ::1, and the former written as the latter (`::ffff:127.0.0.1`).
fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn this_machine_is_a_target() {
        for url in ["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:80/", "http://[::ffff:127.0.0.1]:81"] {
            let target = Target::resolve(url, false).await.unwrap();
            assert!(target.is_local(), "{url}");
        }
        let target = Target::resolve("http://127.0.0.1:8080/", false).await.unwrap();
        assert_eq!((target.host.to_str().unwrap(), target.url.as_str()), ("127.0.0.1:8080", "http://127.0.0.1:8080"));
    }

    #[tokio::test]
    async fn another_machine_needs_an_explicit_word() {
        for url in ["http://192.0.2.1", "http://10.0.0.1:8080", "http://[2001:db8::1]", "http://0.0.0.0:8080"] {
            let refused = Target::resolve(url, false).await;
            assert!(matches!(refused, Err(TargetError::Remote { .. })), "{url}");
            assert!(!Target::resolve(url, true).await.unwrap().is_local());
        }
    }

    #[tokio::test]
    async fn sources_take_turns_and_are_loopback_only() {
        let target = Target::resolve("http://127.0.0.1:8080", false).await.unwrap();
        assert_eq!(target.clone().with_sources(1).unwrap().next_source(), None);
        let target = target.with_sources(3).unwrap();
        let seen: Vec<_> = (0..4).filter_map(|_| target.next_source()).map(|it| it.to_string()).collect();
        assert_eq!(seen, ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1"]);
        for other in ["http://192.0.2.1", "http://[::1]"] {
            let target = Target::resolve(other, true).await.unwrap();
            assert!(matches!(target.with_sources(2), Err(TargetError::Sources)), "{other}");
        }
    }

    #[tokio::test]
    async fn what_is_no_root_of_a_plain_server_is_refused() {
        assert!(matches!(Target::resolve("https://127.0.0.1", false).await, Err(TargetError::Tls)));
        for url in ["", "127.0.0.1:8080", "ftp://127.0.0.1", "http://127.0.0.1/api", "http://a:b@127.0.0.1", "http://"]
        {
            assert!(matches!(Target::resolve(url, false).await, Err(TargetError::NoUrl(_))), "{url}");
        }
    }
}
