//! A batch of events as rows of the ledger: one row per hold, with the last word on it.

use std::collections::HashMap;

use crate::hold::HoldState;
use crate::ids::{CandidateId, Generation, Reference, SittingNumber};
use crate::ledger::holds::fold::{Columns, FoldRow};
use crate::store::event::{Event, Kind, Made, MadeHold, Record};
use crate::waiting_list::WaitOf;

/// A batch of events as rows: ended holds first, as a later hold may be in their place.
#[derive(Default)]
pub(crate) struct Folded<'a> {
    /// Holds that Redis ended.
    pub(crate) ended: Columns<'a>,
    /// Live holds of which an earlier batch spoke.
    pub(crate) live: Columns<'a>,
    /// Live holds that are new in this batch: nearly all, in a rush.
    pub(crate) fresh: Columns<'a>,
    /// Holds on which Redis has followed the ledger.
    pub(crate) settled: Columns<'a>,
    /// Waits, each with the moment from which it is so, in ms since 1970.
    pub(crate) waits: Vec<(&'a WaitOf, i64)>,
}

/// Folds events, in order, to one row per hold.
pub(crate) fn fold(events: &[Event]) -> Folded<'_> {
    let mut settled = Vec::new();
    // By generation, which never comes twice in a pool: the last word on each hold that did not
    // stay as it was made.
    let mut changed = HashMap::<Generation, (FoldRow<'_>, bool)>::new();
    for event in events {
        for record in &event.records {
            let row = row_of(event, record);
            if matches!(record.kind, Kind::Confirmed | Kind::Cancelled) {
                settled.push(row);
                continue;
            }
            let (last, _) = changed.entry(record.generation).or_insert((row, false));
            (last.state, last.changed_ms) = (row.state, row.changed_ms);
            last.reference = last.reference.or(row.reference);
        }
    }
    let mut fresh = Vec::new();
    for event in events {
        for made in &event.made {
            for hold in made.holds() {
                if let Some((row, is_fresh)) = changed.get_mut(&hold.generation) {
                    (row.lapses_ms, *is_fresh) = (made.lapses_ms, true);
                } else {
                    fresh.push(new_row(event, made, hold));
                }
            }
        }
    }
    let (mut ended, mut live) = (Vec::new(), Vec::new());
    for (row, is_fresh) in changed.into_values() {
        match (row.state.is_live(), is_fresh) {
            (false, _) => ended.push(row),
            (true, true) => fresh.push(row),
            (true, false) => live.push(row),
        }
    }
    let waits = fold_waits(events);
    Folded { ended: ended.into(), live: live.into(), fresh: fresh.into(), settled: settled.into(), waits }
}

/// The last word on each wait.
fn fold_waits(events: &[Event]) -> Vec<(&WaitOf, i64)> {
    let mut waits = HashMap::<(&CandidateId, SittingNumber), (&WaitOf, i64)>::new();
    for event in events {
        for of in &event.waits {
            waits.insert((&of.candidate, of.group), (of, event.now_ms));
        }
    }
    waits.into_values().collect()
}

fn row_of<'a>(event: &Event, record: &'a Record) -> FoldRow<'a> {
    FoldRow {
        candidate: record.candidate.as_str(),
        group: record.group,
        sitting: record.sitting,
        generation: record.generation,
        state: match record.kind {
            Kind::Frozen => HoldState::Frozen,
            Kind::Released => HoldState::Released,
            Kind::Expired => HoldState::Expired,
            Kind::Confirmed => HoldState::Confirmed,
            Kind::Cancelled => HoldState::Cancelled,
        },
        // A hold that is taken frozen has no deadline; it shows the moment it was taken.
        lapses_ms: if record.lapses_ms == 0 { event.now_ms } else { record.lapses_ms },
        changed_ms: event.now_ms,
        reference: record.reference.as_ref().map(Reference::as_str),
    }
}

fn new_row<'a>(event: &Event, made: &Made, hold: MadeHold<'a>) -> FoldRow<'a> {
    FoldRow {
        candidate: hold.candidate,
        group: hold.group,
        sitting: hold.sitting,
        generation: hold.generation,
        state: HoldState::Held,
        lapses_ms: made.lapses_ms,
        changed_ms: event.now_ms,
        reference: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_a_hold_is_folded_and_the_first_reference_stays() {
        let records = "x c:1 1 1 5\nf c:1 1 2 5 a\nf c:1 1 2 5 b\nf d:1 1 9 5 z\nc e:1 1 7 0";
        let fields = [("e", "1"), ("t", "3"), ("f", ""), ("s", ""), ("d", records), ("h", "5 1 c:1 c:1 g:1\n5 4 h:1")];
        let waits = ("w", "w c:1 1 7 0 0 0\nw c:2 2 8 0 0 0\no c:1 1 7 0 9 1");
        let map = fields
            .into_iter()
            .chain([waits])
            .map(|(name, text)| (name.to_owned(), redis::Value::BulkString(text.as_bytes().to_vec())));
        let entry = redis::streams::StreamId { id: "1-1".to_owned(), map: map.collect(), ..Default::default() };
        let event = Event::parse(&entry).unwrap();
        let events = [event];
        let folded = fold(&events);
        let waits: Vec<_> = folded.waits.iter().map(|(of, at)| (of.group.0, of.wait.state.letter(), *at)).collect();
        assert!(waits.len() == 2 && waits.contains(&(1, 'o', 3)) && waits.contains(&(2, 'w', 3)), "{waits:?}");
        let said = [&folded.ended, &folded.live, &folded.fresh, &folded.settled].map(|columns| format!("{columns:?}"));
        assert_eq!([folded.ended.len(), folded.live.len(), folded.fresh.len(), folded.settled.len()], [1, 1, 3, 1]);
        assert!(said[0].contains("expired") && said[1].contains("Some(\"z\")"), "{said:?}");
        assert!(
            said[2].contains("generations: [2, 3, 4]") && said[2].contains("[Some(\"a\"), None, None]"),
            "{said:?}"
        );
    }
}
