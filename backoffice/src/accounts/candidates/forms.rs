//! Forms of a candidate's page for acts of staff: confirming who is there in person and taking that back, signing out everywhere.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::case::CaseKind;
use registration::desk::permits::Right;
use registration::desk::reason::REASON_CHARS_MAX;
use registration::model::document::DocumentKind;
use registration::model::exam_rules::TaskKind;
use registration::model::facts::FaceState;
use registration::people::candidates::InExam;
use registration::rules::steps::{TaskState, task};

use super::address::path;
use super::viewed::View;
use crate::desk::words::kind_name;

/// That it was done in this exam, or what does it, for whoever may; `None`: neither.
pub(super) fn in_person(w: Words, view: &View<'_>, one: &InExam) -> Option<Markup> {
    let may = view.may_decide_on_faces(&one.exam.id);
    let open = |kind: &TaskKind| task(&one.steps, kind).is_some_and(|found| found.state != TaskState::Passed);
    // Identities hold for all exams: whoever works for some of them proves none.
    let may_prove = may && open(&TaskKind::Identity) && view.may(Right::Decide(CaseKind::Identity));
    match &one.face {
        FaceState::Passed { at, is_in_person: true } => Some(html! {
            p { (w.with("cand-in-person-at", &[("when", when::dated(w.language, *at, view.now).into())])) }
            @if may_prove { (confirm_form(w, view, one)) }
            @if may { (undo_form(w, &undo_of_face(view, one, *at))) }
        }),
        _ if may_prove || (may && open(&TaskKind::Face)) => Some(confirm_form(w, view, one)),
        _ => None,
    }
}

fn confirm_form(w: Words, view: &View<'_>, one: &InExam) -> Markup {
    let id = format!("shown-{}", one.exam.id);
    html! {
        details class="refuse" {
            summary class="button second" { (w.t("cand-in-person")) }
            form method="post" action=(address(view, one)) {
                p class="hint" { (w.t("cand-in-person-how")) }
                div class="field" {
                    label for=(id) { (w.t("cand-in-person-document")) }
                    select id=(id) name="shown" required {
                        option value="" { (w.t("cand-in-person-choose")) }
                        @for kind in DocumentKind::ALL { option value=(kind.as_str()) { (kind_name(w, kind)) } }
                    }
                }
                button class="button" type="submit" { (w.t("cand-in-person-confirm")) }
            }
        }
    }
}

/// That it was confirmed in person who it is, and what takes that back, for whoever may.
pub(super) fn identity(w: Words, view: &View<'_>) -> Option<Markup> {
    let at = view.sheet.in_person_at?;
    let undo = Undo {
        action: format!("{}/in-person/undo", path(view.sheet.who.number)),
        field: "undo-identity".to_owned(),
        at,
        title: key("cand-identity-undo"),
        how: key("cand-identity-undo-how"),
    };
    Some(html! {
        p { (w.with("cand-identity-in-person-at", &[("when", when::dated(w.language, at, view.now).into())])) }
        @if view.may(Right::Decide(CaseKind::Identity)) { (undo_form(w, &undo)) }
    })
}

/// What is taken back, and where.
struct Undo {
    action: String,
    /// The field for why, as the page names it.
    field: String,
    /// When it was confirmed: only that is taken back.
    at: Timestamp,
    title: &'static str,
    how: &'static str,
}

fn undo_of_face(view: &View<'_>, one: &InExam, at: Timestamp) -> Undo {
    Undo {
        action: format!("{}/undo", address(view, one)),
        field: format!("undo-{}", one.exam.id),
        at,
        title: key("cand-in-person-undo"),
        how: key("cand-in-person-undo-how"),
    }
}

fn undo_form(w: Words, undo: &Undo) -> Markup {
    html! {
        details class="refuse" {
            summary class="button second" { (w.t(undo.title)) }
            form method="post" action=(undo.action) {
                input type="hidden" name="seen" value=(undo.at.as_microsecond());
                p class="hint" { (w.t(undo.how)) }
                (reason(w, &undo.field))
                button class="button danger" type="submit" { (w.t(undo.title)) }
            }
        }
    }
}

/// What signs the candidate out everywhere.
pub(super) fn sign_out(w: Words, view: &View<'_>) -> Markup {
    html! {
        details class="refuse" {
            summary class="button second" { (w.t("cand-sign-out")) }
            form method="post" action={ (path(view.sheet.who.number)) "/sign-out" } {
                p class="hint" { (w.t("cand-sign-out-how")) }
                (reason(w, "sign-out-reason"))
                button class="button danger" type="submit" { (w.t("cand-sign-out")) }
            }
        }
    }
}

/// The field for why something is done.
fn reason(w: Words, id: &str) -> Markup {
    html! {
        div class="field" {
            label for=(id) { (w.t("cand-reason")) }
            textarea id=(id) name="reason" rows="2" required maxlength=(REASON_CHARS_MAX) {}
        }
    }
}

fn address(view: &View<'_>, one: &InExam) -> String {
    format!("{}/exams/{}/in-person", path(view.sheet.who.number), one.exam.id)
}
