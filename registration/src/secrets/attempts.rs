//! Counts what failed, so that nobody can try much, and makes those who go on wait longer each time. Per process and in
//! memory: a name that does not exist is counted like one that does.
//!
//! What waits ([`Attempts::begin`]) is counted on while somebody goes on. What is only noted ([`Attempts::note`]) ages: it
//! counts whole in the window that it fell into, and ever less in the next.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::SignedDuration;

/// How long a generation of counts lasts: what is noted is forgotten after one to two of these.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Most that a generation remembers; then the next one begins early.
const COUNTS_MAX: usize = 100_000;
/// Longest wait between two attempts, however many there were.
const WAIT_MAX: Duration = Duration::from_secs(5 * 60);
/// 2^9 seconds are beyond the longest wait.
const DOUBLINGS_MAX: u32 = 9;

/// What is counted: a keyed index of who and what for.
pub(crate) type Counted = [u8; 32];

/// An address; of IPv6 the network of 64 bits that a subscriber has.
pub(crate) fn network_of(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits() >> 64 | 1 << 127,
    }
}

/// A whole network, of which one subscriber may have many addresses: 24 bits of IPv4, 48 of IPv6.
pub(crate) fn wide_network_of(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(address.to_bits() >> 8),
        IpAddr::V6(address) => address.to_bits() >> 80 | 1 << 127,
    }
}

/// The counts. Cloning is a reference count.
#[derive(Clone)]
pub(crate) struct Attempts(Arc<Mutex<Windows>>);

/// Two generations instead of a time per count: forgetting is one move, and memory is bounded.
struct Windows {
    lasts: Duration,
    began: Option<Instant>,
    now: HashMap<Counted, Count>,
    before: HashMap<Counted, Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    attempts: u32,
    last: Instant,
}

impl Default for Attempts {
    fn default() -> Self {
        Self::lasting(WINDOW)
    }
}

impl Attempts {
    /// Counts that are forgotten after one to two times so long.
    pub(crate) fn lasting(lasts: Duration) -> Self {
        let windows = Windows { lasts, began: None, now: HashMap::new(), before: HashMap::new() };
        Self(Arc::new(Mutex::new(windows)))
    }

    /// Counts an attempt before it is looked at, so that many at once do not slip through. From the one after `free` on
    /// each must wait twice as long after the one before: a second, two, four. Refused ones are not counted: nobody can
    /// make another one's wait longer than it is. Refused: the time until the next is looked at.
    pub(crate) fn begin(&self, counted: Counted, free: u32) -> Result<(), SignedDuration> {
        let now = Instant::now();
        let mut windows = self.0.lock().expect("nothing panics while counting");
        windows.turn(now);
        let so_far = windows.get(&counted);
        if let Some(count) = so_far.filter(|count| count.attempts >= free) {
            let wait = Duration::from_secs(1 << (count.attempts - free).min(DOUBLINGS_MAX)).min(WAIT_MAX);
            let left = wait.saturating_sub(now.duration_since(count.last));
            if !left.is_zero() {
                return Err(SignedDuration::try_from(left).expect("a wait is far below 292 years"));
            }
        }
        windows.add(counted, so_far, now);
        Ok(())
    }

    /// Counts, and keeps nobody waiting.
    pub(crate) fn note(&self, counted: Counted) {
        let mut windows = self.0.lock().expect("nothing panics while counting");
        windows.note(counted, Instant::now());
    }

    /// How many were noted lately.
    pub(crate) fn count(&self, counted: &Counted) -> u32 {
        let mut windows = self.0.lock().expect("nothing panics while counting");
        windows.count(counted, Instant::now())
    }

    /// Takes so many off the count, the latest first, and leaves at least none.
    pub(crate) fn take_off(&self, counted: &Counted, number: u32) {
        let mut windows = self.0.lock().expect("nothing panics while counting");
        windows.take_off(counted, number);
    }

    /// Forgets: the attempt was right.
    pub(crate) fn forget(&self, counted: &Counted) {
        let mut windows = self.0.lock().expect("nothing panics while counting");
        windows.now.remove(counted);
        windows.before.remove(counted);
    }
}

impl Windows {
    fn get(&self, counted: &Counted) -> Option<Count> {
        self.now.get(counted).or_else(|| self.before.get(counted)).copied()
    }

    fn add(&mut self, counted: Counted, so_far: Option<Count>, now: Instant) {
        let attempts = so_far.map_or(0, |count| count.attempts).saturating_add(1);
        self.now.insert(counted, Count { attempts, last: now });
    }

    /// In this window alone: what is carried over from window to window never ends growing.
    fn note(&mut self, counted: Counted, now: Instant) {
        self.turn(now);
        let so_far = self.now.get(&counted).copied();
        self.add(counted, so_far, now);
    }

    /// Those of this window, and of the one before as great a part as still lies within the time of one window.
    fn count(&mut self, counted: &Counted, now: Instant) -> u32 {
        self.turn(now);
        let attempts = |counts: &HashMap<Counted, Count>| counts.get(counted).map_or(0, |count| count.attempts);
        let age = self.began.map_or(Duration::ZERO, |began| now.duration_since(began));
        let left = self.lasts.saturating_sub(age).as_millis();
        let before = (u128::from(attempts(&self.before)) * left).div_ceil(self.lasts.as_millis().max(1));
        attempts(&self.now).saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }

    fn take_off(&mut self, counted: &Counted, number: u32) {
        let mut left = number;
        for counts in [&mut self.now, &mut self.before] {
            if let Some(count) = counts.get_mut(counted) {
                let taken = left.min(count.attempts);
                count.attempts -= taken;
                left -= taken;
            }
        }
    }

    fn turn(&mut self, now: Instant) {
        let began = *self.began.get_or_insert(now);
        let age = now.duration_since(began);
        if age < self.lasts && self.now.len() < COUNTS_MAX {
            return;
        }
        self.before = std::mem::take(&mut self.now);
        if age >= self.lasts * 2 {
            self.before.clear();
        }
        // One window ends where the next begins, whenever somebody comes to see it.
        self.began = Some(if (self.lasts..self.lasts * 2).contains(&age) { began + self.lasts } else { now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_free_and_then_the_wait_grows() {
        let attempts = Attempts::default();
        for _ in 0..3 {
            assert!(attempts.begin([1; 32], 3).is_ok());
        }
        let wait = attempts.begin([1; 32], 3).unwrap_err();
        assert!(wait > SignedDuration::ZERO && wait <= SignedDuration::from_secs(1));
        assert_eq!(attempts.begin([1; 32], 3).unwrap_err().as_secs(), 0, "a refused one makes it no longer");
        assert!(attempts.begin([2; 32], 3).is_ok(), "another one is another count");
        for _ in 0..60 {
            attempts.note([1; 32]);
        }
        assert!(attempts.begin([1; 32], 3).unwrap_err() <= SignedDuration::from_secs(300), "and it ends growing");
    }

    #[test]
    fn a_right_one_forgets_the_wrong_ones() {
        let attempts = Attempts::default();
        for _ in 0..9 {
            attempts.note([1; 32]);
        }
        assert_eq!(attempts.count(&[1; 32]), 9);
        attempts.forget(&[1; 32]);
        assert_eq!(attempts.count(&[1; 32]), 0);
        assert!(attempts.begin([1; 32], 1).is_ok());
    }

    #[test]
    fn what_is_taken_off_leaves_at_least_none() {
        let attempts = Attempts::lasting(WINDOW * 48);
        for _ in 0..3 {
            attempts.note([1; 32]);
        }
        attempts.take_off(&[1; 32], 2);
        assert_eq!(attempts.count(&[1; 32]), 1);
        attempts.take_off(&[1; 32], 2);
        attempts.take_off(&[2; 32], 2);
        assert_eq!((attempts.count(&[1; 32]), attempts.count(&[2; 32])), (0, 0));
    }

    #[test]
    fn a_count_is_forgotten_after_two_windows() {
        let attempts = Attempts::default();
        let mut windows = attempts.0.lock().unwrap();
        let start = Instant::now();
        windows.turn(start);
        windows.add([1; 32], None, start);
        windows.turn(start + WINDOW);
        assert_eq!(windows.get(&[1; 32]).map(|count| count.attempts), Some(1));
        windows.turn(start + WINDOW * 2);
        assert!(windows.before.is_empty() && windows.now.is_empty());
    }

    #[test]
    fn one_note_a_window_does_not_grow_over_many() {
        let attempts = Attempts::default();
        let mut windows = attempts.0.lock().unwrap();
        let start = Instant::now();
        for number in 0..40 {
            windows.note([1; 32], start + WINDOW * number);
            assert!(windows.count(&[1; 32], start + WINDOW * number) <= 2, "{number}");
        }
        for _ in 0..100 {
            windows.note([2; 32], start + WINDOW * 40);
        }
        let counts = [40, 41, 42].map(|number| windows.count(&[2; 32], start + WINDOW * number));
        assert_eq!(counts, [100, 100, 0]);
        let mut aging = Windows { lasts: WINDOW, began: None, now: HashMap::new(), before: HashMap::new() };
        for _ in 0..100 {
            aging.note([4; 32], start);
        }
        let counts = [3, 5, 7, 8].map(|quarters| aging.count(&[4; 32], start + WINDOW / 4 * quarters));
        assert_eq!(counts, [100, 75, 25, 0], "ever less in the next window");
        aging.note([4; 32], start + WINDOW * 2);
        aging.take_off(&[4; 32], 1);
        assert_eq!(aging.count(&[4; 32], start + WINDOW * 2), 0);
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for number in 0..250_000_u32 {
            let mut counted = [0; 32];
            counted[..4].copy_from_slice(&number.to_be_bytes());
            attempts.note(counted);
        }
        let windows = attempts.0.lock().unwrap();
        assert!(windows.now.len() <= COUNTS_MAX && windows.before.len() <= COUNTS_MAX);
    }
}
