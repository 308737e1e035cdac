//! Events: what a script call changed, as the pool's stream tells it.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use redis::streams::StreamId as RedisEntry;

use crate::ids::{CandidateId, Generation, Reference, SittingNumber, is_name};
use crate::waiting_list::WaitOf;

/// A stream entry's id, `ms-seq`. Only comparable within one lineage of a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// Redis's clock in ms since 1970.
    pub ms: i64,
    /// Counts entries of one millisecond.
    pub seq: i64,
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

impl StreamId {
    /// The id just before it, so that a read after that begins with it.
    pub(crate) fn before(self) -> Self {
        match self.seq.checked_sub(1).filter(|seq| *seq >= 0) {
            Some(seq) => Self { seq, ..self },
            None => Self { ms: self.ms.saturating_sub(1).max(0), seq: i64::MAX },
        }
    }
}

impl FromStr for StreamId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (ms, seq) = text.split_once('-').ok_or(())?;
        Ok(Self { ms: ms.parse().map_err(drop)?, seq: seq.parse().map_err(drop)? })
    }
}

/// What happened to one hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The hold's clock was stopped, or the hold was taken anew with its clock stopped.
    Frozen,
    /// The hold was given back.
    Released,
    /// The hold lapsed.
    Expired,
    /// Redis now says `confirmed`, as the ledger did before.
    Confirmed,
    /// Redis let it go, as the ledger decided before.
    Cancelled,
}

/// One hold's part of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The kind of change that the hold went through.
    pub kind: Kind,
    /// The candidate whose hold it is.
    pub candidate: CandidateId,
    /// The group's number.
    pub group: SittingNumber,
    /// The sitting's number.
    pub sitting: SittingNumber,
    /// The generation, which tells the hold from others of the candidate on the sitting.
    pub generation: Generation,
    /// When it lapses or would have, in ms since 1970; 0 where that no longer matters.
    pub lapses_ms: i64,
    /// The reference of what paid for the hold, when the caller said so at freezing.
    pub reference: Option<Reference>,
}

/// Holds that one call made together: a rush consists of these, so a hold costs no allocation here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// When they lapse, in ms since 1970.
    pub lapses_ms: i64,
    /// The first one's generation; the others' count up from it.
    pub first: Generation,
    text: String,
    /// Of each hold: where its candidate is in `text`, group, sitting.
    holds: Vec<(Range<u32>, SittingNumber, SittingNumber)>,
}

/// A hold of [`Made::holds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MadeHold<'a> {
    /// The candidate whose hold it is.
    pub candidate: &'a str,
    /// The group's number.
    pub group: SittingNumber,
    /// The sitting's number.
    pub sitting: SittingNumber,
    /// The generation, which tells the hold from others of the candidate on the sitting.
    pub generation: Generation,
}

impl Made {
    /// Each hold, in order.
    pub fn holds(&self) -> impl ExactSizeIterator<Item = MadeHold<'_>> {
        self.holds.iter().enumerate().map(|(nth, (candidate, group, sitting))| MadeHold {
            candidate: &self.text[candidate.start as usize..candidate.end as usize],
            group: *group,
            sitting: *sitting,
            generation: Generation(self.first.0 + nth as i64),
        })
    }

    /// Reads `deadline first-generation field field …`, a field being `candidate:group` or
    /// `candidate:group/sitting`.
    fn parse(line: &str) -> Option<Self> {
        let (deadline, rest) = line.split_once(' ')?;
        let (first, text) = rest.split_once(' ')?;
        let mut holds = Vec::with_capacity(text.len() / 12);
        let mut start = 0;
        for field in text.split(' ') {
            let (candidate, place) = field.split_once(':')?;
            let (group, sitting) = place.split_once('/').unwrap_or((place, place));
            if !is_name(candidate) {
                return None;
            }
            let at = u32::try_from(start).ok()?..u32::try_from(start + candidate.len()).ok()?;
            holds.push((at, SittingNumber(group.parse().ok()?), SittingNumber(sitting.parse().ok()?)));
            start += field.len() + 1;
        }
        Some(Self {
            lapses_ms: deadline.parse().ok()?,
            first: Generation(first.parse().ok()?),
            text: text.to_owned(),
            holds,
        })
    }
}

/// One entry of the stream: what one script call changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The entry's id in the stream.
    pub id: StreamId,
    /// The epoch that wrote it.
    pub epoch: i64,
    /// Redis's clock, in ms since 1970.
    pub now_ms: i64,
    /// Free seats afterwards, of each sitting touched. Below 0 after a capacity was lowered.
    pub free: Vec<(SittingNumber, i64)>,
    /// The capacities that changed, by sitting.
    pub capacities: Vec<(SittingNumber, i64)>,
    /// New holds with a running clock.
    pub made: Vec<Made>,
    /// What else happened to holds, in order.
    pub records: Vec<Record>,
    /// The waits that changed, as they are afterwards, in order.
    pub waits: Vec<WaitOf>,
}

/// Reads `sitting count sitting count …`.
pub(crate) fn parse_pairs(text: &str) -> Option<Vec<(SittingNumber, i64)>> {
    let mut words = text.split_ascii_whitespace();
    let mut pairs = Vec::new();
    while let Some(sitting) = words.next() {
        pairs.push((SittingNumber(sitting.parse().ok()?), words.next()?.parse().ok()?));
    }
    Some(pairs)
}

fn record(line: &str) -> Option<Record> {
    let mut words = line.split(' ');
    let kind = match words.next()? {
        "f" => Kind::Frozen,
        "r" => Kind::Released,
        "x" => Kind::Expired,
        "c" => Kind::Confirmed,
        "k" => Kind::Cancelled,
        _ => return None,
    };
    let (candidate, group) = words.next()?.split_once(':')?;
    Some(Record {
        kind,
        candidate: candidate.parse().ok()?,
        group: SittingNumber(group.parse().ok()?),
        sitting: SittingNumber(words.next()?.parse().ok()?),
        generation: Generation(words.next()?.parse().ok()?),
        lapses_ms: words.next()?.parse().ok()?,
        reference: match words.next() {
            None | Some("-") => None,
            Some(text) => Some(text.parse().ok()?),
        },
    })
}

impl Event {
    /// Stands for an entry that cannot be read, so that it stops nobody who reads on.
    pub(super) fn foreign(entry: &RedisEntry) -> Option<Self> {
        let id = entry.id.parse().ok()?;
        Some(Self {
            id,
            epoch: 0,
            now_ms: 0,
            free: vec![],
            capacities: vec![],
            made: vec![],
            records: vec![],
            waits: vec![],
        })
    }

    /// Can nobody say what happened? No epoch is 0.
    pub fn is_foreign(&self) -> bool {
        self.epoch == 0
    }

    /// The number of holds and waits that the event speaks of.
    pub fn size(&self) -> usize {
        self.records.len() + self.waits.len() + self.made.iter().map(|made| made.holds.len()).sum::<usize>()
    }

    /// Reads a stream entry; `None` when it is not one of ours.
    pub fn parse(entry: &RedisEntry) -> Option<Self> {
        let text = |field: &str| entry.get::<String>(field);
        Some(Self {
            id: entry.id.parse().ok()?,
            epoch: text("e")?.parse().ok()?,
            now_ms: text("t")?.parse().ok()?,
            free: parse_pairs(&text("f")?)?,
            capacities: parse_pairs(&text("s")?)?,
            made: text("h").unwrap_or_default().lines().map(Made::parse).collect::<Option<_>>()?,
            records: text("d")?.lines().map(record).collect::<Option<_>>()?,
            waits: text("w").unwrap_or_default().lines().map(WaitOf::parse).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_back() {
        let parsed = record("f c1:2 3 4294967297 1000 order-7").unwrap();
        assert_eq!((parsed.kind, parsed.group, parsed.sitting), (Kind::Frozen, SittingNumber(2), SittingNumber(3)));
        assert_eq!(parsed.reference.unwrap().as_str(), "order-7");
        assert_eq!(record("r c1:2 3 4294967297 1000").unwrap().reference, None);
        for bad in ["", "q c1:2 3 4 5", "r c1 3 4 5", "r c1:2 3 4"] {
            assert_eq!(record(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn holds_made_together_read_back() {
        let made = Made::parse("1000 4294967297 c1:2 c-22:2/3").unwrap();
        let read: Vec<_> =
            made.holds().map(|hold| (hold.candidate, hold.group.0, hold.sitting.0, hold.generation.0)).collect();
        assert_eq!(read, [("c1", 2, 2, 4_294_967_297), ("c-22", 2, 3, 4_294_967_298)]);
        for bad in ["", "1000", "1000 1", "x 1 c1:2", "1000 1 c1", "1000 1 c1:2/", "1000 1 :2", "1000 1 c1:2 "] {
            assert_eq!(Made::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn ids_compare_by_time_then_sequence() {
        let id = |text: &str| text.parse::<StreamId>().unwrap();
        assert!(id("9-10") > id("9-9") && id("10-0") > id("9-10"));
        assert_eq!(id("9-10").to_string(), "9-10");
    }
}
