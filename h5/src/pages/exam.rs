//! One exam: where the candidate stands in it, what to do next, what they have. An exam that begins with the choice of
//! a sitting shows the sittings at once.

pub(crate) mod accommodations;
pub(crate) mod dates;
pub(crate) mod draw;
pub(crate) mod list;
pub(crate) mod mine;
pub(crate) mod notice;
pub(crate) mod opening;
pub(crate) mod seats;
pub(crate) mod sittings;
pub(crate) mod update;

use axum::extract::{Path, Query};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::eligibility::RosterPerson;
use registration::model::exam::Exam;
use registration::model::exam_rules::{PartId, TaskKind};
use registration::model::facts::{EligibilityState, Facts};
use registration::model::order::{Order, OrderState};
use registration::rules::standing::Standing;
use registration::rules::steps::{StepView, TaskState};
use reservation::engine::waiting_list::Waiting;
use reservation::sitting::Availability;

use crate::failure::Failure;
use crate::pages::exam::mine::mine;
use crate::pages::exam::seats::seats;
use crate::pages::exam::sittings::gate::gate_of_guest;
use crate::paths::{is_simple, path_of};
use crate::request::chosen::Chosen;
use crate::request::exam::find;
use crate::request::visit::{Progress, Visit, WithOrders};
use crate::view::exam::draws::draws_link;
use crate::view::exam::facts::exam_facts;
use crate::view::exam::person::person_section;
use crate::view::exam::waiting_list::list_boxes;
use crate::view::exam::window::window_line;
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::view::progress::{step_dot, step_name};
use crate::view::standing::standing_box;
use crate::view::steps::progress_of;
use crate::view::waits::exam_waits;
use crate::words::standing::Reader;
use crate::words::step::{Look, is_of_hold, look, optional_word, passed_word};
use crate::words::task::name;

pub(crate) async fn show(
    WithOrders(visit): WithOrders<Visit>,
    Path(exam): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Markup, Failure> {
    let exam = find(&visit, &exam)?;
    let progress = visit.progress(&exam).await?;
    if is_simple(&exam) {
        return Ok(sittings::render(&visit, &exam, &Chosen::read(&pairs), &progress, &[]).await);
    }
    let eligibility = &visit.app.outside.registration.eligibility;
    let registered = match (&visit.account, &progress.eligibility) {
        (Some(account), EligibilityState::Bound { .. }) => {
            let person = eligibility.person(account.id, &exam.id, None).await?;
            let has_review = eligibility.has_score_review(account.id, &exam).await?;
            person.map(|person| Registered { person, has_review })
        }
        _ => None,
    };
    let waits = visit.waits(&exam).await;
    Ok(render(&visit, &exam, &progress, registered.as_ref(), &waits))
}

/// The page as everybody sees it who is not signed in.
pub(crate) fn render_for_guests(guest: &Visit, exam: &Exam) -> Markup {
    let progress = Progress::of(exam, Facts::default(), guest.now);
    if is_simple(exam) {
        let (chosen, gate) = (Chosen::default(), gate_of_guest(guest, exam));
        return sittings::render_known(guest, exam, &chosen, (gate, &[]), &progress, &[]);
    }
    render(guest, exam, &progress, None, &[])
}

fn render(
    visit: &Visit,
    exam: &Exam,
    progress: &Progress,
    registered: Option<&Registered>,
    waits: &[Waiting],
) -> Markup {
    let w = visit.words;
    let available = visit.app.outside.engine.availability(&exam.id);
    let available = available.inspect_err(|error| tracing::warn!(%error, exam = %exam.id, "no availability")).ok();
    let view = View {
        exam,
        steps: &progress.steps,
        standing: &progress.standing,
        reader: visit.reader(),
        orders: &progress.orders,
        registered,
        waits,
        available: available.as_deref(),
        has_draws: visit.app.outside.registration.rooms.has_draws(&exam.id),
        now: visit.now,
    };
    page(&visit.frame_of(w.pick(&exam.title.zh, &exam.title.en), exam, progress), &body(w, &view))
}

/// Whom an account is bound to.
pub(crate) struct Registered {
    pub(crate) person: RosterPerson,
    /// Is there a review of an earlier score for them, asked for or offered?
    pub(crate) has_review: bool,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    /// Where the registration stands, and to whom it is said.
    pub(crate) standing: &'a Standing,
    pub(crate) reader: Reader,
    /// The candidate's orders of the exam, newest first.
    pub(crate) orders: &'a [Order],
    /// Who is registered, where the exam binds the account to a person of its roster.
    pub(crate) registered: Option<&'a Registered>,
    /// On which lists the candidate waits.
    pub(crate) waits: &'a [Waiting],
    pub(crate) available: Option<&'a [Availability]>,
    /// Is a sitting of the exam arranged?
    pub(crate) has_draws: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let live: Vec<&Order> = view.orders.iter().filter(|order| order.state.is_live()).collect();
    html! {
        div class="wide" {
            div class="wide-head" {
                (heading(Some(w.pick(&exam.organiser.zh, &exam.organiser.en)), w.pick(&exam.title.zh, &exam.title.en)))
                (progress_of(w, view.steps, view.now))
                @let waits = exam_waits(w, exam, view.steps).unwrap_or_default();
                (standing_box(w, exam, view.standing, &view.reader, &waits))
                (list_boxes(w, exam, view.waits))
            }
            // Who has a seat has read what the exam is; on a phone their own comes first.
            @if live.is_empty() { aside class="side" { (exam_facts(w, exam, view.now)) (draws_link(w, exam, view.has_draws)) } }
            div class="wide-main" {
                @if !live.is_empty() { (mine(w, exam, &live, view.now)) }
                @if let Some(registered) = view.registered { (person_section(w, exam, &registered.person)) }
                (steps_part(w, view))
                (seats(w, exam, view.available, view.orders, view.now))
            }
            @if !live.is_empty() { aside class="side" { (exam_facts(w, exam, view.now)) (draws_link(w, exam, view.has_draws)) } }
        }
    }
}

/// All steps with their windows: what comes, and when.
fn steps_part(w: Words, view: &View<'_>) -> Markup {
    html! {
        section aria-labelledby="steps" {
            h2 id="steps" { (w.t("steps-title")) }
            ol class="steps" {
                @for (index, step) in view.steps.iter().enumerate() {
                    @let (look, note) = look(w, step, view.now);
                    li data-standing=(step_name(look)) {
                        (step_dot(index, look))
                        div {
                            h3 {
                                (w.pick(&step.title.zh, &step.title.en))
                                @if let Some(word) = optional_word(w, step) { " " span class="optional" { (word) } }
                            }
                            (window_line(w, step, view.now))
                            // That an open step ends when its window does is said already.
                            @if let Some(note) = note.filter(|_| !ends_with_window(step)) {
                                p class={ "step-note" @if is_of_hold(step) { " while-held" } } {
                                    @if look == Look::Waiting { (w.t("step-waiting")) " · " }
                                    (note)
                                }
                                @if is_of_hold(step) { p class="step-note once-lapsed" { (w.t("hold-over-title")) } }
                            }
                            @if let Some(word) = passed_word(w, step) { p class="step-note" { (word) } }
                            // What was done needs no advice any more.
                            @if let Some(note) = step.note.as_ref().filter(|_| look != Look::Done) {
                                p class="hint" { (w.pick(&note.zh, &note.en)) }
                            }
                            p class="acts" { (again(w, view, step)) }
                        }
                    }
                }
            }
        }
    }
}

fn ends_with_window(step: &StepView) -> bool {
    matches!(&step.state, TaskState::Open { until } if *until == step.closes_at)
}

/// What was done and may be changed, and what may be done besides. Anybody may read the notice.
fn again(w: Words, view: &View<'_>, step: &StepView) -> Markup {
    let is_open = step.closes_at.is_none_or(|closes_at| view.now < closes_at);
    html! {
        @for task in &step.tasks {
            @match (&task.kind, &task.state) {
                // The button above leads there.
                (TaskKind::Notice, TaskState::Open { .. }) if view.reader.is_signed_in => {},
                (TaskKind::Notice, state) => {
                    a class="link" href={ "/exams/" (view.exam.id) "/notice" } {
                        (if *state == TaskState::Passed { w.t("read-notice") } else { w.t("go-notice") }) (icon(Icon::Chevron))
                    }
                },
                (TaskKind::Accommodations, state) if view.reader.is_signed_in => {
                    (accommodations_link(w, view, state))
                },
                _ if !is_open => {},
                (TaskKind::Eligibility, state) => (eligibility_links(w, view, state)),
                _ if !view.reader.is_signed_in => {},
                (TaskKind::Details, TaskState::Passed) => {
                    a class="link" href={ "/exams/" (view.exam.id) "/details" } { (w.t("change-details")) (icon(Icon::Chevron)) }
                },
                (TaskKind::Sittings(part), TaskState::Passed) if view.exam.is_many(part) => {
                    a class="link" href={ "/exams/" (view.exam.id) "/sittings?part=" (part) } {
                        (w.t("choose-more")) (icon(Icon::Chevron))
                    }
                },
                (TaskKind::Sittings(part), TaskState::Passed) if holds_unpaid(view, part) => {
                    a class="link" href={ "/exams/" (view.exam.id) "/sittings?part=" (part) } {
                        (w.t("change-sitting")) (icon(Icon::Chevron))
                    }
                },
                (TaskKind::Sittings(part), TaskState::Open { .. }) if task.is_optional => {
                    a class="link" href={ "/exams/" (view.exam.id) "/sittings?part=" (part) } {
                        (name(w, view.exam, &task.kind)) (icon(Icon::Chevron))
                    }
                },
                _ => {},
            }
        }
    }
}

/// Asking for accommodations; what was asked for can be looked at whenever.
fn accommodations_link(w: Words, view: &View<'_>, state: &TaskState) -> Markup {
    let word = match state {
        TaskState::Locked | TaskState::NotYet { .. } | TaskState::Over { .. } => return html! {},
        TaskState::Open { .. } => w.t("go-accommodations"),
        TaskState::Waiting { .. } | TaskState::Refused { .. } | TaskState::Passed => w.t("look-accommodations"),
    };
    html! { a class="link" href={ "/exams/" (view.exam.id) "/accommodations" } { (word) (icon(Icon::Chevron)) } }
}

/// Is there a seat of that part that could still be given for another?
fn holds_unpaid(view: &View<'_>, part: &PartId) -> bool {
    let is_free = |order: &Order| order.state == OrderState::Unpaid && order.by_school.is_none();
    view.orders.iter().any(|order| order.part == *part && is_free(order))
}

/// Looking before the window opens; what is bound, and the review of an earlier score, afterwards.
fn eligibility_links(w: Words, view: &View<'_>, state: &TaskState) -> Markup {
    let here = path_of(view.exam);
    let has_review = view.registered.is_some_and(|registered| registered.has_review);
    let review = view.exam.rules.eligibility.score_review.as_ref().filter(|_| has_review);
    html! {
        @match state {
            TaskState::Passed => {
                a class="link" href={ (here) "/eligibility/person" } { (w.t("person-view")) (icon(Icon::Chevron)) }
                @if let Some(review) = review {
                    a class="link" href={ (here) "/score-review" } {
                        (w.pick(&review.title.zh, &review.title.en)) (icon(Icon::Chevron))
                    }
                }
            },
            TaskState::Locked | TaskState::NotYet { .. } if view.now < view.exam.opens_at => {
                a class="link" href={ (here) "/eligibility" } { (w.t("person-look")) (icon(Icon::Chevron)) }
            },
            _ => {},
        }
    }
}
