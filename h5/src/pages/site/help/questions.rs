//! What is asked most, by the step at which it is asked; the step that somebody comes from stands first and is open.

use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::model::exam_rules::TaskKind;

use crate::view::icons::{Icon, icon};

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Account,
    Identity,
    Eligibility,
    Details,
    Sittings,
    Payment,
    Review,
    Ticket,
}

/// Each with what it is called, and its questions with their answers.
type Entry = (Topic, &'static str, [[&'static str; 2]; 2]);

const ALL: [Entry; 8] = [
    (
        Topic::Account,
        key("faq-account"),
        [[key("faq-account-1"), key("faq-account-1-answer")], [key("faq-account-2"), key("faq-account-2-answer")]],
    ),
    (
        Topic::Identity,
        key("faq-identity"),
        [[key("faq-identity-1"), key("faq-identity-1-answer")], [key("faq-identity-2"), key("faq-identity-2-answer")]],
    ),
    (
        Topic::Eligibility,
        key("faq-eligibility"),
        [
            [key("faq-eligibility-1"), key("faq-eligibility-1-answer")],
            [key("faq-eligibility-2"), key("faq-eligibility-2-answer")],
        ],
    ),
    (
        Topic::Details,
        key("faq-details"),
        [[key("faq-details-1"), key("faq-details-1-answer")], [key("faq-details-2"), key("faq-details-2-answer")]],
    ),
    (
        Topic::Sittings,
        key("faq-sittings"),
        [[key("faq-sittings-1"), key("faq-sittings-1-answer")], [key("faq-sittings-2"), key("faq-sittings-2-answer")]],
    ),
    (
        Topic::Payment,
        key("faq-payment"),
        [[key("faq-payment-1"), key("faq-payment-1-answer")], [key("faq-payment-2"), key("faq-payment-2-answer")]],
    ),
    (
        Topic::Review,
        key("faq-review"),
        [[key("faq-review-1"), key("faq-review-1-answer")], [key("faq-review-2"), key("faq-review-2-answer")]],
    ),
    (
        Topic::Ticket,
        key("faq-ticket"),
        [[key("faq-ticket-1"), key("faq-ticket-1-answer")], [key("faq-ticket-2"), key("faq-ticket-2-answer")]],
    ),
];

impl Topic {
    /// What somebody asks about who does this.
    pub(super) fn of_task(task: &TaskKind) -> Self {
        match task {
            TaskKind::Identity | TaskKind::Face => Self::Identity,
            TaskKind::Eligibility => Self::Eligibility,
            TaskKind::Details => Self::Details,
            TaskKind::Review | TaskKind::Accommodations => Self::Review,
            TaskKind::Notice | TaskKind::Sittings(_) => Self::Sittings,
            TaskKind::Payment(_) => Self::Payment,
            TaskKind::Ticket => Self::Ticket,
        }
    }

    /// What a page is about whose address says it; `None` where the exam's step says more.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match parts[..] {
            ["me", "identity", ..] | ["exams", _, "face", ..] => Some(Self::Identity),
            ["sign-in" | "sign-up" | "forgotten" | "email" | "me", ..] => Some(Self::Account),
            ["exams", _, "eligibility" | "score-review", ..] => Some(Self::Eligibility),
            ["exams", _, "details", ..] => Some(Self::Details),
            ["exams", _, "sittings" | "list" | "waiting" | "notice", ..] => Some(Self::Sittings),
            ["exams" | "orders", _, "ticket", ..] => Some(Self::Ticket),
            ["orders", ..] => Some(Self::Payment),
            _ => None,
        }
    }
}

/// All of them, folded but for the topic that somebody comes from.
pub(super) fn frequent(w: Words, first: Topic) -> Markup {
    let mut all: Vec<&Entry> = ALL.iter().collect();
    all.sort_by_key(|(topic, ..)| *topic != first);
    html! {
        @for (topic, title, questions) in all {
            details class="read faq" open[*topic == first] {
                summary { (w.t(title)) (icon(Icon::Chevron)) }
                @for [question, answer] in questions {
                    h3 { (w.t(question)) }
                    p { (w.t(answer)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_to_the_questions_of_its_step() {
        for (path, topic) in [
            ("/me/identity/card", Some(Topic::Identity)),
            ("/me", Some(Topic::Account)),
            ("/orders/AAAA-BBBB/ticket", Some(Topic::Ticket)),
            ("/orders/AAAA-BBBB", Some(Topic::Payment)),
            ("/exams/cet/details", Some(Topic::Details)),
            ("/exams/cet", None),
            ("/", None),
        ] {
            assert_eq!(Topic::of_path(path), topic, "{path}");
        }
    }
}
