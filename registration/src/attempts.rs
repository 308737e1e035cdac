//! Counts wrong passwords, so that nobody can try many on one login. Per process and in memory: a login that does
//! not exist is counted like one that does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::SignedDuration;

/// Wrong passwords that one login may have within a window and the one before.
const WRONG_MAX: u32 = 10;
/// How long a window is.
const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Most logins that a window remembers; then the next one begins early.
const LOGINS_MAX: usize = 100_000;

/// A login's keyed index.
type Login = [u8; 32];

/// The counts. Cloning is a reference count.
#[derive(Clone, Default)]
pub(crate) struct Attempts(Arc<Mutex<Windows>>);

/// Two generations instead of a time per login: forgetting is one move, and memory is bounded.
#[derive(Default)]
struct Windows {
    began: Option<Instant>,
    now: HashMap<Login, u32>,
    before: HashMap<Login, u32>,
}

impl Attempts {
    /// Counts an attempt before its password is looked at, so that many at once do not slip through. Refused: the
    /// time until attempts of this login are looked at again.
    pub(crate) fn begin(&self, login: Login) -> Result<(), SignedDuration> {
        let now = Instant::now();
        let mut windows = self.0.lock().expect("nothing panics while counting");
        windows.turn(now);
        let before = windows.before.get(&login).copied().unwrap_or(0);
        let began = windows.began.unwrap_or(now);
        let count = windows.now.entry(login).or_insert(0);
        if before + *count >= WRONG_MAX {
            let own_window = if *count >= WRONG_MAX { WINDOW } else { Duration::ZERO };
            let left = own_window + WINDOW.saturating_sub(now.duration_since(began));
            return Err(SignedDuration::try_from(left).expect("a window is far below 292 years"));
        }
        *count += 1;
        Ok(())
    }

    /// Forgets a login's attempts: its password was right.
    pub(crate) fn succeed(&self, login: Login) {
        let mut windows = self.0.lock().expect("nothing panics while counting");
        windows.now.remove(&login);
        windows.before.remove(&login);
    }
}

impl Windows {
    fn turn(&mut self, now: Instant) {
        let began = *self.began.get_or_insert(now);
        let age = now.duration_since(began);
        if age < WINDOW && self.now.len() < LOGINS_MAX {
            return;
        }
        self.before = std::mem::take(&mut self.now);
        if age >= WINDOW * 2 {
            self.before.clear();
        }
        self.began = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_ones_and_no_more() {
        let attempts = Attempts::default();
        for _ in 0..WRONG_MAX {
            assert!(attempts.begin([1; 32]).is_ok());
        }
        assert!(attempts.begin([1; 32]).unwrap_err() > SignedDuration::from_secs(599));
        assert!(attempts.begin([2; 32]).is_ok(), "another login is another count");
    }

    #[test]
    fn a_right_one_forgets_the_wrong_ones() {
        let attempts = Attempts::default();
        for _ in 0..9 {
            attempts.begin([1; 32]).unwrap();
        }
        attempts.succeed([1; 32]);
        for _ in 0..WRONG_MAX {
            assert!(attempts.begin([1; 32]).is_ok());
        }
    }

    #[test]
    fn a_login_is_forgotten_after_two_windows() {
        let mut windows = Windows::default();
        let start = Instant::now();
        windows.turn(start);
        windows.now.insert([1; 32], WRONG_MAX);
        windows.turn(start + WINDOW);
        assert_eq!(windows.before.get(&[1; 32]), Some(&WRONG_MAX));
        windows.turn(start + WINDOW * 2);
        assert!(windows.before.is_empty() && windows.now.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for number in 0..250_000_u32 {
            let mut login = [0; 32];
            login[..4].copy_from_slice(&number.to_be_bytes());
            attempts.begin(login).unwrap();
        }
        let windows = attempts.0.lock().unwrap();
        assert!(windows.now.len() <= LOGINS_MAX && windows.before.len() <= LOGINS_MAX);
    }
}
