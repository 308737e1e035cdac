//! Stores that would be reached in clear text over networks that may be somebody else's are refused.

use anyhow::ensure;
use reservation::tls::is_near;
use reservation::tls::postgres::PostgresAddress;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// How addresses of Redis begin that are not encrypted and lead over a network.
const CLEAR: [&str; 3] = ["redis://", "valkey://", "redis+cluster://"];

/// Refuses stores that are far and not sure to be encrypted, before a word is said to them: names, numbers and who has which seat
/// would pass there. `is_line_safe` is the operator's word that nobody else is on the line between.
pub(super) fn refuse_far_and_clear(
    redis_url: &str,
    postgres: &PostgresAddress,
    is_line_safe: bool,
) -> anyhow::Result<()> {
    let found = far_and_clear(redis_url, postgres);
    ensure!(
        is_line_safe || found.is_empty(),
        "{} (docs/operating.md), or say --plaintext-stores where nobody else is on the line between",
        found.join("; ")
    );
    Ok(())
}

/// A clause for each store that is far and not sure to be encrypted, without what else its address says.
fn far_and_clear(redis_url: &str, postgres: &PostgresAddress) -> Vec<String> {
    let redis = far_redis(redis_url).map(|host| {
        format!(
            "Redis at {host} would be spoken with in clear text, which others on the way can read and change: turn TLS on \
             there and say rediss://"
        )
    });
    let postgres = far_postgres(&postgres.config).filter(|_| !postgres.encryption.is_sure()).map(|host| {
        format!(
            "Postgres at {host} need not be spoken with by TLS, so others on the way can read and change what is said: add \
             sslmode=verify-full to DATABASE_URL"
        )
    });
    redis.into_iter().chain(postgres).collect()
}

fn far_redis(url: &str) -> Option<String> {
    let scheme =
        CLEAR.iter().find(|scheme| url.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme)))?;
    let rest = url.get(scheme.len()..)?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let hosts = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
    let hosts = hosts.split('/').next().unwrap_or_default().split(',').map(without_port);
    hosts.filter(|host| !host.is_empty()).find(|host| !is_near(host)).map(str::to_owned)
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

fn far_postgres(config: &Config) -> Option<String> {
    let named = config.get_hosts().iter().filter_map(|host| match host {
        Host::Tcp(name) => Some(name.clone()),
        Host::Unix(_) => None,
    });
    // Where addresses are given, they are what is connected to, whatever names stand beside them.
    let given: Vec<String> = config.get_hostaddrs().iter().map(ToString::to_string).collect();
    let hosts = if given.is_empty() { named.collect() } else { given };
    hosts.into_iter().find(|host| !is_near(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(redis: &str, postgres: &str) -> Option<String> {
        let address = PostgresAddress::read(postgres).unwrap();
        assert!(refuse_far_and_clear(redis, &address, true).is_ok(), "the operator has said so");
        refuse_far_and_clear(redis, &address, false).err().map(|error| error.to_string())
    }

    #[test]
    fn what_is_near_or_sure_to_be_encrypted_is_not_refused() {
        for (redis, postgres) in [
            ("redis+unix:///run/redis.sock", "postgres:///d?host=/run/postgresql"),
            ("redis://127.0.0.1:6379/", "postgres://u:p@localhost/d"),
            ("redis://:p@redis:6379/0", "postgres://u:p@postgres/d"),
            ("redis+cluster://u:p@10.0.0.1:1,10.0.0.2:2", "host=db.example.com hostaddr=192.168.0.7 user=u"),
            ("redis://[::1]:6379", "postgres://u:p@db.example.com/d?sslmode=require"),
            ("rediss://:p@redis.example.com/", "postgres://u:p@db.internal/d?sslmode=disable"),
        ] {
            assert_eq!(refused(redis, postgres), None, "{redis} {postgres}");
        }
    }

    #[test]
    fn what_is_far_and_clear_is_refused_without_passwords_unless_the_line_is_safe() {
        let both = ("redis+cluster://u:secret@10.0.0.1:1,redis.example.com:2/", "postgres://u:secret@db.example.com/d");
        let said = refused(both.0, both.1).expect("both are far");
        assert!(said.starts_with("Redis at redis.example.com would be spoken with in clear text"), "{said}");
        assert!(said.contains("; Postgres at db.example.com need not be spoken with by TLS"), "{said}");
        assert!(said.ends_with("or say --plaintext-stores where nobody else is on the line between"), "{said}");
        assert!(!said.contains("secret"), "{said}");
        let near = ("redis://127.0.0.1/", "postgres://u@localhost/d");
        for (redis, postgres) in [
            ("redis://203.0.113.7/?protocol=resp3", near.1),
            ("REDIS://203.0.113.7/", near.1),
            (near.0, "host=203.0.113.8 user=u sslmode=prefer"),
            (near.0, "host=localhost hostaddr=203.0.113.8 user=u"),
        ] {
            assert!(refused(redis, postgres).is_some(), "{redis} {postgres}");
        }
    }
}
