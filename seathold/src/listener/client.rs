//! Which address a request comes from, when proxies stand in between that we trust.

use std::net::IpAddr;
use std::str::FromStr;

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Most proxies in a row.
const HOPS_MAX: usize = 16;

/// A network: `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: u128,
    bits: u32,
}

/// Both kinds of address as one: IPv4 as it is written in IPv6.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Network {
    fn has(self, address: IpAddr) -> bool {
        let differ = self.first ^ number(address);
        self.bits == 0 || differ >> (128 - self.bits) == 0
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| format!("{text} is no network, write 10.0.0.0/8"))?;
        let max = if address.is_ipv4() { 32 } else { 128 };
        let bits =
            bits.map_or(Ok(max), |bits| bits.parse::<u32>().map_err(|_| format!("{text}: /{bits} is no number")))?;
        if bits > max {
            return Err(format!("{text}: an address has {max} bits"));
        }
        Ok(Self { first: number(address), bits: bits + 128 - max })
    }
}

/// The address that sent the request: the peer's, or, when that is a proxy that we trust, the rightmost address in
/// `Forwarded` (RFC 7239), else `X-Forwarded-For`, that is none. What stands further left the client may have made up.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let peer = peer.to_canonical();
    let is_proxy = |address| trusted.iter().any(|network| network.has(address));
    if trusted.is_empty() || !is_proxy(peer) {
        return peer;
    }
    let mut nearest = peer;
    for hop in hops(headers).take(HOPS_MAX) {
        // A name or `unknown`: nothing to the left of it is worth more than what told us.
        let Some(address) = hop else { break };
        nearest = address;
        if !is_proxy(address) {
            break;
        }
    }
    nearest
}

/// The addresses in the header, the nearest first; `None` for one that is no address.
fn hops(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let name = if headers.contains_key(FORWARDED) { FORWARDED } else { X_FORWARDED_FOR };
    let is_forwarded = name == FORWARDED;
    let values: Vec<&str> = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?")).collect();
    values.into_iter().rev().flat_map(|value| value.rsplit(',')).map(move |hop| {
        let hop = if is_forwarded { forwarded_for(hop)? } else { hop };
        node(hop.trim())
    })
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

    fn from(peer: &str, headers: &[(&'static str, &'static str)], trusted: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        address(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        let says = [("x-forwarded-for", "203.0.113.9, 198.51.100.7")];
        assert_eq!(from("192.0.2.1", &says, &[]), "192.0.2.1");
        assert_eq!(from("192.0.2.1", &says, &["10.0.0.0/8"]), "192.0.2.1");
        assert_eq!(from("10.1.2.3", &says, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("::ffff:10.1.2.3", &says, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("10.1.2.3", &says, &["10.0.0.0/8", "198.51.100.7"]), "203.0.113.9");
        assert_eq!(from("10.1.2.3", &[], &["10.0.0.0/8"]), "10.1.2.3");
        let twice = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7:8080")];
        assert_eq!(from("10.1.2.3", &twice, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("10.1.2.3", &[("x-forwarded-for", "1.2.3.4, unknown")], &["10.0.0.0/8"]), "10.1.2.3");
    }

    #[test]
    fn the_standard_header_goes_first() {
        let says = [("forwarded", r#"for=192.0.2.43, For="[2001:db8:cafe::17]:4711";proto=https"#)];
        assert_eq!(from("::1", &says, &["::1"]), "2001:db8:cafe::17");
        assert_eq!(from("::1", &says, &["::1", "2001:db8::/32"]), "192.0.2.43");
        let both = [("forwarded", "for=192.0.2.43"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(from("::1", &both, &["::/0"]), "192.0.2.43");
    }

    #[test]
    fn what_is_no_network_is_said() {
        for wrong in ["10.0.0.0/33", "proxy", "10.0.0.0/x", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
