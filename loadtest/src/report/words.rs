//! The report's words, in two languages.

mod en;
mod zh;

use crate::cli::Language;
use crate::record::{Operation, Outcome};
use crate::results::{Check, CheckKind, Results};

/// All words of the report. What depends on figures is a function of the results.
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) product: &'static str,
    pub(super) title: fn(&Results) -> String,
    pub(super) lead: fn(&Results) -> String,
    pub(super) seats_safe: &'static str,
    pub(super) seats_wrong: &'static str,
    pub(super) seats_unknown: &'static str,
    pub(super) interrupted: &'static str,
    pub(super) conditions_missed: &'static str,
    pub(super) seats_taken: &'static str,
    pub(super) seats_taken_note: fn(&Results) -> String,
    pub(super) best_second: &'static str,
    pub(super) best_second_note: fn(&Results) -> String,
    pub(super) half_within: &'static str,
    pub(super) half_within_note: fn(&Results) -> String,
    pub(super) time: fn(f64) -> String,
    pub(super) error_share: &'static str,
    pub(super) error_note: fn(&Results) -> String,
    pub(super) throughput_title: &'static str,
    pub(super) throughput_caption: &'static str,
    pub(super) views_caption: &'static str,
    pub(super) came: &'static str,
    pub(super) answered: &'static str,
    pub(super) latency_title: &'static str,
    pub(super) latency_caption: &'static str,
    pub(super) half: &'static str,
    pub(super) nine_of_ten: &'static str,
    pub(super) all_but_one_of_100: &'static str,
    pub(super) slowest: &'static str,
    pub(super) outcomes_title: &'static str,
    pub(super) outcomes_caption: &'static str,
    pub(super) given: &'static str,
    pub(super) done: &'static str,
    pub(super) full: &'static str,
    pub(super) refused: &'static str,
    pub(super) errors: &'static str,
    pub(super) free_title: &'static str,
    pub(super) free_caption: &'static str,
    pub(super) free: &'static str,
    pub(super) sold_out: fn(f64) -> String,
    pub(super) never_sold_out: &'static str,
    pub(super) times_title: &'static str,
    pub(super) step: &'static str,
    pub(super) count: &'static str,
    pub(super) max: &'static str,
    pub(super) ended_how: &'static str,
    pub(super) operation: fn(Operation) -> &'static str,
    pub(super) outcome: fn(Outcome) -> &'static str,
    pub(super) all: &'static str,
    pub(super) checks_title: &'static str,
    pub(super) check: fn(CheckKind) -> &'static str,
    pub(super) check_detail: fn(&Check, &Results) -> String,
    pub(super) passed: &'static str,
    pub(super) failed: &'static str,
    pub(super) skipped: &'static str,
    pub(super) conditions_title: &'static str,
    pub(super) condition: &'static str,
    pub(super) measured: &'static str,
    pub(super) met: &'static str,
    pub(super) missed: &'static str,
    pub(super) sittings_title: &'static str,
    pub(super) sitting: &'static str,
    pub(super) seats: &'static str,
    pub(super) peak: &'static str,
    pub(super) times_given: &'static str,
    pub(super) paid: &'static str,
    pub(super) given_back: &'static str,
    pub(super) free_at_end: &'static str,
    pub(super) how_title: &'static str,
    pub(super) method: &'static str,
    pub(super) beside_server: &'static str,
    pub(super) facts: fn(&Results) -> Vec<(&'static str, String)>,
    pub(super) problems_title: &'static str,
    pub(super) footer: fn(&Results) -> String,
}

/// The words of a language.
pub(super) fn of(language: Language) -> &'static Words {
    match language {
        Language::En => &en::WORDS,
        Language::Zh => &zh::WORDS,
    }
}

/// A latency in milliseconds, as people write it.
pub(super) fn millis(millis: f64) -> String {
    crate::expect::in_words(std::time::Duration::from_secs_f64(millis.max(0.0) / 1e3))
}

/// Processor, cores, memory and kernel of the first machine; `cores` is the word for them.
pub(super) fn machine(results: &Results, cores: &str) -> String {
    let Some(process) = results.processes.first() else { return String::new() };
    let machine = &process.machine;
    let mut parts = Vec::new();
    parts.extend(machine.processor.clone());
    parts.push(format!("{} {cores}", machine.cores));
    parts.extend(machine.memory_bytes.map(crate::numbers::bytes));
    parts.push(machine.kernel.clone());
    parts.join(" · ")
}
