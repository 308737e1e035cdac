//! The one axis of time that everything on the wall shares. Pure.

use jiff::{SignedDuration, Timestamp};

/// So long before the opening the axis begins.
const BEFORE: SignedDuration = SignedDuration::from_mins(5);
/// So far ahead it reaches: as far as it is told which holds lapse.
const AHEAD: SignedDuration = SignedDuration::from_secs(super::second::FORECAST_SECONDS);
/// An opening that is longer ago is no longer in sight: then the axis begins so long before now.
const IN_SIGHT: SignedDuration = SignedDuration::from_hours(2);
const OTHERWISE: SignedDuration = SignedDuration::from_mins(30);
/// Most points that are drawn of what was.
const POINTS_MAX: i64 = 300;
/// Seconds between two points: each goes into a minute, whose rows are kept longest.
const STEPS: [i64; 7] = [1, 2, 5, 10, 20, 30, 60];

/// From when until when, with now in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Where it begins.
    pub from: Timestamp,
    /// The moment that is shown.
    pub now: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

impl Axis {
    /// Of an exam that opens then, at this moment.
    pub fn of(opens_at: Option<Timestamp>, now: Timestamp) -> Self {
        let from = match opens_at {
            Some(opens_at) if opens_at > now => now - BEFORE,
            Some(opens_at) if now.duration_since(opens_at) <= IN_SIGHT => opens_at - BEFORE,
            _ => now - OTHERWISE,
        };
        Self { from, now, to: now + AHEAD }
    }

    /// Seconds between two points of what was.
    pub fn step(self) -> i64 {
        let seconds = self.now.duration_since(self.from).as_secs();
        STEPS.into_iter().find(|step| seconds / step <= POINTS_MAX).unwrap_or(60)
    }

    /// Where a moment is on it, in thousandths of its length; outside of it at one of its ends.
    pub fn place(self, at: Timestamp) -> f64 {
        let all = self.to.duration_since(self.from).as_secs_f64();
        (at.duration_since(self.from).as_secs_f64() / all * 1_000.0).clamp(0.0, 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_begins_before_the_opening_as_long_as_that_is_in_sight() {
        let now: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        let hours = SignedDuration::from_hours;
        let minutes_before = |opens_at: Option<Timestamp>| {
            let axis = Axis::of(opens_at, now);
            assert_eq!(axis.to, now + SignedDuration::from_mins(15));
            assert!(now.duration_since(axis.from).as_secs() / axis.step() <= POINTS_MAX);
            (now.duration_since(axis.from).as_secs() / 60, axis.step())
        };
        assert_eq!(minutes_before(Some(now + hours(3))), (5, 1), "nothing has happened yet");
        assert_eq!(minutes_before(Some(now)), (5, 1));
        assert_eq!(minutes_before(Some(now - SignedDuration::from_mins(2))), (7, 2));
        assert_eq!(minutes_before(Some(now - hours(2))), (125, 30));
        assert_eq!(minutes_before(Some(now - hours(3))), (30, 10));
        assert_eq!(minutes_before(None), (30, 10));
    }

    #[test]
    fn a_moment_has_its_place() {
        let now: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        let axis = Axis::of(Some(now), now);
        let places = [axis.from, now, axis.to, axis.from - IN_SIGHT, axis.to + IN_SIGHT].map(|at| axis.place(at));
        assert_eq!(places, [0.0, 250.0, 1_000.0, 0.0, 1_000.0]);
    }
}
