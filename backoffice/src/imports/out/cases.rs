//! The cases of an exam as a file: what waits, and what was decided by whom and why.

use std::collections::HashMap;
use std::sync::Arc;

use axum::response::Response;
use pagekit::words::{Words, key};
use registration::desk::case::{CaseKind, Outcome, Subject};
use registration::lists::{List, ListedCase};
use registration::model::actor::Actor;
use registration::model::ids::StaffId;
use registration::people::accounts::AccountNumber;

use super::{Asked, draw, shown, signed};
use crate::finance::export::{Begun, Export};
use crate::finance::frame::Telling;
use crate::finance::sheet::{Cell, at};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 12] = [
    key("list-case"),
    key("list-case-kind"),
    key("money-order"),
    key("import-column-name"),
    key("import-column-document-number"),
    key("cand-account"),
    key("list-case-since"),
    key("list-case-due"),
    key("list-case-state"),
    key("list-case-decided"),
    key("list-case-by"),
    key("reason"),
];

/// The cases of an exam, open and closed.
pub(crate) struct Cases;

impl Export for Cases {
    type Asked = Asked;

    async fn begin(visit: &Visit, asked: &Asked, form: &'static str) -> Result<Begun, Failure> {
        let (exam, is_whole) = match asked.read(visit, List::Cases, form).await? {
            Ok(read) => read,
            Err(why) => return Ok(Begun::Wrong(why)),
        };
        let (app, staff, w) = (visit.app.clone(), visit.staff.clone(), visit.words);
        let all = app.outside.registration.staff.list().await?;
        let names: Arc<HashMap<StaffId, String>> =
            Arc::new(all.into_iter().map(|member| (member.id, member.name)).collect());
        let taken = signed(visit, ("cases", &HEADS, HEADS.len()), move |after| {
            let (app, staff, exam, names) = (app.clone(), staff.clone(), exam.clone(), names.clone());
            async move {
                let (cases, next) = app.outside.registration.lists.cases(&staff, &exam, after).await?;
                Ok((cases.iter().map(|case| row(w, case, &names, is_whole)).collect(), next))
            }
        });
        Ok(Begun::Taken(taken))
    }

    async fn again(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, asked, telling).await
    }
}

fn row(w: Words, listed: &ListedCase, names: &HashMap<StaffId, String>, is_whole: bool) -> Vec<Cell> {
    let (case, closed) = (&listed.case, listed.case.closed.as_ref());
    let order = if let Subject::Payment(order) = &case.subject { order.to_string() } else { String::new() };
    let state = match closed.map(|closed| closed.outcome) {
        Some(Outcome::Passed) => w.t("list-case-passed"),
        Some(Outcome::Refused) => w.t("list-case-refused"),
        Some(Outcome::Withdrawn) => w.t("list-case-withdrawn"),
        None => w.t("list-case-open"),
    };
    let by = match closed.and_then(|closed| closed.by.as_ref()) {
        Some(Actor::Staff(staff)) => names.get(staff).cloned().unwrap_or_else(|| w.t("actor-staff").into_owned()),
        Some(Actor::System) => w.t("actor-system").into_owned(),
        Some(Actor::Gateway(name)) => name.to_string(),
        Some(Actor::Candidate(_)) => w.t("actor-candidate").into_owned(),
        None => String::new(),
    };
    vec![
        Cell::Id(case.id.0.to_string()),
        Cell::Text(w.t(kind(case.kind())).into_owned()),
        Cell::Id(order),
        Cell::Text(listed.name.as_ref().map_or_else(String::new, |name| name.expose().to_owned())),
        listed.document.as_ref().map_or_else(|| Cell::Id(String::new()), |document| shown(document, is_whole)),
        Cell::Id(AccountNumber::from(case.account).to_string()),
        at(Some(case.waiting_since)),
        at(Some(case.due)),
        Cell::Text(state.into_owned()),
        at(closed.map(|closed| closed.at)),
        Cell::Text(by),
        Cell::Text(closed.and_then(|closed| closed.reason.clone()).unwrap_or_default()),
    ]
}

fn kind(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Payment => key("desk-payments"),
        CaseKind::Identity => key("people-identity"),
        CaseKind::Face => key("people-face"),
        CaseKind::Form => key("desk-forms"),
        CaseKind::Score => key("desk-scores"),
        CaseKind::Accommodation => key("desk-accommodations"),
    }
}
