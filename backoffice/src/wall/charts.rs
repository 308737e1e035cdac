//! The small charts below the band, on its axis: what was asked for and given, how long it took, the waiting room, the ledger,
//! the payments. Each has its numbers of now beside its name.

use std::fmt::Write;

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::wall::Scene;
use registration::wall::axis::Axis;
use registration::wall::second::Totals;
use reservation::engine::tally::Outcome;

use super::band::rulers;
use super::numbers::{counted, micros};

/// What is neither given nor refused for want of seats: of the candidate's own making, or of ours.
const OTHERS: [Outcome; 5] =
    [Outcome::Elsewhere, Outcome::Closed, Outcome::NotAdmitted, Outcome::Unclear, Outcome::Failed];

/// One line of a chart.
struct Line {
    /// The shade of the line, as a class.
    class: &'static str,
    name: &'static str,
    /// Its number of now.
    now: String,
    points: Vec<(f64, Option<f64>)>,
}

/// The lines as paths of 1000 × 1000 under the highest of all.
fn paths(lines: &[Line]) -> Vec<String> {
    let values = lines.iter().flat_map(|line| line.points.iter().filter_map(|(_, value)| *value));
    let highest = values.fold(1.0_f64, f64::max);
    let path = |line: &Line| {
        let mut path = String::new();
        let mut is_down = false;
        for (x, value) in &line.points {
            let Some(value) = value else {
                is_down = false;
                continue;
            };
            // Within the field, so that a line of the height of all is seen whole.
            let y = 960.0 - value / highest * 920.0;
            let _ = write!(path, "{}{x:.1} {y:.1}", if is_down { 'L' } else { 'M' });
            is_down = true;
        }
        path
    };
    lines.iter().map(path).collect()
}

fn chart(w: Words, scene: &Scene, title: &'static str, lines: &[Line]) -> Markup {
    html! {
        figure class="chart" {
            figcaption {
                strong { (w.t(title)) }
                @for line in lines { span class=(line.class) { i aria-hidden="true" {} (w.t(line.name)) " " b { (line.now) } } }
            }
            svg class="plot" aria-hidden="true" width="100%" {
                svg viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height="100%" {
                    @for (line, path) in lines.iter().zip(paths(lines)) { path class=(line.class) d=(path) {} }
                }
                (rulers(scene.axis, scene.opens_at))
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(number: u64) -> f64 {
    number as f64
}

/// A value of each row.
fn values(scene: &Scene, value: impl Fn(&Totals) -> Option<f64>) -> Vec<(f64, Option<f64>)> {
    scene.past.iter().map(|(at, totals)| (scene.axis.place(*at), value(totals))).collect()
}

/// How much more of something there was each second, between each row and the one before.
fn rates(axis: Axis, past: &[(Timestamp, Totals)], count: impl Fn(&Totals) -> u64) -> Vec<(f64, Option<f64>)> {
    let rate = |two: &[(Timestamp, Totals)]| {
        let seconds = two[1].0.duration_since(two[0].0).as_secs_f64().max(1.0);
        (axis.place(two[1].0), Some(float(count(&two[1].1).saturating_sub(count(&two[0].1))) / seconds))
    };
    past.windows(2).map(rate).collect()
}

fn asked(scene: &Scene) -> Vec<Line> {
    let line = |class, name, count: &dyn Fn(&Totals) -> u64| {
        let points = rates(scene.axis, &scene.past, count);
        let now = points.last().and_then(|(_, rate)| *rate).unwrap_or_default();
        Line { class, name, now: format!("{now:.0}"), points }
    };
    vec![
        line("given", key("wall-given"), &|totals| totals.asked.of(Outcome::Given)),
        line("full", key("wall-full"), &|totals| totals.asked.of(Outcome::Full)),
        line("others", key("wall-others"), &|totals| totals.asked.of_any(&OTHERS)),
    ]
}

fn took(scene: &Scene, last: &Totals) -> Vec<Line> {
    let now = |us: Option<u64>| us.map_or_else(|| "–".to_owned(), micros);
    let line = |class, name, us: fn(&Totals) -> Option<u64>| Line {
        class,
        name,
        now: now(us(last)),
        points: values(scene, |totals| us(totals).map(float)),
    };
    vec![
        line("half", key("wall-half"), |totals| totals.half_us),
        line("most", key("wall-most"), |totals| totals.most_us),
    ]
}

/// A line of counts: its shade, its name, and what is counted.
type Count = (&'static str, &'static str, fn(&Totals) -> u64);

fn counts(scene: &Scene, last: &Totals, lines: &[Count]) -> Vec<Line> {
    let line = |&(class, name, count): &Count| Line {
        class,
        name,
        now: counted(count(last)),
        points: values(scene, |totals| Some(float(count(totals)))),
    };
    lines.iter().map(line).collect()
}

/// All five charts, in their order.
pub(super) fn charts(w: Words, scene: &Scene) -> Markup {
    let last = scene.last().map(|(_, totals)| totals.clone()).unwrap_or_default();
    let room = counts(
        scene,
        &last,
        &[
            ("waiting", key("wall-waiting"), |totals| totals.waiting),
            ("admitted", key("wall-admitted"), |totals| totals.admitted),
        ],
    );
    let ledger = vec![Line {
        class: "lag",
        name: key("wall-behind"),
        now: micros(last.lag_ms * 1_000),
        points: values(scene, |totals| Some(float(totals.lag_ms))),
    }];
    let payments = counts(
        scene,
        &last,
        &[
            ("begun", key("wall-begun"), |totals| totals.payments.begun),
            ("came", key("wall-came"), |totals| totals.payments.came),
            ("unknown", key("wall-unknown"), |totals| totals.payments.unknown),
        ],
    );
    html! {
        div class="charts" {
            (chart(w, scene, key("wall-asked"), &asked(scene)))
            (chart(w, scene, key("wall-took"), &took(scene, &last)))
            (chart(w, scene, key("wall-room"), &room))
            (chart(w, scene, key("wall-ledger"), &ledger))
            (chart(w, scene, key("wall-payments"), &payments))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn rates_are_of_the_time_between_two_rows() {
        let now: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        let axis = Axis::of(Some(now), now);
        let row =
            |seconds, waiting| (now + SignedDuration::from_secs(seconds), Totals { waiting, ..Totals::default() });
        let past = [row(-20, 5), row(-10, 105), row(-8, 105), row(0, 100)];
        let rates: Vec<f64> =
            rates(axis, &past, |totals| totals.waiting).into_iter().filter_map(|(_, rate)| rate).collect();
        assert_eq!(rates, [10.0, 0.0, 0.0], "a process that began anew counts nothing backwards");
    }

    #[test]
    fn a_line_is_broken_where_nothing_was_measured() {
        let points = vec![(0.0, Some(2.0)), (1.0, None), (2.0, Some(1.0)), (3.0, Some(4.0))];
        let line = Line { class: "half", name: "", now: String::new(), points };
        assert_eq!(paths(&[line]), ["M0.0 500.0M2.0 730.0L3.0 40.0"]);
    }
}
