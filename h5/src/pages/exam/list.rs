//! The waiting list of a sitting that is full (候补): joining it, one's place on it, leaving it.

pub(crate) mod place;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam::{Exam, ExamSitting};
use registration::model::exam_rules::WaitingListRules;
use registration::model::order::OrderId;
use registration::people::accounts::Hears;
use registration::seats::{Joined, OrderError};
use reservation::engine::waiting_list::Waiting;
use reservation::waiting_list::{ListPer, Returns};

use self::place::{Place, elsewhere, place_of};
use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::chosen::{Chosen, choosing_path};
use crate::request::exam::find;
use crate::request::visit::{Candidate, Visit};
use crate::view::callout::{Tone, callout};
use crate::view::exam::waiting_list::list_path;
use crate::view::facts::{SittingLine, facts, sitting_lines};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{Frame, heading, page};
use crate::words::choice::choice_sentence;
use crate::words::exam::lasting;

/// After so many seconds the page of who is about to get a seat comes again, and of everybody else.
const SOON_SECONDS: u64 = 20;
const LATER_SECONDS: u64 = 60;
/// Who has no more than so many before them is about to get a seat.
const SOON_AHEAD: u64 = 20;

pub(crate) async fn show(
    candidate: Candidate,
    Path((exam, sitting)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let (sitting, rules) = sitting_of(&exam, &sitting)?;
    let waits = visit.waits(&exam).await;
    let waiting = waits.iter().find(|waiting| waiting.sittings.contains(&sitting.id));
    if let Some(waiting) = waiting {
        let orders = &visit.app.outside.registration.orders;
        if let Some(order) = orders.order_of_offer(candidate.account.id, &exam.id, waiting).await? {
            return Ok(Redirect::to(&order_path(order)).into_response());
        }
    }
    let place = place(visit, (&exam, sitting, rules), &waits);
    Ok(render(visit, &exam, sitting, rules, place, None).into_response())
}

pub(crate) async fn join(
    candidate: Candidate,
    Path((exam, sitting)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let (sitting, rules) = sitting_of(&exam, &sitting)?;
    let orders = &visit.app.outside.registration.orders;
    let refused = |place, error: Option<String>| {
        let page = render(visit, &exam, sitting, rules, place, error);
        Ok((StatusCode::CONFLICT, page).into_response())
    };
    match orders.join_list(candidate.account.id, &exam.id, &sitting.id).await {
        Ok(Joined::Waiting) => Ok(Redirect::to(&list_path(&exam, &sitting.id)).into_response()),
        Ok(Joined::Free) => refused(Place::Free, None),
        Ok(Joined::Seated) => refused(Place::Seated, None),
        Ok(Joined::Spent) => refused(Place::Spent, None),
        Ok(Joined::NotOffered) => refused(Place::Off, None),
        Ok(Joined::Elsewhere) => {
            let waits = visit.waits(&exam).await;
            let other = elsewhere(&exam, sitting, &waits).unwrap_or(Place::Off);
            refused(other, None)
        }
        Err(OrderError::AlreadyRegistered(order) | OrderError::HoldsOther(order)) => {
            Ok(Redirect::to(&order_path(order)).into_response())
        }
        Err(OrderError::Blocked(_)) => Ok(Redirect::to(&path_of(&exam)).into_response()),
        Err(OrderError::NotOpen { .. }) => refused(Place::Closed, None),
        Err(OrderError::Choosing(refusal)) => refused(Place::Off, Some(choice_sentence(visit.words, &exam, &refusal))),
        Err(OrderError::Unavailable(_)) => refused(Place::Out, Some(visit.words.t("list-away").into_owned())),
        Err(OrderError::Store(error)) => Err(error.into()),
        Err(_) => refused(Place::Off, None),
    }
}

pub(crate) async fn leave(
    candidate: Candidate,
    Path((exam, sitting)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let (sitting, rules) = sitting_of(&exam, &sitting)?;
    let orders = &visit.app.outside.registration.orders;
    match orders.leave_list(candidate.account.id, &exam.id, &sitting.id).await {
        Err(OrderError::Store(error)) => Err(error.into()),
        Err(_) => {
            let place = place(visit, (&exam, sitting, rules), &visit.waits(&exam).await);
            let error = Some(visit.words.t("list-away").into_owned());
            Ok((StatusCode::SERVICE_UNAVAILABLE, render(visit, &exam, sitting, rules, place, error)).into_response())
        }
        Ok(()) => Ok(Redirect::to(&list_path(&exam, &sitting.id)).into_response()),
    }
}

/// A reload of a form that became a GET: back to the list.
pub(crate) async fn back(visit: Visit, Path((exam, sitting)): Path<(String, String)>) -> Result<Redirect, Failure> {
    let exam = find(&visit, &exam)?;
    let (sitting, _) = sitting_of(&exam, &sitting)?;
    Ok(Redirect::to(&list_path(&exam, &sitting.id)))
}

fn order_path(order: OrderId) -> String {
    format!("/orders/{order}")
}

/// A sitting of an exam that has waiting lists.
fn sitting_of<'a>(exam: &'a Exam, sitting: &str) -> Result<(&'a ExamSitting, &'a WaitingListRules), Failure> {
    let id = sitting.parse().map_err(|_| Failure::NotFound)?;
    exam.sitting(&id).zip(exam.rules.waiting_list.as_ref()).ok_or(Failure::NotFound)
}

/// Where the candidate stands now.
fn place(visit: &Visit, of: (&Exam, &ExamSitting, &WaitingListRules), waits: &[Waiting]) -> Place {
    let available = visit.app.outside.engine.availability(&of.0.id).unwrap_or_default();
    let free = available.iter().find(|one| one.sitting.id == of.1.id).map_or(0, |one| one.free);
    place_of(of, waits, free, visit.now)
}

fn render(
    visit: &Visit,
    exam: &Exam,
    sitting: &ExamSitting,
    rules: &WaitingListRules,
    place: Place,
    error: Option<String>,
) -> Markup {
    let w = visit.words;
    let refresh_seconds = match place {
        Place::Moving => Some(3),
        Place::Waiting { ahead, .. } if ahead <= SOON_AHEAD => Some(SOON_SECONDS),
        Place::Waiting { .. } => Some(LATER_SECONDS),
        _ => None,
    };
    let view = View { exam, sitting, rules, place, error, hears: visit.reader().hears, now: visit.now };
    page(&Frame { refresh_seconds, ..visit.frame(w.t("list-title")) }, &body(w, &view))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) sitting: &'a ExamSitting,
    pub(crate) rules: &'a WaitingListRules,
    pub(crate) place: Place,
    /// What did not work, if something was asked.
    pub(crate) error: Option<String>,
    /// How the candidate will hear of an offer.
    pub(crate) hears: Hears,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let sitting = view.sitting;
    let line = SittingLine {
        title: w.pick(&sitting.title.zh, &sitting.title.en).to_owned(),
        venue: w.pick(&sitting.venue.zh, &sitting.venue.en).to_owned(),
        starts_at: Some(sitting.starts_at),
    };
    html! {
        div class="column waiting" {
            (heading(Some(w.pick(&view.exam.title.zh, &view.exam.title.en)), &w.t("list-title")))
            @if let Some(error) = &view.error {
                p class="error" role="alert" { (icon(Icon::Cross)) span { (error) } }
            }
            @match &view.place {
                Place::Waiting { ahead, all, lapses } => (place_part(w, view, (*ahead, *all, *lapses))),
                Place::Out => p { (w.t("list-lead")) },
                other => (said(w, view, other)),
            }
            (sitting_lines(w, &[line], Some(view.now)))
            @if view.place == Place::Out {
                form method="post" action=(list_path(view.exam, &sitting.id)) data-busy=(w.t("list-joining")) {
                    button class="button" type="submit" { (w.t("list-join")) }
                }
            }
            @if matches!(view.place, Place::Out | Place::Waiting { .. }) { (next(w, view)) }
            @if matches!(view.place, Place::Waiting { .. }) { (leaving(w, view)) }
            p { a class="button second" href=(path_of(view.exam)) { (w.t("exam-back")) } }
        }
    }
}

/// The one thing that matters: which place.
fn place_part(w: Words, view: &View<'_>, (ahead, all, lapses): (u64, u64, u32)) -> Markup {
    let mut rows = vec![(w.t("list-waiting"), w.with("list-waiting-number", &[("count", all.into())]))];
    if lapses > 0 {
        let values = [("count", u64::from(lapses).into()), ("most", u64::from(view.rules.offers).into())];
        rows.push((w.t("list-lapses"), w.with("list-lapses-number", &values)));
    }
    let rows: Vec<_> = rows.iter().map(|(label, value)| (&**label, html! { (value) })).collect();
    html! {
        section class="place" {
            p class="place-label" { (w.t("list-position")) }
            p class="place-number" { (w.with("list-position-number", &[("number", (ahead + 1).into())])) }
            (facts(&rows))
            p class="hint" { (w.with("list-refreshes", &[("time", when::clock(view.now).into())])) }
        }
    }
}

/// What there is to say where nobody waits.
fn said(w: Words, view: &View<'_>, place: &Place) -> Markup {
    let (tone, title, text) = match place {
        Place::Moving => (Tone::Plain, key("list-moving-title"), key("list-moving-text")),
        Place::Free => (Tone::Plain, key("list-free-title"), key("list-free-text")),
        Place::Early => (Tone::Plain, key("list-early-title"), key("list-early-text")),
        Place::Closed => (Tone::Care, key("list-closed-title"), key("list-closed-text")),
        Place::Elsewhere(_) => (Tone::Care, key("list-elsewhere-title"), key("list-elsewhere-text")),
        Place::Seated => (Tone::Plain, key("list-seated-title"), key("list-seated-text")),
        Place::Spent => (Tone::Care, key("list-spent-title"), key("list-spent-text")),
        Place::Off | Place::Out | Place::Waiting { .. } => (Tone::Care, key("list-off-title"), key("list-off-text")),
    };
    let values = [
        ("when", when::dated(w.language, view.exam.opens_at, view.now).into()),
        ("count", u64::from(view.rules.offers).into()),
    ];
    let text = html! {
        p { (w.with(text, &values)) }
        @match place {
            Place::Free => p {
                a class="button" href=(choosing_path(view.exam, &chosen(view.sitting))) { (w.t("list-free-go")) }
            },
            Place::Elsewhere(other) => p {
                a class="link" href=(list_path(view.exam, &other.id)) { (w.t("list-box-link")) (icon(Icon::Chevron)) }
            },
            _ => {},
        }
    };
    callout(tone, &w.t(title), &text)
}

/// The sitting as chosen, so that the page of the choice has it ticked.
fn chosen(sitting: &ExamSitting) -> Chosen {
    Chosen { sittings: vec![sitting.id.clone()], ..Chosen::default() }
}

/// What happens next, and what is asked then: honest about what is not promised.
fn next(w: Words, view: &View<'_>) -> Markup {
    let (exam, rules) = (view.exam, view.rules);
    let held = lasting(w, rules.offer());
    let order = match rules.returns {
        Returns::ListFirst => w.t("list-next-first"),
        Returns::Everybody => w.t("list-next-everybody"),
    };
    let hears = match view.hears {
        Hears::Letter => w.t("list-hears-letter"),
        Hears::Message => w.t("list-hears-message"),
        Hears::Nothing => w.t("list-hears-page"),
    };
    let gap = if w.language == pagekit::language::Language::En { " " } else { "" };
    html! {
        section class="read" {
            h2 { (w.t("list-next-title")) }
            ol class="notice-list" {
                li { (order) }
                li { (w.with("list-next-offer", &[("held", held.into())])) (gap) (hears) }
                @if rules.per == ListPer::Group && view.sitting.group.is_some() { li { (w.t("list-next-any")) } }
                li { (w.with("list-next-missed", &[("count", u64::from(rules.offers).into())])) }
                @if view.sitting.group.is_some() { li { (w.t("list-next-one")) } }
                li { (w.with("list-next-end", &[("when", when::dated(w.language, exam.closes_at, view.now).into())])) }
            }
        }
    }
}

/// Leaving, behind a fold that says what is lost.
fn leaving(w: Words, view: &View<'_>) -> Markup {
    html! {
        details class="drop" {
            summary class="link" { (w.t("list-leave")) (icon(Icon::Chevron)) }
            p { (w.t("list-leave-text")) }
            form method="post" action={ (list_path(view.exam, &view.sitting.id)) "/leave" } data-busy=(w.t("form-busy")) {
                button class="button second" type="submit" { (w.t("list-leave-submit")) }
            }
        }
    }
}
