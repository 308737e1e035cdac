//! Where Redis is, as the operator wrote it: one server or some nodes of a cluster, in clear text or by TLS.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use redis::{ConnectionInfo, IntoConnectionInfo, RedisResult};

use crate::store::StoreError;
use crate::tls::{Authorities, Check, OwnCertificate, StoreKind, Tls, TlsFault};

/// Each way to begin, what the library calls it, whether it is a cluster, and whether it is encrypted.
const SCHEMES: [(&str, &str, bool, bool); 5] = [
    ("redis+cluster://", "redis://", true, false),
    ("rediss+cluster://", "redis://", true, true),
    ("rediss://", "redis://", false, true),
    ("valkeys://", "valkey://", false, true),
    ("", "", false, false),
];

/// Where Redis is.
#[derive(Debug)]
pub(in crate::store) struct Address {
    /// The server, or some nodes of the cluster.
    pub(in crate::store) servers: Vec<ConnectionInfo>,
    /// Is it a cluster?
    pub(in crate::store) is_cluster: bool,
    /// How it is spoken with, unless in clear text.
    pub(in crate::store) tls: Option<Tls>,
}

impl Address {
    /// Reads `redis://…`, `rediss://…`, `redis+unix://…`, `redis+cluster://[user:password@]host:port,host:port` or
    /// `rediss+cluster://…`, and the files that it names.
    pub(in crate::store) fn read(url: &str) -> Result<Self, StoreError> {
        let scheme = SCHEMES.iter().find(|(scheme, ..)| url.starts_with(scheme));
        let (scheme, library, is_cluster, is_encrypted) = *scheme.expect("everything begins with nothing");
        let (rest, given) = take_out(&url[scheme.len()..]);
        let tls = tls_of(url, is_encrypted, given).map_err(|fault| StoreError::Unexpected(fault.to_string()))?;
        if !is_cluster {
            return Ok(Self { servers: vec![format!("{library}{rest}").into_connection_info()?], is_cluster, tls });
        }
        let (user, hosts) = rest.rsplit_once('@').map_or(("", &*rest), |(user, hosts)| (user, hosts));
        let at = if user.is_empty() { "" } else { "@" };
        let hosts = hosts.trim_end_matches('/').split(',');
        let servers = hosts.map(|host| format!("{library}{user}{at}{host}").into_connection_info());
        Ok(Self { servers: servers.collect::<RedisResult<_>>()?, is_cluster, tls })
    }
}

/// What an address says of TLS, called as the options of `redis-cli`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Given {
    authorities: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

/// The address without `cacert`, `cert` and `key`, and what they say.
fn take_out(address: &str) -> (String, Given) {
    let mut given = Given::default();
    let Some((before, query)) = address.rsplit_once('?') else { return (address.to_owned(), given) };
    let mut left = Vec::new();
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let said = match key {
            "cacert" => &mut given.authorities,
            "cert" => &mut given.certificate,
            "key" => &mut given.key,
            _ => {
                left.push(pair);
                continue;
            }
        };
        *said = Some(percent_decode_str(value).decode_utf8_lossy().into_owned().into());
    }
    let mark = if left.is_empty() { "" } else { "?" };
    (format!("{before}{mark}{}", left.join("&")), given)
}

fn tls_of(url: &str, is_encrypted: bool, given: Given) -> Result<Option<Tls>, TlsFault> {
    let setting = |what: &str| Err(TlsFault::Setting(what.to_owned()));
    if !is_encrypted {
        if given == Given::default() {
            return Ok(None);
        }
        return setting("cacert, cert and key are for rediss://, which is encrypted: redis:// is not");
    }
    if url.ends_with("#insecure") {
        return setting("#insecure is not spoken here: name the CA of Redis with cacert=FILE");
    }
    let own = match (given.certificate, given.key) {
        (Some(certificate), Some(key)) => Some(OwnCertificate { certificate, key }),
        (None, None) => None,
        _ => return setting("cert and key belong together: give both, or none"),
    };
    let authorities = given.authorities.map_or(Authorities::System, Authorities::File);
    Tls::new(StoreKind::Redis, Check::Name, authorities, own.as_ref()).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(url: &str) -> Vec<String> {
        Address::read(url).unwrap().servers.iter().map(|server| server.addr().to_string()).collect()
    }

    #[test]
    fn addresses_lead_where_they_say() {
        assert_eq!(servers("redis://u:p@h:7/3?protocol=resp3"), ["h:7"]);
        assert_eq!(servers("redis+unix:///run/redis.sock"), ["/run/redis.sock"]);
        assert_eq!(servers("redis+cluster://u:p@h:1,i:2/"), ["h:1", "i:2"]);
        let database = Address::read("redis://h/3").unwrap();
        assert!(!database.is_cluster && database.tls.is_none());
        assert_eq!(database.servers[0].redis_settings().db(), 3);
    }

    #[test]
    fn what_is_said_of_tls_is_taken_out_and_the_rest_stays() {
        let (rest, given) = take_out("u:p@h:1/2?cacert=/a%20b.pem&protocol=resp3&cert=/c&key=/k");
        assert_eq!(rest, "u:p@h:1/2?protocol=resp3");
        let wanted =
            Given { authorities: Some("/a b.pem".into()), certificate: Some("/c".into()), key: Some("/k".into()) };
        assert_eq!(given, wanted);
    }

    #[test]
    fn what_would_be_less_than_it_looks_like_is_refused_in_a_sentence() {
        for (url, wanted) in [
            ("redis://:secret@h/?cacert=/ca.pem", "cacert, cert and key are for rediss://"),
            ("rediss://:secret@h/#insecure", "#insecure is not spoken here"),
            ("rediss://:secret@h/?cert=/c.pem", "cert and key belong together"),
            ("rediss+cluster://:secret@h:1,i:2?cacert=/nowhere.pem", "cacert: /nowhere.pem cannot be read"),
        ] {
            let said = Address::read(url).unwrap_err().to_string();
            assert!(said.starts_with(wanted) && !said.contains("secret"), "{url}: {said}");
        }
    }
}
