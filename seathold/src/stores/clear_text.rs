//! Which stores are reached in clear text over networks that may be somebody else's.

use reservation::tls::is_near;
use reservation::tls::postgres::PostgresAddress;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// How addresses of Redis begin that are not encrypted and lead over a network.
const CLEAR: [&str; 3] = ["redis://", "valkey://", "redis+cluster://"];

/// A sentence for each store that is far and not sure to be encrypted, without what else its address says.
pub(super) fn far_and_clear(redis_url: &str, postgres: &PostgresAddress) -> Vec<String> {
    let redis = far_redis(redis_url).map(|host| {
        format!(
            "Redis at {host} is spoken with in clear text, which others on the way can read and change: turn TLS on there \
             and say rediss:// (docs/operating.md)"
        )
    });
    let postgres = far_postgres(&postgres.config).filter(|_| !postgres.encryption.is_sure()).map(|host| {
        format!(
            "Postgres at {host} need not be spoken with by TLS, so others on the way can read and change what is said: add \
             sslmode=verify-full to DATABASE_URL (docs/operating.md)"
        )
    });
    redis.into_iter().chain(postgres).collect()
}

fn far_redis(url: &str) -> Option<String> {
    let rest = CLEAR.iter().find_map(|scheme| url.strip_prefix(scheme))?;
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

    fn warned(redis: &str, postgres: &str) -> Vec<String> {
        far_and_clear(redis, &PostgresAddress::read(postgres).unwrap())
    }

    #[test]
    fn what_is_near_or_sure_to_be_encrypted_is_warned_of_nowhere() {
        for (redis, postgres) in [
            ("redis+unix:///run/redis.sock", "postgres:///d?host=/run/postgresql"),
            ("redis://127.0.0.1:6379/", "postgres://u:p@localhost/d"),
            ("redis://:p@redis:6379/0", "postgres://u:p@postgres/d"),
            ("redis+cluster://u:p@10.0.0.1:1,10.0.0.2:2", "host=db.example.com hostaddr=192.168.0.7 user=u"),
            ("redis://[::1]:6379", "postgres://u:p@db.example.com/d?sslmode=require"),
            ("rediss://:p@redis.example.com/", "postgres://u:p@db.internal/d?sslmode=disable"),
        ] {
            assert_eq!(warned(redis, postgres), Vec::<String>::new(), "{redis} {postgres}");
        }
    }

    #[test]
    fn what_is_far_and_clear_is_warned_of_once_and_without_passwords() {
        let said =
            warned("redis+cluster://u:secret@10.0.0.1:1,redis.example.com:2/", "postgres://u:secret@db.example.com/d");
        let [redis, postgres] = &said[..] else { panic!("{said:?}") };
        assert!(redis.starts_with("Redis at redis.example.com is spoken with in clear text"), "{redis}");
        assert!(postgres.starts_with("Postgres at db.example.com need not be spoken with by TLS"), "{postgres}");
        assert!(!said.concat().contains("secret"), "{said:?}");
        assert_eq!(warned("redis://203.0.113.7/?protocol=resp3", "host=203.0.113.8 user=u sslmode=prefer").len(), 2);
    }
}
