//! What is done about a list: some orders are left out, it is paid by a channel or by a transfer, or its orders are let go.

use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use registration::Fen;
use registration::model::payment::Method;
use registration::model::payment::group::GroupId;
use registration::payments::{Going, GroupError, Payer, Surface};
use serde::Deserialize;

use super::draw;
use crate::finance::frame::Telling;
use crate::finance::groups::words;
use crate::finance::numbered::{Numbered, Of, done};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// By which channel.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct By {
    #[serde(default)]
    by: String,
}

/// What was entered of a transfer.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Transfer {
    #[serde(default)]
    pub(crate) amount: String,
    #[serde(default)]
    pub(crate) reference: String,
}

/// Takes off what cannot be paid for.
pub(crate) async fn leave_out(visit: Visit, Of(id): Of<GroupId>) -> Result<Response, Failure> {
    match visit.app.outside.registration.payments.leave_out(&visit.staff, id).await {
        Ok(_) => Ok(done(id, "left-out")),
        Err(error) => refused(&visit, id, error, None).await,
    }
}

/// Lets the orders go.
pub(crate) async fn release(visit: Visit, Of(id): Of<GroupId>) -> Result<Response, Failure> {
    match visit.app.outside.registration.payments.release_group(&visit.staff, id).await {
        Ok(_) => Ok(done(id, "released")),
        Err(error) => refused(&visit, id, error, None).await,
    }
}

/// A transfer has come.
pub(crate) async fn receive(
    visit: Visit,
    Of(id): Of<GroupId>,
    Form(entered): Form<Transfer>,
) -> Result<Response, Failure> {
    let payments = &visit.app.outside.registration.payments;
    let Ok(amount) = entered.amount.trim().trim_start_matches('¥').parse::<Fen>() else {
        let telling = Telling::unusable(visit.words.t("refund-refused-figure"));
        return draw(&visit, id, &telling, Some(&entered)).await;
    };
    match payments.receive_group(&visit.staff, id, amount, &entered.reference).await {
        Ok(_) => Ok(done(id, "received")),
        Err(error) => refused(&visit, id, error, Some(&entered)).await,
    }
}

/// Begins to pay by a channel, or goes on with what was begun.
pub(crate) async fn pay(visit: Visit, Of(id): Of<GroupId>, Form(by): Form<By>) -> Result<Response, Failure> {
    let by: Method = by.by.parse().map_err(|_| Failure::Bad)?;
    let registration = &visit.app.outside.registration;
    let exam = registration.payments.group_exam(&visit.staff, id).await?;
    let exam = registration.exams.get(&exam).ok_or(Failure::NotFound)?;
    let subject = exam.rules.payment.item.as_ref().unwrap_or(&exam.title);
    let site = &visit.app.outside.site_url;
    let (notify_url, return_url) = (format!("{site}/pay/{by}/notify"), format!("{site}/"));
    let payer = Payer {
        surface: Surface::Desk,
        // The listener says of every request where it comes from.
        ip: visit.address.ok_or(Failure::Broken)?,
        subject: visit.words.pick(&subject.zh, &subject.en),
        notify_url: &notify_url,
        return_url: &return_url,
        bank: None,
    };
    match registration.payments.pay_group(&visit.staff, id, by, &payer).await {
        Ok(Going::Start { .. }) => Ok(Redirect::to(&format!("{}/paying?by={by}", id.path())).into_response()),
        Ok(Going::Paid) => Ok(done(id, "paid")),
        Err(error) => refused(&visit, id, error, None).await,
    }
}

/// The list again, with why it was not done.
async fn refused(
    visit: &Visit,
    id: GroupId,
    error: GroupError,
    entered: Option<&Transfer>,
) -> Result<Response, Failure> {
    match words::refusal(visit.words, &error) {
        Some((status, text)) => draw(visit, id, &Telling::refused(status, text), entered).await,
        None => Err(error.into()),
    }
}
