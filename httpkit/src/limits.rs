//! How often one address, one API key or one candidate may ask: governor's rate limits over tables of fixed size.
//!
//! A table has as many cells as it has, however many ask: it neither grows nor needs sweeping. Two who happen to share
//! a cell share its allowance; which do is decided by a seed of this process, so nobody can choose whom to sit beside.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use metrics::Counter;

/// Cells of one table, 8 bytes each. With 200,000 who ask every second, most have a cell of their own or share it
/// with one.
const CELLS: usize = 1 << 18;
/// So many seconds' worth may come at once: a page and its parts, an impatient thumb, a school's room full of people.
pub const BURST_SECONDS: u32 = 10;

const _: () = assert!(CELLS.is_power_of_two());

/// Requests a second; 0 is no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct LimitsConfig {
    /// From one address without a key; an IPv6 network of 64 bits counts as one.
    pub per_address: u32,
    /// With one API key.
    pub per_key: u32,
    /// By one candidate, that change something.
    pub per_candidate: u32,
    /// By a program of one member of staff.
    pub per_staff: u32,
}

/// The limits of one process. Cloning is a reference count.
#[derive(Clone, Default)]
pub struct Limits {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    address: Option<Limit>,
    key: Option<Limit>,
    candidate: Option<Limit>,
    staff: Option<Limit>,
}

/// Where a request comes from, proxies that we trust left out. A request's extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Somebody asked too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// When the next request is allowed.
    pub wait: Duration,
}

impl ClientAddress {
    /// The network as one number: one subscriber has a whole network of 64 bits of IPv6, and may use another address of it
    /// for each request.
    pub fn network(self) -> u64 {
        match self.0.to_canonical() {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or_default() | 1 << 63,
        }
    }

    /// The network as a log has it: 24 bits of IPv4, 48 of IPv6.
    pub fn masked(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        }
    }
}

impl TooMany {
    /// The wait in whole seconds, at least 1.
    pub fn seconds(self) -> u32 {
        let seconds = self.wait.as_secs() + u64::from(self.wait.subsec_nanos() > 0);
        u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
    }
}

impl Limits {
    /// Limits as configured.
    pub fn new(config: LimitsConfig) -> Self {
        let inner = Inner {
            address: Limit::new("address", config.per_address),
            key: Limit::new("key", config.per_key),
            candidate: Limit::new("candidate", config.per_candidate),
            staff: Limit::new("staff", config.per_staff),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Counts a request from an address.
    pub fn address(&self, from: ClientAddress) -> Result<(), TooMany> {
        self.inner.address.as_ref().map_or(Ok(()), |limit| limit.check(from.network()))
    }

    /// Counts a request with a key.
    pub fn key(&self, key: &[u8]) -> Result<(), TooMany> {
        self.inner.key.as_ref().map_or(Ok(()), |limit| limit.check(key))
    }

    /// Counts a request of a candidate, by the id or the account.
    pub fn candidate(&self, candidate: &str) -> Result<(), TooMany> {
        self.inner.candidate.as_ref().map_or(Ok(()), |limit| limit.check(candidate))
    }

    /// Counts a request by a program of a member of staff.
    pub fn staff(&self, member: &[u8]) -> Result<(), TooMany> {
        self.inner.staff.as_ref().map_or(Ok(()), |limit| limit.check(member))
    }
}

struct Limit {
    cells: RateLimiter<u64, Cells, DefaultClock, NoOpMiddleware>,
    clock: DefaultClock,
    seed: RandomState,
    refused: Counter,
}

impl Limit {
    fn new(by: &'static str, per_second: u32) -> Option<Self> {
        let per_second = NonZeroU32::new(per_second)?;
        let burst = per_second.saturating_mul(NonZeroU32::new(BURST_SECONDS)?);
        let clock = DefaultClock::default();
        Some(Self {
            cells: RateLimiter::new(Quota::per_second(per_second).allow_burst(burst), Cells::new(), clock.clone()),
            clock,
            seed: RandomState::new(),
            refused: metrics::counter!("seathold_limited_total", "by" => by),
        })
    }

    fn check(&self, key: impl std::hash::Hash) -> Result<(), TooMany> {
        self.cells.check_key(&self.seed.hash_one(key)).map_err(|not_until| {
            self.refused.increment(1);
            TooMany { wait: not_until.wait_time_from(self.clock.now()) }
        })
    }
}

/// The state of all who ask, by their hash.
struct Cells(Box<[InMemoryState]>);

impl Cells {
    fn new() -> Self {
        Self((0..CELLS).map(|_| InMemoryState::default()).collect())
    }
}

impl StateStore for Cells {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let cell = usize::try_from(*key % CELLS as u64).unwrap_or_default();
        self.0[cell].measure_and_replace(&NotKeyed::NonKey, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(per_second: u32) -> Limits {
        Limits::new(LimitsConfig { per_address: per_second, per_candidate: per_second, ..LimitsConfig::default() })
    }

    fn address(text: &str) -> ClientAddress {
        ClientAddress(text.parse().unwrap())
    }

    #[test]
    fn the_log_has_a_network_and_no_address() {
        assert_eq!(address("::ffff:198.51.100.7").masked(), "198.51.100.0/24");
        assert_eq!(address("2001:db8:1:2::9").masked(), "2001:db8:1::/48");
    }

    #[test]
    fn ten_seconds_worth_may_come_at_once_and_then_one_waits() {
        let limits = limits(2);
        for _ in 0..20 {
            assert_eq!(limits.candidate("li"), Ok(()));
        }
        let refused = limits.candidate("li").unwrap_err();
        assert!(refused.wait <= Duration::from_millis(500) && refused.seconds() == 1, "{refused:?}");
        assert_eq!(limits.candidate("wang"), Ok(()), "others go on");
        assert_eq!(limits.key(b"k"), Ok(()), "0 is no limit");
    }

    #[test]
    fn an_ipv6_network_is_one_and_a_mapped_address_is_ipv4() {
        let limits = limits(1);
        for host in 0..10 {
            assert_eq!(limits.address(address(&format!("2001:db8:0:1::{host:x}"))), Ok(()));
        }
        assert!(limits.address(address("2001:db8:0:1:ffff::1")).is_err());
        assert_eq!(limits.address(address("2001:db8:0:2::1")), Ok(()));
        for _ in 0..10 {
            assert_eq!(limits.address(address("::ffff:192.0.2.1")), Ok(()));
        }
        assert!(limits.address(address("192.0.2.1")).is_err());
    }
}
