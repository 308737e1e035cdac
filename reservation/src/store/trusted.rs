//! Where each pool may be asked: on the process on which it was compared with the ledger, as long as that one's clock goes
//! on as it did.
//!
//! A clock that is set forward ends all running holds at once. Nothing is done at the first call under it, because every
//! call carries an end; and then not before the pool was opened anew, with its deadlines set forward by as much.

use std::time::{Duration, Instant};

use super::Store;
use super::keys::PoolKeys;
use super::links::node::Link;

/// A clock that was set forward by less is taken as it is: holds end so much earlier. More than a lease, so that of
/// several servers one that stood still is not the one that says that a clock was set.
const SET_FORWARD_MIN_MS: i64 = 10_000;

/// On what a pool may be asked.
#[derive(Debug)]
pub(super) struct Trusted {
    /// The process and its history; nothing when neither is trusted any more.
    identity: Option<String>,
    /// How its clock was set when the pool last answered.
    clock_ms: i64,
    /// Under which epoch that was.
    epoch: i64,
    /// Since when another setting is known.
    set_since: Option<Instant>,
}

impl Trusted {
    fn set_forward_ms(&self, link: &Link) -> Option<i64> {
        let forward = link.clock_setting_ms().saturating_sub(self.clock_ms);
        (forward >= SET_FORWARD_MIN_MS).then_some(forward)
    }
}

impl Store {
    /// Is this the identity of the process that is trusted with the pool?
    pub fn trusts(&self, keys: &PoolKeys, identity: &str) -> bool {
        self.trusted.get(keys.meta()).is_some_and(|trusted| trusted.identity.as_deref() == Some(identity))
    }

    /// From now on the pool may be asked on this process, by its clock, which is under `epoch`.
    pub fn trust(&self, keys: &PoolKeys, link: &Link, epoch: i64) {
        let (identity, clock_ms) = (Some(link.process().to_owned()), link.clock_setting_ms());
        self.trusted.insert(keys.meta().to_owned(), Trusted { identity, clock_ms, epoch, set_since: None });
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
            trusted.identity.as_deref() == Some(link.process()) && trusted.set_forward_ms(link).is_none()
        })
    }

    /// The pool has answered over this link, under this epoch: its clock may go slower or faster, or be set back.
    pub(super) fn answered(&self, keys: &PoolKeys, link: &Link, epoch: i64) {
        if let Some(mut trusted) = self.trusted.get_mut(keys.meta())
            && trusted.set_forward_ms(link).is_none()
        {
            (trusted.clock_ms, trusted.epoch) = (link.clock_setting_ms(), epoch);
        }
    }

    /// By how many ms the clock of the pool's process was set forward since the pool last answered here, and how long
    /// that is known; nothing when the pool was opened anew since then, which is under another epoch than `epoch`:
    /// then somebody has seen to its deadlines.
    pub fn set_forward(&self, keys: &PoolKeys, link: &Link, epoch: i64) -> Option<(i64, Duration)> {
        let mut trusted = self.trusted.get_mut(keys.meta())?;
        let forward = trusted.set_forward_ms(link).filter(|_| trusted.epoch == epoch)?;
        Some((forward, trusted.set_since.get_or_insert_with(Instant::now).elapsed()))
    }
}
