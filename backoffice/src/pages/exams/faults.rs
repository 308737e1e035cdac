//! What is wrong with a definition, as `exam check` tells it, in the language of the page; in lists that lead to the line.

use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::words::{Words, key};
use registration::drafts::SeenDraft;
use registration::exams::definition::{DefinitionError, EXAM_FILE};
use registration::model::import::{ImportFault, ImportKind};

use super::frame::path;
use super::words::field;
use crate::imports::words as import_words;

/// Most faults that a list shows.
const SHOWN_MAX: usize = 100;
/// So much of a line stands beside its fault, in characters.
const LINE_CHARS_MAX: usize = 80;
/// The checker's sentences with what stands in them, and our words for them. The first that fits is taken.
const FAULTS: [(&str, &str); 70] = [
    ("unknown field `{a}`: correct its name, or take it out", key("exam-fault-unknown-field")),
    ("missing field `{a}`", key("exam-fault-missing-field")),
    ("must be from chars_min to 64", key("exam-fault-chars-max-range")),
    ("must be from {a} to {b}", key("exam-fault-range")),
    ("percent must be from 0 to 100", key("exam-fault-percent")),
    ("closes_at must be later than opens_at", key("exam-fault-closes-later")),
    ("payment_deadline must be at least hold_seconds later than closes_at", key("exam-fault-deadline")),
    ("until must be later than opens_at", key("exam-fault-until-opens")),
    ("a notice has 1 to {a} paragraphs of 1 to {b} characters in each language", key("exam-fault-notice")),
    ("the group `{a}` is there twice", key("exam-fault-group-twice")),
    ("an exam has at most {a} groups", key("exam-fault-groups")),
    ("the group `{a}` has a hint and no refusal", key("exam-fault-hint-alone")),
    ("must be a time with its offset, like 2027-03-01T09:00:00+08:00", key("exam-fault-moment")),
    ("must be a link that begins with https:// and has at most {a} bytes", key("exam-fault-link")),
    ("the text `{a}` must be one line of 1 to {b} characters", key("exam-fault-text")),
    ("{a} is 1 to 64 characters out of A-Z a-z 0-9 _ -", key("exam-fault-id")),
    ("an amount is yuan like 120 or 120.00, from 0 to {a}", key("exam-fault-amount")),
    ("unknown variant `{a}`, expected {b}", key("exam-fault-variant")),
    ("invalid type: {a}, expected {b}", key("exam-fault-type")),
    ("there must be a channel", key("exam-fault-channel")),
    ("a school pays for many candidates, not a candidate by the school", key("exam-fault-school-channel")),
    ("there are at most {a}, of 2 to 60 characters each", key("exam-fault-payees")),
    ("there are at most {a} reasons", key("exam-fault-reasons")),
    ("in Chinese it has at most {a} characters, and no 。", key("exam-fault-reason")),
    ("there are at most {a} rates", key("exam-fault-rates")),
    ("until must be later than that of the rate before", key("exam-fault-rate-until")),
    ("percent must not be more than that of the rate before", key("exam-fault-rate-percent")),
    ("there must be a way", key("exam-fault-way")),
    ("there must be a document", key("exam-fault-document")),
    ("card must be `auto`, `staff` or `vendor`, and is `{a}`", key("exam-fault-card")),
    ("needs `card` among the ways: add it, or leave card out", key("exam-fault-card-way")),
    ("needs the task `face`: put it into a step, or leave this out", key("exam-fault-needs-face")),
    ("grants: there is no subject `{a}`", key("exam-fault-grants")),
    ("the form has no field `{a}`", key("exam-fault-no-field")),
    ("there must be 1 to {a} steps", key("exam-fault-steps")),
    ("a step has at least one task", key("exam-fault-step-task")),
    ("`accommodations` is the only task of an optional step", key("exam-fault-accommodations-alone")),
    ("`{a}` must come after `{b}`", key("exam-fault-after")),
    ("`{a}` is there twice", key("exam-fault-twice")),
    ("there is no part `{a}`", key("exam-fault-no-part")),
    ("the form and the task `details` need each other", key("exam-fault-details")),
    ("its kinds and the task `accommodations` need each other", key("exam-fault-kinds")),
    ("extra time is 1 to {a} percent", key("exam-fault-extra-time")),
    ("no step has the task `{a}`", key("exam-fault-no-task")),
    ("a form has at most {a} fields", key("exam-fault-fields")),
    ("a form asks for one photo at most", key("exam-fault-photos")),
    ("needs the task `identity`", key("exam-fault-needs-identity")),
    ("a choice has 2 to {a} choices, and nothing else has any", key("exam-fault-choices")),
    ("chars_max must be from 1 to {a}", key("exam-fault-field-chars")),
    ("accepts: there is no choice `{a}`", key("exam-fault-accepts")),
    ("accepts and refusal need each other", key("exam-fault-refusal")),
    ("when: there is no field `{a}` further up", key("exam-fault-when-field")),
    ("when: `{a}` has no choice `{b}`", key("exam-fault-when-choice")),
    ("when: names no value", key("exam-fault-when-none")),
    ("there are at most {a} parts", key("exam-fault-parts")),
    ("campus: needs the task `eligibility`, which knows the own campus", key("exam-fault-campus-task")),
    ("there are at most {a} subjects", key("exam-fault-subjects")),
    ("part: there is no part `{a}`", key("exam-fault-subject-part")),
    ("group: there is no group `{a}`", key("exam-fault-subject-group")),
    ("requires: there is no other subject `{a}`", key("exam-fault-requires")),
    ("needs_eligibility: needs the task `eligibility`", key("exam-fault-eligibility-task")),
    ("must be less than arrive_minutes", key("exam-fault-arrive")),
    ("there is no subject `{a}`", key("exam-fault-no-subject")),
    ("the code of `{a}` must be 1 to {b} letters and digits", key("exam-fault-subject-code")),
    ("the number names subjects, and `{a}` has no code in subject_codes", key("exam-fault-number-code")),
    ("there are 1 to {a} rules of 1 to {b} characters in each language", key("exam-fault-ticket-rules")),
    ("there is no sitting", key("exam-fault-no-sitting")),
    ("starts_at: the sitting `{a}` has begun, and nobody can register for it any more", key("exam-fault-begun")),
    (
        "starts_at: nobody can register for `{a}` from one hold_seconds before it on, though closes_at is later",
        key("exam-fault-too-late"),
    ),
    (
        "is missing, and the exam has {a} organisations: put it back, or its first line only",
        key("exam-fault-organisations"),
    ),
];

/// What stands at `{a}` and `{b}` of a sentence; `None`: it is another sentence.
fn fits<'m>(pattern: &str, message: &'m str) -> Option<[&'m str; 2]> {
    let (before, rest) = pattern.split_once("{a}").unwrap_or((pattern, ""));
    if !pattern.contains("{a}") {
        return (pattern == message).then_some([""; 2]);
    }
    let inner = message.strip_prefix(before)?;
    match rest.split_once("{b}") {
        Some((between, after)) => inner.strip_suffix(after)?.split_once(between).map(|(a, b)| [a, b]),
        None => inner.strip_suffix(rest).map(|a| [a, ""]),
    }
}

/// A fault as a sentence. One that has no words here is said as the checker says it.
pub(crate) fn said(w: Words, fault: &DefinitionError) -> String {
    if let Some(wrong) = &fault.wrong {
        let (word, values) = wrong.told();
        let told = ImportFault { row: fault.line, column: fault.column, word: word.to_owned(), values };
        let sentence = import_words::wrong(w, ImportKind::Roster, &told);
        let column = fault.message.split_once(": ").map(|(name, _)| name).filter(|name| !name.contains(' '));
        return column.map_or_else(|| sentence.clone(), |name| of_column(w, name, &sentence));
    }
    translated(w, &fault.message)
        .unwrap_or_else(|| w.with("exam-fault-other", &[("text", fault.message.clone().into())]).into_owned())
}

fn translated(w: Words, message: &str) -> Option<String> {
    let found = FAULTS.iter().find_map(|(pattern, key)| Some((fits(pattern, message)?, *key)));
    if let Some(([a, b], key)) = found {
        return Some(w.with(key, &[("a", a.to_owned().into()), ("b", b.to_owned().into())]).into_owned());
    }
    // A cell's fault begins with the name of its column.
    let (name, rest) = message.split_once(": ").filter(|(name, _)| !name.contains([' ', '`']))?;
    Some(of_column(w, name, &translated(w, rest)?))
}

/// What is wrong with a cell, behind the name of its column.
fn of_column(w: Words, name: &str, sentence: &str) -> String {
    format!("{}{}{sentence}", field(w, name, None), w.pick("：", ": "))
}

/// Faults with file and line.
pub(crate) fn list(w: Words, found: &[DefinitionError]) -> Markup {
    html! {
        ul class="faults" {
            @for fault in found.iter().take(SHOWN_MAX) {
                li { span class="id" { (fault.file) ":" (fault.line) } " " (said(w, fault)) }
            }
        }
        (rest(w, found.len()))
    }
}

/// The same, each with the line of the file of texts, and leading to the file.
pub(crate) fn of_draft(w: Words, found: &[DefinitionError], seen: &SeenDraft) -> Markup {
    let lines: Vec<&str> = seen.texts.exam.lines().collect();
    let line = |fault: &DefinitionError| {
        let line = if fault.file == EXAM_FILE { line_of(&lines, fault) } else { "" };
        line.trim().chars().take(LINE_CHARS_MAX).collect::<String>()
    };
    html! {
        ul class="faults" {
            @for fault in found.iter().take(SHOWN_MAX) {
                @let line = line(fault);
                li {
                    a class="id" href={ (path(seen.draft.id)) "/file/" (fault.file) } { (fault.file) ":" (fault.line) }
                    @if !line.is_empty() { " " code { (line) } }
                    " " (said(w, fault))
                }
            }
        }
        (rest(w, found.len()))
    }
}

fn line_of<'t>(lines: &[&'t str], fault: &DefinitionError) -> &'t str {
    let number = usize::try_from(fault.line).unwrap_or(usize::MAX);
    lines.get(number.saturating_sub(1)).copied().unwrap_or_default()
}

/// Faults of one file, each with the line as it stands there.
pub(crate) fn beside_lines(w: Words, found: &[DefinitionError], text: &str) -> Markup {
    let lines: Vec<&str> = text.lines().collect();
    html! {
        ol class="faults lines-of-file" {
            @for fault in found.iter().take(SHOWN_MAX) {
                li {
                    code { b { (fault.line) } " " (line_of(&lines, fault)) }
                    p class="error" { (icon(Icon::Alert)) (said(w, fault)) }
                }
            }
        }
        (rest(w, found.len()))
    }
}

fn rest(w: Words, count: usize) -> Markup {
    let more = count.saturating_sub(SHOWN_MAX);
    html! { @if more > 0 { p class="hint" { (w.with("exam-effect-more", &[("more", more.into())])) } } }
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;
    use registration::drafts::shipped;
    use registration::exams::definition::DefinitionTexts;

    use super::*;
    use crate::request::catalogue::words;

    #[test]
    fn a_sentence_is_known_with_what_stands_in_it() {
        assert_eq!(fits("must be from {a} to {b}", "must be from 1 to 9"), Some(["1", "9"]));
        assert_eq!(fits("there is no part `{a}`", "there is no part `oral`"), Some(["oral", ""]));
        assert_eq!(fits("there is no sitting", "there is no sitting"), Some(["", ""]));
        assert_eq!(fits("there is no sitting", "there is no sitting at all"), None);
    }

    /// Faults of every file, each as somebody may make it.
    const SLIPS: [(&str, &str, &str); 28] = [
        ("exam.toml", "id = \"degree-english\"", "id = \"degree english\""),
        ("exam.toml", "hold_seconds = 900", "hold_seconds = 0"),
        ("exam.toml", "hold_seconds = 900", "hold_secs = 900"),
        ("exam.toml", "hold_seconds = 900", "hold_seconds = \"900\""),
        ("exam.toml", "fee = \"120.00\"", "fee = \"a lot\""),
        ("exam.toml", "payment_url = \"https://", "payment_url = \"http://"),
        ("exam.toml", "title = { zh = \"", "title = { zh = \"\\n"),
        ("exam.toml", "opens_at = 2026-", "opens_at = 2027-12-31T09:00:00 # 2026-"),
        ("exam.toml", "opens_at = 2026-", "opens_at = 2037-"),
        ("exam.toml", "payment_deadline = 2027-", "payment_deadline = 2026-"),
        ("exam.toml", "tasks = [\"identity\"]", "tasks = []"),
        ("exam.toml", "tasks = [\"identity\"]", "tasks = [\"face\"]"),
        ("exam.toml", "tasks = [\"identity\"]", "tasks = [\"identity\", \"identity\"]"),
        ("exam.toml", "tasks = [\"identity\"]", "tasks = [\"review\"]"),
        ("exam.toml", "tasks = [\"identity\"]", "tasks = [\"sittings:oral\"]"),
        ("exam.toml", "tasks = [\"identity\"]", "tasks = [\"accommodations\"]"),
        ("exam.toml", "[identity]\n", "[identity]\ncard = \"police\"\n"),
        ("exam.toml", "ways = [\"card\", \"manual\"]", "ways = [\"manual\"]\ncard = \"staff\""),
        ("sittings.csv", ",240,\n", ",many,\n"),
        ("sittings.csv", ",240,\n", ",99999999,\n"),
        ("sittings.csv", ",240,\n", ",240,free\n"),
        ("sittings.csv", "2027-05-22T09:00:00+08:00", "soon"),
        ("sittings.csv", "2027-05-22T09:00:00+08:00", "2020-05-22T09:00:00+08:00"),
        ("sittings.csv", ",language,", ",none,"),
        ("sittings.csv", "en-0522-am-lakeside", "en-0522-pm-lakeside"),
        ("sittings.csv", "en-0522-am-lakeside", "en 0522"),
        ("sittings.csv", "id,title_zh", "number,title_zh"),
        ("sittings.csv", ",240,\n", ",240\n"),
    ];

    #[test]
    fn what_people_slip_into_is_said_in_both_languages() {
        let right = shipped::find("degree-english").unwrap();
        assert!(right.check().is_ok());
        for (file, before, after) in SLIPS {
            let text = right.file(file).unwrap();
            assert!(text.contains(before), "{before}");
            let text = text.replacen(before, after, 1);
            let texts = match file {
                "exam.toml" => DefinitionTexts { exam: text, ..right.clone() },
                _ => DefinitionTexts { sittings: text, ..right.clone() },
            };
            for fault in texts.check().expect_err(after) {
                // In English it is said as the checker says it, known or not.
                let (zh, en) = (words(Language::Zh), said(words(Language::En), &fault));
                let unknown = zh.with("exam-fault-other", &[("text", fault.message.clone().into())]);
                let said = said(zh, &fault);
                assert_ne!(said, unknown, "{after}: {}", fault.message);
                let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c));
                assert!(is_chinese(&said), "{said}");
                // What the file says is in either as it stands there.
                assert!(!is_chinese(&en) || is_chinese(&fault.message), "{en}");
            }
        }
    }
}
