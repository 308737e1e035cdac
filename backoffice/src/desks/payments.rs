//! The queue on the left, one case on the right.

pub(crate) mod answer;
pub(crate) mod confirm;
pub(crate) mod pictured;
pub(crate) mod refuse;
pub(crate) mod screenshot;
pub(crate) mod sure;
pub(crate) mod view;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::Markup;
use pagekit::callout::Tone;
use registration::desk::case::{CaseId, CaseKind, ClaimToken, Subject};
use registration::desk::cases::{CLAIM_LASTS, CaseError};
use registration::desk::payments::{DecisionError, Look, Place, Review};
use registration::desk::permits::{Right, permits_somewhere};
use registration::model::exam_rules::TaskKind;
use registration::model::order::{OrderId, OrderState};
use registration::model::text::Text;
use registration::rules::details::Answers;
use reservation::ids::ExamId;
use serde::Deserialize;

use crate::desk::ahead::{Ahead, sealed_or_back};
use crate::desk::claim::Work;
use crate::desk::frame::page;
use crate::desk::lines::Queue;
use crate::desk::message::Message;
use crate::desk::queue::RELOAD_SECONDS;
use crate::desk::reason::usual;
use crate::desk::undo::noted;
use crate::desks::cases::Page;
use crate::desks::payments::view::{Desk, REASONS, desk, empty, picture_at};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What is decided here.
pub(crate) const KINDS: &[CaseKind] = &[CaseKind::Payment];

/// What the last decision was, carried over the redirect.
#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    confirmed: String,
    #[serde(default)]
    refused: String,
    /// The case whose decision can be taken back.
    case: Option<i64>,
}

impl Done {
    fn message(&self, visit: &Visit) -> Option<Message> {
        let parsed = |text: &str| text.parse::<OrderId>().ok().map(|order| order.to_string());
        let w = visit.words;
        let text = match (parsed(&self.confirmed), parsed(&self.refused)) {
            (Some(order), _) => w.with("done-confirmed", &[("order", order.into())]),
            (None, Some(order)) => w.with("done-refused", &[("order", order.into())]),
            (None, None) => return None,
        };
        Some(Message::new(Tone::Good, text).with_undo(self.case))
    }
}

/// Where those begin who see no cases.
const HOMES: [(Right, &str); 4] = [
    (Right::SeeMoney, "/finance"),
    (Right::ArrangeSeats, "/rooms"),
    (Right::CheckIn, "/check-in"),
    (Right::Watch, "/wall"),
];

/// The case that is due first of those that nobody else has.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    // Whoever sees no cases begins with what is theirs.
    let may = |right: &Right| permits_somewhere(&visit.staff, *right);
    if !may(&Right::See(CaseKind::Payment))
        && let Some((_, home)) = HOMES.iter().find(|(right, _)| may(right))
    {
        return Ok(Redirect::to(home).into_response());
    }
    let message = done.message(&visit);
    match Work::next(&visit, KINDS).await? {
        Some((Subject::Payment(order), work)) => {
            show_beside(&visit, order, "", Some(work), StatusCode::OK, message).await
        }
        Some(_) => Err(Failure::Broken),
        None => nothing(&visit, message).await,
    }
}

/// Which other picture is looked at beside the case's.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    beside: String,
}

/// One case, waiting or decided.
pub(crate) async fn show(
    visit: Visit,
    Path(order): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let order = order.parse().map_err(|_| Failure::NotFound)?;
    show_beside(&visit, order, &asked.beside, None, StatusCode::OK, None).await
}

/// A reload of a refused decision that became a GET.
pub(crate) async fn back(Path(order): Path<String>) -> Result<Redirect, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    Ok(Redirect::to(&format!("/orders/{order}")))
}

/// Draws the desk with that case.
pub(crate) async fn show_case(
    visit: &Visit,
    order: OrderId,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    show_beside(visit, order, "", None, status, message).await
}

/// The same with another picture beside the case's. It is claimed, unless that was done.
async fn show_beside(
    visit: &Visit,
    order: OrderId,
    beside: &str,
    work: Option<Work>,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    let reviews = &visit.app.outside.registration.reviews;
    let case = reviews.get(&visit.staff, order).await?.ok_or(Failure::NotFound)?;
    let work = match work {
        Some(work) => work,
        None => Work::on(visit, &Subject::Payment(order)).await?,
    };
    let queue = Queue::of(visit, KINDS).await?;
    let body = draw(visit, &queue, &case, beside, &work, message.as_ref()).await?;
    let frame = visit.frame(title(visit, order), &queue.counts, KINDS);
    Ok((status, page(&frame, &body)).into_response())
}

fn title(visit: &Visit, order: OrderId) -> String {
    format!("{} {order}", visit.words.t("desk-payments"))
}

/// The page when there is nothing for them to decide.
async fn nothing(visit: &Visit, message: Option<Message>) -> Result<Response, Failure> {
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(visit.words.t("queue-title"), &counts, KINDS);
    frame.reload_seconds = Some(RELOAD_SECONDS);
    let body = empty(visit.words, message.as_ref(), counts.of(KINDS), visit.is_attended);
    Ok(page(&frame, &body).into_response())
}

/// Decides, or notes what was decided where that can be taken back; then the case.
pub(crate) async fn decide(
    visit: &Visit,
    order: OrderId,
    look: &Look,
    claim: &str,
    refusal: Option<&str>,
) -> Result<Option<CaseId>, DecisionError> {
    let reviews = &visit.app.outside.registration.reviews;
    if !visit.can_undo() {
        let done = match refusal {
            None => reviews.confirm(visit.decider(claim), order, look).await,
            Some(why) => reviews.refuse(visit.decider(claim), order, look, why).await,
        };
        if !matches!(done, Err(DecisionError::ToBeNoted)) {
            return done.map(|_| None);
        }
    }
    match noted(visit, &Subject::Payment(order), &look.to_string(), claim, refusal).await {
        Ok(case) => Ok(visit.can_undo().then_some(case)),
        Err(CaseError::NotWaiting) => {
            let found = reviews.get(&visit.staff, order).await?.ok_or(DecisionError::UnknownOrder)?;
            match found.order.state {
                OrderState::WaitingReview => Err(DecisionError::OtherPicture),
                state => Err(DecisionError::NotWaiting(state)),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// The usual reasons to refuse a picture of this exam.
fn reasons(visit: &Visit, exam: &ExamId) -> Vec<Text> {
    usual(visit, Some(exam), |rules| &rules.payment, &REASONS)
}

/// The desk as markup.
async fn draw(
    visit: &Visit,
    queue: &Queue,
    case: &Review,
    beside: &str,
    work: &Work,
    message: Option<&Message>,
) -> Result<Markup, Failure> {
    let registration = &visit.app.outside.registration;
    let (reviews, order) = (&registration.reviews, case.order.id);
    let history = registration.cases.history(&visit.staff, &Subject::Payment(order)).await?;
    let reading = reviews.reading(&visit.staff, order).await?;
    let doubles = reviews.doubles(&visit.staff, order).await?;
    let exam = registration.exams.get(&case.order.exam);
    let answers = match exam.as_ref().filter(|exam| !exam.rules.asks_for(&TaskKind::Review)) {
        Some(exam) => registration.applications.get(case.order.account, &exam.id).await?.details.unwrap_or_default(),
        None => Answers::default(),
    };
    let view = Desk {
        answers: &answers,
        queue,
        titles: &|exam| visit.exam_title(exam),
        is_waiting: case.order.state == OrderState::WaitingReview,
        case,
        work,
        reasons: &reasons(visit, &case.order.exam),
        exam: exam.as_deref(),
        history: &history,
        reading: &reading,
        doubles: &doubles,
        beside: doubles.iter().find(|double| double.picture.to_string() == beside && double.place != Place::Hidden),
        message,
        now: visit.now,
    };
    Ok(desk(visit.words, &view))
}

/// The next case, sealed until it is shown.
pub(crate) async fn ahead(visit: Visit, Form(from): Form<Page>) -> Result<Response, Failure> {
    let cases = &visit.app.outside.registration.cases;
    let next = cases.ahead(&visit.staff, KINDS, from.claim()?, CLAIM_LASTS).await?;
    let Some((id, subject, claim)) = next else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let loaded = match subject {
        Subject::Payment(order) => load(&visit, id, order, claim.token).await,
        _ => Ok(None),
    };
    sealed_or_back(&visit, (id, claim.token), loaded).await
}

/// `None`: the order does not wait any more.
async fn load(visit: &Visit, id: CaseId, order: OrderId, token: ClaimToken) -> Result<Option<Ahead>, Failure> {
    let reviews = &visit.app.outside.registration.reviews;
    let case = reviews.get(&visit.staff, order).await?;
    let Some((case, look)) = case.and_then(|case| case.look.map(|look| (case, look))) else { return Ok(None) };
    let jpeg = screenshot::of(reviews.ahead(&visit.staff, order, &look).await)?;
    let (queue, work) = (Queue::of(visit, KINDS).await?, Work::theirs(visit, id, token).await?);
    Ok(Some(Ahead {
        case: id,
        token,
        subject: Subject::Payment(order),
        version: look.to_string(),
        title: title(visit, order),
        body: draw(visit, &queue, &case, "", &work, None).await?,
        pictures: vec![(picture_at(&case), jpeg)],
    }))
}

/// Writes down that they look at what was loaded ahead.
pub(crate) async fn looked(visit: &Visit, order: OrderId, version: &str) -> Result<(), Failure> {
    let look = version.parse().map_err(|_| Failure::Bad)?;
    screenshot::of(visit.app.outside.registration.reviews.looked(&visit.staff, order, &look).await)
}
