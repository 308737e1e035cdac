//! What reconciliation found in some days, as files.

use axum::response::Response;
use pagekit::words::{Words, key};
use registration::desk::finance::{Days, EXPORT_PAGE_MAX, Finance};
use registration::desk::staff::StaffMember;
use registration::reconciliation::Finding;

use super::{AskedDays, Begun, Export, Rows, of_days};
use crate::finance::days::draw;
use crate::finance::frame::Telling;
use crate::finance::sheet::{Cell, at};
use crate::finance::words;
use crate::request::failure::Failure;
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

/// The findings of some days.
pub(crate) struct Findings;

impl Export for Findings {
    type Asked = AskedDays;

    async fn begin(visit: &Visit, asked: &AskedDays, form: &'static str) -> Result<Begun, Failure> {
        let w = visit.words;
        let read = move |finance: Finance, staff: StaffMember, days: Days, after| async move {
            let page = finance.findings_page(&staff, days, after).await?;
            let next = page.last().filter(|_| page.len() >= EXPORT_PAGE_MAX).map(|last| last.id);
            let rows: Rows = page.iter().map(|finding| row(w, finding)).collect();
            Ok((rows, next))
        };
        of_days(visit, asked, ("findings", form), &HEADS, read).await
    }

    async fn again(visit: &Visit, _: &AskedDays, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, None, telling).await
    }
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
