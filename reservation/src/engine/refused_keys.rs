//! Keys of the API that were refused: counted by why and, where we know it, which; told in the log without the key; and gathered for
//! whoever writes the audit.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use httpkit::limits::ClientAddress;
use httpkit::quiet::Quiet;

use crate::engine::Engine;
use crate::ledger::api_keys::{KeyId, Scope};

/// Refusals are one line in the log in such a while, however many they are.
static SAID: Quiet = Quiet::every(Duration::from_secs(1));
/// Most kinds of refusals that are kept apart; more are counted under the last.
const KINDS_MAX: usize = 256;

/// Why a key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Its check is wrong: somebody mistyped it, or made it up.
    Mistyped,
    /// Nobody has made it, or it ended long ago.
    Unknown,
    /// It was revoked, or its time is over.
    Ended(KeyId),
    /// It may not do this.
    Scope(KeyId, Scope),
    /// It is for other exams.
    Exam(KeyId),
}

/// What was refused since somebody asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedKeys {
    /// Why they were.
    pub why: Refusal,
    /// How often that happened.
    pub times: u64,
}

/// All refusals of this process that nobody has asked for yet.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<BTreeMap<Refusal, u64>>);

impl Refusal {
    /// Its word in `/metrics`, in the log and in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mistyped => "mistyped",
            Self::Unknown => "unknown",
            Self::Ended(_) => "ended",
            Self::Scope(..) => "scope",
            Self::Exam(_) => "exam",
        }
    }

    /// Which key it was, where that is known.
    pub fn key(self) -> Option<KeyId> {
        match self {
            Self::Mistyped | Self::Unknown => None,
            Self::Ended(key) | Self::Scope(key, _) | Self::Exam(key) => Some(key),
        }
    }
}

impl Refusals {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Refusal, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, why: Refusal, times: u64) {
        let mut all = self.lock();
        let why = if all.len() < KINDS_MAX || all.contains_key(&why) { why } else { Refusal::Unknown };
        *all.entry(why).or_default() += times;
    }
}

impl Engine {
    /// Notes that a key was refused to whoever asked from there.
    pub(crate) fn note_refused_key(&self, why: Refusal, from: Option<ClientAddress>) {
        metrics::counter!("seathold_api_keys_refused_total", "why" => why.as_str()).increment(1);
        self.inner.refused_keys.add(why, 1);
        SAID.say(|times| {
            let (key, network) = (why.key().map(|key| key.0), from.map(ClientAddress::masked));
            tracing::warn!(target: "security", event = "api_key_refused", why = why.as_str(), key, network, times, "a key of the API");
        });
    }

    /// What was refused in this process since it was asked last.
    pub fn take_refused_keys(&self) -> Vec<RefusedKeys> {
        std::mem::take(&mut *self.inner.refused_keys.lock())
            .into_iter()
            .map(|(why, times)| RefusedKeys { why, times })
            .collect()
    }

    /// Puts back what could not be written down.
    pub fn put_refused_keys_back(&self, refused: &[RefusedKeys]) {
        for RefusedKeys { why, times } in refused {
            self.inner.refused_keys.add(*why, *times);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_refusals_is_counted_within_bounds() {
        let refusals = Refusals::default();
        for key in 0..1_000 {
            refusals.add(Refusal::Ended(KeyId(key)), 2);
        }
        let all = refusals.lock();
        assert!(all.len() <= KINDS_MAX + 1, "{}", all.len());
        assert_eq!(all.values().sum::<u64>(), 2_000, "none is lost");
    }
}
