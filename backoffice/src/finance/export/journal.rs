//! The journal of some days, as files.

use axum::response::Response;
use pagekit::words::{Words, key};
use registration::desk::finance::{Days, EXPORT_PAGE_MAX, Finance};
use registration::desk::staff::StaffMember;
use registration::model::payment::listed::Line;

use super::{AskedDays, Begun, Export, Rows, of_days};
use crate::finance::books::draw;
use crate::finance::frame::Telling;
use crate::finance::sheet::{Cell, at};
use crate::finance::words;
use crate::request::failure::Failure;
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

/// The lines of the journal of some days.
pub(crate) struct Journal;

impl Export for Journal {
    type Asked = AskedDays;

    async fn begin(visit: &Visit, asked: &AskedDays, form: &'static str) -> Result<Begun, Failure> {
        let w = visit.words;
        let read = move |finance: Finance, staff: StaffMember, days: Days, after| async move {
            let page = finance.journal_page(&staff, days, after).await?;
            let next = page.last().filter(|_| page.len() >= EXPORT_PAGE_MAX).map(|(place, _)| *place);
            let rows: Rows = page.iter().map(|(_, line)| row(w, line)).collect();
            Ok((rows, next))
        };
        of_days(visit, asked, ("journal", form), &HEADS, read).await
    }

    async fn again(visit: &Visit, _: &AskedDays, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, telling).await
    }
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
