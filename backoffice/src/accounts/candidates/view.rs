//! A candidate's page as markup: on the left who it is and what is to be done, on the right how far it is and what has happened.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::case::Case;
use registration::desk::permits::Right;
use registration::people::candidates::Sheet;
use registration::people::candidates::notes::{NOTE_CHARS_MAX, Note};
use registration::people::candidates::reveal::What;

use super::address::path;
use super::events::{looks, time_line};
use super::exams::exams;
use super::forms;
use super::viewed::View;
use super::words::case_kind;
use crate::desk::lines::address;
use crate::desk::message::said;
use crate::desk::words::kind_name;

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let who = &view.sheet.who;
    let name = who.name.clone().unwrap_or_else(|| w.t("cand-nameless").into_owned());
    let (tone, word) = match who.is_verified {
        true => (Tone::Good, w.t("cand-verified")),
        false => (Tone::Plain, w.t("cand-unverified")),
    };
    html! {
        main class="finance candidate" {
            p { a href="/candidates" { (w.t("cand-another")) } }
            header class="case-head" { div { h1 { (name) } (tag(tone, &word)) } }
            (said(view.message))
            div class="candidate-columns" {
                div {
                    (facts(w, view))
                    (cases(w, view))
                    (corrections(w, view))
                    (notes(w, view))
                }
                div {
                    (exams(w, view))
                    (time_line(w, view))
                    (looks(w, view))
                }
            }
        }
    }
}

/// Who it is, each value masked until somebody asks for it.
fn facts(w: Words, view: &View<'_>) -> Markup {
    let Sheet { who, values, bound, .. } = view.sheet;
    let moment = |at: Timestamp| when::dated(w.language, at, view.now);
    html! {
        section aria-labelledby="cand-who" {
            h2 id="cand-who" { (w.t("cand-who")) }
            dl class="facts" {
                @for (what, masked) in values { (value(w, view, *what, masked)) }
                div { dt { (w.t("cand-account")) } dd class="id" { (who.number) } }
                div { dt { (w.t("cand-made")) } dd { (moment(who.created_at)) } }
                div {
                    dt { (w.t("cand-signed-in")) }
                    dd { @match view.sheet.signed_in_at { Some(at) => (moment(at)), None => (w.t("cand-signed-in-unknown")) } }
                }
                @for one in bound {
                    div {
                        dt { (w.t("cand-bound")) }
                        dd {
                            p { (view.title(w, &one.exam)) }
                            p class="hint" {
                                (one.name) " · " (kind_name(w, one.document.0)) " " span class="id" { (one.document.1) }
                                @if !one.school.is_empty() { " · " (one.school) }
                            }
                        }
                    }
                }
            }
            @if let Some(part) = forms::identity(w, view) { (part) }
        }
    }
}

/// One value: masked with a button, or whole with who looked at it.
fn value(w: Words, view: &View<'_>, what: What, masked: &str) -> Markup {
    let label = w.t(label(what));
    let proved = match what {
        What::Mobile => Some(view.sheet.mobile_verified_at),
        What::Email => Some(view.sheet.email_verified_at),
        _ => None,
    };
    let shown = view.shown.filter(|shown| shown.what == what);
    html! {
        div {
            dt { (label) }
            dd {
                @if let Some(shown) = shown {
                    @match &shown.value {
                        Some(value) => strong class="id" { (value) },
                        None => {
                            img class="portrait" src={ (path(view.sheet.who.number)) "/portrait.jpg" } alt=(label);
                        }
                    }
                    p class="hint" role="status" {
                        (w.with("cand-written-down", &[
                            ("who", view.staff.name.as_str().into()),
                            ("what", label.as_ref().into()),
                            ("when", when::clock(shown.at).into()),
                        ]))
                    }
                } @else {
                    form class="show" method="post" action={ (path(view.sheet.who.number)) "/show" } {
                        input type="hidden" name="what" value=(what.as_ref());
                        @if !masked.is_empty() { span class="id" { (masked) } }
                        button class="plain" type="submit" {
                            (w.t("cand-show")) span class="unseen" { " " (label) }
                        }
                    }
                }
                @if let Some(proved) = proved {
                    p class="hint" { (w.t(if proved.is_some() { key("cand-proved") } else { key("cand-unproved") })) }
                }
            }
        }
    }
}

fn label(what: What) -> &'static str {
    match what {
        What::Name => key("cand-what-name"),
        What::Document => key("cand-what-document"),
        What::Mobile => key("mobile"),
        What::Email => key("correct-email"),
        What::Username => key("cand-kind-username"),
        What::VerifiedName => key("cand-what-verified-name"),
        What::VerifiedDocument => key("cand-what-verified-document"),
        What::Portrait => key("cand-what-portrait"),
    }
}

/// What waits for staff, each with its desk.
fn cases(w: Words, view: &View<'_>) -> Markup {
    let line = |case: &Case| {
        let kind = w.t(case_kind(case.kind()));
        html! {
            li {
                @if view.may(Right::See(case.kind())) { a href=(address(&case.subject)) { (kind) } } @else { span { (kind) } }
                @if let Some(exam) = &case.exam { span class="hint" { (view.title(w, exam)) } }
                span class=(if case.due <= view.now { "care" } else { "hint" }) {
                    (w.with("cand-case-due", &[("when", when::dated(w.language, case.due, view.now).into())]))
                }
            }
        }
    };
    html! {
        section aria-labelledby="cand-cases" {
            h2 id="cand-cases" { (w.t("cand-cases")) }
            @if view.sheet.cases.is_empty() { p class="hint" { (w.t("cand-no-cases")) } }
            @else { ul class="lines" { @for case in &view.sheet.cases { (line(case)) } } }
        }
    }
}

/// Where what is wrong is put right, with this candidate chosen.
fn corrections(w: Words, view: &View<'_>) -> Markup {
    let number = view.sheet.who.number;
    let ways = [
        (Right::CorrectAccounts, format!("/accounts/correct?account={number}"), key("cand-correct")),
        (Right::MoveRegistrations, format!("/accounts/rebind?from={number}"), key("cand-move")),
    ];
    let ways: Vec<_> = ways.into_iter().filter(|(right, ..)| view.may(*right)).collect();
    html! {
        @if !ways.is_empty() {
            section aria-labelledby="cand-corrections" {
                h2 id="cand-corrections" { (w.t("cand-corrections")) }
                ul class="lines" { @for (_, href, name) in &ways { li { a href=(href) { (w.t(name)) } } } }
                @if view.may(Right::CorrectAccounts) { (forms::sign_out(w, view)) }
            }
        }
    }
}

/// What staff noted, and a field for more.
fn notes(w: Words, view: &View<'_>) -> Markup {
    let may_note = view.may(Right::NoteOnCandidates);
    html! {
        section aria-labelledby="cand-notes" {
            h2 id="cand-notes" { (w.t("cand-notes")) }
            @if view.sheet.notes.is_empty() { p class="hint" { (w.t("cand-no-notes")) } }
            @else { ul class="notes" { @for note in &view.sheet.notes { (noted(w, view, note, may_note)) } } }
            @if may_note {
                form method="post" action={ (path(view.sheet.who.number)) "/notes" } {
                    div class="field" {
                        label for="note" { (w.t("cand-note-new")) }
                        textarea id="note" name="note" rows="3" required maxlength=(NOTE_CHARS_MAX) aria-describedby="note-hint" {
                            (view.note)
                        }
                        p class="hint" id="note-hint" { (w.t("cand-note-hint")) }
                    }
                    button class="button second" type="submit" { (w.t("cand-note-keep")) }
                }
            }
        }
    }
}

fn noted(w: Words, view: &View<'_>, note: &Note, may_note: bool) -> Markup {
    let at = when::dated(w.language, note.at, view.now);
    html! {
        li {
            @match note.struck_at {
                Some(struck) => {
                    p class="note-text" { s { (note.text) } }
                    p class="hint" {
                        (note.by_name) " · " (at) " · "
                        (w.with("cand-note-struck", &[("when", when::dated(w.language, struck, view.now).into())]))
                    }
                }
                None => {
                    p class="note-text" { (note.text) }
                    p class="hint" { (note.by_name) " · " (at) }
                    @if may_note && note.by == view.staff.id {
                        form method="post" action={ (path(view.sheet.who.number)) "/notes/" (note.id.0) "/strike" } {
                            button class="plain" type="submit" { (w.t("cand-note-strike")) }
                        }
                    }
                }
            }
        }
    }
}
