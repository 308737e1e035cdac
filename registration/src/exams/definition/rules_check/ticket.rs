//! What stands on tickets: times that fit, codes of subjects that are there, rules that can be printed.

use super::{Checker, Key};
use crate::model::exam_rules::{ARRIVE_MINUTES_MAX, ExamRules, NumberPart, SITTING_MINUTES_MAX, TICKET_RULES_MAX};

/// Longest rule, in characters.
const RULE_CHARS_MAX: usize = 500;
/// Longest code of a subject.
const CODE_CHARS_MAX: usize = 4;

pub(super) fn check(rules: &ExamRules, checker: &mut Checker) {
    let (ticket, place) = (&rules.ticket, |name| [Key::Name("ticket"), Key::Name(name)]);
    let within = |minutes: Option<u16>, most: u16| minutes.is_none_or(|minutes| (1..=most).contains(&minutes));
    for (name, minutes, most) in [
        ("arrive_minutes", ticket.arrive_minutes, ARRIVE_MINUTES_MAX),
        ("closes_minutes", ticket.closes_minutes, ARRIVE_MINUTES_MAX),
        ("minutes", ticket.minutes, SITTING_MINUTES_MAX),
    ] {
        checker.require(within(minutes, most), &place(name), format!("must be from 1 to {most}"));
    }
    if let (Some(arrive), Some(closes)) = (ticket.arrive_minutes, ticket.closes_minutes) {
        checker.require(closes < arrive, &place("closes_minutes"), "must be less than arrive_minutes");
    }
    for (subject, code) in &ticket.subject_codes {
        let is_there = rules.subject(subject).is_some();
        checker.require(is_there, &place("subject_codes"), format!("there is no subject `{subject}`"));
        let is_code =
            (1..=CODE_CHARS_MAX).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let message = format!("the code of `{subject}` must be 1 to {CODE_CHARS_MAX} letters and digits");
        checker.require(is_code, &place("subject_codes"), message);
    }
    if ticket.number.parts().iter().any(|part| matches!(part, NumberPart::Subject(_))) {
        for subject in rules.subjects.iter().filter(|subject| !ticket.subject_codes.contains_key(&subject.id)) {
            let message = format!("the number names subjects, and `{}` has no code in subject_codes", subject.id);
            checker.add(&place("number"), message);
        }
    }
    let fits = |text: &String| !text.trim().is_empty() && text.chars().count() <= RULE_CHARS_MAX;
    if let Some(texts) = &ticket.rules {
        let are_texts = [&texts.zh, &texts.en]
            .iter()
            .all(|all| (1..=TICKET_RULES_MAX).contains(&all.len()) && all.iter().all(fits));
        let message =
            format!("there are 1 to {TICKET_RULES_MAX} rules of 1 to {RULE_CHARS_MAX} characters in each language");
        checker.require(are_texts, &place("rules"), message);
    }
}
