//! The keys as a process knows them, and what it says of one that a request brings. Nothing here asks anybody.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::api::auth::used::LastUse;
use crate::engine::refused_keys::Refusal;
use crate::ledger::api_keys::{KeyId, ReadKey, Scope, Scopes};

/// What a request needs of its key.
#[derive(Debug, Clone, Copy)]
pub(in crate::api) struct Wanted<'a> {
    pub(in crate::api) scope: Scope,
    /// The exam that the request is about, as its path has it; `None` where it is about all of them.
    pub(in crate::api) exam: Option<&'a str>,
}

/// A key that may do what the request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoodKey {
    /// What the key may do.
    pub scopes: Scopes,
    /// The first key of its name, ended or not: keys of one name follow each other and share their candidates.
    pub first: KeyId,
}

/// All keys, as they were read last.
#[derive(Default)]
pub(super) struct Known {
    keys: HashMap<Vec<u8>, KnownKey>,
    pub(super) read_at: Option<Instant>,
    /// The time of that reading, in seconds since 1970.
    read_second: i64,
    /// When a look at the ledger came to nothing.
    pub(super) failed_at: Option<Instant>,
}

struct KnownKey {
    good: GoodKey,
    exams: Option<Box<[Box<str>]>>,
    /// How long after the reading it is good; `None`: without an end.
    ends_after: Option<Duration>,
    used: Arc<LastUse>,
}

impl Known {
    /// What was read at this second. When a key was used last, as far as this process knows, stays with it.
    pub(super) fn of(keys: Vec<ReadKey>, read_second: i64, before: &Self) -> Self {
        let known = |key: ReadKey| {
            let used =
                before.keys.get(&key.digest).map_or_else(|| Arc::new(LastUse::new(key.id)), |old| old.used.clone());
            let exams = key.exams.map(|exams| exams.iter().map(|exam| exam.as_str().into()).collect());
            let good = GoodKey { scopes: key.scopes, first: key.first };
            (key.digest, KnownKey { good, exams, ends_after: key.ends_after, used })
        };
        let keys = keys.into_iter().map(known).collect();
        Self { keys, read_at: Some(Instant::now()), read_second, failed_at: None }
    }

    /// How long ago the keys were read.
    pub(super) fn age(&self) -> Option<Duration> {
        self.read_at.map(|at| at.elapsed())
    }

    /// May the key with this digest do it? `None` when it is not known. `on_use` is called with a good key's last use and the
    /// present second.
    pub(super) fn judge(
        &self,
        digest: &[u8],
        wanted: Wanted<'_>,
        age: Duration,
        on_use: impl FnOnce(&Arc<LastUse>, i64),
    ) -> Option<Result<GoodKey, Refusal>> {
        let key = self.keys.get(digest)?;
        let refused = key.refusal(wanted, age);
        if refused.is_none() {
            on_use(&key.used, self.read_second.saturating_add_unsigned(age.as_secs()));
        }
        Some(refused.map_or(Ok(key.good), Err))
    }

    /// Is it a key with which seats are held or confirmed?
    pub(super) fn may_hold(&self, digest: &[u8], age: Duration) -> bool {
        let scopes = |key: &KnownKey| key.good.scopes.allow(Scope::Hold) || key.good.scopes.allow(Scope::Confirm);
        self.keys.get(digest).is_some_and(|key| !key.has_ended(age) && scopes(key))
    }
}

impl KnownKey {
    fn has_ended(&self, age: Duration) -> bool {
        self.ends_after.is_some_and(|ends_after| ends_after <= age)
    }

    fn refusal(&self, wanted: Wanted<'_>, age: Duration) -> Option<Refusal> {
        let id = self.used.key;
        if self.has_ended(age) {
            return Some(Refusal::Ended(id));
        }
        if !self.good.scopes.allow(wanted.scope) {
            return Some(Refusal::Scope(id, wanted.scope));
        }
        // What is of all exams is not for a key of some.
        let exams = self.exams.as_ref()?;
        let is_one_of_them = wanted.exam.is_some_and(|asked| exams.iter().any(|exam| **exam == *asked));
        (!is_one_of_them).then_some(Refusal::Exam(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"digest";

    fn known(exams: Option<&[&str]>, ends_after: Option<Duration>) -> Known {
        let exams = exams.map(|exams| exams.iter().map(|exam| exam.parse().unwrap()).collect());
        let scopes = [Scope::Hold, Scope::Metrics].into();
        let key = ReadKey { id: KeyId(7), digest: KEY.to_vec(), scopes, first: KeyId(3), exams, ends_after };
        Known::of(vec![key], 1_000, &Known::default())
    }

    fn judged(known: &Known, scope: Scope, exam: Option<&str>, age: u64) -> Option<Result<KeyId, Refusal>> {
        let judged = known.judge(KEY, Wanted { scope, exam }, Duration::from_secs(age), |used, now| used.at(now));
        judged.map(|judged| judged.map(|good| good.first))
    }

    #[test]
    fn a_key_is_good_for_its_scopes_its_exams_and_its_time() {
        let (all, id) = (known(None, None), KeyId(7));
        assert_eq!(judged(&all, Scope::Hold, Some("ce"), 9), Some(Ok(KeyId(3))));
        assert_eq!(judged(&all, Scope::Read, Some("ce"), 9), Some(Ok(KeyId(3))));
        assert_eq!(judged(&all, Scope::Metrics, None, 9), Some(Ok(KeyId(3))));
        assert_eq!(judged(&all, Scope::Confirm, Some("ce"), 9), Some(Err(Refusal::Scope(id, Scope::Confirm))));
        assert!(all.judge(b"other", Wanted { scope: Scope::Hold, exam: None }, Duration::ZERO, |_, _| ()).is_none());
        let some = known(Some(&["ce", "de"]), None);
        assert_eq!(judged(&some, Scope::Hold, Some("de"), 9), Some(Ok(KeyId(3))));
        for other in [Some("d"), Some("dee"), Some("ce,de"), Some(""), None] {
            assert_eq!(judged(&some, Scope::Hold, other, 9), Some(Err(Refusal::Exam(id))), "{other:?}");
        }
        assert_eq!(judged(&some, Scope::Metrics, None, 9), Some(Err(Refusal::Exam(id))), "figures are of all exams");
        let short = known(None, Some(Duration::from_secs(10)));
        assert_eq!(judged(&short, Scope::Hold, None, 9), Some(Ok(KeyId(3))));
        assert_eq!(judged(&short, Scope::Hold, None, 10), Some(Err(Refusal::Ended(id))));
        assert!(short.may_hold(KEY, Duration::from_secs(9)) && !short.may_hold(KEY, Duration::from_secs(10)));
    }

    #[test]
    fn the_last_use_outlives_another_reading() {
        let first = known(None, None);
        judged(&first, Scope::Hold, None, 5).unwrap().unwrap();
        judged(&first, Scope::Confirm, None, 8).unwrap().unwrap_err();
        let key = ReadKey {
            id: KeyId(7),
            digest: KEY.to_vec(),
            scopes: Scopes::default(),
            first: KeyId(3),
            exams: None,
            ends_after: None,
        };
        let again = Known::of(vec![key], 2_000, &first);
        assert_eq!(again.keys[KEY].used.second(), 1_005, "a refusal is no use");
    }
}
