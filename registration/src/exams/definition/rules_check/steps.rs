//! The steps: each task once, after what it needs.

use std::collections::HashSet;

use super::{Checker, Key};
use crate::model::exam_rules::{ExamRules, PartId, TaskKind};

/// Most steps; the progress bar of a phone shows no more.
const STEPS_MAX: usize = 12;

pub(super) fn check(rules: &ExamRules, checker: &mut Checker) {
    let fits = (1..=STEPS_MAX).contains(&rules.steps.len());
    checker.require(fits, &[Key::Name("steps")], format!("there must be 1 to {STEPS_MAX} steps"));
    let mut before: HashSet<&TaskKind> = HashSet::new();
    for (index, step) in rules.steps.iter().enumerate() {
        let here = [Key::Name("steps"), Key::Index(index)];
        checker.text(&step.title, &[here[0], here[1], Key::Name("title")]);
        if let Some(note) = &step.note {
            checker.text(note, &[here[0], here[1], Key::Name("note")]);
        }
        checker.require(!step.tasks.is_empty(), &here, "a step has at least one task");
        if let (Some(opens_at), Some(closes_at)) = (step.opens_at, step.closes_at) {
            let place = [here[0], here[1], Key::Name("closes_at")];
            checker.require(opens_at < closes_at, &place, "closes_at must be later than opens_at");
        }
        for (number, task) in step.tasks.iter().enumerate() {
            let place = [here[0], here[1], Key::Name("tasks"), Key::Index(number)];
            for needed in needs(task) {
                checker.require(before.contains(&needed), &place, format!("`{task}` must come after `{needed}`"));
            }
            if let TaskKind::Sittings(part) | TaskKind::Payment(part) = task {
                let is_known = rules.part(part).is_some() || (rules.parts.is_empty() && *part == PartId::main());
                checker.require(is_known, &place, format!("there is no part `{part}`"));
            }
            checker.require(before.insert(task), &place, format!("`{task}` is there twice"));
        }
    }
    let has_form = !rules.form.fields.is_empty();
    if before.contains(&TaskKind::Details) != has_form {
        checker.add(&[Key::Name("form")], "the form and the task `details` need each other");
    }
    let parts = rules.parts.iter().map(|part| part.id.clone());
    let parts: Vec<PartId> = if rules.parts.is_empty() { vec![PartId::main()] } else { parts.collect() };
    for part in parts {
        for task in [TaskKind::Sittings(part.clone()), TaskKind::Payment(part)] {
            checker.require(before.contains(&task), &[Key::Name("steps")], format!("no step has the task `{task}`"));
        }
    }
}

fn needs(task: &TaskKind) -> Vec<TaskKind> {
    match task {
        TaskKind::Face => vec![TaskKind::Identity],
        TaskKind::Review => vec![TaskKind::Details],
        TaskKind::Payment(part) => vec![TaskKind::Sittings(part.clone())],
        TaskKind::Notice
        | TaskKind::Identity
        | TaskKind::Eligibility
        | TaskKind::Details
        | TaskKind::Sittings(_)
        | TaskKind::Ticket => vec![],
    }
}
