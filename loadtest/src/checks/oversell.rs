//! Was a seat given twice? Asked of three witnesses that do not know of each other: what candidates
//! were told, what the API says when every hold is looked up, and the ledger's tables.

mod census;
mod lasting;
pub mod ledger;

use std::collections::BTreeMap;

pub use census::{Census, Settled, census, settle};
pub use lasting::lasting;

use crate::checks::seats::{Known, Seat, peaks, repeated_ids};
use crate::measured::results::{Check, CheckKind, CheckState, SittingReport};
use crate::server::wire::SittingReply;
use crate::shown::numbers::grouped;

/// What candidates were told, by sitting.
pub fn reports(sittings: &[SittingReply], seats: &[Seat]) -> Vec<SittingReport> {
    let peaks = peaks(seats, sittings.len());
    let mut reports: Vec<SittingReport> = sittings
        .iter()
        .zip(peaks)
        .map(|(sitting, peak)| SittingReport {
            id: sitting.id.to_string(),
            capacity: sitting.capacity,
            given: 0,
            confirmed: 0,
            released: 0,
            peak,
            for_good: 0,
            free: None,
        })
        .collect();
    for seat in seats {
        let report = &mut reports[seat.sitting];
        report.given += 1;
        match seat.known {
            Known::Confirmed => report.confirmed += 1,
            Known::Released => report.released += 1,
            Known::Held | Known::Frozen | Known::Unsure => {}
        }
        report.for_good += u64::from(matches!(seat.known, Known::Confirmed | Known::Frozen));
    }
    reports
}

/// The first witness: the candidates. Needs nobody's word but the 201s and their times.
pub fn told(reports: &[SittingReport], seats: &[Seat]) -> Vec<Check> {
    let over: Vec<String> = reports
        .iter()
        .filter(|sitting| sitting.peak > sitting.capacity)
        .map(|sitting| format!("{} of {} in {}", sitting.peak, sitting.capacity, sitting.id))
        .collect();
    let given: u64 = reports.iter().map(|sitting| sitting.given).sum();
    let peak = if over.is_empty() {
        let detail = format!("seats were given {} times, at no time more than there are", grouped(given));
        Check { kind: CheckKind::Peak, state: CheckState::Passed, detail }
    } else {
        let detail = format!("more seats were surely taken at one time than there are: {}", some_of(&over));
        Check { kind: CheckKind::Peak, state: CheckState::Failed, detail }
    };
    let repeated = repeated_ids(seats);
    let unique = if repeated == 0 {
        let detail = format!("all {} hold ids differ", grouped(seats.len() as u64));
        Check { kind: CheckKind::UniqueIds, state: CheckState::Passed, detail }
    } else {
        let detail = format!("{repeated} hold ids were told to more than one candidate");
        Check { kind: CheckKind::UniqueIds, state: CheckState::Failed, detail }
    };
    vec![peak, unique]
}

/// The first few of many, in one line.
fn some_of(all: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN { format!("{shown} and {} more", all.len() - SHOWN) } else { shown }
}

/// Free seats by sitting id.
fn free_by_id(sittings: &[SittingReply]) -> BTreeMap<String, u64> {
    sittings.iter().map(|sitting| (sitting.id.to_string(), sitting.free)).collect()
}
