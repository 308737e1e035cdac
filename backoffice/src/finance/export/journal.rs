//! The journal of some days, as files.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::desk::finance::{Days, EXPORT_PAGE_MAX};
use registration::model::payment::listed::Line;

use super::{AskedDays, Rows, Taken, too_many};
use crate::desk::message::Message;
use crate::failure::Failure;
use crate::finance::books::draw;
use crate::finance::sheet::{Cell, at};
use crate::finance::words;
use crate::request::visit::Visit;

const HEADS: [&str; 7] = [
    key("journal-entry"),
    key("journal-at"),
    key("journal-kind"),
    key("money-order"),
    key("journal-account"),
    key("journal-debit"),
    key("journal-credit"),
];

pub(crate) async fn csv(visit: Visit, Query(asked): Query<AskedDays>) -> Result<Response, Failure> {
    match asked.read(visit.words) {
        Ok(days) => {
            let taken = taken(&visit, days, "journal csv").await?;
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
    let taken = taken(&visit, days, "journal xlsx").await?;
    match super::xlsx(&visit, taken).await? {
        Some(file) => Ok(file),
        None => again(&visit, too_many(visit.words)).await,
    }
}

/// The page again, with why there is no file.
async fn again(visit: &Visit, wrong: String) -> Result<Response, Failure> {
    let message = Message::new(Tone::Bad, wrong);
    draw(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(&message)).await
}

async fn taken(visit: &Visit, days: Days, what: &str) -> Result<Taken, Failure> {
    visit.app.outside.registration.finance.begin_days_export(&visit.staff, days, what).await?;
    let (app, staff, w) = (visit.app.clone(), visit.staff.clone(), visit.words);
    Ok(Taken::new(w, "journal", &HEADS, move |after| {
        let (app, staff) = (app.clone(), staff.clone());
        async move {
            let page = app.outside.registration.finance.journal_page(&staff, days, after).await?;
            let next = page.last().filter(|_| page.len() >= EXPORT_PAGE_MAX).map(|(place, _)| *place);
            let rows: Rows = page.iter().map(|(_, line)| row(w, line)).collect();
            Ok((rows, next))
        }
    }))
}

fn row(w: Words, line: &Line) -> Vec<Cell> {
    let side = |amount: registration::Fen| Cell::Amount((amount.0 > 0).then_some(amount));
    vec![
        Cell::Id(line.entry.to_string()),
        at(Some(line.at)),
        Cell::Text(w.t(words::entry(line.kind)).into_owned()),
        Cell::Id(line.order.map(|order| order.to_string()).unwrap_or_default()),
        Cell::Text(words::account(w, &line.account)),
        side(line.debit),
        side(line.credit),
    ]
}
