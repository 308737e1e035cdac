//! The report's words, in two languages.

mod en;
mod en_names;
mod zh;
mod zh_names;

use crate::cli::Language;
use crate::measured::record::{Operation, Outcome};
use crate::measured::results::{Check, CheckKind, Results};

/// All words of the report. What depends on figures is a function of the results.
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) product: &'static str,
    pub(super) began: fn(&Results) -> String,
    pub(super) title: fn(&Results) -> String,
    pub(super) lead: fn(&Results) -> String,
    pub(super) verdict: Verdicts,
    pub(super) figure: FigureWords,
    pub(super) chart: ChartWords,
    pub(super) table: TableWords,
    pub(super) checks: CheckWords,
    pub(super) how: HowWords,
    pub(super) operation: fn(Operation) -> &'static str,
    pub(super) outcome: fn(Outcome) -> &'static str,
    pub(super) footer: fn(&Results) -> String,
}

/// The sentence that matters most.
pub(super) struct Verdicts {
    pub(super) safe: &'static str,
    pub(super) safe_why: fn(&Results) -> String,
    pub(super) wrong: &'static str,
    pub(super) unknown: &'static str,
    pub(super) interrupted: &'static str,
    pub(super) conditions_missed: &'static str,
}

/// Figures to read from across the room: each with its name and a note below.
pub(super) struct FigureWords {
    pub(super) time: fn(f64) -> String,
    pub(super) seats: &'static str,
    pub(super) seats_note: fn(&Results) -> String,
    pub(super) twice: &'static str,
    pub(super) twice_note: fn(&Results) -> String,
    pub(super) within: &'static str,
    pub(super) within_note: fn(&Results) -> String,
    pub(super) not_within: &'static str,
    pub(super) average: &'static str,
    pub(super) best_second: &'static str,
    pub(super) error_share: &'static str,
    pub(super) turned_away: &'static str,
    pub(super) complete: &'static str,
    pub(super) complete_note: fn(&Results) -> String,
    pub(super) in_room: &'static str,
    pub(super) events: &'static str,
}

/// What is said about plots.
pub(super) struct ChartWords {
    pub(super) outcomes_title: &'static str,
    pub(super) outcomes_caption: &'static str,
    pub(super) views_title: &'static str,
    pub(super) given: &'static str,
    pub(super) done: &'static str,
    pub(super) waiting: &'static str,
    pub(super) admitted: &'static str,
    pub(super) full: &'static str,
    pub(super) not_open: &'static str,
    pub(super) refused: &'static str,
    pub(super) errors: &'static str,
    pub(super) latency_title: &'static str,
    pub(super) latency_caption: &'static str,
    pub(super) half: &'static str,
    pub(super) nine_of_ten: &'static str,
    pub(super) all_but_one_of_100: &'static str,
    pub(super) slowest: &'static str,
    pub(super) free_title: &'static str,
    pub(super) free_caption: &'static str,
    pub(super) free: &'static str,
    pub(super) sold_out: fn(f64) -> String,
    pub(super) never_sold_out: &'static str,
    pub(super) room_title: &'static str,
    pub(super) room_caption: &'static str,
    pub(super) in_room: &'static str,
    pub(super) arrivals_title: &'static str,
    pub(super) arrivals_caption: &'static str,
    pub(super) intended: &'static str,
    pub(super) sent: &'static str,
    pub(super) opening: &'static str,
    pub(super) second: &'static str,
}

/// Heads of tables.
pub(super) struct TableWords {
    pub(super) times_title: &'static str,
    pub(super) step: &'static str,
    pub(super) count: &'static str,
    pub(super) max: &'static str,
    pub(super) ended_how: &'static str,
    pub(super) all: &'static str,
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
}

/// What is said about checks.
pub(super) struct CheckWords {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) name: fn(CheckKind) -> &'static str,
    pub(super) detail: fn(&Check, &Results) -> String,
    pub(super) passed: &'static str,
    pub(super) failed: &'static str,
    pub(super) skipped: &'static str,
}

/// How to read it, how it was measured, and on what.
pub(super) struct HowWords {
    pub(super) reading_title: &'static str,
    pub(super) reading: &'static [&'static str],
    pub(super) limit_title: &'static str,
    pub(super) limit: fn(&Results) -> String,
    pub(super) beside_server: &'static str,
    pub(super) facts_title: &'static str,
    pub(super) facts: fn(&Results) -> Vec<(&'static str, String)>,
    pub(super) problems_title: &'static str,
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
    crate::measured::expect::in_words(std::time::Duration::from_secs_f64(millis.max(0.0) / 1e3))
}

/// Processor, cores, memory and kernel of the first machine; `cores` is the word for them.
pub(super) fn machine(results: &Results, cores: &str) -> String {
    let Some(process) = results.processes.first() else { return String::new() };
    let machine = &process.machine;
    let mut parts = Vec::new();
    parts.extend(machine.processor.clone());
    parts.push(format!("{} {cores}", machine.cores));
    parts.extend(machine.memory_bytes.map(crate::shown::numbers::bytes));
    parts.push(machine.kernel.clone());
    parts.join(" · ")
}

/// Threads and connections over all processes.
pub(super) fn crowd(results: &Results) -> (u64, u64) {
    let sum = |count: fn(&crate::measured::results::Process) -> usize| -> u64 {
        results.processes.iter().map(|process| count(process) as u64).sum()
    };
    (sum(|process| process.threads), sum(|process| process.connections))
}
