//! Which address a request comes from, when proxies stand in between that we trust.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};
use httpkit::quiet::Quiet;
use ipnet::{IpNet, Ipv4Net};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
/// Most proxies in a row.
const HOPS_MAX: usize = 16;

/// One line a minute, however many say it.
static NOT_BELIEVED: Quiet = Quiet::every(Duration::from_secs(60));

/// A network: `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    fn has(self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let network = network.map_err(|_| format!("{text} is no network: write 10.0.0.0/8, or one address"))?;
        // Addresses are compared as what they are: one of IPv4 that is written in IPv6 is of IPv4.
        Ok(Self(match (network.addr().to_canonical(), network.prefix_len().checked_sub(96)) {
            (IpAddr::V4(address), Some(bits)) if network.addr().is_ipv6() => {
                Ipv4Net::new(address, bits).map_or(network, IpNet::from)
            }
            _ => network,
        }))
    }
}

/// The header in which our proxies say who asks. Only one counts: others a client may have sent, and proxies pass on
/// what they do not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AddressHeader {
    /// `Forwarded: for=192.0.2.43`, as RFC 7239 has it.
    Forwarded,
    /// `X-Forwarded-For: 192.0.2.43`, to which every proxy adds who asked it.
    XForwardedFor,
    /// `X-Real-IP: 192.0.2.43`, which the proxy sets.
    XRealIp,
}

impl AddressHeader {
    fn name(self) -> HeaderName {
        match self {
            Self::Forwarded => FORWARDED,
            Self::XForwardedFor => X_FORWARDED_FOR,
            Self::XRealIp => X_REAL_IP,
        }
    }
}

/// Who may say for whom it asks, and where it says so.
#[derive(Debug, Clone)]
pub struct Proxies {
    /// Whose word is believed.
    pub trusted: Vec<Network>,
    /// Where it stands.
    pub header: AddressHeader,
}

impl Proxies {
    /// Is this one of them?
    pub(super) fn are(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|network| network.has(address))
    }

    /// The address that sent the request: the peer's, or, when that is a proxy that we trust, the rightmost address in
    /// its header that is none. What stands further left the client may have made up.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.are(peer) {
            warn_of_strangers(peer, headers);
            return peer;
        }
        let mut nearest = peer;
        for hop in self.hops(headers).take(HOPS_MAX) {
            // A name or `unknown`: nothing to the left of it is worth more than what told us.
            let Some(address) = hop else { break };
            nearest = address;
            if !self.are(address) {
                break;
            }
        }
        nearest
    }

    /// The addresses in the header, the nearest first; `None` for one that is no address.
    fn hops(&self, headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
        let is_forwarded = self.header == AddressHeader::Forwarded;
        let values = headers.get_all(self.header.name()).iter().map(|value| value.to_str().unwrap_or("?"));
        let values: Vec<&str> = values.collect();
        values.into_iter().rev().flat_map(|value| value.rsplit(',')).map(move |hop| {
            let hop = if is_forwarded { forwarded_for(hop)? } else { hop };
            node(hop.trim())
        })
    }
}

/// Somebody says for whom it asks and is not believed: an operator who forgot a proxy of theirs would count the whole
/// world as one, and must hear of it.
fn warn_of_strangers(peer: IpAddr, headers: &HeaderMap) {
    let headers_of_proxies = [FORWARDED, X_FORWARDED_FOR, X_REAL_IP];
    if let Some(header) = headers_of_proxies.iter().find(|name| headers.contains_key(*name)) {
        NOT_BELIEVED.say(|requests| {
            tracing::warn!(
                %peer,
                %header,
                requests,
                "not believed about who asks: if this is a proxy of yours, name it with --trusted-proxy"
            );
        });
    }
}

/// `for="[2001:db8::1]:4711";proto=https` → `[2001:db8::1]:4711`
fn forwarded_for(element: &str) -> Option<&str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    values.next().map(|(_, value)| value.trim().trim_matches('"'))
}

/// An address, perhaps in brackets, perhaps with a port.
fn node(text: &str) -> Option<IpAddr> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if text.matches(':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(header: AddressHeader, peer: &str, headers: &[(&'static str, &'static str)], trusted: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let trusted = trusted.iter().map(|network| network.parse().unwrap()).collect();
        Proxies { trusted, header }.client(peer.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        let from = |peer, headers: &[_], trusted: &[_]| from(AddressHeader::XForwardedFor, peer, headers, trusted);
        let says = [("x-forwarded-for", "203.0.113.9, 198.51.100.7")];
        assert_eq!(from("192.0.2.1", &says, &[]), "192.0.2.1");
        assert_eq!(from("192.0.2.1", &says, &["10.0.0.0/8"]), "192.0.2.1");
        assert_eq!(from("10.1.2.3", &says, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("::ffff:10.1.2.3", &says, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("10.1.2.3", &says, &["::ffff:10.0.0.0/104"]), "198.51.100.7");
        assert_eq!(from("10.1.2.3", &says, &["10.0.0.0/8", "198.51.100.7"]), "203.0.113.9");
        assert_eq!(from("10.1.2.3", &[], &["10.0.0.0/8"]), "10.1.2.3");
        let twice = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7:8080")];
        assert_eq!(from("10.1.2.3", &twice, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("10.1.2.3", &[("x-forwarded-for", "1.2.3.4, unknown")], &["10.0.0.0/8"]), "10.1.2.3");
    }

    #[test]
    fn the_standard_header_is_read_with_names_quotes_and_ports() {
        let from = |headers: &[_], trusted: &[_]| from(AddressHeader::Forwarded, "::1", headers, trusted);
        let says = [("forwarded", r#"for=192.0.2.43, For="[2001:db8:cafe::17]:4711";proto=https"#)];
        assert_eq!(from(&says, &["::1"]), "2001:db8:cafe::17");
        assert_eq!(from(&says, &["::1", "2001:db8::/32"]), "192.0.2.43");
    }

    #[test]
    fn headers_that_were_not_named_are_nothing() {
        let says = [("forwarded", "for=192.0.2.43"), ("x-forwarded-for", "203.0.113.9"), ("x-real-ip", "198.51.100.7")];
        for (header, told) in [
            (AddressHeader::Forwarded, "192.0.2.43"),
            (AddressHeader::XForwardedFor, "203.0.113.9"),
            (AddressHeader::XRealIp, "198.51.100.7"),
        ] {
            assert_eq!(from(header, "10.1.2.3", &says, &["10.0.0.0/8"]), told);
            let others: Vec<_> = says.iter().copied().filter(|(_, value)| !value.contains(told)).collect();
            assert_eq!(from(header, "10.1.2.3", &others, &["10.0.0.0/8"]), "10.1.2.3", "{header:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_said() {
        for wrong in ["10.0.0.0/33", "proxy", "10.0.0.0/x", "::/129", ""] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
