//! What is plotted: from what was measured second by second to pictures.

use std::time::Duration;

use super::plot::{
    ACCENT, ACCENT_2, AMBER, Axis, Colour, Frame, PALE, PINE, QUIET, SAND, Series, Stroke, VERMILION, draw,
};
use super::words::ChartWords;
use crate::measured::record::{Outcome, Second};
use crate::measured::results::Results;
use crate::shown::numbers::rounded;

/// A picture with what is said about it.
pub(super) struct Chart {
    /// What it shows.
    pub(super) title: &'static str,
    /// How to read it.
    pub(super) caption: &'static str,
    /// What it comes to, in a sentence.
    pub(super) note: Option<String>,
    /// What its colours mean.
    pub(super) legend: Vec<(Colour, &'static str)>,
    /// The picture, as SVG.
    pub(super) svg: String,
}

/// All pictures of a test.
pub(super) struct Charts {
    /// What the test was for.
    pub(super) findings: Vec<Chart>,
    /// Whether the generator kept up.
    pub(super) arrivals: Option<Chart>,
}

/// What all pictures of a test share.
struct Canvas<'a> {
    results: &'a Results,
    seconds: &'a [Second],
    words: &'static ChartWords,
    frame: Frame,
}

/// Draws all pictures of a test.
pub(super) fn charts(results: &Results, words: &'static ChartWords) -> Result<Charts, String> {
    let seconds = &results.measured.seconds;
    if seconds.is_empty() {
        return Ok(Charts { findings: Vec::new(), arrivals: None });
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of a test are few")]
    let length = (seconds.len() as f64).max(results.parameters.seconds);
    let mark = results.parameters.opens_after_seconds.map(|at| (at, words.opening));
    let frame = Frame { seconds: length, mark, second: words.second };
    let canvas = Canvas { results, seconds, words, frame };
    let mut findings = vec![canvas.outcomes()?, canvas.latencies()?];
    if results.parameters.scenario.is_about_seats() {
        findings.extend(canvas.free()?);
    }
    findings.extend(canvas.room()?);
    Ok(Charts { findings, arrivals: Some(canvas.arrivals()?) })
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

impl Canvas<'_> {
    fn outcomes(&self) -> Result<Chart, String> {
        let words = self.words;
        let layers: [Layer; 8] = [
            (PINE, words.given, Outcome::is_seat),
            (ACCENT, words.admitted, |it| it == Outcome::Admitted),
            (ACCENT_2, words.done, |it| it == Outcome::Done),
            (QUIET, words.full, |it| it == Outcome::Full),
            (PALE, words.waiting, |it| it == Outcome::Waiting),
            (SAND, words.not_open, |it| it == Outcome::NotOpen),
            (AMBER, words.refused, |it| matches!(it, Outcome::Refused | Outcome::NotAdmitted)),
            (VERMILION, words.errors, Outcome::is_error),
        ];
        let count = |second: &Second, wanted: &dyn Fn(Outcome) -> bool| -> u64 {
            second.outcomes.iter().filter(|(outcome, _)| wanted(**outcome)).map(|(_, count)| count).sum()
        };
        // Each layer stands on those before it; the highest is drawn first, at the back.
        let (mut series, mut legend) = (Vec::new(), Vec::new());
        for (place, (colour, name, wanted)) in layers.iter().enumerate() {
            let upto = &layers[..=place];
            let points = points(self.seconds, |second| upto.iter().map(|(_, _, wanted)| count(second, wanted)).sum());
            if self.seconds.iter().any(|second| count(second, wanted) > 0) {
                series.insert(0, Series { points, colour: *colour, stroke: Stroke::Area });
                legend.push((*colour, *name));
            }
        }
        let axis = Axis { top: top(&series), log_from: None, label: number };
        let about_seats = self.results.parameters.scenario.is_about_seats();
        let (title, caption) =
            if about_seats { (words.outcomes_title, words.outcomes_caption) } else { (words.views_title, "") };
        Ok(Chart { title, caption, note: None, legend, svg: draw(&self.frame, &axis, &series)? })
    }

    fn latencies(&self) -> Result<Chart, String> {
        let words = self.words;
        let line = |share: f64| -> Vec<(f64, f64)> {
            let known = (0_u32..).zip(self.seconds).filter_map(|(index, second)| {
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
        let axis = Axis { top: high.max(low * 10.0) * 1.01, log_from: Some(low), label: decade };
        let legend = vec![
            (ACCENT, words.half),
            (ACCENT_2, words.nine_of_ten),
            (AMBER, words.all_but_one_of_100),
            (QUIET, words.slowest),
        ];
        let (title, caption) = (words.latency_title, words.latency_caption);
        Ok(Chart { title, caption, note: None, legend, svg: draw(&self.frame, &axis, &series)? })
    }

    fn free(&self) -> Result<Option<Chart>, String> {
        let (words, free) = (self.words, &self.results.free);
        if free.is_empty() {
            return Ok(None);
        }
        let full = free.iter().find(|point| point.free == 0).map(|point| Duration::from_millis(point.at_ms));
        let note = full.map_or_else(|| words.never_sold_out.to_owned(), |at| (words.sold_out)(at.as_secs_f64()));
        let series = [self.over_time(free.iter().map(|point| (point.at_ms, point.free)), PINE)];
        #[expect(clippy::cast_precision_loss, reason = "seats are far below 2^52")]
        let axis = Axis { top: self.results.parameters.seats as f64 * 1.1, log_from: None, label: number };
        let (title, caption) = (words.free_title, words.free_caption);
        let svg = draw(&self.frame, &axis, &series)?;
        Ok(Some(Chart { title, caption, note: Some(note), legend: vec![(PINE, words.free)], svg }))
    }

    fn room(&self) -> Result<Option<Chart>, String> {
        let (words, room) = (self.words, &self.results.room);
        if room.is_empty() {
            return Ok(None);
        }
        let series = [self.over_time(room.iter().map(|point| (point.at_ms, point.waiting)), ACCENT_2)];
        let axis = Axis { top: top(&series), log_from: None, label: number };
        let (title, caption) = (words.room_title, words.room_caption);
        let svg = draw(&self.frame, &axis, &series)?;
        Ok(Some(Chart { title, caption, note: None, legend: vec![(ACCENT_2, words.in_room)], svg }))
    }

    fn arrivals(&self) -> Result<Chart, String> {
        let words = self.words;
        let series = [
            Series { points: points(self.seconds, |it| it.arrivals), colour: QUIET, stroke: Stroke::Area },
            Series { points: points(self.seconds, |it| it.sent), colour: ACCENT, stroke: Stroke::Line },
        ];
        let axis = Axis { top: top(&series), log_from: None, label: number };
        let legend = vec![(QUIET, words.intended), (ACCENT, words.sent)];
        let (title, caption) = (words.arrivals_title, words.arrivals_caption);
        Ok(Chart { title, caption, note: None, legend, svg: draw(&self.frame, &axis, &series)? })
    }

    /// What was read now and then: milliseconds and a number.
    #[expect(clippy::cast_precision_loss, reason = "seats and milliseconds are far below 2^52")]
    fn over_time(&self, values: impl Iterator<Item = (u64, u64)>, colour: Colour) -> Series {
        let points = values.map(|(at_ms, value)| (at_ms as f64 / 1e3, value as f64));
        Series { points: points.filter(|(at, _)| *at <= self.frame.seconds).collect(), colour, stroke: Stroke::Area }
    }
}
