//! Where each pool may be asked: on the process on which it was compared with the ledger, as long as that one's clock goes
//! on as it did.
//!
//! A clock that is set forward ends all running holds at once. Nothing is done at the first call under it, because every
//! call carries an end; and then not before the pool was opened anew, with its deadlines set forward by as much. By how
//! much that was, in all, stands in Redis beside the pool ([`Moved`]): a server that hears late of a clock that was set
//! sees how much of it another server has seen to, and that the rest is a clock that was set once more.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use super::Store;
use super::keys::PoolKeys;
use super::links::node::Link;

/// A clock that was set forward by less is taken as it is: holds end so much earlier. More than a lease, so that of
/// several servers one that stood still is not the one that says that a clock was set.
const SET_FORWARD_MIN_MS: i64 = 10_000;

/// By how much a pool's running deadlines were set forward in all, because Redis's clock was. As text, `since:by_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The epoch under which it was first counted: two sums are compared only if they began together.
    pub since: i64,
    /// The sum, in ms; it never falls.
    pub by_ms: i64,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.since, self.by_ms)
    }
}

impl FromStr for Moved {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (since, by_ms) = text.split_once(':').ok_or(())?;
        Ok(Self { since: since.parse().map_err(|_| ())?, by_ms: by_ms.parse().map_err(|_| ())? })
    }
}

/// On what a pool may be asked.
#[derive(Debug)]
pub(super) struct Trusted {
    /// The process and its history; nothing when neither is trusted any more.
    identity: Option<String>,
    /// The setting of its clock when the pool last answered, and as much more as its deadlines were set forward since.
    clock_ms: i64,
    /// The epoch under which that was.
    epoch: i64,
    /// The sum by which deadlines had been set forward then; `None` when a server of the version before loaded the pool.
    moved: Option<Moved>,
    /// Since when another setting is known.
    set_since: Option<Instant>,
}

impl Trusted {
    /// By how many ms the clock was set forward since the pool last answered here, if by as many as count.
    fn set_forward_ms(&self, setting_ms: i64) -> Option<i64> {
        let forward = setting_ms.saturating_sub(self.clock_ms);
        (forward >= SET_FORWARD_MIN_MS).then_some(forward)
    }

    /// How much of that others have seen to, as the pool is under `epoch` now and its deadlines were `moved`. Nothing is
    /// known of it when somebody opened the pool and did not count: then it is taken for all.
    fn seen_to_ms(&self, epoch: i64, moved: Option<Moved>) -> Option<i64> {
        match (self.moved, moved) {
            (Some(before), Some(now)) if before.since == now.since && before.by_ms <= now.by_ms => {
                Some(now.by_ms - before.by_ms)
            }
            _ => (self.epoch == epoch).then_some(0),
        }
    }

    /// How much of it nobody has seen to, if it is as much as counts.
    fn unseen_ms(&self, setting_ms: i64, epoch: i64, moved: Option<Moved>) -> Option<i64> {
        let unseen = self.set_forward_ms(setting_ms)?.saturating_sub(self.seen_to_ms(epoch, moved)?);
        (unseen >= SET_FORWARD_MIN_MS).then_some(unseen)
    }

    /// How the clock is set that the pool's deadlines are kept by, now that it was opened. That may be less than what the
    /// link shows: whoever opened it did not know of a clock that was set meanwhile.
    fn kept_by_ms(&self, setting_ms: i64, epoch: i64, moved: Option<Moved>) -> i64 {
        self.seen_to_ms(epoch, moved).map_or(setting_ms, |seen_to| self.clock_ms.saturating_add(seen_to))
    }
}

impl Store {
    /// Is this the identity of the process that is trusted with the pool?
    pub fn trusts(&self, keys: &PoolKeys, identity: &str) -> bool {
        self.trusted.get(keys.meta()).is_some_and(|trusted| trusted.identity.as_deref() == Some(identity))
    }

    /// From now on the pool may be asked on this process, by its clock. It is under `epoch`, its deadlines were `moved`.
    pub fn trust(&self, keys: &PoolKeys, link: &Link, epoch: i64, moved: Option<Moved>) {
        let identity = Some(link.process().to_owned());
        let setting_ms = link.clock_setting_ms();
        let before = self.trusted.get(keys.meta()).map(|trusted| trusted.kept_by_ms(setting_ms, epoch, moved));
        let clock_ms = before.unwrap_or(setting_ms);
        self.trusted.insert(keys.meta().to_owned(), Trusted { identity, clock_ms, epoch, moved, set_since: None });
    }

    /// The clock is taken as the link shows it: it was this server that stood still, or nobody can tell any more.
    pub fn follow_clock(&self, keys: &PoolKeys, link: &Link, epoch: i64, moved: Option<Moved>) {
        if let Some(mut trusted) = self.trusted.get_mut(keys.meta()) {
            (trusted.clock_ms, trusted.epoch, trusted.moved) = (link.clock_setting_ms(), epoch, moved);
        }
    }

    /// By how much the deadlines of the pool were set forward in all, which is about to be loaded under `next`: `kept` is
    /// what Redis says of it under `epoch`. Where it has lost that, this server may know it; else the sum begins anew.
    pub fn moved(&self, keys: &PoolKeys, epoch: i64, kept: Option<Moved>, next: i64) -> Moved {
        let known = || self.trusted.get(keys.meta()).filter(|trusted| trusted.epoch == epoch)?.moved;
        kept.or_else(known).unwrap_or(Moved { since: next, by_ms: 0 })
    }

    /// May the pool be asked where it is now?
    pub fn is_trusted(&self, keys: &PoolKeys) -> bool {
        self.connection.standing(keys.meta()).is_some_and(|link| self.is_verified(keys, &link))
    }

    /// The pool is to be compared with the ledger again before it is asked anything else.
    pub fn distrust(&self, keys: &PoolKeys) {
        if let Some(mut trusted) = self.trusted.get_mut(keys.meta()) {
            trusted.identity = None;
        }
    }

    pub(super) fn is_verified(&self, keys: &PoolKeys, link: &Link) -> bool {
        self.trusted.get(keys.meta()).is_some_and(|trusted| {
            trusted.identity.as_deref() == Some(link.process())
                && trusted.set_forward_ms(link.clock_setting_ms()).is_none()
        })
    }

    /// The pool has answered over this link, under this epoch: its clock may go slower or faster, or be set back.
    pub(super) fn answered(&self, keys: &PoolKeys, link: &Link, epoch: i64) {
        if let Some(mut trusted) = self.trusted.get_mut(keys.meta())
            && trusted.set_forward_ms(link.clock_setting_ms()).is_none()
        {
            (trusted.clock_ms, trusted.epoch) = (link.clock_setting_ms(), epoch);
        }
    }

    /// By how many ms the clock of the pool's process was set forward since the pool last answered here, and how long
    /// that is known. What somebody else has seen to who opened it is taken off: under which `epoch` the pool is by now,
    /// and by how much its deadlines were `moved`, tells that.
    pub fn set_forward(
        &self,
        keys: &PoolKeys,
        link: &Link,
        epoch: i64,
        moved: Option<Moved>,
    ) -> Option<(i64, Duration)> {
        let mut trusted = self.trusted.get_mut(keys.meta())?;
        let forward = trusted.unseen_ms(link.clock_setting_ms(), epoch, moved)?;
        Some((forward, trusted.set_since.get_or_insert_with(Instant::now).elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn moved(by_ms: i64) -> Option<Moved> {
        Some(Moved { since: 1, by_ms })
    }

    /// A pool that answered last under epoch 1, its deadlines never set forward.
    fn trusted() -> Trusted {
        Trusted { identity: None, clock_ms: 500, epoch: 1, moved: moved(0), set_since: None }
    }

    #[test]
    fn what_others_have_seen_to_is_taken_off_and_what_is_left_is_a_clock_that_was_set_again() {
        let trusted = trusted();
        let unseen = |setting_ms, epoch, moved| trusted.unseen_ms(500 + setting_ms, epoch, moved);
        assert_eq!(unseen(HOUR, 1, moved(0)), Some(HOUR), "nobody has seen to it");
        assert_eq!(unseen(HOUR, 3, moved(HOUR)), None, "another server has");
        assert_eq!(unseen(3 * HOUR, 3, moved(HOUR)), Some(2 * HOUR), "it has seen to the first time only");
        assert_eq!(unseen(3 * HOUR, 5, moved(3 * HOUR)), None, "to both");
        assert_eq!(unseen(HOUR + 9_000, 3, moved(HOUR)), None, "so little is no clock that was set");
        assert_eq!(unseen(0, 3, moved(HOUR)), None, "of which nothing is heard here yet");
    }

    #[test]
    fn a_sum_of_another_beginning_or_of_older_data_says_nothing() {
        let trusted = trusted();
        for other in [None, Some(Moved { since: 7, by_ms: 0 }), moved(-1)] {
            assert_eq!(trusted.unseen_ms(500 + HOUR, 1, other), Some(HOUR), "{other:?}: nobody has opened it");
            assert_eq!(trusted.unseen_ms(500 + HOUR, 8, other), None, "{other:?}: whoever opened it has seen to it");
        }
    }

    #[test]
    fn the_clock_that_deadlines_are_kept_by_is_the_one_that_was_seen_to() {
        let trusted = trusted();
        // Set twice while the pool was opened: the second time is left to be seen to.
        assert_eq!(trusted.kept_by_ms(500 + 3 * HOUR, 3, moved(HOUR)), 500 + HOUR);
        // Opened by somebody else, and nothing is heard here yet.
        assert_eq!(trusted.kept_by_ms(500, 3, moved(HOUR)), 500 + HOUR);
        assert_eq!(trusted.kept_by_ms(500 + HOUR, 3, None), 500 + HOUR, "by somebody who does not count");
        assert_eq!("3:7200000".parse(), Ok(Moved { since: 3, by_ms: 2 * HOUR }));
        assert_eq!(Moved { since: 3, by_ms: 2 * HOUR }.to_string(), "3:7200000");
        assert!("7200000".parse::<Moved>().is_err() && ":".parse::<Moved>().is_err());
    }
}
