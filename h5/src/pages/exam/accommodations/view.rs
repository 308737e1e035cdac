//! The page of accommodations as markup: where the request stands, kind by kind, and the form.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::{AccommodationKind, TaskKind};
use registration::model::facts::accommodation::{
    Accommodation, AccommodationRequest, AccommodationState, DETAILS_CHARS_MAX, Verdict,
};
use registration::pictures::clean::PICTURE_BYTES_MAX;
use registration::pictures::kept::Slot;
use registration::rules::steps::StepView;

use crate::paths::path_of;
use crate::view::callout::{Tone, callout, tag};
use crate::view::contact::ask;
use crate::view::form::picture_tile::{PictureTile, Shrunk, awaited, fields, picture_tile};
use crate::view::form::{FieldError, error_of, error_summary};
use crate::view::icons::{Icon, icon};
use crate::view::layout::heading;
use crate::view::steps::progress_at;
use crate::words::task as task_words;
use crate::words::ticket::granted::kind_word;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    /// What was asked for, and what was said.
    pub(crate) asked: Option<&'a Accommodation>,
    /// May something be handed in now?
    pub(crate) may: bool,
    /// What the form shows: what was typed, else what was asked for.
    pub(crate) shown: &'a AccommodationRequest,
    /// Where the proofs are shown that are here already, by their slots.
    pub(crate) proofs: [Option<String>; 2],
    pub(crate) errors: &'a [FieldError],
    pub(crate) now: Timestamp,
}

/// Where the pieces of a proof go.
pub(super) fn put(exam: &Exam, slot: Slot) -> String {
    format!("{}/accommodations/pictures/{}", path_of(exam), slot.as_str())
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    html! {
        div class="column" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &task_words::name(w, exam, &TaskKind::Accommodations)))
            (progress_at(w, view.steps, &TaskKind::Accommodations, view.now))
            @match view.asked {
                Some(asked) => (standing(w, asked, view.may)),
                None if view.may => p class="lead" { (w.t("accommodation-lead")) },
                None => {},
            }
            @if !view.may { p class="closed" { (w.t("accommodation-over")) } }
            @if view.may && view.asked.is_none() { (form(w, view)) }
            @else if view.may {
                details class="again" open[!view.errors.is_empty() || is_asked_more(view)] {
                    summary class="button second" { (w.t("accommodation-again")) }
                    (form(w, view))
                }
            }
            @if view.asked.is_some() { (withdraw(w, exam)) }
            p class="beside" { a href=(path_of(exam)) { (w.t("exam-back")) } }
            (ask(w, exam.rules.contact.as_ref()))
        }
    }
}

fn is_asked_more(view: &View<'_>) -> bool {
    view.asked.is_some_and(|asked| matches!(asked.state, AccommodationState::More { .. }))
}

/// What was asked for, kind by kind, and what was said to each.
fn standing(w: Words, asked: &Accommodation, may: bool) -> Markup {
    let is_waiting = matches!(asked.state, AccommodationState::Waiting { .. });
    let (tone, title, text) = match asked.state {
        AccommodationState::None | AccommodationState::Waiting { .. } => {
            (Tone::Care, w.t("accommodation-waiting"), w.t("accommodation-waiting-text"))
        }
        AccommodationState::More { .. } if may => {
            (Tone::Bad, w.t("accommodation-more"), w.t("accommodation-more-text"))
        }
        AccommodationState::More { .. } => (Tone::Bad, w.t("accommodation-more"), w.t("accommodation-more-late")),
        AccommodationState::Refused { .. } => {
            (Tone::Bad, w.t("accommodation-refused"), w.t("accommodation-refused-text"))
        }
        AccommodationState::Granted { .. } => {
            (Tone::Good, w.t("accommodation-granted"), w.t("accommodation-granted-text"))
        }
    };
    let said = |kind: AccommodationKind| asked.verdicts.of(kind).filter(|_| !is_waiting);
    // What was granted before counts while a later request waits; whoever asks for less now should know.
    let still: Vec<AccommodationKind> = if is_waiting { asked.verdicts.granted() } else { Vec::new() };
    html! {
        (callout(tone, &title, &html! { p { (text) } }))
        section {
            h2 { (w.t("accommodation-asked")) }
            dl class="rows" {
                @for kind in &asked.request.kinds {
                    div {
                        dt { b { (kind_word(w, *kind)) } }
                        dd {
                            (verdict(w, said(*kind)))
                            @if let Some(reason) = said(*kind).and_then(Verdict::reason) { p class="reason" { (reason) } }
                        }
                    }
                }
            }
            @if !asked.request.details.is_empty() {
                dl class="facts" { div { dt { (w.t("accommodation-details")) } dd { (asked.request.details) } } }
            }
        }
        @if !still.is_empty() {
            p class="hint" { (w.t("accommodation-still")) }
            ul class="points" { @for kind in &still { li { (kind_word(w, *kind)) } } }
        }
    }
}

fn verdict(w: Words, said: Option<&Verdict>) -> Markup {
    match said {
        None => tag(Tone::Care, &w.t("accommodation-tag-waiting")),
        Some(Verdict::Granted) => tag(Tone::Good, &w.t("accommodation-tag-granted")),
        Some(Verdict::Refused(_)) => tag(Tone::Bad, &w.t("accommodation-tag-refused")),
        Some(Verdict::More(_)) => tag(Tone::Bad, &w.t("accommodation-tag-more")),
    }
}

fn form(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let rules = &exam.rules.accommodations;
    html! {
        form class="stack" method="post" action={ (path_of(exam)) "/accommodations" } enctype="multipart/form-data"
            data-tiles data-busy=(w.t("form-busy")) novalidate {
            @if let Some(note) = &rules.note { p class="hint" { (w.pick(&note.zh, &note.en)) } }
            (kinds(w, view))
            (details(w, view))
            (tile(w, view, Slot::Proof))
            (tile(w, view, Slot::MoreProof))
            p class="hint" { (w.t("accommodation-kept")) }
            button class="button wide-button" type="submit" {
                @if view.asked.is_some() { (w.t("accommodation-submit-again")) } @else { (w.t("accommodation-submit")) }
            }
            (awaited(w))
        }
    }
}

fn kinds(w: Words, view: &View<'_>) -> Markup {
    let error = error_of(view.errors, "kinds");
    let offered = AccommodationKind::ALL.iter().filter(|kind| view.exam.rules.accommodations.kinds.contains(kind));
    html! {
        fieldset class="field choice" id="kinds" tabindex="-1" data-error[error.is_some()]
            aria-describedby=[error.map(|_| "kinds-error")] {
            legend { (w.t("accommodation-kinds")) }
            @if let Some(error) = error { p class="error" id="kinds-error" { (icon(Icon::Cross)) span { (error) } } }
            @for kind in offered {
                label class="tick" for={ "kind-" (kind) } {
                    @let is_asked = view.shown.kinds.contains(kind);
                    input type="checkbox" id={ "kind-" (kind) } name="kinds" value=(kind) checked[is_asked];
                    span { (kind_word(w, *kind)) small class="hint" { (kind_hint(w, *kind)) } }
                }
            }
        }
    }
}

fn details(w: Words, view: &View<'_>) -> Markup {
    let error = error_of(view.errors, "details");
    let described = if error.is_some() { "details-hint details-error" } else { "details-hint" };
    html! {
        div class="field" data-error[error.is_some()] {
            label for="details" { (w.t("accommodation-details")) }
            p class="hint" id="details-hint" { (w.t("accommodation-details-hint")) }
            @if let Some(error) = error { p class="error" id="details-error" { (icon(Icon::Cross)) span { (error) } } }
            textarea id="details" name="details" rows="3" maxlength=(DETAILS_CHARS_MAX) aria-describedby=(described)
                aria-invalid=[error.map(|_| "true")] { (view.shown.details) }
        }
    }
}

fn tile(w: Words, view: &View<'_>, slot: Slot) -> Markup {
    let is_first = slot == Slot::Proof;
    let needs = view.exam.rules.accommodations.needs_proof;
    let (legend, hint) = match (is_first, needs) {
        (true, true) => (w.t("accommodation-proof"), w.t("accommodation-proof-hint")),
        (true, false) => (w.t("accommodation-proof-optional"), w.t("accommodation-proof-hint")),
        (false, _) => (w.t("accommodation-proof-second"), w.t("accommodation-proof-second-hint")),
    };
    let put = put(view.exam, slot);
    let tile = PictureTile {
        id: slot.as_str(),
        fields: fields(slot.as_str()),
        put: &put,
        legend: &legend,
        hint: &hint,
        accept: "image/*",
        shrunk: Shrunk::Photo,
        bytes_max: PICTURE_BYTES_MAX,
        here: view.proofs[usize::from(!is_first)].as_deref(),
        upload: None,
        error: error_of(view.errors, slot.as_str()),
    };
    picture_tile(w, &tile)
}

/// Taking it back is asked for twice: what was granted goes with it.
fn withdraw(w: Words, exam: &Exam) -> Markup {
    html! {
        details class="release-part" {
            summary { (w.t("accommodation-withdraw")) (icon(Icon::Chevron)) }
            form method="post" action={ (path_of(exam)) "/accommodations/withdraw" } data-busy=(w.t("form-busy")) {
                p { (w.t("accommodation-withdraw-text")) }
                button class="button second" type="submit" { (w.t("accommodation-withdraw-submit")) }
            }
        }
    }
}

/// For whom it is, or what it means on the day.
fn kind_hint(w: Words, kind: AccommodationKind) -> String {
    match kind {
        AccommodationKind::ExtraTime => w.t("accommodation-extra-time-hint"),
        AccommodationKind::LargePrint => w.t("accommodation-large-print-hint"),
        AccommodationKind::StepFree => w.t("accommodation-step-free-hint"),
        AccommodationKind::Wheelchair => w.t("accommodation-wheelchair-hint"),
        AccommodationKind::FrontRow => w.t("accommodation-front-row-hint"),
        AccommodationKind::OwnRoom => w.t("accommodation-own-room-hint"),
        AccommodationKind::Other => w.t("accommodation-other-hint"),
    }
    .into_owned()
}
