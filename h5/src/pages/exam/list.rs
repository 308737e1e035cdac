//! The waiting list of a sitting that is full (候补): joining it, one's position on it, leaving it.

pub(crate) mod state;

use std::sync::Arc;

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam::{Exam, ExamSitting};
use registration::model::exam_rules::{TaskKind, WaitingListRules};
use registration::model::order::OrderId;
use registration::people::accounts::Hears;
use registration::seats::{Joined, OrderError};
use reservation::engine::waiting_list::Waiting;
use reservation::ids::SittingId;
use reservation::waiting_list::{ListPer, Returns};

use self::state::{ListState, Standing, elsewhere, has_seat, state_of};
use crate::failure::{Failure, too_often, with_wait};
use crate::paths::path_of;
use crate::request::chosen::{Chosen, choosing_path};
use crate::request::exam::find;
use crate::request::visit::{Candidate, Visit};
use crate::view::callout::{Tone, callout};
use crate::view::exam::agree::agree_tick;
use crate::view::exam::waiting_list::list_path;
use crate::view::facts::{SittingLine, facts, sitting_lines};
use crate::view::form::FieldError;
use crate::view::icons::{Icon, icon};
use crate::view::layout::{Frame, heading, page};
use crate::words::choice::choice_sentence;
use crate::words::exam::lasting;

/// After so many seconds the page of whose order is being written comes again, of who is about to get a seat, and of
/// everybody else.
const MOVING_SECONDS: u64 = 3;
const SOON_SECONDS: u64 = 20;
const LATER_SECONDS: u64 = 60;
/// Who has no more than so many before them is about to get a seat.
const SOON_AHEAD: u64 = 20;

pub(crate) async fn show(candidate: Candidate, Path(path): Path<(String, String)>) -> Result<Response, Failure> {
    let asked = Asked::of(&candidate, &path)?;
    let waits = asked.visit.waits(&asked.exam).await;
    if let Some(waiting) = waits.iter().find(|waiting| waiting.sittings.contains(&asked.sitting)) {
        let orders = &asked.visit.app.outside.registration.orders;
        if let Some(order) = orders.order_of_offer(candidate.account.id, &asked.exam.id, waiting).await? {
            return Ok(Redirect::to(&order_path(order)).into_response());
        }
    }
    asked.answer(StatusCode::OK, asked.state(&waits).await?, None)
}

pub(crate) async fn join(
    candidate: Candidate,
    Path(path): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::of(&candidate, &path)?;
    let (visit, w) = (asked.visit, asked.visit.words);
    if let Some(too_many) = visit.too_many.or_else(|| visit.count(&candidate.account).err()) {
        let page =
            asked.page(ListState::Out, Some(FieldError { field: "list".into(), text: too_often(w, too_many) }))?;
        return Ok(with_wait(too_many, page));
    }
    // Whoever gets an offer has nothing left to do but pay: what holding a seat asks is asked here.
    if asks_to_agree(&asked.exam) && !pairs.iter().any(|(name, _)| name == "agree") {
        let error = FieldError { field: "agree".into(), text: w.t("hold-error-agree").into_owned() };
        return asked.answer(StatusCode::UNPROCESSABLE_ENTITY, ListState::Out, Some(error));
    }
    let orders = &visit.app.outside.registration.orders;
    match orders.join_list(candidate.account.id, &asked.exam.id, &asked.sitting).await {
        Ok(Joined::Waiting) => Ok(asked.to_list()),
        Ok(joined) => asked.refused(joined).await,
        Err(OrderError::AlreadyRegistered(order) | OrderError::HoldsOther(order)) => {
            Ok(Redirect::to(&order_path(order)).into_response())
        }
        Err(OrderError::Blocked(_)) => Ok(Redirect::to(&path_of(&asked.exam)).into_response()),
        Err(OrderError::NotOpen { .. }) => asked.answer(StatusCode::CONFLICT, ListState::Closed, None),
        Err(OrderError::Choosing(refusal)) => {
            let error = FieldError { field: "list".into(), text: choice_sentence(w, &asked.exam, &refusal) };
            asked.answer(StatusCode::CONFLICT, ListState::Off, Some(error))
        }
        Err(OrderError::Unavailable(_)) => asked.away(ListState::Out, key("list-away")),
        Err(OrderError::Store(error)) => Err(error.into()),
        Err(_) => asked.answer(StatusCode::CONFLICT, ListState::Off, None),
    }
}

pub(crate) async fn leave(candidate: Candidate, Path(path): Path<(String, String)>) -> Result<Response, Failure> {
    let asked = Asked::of(&candidate, &path)?;
    let orders = &asked.visit.app.outside.registration.orders;
    match orders.leave_list(candidate.account.id, &asked.exam.id, &asked.sitting).await {
        Ok(()) => Ok(asked.to_list()),
        Err(OrderError::Store(error)) => Err(error.into()),
        Err(_) => {
            let waits = asked.visit.waits(&asked.exam).await;
            asked.away(asked.state(&waits).await?, key("list-away-leaving"))
        }
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

/// What every request about a list is about: whose, and which one.
struct Asked<'a> {
    visit: &'a Visit,
    exam: Arc<Exam>,
    sitting: SittingId,
}

impl<'a> Asked<'a> {
    fn of(candidate: &'a Candidate, (exam, sitting): &(String, String)) -> Result<Self, Failure> {
        let visit = &candidate.visit;
        let exam = find(visit, exam)?;
        let sitting = sitting_of(&exam, sitting)?.0.id.clone();
        Ok(Self { visit, exam, sitting })
    }

    fn sitting(&self) -> Result<(&ExamSitting, &WaitingListRules), Failure> {
        sitting_of(&self.exam, self.sitting.as_str())
    }

    /// Where the candidate whose waits these are stands now.
    async fn state(&self, waits: &[Waiting]) -> Result<ListState, Failure> {
        let (sitting, rules) = self.sitting()?;
        let available = self.visit.app.outside.engine.availability(&self.exam.id).unwrap_or_default();
        let free = available.iter().find(|one| one.sitting.id == sitting.id).map_or(0, |one| one.free);
        let orders = self.visit.orders_of(&self.exam).await?;
        let candidate = Standing { waits, has_seat: has_seat(&self.exam, sitting, &orders) };
        Ok(state_of((&self.exam, sitting, rules), &candidate, free, self.visit.now))
    }

    fn to_list(&self) -> Response {
        Redirect::to(&list_path(&self.exam, &self.sitting)).into_response()
    }

    /// The candidate is not on this list.
    async fn refused(&self, joined: Joined) -> Result<Response, Failure> {
        let state = match joined {
            Joined::Waiting => return Ok(self.to_list()),
            Joined::Free => ListState::Free,
            Joined::Seated => ListState::Seated,
            Joined::Spent => ListState::Spent,
            Joined::NotOffered => ListState::Off,
            Joined::Elsewhere => {
                let waits = self.visit.waits(&self.exam).await;
                elsewhere(&self.exam, self.sitting()?.0, &waits).unwrap_or(ListState::Off)
            }
        };
        self.answer(StatusCode::CONFLICT, state, None)
    }

    /// The engine gives no answer: nothing is lost, and the same may be asked for again.
    fn away(&self, state: ListState, word: &'static str) -> Result<Response, Failure> {
        let error = FieldError { field: "list".into(), text: self.visit.words.t(word).into_owned() };
        self.answer(StatusCode::SERVICE_UNAVAILABLE, state, Some(error))
    }

    fn answer(&self, status: StatusCode, state: ListState, error: Option<FieldError>) -> Result<Response, Failure> {
        Ok((status, self.page(state, error)?).into_response())
    }

    fn page(&self, state: ListState, error: Option<FieldError>) -> Result<Markup, Failure> {
        let (visit, w) = (self.visit, self.visit.words);
        let (sitting, rules) = self.sitting()?;
        let refresh_seconds = match state {
            ListState::Moving => Some(MOVING_SECONDS),
            ListState::Waiting { ahead, .. } if ahead <= SOON_AHEAD => Some(SOON_SECONDS),
            ListState::Waiting { .. } => Some(LATER_SECONDS),
            _ => None,
        };
        let (exam, hears) = (&*self.exam, visit.reader().hears);
        let view = View { exam, sitting, rules, state, error, hears, now: visit.now };
        Ok(page(&Frame { refresh_seconds, ..visit.frame(w.t("list-title")) }, &body(w, &view)))
    }
}

/// Where the notice is no step of its own, it is agreed to here.
fn asks_to_agree(exam: &Exam) -> bool {
    !exam.rules.asks_for(&TaskKind::Notice)
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) sitting: &'a ExamSitting,
    pub(crate) rules: &'a WaitingListRules,
    pub(crate) state: ListState,
    /// What did not work, if something was asked.
    pub(crate) error: Option<FieldError>,
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
            @if let Some(error) = view.error.as_ref().filter(|error| error.field == "list") {
                p class="error" role="alert" { (icon(Icon::Cross)) span { (error.text) } }
            }
            @match &view.state {
                ListState::Waiting { ahead, all, lapses } => (position_part(w, view, (*ahead, *all, *lapses))),
                ListState::Out => p { (w.t("list-lead")) },
                other => (said(w, view, other)),
            }
            (sitting_lines(w, &[line], Some(view.now)))
            @if view.state == ListState::Out {
                form method="post" action=(list_path(view.exam, &sitting.id)) data-busy=(w.t("list-joining")) {
                    @if asks_to_agree(view.exam) { (agreeing(w, view)) }
                    button class="button" type="submit" { (w.t("list-join")) }
                }
            }
            @if matches!(view.state, ListState::Out | ListState::Waiting { .. }) { (next(w, view)) }
            @if matches!(view.state, ListState::Waiting { .. }) { (leaving(w, view)) }
            p { a class="button second" href=(path_of(view.exam)) { (w.t("exam-back")) } }
        }
    }
}

/// The notice, folded, and the tick below it.
fn agreeing(w: Words, view: &View<'_>) -> Markup {
    let paragraphs = match w.language {
        Language::Zh => &view.exam.notice.zh,
        Language::En => &view.exam.notice.en,
    };
    html! {
        details class="read" {
            summary { (w.t("notice-title")) (icon(Icon::Chevron)) }
            @for paragraph in paragraphs { p { (paragraph) } }
        }
        (agree_tick(w, false, view.error.as_ref().filter(|error| error.field == "agree").map(|error| error.text.as_str())))
    }
}

/// The one thing that matters: which position.
fn position_part(w: Words, view: &View<'_>, (ahead, all, lapses): (u64, u64, u32)) -> Markup {
    let mut rows = vec![(w.t("list-waiting"), w.with("list-waiting-number", &[("count", all.into())]))];
    if lapses > 0 {
        let values = [("count", u64::from(lapses).into()), ("most", u64::from(view.rules.offers).into())];
        rows.push((w.t("list-lapses"), w.with("list-lapses-number", &values)));
    }
    let rows: Vec<_> = rows.iter().map(|(label, value)| (&**label, html! { (value) })).collect();
    html! {
        section class="position" {
            p class="position-label" { (w.t("list-position")) }
            p class="position-number" { (w.with("list-position-number", &[("number", (ahead + 1).into())])) }
            (facts(&rows))
            p class="hint" { (w.with("list-refreshes", &[("time", when::clock(view.now).into())])) }
        }
    }
}

/// What there is to say where nobody waits.
fn said(w: Words, view: &View<'_>, state: &ListState) -> Markup {
    let (tone, title, text) = match state {
        ListState::Moving => (Tone::Plain, key("list-moving-title"), key("list-moving-text")),
        ListState::Free => (Tone::Plain, key("list-free-title"), key("list-free-text")),
        ListState::Early => (Tone::Plain, key("list-early-title"), key("list-early-text")),
        ListState::Closed => (Tone::Care, key("list-closed-title"), key("list-closed-text")),
        ListState::Elsewhere(_) => (Tone::Care, key("list-elsewhere-title"), key("list-elsewhere-text")),
        ListState::Seated => (Tone::Plain, key("list-seated-title"), key("list-seated-text")),
        ListState::Spent => (Tone::Care, key("list-spent-title"), key("list-spent-text")),
        ListState::Off | ListState::Out | ListState::Waiting { .. } => {
            (Tone::Care, key("list-off-title"), key("list-off-text"))
        }
    };
    let values = [
        ("when", when::dated(w.language, view.exam.opens_at, view.now).into()),
        ("count", u64::from(view.rules.offers).into()),
    ];
    let text = html! {
        p { (w.with(text, &values)) }
        @match state {
            ListState::Free => p {
                a class="button" href=(choosing_path(view.exam, &chosen(view.sitting))) { (w.t("list-free-go")) }
            },
            ListState::Elsewhere(other) => p {
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
    let gap = if w.language == Language::En { " " } else { "" };
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
