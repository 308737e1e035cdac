//! One list: how its orders stand, what is done next, and, once it is paid, what has become of each part of the money.

pub(crate) mod acts;
pub(crate) mod view;

use axum::extract::{Path, Query};
use axum::response::{Redirect, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use registration::desk::permits::{Right, Scope, permits};
use registration::model::payment::Method;
use registration::model::payment::group::GroupId;
use serde::Deserialize;

use super::lines::People;
use crate::desk::message::Message;
use crate::failure::Failure;
use crate::finance::parts::{Tab, answer};
use crate::request::visit::Visit;

/// What was done last, carried over the redirect.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn message(&self, visit: &Visit) -> Option<Message> {
        let w = visit.words;
        let text = match self.done.as_str() {
            "begun" => w.t("group-done-begun"),
            "left-out" => w.t("group-done-left-out"),
            "released" => w.t("group-done-released"),
            "received" => w.t("group-done-received"),
            "paid" => w.t("group-done-paid"),
            _ => return None,
        };
        Some(Message::new(Tone::Good, text))
    }
}

pub(crate) async fn show(
    visit: Visit,
    Path(group): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let id = GroupId::of_number(&group).ok_or(Failure::NotFound)?;
    let message = done.message(&visit);
    draw(&visit, id, StatusCode::OK, message.as_ref(), None).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path(group): Path<String>) -> Result<Redirect, Failure> {
    let id = GroupId::of_number(&group).ok_or(Failure::NotFound)?;
    Ok(Redirect::to(&format!("/finance/groups/{}", id.number())))
}

/// Draws the list, with what was entered of a transfer where it was refused.
async fn draw(
    visit: &Visit,
    id: GroupId,
    status: StatusCode,
    message: Option<&Message>,
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
        sees_money: permits(&visit.staff, Right::SeeMoney, Scope::Everything),
        now: visit.now,
    };
    let title = page.group.title.clone();
    answer(visit, status, Tab::Groups, title, message, &view::body(visit.words, &view)).await
}
