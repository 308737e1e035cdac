//! Addresses to which webhooks may go, as far as their text says so; to where their names lead is looked at when connecting.

use std::net::IpAddr;

use reqwest::Url;
use url::Host;

use super::WebhookRules;
use super::address::is_public;
use crate::http::is_loopback;

/// Longest address, in bytes.
const URL_CHARS_MAX: usize = 500;

/// Why webhooks may not go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetFault {
    /// It is no address, or too long a one.
    #[error("this is no address: write https://host/path, at most {URL_CHARS_MAX} characters")]
    Text,
    /// It is not encrypted.
    #[error("the address must begin with https://")]
    Scheme,
    /// It holds a name or a password.
    #[error("the address must be without a user and a password")]
    User,
    /// It is inside of a network.
    #[error("the address is inside of a network: webhooks go to public addresses only")]
    Inside,
    /// Its port is not one of those that are allowed.
    #[error("this port is not allowed for webhooks")]
    Port,
}

/// An address to which webhooks may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    /// Reads an address, as browsers do: numbers in any writing are IPv4, other scripts become punycode.
    pub(super) fn parse(text: &str, rules: &WebhookRules) -> Result<Self, TargetFault> {
        let text = text.trim();
        if text.len() > URL_CHARS_MAX {
            return Err(TargetFault::Text);
        }
        let mut url = Url::parse(text).map_err(|_| TargetFault::Text)?;
        url.set_fragment(None);
        let stays_here = rules.may_stay_here && is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if stays_here => {}
            _ => return Err(TargetFault::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetFault::User);
        }
        let is_outside = match url.host().ok_or(TargetFault::Text)? {
            Host::Ipv4(address) => is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => is_public(IpAddr::V6(address)),
            // A name without a dot is one of this network's.
            Host::Domain(name) => name.trim_end_matches('.').contains('.'),
        };
        if !is_outside && !stays_here {
            return Err(TargetFault::Inside);
        }
        let port = url.port_or_known_default().ok_or(TargetFault::Port)?;
        if !stays_here && !rules.ports.contains(&port) {
            return Err(TargetFault::Port);
        }
        Ok(Self(url))
    }

    /// The address as it is kept and shown.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(super) fn url(&self) -> Url {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, may_stay_here: bool) -> Result<String, TargetFault> {
        let rules = WebhookRules { may_stay_here, ..WebhookRules::default() };
        Target::parse(text, &rules).map(|target| target.as_str().to_owned())
    }

    #[test]
    fn only_public_addresses_over_https_are_taken() {
        use TargetFault::{Inside, Port, Scheme, Text, User};
        assert_eq!(parsed(" https://Hooks.Example.edu/a?b=c#d ", false).unwrap(), "https://hooks.example.edu/a?b=c");
        assert_eq!(parsed("https://hooks.example.edu:8443", false).unwrap(), "https://hooks.example.edu:8443/");
        assert_eq!(parsed("https://考试.example/", false).unwrap(), "https://xn--xw0a15v.example/");
        assert_eq!(parsed("https://[2606:4700::1111]/", false).unwrap(), "https://[2606:4700::1111]/");
        for (wrong, why) in [
            ("", Text),
            ("hooks.example.edu", Text),
            ("https://", Text),
            ("http://hooks.example.edu/", Scheme),
            ("ftp://hooks.example.edu/", Scheme),
            ("file:///etc/passwd", Scheme),
            ("gopher://hooks.example.edu/", Scheme),
            ("https://user@hooks.example.edu/", User),
            ("https://user:secret@hooks.example.edu/", User),
            ("https://hooks.example.edu@127.0.0.1/", User),
            ("https://127.0.0.1/", Inside),
            ("https://localhost/", Inside),
            ("https://localhost./", Inside),
            ("https://redis/", Inside),
            // One address in all the ways in which it can be written.
            ("https://2130706433/", Inside),
            ("https://0x7f000001/", Inside),
            ("https://0x7f.1/", Inside),
            ("https://0177.0.0.1/", Inside),
            ("https://127.1/", Inside),
            ("https://127.0.0.1./", Inside),
            ("https://①②⑦.0.0.1/", Inside),
            ("https://%31%32%37.0.0.1/", Inside),
            ("https://[::1]/", Inside),
            ("https://[::ffff:127.0.0.1]/", Inside),
            ("https://[::ffff:7f00:1]/", Inside),
            ("https://[64:ff9b::7f00:1]/", Inside),
            ("https://169.254.169.254/latest/meta-data/", Inside),
            ("https://2852039166/", Inside),
            ("https://100.100.100.200/", Inside),
            ("https://hooks.example.edu:22/", Port),
            ("https://hooks.example.edu:6379/", Port),
        ] {
            assert_eq!(parsed(wrong, false), Err(why), "{wrong}");
        }
        assert_eq!(parsed(&format!("https://a.example/{}", "x".repeat(500)), false), Err(Text));
    }

    #[test]
    fn a_demo_may_tell_this_machine_and_nobody_else_inside() {
        assert!(parsed("http://127.0.0.1:9999/x", true).is_ok() && parsed("http://localhost:81/", true).is_ok());
        assert_eq!(parsed("http://10.0.0.1:9999/x", true), Err(TargetFault::Scheme));
        assert_eq!(parsed("https://10.0.0.1/x", true), Err(TargetFault::Inside));
        assert_eq!(parsed("http://hooks.example.edu/", true), Err(TargetFault::Scheme));
    }
}
