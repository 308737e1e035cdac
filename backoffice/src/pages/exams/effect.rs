//! What applying a draft would change, what keeps it from being applied, and applying it.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::drafts::effect::{Difference, Effect, SittingEffect, SittingFate};
use registration::drafts::{DraftError, SeenDraft, TakesSeats};

use super::draft::{Version, over};
use super::frame::{answer, draft_id, exam_path, is_open, path, refusal, tabs, title, version};
use super::{faults, words};
use crate::desk::message::Message;
use crate::finance::parts::{fact, table};
use crate::request::failure::Failure;
use crate::request::two::needs_two;
use crate::request::visit::Visit;

const HEADS: [&str; 3] = [key("exam-difference"), key("exam-before"), key("exam-after")];
const SITTING_HEADS: [&str; 5] =
    [key("exam-sitting"), key("exam-fate"), key("exam-field-capacity"), key("exam-seats"), key("exam-changes")];
/// Most lines of each table: more are counted.
const LINES_MAX: usize = 200;

pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, &id, None).await
}

/// Applies the draft.
pub(crate) async fn apply(visit: Visit, Path(id): Path<String>, Form(of): Form<Version>) -> Result<Response, Failure> {
    let draft = draft_id(&id)?;
    visit.demand_fresh()?;
    let (door, staff) = (visit.app.outside.registration.exam_drafts(), visit.staff.clone());
    let takes_seats = if needs_two(&visit) { TakesSeats::ByTwo } else { TakesSeats::Allowed };
    // A large exam takes longer than a page may: it goes on, and the draft says what became of it.
    let applying = tokio::spawn(async move { door.apply(&staff, (draft, of.version), takes_seats).await });
    match applying.await.map_err(|_| Failure::Broken)? {
        Ok(effect) => Ok(Redirect::to(&format!("{}?done=applied", exam_path(&effect.exam))).into_response()),
        Err(error) => match refusal(visit.words, &error) {
            Some((status, message)) => draw(&visit, status, &id, Some(&message)).await,
            None => Err(error.into()),
        },
    }
}

async fn draw(visit: &Visit, status: StatusCode, id: &str, message: Option<&Message>) -> Result<Response, Failure> {
    let door = &visit.app.outside.registration.exam_drafts();
    let draft = draft_id(id)?;
    let seen = door.see(&visit.staff, draft).await?;
    let effect = match is_open(&seen) {
        true => match door.effect(&visit.staff, draft).await {
            Ok(effect) => Some(effect),
            Err(DraftError::Faults(_)) => None,
            Err(error) => {
                let Some((status, message)) = refusal(visit.words, &error) else { return Err(error.into()) };
                let body = html! { (tabs(visit.words, &seen, "/effect")) };
                return answer(visit, (status, title(visit.words, &seen)), Some(&message), &body).await;
            }
        },
        false => None,
    };
    let body = body(visit.words, &seen, effect.as_ref());
    answer(visit, (status, title(visit.words, &seen)), message, &body).await
}

pub(crate) fn body(w: Words, seen: &SeenDraft, effect: Option<&Effect>) -> Markup {
    html! {
        (tabs(w, seen, "/effect"))
        (over(w, seen))
        @match (effect, &seen.checked) {
            (Some(effect), _) => (changes(w, seen, effect)),
            (None, Err(found)) if is_open(seen) => {
                section {
                    h2 { (w.t("exam-faults")) }
                    p class="hint" { (w.t("exam-faults-how")) }
                    (faults::of_draft(w, found, seen))
                }
            }
            (None, _) => {}
        }
    }
}

fn changes(w: Words, seen: &SeenDraft, effect: &Effect) -> Markup {
    html! {
        (verdict(w, seen, effect))
        @if !effect.is_nothing() { (in_numbers(w, effect)) }
        @if !effect.imported.warnings.is_empty() {
            section { h2 { (w.t("exam-warnings")) } (faults::list(w, &effect.imported.warnings)) }
        }
        @if !effect.fields.is_empty() {
            section {
                h2 { (w.t("exam-effect-fields")) }
                @let rows: Vec<Vec<Markup>> = effect.fields.iter().take(LINES_MAX).map(|one| difference(w, one)).collect();
                (table(w, &w.t("exam-effect-fields"), &HEADS, &rows))
                (rest(w, effect.fields.len()))
            }
        }
        @if !effect.sittings.is_empty() {
            section {
                h2 { (w.t("exam-part-sittings")) }
                @let rows: Vec<Vec<Markup>> = effect.sittings.iter().take(LINES_MAX).map(|one| sitting(w, one)).collect();
                (table(w, &w.t("exam-part-sittings"), &SITTING_HEADS, &rows))
                (rest(w, effect.sittings.len()))
            }
        }
    }
}

/// Whether it can be applied, and the button; or why not.
fn verdict(w: Words, seen: &SeenDraft, effect: &Effect) -> Markup {
    if !effect.refusals.is_empty() {
        return callout(
            Tone::Bad,
            &w.t("exam-effect-refused"),
            &html! {
                ul class="faults" { @for refusal in &effect.refusals { li { (words::refused(w, refusal)) } } }
            },
        );
    }
    if effect.is_nothing() {
        return callout(Tone::Plain, &w.t("exam-effect-nothing"), &html! { p { (w.t("exam-effect-nothing-text")) } });
    }
    let heading = match (effect.goes_on, effect.imported.is_new) {
        (true, _) => key("exam-effect-finish"),
        (false, true) => key("exam-effect-new"),
        (false, false) => key("exam-effect-change"),
    };
    callout(
        Tone::Care,
        &w.t(heading),
        &html! {
            p { (w.t("exam-effect-how")) }
            form method="post" action={ (path(seen.draft.id)) "/effect" } {
                (version(seen))
                button class="button" type="submit" { (w.t("exam-effect-apply")) }
            }
        },
    )
}

fn in_numbers(w: Words, effect: &Effect) -> Markup {
    let count = |fate: SittingFate| effect.sittings.iter().filter(|sitting| sitting.fate == fate).count();
    let (before, after) = effect.capacity;
    let [added, changed, removed] = effect.organisations;
    html! {
        dl class="facts" {
            (fact(&w.t("exam-exam"), &html! { span class="id" { (effect.exam) } }))
            (fact(&w.t("exam-part-sittings"), &html! {
                (w.with("exam-effect-sittings", &[
                    ("added", count(SittingFate::Added).into()),
                    ("changed", count(SittingFate::Changed).into()),
                    ("stays", count(SittingFate::Stays).into()),
                ]))
            }))
            (fact(&w.t("exam-field-capacity"), &html! { span class="fen" { (before) " → " (after) } }))
            @if effect.organisations != [0; 3] {
                (fact(&w.t("exam-organisations"), &html! {
                    (w.with("exam-effect-organisations", &[
                        ("added", added.into()), ("changed", changed.into()), ("removed", removed.into()),
                    ]))
                }))
            }
            (fact(&w.t("exam-affected"), &html! {
                (w.with("exam-effect-affected", &[
                    ("sold", effect.affected.sold.into()), ("held", effect.affected.held.into()),
                ]))
            }))
        }
    }
}

fn difference(w: Words, one: &Difference) -> Vec<Markup> {
    vec![
        html! { (words::place(w, &one.path)) },
        html! { @match &one.before { Some(text) => del { (text) }, None => span class="hint" { (w.t("exam-not-there")) } } },
        html! { @match &one.after { Some(text) => ins { (text) }, None => span class="hint" { (w.t("exam-goes")) } } },
    ]
}

fn sitting(w: Words, one: &SittingEffect) -> Vec<Markup> {
    let (tone, word) = words::fate(one.fate);
    let capacity = match one.capacity_before {
        Some(before) if before != one.capacity_after => format!("{before} → {}", one.capacity_after),
        _ => one.capacity_after.to_string(),
    };
    vec![
        html! {
            div {
                (w.pick(&one.title.zh, &one.title.en)) " · " (when::moment(w.language, one.starts_at))
                p class="id hint" { (one.id) }
            }
        },
        html! { (tag(tone, &w.t(word))) },
        html! { span class="fen" { (capacity) } },
        html! { (w.with("exam-seats-short", &[("sold", one.seats.sold.into()), ("held", one.seats.held.into())])) },
        html! {
            @if !one.changes.is_empty() { div { @for change in &one.changes {
                p {
                    (words::field(w, &change.path, None)) (w.pick("：", ": ")) del { (change.before.as_deref().unwrap_or("–")) } " "
                    ins { (change.after.as_deref().unwrap_or("–")) }
                }
            } } }
        },
    ]
}

fn rest(w: Words, count: usize) -> Markup {
    let more = count.saturating_sub(LINES_MAX);
    html! { @if more > 0 { p class="hint" { (w.with("exam-effect-more", &[("more", more.into())])) } } }
}
