//! What a list of sittings or of organisations would make of an exam as it stands, and what of it cannot be.

use std::collections::{HashMap, HashSet};

use reservation::ids::{ExamId, SittingId};

use super::Table;
use super::merging::{Lines, Merged, merge};
use crate::exams::Exams;
use crate::exams::definition::wrong::Wrong;
use crate::exams::definition::{DefinitionError, DefinitionTexts, ExamDefinition, SITTINGS_FILE};
use crate::exams::drafts::checking::apart;
use crate::exams::drafts::effect::{EffectRefusal, Seats, refusals};
use crate::exams::drafts::standing::Standing;
use crate::exams::drafts::{DraftError, ExamDrafts};
use crate::model::clock;
use crate::model::import::ImportCounts;
use crate::model::organisation::ancestry;
use crate::store::StoreError;

/// What comes of it.
pub(super) struct Made {
    /// How its lines stand to what is there; `removed` are as many as go.
    pub(super) counts: ImportCounts,
    /// What keeps it from being applied.
    pub(super) faults: Vec<DefinitionError>,
    /// The definition with its texts; `None` where anything keeps it from being applied.
    pub(super) definition: Option<(ExamDefinition, DefinitionTexts)>,
    /// By what the exam is known that the list was held against.
    pub(super) base: String,
}

/// Holds a list against an exam; with `removes`, what may go and is absent goes. `bound` are the campuses to which accounts are bound.
pub(super) async fn made(
    exams: &Exams,
    (table, exam): (Table, &ExamId),
    (list, bound): (Lines, HashSet<String>),
    removes: bool,
) -> Result<Made, StoreError> {
    let unknown = || StoreError::Corrupt("an import of an exam that is not there");
    let drafts = ExamDrafts::over(exams);
    // Another list may just have been applied, here or by another process: what this process knows of the exam is seconds old,
    // and the engine may not have heard of its sittings.
    exams.refresh().await?;
    let sittings: Vec<_> =
        exams.get(exam).ok_or_else(unknown)?.sittings.iter().map(|sitting| sitting.id.clone()).collect();
    exams.engine.look_for(exam, &sittings).await.map_err(|error| fault(error.into()))?;
    let (texts, base) = drafts.standing_texts(exam).await.map_err(fault)?;
    let before = Standing::of(exams, exam).ok_or_else(unknown)?;
    let seats = drafts.seats(exam).await.map_err(fault)?;
    apart(move || {
        let absent = Absent::of(table, &before, (&list, &bound));
        let goes = if removes { absent.removable } else { HashSet::new() };
        let merged = merge(table, (texts, &before), &list, &goes);
        let mut counts = ImportCounts { absent: absent.all, bound: absent.bound, ..ImportCounts::default() };
        counts.removed = goes.len() as u64;
        let checked = match crate::exams::drafts::begin::check_size(&merged.texts) {
            Ok(()) => merged.texts.check(),
            Err(_) => Err(Vec::new()),
        };
        let definition = match checked {
            Ok(definition) => definition,
            Err(faults) => {
                let mut told = merged.told_of(&list, &faults);
                if told.is_empty() {
                    let bytes = crate::exams::definition::FILE_BYTES_MAX;
                    told.push(list.fault_of_all(Wrong::Sheet(sheets::SheetError::Bytes(bytes))));
                }
                return Made { counts, faults: told, definition: None, base };
            }
        };
        let after = Standing::made_by(&definition);
        (counts.added, counts.changed) = differing(table, (&before, &after), &list);
        let faults = refused(&merged, (&before, &after), &list, &seats);
        let definition = faults.is_empty().then_some((definition, merged.texts));
        Made { counts, faults, definition, base }
    })
    .await
}

/// What cannot be but for a store that does not answer.
fn fault(error: DraftError) -> StoreError {
    match error {
        DraftError::Store(error) => error,
        error => {
            tracing::warn!(%error, "an import could not be held against its exam");
            StoreError::Corrupt("an import of an exam that is not there")
        }
    }
}

/// What stands and is not in the list.
struct Absent {
    all: u64,
    /// Of them, those that stay in any case.
    bound: u64,
    /// Those that may go.
    removable: HashSet<String>,
}

impl Absent {
    /// Sittings stay, because candidates may hold seats in them; so do organisations to which a sitting or a bound account belongs,
    /// or another organisation that stays or that the list has.
    fn of(table: Table, before: &Standing, (list, bound): (&Lines, &HashSet<String>)) -> Self {
        let page = &before.page;
        let named: HashSet<&str> = list.lines.iter().map(|line| line.key.as_str()).collect();
        match table {
            Table::Sittings => {
                let all = page.sittings.iter().filter(|one| !named.contains(one.id.as_str())).count() as u64;
                Self { all, bound: all, removable: HashSet::new() }
            }
            Table::Organisations => {
                let campuses =
                    page.sittings.iter().filter_map(|sitting| sitting.campus.as_ref()).collect::<HashSet<_>>();
                // What the list has below one that stands needs that one, and whatever that one belongs to.
                let parents: HashSet<&str> = list.lines.iter().map(|line| line.cell("parent")).collect();
                let is_named = |code: &str| named.contains(code) || parents.contains(code) || bound.contains(code);
                let staying = page.organisations.iter().map(|one| &one.code);
                let staying = staying.filter(|code| is_named(code.as_str()) || campuses.contains(code));
                let mut needed: HashSet<&str> = HashSet::new();
                for code in staying {
                    needed.extend(ancestry(&page.organisations, code).into_iter().map(|one| one.code.as_str()));
                }
                let is_absent = |code: &&str| !named.contains(code);
                let absent: Vec<&str> =
                    page.organisations.iter().map(|one| one.code.as_str()).filter(is_absent).collect();
                let removable: HashSet<String> =
                    absent.iter().filter(|code| !needed.contains(**code)).map(|code| (*code).to_owned()).collect();
                let all = absent.len() as u64;
                Self { all, bound: all - removable.len() as u64, removable }
            }
        }
    }
}

/// How many lines of the list are new, and how many say something else than what is there.
fn differing(table: Table, (before, after): (&Standing, &Standing), list: &Lines) -> (u64, u64) {
    let named: HashSet<&str> = list.lines.iter().map(|line| line.key.as_str()).collect();
    let mut counts = (0, 0);
    let mut count = |is_there: bool, is_same: bool| match (is_there, is_same) {
        (false, _) => counts.0 += 1,
        (true, false) => counts.1 += 1,
        (true, true) => {}
    };
    match table {
        Table::Sittings => {
            let of = |standing: &Standing| {
                let all = standing.page.sittings.iter().cloned().zip(standing.capacities.iter().copied());
                all.map(|(sitting, capacity)| (sitting.id.clone(), (sitting, capacity))).collect::<HashMap<_, _>>()
            };
            let was = of(before);
            for (id, will) in of(after).iter().filter(|(id, _)| named.contains(id.as_str())) {
                count(was.contains_key(id), was.get(id) == Some(will));
            }
        }
        Table::Organisations => {
            let was: HashMap<_, _> = before.page.organisations.iter().map(|one| (&one.code, one)).collect();
            for will in after.page.organisations.iter().filter(|one| named.contains(one.code.as_str())) {
                count(was.contains_key(&will.code), was.get(&will.code) == Some(&will));
            }
        }
    }
    counts
}

/// What cannot be done to sittings that are there, as faults of the list.
fn refused(
    merged: &Merged,
    (before, after): (&Standing, &Standing),
    list: &Lines,
    seats: &HashMap<SittingId, Seats>,
) -> Vec<DefinitionError> {
    let lines: HashMap<&str, usize> =
        list.lines.iter().enumerate().map(|(place, line)| (line.key.as_str(), place)).collect();
    let fault = |sitting: &SittingId, column, wrong| match lines.get(sitting.as_str()) {
        Some(place) if merged.is_of_sittings() => list.fault(*place, Some(column), wrong),
        _ => list.fault_of_all(Wrong::Elsewhere { file: SITTINGS_FILE, id: sitting.to_string() }),
    };
    let mut found = Vec::new();
    for refusal in refusals(before, after, seats) {
        found.push(match &refusal {
            EffectRefusal::Capacity { sitting, sold, .. } => {
                fault(sitting, "capacity", Wrong::FewerThanSold { sold: *sold })
            }
            EffectRefusal::Fee { sitting, sold } => fault(sitting, "fee", Wrong::FeeSold { sold: *sold }),
            EffectRefusal::Group(sitting) => fault(sitting, "group", Wrong::GroupStays),
            EffectRefusal::Pool(sitting) => fault(sitting, "campus", Wrong::ProvinceStays),
            // Of a whole draft, and never of a list.
            EffectRefusal::Stale
            | EffectRefusal::OtherId(_)
            | EffectRefusal::IdTaken(_)
            | EffectRefusal::Organisations
            | EffectRefusal::NeedsTwo => continue,
        });
    }
    let has_opened = before.page.opens_at <= clock::now();
    let was: HashMap<_, _> = before.page.sittings.iter().map(|one| &one.id).zip(&before.capacities).collect();
    let is_told: HashSet<u64> = found.iter().map(|fault| fault.line).collect();
    for (sitting, wanted) in after.page.sittings.iter().zip(&after.capacities) {
        if has_opened && was.get(&sitting.id).is_some_and(|known| *known > wanted) {
            let fault = fault(&sitting.id, "capacity", Wrong::NeedsTwo);
            found.extend((!is_told.contains(&fault.line)).then_some(fault));
        }
    }
    found
}
