//! The band: where all seats were, are, and will be, over the one axis of time. Paid at the bottom, free on top; right of now,
//! hatched, what is held, as it lapses unless it is paid.

use std::fmt::Write;

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::wall::Scene;
use registration::wall::axis::Axis;
use registration::wall::second::Totals;

use super::numbers::{clock, percent};

/// Minutes between two marks of the axis: the first of which no more than [`MARKS_MAX`] fit in.
const MARKS: [i64; 7] = [1, 2, 5, 10, 15, 30, 60];
const MARKS_MAX: i64 = 6;
/// Marks nearer to an end than this, in thousandths, are left out: their words would stand over it.
const MARGIN: f64 = 25.0;
/// Words of the opening that are nearer to those of now are left out, in thousandths.
const APART: f64 = 95.0;
/// And so are marks that are nearer.
const NEAR: f64 = 140.0;
/// An opening that is nearer to the beginning has its word right of its line, else left.
const LEFT: f64 = 100.0;

/// A level of the stack at a moment, from the bottom, in thousandths of all seats.
#[expect(clippy::cast_precision_loss, reason = "seats are far below 2^52")]
fn level(seats: i64, capacity: i64) -> f64 {
    if capacity <= 0 { 0.0 } else { (seats as f64 / capacity as f64 * 1_000.0).clamp(0.0, 1_000.0) }
}

/// An area from the bottom up to a level that stays until it changes, as a path of 1000 × 1000.
fn area(axis: Axis, past: &[(Timestamp, Totals)], until: f64, seats: impl Fn(&Totals) -> i64, capacity: i64) -> String {
    let mut path = String::new();
    let mut before = -1.0;
    for (at, totals) in past {
        let (x, y) = (axis.place(*at), 1_000.0 - level(seats(totals), capacity));
        if path.is_empty() {
            let _ = write!(path, "M{x:.1} 1000V{y:.1}");
        } else if (y - before).abs() >= 0.05 {
            let _ = write!(path, "H{x:.1}V{y:.1}");
        }
        before = y;
    }
    if !path.is_empty() {
        let _ = write!(path, "H{until:.1}V1000Z");
    }
    path
}

/// What is held, from now on, above what is `paid`: a path in parts of one, right of now and of the whole height.
fn forecast(axis: Axis, lapses: &[(i64, i64)], (held, paid): (i64, i64), capacity: i64) -> String {
    let ahead = axis.to.duration_since(axis.now).as_secs_f64();
    let height = |seats: i64| 1.0 - level(paid + seats, capacity) / 1_000.0;
    let mut left = held;
    let mut path = format!("M0 {:.4}V{:.4}", height(0), height(left));
    let mut before = height(left);
    for (second, holds) in lapses {
        let at = Timestamp::from_second(*second).unwrap_or(axis.to);
        let x = (at.duration_since(axis.now).as_secs_f64() / ahead).clamp(0.0, 1.0);
        left = (left - holds).max(0);
        let y = height(left);
        // Steps that nobody sees are drawn with the next one.
        if (y - before).abs() >= 0.002 || left == 0 {
            let _ = write!(path, "H{x:.4}V{y:.4}");
            before = y;
        }
    }
    let _ = write!(path, "H1V{:.4}Z", height(0));
    path
}

/// The marks of the axis: each moment and its place in hundredths.
fn marks(axis: Axis) -> Vec<(Timestamp, f64)> {
    let minutes = axis.to.duration_since(axis.from).as_secs() / 60;
    let every = MARKS.into_iter().find(|every| minutes / every <= MARKS_MAX).unwrap_or(60) * 60;
    let first = axis.from.as_second().div_euclid(every) + 1;
    let at = |nth: i64| Timestamp::from_second((first + nth) * every).ok();
    let placed = (0..=MARKS_MAX + 1).filter_map(at).map(|at| (at, axis.place(at)));
    let fits = |(_, x): &(Timestamp, f64)| *x > MARGIN && *x < 1_000.0 - MARGIN;
    placed.filter(fits).map(|(at, x)| (at, x / 10.0)).collect()
}

/// Where something stands, for an attribute.
pub(super) fn hundredths(x: f64) -> String {
    format!("{x:.2}%")
}

/// The axis under a drawing: its marks, and lines for now and for the opening.
pub(super) fn rulers(axis: Axis, opens_at: Option<Timestamp>) -> Markup {
    let now = hundredths(axis.place(axis.now) / 10.0);
    let opening = opens_at.filter(|at| (axis.from..=axis.to).contains(at));
    html! {
        @for (_, x) in marks(axis) {
            @let x = hundredths(x);
            line class="mark-line" x1=(x) x2=(x) y1="0" y2="100%" {}
        }
        @if let Some(at) = opening {
            @let x = hundredths(axis.place(at) / 10.0);
            line class="opening" x1=(x) x2=(x) y1="0" y2="100%" {}
        }
        line class="now" x1=(now) x2=(now) y1="0" y2="100%" {}
    }
}

/// The words of the axis, in a drawing of their own.
fn axis_words(w: Words, axis: Axis, opens_at: Option<Timestamp>) -> Markup {
    let now = axis.place(axis.now);
    let is_free = |x: f64| (x - now).abs() > APART && x > MARGIN && x < 1_000.0 - MARGIN;
    let opening = opens_at.map(|at| axis.place(at)).filter(|x| is_free(*x));
    let near = |x: f64| (x * 10.0 - now).abs() < NEAR || opening.is_some_and(|at| (x * 10.0 - at).abs() < APART);
    html! {
        svg class="axis" aria-hidden="true" width="100%" {
            @for (at, x) in marks(axis).into_iter().filter(|(_, x)| !near(*x)) {
                text x=(hundredths(x)) y="72%" text-anchor="middle" { (when::clock(at)) }
            }
            @if let Some(x) = opening {
                @let anchor = if x < LEFT { "start" } else { "end" };
                text class="opening" x=(hundredths(x / 10.0)) y="72%" text-anchor=(anchor) { (w.t("wall-opening")) }
            }
            text class="now" x=(hundredths(now / 10.0)) y="72%" text-anchor="middle" { (clock(axis.now)) }
        }
    }
}

/// What the shades mean.
fn legend(w: Words) -> Markup {
    let one = |class: &str, word: &str| html! { li class=(class) { span aria-hidden="true" {} (word) } };
    html! {
        ul class="legend" {
            (one("confirmed", &w.t("wall-paid")))
            (one("frozen", &w.t("wall-frozen")))
            (one("held", &w.t("wall-held")))
            (one("ahead", &w.t("wall-ahead")))
            (one("free", &w.t("wall-left")))
        }
    }
}

/// The band with its axis.
pub(super) fn band(w: Words, scene: &Scene) -> Markup {
    let (axis, past) = (scene.axis, &scene.past);
    let capacity = past.iter().map(|(_, totals)| totals.capacity).max().unwrap_or_default();
    let totals = scene.last().map(|(_, totals)| totals.clone()).unwrap_or_default();
    let now = axis.place(axis.now);
    let path = |seats: fn(&Totals) -> i64| area(axis, past, now, seats, capacity);
    let paid = totals.frozen + totals.confirmed;
    let values = [
        ("paid", percent(totals.confirmed, capacity).into()),
        ("held", percent(totals.held + totals.frozen, capacity).into()),
    ];
    let width = hundredths(100.0 - now / 10.0);
    let stay = |class: &str, seats: i64| {
        let y = 100.0 - level(seats, capacity) / 10.0;
        html! { rect class=(class) x=(hundredths(now / 10.0)) y=(hundredths(y)) width=(width) height=(hundredths(100.0 - y)) {} }
    };
    html! {
        figure class="band" {
            (legend(w))
            svg class="plot" role="img" aria-label=(w.with("wall-band", &values)) width="100%" {
                defs {
                    pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        rect class="hatch" width="3" height="8" {}
                    }
                    clipPath id="ahead" clipPathUnits="objectBoundingBox" {
                        path d=(forecast(axis, &scene.detail.lapses, (totals.held, paid), capacity)) {}
                    }
                }
                svg viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height="100%" {
                    path class="held" d=(path(|totals| totals.held + totals.frozen + totals.confirmed)) {}
                    path class="frozen" d=(path(|totals| totals.frozen + totals.confirmed)) {}
                    path class="confirmed" d=(path(|totals| totals.confirmed)) {}
                }
                g class="stay" {
                    (stay("frozen", paid))
                    (stay("confirmed", totals.confirmed))
                }
                rect x=(hundredths(now / 10.0)) y="0" width=(width) height="100%" fill="url(#hatch)" clip-path="url(#ahead)" {}
                (rulers(axis, scene.opens_at))
            }
            (axis_words(w, axis, scene.opens_at))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn axis() -> Axis {
        let now: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        Axis::of(Some(now), now)
    }

    #[test]
    fn the_forecast_falls_at_the_second_in_which_holds_lapse() {
        let axis = axis();
        let at = |seconds: i64| axis.now.as_second() + seconds;
        // 40 of 100 are held above 20 that are paid; 30 lapse after 450 s, 10 at the end of the axis.
        let path = forecast(axis, &[(at(450), 30), (at(900), 10)], (40, 20), 100);
        assert_eq!(path, "M0 0.8000V0.4000H0.5000V0.7000H1.0000V0.8000H1V0.8000Z");
        // One that is due already has come back; one that this process does not know of stays held to the end.
        assert_eq!(forecast(axis, &[(at(-3), 10)], (20, 0), 100), "M0 1.0000V0.8000H0.0000V0.9000H1V1.0000Z");
        assert_eq!(forecast(axis, &[], (0, 0), 0), "M0 1.0000V1.0000H1V1.0000Z", "no seats at all");
    }

    #[test]
    fn an_area_stays_until_it_changes() {
        let axis = axis();
        let row = |seconds: i64, confirmed| {
            (axis.now + SignedDuration::from_secs(seconds), Totals { capacity: 10, confirmed, ..Totals::default() })
        };
        let past = [row(-300, 0), row(-200, 0), row(-100, 5), row(0, 5)];
        let path = area(axis, &past, axis.place(axis.now), |totals| totals.confirmed, 10);
        assert_eq!(path, "M0.0 1000V1000.0H166.7V500.0H250.0V1000Z");
        assert_eq!(area(axis, &[], 250.0, |totals| totals.confirmed, 10), "");
    }

    #[test]
    fn few_marks_stand_at_whole_minutes() {
        for hours in 0..3 {
            let now = axis().now;
            let marks = marks(Axis::of(Some(now - SignedDuration::from_hours(hours)), now));
            assert!((3..=7).contains(&marks.len()), "{}", marks.len());
            assert!(marks.iter().all(|(at, x)| at.as_second() % 60 == 0 && (2.5..=97.5).contains(x)));
        }
    }
}
