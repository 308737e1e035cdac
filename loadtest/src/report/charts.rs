//! What is plotted: from what was measured second by second to pictures.

use std::time::Duration;

use super::plot::{ACCENT, ACCENT_2, AMBER, Axis, Colour, PINE, QUIET, Series, Stroke, VERMILION, draw};
use super::words::Words;
use crate::numbers::rounded;
use crate::record::{Outcome, Second};
use crate::results::{Results, Scenario};

/// A picture with what is said about it.
pub(super) struct Chart {
    /// What it shows.
    pub(super) title: &'static str,
    /// How to read it.
    pub(super) caption: &'static str,
    /// What it comes to, in a sentence.
    pub(super) note: Option<String>,
    /// Its colours.
    pub(super) legend: Vec<(Colour, &'static str)>,
    /// The picture.
    pub(super) svg: String,
}

/// All pictures of a test.
pub(super) fn charts(results: &Results, words: &'static Words) -> Result<Vec<Chart>, String> {
    let seconds = &results.measured.seconds;
    if seconds.is_empty() {
        return Ok(Vec::new());
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of a test are few")]
    let length = (seconds.len() as f64).max(results.parameters.seconds);
    let caption = match results.parameters.scenario {
        Scenario::Api => words.throughput_caption,
        Scenario::Browse => words.views_caption,
    };
    let mut charts = vec![throughput(seconds, length, caption, words)?, latencies(seconds, length, words)?];
    if results.parameters.scenario == Scenario::Api {
        charts.push(outcomes(seconds, length, words)?);
        charts.extend(free(results, length, words)?);
    }
    Ok(charts)
}

/// One point per second, in its middle.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn points(seconds: &[Second], value: impl Fn(&Second) -> u64) -> Vec<(f64, f64)> {
    to_the_edges(seconds.iter().enumerate().map(|(index, second)| (index as f64 + 0.5, value(second) as f64)).collect())
}

/// The first and the last second reach as far as they last.
fn to_the_edges(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) {
        points.insert(0, (first.0 - 0.5, first.1));
        points.push((last.0 + 0.5, last.1));
    }
    points
}

/// Room above the highest value.
fn top(series: &[Series]) -> f64 {
    let highest = series.iter().flat_map(|line| &line.points).map(|(_, value)| *value).fold(0.0, f64::max);
    (highest * 1.1).max(1.0)
}

fn throughput(seconds: &[Second], length: f64, caption: &'static str, words: &'static Words) -> Result<Chart, String> {
    let series = [
        Series { points: points(seconds, |second| second.arrivals), colour: QUIET, stroke: Stroke::Area },
        Series { points: points(seconds, Second::good), colour: ACCENT, stroke: Stroke::Line },
    ];
    let axis = Axis { top: top(&series), log_from: None, label: number };
    Ok(Chart {
        title: words.throughput_title,
        caption,
        note: None,
        legend: vec![(QUIET, words.came), (ACCENT, words.answered)],
        svg: draw(length, &axis, &series)?,
    })
}

fn latencies(seconds: &[Second], length: f64, words: &'static Words) -> Result<Chart, String> {
    let line = |share: f64| -> Vec<(f64, f64)> {
        let known = (0_u32..).zip(seconds).filter_map(|(index, second)| {
            let micros = second.latency.quantile(share)?.as_secs_f64() * 1e6;
            // A logarithm knows no zero.
            Some((f64::from(index) + 0.5, micros.max(1.0)))
        });
        to_the_edges(known.collect())
    };
    let series = [
        Series { points: line(1.0), colour: QUIET, stroke: Stroke::Thin },
        Series { points: line(0.99), colour: AMBER, stroke: Stroke::Line },
        Series { points: line(0.9), colour: ACCENT_2, stroke: Stroke::Line },
        Series { points: line(0.5), colour: ACCENT, stroke: Stroke::Line },
    ];
    let values = || series.iter().flat_map(|line| &line.points).map(|(_, value)| *value);
    // Whole decades, so that the grid's lines are 1, 10, 100.
    let low = 10_f64.powf(values().fold(f64::MAX, f64::min).log10().floor());
    let high = 10_f64.powf(values().fold(1.0, f64::max).log10().ceil());
    let label = decade;
    let axis = Axis { top: high.max(low * 10.0) * 1.01, log_from: Some(low), label };
    Ok(Chart {
        title: words.latency_title,
        caption: words.latency_caption,
        note: None,
        legend: vec![
            (ACCENT, words.half),
            (ACCENT_2, words.nine_of_ten),
            (AMBER, words.all_but_one_of_100),
            (QUIET, words.slowest),
        ],
        svg: draw(length, &axis, &series)?,
    })
}

/// A whole power of ten microseconds in the largest unit that fits; other values get no label.
fn decade(micros: f64) -> String {
    let power = micros.log10().round();
    match power {
        p if (micros.log10() - p).abs() > 1e-6 => String::new(),
        p if p < 3.0 => format!("{:.0} µs", 10_f64.powf(p)),
        p if p < 6.0 => format!("{:.0} ms", 10_f64.powf(p - 3.0)),
        p => format!("{:.0} s", 10_f64.powf(p - 6.0)),
    }
}

/// Whole numbers below ten have no digits behind the point.
fn number(value: f64) -> String {
    if value.fract().abs() < 1e-9 { rounded(value).trim_end_matches(".0").to_owned() } else { rounded(value) }
}

/// Answers of one kind: their colour, their name, and which they are.
type Layer = (Colour, &'static str, fn(Outcome) -> bool);

fn outcomes(seconds: &[Second], length: f64, words: &'static Words) -> Result<Chart, String> {
    let layers: [Layer; 5] = [
        (PINE, words.given, |it| matches!(it, Outcome::Given | Outcome::Kept)),
        (ACCENT_2, words.done, |it| it == Outcome::Done),
        (QUIET, words.full, |it| it == Outcome::Full),
        (AMBER, words.refused, |it| it == Outcome::Refused),
        (VERMILION, words.errors, Outcome::is_error),
    ];
    let count = |second: &Second, wanted: &dyn Fn(Outcome) -> bool| -> u64 {
        second.outcomes.iter().filter(|(outcome, _)| wanted(**outcome)).map(|(_, count)| count).sum()
    };
    // Each layer stands on those before it; the highest is drawn first, at the back.
    let mut series: Vec<Series> = Vec::new();
    let mut legend = Vec::new();
    for (place, (colour, name, wanted)) in layers.iter().enumerate() {
        let upto = &layers[..=place];
        let stacked = points(seconds, |second| upto.iter().map(|(_, _, wanted)| count(second, wanted)).sum());
        let ever: u64 = seconds.iter().map(|second| count(second, wanted)).sum();
        if ever > 0 {
            series.insert(0, Series { points: stacked, colour: *colour, stroke: Stroke::Area });
            legend.push((*colour, *name));
        }
    }
    let axis = Axis { top: top(&series), log_from: None, label: number };
    let svg = draw(length, &axis, &series)?;
    Ok(Chart { title: words.outcomes_title, caption: words.outcomes_caption, note: None, legend, svg })
}

#[expect(clippy::cast_precision_loss, reason = "seats and milliseconds are far below 2^52")]
fn free(results: &Results, length: f64, words: &'static Words) -> Result<Option<Chart>, String> {
    if results.free.is_empty() {
        return Ok(None);
    }
    let points = results.free.iter().map(|point| (point.at_ms as f64 / 1e3, point.free as f64));
    let points: Vec<_> = points.filter(|(at, _)| *at <= length).collect();
    let full = results.free.iter().find(|point| point.free == 0).map(|point| Duration::from_millis(point.at_ms));
    let note = full.map_or_else(|| words.never_sold_out.to_owned(), |at| (words.sold_out)(at.as_secs_f64()));
    let series = [Series { points, colour: PINE, stroke: Stroke::Area }];
    let axis = Axis { top: results.parameters.seats as f64 * 1.1, log_from: None, label: number };
    Ok(Some(Chart {
        title: words.free_title,
        caption: words.free_caption,
        note: Some(note),
        legend: vec![(PINE, words.free)],
        svg: draw(length, &axis, &series)?,
    }))
}
