//! The sentence on top of the wall, made by rules: the first that fits is what there is to say. Colour, shape and words say the
//! same.

use jiff::{SignedDuration, Timestamp};
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::wall::Scene;
use registration::wall::second::{PaymentCounts, Totals};
use reservation::engine::tally::Outcome;

use super::numbers::{clock, count, counted, micros, percent, span};

/// A row that is so much later than its pace says is missing.
const LATE: SignedDuration = SignedDuration::from_secs(4);
/// A ledger that is further behind is told of, in ms.
const LAG_MS_MAX: u64 = 5_000;
/// Requests that took longer are told of, in µs.
const SLOW_US: u64 = 2_000_000;
/// So many payments begun in a minute of which no money came: then the channel is silent.
const SILENT_MIN: u64 = 10;
/// Unknown payments are told of from so many on, and where they are more than one of so many.
const UNKNOWN_MIN: u64 = 3;
const UNKNOWN_ONE_IN: u64 = 20;

/// What the rules look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) now: Timestamp,
    pub(super) opens_at: Option<Timestamp>,
    pub(super) closes_at: Option<Timestamp>,
    /// The second that is known last; absent where none is.
    pub(super) at: Option<Timestamp>,
    pub(super) totals: Totals,
    /// When the next hold lapses.
    pub(super) next_lapse: Option<Timestamp>,
    /// Within the last minute: payments begun and come, and requests that we failed.
    pub(super) payments: PaymentCounts,
    pub(super) failed: u64,
}

impl Facts {
    /// As a scene has them, seen at `now`.
    pub(super) fn of(scene: &Scene, now: Timestamp) -> Self {
        let last = scene.last();
        let totals = last.map(|(_, totals)| totals.clone()).unwrap_or_default();
        let at = last.map(|(at, _)| *at);
        let minute_ago = at.map(|at| at - SignedDuration::from_mins(1));
        let before = scene.past.iter().rev().find(|(at, _)| minute_ago.is_some_and(|ago| *at <= ago));
        let before = before.map_or(&totals, |(_, before)| before);
        let came = totals.payments.came.saturating_sub(before.payments.came);
        let begun = totals.payments.begun.saturating_sub(before.payments.begun);
        let failed = totals.asked.of(Outcome::Failed).saturating_sub(before.asked.of(Outcome::Failed));
        let next = scene.detail.lapses.iter().map(|(second, _)| *second);
        Self {
            now,
            opens_at: scene.opens_at,
            closes_at: scene.closes_at,
            at,
            next_lapse: next.filter_map(|second| Timestamp::from_second(second).ok()).find(|lapse| *lapse > now),
            payments: PaymentCounts { begun, came, ..totals.payments },
            totals,
            failed,
        }
    }

    /// How old what is shown is.
    pub(super) fn age(&self) -> SignedDuration {
        self.at.map_or(SignedDuration::ZERO, |at| self.now.duration_since(at).max(SignedDuration::ZERO))
    }
}

/// What there is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Say {
    /// Not one second is known.
    Nothing,
    /// No second has come for so long.
    Stale(SignedDuration),
    /// So many requests of the last minute failed by our fault.
    Failing(u64),
    /// The ledger is so many ms behind.
    Behind(u64),
    /// So many payments began within the last minute, and no money came.
    Silent(u64),
    /// Nobody knows what became of so many payments.
    Unknown(u64),
    /// Of a hundred requests one took so many µs or longer.
    Slow(u64),
    /// It opens in so long.
    Before(SignedDuration),
    /// No seat is given out any more.
    Closed,
    /// Every seat is taken; perhaps one comes back then.
    Full(Option<Timestamp>),
    /// It has been open for so long, if it has a beginning, and so many of a hundred seats are taken.
    Open(Option<SignedDuration>, i64),
}

/// The first rule that fits. Trouble first: it is about what candidates feel, and says that seats are safe.
pub(super) fn say(facts: &Facts) -> Say {
    let totals = &facts.totals;
    let due = LATE + SignedDuration::from_secs(totals.pace.max(1).into());
    let is_over = facts.closes_at.is_some_and(|closes_at| closes_at <= facts.now);
    let unknown = facts.payments.unknown;
    if facts.at.is_none() {
        return Say::Nothing;
    }
    if facts.age() > due && !is_over {
        return Say::Stale(facts.age());
    }
    if facts.failed > 0 {
        return Say::Failing(facts.failed);
    }
    if totals.lag_ms > LAG_MS_MAX {
        return Say::Behind(totals.lag_ms);
    }
    if facts.payments.begun >= SILENT_MIN && facts.payments.came == 0 {
        return Say::Silent(facts.payments.begun);
    }
    if unknown >= UNKNOWN_MIN && unknown > totals.payments.begun / UNKNOWN_ONE_IN {
        return Say::Unknown(unknown);
    }
    if let Some(us) = totals.most_us.filter(|us| *us > SLOW_US) {
        return Say::Slow(us);
    }
    match facts.opens_at {
        Some(opens_at) if opens_at > facts.now => return Say::Before(facts.now.duration_until(opens_at)),
        _ if is_over => return Say::Closed,
        _ => {}
    }
    if totals.left <= 0 && totals.capacity > 0 {
        return Say::Full(facts.next_lapse);
    }
    let since = facts.opens_at.map(|opens_at| facts.now.duration_since(opens_at));
    Say::Open(since, percent(totals.capacity - totals.left, totals.capacity))
}

impl Say {
    /// How serious it is.
    pub(super) fn tone(self) -> Tone {
        match self {
            Self::Stale(_) | Self::Failing(_) => Tone::Bad,
            Self::Behind(_) | Self::Silent(_) | Self::Unknown(_) | Self::Slow(_) => Tone::Care,
            Self::Nothing | Self::Before(_) | Self::Closed => Tone::Plain,
            Self::Full(_) | Self::Open(..) => Tone::Good,
        }
    }

    /// The sentence in the language of `w`.
    pub(super) fn words(self, w: Words, facts: &Facts) -> String {
        let totals = &facts.totals;
        let text = match self {
            Self::Nothing => w.t("wall-say-nothing"),
            Self::Stale(age) => w.with("wall-say-stale", &[("span", span(w, age).into())]),
            Self::Failing(failed) => w.with("wall-say-failing", &[("count", counted(failed).into())]),
            Self::Behind(ms) => w.with("wall-say-behind", &[("seconds", (ms / 1_000).into())]),
            Self::Silent(begun) => w.with("wall-say-silent", &[("count", counted(begun).into())]),
            Self::Unknown(unknown) => w.with("wall-say-unknown", &[("count", counted(unknown).into())]),
            Self::Slow(us) => w.with("wall-say-slow", &[("time", micros(us).into())]),
            Self::Before(left) => {
                let values = [("span", span(w, left).into()), ("seats", count(totals.capacity).into())];
                w.with("wall-say-before", &values)
            }
            Self::Closed => {
                w.with("wall-say-closed", &[("percent", percent(totals.confirmed, totals.capacity).into())])
            }
            Self::Full(Some(next)) => w.with("wall-say-full-until", &[("time", clock(next).into())]),
            Self::Full(None) => w.t("wall-say-full"),
            Self::Open(Some(since), percent) => {
                w.with("wall-say-open", &[("span", span(w, since).into()), ("percent", percent.into())])
            }
            Self::Open(None, percent) => w.with("wall-say-always-open", &[("percent", percent.into())]),
        };
        text.into_owned()
    }

    /// The word beside the shape.
    pub(super) fn word(self) -> &'static str {
        match self.tone() {
            Tone::Bad => key("wall-tone-bad"),
            Tone::Care => key("wall-tone-care"),
            Tone::Plain => key("wall-tone-plain"),
            Tone::Good => key("wall-tone-good"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let now: Timestamp = "2026-11-20T04:02:14Z".parse().unwrap();
        let opens_at = Some(now - SignedDuration::from_secs(134));
        let totals =
            Totals { capacity: 1_000, left: 220, held: 500, frozen: 80, confirmed: 200, pace: 1, ..Totals::default() };
        Facts { now, opens_at, at: Some(now), totals, ..Facts::default() }
    }

    fn seconds(seconds: i64) -> SignedDuration {
        SignedDuration::from_secs(seconds)
    }

    /// What is changed of a usual minute, and what is said then.
    type Case = (fn(&mut Facts), Say, Tone);

    #[test]
    fn the_first_rule_that_fits_is_said_in_colour_and_word() {
        let cases: [Case; 16] = [
            (|_| {}, Say::Open(Some(seconds(134)), 78), Tone::Good),
            (|facts| facts.opens_at = None, Say::Open(None, 78), Tone::Good),
            (|facts| facts.at = None, Say::Nothing, Tone::Plain),
            (|facts| facts.now += seconds(5), Say::Open(Some(seconds(139)), 78), Tone::Good),
            (|facts| facts.now += seconds(6), Say::Stale(seconds(6)), Tone::Bad),
            (
                |facts| {
                    facts.now += seconds(12);
                    facts.totals.pace = 10;
                },
                Say::Open(Some(seconds(146)), 78),
                Tone::Good,
            ),
            (|facts| facts.failed = 2, Say::Failing(2), Tone::Bad),
            (|facts| facts.totals.lag_ms = 5_001, Say::Behind(5_001), Tone::Care),
            (|facts| facts.payments.begun = 40, Say::Silent(40), Tone::Care),
            (
                |facts| facts.payments = PaymentCounts { begun: 40, came: 1, ..PaymentCounts::default() },
                Say::Open(Some(seconds(134)), 78),
                Tone::Good,
            ),
            (|facts| facts.payments.unknown = 3, Say::Unknown(3), Tone::Care),
            (
                |facts| {
                    facts.payments.unknown = 3;
                    facts.totals.payments.begun = 60;
                },
                Say::Open(Some(seconds(134)), 78),
                Tone::Good,
            ),
            (|facts| facts.totals.most_us = Some(2_400_000), Say::Slow(2_400_000), Tone::Care),
            (|facts| facts.opens_at = Some(facts.now + seconds(90)), Say::Before(seconds(90)), Tone::Plain),
            (
                |facts| {
                    facts.totals.left = -3;
                    facts.next_lapse = Some(facts.now + seconds(20));
                },
                Say::Full(Some(facts().now + seconds(20))),
                Tone::Good,
            ),
            (
                |facts| {
                    facts.closes_at = Some(facts.now);
                    facts.now += SignedDuration::from_hours(9);
                },
                Say::Closed,
                Tone::Plain,
            ),
        ];
        for (change, expected, tone) in cases {
            let mut facts = facts();
            change(&mut facts);
            assert_eq!((say(&facts), say(&facts).tone()), (expected, tone), "{facts:?}");
        }
    }

    #[test]
    fn of_two_troubles_the_worse_is_told() {
        let mut facts = facts();
        (facts.totals.lag_ms, facts.payments.unknown, facts.totals.most_us) = (9_000, 50, Some(9_000_000));
        assert_eq!(say(&facts), Say::Behind(9_000));
        facts.failed = 1;
        assert_eq!(say(&facts), Say::Failing(1));
    }
}
