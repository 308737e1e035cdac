//! Takes the chosen seats and leads on to the payment.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use pagekit::local_path::query_value;
use pagekit::when;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::order::OrderId;
use registration::seats::OrderError;
use registration::store::StoreError;
use reservation::ids::SittingId;

use crate::failure::{Failure, too_often, with_wait};
use crate::pages::exam::sittings;
use crate::request::chosen::{Chosen, choosing_path, waiting_path};
use crate::request::next::with_said;
use crate::request::order::page_of;
use crate::request::signing_in::signed_out::to_sign_in;
use crate::request::visit::Visit;
use crate::view::form::FieldError;
use crate::words::choice::choice_sentence;

/// A reload of a refused form that became a GET: back to the exam.
pub(crate) async fn back(Path(exam): Path<String>) -> Redirect {
    Redirect::to(&format!("/exams/{}", query_value(&exam)))
}

pub(crate) async fn take(
    visit: Visit,
    Path(exam): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let exam = crate::request::exam::find(&visit, &exam)?;
    let chosen = Chosen::read(&pairs);
    let Some(account) = &visit.account else { return Ok(to_sign_in(&remember(&exam, &chosen))) };
    let refuse = async |field: &'static str, text| {
        Ok(sittings::refused(&visit, &exam, &chosen, FieldError { field: field.into(), text }).await?.into_response())
    };
    if let Some(too_many) = visit.too_many.or_else(|| visit.count(account).err()) {
        let text = too_often(visit.words, too_many);
        let body = sittings::refused(&visit, &exam, &chosen, FieldError { field: "sittings".into(), text }).await?.1;
        return Ok(with_wait(too_many, body));
    }
    if !chosen.has_agreed && !exam.rules.asks_for(&TaskKind::Notice) {
        return refuse("agree", visit.words.t("hold-error-agree").into_owned()).await;
    }
    if chosen.sittings.is_empty() {
        return refuse("sittings", none_chosen(&visit, &exam, &chosen)).await;
    }
    let replace = pairs.iter().any(|(name, _)| name == "replace");
    let orders = &visit.app.outside.registration.orders;
    let network = visit.address.and_then(|address| visit.app.outside.registration.accounts.network_of(address));
    match orders.hold_from(network, account.id, &exam.id, &chosen.sittings, replace).await {
        // Of several subjects one may choose more before one pays: the exam's page has the sum.
        Ok(order) if exam.is_many(&order.part) => Ok(Redirect::to(&format!("/exams/{}#mine", exam.id)).into_response()),
        Ok(order) => Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response()),
        Err(OrderError::AlreadyRegistered(order)) => {
            Ok(Redirect::to(&kept(&visit, &exam, order, &chosen).await?).into_response())
        }
        Err(OrderError::HoldsOther(_)) => Ok(Redirect::to(&remember(&exam, &chosen)).into_response()),
        Err(OrderError::Store(error)) => Err(error.into()),
        Err(OrderError::Blocked(_)) => Ok(Redirect::to(&format!("/exams/{}", exam.id)).into_response()),
        Err(OrderError::NotAdmitted) => {
            Ok(Redirect::to(&format!("{}&refused=on", waiting_path(&exam, &chosen))).into_response())
        }
        Err(error) => refuse("sittings", sentence(&visit, &exam, &error)).await,
    }
}

/// Where an order is looked at whose seats were handed in and stay: if others were chosen, that they were not changed is
/// said there.
async fn kept(visit: &Visit, exam: &Exam, order: OrderId, chosen: &Chosen) -> Result<String, StoreError> {
    let orders = visit.orders().await?;
    let has = |id: &SittingId| {
        orders.iter().any(|known| known.id == order && known.sittings.iter().any(|seat| seat.sitting == *id))
    };
    let path = page_of(visit, order).await?;
    // The same form twice.
    let word = if exam.rules.payment.takes_channels() { "fixed-paid" } else { "fixed" };
    Ok(if chosen.sittings.iter().all(has) { path } else { with_said(&path, word) })
}

/// That nothing was chosen, in the words of the part that it is about.
fn none_chosen(visit: &Visit, exam: &Exam, chosen: &Chosen) -> String {
    let w = visit.words;
    let part = exam.rules.part(&chosen.part_in(exam)).filter(|part| part.is_many);
    match part {
        Some(part) => w.with("hold-error-none-of", &[("part", w.pick(&part.title.zh, &part.title.en).into())]),
        None => w.t("hold-error-none"),
    }
    .into_owned()
}

/// The exam's address with the choice in it, to come back to after signing in.
fn remember(exam: &Exam, chosen: &Chosen) -> String {
    format!("{}#sittings", choosing_path(exam, chosen))
}

fn sentence(visit: &Visit, exam: &Exam, error: &OrderError) -> String {
    let w = visit.words;
    match error {
        OrderError::Full { next_release_at: Some(at), .. } => {
            w.with("hold-error-full-until", &[("time", when::near(w.language, *at, visit.now).into())])
        }
        OrderError::Full { next_release_at: None, .. } => w.t("hold-error-full"),
        OrderError::GroupTaken(_) => w.t("hold-error-group"),
        OrderError::NotAdmitted => w.t("room-refused-title"),
        OrderError::Choosing(refusal) => return choice_sentence(w, exam, refusal),
        OrderError::Blocked(_) => w.t("hold-error-blocked"),
        OrderError::NotOpen { .. } => w.t("hold-error-not-open"),
        OrderError::UnknownExam(_) | OrderError::UnknownSitting(_) => w.t("hold-error-unknown"),
        OrderError::Choice => w.t("hold-error-none"),
        OrderError::AlreadyRegistered(_) | OrderError::HoldsOther(_) => w.t("hold-error-have"),
        OrderError::Network => w.t("hold-error-network"),
        OrderError::Crowded => w.t("hold-error-crowded"),
        OrderError::Paying(_) => w.t("hold-error-paying"),
        OrderError::Locked(lock) => {
            w.with("hold-error-locked", &[("when", when::dated(w.language, lock.until, visit.now).into())])
        }
        OrderError::Unavailable(_) | OrderError::Store(_) => w.t("hold-error-unavailable"),
    }
    .into_owned()
}
