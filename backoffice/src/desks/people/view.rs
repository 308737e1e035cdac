//! The desk for people as markup.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::document::Sex;
use registration::identity_reviews::{Case, CaseId};
use registration::reviews::{AuditAction, AuditEntry};

use crate::desk::frame::keycap;
use crate::desk::parts::{kind_name, record, waited};
use crate::desk::reason::{is_refusal, reason_fields};
use crate::desks::payments::view::{Message, said};

/// The usual reasons to refuse, as keys of the catalogue; number keys choose them.
pub(super) const REASONS: [&str; 4] =
    [key("people-reason-1"), key("people-reason-2"), key("people-reason-3"), key("people-reason-4")];

/// What the desk shows.
pub(crate) struct People<'a> {
    pub(crate) queue: &'a [Case],
    pub(crate) case: &'a Case,
    pub(crate) history: &'a [AuditEntry],
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

/// The whole desk.
pub(crate) fn body(w: Words, view: &People<'_>) -> Markup {
    let case = view.case;
    html! {
        main class="desk" {
            (queue(w, view))
            section class="picture people" aria-label=(w.t("people-pictures")) {
                @if case.portrait.is_some() {
                    figure {
                        img src=(path(&case.id, "/verified.jpg")) alt=(w.t("people-verified"));
                        figcaption { (w.t("people-verified")) }
                    }
                }
                figure {
                    a href=(path(&case.id, "/handed-in.jpg")) target="_blank" rel="noopener" data-key="z" {
                        img src=(path(&case.id, "/handed-in.jpg")) alt=(handed_in(w, &case.id)) data-picture;
                    }
                    figcaption { (handed_in(w, &case.id)) }
                }
                @if case.portrait.is_none() && matches!(case.id, CaseId::Face(..)) {
                    p class="hint" { (w.t("people-no-portrait")) }
                }
            }
            section class="case" aria-label=(w.t("case-title")) {
                (said(view.message))
                header class="case-head" { h1 { (kind(w, &case.id)) } }
                (person(w, view))
                (decision(w, case, view.message))
                (record(w, view.history, Some(&case.picture.to_string()), view.now, action))
            }
        }
    }
}

/// Nothing waits.
pub(crate) fn nothing(w: Words, message: Option<&Message>) -> Markup {
    html! {
        main class="alone calm" {
            (said(message))
            h1 { (w.t("people-empty-title")) }
            p { (w.t("empty-text")) }
            p { a class="plain" href="/" { (w.t("queue-title")) } }
        }
    }
}

fn path(id: &CaseId, rest: &str) -> String {
    format!("/people/{id}{rest}")
}

fn kind(w: Words, id: &CaseId) -> String {
    match id {
        CaseId::Identity(_) => w.t("people-identity"),
        CaseId::Face(..) => w.t("people-face"),
    }
    .into_owned()
}

fn handed_in(w: Words, id: &CaseId) -> String {
    match id {
        CaseId::Identity(_) => w.t("people-holding"),
        CaseId::Face(..) => w.t("people-live"),
    }
    .into_owned()
}

fn queue(w: Words, view: &People<'_>) -> Markup {
    let here = view.queue.iter().position(|case| case.id == view.case.id);
    let neighbour = |step: isize| {
        let index = here?.checked_add_signed(step)?;
        view.queue.get(index).map(|case| path(&case.id, ""))
    };
    html! {
        nav class="queue" aria-label=(w.t("people-title")) {
            div class="queue-head" {
                h2 { (w.t("people-title")) }
                div {
                    a class="plain" data-key="j" href=[neighbour(1)] aria-label=(w.t("queue-next")) { (keycap("J")) (w.t("queue-next")) }
                    a class="plain" data-key="k" href=[neighbour(-1)] aria-label=(w.t("queue-previous")) { (keycap("K")) (w.t("queue-previous")) }
                }
            }
            ol {
                @for case in view.queue {
                    li {
                        a href=(path(&case.id, "")) aria-current=[(case.id == view.case.id).then_some("true")] {
                            span class="name" { (case.person.name.expose()) }
                            span class="amount" { (kind(w, &case.id)) }
                            span class="number" { (case.person.document.masked()) }
                            span class="since" { (waited(w, case.since, view.now)) }
                        }
                    }
                }
            }
        }
    }
}

/// Who it says to be. The number is whole: it is what the picture is compared with, and every look is written down.
fn person(w: Words, view: &People<'_>) -> Markup {
    let (person, case) = (&view.case.person, view.case);
    let is_identity = matches!(case.id, CaseId::Identity(_));
    let number = if is_identity { person.document.expose().to_owned() } else { person.document.masked() };
    html! {
        dl class="facts" {
            div { dt { (w.t("candidate")) } dd { b { (person.name.expose()) } } }
            div { dt { (w.t("people-kind")) } dd { (kind_name(w, person.document.kind())) } }
            div { dt { (w.t("document")) } dd { b { (number) } } }
            @if let (Some(born), Some(sex)) = (person.document.birth_date(), person.document.sex()) {
                div { dt { (w.t("people-born")) } dd { (born) } }
                div { dt { (w.t("people-sex")) } dd { (if sex == Sex::Male { w.t("sex-male") } else { w.t("sex-female") }) } }
            }
            @if let CaseId::Face(_, exam) = &case.id { div { dt { (w.t("exam")) } dd { (exam) } } }
            div { dt { (w.t("submitted")) } dd { (when::moment(w.language, case.since)) } }
        }
    }
}

fn decision(w: Words, case: &Case, message: Option<&Message>) -> Markup {
    let hint = match case.id {
        CaseId::Identity(_) => w.t("people-hint-identity"),
        CaseId::Face(..) => w.t("people-hint-face"),
    };
    html! {
        div class="decision" {
            p class="hint" { (hint) }
            form method="post" action=(path(&case.id, "/confirm")) {
                input type="hidden" name="seen" value=(case.picture);
                button class="button" type="submit" data-key="c" data-needs-picture { (keycap("C")) (w.t("people-confirm")) }
            }
            details class="refuse" open[is_refusal(message)] {
                summary class="button second" data-key="r" { (keycap("R")) (w.t("refuse")) }
                form method="post" action=(path(&case.id, "/refuse")) {
                    input type="hidden" name="seen" value=(case.picture);
                    (reason_fields(w, &REASONS, message))
                }
            }
        }
    }
}

fn action(action: &AuditAction) -> Option<&'static str> {
    match action {
        AuditAction::LookedAtPerson => Some(key("people-looked-at-person")),
        AuditAction::LookedAtPicture => Some(key("people-looked")),
        AuditAction::Confirmed => Some(key("people-confirmed")),
        AuditAction::Refused => Some(key("people-refused")),
        AuditAction::Other(_) => None,
    }
}
