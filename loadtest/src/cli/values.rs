//! Values of options: shares, times, rates, each read once into a type.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

/// A share, 0–1, written `12.5%` or `0.125`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(pub f64);

impl FromStr for Share {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        crate::expect::share(text).map(Self).ok_or_else(|| format!("{text:?} is no share; write 60% or 0.6"))
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
