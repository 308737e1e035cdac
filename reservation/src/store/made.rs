//! Which holds were made since a moment: the pool's events say it of each, whatever deadline it has.

use std::collections::HashSet;

use redis::Cmd;
use redis::streams::StreamRangeReply;

use super::event::{Event, Made};
use super::keys::PoolKeys;
use super::{READ_ENTRIES_MAX, Store, StoreError};
use crate::ids::Generation;

/// Most pages of events that are read: far more than come while one caller waits.
const PAGES_MAX: usize = 64;
/// An event's id is never older than its call by more than this, whatever clock Redis takes the two from, in ms.
const SLACK_MS: i64 = 1_000;

impl Store {
    /// Those of `holds` that a call made at `since_ms` or later, by Redis's clock in ms since 1970. Of a pool that was
    /// restored meanwhile, or of which the stream was trimmed, none is told.
    pub async fn made_since(
        &self,
        keys: &PoolKeys,
        holds: &HashSet<Generation>,
        since_ms: i64,
    ) -> Result<HashSet<Generation>, StoreError> {
        let mut found = HashSet::new();
        let Some(newest) = holds.iter().max() else { return Ok(found) };
        let mut from = (since_ms - SLACK_MS).max(0).to_string();
        for _ in 0..PAGES_MAX {
            let page: StreamRangeReply =
                self.ask(keys, &Cmd::xrange_count(keys.events(), &from, "+", READ_ENTRIES_MAX)).await?;
            for event in page.ids.iter().filter_map(Event::parse) {
                let made: Vec<Generation> =
                    event.made.iter().flat_map(Made::holds).map(|hold| hold.generation).collect();
                found.extend(made.iter().filter(|one| event.now_ms >= since_ms && holds.contains(*one)));
                // Generations count up from event to event.
                if found.len() == holds.len() || made.iter().any(|one| one > newest) {
                    return Ok(found);
                }
            }
            match page.ids.last() {
                Some(last) if page.ids.len() == READ_ENTRIES_MAX => from = format!("({}", last.id),
                _ => break,
            }
        }
        Ok(found)
    }
}
