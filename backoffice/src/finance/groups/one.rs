//! One list: how its orders stand, what is done next, and, once it is paid, what has become of each part of the money.

pub(crate) mod acts;
pub(crate) mod view;

use axum::extract::Query;
use axum::response::Response;
use pagekit::words::key;
use registration::desk::permits::{Right, permits_somewhere};
use registration::model::payment::Method;
use registration::model::payment::group::GroupId;

use super::lines::People;
use crate::finance::frame::{Done, Tab, Telling, answer};
use crate::finance::numbered::Of;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What is said of what was done.
const DONE: [(&str, &str); 5] = [
    ("begun", key("group-done-begun")),
    ("left-out", key("group-done-left-out")),
    ("released", key("group-done-released")),
    ("received", key("group-done-received")),
    ("paid", key("group-done-paid")),
];

pub(crate) async fn show(visit: Visit, Of(id): Of<GroupId>, Query(done): Query<Done>) -> Result<Response, Failure> {
    draw(&visit, id, &done.told(visit.words, &DONE), None).await
}

/// Draws the list, with what was entered of a transfer where it was refused.
async fn draw(
    visit: &Visit,
    id: GroupId,
    telling: &Telling,
    entered: Option<&acts::Transfer>,
) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let payments = &registration.payments;
    let page = payments.group(&visit.staff, id).await?;
    let numbers: Vec<_> = page.lines.iter().map(|line| line.order).collect();
    let people: People = payments.group_people(&visit.staff, &page.group.exam, &numbers).await?;
    let parts = payments.group_outcome(&visit.staff, id).await?;
    let history = payments.group_history(&visit.staff, id).await?;
    let exam = registration.exams.get(&page.group.exam);
    // A bank's page wants a form that a browser carries, and a school's bank is reached by a transfer.
    let is_here = |method: &Method| *method != Method::Bank && registration.reconciliation.channels().contains(method);
    let offered = exam.as_ref().map(|exam| exam.rules.payment.channels.clone()).unwrap_or_default();
    let channels: Vec<Method> = offered.into_iter().filter(is_here).collect();
    let view = view::View {
        page: &page,
        exam: exam.as_deref(),
        people: &people,
        parts: &parts,
        history: &history,
        channels: &channels,
        entered,
        sees_money: permits_somewhere(&visit.staff, Right::SeeMoney),
        now: visit.now,
    };
    let title = page.group.title.clone();
    answer(visit, (Tab::Groups, title), telling, &view::body(visit.words, &view)).await
}
