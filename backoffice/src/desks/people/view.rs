//! The desk for people as markup.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::desk::case::{CaseKind, Subject};
use registration::desk::people::{PersonCase, Shows, Side};
use registration::model::facts::hint::Hint;
use registration::model::text::Text;

use crate::desk::claim::Work;
use crate::desk::decision::{Choice, decision};
use crate::desk::frame::follows;
use crate::desk::lines::{Queue, Titles, address, kind_word};
use crate::desk::message::{Message, said_of_decision};
use crate::desk::queue::came;
use crate::desk::record::{of_cases, record};
use crate::desk::words::{kind_name, sex_word};

/// The usual reasons to refuse where an exam has no list of its own, as keys of the catalogue.
pub(crate) const REASONS: [&str; 4] =
    [key("people-reason-1"), key("people-reason-2"), key("people-reason-3"), key("people-reason-4")];

/// What the desk shows.
pub(crate) struct People<'a> {
    pub(crate) queue: &'a Queue,
    /// What exams are called.
    pub(crate) titles: &'a Titles<'a>,
    pub(crate) case: &'a PersonCase,
    /// Who works on it.
    pub(crate) work: &'a Work,
    /// The usual reasons to refuse; number keys choose them.
    pub(crate) reasons: &'a [Text],
    pub(crate) history: &'a [AuditEntry],
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

/// The whole desk.
pub(crate) fn body(w: Words, view: &People<'_>) -> Markup {
    let case = view.case;
    html! {
        main class="desk" data-case=[view.work.case()] data-claim=[view.work.token()] data-ahead="people" {
            (view.queue.draw(w, &w.t("people-title"), &case.subject, view.titles, view.now))
            section class="picture people" aria-label=(w.t("people-pictures")) {
                @if case.portrait.is_some() {
                    figure {
                        img src=(picture_at(&case.subject, Side::Verified)) alt=(w.t("people-verified"));
                        figcaption { (w.t("people-verified")) }
                    }
                }
                figure {
                    a href=(picture_at(&case.subject, Side::HandedIn)) target="_blank" rel="noopener" data-key="z" {
                        img src=(picture_at(&case.subject, Side::HandedIn)) alt=(handed_in(w, case.shows)) data-picture;
                    }
                    figcaption { (handed_in(w, case.shows)) }
                }
                @if case.back.is_some() {
                    figure {
                        a href=(picture_at(&case.subject, Side::Back)) target="_blank" rel="noopener" {
                            img src=(picture_at(&case.subject, Side::Back)) alt=(w.t("people-card-back")) data-picture;
                        }
                        figcaption { (w.t("people-card-back")) }
                    }
                }
                @if case.portrait.is_none() && matches!(case.subject, Subject::Face(..)) {
                    p class="hint" { (w.t("people-no-portrait")) }
                }
            }
            section class="case" tabindex="0" aria-label=(w.t("case-title")) {
                (said_of_decision(w, view.message))
                (view.work.said(w))
                header class="case-head" { h1 { (kind_word(w, case.subject.kind())) } }
                (person(w, view))
                (hints(w, &case.hints))
                @if let Some(account) = case.subject.account() { (view.queue.candidate(w, account)) }
                @if view.work.token().is_some() {
                    (decision(w, &choice(w, view)))
                    (view.work.leave(w))
                }
                (record(w, view.history, Some(&case.picture.to_string()), view.now, action))
            }
        }
    }
}

/// The page when nobody waits, or somebody else has each of the `waiting` cases.
pub(crate) fn nothing(w: Words, message: Option<&Message>, waiting: u64, is_attended: bool) -> Markup {
    html! {
        main class="alone calm" data-empty=(follows(&[CaseKind::Identity, CaseKind::Face])) {
            (said_of_decision(w, message))
            h1 {
                @match (waiting, is_attended) {
                    (0, _) => (w.t("people-empty-title")),
                    (_, true) => (w.t("queue-all-taken")),
                    (_, false) => (w.t("people-title")),
                }
            }
            (came(w, "/people", waiting, is_attended))
            p { (w.t("empty-text")) }
            p { a class="plain" href="/queues" { (w.t("queues-title")) } }
        }
    }
}

/// Where a picture of a case is.
pub(super) fn picture_at(id: &Subject, side: Side) -> String {
    match side {
        Side::HandedIn => path(id, "/handed-in.jpg"),
        Side::Back => path(id, "/back.jpg"),
        Side::Verified => path(id, "/verified.jpg"),
    }
}

fn path(id: &Subject, rest: &str) -> String {
    format!("{}{rest}", address(id))
}

fn handed_in(w: Words, shows: Shows) -> String {
    match shows {
        Shows::Card => w.t("people-card-front"),
        Shows::Holding => w.t("people-holding"),
        Shows::Face => w.t("people-live"),
    }
    .into_owned()
}

/// What a machine noticed: staff decide, and know it.
fn hints(w: Words, hints: &[Hint]) -> Markup {
    let word = |hint: Hint| match hint {
        Hint::ReadEqual => key("people-hint-read-equal"),
        Hint::ReadUnsure => key("people-hint-read-unsure"),
        Hint::ReadName => key("people-hint-read-name"),
        Hint::ReadNumber => key("people-hint-read-number"),
        Hint::ReadBoth => key("people-hint-read-both"),
        Hint::ReadNothing => key("people-hint-read-nothing"),
        Hint::ReadCopy => key("people-hint-read-copy"),
        Hint::ReadExpired => key("people-hint-read-expired"),
        Hint::Grey => key("people-hint-grey"),
        Hint::Alike => key("people-hint-alike"),
        Hint::NoRecord => key("people-hint-no-record"),
        Hint::VendorAway => key("people-hint-vendor-away"),
    };
    html! {
        @if !hints.is_empty() {
            (callout(Tone::Care, &w.t("people-machine"), &html! {
                ul { @for hint in hints { li { (w.t(word(*hint))) } } }
            }))
        }
    }
}

/// Who it says to be. The number is whole: it is what the picture is compared with, and every look is written down.
fn person(w: Words, view: &People<'_>) -> Markup {
    let (person, case) = (&view.case.person, view.case);
    let number = if case.shows != Shows::Face { person.document.expose().to_owned() } else { person.document.masked() };
    html! {
        dl class="facts" {
            div { dt { (w.t("candidate")) } dd { b { (person.name.expose()) } } }
            div { dt { (w.t("people-kind")) } dd { (kind_name(w, person.document.kind())) } }
            div { dt { (w.t("document")) } dd { b { (number) } } }
            @if let (Some(born), Some(sex)) = (person.document.birth_date(), person.document.sex()) {
                div { dt { (w.t("people-born")) } dd { (born) } }
                div { dt { (w.t("people-sex")) } dd { (sex_word(w, sex)) } }
            }
            @if let Subject::Face(_, exam) = &case.subject { div { dt { (w.t("exam")) } dd { ((view.titles)(exam)) } } }
            div { dt { (w.t("submitted")) } dd { (when::moment(w.language, case.since)) } }
        }
    }
}

fn choice<'a>(w: Words, view: &People<'a>) -> Choice<'a> {
    let case = view.case;
    let hint = match case.shows {
        Shows::Card => w.t("people-hint-card"),
        Shows::Holding => w.t("people-hint-identity"),
        Shows::Face => w.t("people-hint-face"),
    };
    Choice {
        hint: Some(hint),
        confirm: w.t("people-confirm"),
        confirm_at: path(&case.subject, "/confirm"),
        refuse_at: path(&case.subject, "/refuse"),
        seen: case.picture.to_string(),
        claim: view.work.token(),
        undo: view.work.undo_at(),
        done: [w.t("people-done-confirmed"), w.t("people-done-refused")],
        needs_picture: true,
        reasons: view.reasons,
        message: view.message,
    }
}

fn action(action: &AuditAction) -> Option<&'static str> {
    match action {
        AuditAction::LookedAtPerson => Some(key("people-looked-at-person")),
        AuditAction::LookedAtPicture => Some(key("people-looked")),
        AuditAction::Confirmed => Some(key("people-confirmed")),
        AuditAction::Refused => Some(key("people-refused")),
        AuditAction::CardUnsure => Some(key("people-card-unsure")),
        AuditAction::SeenInPerson => Some(key("audit-did-face-in-person")),
        AuditAction::TookInPersonBack => Some(key("audit-did-face-in-person-undo")),
        other => of_cases(other),
    }
}
