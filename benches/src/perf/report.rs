//! What was measured: gathered figure by figure, shown as a table, written as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::figures::{FIGURES, named};
use crate::machine::Machine;
use crate::options::{Options, Part};
use crate::rounds::Rounds;

/// The figures so far.
#[derive(Debug)]
pub(crate) struct Report {
    quick: bool,
    began_at: Timestamp,
    began: Instant,
    took_seconds: f64,
    machine: Machine,
    values: BTreeMap<&'static str, f64>,
    /// Smallest and largest of what the rounds saw.
    spread: BTreeMap<&'static str, (f64, f64)>,
    notes: BTreeMap<&'static str, String>,
    failures: Vec<String>,
}

impl Report {
    /// An empty one; the clock starts.
    pub(crate) fn new(options: &Options) -> Self {
        let machine = Machine::here();
        eprintln!("{}", machine.sentence());
        let minutes = options.sized("about fifteen minutes", "under four minutes");
        eprintln!("measuring: {minutes}");
        Self {
            quick: options.quick,
            began_at: Timestamp::now(),
            began: Instant::now(),
            took_seconds: 0.0,
            machine,
            values: BTreeMap::new(),
            spread: BTreeMap::new(),
            notes: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// Says what is being done now.
    pub(crate) fn progress(&self, doing: &str) {
        eprintln!("{:4} s  {doing}", self.began.elapsed().as_secs());
    }

    /// Notes a figure.
    pub(crate) fn set(&mut self, key: &'static str, value: f64) {
        let figure = named(key);
        eprintln!("{:4} s    {key} = {} {}", self.began.elapsed().as_secs(), shown(value), figure.unit);
        self.values.insert(figure.key, value);
    }

    /// Notes a figure if there is one.
    pub(crate) fn set_some(&mut self, key: &'static str, value: Option<f64>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// Notes what one has to know to read a figure of this run.
    pub(crate) fn note(&mut self, key: &'static str, note: String) {
        self.notes.insert(named(key).key, note);
    }

    /// Notes how far the rounds lay apart.
    pub(crate) fn spread(&mut self, rounds: &Rounds) {
        self.spread.extend(rounds.spread().map(|(key, least, most)| (key, (least, most))));
    }

    /// Notes that a part could not be measured; the others are, all the same.
    pub(crate) fn failed(&mut self, part: Part, error: &anyhow::Error) {
        let failure = format!("{part:?}: {error:#}");
        eprintln!("perf: {failure}");
        self.failures.push(failure);
    }

    /// Stops the clock.
    pub(crate) fn finish(&mut self) {
        self.took_seconds = self.began.elapsed().as_secs_f64();
    }

    /// Was everything measured that was asked for?
    pub(crate) fn is_whole(&self) -> bool {
        self.failures.is_empty()
    }

    /// The table of all figures, as Markdown.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("{:<24}{:>12}  {:<11}{:>11}  {}\n", "figure", "value", "", "target", "met");
        for figure in FIGURES {
            let Some(value) = self.values.get(figure.key) else { continue };
            let target = match figure.target {
                crate::figures::Target::None => String::new(),
                crate::figures::Target::AtLeast(least) => format!("≥ {}", shown(least)),
                crate::figures::Target::AtMost(most) => format!("≤ {}", shown(most)),
            };
            let met = match figure.target.is_met_by(*value) {
                None => "",
                Some(true) => "yes",
                Some(false) => "no",
            };
            let line = format!("{:<24}{:>12}  {:<11}{target:>11}  {met}", figure.key, shown(*value), figure.unit);
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
        for (key, note) in &self.notes {
            let _ = writeln!(text, "{key}: {note}");
        }
        for failure in &self.failures {
            let _ = writeln!(text, "not measured: {failure}");
        }
        let run = if self.quick { "a quick run" } else { "a full run" };
        let _ = writeln!(text, "{run} of {:.0} s on {}", self.took_seconds, self.machine.sentence());
        text
    }

    /// The same as data: plain numbers under the figures' names, then how they came about.
    pub(crate) fn json(&self) -> Value {
        let mut all = Map::new();
        for figure in FIGURES {
            if let Some(value) = self.values.get(figure.key) {
                all.insert(figure.key.to_owned(), number(*value));
            }
        }
        let spread = self.spread.iter().map(|(key, (least, most))| (*key, json!([number(*least), number(*most)])));
        all.insert("spread".to_owned(), Value::Object(spread.map(|(key, pair)| (key.to_owned(), pair)).collect()));
        all.insert("notes".to_owned(), json!(self.notes));
        all.insert("failures".to_owned(), json!(self.failures));
        all.insert("quick".to_owned(), json!(self.quick));
        all.insert("began_at".to_owned(), json!(self.began_at));
        all.insert("took_seconds".to_owned(), json!(self.took_seconds.round()));
        all.insert("machine".to_owned(), json!(self.machine));
        Value::Object(all)
    }

    /// Writes the data to a file.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&self.json())?;
        std::fs::write(file, text + "\n").with_context(|| format!("{} cannot be written", file.display()))
    }
}

/// Whole numbers where they are large, three digits where they are small.
fn number(value: f64) -> Value {
    json!(if value.abs() >= 100.0 { value.round() } else { (value * 1_000.0).round() / 1_000.0 })
}

/// As people read it: `118,874` or `0.612`.
fn shown(value: f64) -> String {
    if value.abs() < 100.0 {
        let text = format!("{value:.3}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_read_them() {
        for (value, text) in [(118_874.4, "118,874"), (1_000.0, "1,000"), (100.0, "100"), (0.6, "0.6"), (0.0, "0")] {
            assert_eq!(shown(value), text);
        }
    }

    #[test]
    fn the_table_says_what_is_met_and_what_was_not_measured() {
        let options = Options { quick: true, json: None, rate: None, only: Vec::new() };
        let mut report = Report::new(&options);
        report.set("hold_over_hello", 0.55);
        report.set("bytes_per_hold", 103.0);
        report.failed(Part::Browse, &anyhow::anyhow!("wrk is missing"));
        let table = report.table();
        let line = |key: &str| table.lines().find(|line| line.starts_with(key)).expect("a line").to_owned();
        assert!(line("hold_over_hello").ends_with("≥ 0.6  no"), "{table}");
        assert!(line("bytes_per_hold").ends_with("≤ 120  yes"), "{table}");
        assert!(table.contains("not measured: Browse: wrk is missing"), "{table}");
        assert_eq!(report.json()["hold_over_hello"], json!(0.55));
        assert!(!report.is_whole());
    }
}
