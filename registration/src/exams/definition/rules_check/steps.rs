//! The steps: each task once, after what it needs.

use std::collections::HashSet;

use super::{Checker, Key};
use crate::model::exam_rules::{EXTRA_TIME_PERCENT_MAX, ExamRules, PartId, TaskKind};

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
        // Nobody who asks for nothing is held up by it.
        let is_free = step.is_optional && step.tasks.len() == 1;
        let asks = step.tasks.contains(&TaskKind::Accommodations);
        checker.require(is_free || !asks, &here, "`accommodations` is the only task of an optional step");
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
    let kinds = &rules.accommodations.kinds;
    if before.contains(&TaskKind::Accommodations) == kinds.is_empty() {
        checker.add(&[Key::Name("accommodations")], "its kinds and the task `accommodations` need each other");
    }
    let kind_at = |index| vec![Key::Name("accommodations"), Key::Name("kinds"), Key::Index(index)];
    checker.unique(kinds, kind_at);
    let is_more = (1..=EXTRA_TIME_PERCENT_MAX).contains(&rules.accommodations.extra_time_percent);
    let percent_at = [Key::Name("accommodations"), Key::Name("extra_time_percent")];
    checker.require(is_more, &percent_at, format!("extra time is 1 to {EXTRA_TIME_PERCENT_MAX} percent"));
    if let Some(note) = &rules.accommodations.note {
        checker.text(note, &[Key::Name("accommodations"), Key::Name("note")]);
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
        | TaskKind::Accommodations
        | TaskKind::Sittings(_)
        | TaskKind::Ticket => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;
    use crate::model::exam_rules::{AccommodationKind, StepRule};
    use crate::model::text::Text;

    fn step(tasks: &[TaskKind], is_optional: bool) -> StepRule {
        let title = Text { zh: "步骤".to_owned(), en: "Step".to_owned() };
        StepRule { title, tasks: tasks.to_vec(), is_optional, opens_at: None, closes_at: None, note: None }
    }

    fn faults(first: StepRule, kinds: &[AccommodationKind]) -> Vec<String> {
        let mut rules = ExamRules::default();
        rules.steps.insert(0, first);
        rules.accommodations.kinds = kinds.to_vec();
        check(&rules, &[]).into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn e3_accommodations_stand_alone_in_a_step_that_holds_nobody_up() {
        let (asks, kinds) = ([TaskKind::Accommodations], [AccommodationKind::ExtraTime]);
        assert_eq!(faults(step(&asks, true), &kinds), Vec::<String>::new());
        let alone = "`accommodations` is the only task of an optional step";
        assert_eq!(faults(step(&asks, false), &kinds), [alone]);
        assert_eq!(faults(step(&[TaskKind::Notice, TaskKind::Accommodations], true), &kinds), [alone]);
        let both = "its kinds and the task `accommodations` need each other";
        assert_eq!(faults(step(&asks, true), &[]), [both]);
        assert_eq!(faults(step(&[TaskKind::Notice], false), &kinds), [both]);
        assert_eq!(faults(step(&asks, true), &[kinds[0], kinds[0]]), ["`extra_time` is there twice"]);
        let mut rules = ExamRules::default();
        for (percent, count) in [(0, 1), (1, 0), (EXTRA_TIME_PERCENT_MAX, 0), (EXTRA_TIME_PERCENT_MAX + 1, 1)] {
            rules.accommodations.extra_time_percent = percent;
            let faults = check(&rules, &[]).into_iter().filter(|fault| fault.message.starts_with("extra time"));
            assert_eq!(faults.count(), count, "{percent}");
        }
    }
}
