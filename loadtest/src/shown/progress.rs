//! Progress on the screen: a bar on a terminal, a line now and then in a log.
#![expect(clippy::print_stderr, reason = "progress is for the person at the terminal; results go to standard output")]

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::shown::numbers::grouped;

/// Without a terminal a line is written this often.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What is shown.
#[derive(Debug, Clone, Default)]
pub struct Moment {
    /// Since the start; zero before.
    pub since_start: Duration,
    /// Candidates to come in all.
    pub expected: u64,
    /// Candidates who have come.
    pub came: u64,
    /// Operations that ended.
    pub ended: u64,
    /// How many seats were given.
    pub given: u64,
    /// Let in out of the waiting room.
    pub admitted: u64,
    /// Told that it is full.
    pub full: u64,
    /// How many errors there were.
    pub errors: u64,
    /// How many streams are open.
    pub streams: u64,
    /// Free seats, if they are known.
    pub free: Option<u64>,
    /// Positions in the waiting room that are not admitted yet, if they are known.
    pub waiting: Option<u64>,
}

/// Shows how far the test is.
pub struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    length: Duration,
    /// When the last line or rate was taken, and how many operations had ended then.
    last: Cell<(Instant, u64, u64)>,
}

impl Progress {
    /// A bar if there is a terminal; nothing at all if `quiet`.
    pub fn new(quiet: bool, length: Duration) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(millis(length));
            let style = ProgressStyle::with_template("{bar:28.blue/dim} {prefix:>7}  {msg}");
            bar.set_style(style.expect("the template is fixed and right").progress_chars("━━─"));
            bar
        });
        Self { bar, quiet, length, last: Cell::new((Instant::now(), 0, 0)) }
    }

    /// Shows a moment.
    pub fn show(&self, moment: &Moment) {
        let (since, ended, rate) = self.last.get();
        let passed = since.elapsed();
        match &self.bar {
            Some(bar) => {
                let mut rate = rate;
                if passed >= Duration::from_secs(1) {
                    rate = per_second(moment.ended - ended, passed);
                    self.last.set((Instant::now(), moment.ended, rate));
                }
                bar.set_position(millis(moment.since_start.min(self.length)));
                bar.set_prefix(format!("{:.1} s", moment.since_start.as_secs_f64()));
                bar.set_message(words(moment, rate));
            }
            None if !self.quiet && passed >= LINE_EVERY => {
                let rate = per_second(moment.ended - ended, passed);
                self.last.set((Instant::now(), moment.ended, rate));
                eprintln!("{:.0} s: {}", moment.since_start.as_secs_f64(), words(moment, rate));
            }
            None => {}
        }
    }

    /// Says something once.
    pub fn say(&self, words: &str) {
        match &self.bar {
            Some(bar) => bar.println(words),
            None => eprintln!("{words}"),
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows how far something is that is made before the test.
pub struct Preparing {
    bar: Option<ProgressBar>,
    words: Option<String>,
}

impl Preparing {
    /// `total` of what `words` say; nothing at all if `quiet`.
    pub fn new(quiet: bool, words: &str, total: u64) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total);
            let style = ProgressStyle::with_template("{bar:28.blue/dim} {pos} of {len} {msg}");
            bar.set_style(style.expect("the template is fixed and right").progress_chars("━━─"));
            bar.with_message(words.to_owned())
        });
        let words = (!quiet && bar.is_none()).then(|| format!("{} {words}", grouped(total)));
        Self { bar, words }
    }

    /// One more is made.
    pub fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// All are made.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if let Some(words) = &self.words {
            eprintln!("{words}");
        }
    }
}

fn words(moment: &Moment, rate: u64) -> String {
    let mut words = format!("{} of {} came · {}/s", grouped(moment.came), grouped(moment.expected), grouped(rate));
    let mut add = |count: u64, what: &str| {
        if count > 0 {
            words.push_str(&format!(" · {} {what}", grouped(count)));
        }
    };
    add(moment.waiting.unwrap_or_default(), "waiting");
    add(moment.admitted, "let in");
    add(moment.given, "given");
    add(moment.full, "told full");
    add(moment.streams, "streams");
    add(moment.errors, "errors");
    if let Some(free) = moment.free {
        words.push_str(&format!(" · {} free", grouped(free)));
    }
    words
}

fn per_second(count: u64, passed: Duration) -> u64 {
    let millis = passed.as_millis().max(1);
    u64::try_from(u128::from(count) * 1_000 / millis).unwrap_or(u64::MAX)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
