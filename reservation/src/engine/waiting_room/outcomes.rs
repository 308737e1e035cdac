//! How a line came out: whether those who stood further in front were given seats more often.

use std::collections::HashSet;

use crate::engine::{Engine, HoldError};
use crate::ids::ExamId;
use crate::ledger::holds;

/// A line is told of in so many parts.
pub const PARTS: usize = 10;
/// Shorter lines are not told of: a part would be somebody.
const POSITIONS_MIN: usize = 10 * PARTS;
/// Most positions that are read; of a longer line nothing is told.
const POSITIONS_MAX: u64 = 500_000;
/// Positions that are read with one question: Redis answers others in between.
const PAGE: usize = 500;

/// One part of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinePart {
    /// Positions in it.
    pub positions: u64,
    /// Those whose candidates were ever given a seat of the exam, whatever became of it.
    pub seated: u64,
}

/// The parts of a line, the first in front, given who was seated.
fn parts(line: &[String], seated: &HashSet<String>) -> [LinePart; PARTS] {
    let mut parts = [LinePart::default(); PARTS];
    for (index, candidate) in line.iter().enumerate() {
        let part = &mut parts[index * PARTS / line.len()];
        part.positions += 1;
        part.seated += u64::from(seated.contains(candidate));
    }
    parts
}

impl Engine {
    /// How the exam's line came out so far: [`PARTS`] parts, the front first. Nothing before the opening, for an exam without a
    /// room, and of a line that is too short or too long to be told of.
    ///
    /// Asks Redis for the line page by page and the ledger for all who were seated, and adds up on a thread of its own: for once a
    /// minute, not for once a look.
    pub async fn line_outcomes(&self, exam: &ExamId) -> Result<Option<[LinePart; PARTS]>, HoldError> {
        let entry = self.entry(exam)?;
        let Some((room, ..)) = self.waiting_room_of(&entry) else { return Ok(None) };
        let Some(known) = room.known().filter(|known| known.is_open && known.present <= POSITIONS_MAX) else {
            return Ok(None);
        };
        let mut line: Vec<String> = Vec::with_capacity(usize::try_from(known.present).unwrap_or_default());
        loop {
            let page = self.ask(|| self.inner.store.waiting_room_line(&room.keys, line.len(), PAGE)).await?;
            let is_last = page.len() < PAGE;
            line.extend(page);
            if is_last || line.len() as u64 > POSITIONS_MAX {
                break;
            }
        }
        if line.len() < POSITIONS_MIN {
            return Ok(None);
        }
        let client = self.inner.ledger.client().await?;
        let seated = holds::candidates_ever(&**client, exam).await?;
        drop(client);
        let counted = tokio::task::spawn_blocking(move || parts(&line, &seated())).await;
        counted.map(Some).map_err(|error| HoldError::Unavailable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_of_in_ten_parts_that_hold_all_of_it() {
        for length in [100, 101, 109, 1_234] {
            let line: Vec<String> = (0..length).map(|at| format!("c{at}")).collect();
            let seated: HashSet<String> = line[..length / 5].iter().cloned().collect();
            let parts = parts(&line, &seated);
            assert_eq!(parts.iter().map(|part| part.positions).sum::<u64>(), length as u64);
            assert_eq!(parts.iter().map(|part| part.seated).sum::<u64>(), length as u64 / 5);
            let (most, least) = (parts.iter().map(|p| p.positions).max(), parts.iter().map(|p| p.positions).min());
            assert!(most.unwrap() - least.unwrap() <= 1, "{length}: {parts:?}");
            assert_eq!((parts[0].seated, parts[9].seated), (parts[0].positions, 0));
        }
    }
}
