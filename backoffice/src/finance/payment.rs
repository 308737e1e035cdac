//! One payment: what came, what it has become, what happened, what goes back, and what the journal says.

pub(crate) mod acts;
pub(crate) mod by_hand;
pub(crate) mod view;

use axum::extract::Query;
use axum::response::Response;
use pagekit::words::key;
use registration::Fen;
use registration::desk::permits::{Right, permits_somewhere};
use registration::model::payment::PaymentId;
use serde::Deserialize;

use crate::finance::frame::{Done, Tab, Telling, answer};
use crate::finance::numbered::Of;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What is said of what was done.
const DONE: [(&str, &str); 9] = [
    ("refunded", key("refund-done-due")),
    ("asked", key("refund-done-asked")),
    ("agreed", key("refund-done-agreed")),
    ("withdrawn", key("refund-done-withdrawn")),
    ("again", key("refund-done-again")),
    ("hand", key("hand-done")),
    ("hand-waits", key("hand-done-waits")),
    ("hand-undone", key("hand-done-undone")),
    ("heard", key("money-heard")),
];
/// What is said of the same where no channel gives the money back.
const DONE_BY_HAND: [(&str, &str); 2] =
    [("refunded", key("refund-done-due-hand")), ("agreed", key("refund-done-agreed-hand"))];

/// What stands in the form for a refund.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) order: String,
    #[serde(default)]
    pub(crate) amount: String,
    #[serde(default)]
    pub(crate) reason: String,
}

/// After what the page is drawn.
enum After<'a> {
    /// What the address says; nothing, as a rule.
    Done(&'a Done),
    /// Something was not done: why, and what was entered.
    Refused(Telling, Option<&'a Entered>),
}

pub(crate) async fn show(visit: Visit, Of(id): Of<PaymentId>, Query(done): Query<Done>) -> Result<Response, Failure> {
    draw(&visit, id, After::Done(&done)).await
}

async fn draw(visit: &Visit, id: PaymentId, after: After<'_>) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let (whole, history) = registration.finance.payment(&visit.staff, id).await?;
    let exam = whole.listed.exam.as_ref().map(|exam| visit.exam_title(exam));
    let has_channel = whole.listed.payment.method.has_channel();
    let (telling, entered) = match after {
        After::Done(done) if has_channel => (done.told(visit.words, &DONE), None),
        After::Done(done) => (done.told(visit.words, &[&DONE_BY_HAND[..], &DONE].concat()), None),
        After::Refused(telling, entered) => (telling, entered),
    };
    let view = view::View {
        whole: &whole,
        exam: exam.as_deref(),
        history: &history,
        entered,
        staff: &visit.staff,
        may_move: permits_somewhere(&visit.staff, Right::MoveMoney),
        alone_max: visit.app.outside.refund_alone_max,
        now: visit.now,
    };
    let title = visit.words.t("money-title").into_owned();
    answer(visit, (Tab::Payments, title), &telling, &view::body(visit.words, &view)).await
}

/// Whole yuan and fen, as a field takes them.
pub(crate) fn plain(amount: Fen) -> String {
    amount.to_string().replace('¥', "")
}
