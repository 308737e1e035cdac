//! Values of options: shares, times, rates, each read once into a type.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use crate::measured::results::Shard;

/// A share, 0–1, written `12.5%` or `0.125`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(pub f64);

impl FromStr for Share {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        crate::measured::expect::share(text).map(Self).ok_or_else(|| format!("{text:?} is no share; write 60% or 0.6"))
    }
}

/// Two rates per second, written `100..5000`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ramp {
    /// At the start.
    pub from: f64,
    /// At the end.
    pub to: f64,
}

impl FromStr for Ramp {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no ramp; write FROM..TO in arrivals per second, such as 100..5000");
        let (from, to) = text.split_once("..").ok_or_else(wrong)?;
        let rate = |text: &str| text.trim().parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate >= 0.0);
        Ok(Self { from: rate(from).ok_or_else(wrong)?, to: rate(to).ok_or_else(wrong)? })
    }
}

/// A share of all within a time, written `30%/2s`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spike {
    /// The share that comes so.
    pub share: Share,
    /// Within how long they come.
    pub within: Duration,
}

impl FromStr for Spike {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no spike; write SHARE/TIME, such as 30%/2s");
        let (share, within) = text.split_once('/').ok_or_else(wrong)?;
        let (share, within): (Share, _) = (share.parse()?, duration(within)?);
        if share.0 > 0.0 && !within.is_zero() { Ok(Self { share, within }) } else { Err(wrong()) }
    }
}

/// Which share leaves at a step of the way through the pages, written `exam=5%`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GiveUp {
    /// The step at which they give up.
    pub step: Step,
    /// The share that gives up.
    pub share: Share,
}

/// A step at which candidates leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// At the list of exams.
    Exams,
    /// At the exam's page.
    Exam,
    /// When asked to sign in.
    SignIn,
    /// At the page to pay on: with a seat, which lapses.
    Order,
}

impl FromStr for GiveUp {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is none; write exams=1%, exam=5%, sign-in=10% or order=20%");
        let (step, share) = text.split_once('=').ok_or_else(wrong)?;
        let step = match step {
            "exams" => Step::Exams,
            "exam" => Step::Exam,
            "sign-in" => Step::SignIn,
            "order" => Step::Order,
            _ => return Err(wrong()),
        };
        Ok(Self { step, share: share.parse()? })
    }
}

/// Reads a shard such as `2/5`.
pub fn shard(text: &str) -> Result<Shard, String> {
    let wrong = || format!("{text:?} is no shard; write I/N, such as 2/5");
    let (index, of) = text.split_once('/').ok_or_else(wrong)?;
    let shard = Shard { index: index.parse().map_err(|_| wrong())?, of: of.parse().map_err(|_| wrong())? };
    if shard.index >= 1 && shard.index <= shard.of && shard.of <= 1_000 { Ok(shard) } else { Err(wrong()) }
}

/// A time such as `500ms`, `2s`, `1m 30s`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time; write 500ms, 2s or 1m");
    let time: Duration = text.parse::<SignedDuration>().ok().and_then(|it| it.try_into().ok()).ok_or_else(wrong)?;
    if time <= Duration::from_secs(86_400) { Ok(time) } else { Err(format!("{text:?} is more than a day")) }
}

/// A rate per second.
pub fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| format!("{text:?} is no rate; write arrivals per second, such as 2500"))
}

/// A number of things between `LEAST` and `MOST`.
pub fn count<const LEAST: usize, const MOST: usize>(text: &str) -> Result<usize, String> {
    let number = text.parse::<usize>().ok().filter(|number| (LEAST..=MOST).contains(number));
    number.ok_or_else(|| format!("{text:?} is not in {LEAST}–{MOST}"))
}
