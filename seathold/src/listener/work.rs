//! How many requests are worked on at a time at one address. There is no queue: who comes beyond the bound is told at
//! once when to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

/// The part of the bound that is kept for those who have a seat already: 1 in so many.
const RESERVED_ONE_IN: isize = 4;

/// What a request may claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is answered whatever happens, and counts for nothing: what watches the server.
    Always,
    /// Whoever has a hold and pays, confirms or gives it back.
    Reserved,
    /// Everybody else: those who look, sign in, or want a seat.
    Common,
}

/// The requests under way at one address.
#[derive(Debug)]
pub(super) struct Work {
    under_way: AtomicIsize,
    max: isize,
    max_common: isize,
}

impl Work {
    /// At most `max` at a time, three quarters of them [`Claim::Common`].
    pub(super) fn new(max: usize) -> Arc<Self> {
        let max = isize::try_from(max).unwrap_or(isize::MAX);
        Arc::new(Self { under_way: AtomicIsize::new(0), max, max_common: (max - max / RESERVED_ONE_IN).max(1) })
    }

    /// Begins a request, or refuses it.
    pub(super) fn begin(self: &Arc<Self>, claim: Claim) -> Option<Turn> {
        let max = match claim {
            Claim::Always => return Some(Turn { work: None }),
            Claim::Reserved => self.max,
            Claim::Common => self.max_common,
        };
        if self.under_way.fetch_add(1, Ordering::Relaxed) >= max {
            self.leave();
            return None;
        }
        Some(Turn { work: Some(self.clone()) })
    }

    fn enter(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    fn leave(&self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One request's place; given back when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    work: Option<Arc<Work>>,
}

impl Turn {
    /// For the request's body: no place is taken while it is on its way.
    pub(super) fn interval(&self) -> Interval {
        Interval { work: self.work.clone(), is_away: false }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(work) = &self.work {
            work.leave();
        }
    }
}

/// Gives a request's place back while it waits for its caller, however slow that is.
#[derive(Debug)]
pub(super) struct Interval {
    work: Option<Arc<Work>>,
    is_away: bool,
}

impl Interval {
    /// The caller's next piece is not there yet, or it is.
    pub(super) fn set_away(&mut self, is_away: bool) {
        if self.is_away == is_away {
            return;
        }
        self.is_away = is_away;
        match &self.work {
            Some(work) if is_away => work.leave(),
            // Beyond the bound too: it was let in, and connections bound how many those are.
            Some(work) => work.enter(),
            None => {}
        }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        self.set_away(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newcomers_leave_room_for_those_who_pay_and_slow_ones_for_all() {
        let work = Work::new(4);
        let mut turns: Vec<Turn> = (0..3).map(|_| work.begin(Claim::Common).unwrap()).collect();
        assert!(work.begin(Claim::Common).is_none());
        turns.push(work.begin(Claim::Reserved).unwrap());
        assert!(work.begin(Claim::Reserved).is_none());
        assert!(work.begin(Claim::Always).is_some());

        let mut away: Vec<Interval> = turns.iter().map(Turn::interval).collect();
        away.iter_mut().for_each(|interval| interval.set_away(true));
        assert_eq!(work.under_way.load(Ordering::Relaxed), 0);
        assert!(work.begin(Claim::Common).is_some());
        away[0].set_away(false);
        assert_eq!(work.under_way.load(Ordering::Relaxed), 1);
        drop((turns, away));
        assert_eq!(work.under_way.load(Ordering::Relaxed), 0, "every place is given back once");
    }
}
