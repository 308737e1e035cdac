//! What was found: of each attack what it got, and of the honest candidates beside it what they lost.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::attack::Attack;

/// Most sentences that are kept about what honest candidates lost.
const PROBLEMS_MAX: usize = 8;

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The server that was attacked.
    pub url: String,
    /// The exam that has the seats.
    pub exam: String,
    /// When it began, as RFC 3339 has it.
    pub began_at: String,
    /// Each attack that was played.
    pub attacks: Vec<Finding>,
}

/// What one attack came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which it was.
    pub attack: Attack,
    /// From how many addresses it came, each of a network of its own.
    pub addresses: u8,
    /// How long it lasted.
    pub seconds: f64,
    /// Requests that it sent.
    pub requests: u64,
    /// What was tried: a password, a code, an account.
    pub tries: u64,
    /// How often it got what it was after.
    pub got: u64,
    /// What of it came in the second half, when counters had filled.
    pub got_late: u64,
    /// How tries ended, in words.
    pub ends: BTreeMap<String, u64>,
    /// Captchas that were asked for, by the zero bits of their sums: 13 weighs least.
    pub captchas: BTreeMap<u32, u64>,
    /// Whoever came honestly meanwhile.
    pub honest: Honest,
}

/// What became of those who came honestly.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Honest {
    /// What they did: signing in on a known and on a new device, asking for a code, taking a seat.
    pub acts: u64,
    /// What of it did not go.
    pub lost: u64,
    /// Captchas that they were asked for.
    pub captchas: u64,
    /// Those of a known device among them: there should be none.
    pub captchas_on_known_devices: u64,
    /// The longest that one act took, a captcha's sums included.
    pub longest_ms: u64,
    /// What was lost, at most eight sentences.
    pub problems: Vec<String>,
}

impl Findings {
    /// Did honest candidates lose anything?
    pub fn is_lost(&self) -> bool {
        self.attacks.iter().any(|finding| finding.honest.lost > 0)
    }

    /// What one attack came to, if it was played.
    pub fn of(&self, attack: Attack) -> Option<&Finding> {
        self.attacks.iter().find(|finding| finding.attack == attack)
    }
}

impl Finding {
    /// What each address gets in an hour at the pace of the second half.
    pub fn per_hour_and_address(&self) -> f64 {
        let late = u32::try_from(self.got_late).unwrap_or(u32::MAX);
        if self.seconds <= 0.0 {
            0.0
        } else {
            f64::from(late) / (self.seconds / 2.0) * 3600.0 / f64::from(self.addresses)
        }
    }
}

/// Counts while an attack goes on.
#[derive(Debug)]
pub(super) struct Tally {
    began: Instant,
    half: Duration,
    pub(super) requests: AtomicU64,
    tries: AtomicU64,
    got: AtomicU64,
    got_late: AtomicU64,
    ends: Mutex<BTreeMap<String, u64>>,
    captchas: Mutex<BTreeMap<u32, u64>>,
    honest: Mutex<Honest>,
}

impl Tally {
    /// Of an attack that lasts so long.
    pub(super) fn new(lasts: Duration) -> Self {
        Self {
            began: Instant::now(),
            half: lasts / 2,
            requests: AtomicU64::default(),
            tries: AtomicU64::default(),
            got: AtomicU64::default(),
            got_late: AtomicU64::default(),
            ends: Mutex::default(),
            captchas: Mutex::default(),
            honest: Mutex::default(),
        }
    }

    /// A try ended so.
    pub(super) fn tried(&self, end: &str) {
        self.tries.fetch_add(1, Ordering::Relaxed);
        *self.ends.lock().expect("nothing panics while counting").entry(end.to_owned()).or_default() += 1;
    }

    /// The attacker got so much of what it is after.
    pub(super) fn got(&self, number: u64) {
        self.got.fetch_add(number, Ordering::Relaxed);
        if self.began.elapsed() >= self.half {
            self.got_late.fetch_add(number, Ordering::Relaxed);
        }
    }

    /// A captcha was asked for.
    pub(super) fn captcha(&self, bits: u32) {
        *self.captchas.lock().expect("nothing panics while counting").entry(bits).or_default() += 1;
    }

    /// Somebody honest did something that took so long, and how it ended.
    pub(super) fn honest(&self, took: Duration, captchas: u64, is_known: bool, went: Result<(), String>) {
        let mut honest = self.honest.lock().expect("nothing panics while counting");
        honest.acts += 1;
        honest.captchas += captchas;
        honest.captchas_on_known_devices += if is_known { captchas } else { 0 };
        honest.longest_ms = honest.longest_ms.max(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        if let Err(problem) = went {
            honest.lost += 1;
            if honest.problems.len() < PROBLEMS_MAX {
                honest.problems.push(problem);
            }
        }
    }

    /// What it came to.
    pub(super) fn finding(&self, attack: Attack) -> Finding {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Finding {
            attack,
            addresses: attack.addresses(),
            seconds: self.began.elapsed().as_secs_f64(),
            requests: count(&self.requests),
            tries: count(&self.tries),
            got: count(&self.got),
            got_late: count(&self.got_late),
            ends: self.ends.lock().expect("nothing panics while counting").clone(),
            captchas: self.captchas.lock().expect("nothing panics while counting").clone(),
            honest: self.honest.lock().expect("nothing panics while counting").clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_counted_by_the_second_half_and_for_each_address() {
        let tally = Tally::new(Duration::ZERO);
        tally.got(32);
        let finding = Finding { seconds: 20.0, ..tally.finding(Attack::Stuffing) };
        assert!((finding.per_hour_and_address() - 32.0 / 10.0 * 3600.0 / 16.0).abs() < 1e-6, "{finding:?}");
        let tally = Tally::new(Duration::from_secs(3600));
        tally.got(5);
        let finding = tally.finding(Attack::Spray);
        assert_eq!((finding.got, finding.got_late), (5, 0), "what came early is not a pace");
    }
}
