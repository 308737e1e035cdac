//! What reconciliation found in some days, as files.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::desk::finance::{Days, EXPORT_PAGE_MAX};
use registration::reconciliation::Finding;

use super::{AskedDays, Rows, Taken, too_many};
use crate::desk::message::Message;
use crate::failure::Failure;
use crate::finance::days::draw;
use crate::finance::sheet::{Cell, at};
use crate::finance::words;
use crate::request::visit::Visit;

const HEADS: [&str; 11] = [
    key("bill-day"),
    key("money-method"),
    key("finding-kind"),
    key("finding-subject"),
    key("bill-theirs"),
    key("bill-ours"),
    key("finding-detail"),
    key("finding-found"),
    key("finding-seen-to"),
    key("finding-by"),
    key("finding-note"),
];

pub(crate) async fn csv(visit: Visit, Query(asked): Query<AskedDays>) -> Result<Response, Failure> {
    match asked.read(visit.words) {
        Ok(days) => {
            let taken = taken(&visit, days, "findings csv").await?;
            Ok(super::csv(&visit, taken))
        }
        Err(wrong) => again(&visit, wrong).await,
    }
}

pub(crate) async fn xlsx(visit: Visit, Query(asked): Query<AskedDays>) -> Result<Response, Failure> {
    let days = match asked.read(visit.words) {
        Ok(days) => days,
        Err(wrong) => return again(&visit, wrong).await,
    };
    let taken = taken(&visit, days, "findings xlsx").await?;
    match super::xlsx(&visit, taken).await? {
        Some(file) => Ok(file),
        None => again(&visit, too_many(visit.words)).await,
    }
}

/// The page again, with why there is no file.
async fn again(visit: &Visit, wrong: String) -> Result<Response, Failure> {
    let message = Message::new(Tone::Bad, wrong);
    draw(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(&message)).await
}

async fn taken(visit: &Visit, days: Days, what: &str) -> Result<Taken, Failure> {
    visit.app.outside.registration.finance.begin_days_export(&visit.staff, days, what).await?;
    let (app, staff, w) = (visit.app.clone(), visit.staff.clone(), visit.words);
    Ok(Taken::new(w, "findings", &HEADS, move |after| {
        let (app, staff) = (app.clone(), staff.clone());
        async move {
            let page = app.outside.registration.finance.findings_page(&staff, days, after).await?;
            let next = page.last().filter(|_| page.len() >= EXPORT_PAGE_MAX).map(|last| last.id);
            let rows: Rows = page.iter().map(|finding| row(w, finding)).collect();
            Ok((rows, next))
        }
    }))
}

fn row(w: Words, finding: &Finding) -> Vec<Cell> {
    vec![
        Cell::Text(finding.day.to_string()),
        Cell::Text(words::method(w, finding.channel)),
        Cell::Text(w.t(words::finding(finding.kind)).into_owned()),
        Cell::Id(finding.subject.clone()),
        Cell::Amount(finding.theirs),
        Cell::Amount(finding.ours),
        Cell::Id(finding.detail.clone().unwrap_or_default()),
        at(Some(finding.found_at)),
        at(finding.closed_at),
        Cell::Text(finding.closed_by.clone().unwrap_or_default()),
        Cell::Text(finding.note.clone().unwrap_or_default()),
    ]
}
