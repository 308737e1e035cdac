//! What applying a draft would change, and what of it is refused. Pure: what stands and what would stand, held side by side.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use toml::Value;

use super::standing::Standing;
use super::{moments, written};
use crate::exams::definition::{Imported, Pools};
use crate::model::exam::ExamSitting;
use crate::model::text::Text;

/// Longest list of one value, in characters: pages show no more of it.
const SHOWN_CHARS_MAX: usize = 600;

/// Who has seats of a sitting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seats {
    /// How many are held and not paid for yet.
    pub held: i64,
    /// How many are paid for, or evidence of it is in.
    pub sold: i64,
}

/// One value that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where it stands: `steps.0.title.zh`, or a column of the sittings.
    pub path: String,
    /// How it was; `None`: it was not there.
    pub before: Option<String>,
    /// How it will be; `None`: it goes.
    pub after: Option<String>,
}

/// What becomes of a sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SittingFate {
    /// It is new.
    Added,
    /// Something of it changes.
    Changed,
    /// The draft does not name it any more; it stays, because candidates may have seats in it.
    Stays,
}

/// A sitting that does not stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SittingEffect {
    /// Its id within the exam.
    pub id: SittingId,
    /// What it is called.
    pub title: Text,
    /// When it begins.
    pub starts_at: Timestamp,
    /// What becomes of it.
    pub fate: SittingFate,
    /// How many seats it had, if it was there.
    pub capacity_before: Option<u32>,
    /// How many seats it will have.
    pub capacity_after: u32,
    /// What else of it changes.
    pub changes: Vec<Difference>,
    /// Who has seats of it.
    pub seats: Seats,
}

/// Why a draft is not applied as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EffectRefusal {
    /// The exam changed since the draft was begun.
    Stale,
    /// A draft of an exam keeps its id.
    OtherId(ExamId),
    /// A draft of a new exam has the id of one that is there.
    IdTaken(ExamId),
    /// Fewer seats than are sold.
    Capacity {
        /// Of which sitting.
        sitting: SittingId,
        /// How many it would have.
        wanted: u32,
        /// How many are sold.
        sold: i64,
    },
    /// Another fee of a sitting that somebody has paid for.
    Fee {
        /// Of which sitting.
        sitting: SittingId,
        /// How many are sold.
        sold: i64,
    },
    /// Another group of a sitting that is there.
    Group(SittingId),
    /// Another province, and so another pool, of a sitting that is there.
    Pool(SittingId),
    /// The exam has organisations, and the draft has no file of them.
    Organisations,
    /// It takes seats away while registration is open, which two people do, sitting by sitting.
    NeedsTwo,
}

/// What applying a draft would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The exam that is made or changed.
    pub exam: ExamId,
    /// What of `exam.toml` changes; nothing where the exam is new.
    pub fields: Vec<Difference>,
    /// The sittings that do not stay as they are.
    pub sittings: Vec<SittingEffect>,
    /// How many organisations are added, changed and taken out.
    pub organisations: [usize; 3],
    /// Seats of all sittings, before and after.
    pub capacity: (u64, u64),
    /// Who has seats of sittings that change or stay unnamed.
    pub affected: Seats,
    /// What keeps it from being applied; empty: nothing does.
    pub refusals: Vec<EffectRefusal>,
    /// Has applying it begun before and broken off, so that applying it goes on with that?
    pub goes_on: bool,
    /// What the import says that it would do, or has done.
    pub imported: Imported,
}

impl Effect {
    /// What is said of a definition that is of another exam than its draft: why not, and nothing else.
    pub(super) fn refused(exam: ExamId, refusals: Vec<EffectRefusal>) -> Self {
        let imported = Imported {
            exam: exam.clone(),
            is_new: false,
            sittings: 0,
            warnings: Vec::new(),
            kept: Vec::new(),
            roster: None,
            past_scores: None,
        };
        Self {
            exam,
            fields: Vec::new(),
            sittings: Vec::new(),
            organisations: [0; 3],
            capacity: (0, 0),
            affected: Seats::default(),
            refusals,
            goes_on: false,
            imported,
        }
    }

    /// Does it take seats out of a sitting?
    pub(super) fn takes_seats(&self) -> bool {
        self.sittings
            .iter()
            .any(|sitting| sitting.capacity_before.is_some_and(|before| sitting.capacity_after < before))
    }

    /// Are all sittings whose seats change among these?
    pub(super) fn is_within(&self, sittings: &[SittingId]) -> bool {
        let changes =
            |sitting: &&SittingEffect| sitting.capacity_before.is_some_and(|before| sitting.capacity_after != before);
        let known: HashSet<&SittingId> = sittings.iter().collect();
        self.sittings.iter().filter(changes).all(|sitting| known.contains(&sitting.id))
    }

    /// Does nothing change, and is nothing left to be done?
    pub fn is_nothing(&self) -> bool {
        let stays = |sitting: &SittingEffect| sitting.fate == SittingFate::Stays;
        !self.goes_on
            && !self.imported.is_new
            && self.fields.is_empty()
            && self.sittings.iter().all(stays)
            && self.organisations == [0; 3]
    }
}

/// Holds both side by side; `seats` is who has what now.
pub(super) fn effect(
    before: Option<&Standing>,
    after: &Standing,
    seats: &HashMap<SittingId, Seats>,
    imported: Imported,
) -> Effect {
    let exam = after.page.id.clone();
    let fields = before.map(|before| fields(before, after)).unwrap_or_default();
    let sittings = sittings(before, after, seats);
    let mut refusals = before.map(|before| refusals(before, after, seats)).unwrap_or_default();
    let had = before.map_or(0, |before| before.page.organisations.len());
    if had > 0 && after.page.organisations.is_empty() {
        refusals.push(EffectRefusal::Organisations);
    }
    let total = |standing: &Standing| standing.capacities.iter().copied().map(u64::from).sum::<u64>();
    let unnamed: u64 = sittings
        .iter()
        .filter(|sitting| sitting.fate == SittingFate::Stays)
        .map(|sitting| u64::from(sitting.capacity_after))
        .sum();
    let affected = sittings.iter().fold(Seats::default(), |all, sitting| Seats {
        held: all.held + sitting.seats.held,
        sold: all.sold + sitting.seats.sold,
    });
    let capacity = (before.map_or(0, total), total(after) + unnamed);
    Effect {
        exam,
        fields,
        organisations: organisations(before, after),
        sittings,
        capacity,
        affected,
        refusals,
        goes_on: false,
        imported,
    }
}

/// What of `exam.toml` changes.
fn fields(before: &Standing, after: &Standing) -> Vec<Difference> {
    let (mut was, mut will) = (BTreeMap::new(), BTreeMap::new());
    flatten("", &Value::Table(written::exam_table(before)), &mut was);
    flatten("", &Value::Table(written::exam_table(after)), &mut will);
    let paths: BTreeSet<&String> = was.keys().chain(will.keys()).collect();
    let differ = paths.into_iter().filter(|path| was.get(*path) != will.get(*path));
    let of = |path: &String| Difference {
        path: path.clone(),
        before: was.get(path).cloned(),
        after: will.get(path).cloned(),
    };
    differ.map(of).collect()
}

/// Every value by its place. Lists of texts are one value.
fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let is_list = |values: &[Value]| !values.iter().any(|value| value.is_table() || value.is_array());
    let mut keep = |text: String| {
        into.insert(path.to_owned(), text.chars().take(SHOWN_CHARS_MAX).collect());
    };
    match value {
        Value::Table(table) => table.iter().for_each(|(name, value)| flatten(&below(name), value, into)),
        Value::Array(values) if !is_list(values) => {
            // Numbers of one width, so that the tenth stands behind the ninth.
            for (index, value) in values.iter().enumerate() {
                flatten(&below(&format!("{index:02}")), value, into);
            }
        }
        Value::Array(values) => {
            let parts: Vec<String> = values.iter().map(plain).collect();
            keep(parts.join("\n"));
        }
        value => keep(plain(value)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Datetime(at) => at.to_string().parse().map_or_else(|_| at.to_string(), moments::shown),
        value => value.to_string(),
    }
}

fn sittings(before: Option<&Standing>, after: &Standing, seats: &HashMap<SittingId, Seats>) -> Vec<SittingEffect> {
    let was: HashMap<&SittingId, (&ExamSitting, u32)> = before.map(by_id).unwrap_or_default();
    let will = by_id(after);
    let seats_of = |id: &SittingId| seats.get(id).copied().unwrap_or_default();
    let mut found = Vec::new();
    for (sitting, capacity) in after.page.sittings.iter().zip(&after.capacities) {
        let known = was.get(&sitting.id);
        let changes = known.map(|(known, _)| changes(known, sitting)).unwrap_or_default();
        let capacity_before = known.map(|(_, capacity)| *capacity);
        if known.is_some() && changes.is_empty() && capacity_before == Some(*capacity) {
            continue;
        }
        found.push(SittingEffect {
            id: sitting.id.clone(),
            title: sitting.title.clone(),
            starts_at: sitting.starts_at,
            fate: if known.is_some() { SittingFate::Changed } else { SittingFate::Added },
            capacity_before,
            capacity_after: *capacity,
            changes,
            seats: seats_of(&sitting.id),
        });
    }
    let unnamed = before.into_iter().flat_map(|before| before.page.sittings.iter().zip(&before.capacities));
    found.extend(unnamed.filter(|(sitting, _)| !will.contains_key(&sitting.id)).map(|(sitting, capacity)| {
        SittingEffect {
            id: sitting.id.clone(),
            title: sitting.title.clone(),
            starts_at: sitting.starts_at,
            fate: SittingFate::Stays,
            capacity_before: Some(*capacity),
            capacity_after: *capacity,
            changes: Vec::new(),
            seats: seats_of(&sitting.id),
        }
    }));
    found
}

fn by_id(standing: &Standing) -> HashMap<&SittingId, (&ExamSitting, u32)> {
    let all = standing.page.sittings.iter().zip(&standing.capacities);
    all.map(|(sitting, capacity)| (&sitting.id, (sitting, *capacity))).collect()
}

fn changes(before: &ExamSitting, after: &ExamSitting) -> Vec<Difference> {
    let of = |one: &ExamSitting| {
        let id = |id: Option<String>| id.unwrap_or_default();
        [
            ("title_zh", one.title.zh.clone()),
            ("title_en", one.title.en.clone()),
            ("venue_zh", one.venue.zh.clone()),
            ("venue_en", one.venue.en.clone()),
            ("starts_at", moments::shown(one.starts_at)),
            ("fee", one.fee.to_string()),
            ("group", id(one.group.as_ref().map(ToString::to_string))),
            ("subject", id(one.subject.as_ref().map(ToString::to_string))),
            ("campus", id(one.campus.as_ref().map(ToString::to_string))),
        ]
    };
    let both = of(before).into_iter().zip(of(after));
    let differ = both.filter(|((_, was), (_, will))| was != will);
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    differ
        .map(|((path, was), (_, will))| Difference { path: path.to_owned(), before: some(was), after: some(will) })
        .collect()
}

fn organisations(before: Option<&Standing>, after: &Standing) -> [usize; 3] {
    let was: HashMap<_, _> =
        before.into_iter().flat_map(|before| &before.page.organisations).map(|one| (&one.code, one)).collect();
    let will: HashMap<_, _> = after.page.organisations.iter().map(|one| (&one.code, one)).collect();
    let added = will.keys().filter(|code| !was.contains_key(**code)).count();
    let changed = will.iter().filter(|(code, one)| was.get(**code).is_some_and(|known| known != *one)).count();
    [added, changed, was.keys().filter(|code| !will.contains_key(**code)).count()]
}

/// What cannot be done to sittings that are there.
pub(crate) fn refusals(before: &Standing, after: &Standing, seats: &HashMap<SittingId, Seats>) -> Vec<EffectRefusal> {
    let was = by_id(before);
    let pools = (Pools::of(&before.page), Pools::of(&after.page));
    let mut found = Vec::new();
    for (sitting, wanted) in after.page.sittings.iter().zip(&after.capacities) {
        let Some((known, capacity)) = was.get(&sitting.id) else { continue };
        let (id, sold) = (sitting.id.clone(), seats.get(&sitting.id).map_or(0, |seats| seats.sold));
        if wanted < capacity && i64::from(*wanted) < sold {
            found.push(EffectRefusal::Capacity { sitting: id.clone(), wanted: *wanted, sold });
        }
        if known.fee != sitting.fee && sold > 0 {
            found.push(EffectRefusal::Fee { sitting: id.clone(), sold });
        }
        if known.group != sitting.group {
            found.push(EffectRefusal::Group(id.clone()));
        }
        let another = pools.1.pool(sitting);
        if another.is_some() && another != pools.0.pool(known) {
            found.push(EffectRefusal::Pool(id));
        }
    }
    found
}
