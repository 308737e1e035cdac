//! The registration form: choices that can be chosen, conditions that can be met.

use super::{Checker, Key};
use crate::model::exam_rules::{ExamRules, FieldKind, FieldRule, TaskKind};

/// Most fields, and most answers of one.
const FIELDS_MAX: usize = 60;
const CHOICES_MAX: usize = 200;
/// Longest answer that anybody may type, in characters.
const CHARS_MAX: u16 = 1_000;
/// Largest photo that a form may ask for, in bytes and in pixels a side.
const PHOTO_BYTES: std::ops::RangeInclusive<u32> = 50_000..=4_194_304;
const PHOTO_SIDE: std::ops::RangeInclusive<u32> = 100..=2_000;

pub(super) fn check(rules: &ExamRules, checker: &mut Checker) {
    let form = &rules.form;
    let place = |index| [Key::Name("form"), Key::Name("fields"), Key::Index(index)];
    checker.require(form.fields.len() <= FIELDS_MAX, &place(0)[..2], format!("a form has at most {FIELDS_MAX} fields"));
    checker.unique(form.fields.iter().map(|field| &field.name), |index| place(index).to_vec());
    for (index, rule) in form.fields.iter().enumerate() {
        let here = place(index);
        checker.text(&rule.label, &here);
        for text in rule.hint.iter().chain(&rule.refusal) {
            checker.text(text, &here);
        }
        field(rule, &form.fields[..index], &here, checker);
    }
    let photos = form.fields.iter().filter(|field| field.kind == FieldKind::Photo).count();
    checker.require(photos <= 1, &place(0)[..2], "a form asks for one photo at most");
    let photo = |name| [Key::Name("form"), Key::Name("photo"), Key::Name(name)];
    checker.require(PHOTO_BYTES.contains(&form.photo.bytes_max), &photo("bytes_max"), "must be from 50000 to 4194304");
    for (name, side) in [("width", form.photo.width), ("height", form.photo.height)] {
        checker.require(PHOTO_SIDE.contains(&side), &photo(name), "must be from 100 to 2000");
    }
    let knows_face = rules.asks_for(&TaskKind::Identity);
    checker.require(!form.photo.match_face || knows_face, &photo("match_face"), "needs the task `identity`");
}

fn field(rule: &FieldRule, above: &[FieldRule], here: &[Key], checker: &mut Checker) {
    let is_choice = rule.kind == FieldKind::Choice;
    let fits = if is_choice { (2..=CHOICES_MAX).contains(&rule.choices.len()) } else { rule.choices.is_empty() };
    checker.require(fits, here, format!("a choice has 2 to {CHOICES_MAX} choices, and nothing else has any"));
    checker.unique(rule.choices.iter().map(|choice| &choice.value), |_| here.to_vec());
    checker.require(
        (1..=CHARS_MAX).contains(&rule.chars_max),
        here,
        format!("chars_max must be from 1 to {CHARS_MAX}"),
    );
    for value in &rule.accepts {
        let is_there = rule.choices.iter().any(|choice| choice.value == *value);
        checker.require(is_there, here, format!("accepts: there is no choice `{value}`"));
    }
    let is_said = rule.accepts.is_empty() == rule.refusal.is_none();
    checker.require(is_said, here, "accepts and refusal need each other");
    if let Some(when) = &rule.when {
        let Some(other) = above.iter().find(|field| field.name == when.field) else {
            checker.add(here, format!("when: there is no field `{}` further up", when.field));
            return;
        };
        for value in &when.is {
            let is_there = other.choices.iter().any(|choice| choice.value == *value);
            checker.require(is_there, here, format!("when: `{}` has no choice `{value}`", when.field));
        }
        checker.require(!when.is.is_empty(), here, "when: names no value");
    }
}
