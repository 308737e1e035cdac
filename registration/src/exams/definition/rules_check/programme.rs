//! Parts and subjects: named once, and naming what is there.

use super::{Checker, Key};
use crate::model::exam::Group;
use crate::model::exam_rules::{CampusRule, ExamRules, PartId, TaskKind};

/// Most parts, and most subjects.
const PARTS_MAX: usize = 6;
const SUBJECTS_MAX: usize = 500;

pub(super) fn check(rules: &ExamRules, groups: &[Group], checker: &mut Checker) {
    let part = |index| [Key::Name("parts"), Key::Index(index)];
    checker.require(rules.parts.len() <= PARTS_MAX, &part(0)[..1], format!("there are at most {PARTS_MAX} parts"));
    checker.unique(rules.parts.iter().map(|part| &part.id), |index| part(index).to_vec());
    for (index, rule) in rules.parts.iter().enumerate() {
        checker.text(&rule.title, &part(index));
        let knows_campus = rule.campus == CampusRule::Any || rules.asks_for(&TaskKind::Eligibility);
        checker.require(knows_campus, &part(index), "campus: needs the task `eligibility`, which knows the own campus");
    }
    let subject = |index| [Key::Name("subjects"), Key::Index(index)];
    let fits = rules.subjects.len() <= SUBJECTS_MAX;
    checker.require(fits, &subject(0)[..1], format!("there are at most {SUBJECTS_MAX} subjects"));
    checker.unique(rules.subjects.iter().map(|subject| &subject.id), |index| subject(index).to_vec());
    for (index, rule) in rules.subjects.iter().enumerate() {
        let here = subject(index);
        checker.text(&rule.title, &here);
        if let Some(text) = &rule.not_eligible {
            checker.text(text, &here);
        }
        let is_main = rules.parts.is_empty() && rule.part == PartId::main();
        let has_part = is_main || rules.part(&rule.part).is_some();
        checker.require(has_part, &here, format!("part: there is no part `{}`", rule.part));
        if let Some(group) = &rule.group {
            let is_there = groups.iter().any(|known| known.id == *group);
            checker.require(is_there, &here, format!("group: there is no group `{group}`"));
        }
        for needed in &rule.requires {
            let is_there = *needed != rule.id && rules.subject(needed).is_some();
            checker.require(is_there, &here, format!("requires: there is no other subject `{needed}`"));
        }
        let is_known = !rule.needs_eligibility || rules.asks_for(&TaskKind::Eligibility);
        checker.require(is_known, &here, "needs_eligibility: needs the task `eligibility`");
    }
}
