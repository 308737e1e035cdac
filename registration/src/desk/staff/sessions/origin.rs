//! Where a sign-in comes from, in as few words as its owner needs to know it again.

use std::net::IpAddr;

use crate::secrets::attempts::network_of;

/// How browsers name themselves, each before those that it names beside itself.
const BROWSERS: [(&str, &str); 7] = [
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
/// How systems do.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Where a request comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// The address, where the listener knows it.
    pub address: Option<IpAddr>,
    /// What the browser says of itself: the header `User-Agent`.
    pub agent: &'a str,
    /// A browser in which this very member has been all the way in, by the name that it was given then; `None` for any other.
    pub device: Option<&'a str>,
}

impl Origin<'_> {
    /// The browser and the system, such as `Edge, Windows`; empty where neither is known.
    pub(crate) fn agent_in_words(&self) -> String {
        let known = |names: &[(&str, &'static str)]| {
            names.iter().find(|(mark, _)| self.agent.contains(mark)).map(|(_, name)| *name)
        };
        [known(&BROWSERS), known(&SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The address without its end; empty where it is not known.
    pub(in crate::desk::staff) fn masked(&self) -> String {
        match self.address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.*")
            }
            Some(IpAddr::V6(address)) => {
                let [a, b, c, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:*")
            }
            None => String::new(),
        }
    }

    /// The network, as tries are counted.
    pub(crate) fn network(&self) -> u128 {
        self.address.map(network_of).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_two_words_and_an_address_loses_its_end() {
        let said = |agent| Origin { agent, ..Origin::default() }.agent_in_words();
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 \
                    Safari/537.36 Edg/130.0.0.0";
        assert_eq!(said(edge), "Edge, Windows");
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1";
        assert_eq!(said(phone), "Safari, iPhone");
        assert_eq!((said("curl/8.0"), said("")), (String::new(), String::new()));
        let masked = |address: &str| Origin { address: address.parse().ok(), ..Origin::default() }.masked();
        assert_eq!(masked("203.0.113.77"), "203.0.113.*");
        assert_eq!(masked("::ffff:203.0.113.77"), "203.0.113.*");
        assert_eq!(masked("2001:db8:7::1"), "2001:db8:7:*");
        assert_eq!(masked(""), "");
    }
}
