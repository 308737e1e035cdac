//! Lists as files: the roster of an exam, its orders, accounts and cases, and all rooms. Who took them out, and when, stands in their last line.

pub(crate) mod accounts;
pub(crate) mod cases;
pub(crate) mod rooms;

use std::future::Future;
use std::sync::Arc;

use axum::Form;
use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::approvals::{Act, ApprovalError, ApprovalId};
use registration::desk::permits::{Right, permits_somewhere};
use registration::lists::{EXPORT_ALONE_MAX, List, ListedOrder};
use registration::model::document::Document;
use registration::model::exam_rules::{FieldName, SubjectId};
use registration::model::roster::{COLUMNS, RosterRecord};
use reservation::ids::ExamId;
use serde::Deserialize;
use uuid::Uuid;

use super::frame::{Tab, answer};
use crate::desk::words::kind_name;
use crate::desks::payments::view::state_word;
use crate::finance::export::{self, Begun, Export, Rows, Taken};
use crate::finance::frame::Telling;
use crate::finance::sheet::{Cell, at};
use crate::request::failure::Failure;
use crate::request::two::needs_two;
use crate::request::visit::Visit;

const ROSTER_HEADS: [&str; 16] = [
    key("import-column-document-kind"),
    key("import-column-document-number"),
    key("import-column-name"),
    key("import-column-subjects"),
    key("import-column-barred"),
    key("import-column-school"),
    key("import-column-campus"),
    key("import-column-level"),
    key("import-column-years"),
    key("import-column-entry-year"),
    key("import-column-grade"),
    key("import-column-department"),
    key("import-column-major"),
    key("import-column-class"),
    key("import-column-student-number"),
    key("import-column-note"),
];
const ORDER_HEADS: [&str; 10] = [
    key("money-order"),
    key("import-column-name"),
    key("import-column-document-number"),
    key("sittings"),
    key("money-amount"),
    key("list-order-state"),
    key("list-made-at"),
    key("list-paid-at"),
    key("list-tickets"),
    key("list-account"),
];

/// What is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    exam: String,
    /// Whether numbers of documents are wanted whole: `yes`.
    #[serde(default)]
    whole: String,
    /// The request to which a second person agreed, where the list is large.
    #[serde(default)]
    approval: String,
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    draw(&visit, &asked, &Telling::nothing()).await
}

async fn draw(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
    let has_rooms = permits_somewhere(&visit.staff, Right::ArrangeSeats);
    let body = body(visit.words, &visit.exams(), asked, has_rooms);
    let title = visit.words.t("exports").into_owned();
    answer(visit, (telling.status(), Tab::Out, title), telling.message(), &body, None).await
}

/// The lists of exams, and, for whoever looks after them, all rooms.
pub(crate) fn body(w: Words, exams: &[(ExamId, String)], asked: &Asked, has_rooms: bool) -> Markup {
    html! {
        p { (w.t("exports-lead")) }
        @if exams.is_empty() { p class="nothing" { (w.t("exports-no-exams")) } }
        @else {
            div class="beside" {
                (list(w, exams, asked, ("roster", key("import-roster"), key("exports-roster-how"))))
                (list(w, exams, asked, ("orders", key("exports-orders"), key("exports-orders-how"))))
            }
            div class="beside" {
                (list(w, exams, asked, ("accounts", key("exports-accounts"), key("exports-accounts-how"))))
                (list(w, exams, asked, ("cases", key("exports-cases"), key("exports-cases-how"))))
            }
        }
        @if has_rooms { div class="beside" {
            section {
                h2 { (w.t("exports-rooms")) }
                p class="hint" { (w.t("exports-rooms-how")) }
                p class="acts" {
                    a class="button second" href="/exports/rooms.xlsx" { (w.t("money-xlsx")) }
                    a class="button second" href="/exports/rooms.csv" { (w.t("money-csv")) }
                }
            }
        } }
    }
}

fn list(
    w: Words,
    exams: &[(ExamId, String)],
    asked: &Asked,
    (name, title, how): (&str, &'static str, &'static str),
) -> Markup {
    let id = format!("exam-{name}");
    html! {
        section {
            h2 { (w.t(title)) }
            p class="hint" { (w.t(how)) }
            form class="fields" method="post" data-file action={ "/exports/" (name) ".xlsx" } {
                div {
                    label for=(id) { (w.t("import-exam")) }
                    select id=(id) name="exam" {
                        @for (exam, title) in exams {
                            option value=(exam) selected[exam.as_str() == asked.exam] { (title) }
                        }
                    }
                }
                label class="tick" {
                    input type="checkbox" name="whole" value="yes";
                    span { (w.t("exports-whole")) }
                }
                div class="acts" {
                    button class="button second" type="submit" { (w.t("money-xlsx")) }
                    button class="button second" type="submit" formaction={ "/exports/" (name) ".csv" } {
                        (w.t("money-csv"))
                    }
                }
            }
        }
    }
}

/// A list as a CSV file, asked for by a form: it goes on by itself once a second factor is shown.
pub(crate) async fn csv<E: Export>(visit: Visit, Form(asked): Form<E::Asked>) -> Result<Response, Failure> {
    export::csv::<E>(visit, Query(asked)).await
}

/// The same with an XLSX file.
pub(crate) async fn xlsx<E: Export>(visit: Visit, Form(asked): Form<E::Asked>) -> Result<Response, Failure> {
    export::xlsx::<E>(visit, Query(asked)).await
}

/// The roster of an exam.
pub(crate) struct Roster;

impl Export for Roster {
    type Asked = Asked;

    async fn begin(visit: &Visit, asked: &Asked, form: &'static str) -> Result<Begun, Failure> {
        let (exam, is_whole) = match asked.read(visit, List::Roster, form).await? {
            Ok(read) => read,
            Err(why) => return Ok(Begun::Wrong(why)),
        };
        let (app, staff, w) = (visit.app.clone(), visit.staff.clone(), visit.words);
        // Columns of the exam's own have their names, so that what is taken out can come in again.
        let own: Arc<[FieldName]> = app.outside.registration.lists.roster_columns(&staff, &exam).await?.into();
        let names: Vec<String> = own.iter().map(|column| column.as_str().to_owned()).collect();
        let columns = ROSTER_HEADS.len() + own.len();
        let mut taken = signed(visit, ("roster", &ROSTER_HEADS, columns), move |after: Option<_>| {
            let (app, staff, exam, own) = (app.clone(), staff.clone(), exam.clone(), own.clone());
            async move {
                let (people, next) = app.outside.registration.lists.roster(&staff, &exam, after.as_ref()).await?;
                Ok((people.iter().map(|person| person_row(w, person, &own, is_whole)).collect(), next))
            }
        });
        taken.heads.extend(names);
        Ok(Begun::Taken(taken))
    }

    async fn again(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, asked, telling).await
    }
}

/// The orders of an exam.
pub(crate) struct Orders;

impl Export for Orders {
    type Asked = Asked;

    async fn begin(visit: &Visit, asked: &Asked, form: &'static str) -> Result<Begun, Failure> {
        let (exam, is_whole) = match asked.read(visit, List::Orders, form).await? {
            Ok(read) => read,
            Err(why) => return Ok(Begun::Wrong(why)),
        };
        let (app, staff, w) = (visit.app.clone(), visit.staff.clone(), visit.words);
        let taken = signed(visit, ("orders", &ORDER_HEADS, ORDER_HEADS.len()), move |after| {
            let (app, staff, exam) = (app.clone(), staff.clone(), exam.clone());
            async move {
                let (orders, next) = app.outside.registration.lists.orders(&staff, &exam, after).await?;
                Ok((orders.iter().map(|order| order_row(w, order, is_whole)).collect(), next))
            }
        });
        Ok(Begun::Taken(taken))
    }

    async fn again(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, asked, telling).await
    }
}

impl Asked {
    /// The exam, and whether numbers are wanted whole, once that is in the audit; otherwise why there is no list.
    async fn read(
        &self,
        visit: &Visit,
        list: List,
        form: &'static str,
    ) -> Result<Result<(ExamId, bool), String>, Failure> {
        visit.demand_somewhere(Right::Export)?;
        let Ok(exam) = self.exam.parse::<ExamId>() else {
            return Ok(Err(visit.words.t("exports-which").into_owned()));
        };
        let is_whole = self.whole == "yes";
        if is_whole {
            visit.demand_fresh()?;
        }
        if let Some(why) = self.needs_second(visit, list, (&exam, is_whole)).await? {
            return Ok(Err(why));
        }
        visit.app.outside.registration.lists.begin(&visit.staff, (list, &exam), form, is_whole).await?;
        Ok(Ok((exam, is_whole)))
    }
}

impl Asked {
    /// Asks a second person where a list is large and nobody has agreed yet; then what is said instead of the list.
    async fn needs_second(
        &self,
        visit: &Visit,
        list: List,
        (exam, is_whole): (&ExamId, bool),
    ) -> Result<Option<String>, Failure> {
        let registration = &visit.app.outside.registration;
        if !needs_two(visit) || !registration.lists.is_large(&visit.staff, list, exam).await? {
            return Ok(None);
        }
        let act = Act::Export { exam: exam.clone(), list, is_whole };
        if let Ok(id) = Uuid::try_parse(&self.approval).map(ApprovalId)
            && registration.approvals.take(&visit.staff, id, &act).await?
        {
            return Ok(None);
        }
        visit.demand_fresh()?;
        let word = match registration.approvals.ask(&visit.staff, &act).await {
            Ok(_) => key("exports-asked"),
            Err(ApprovalError::Asked) => key("approval-already"),
            Err(ApprovalError::TooMany) => key("approval-too-many"),
            Err(ApprovalError::Forbidden(_)) => return Err(Failure::Forbidden),
            Err(ApprovalError::Store(error)) => return Err(error.into()),
            Err(ApprovalError::Unknown | ApprovalError::NotSecond | ApprovalError::Over(_)) => {
                return Err(Failure::NotFound);
            }
        };
        Ok(Some(visit.words.with(word, &[("most", EXPORT_ALONE_MAX.into())]).into_owned()))
    }
}

fn shown(document: &Document, is_whole: bool) -> Cell {
    Cell::Id(if is_whole { document.expose().to_owned() } else { document.masked() })
}

fn person_row(w: Words, person: &RosterRecord, own: &[FieldName], is_whole: bool) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let joined = |ids: &[SubjectId]| Cell::Text(ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let mut cells = vec![
        // In English by the name that the reader knows.
        text(w.pick(&kind_name(w, person.document.kind()), person.document.kind().as_str())),
        shown(&person.document, is_whole),
        text(person.name.expose()),
        joined(&person.subjects),
        joined(&person.barred),
    ];
    cells.extend(COLUMNS.iter().map(|column| Cell::Id(person.column(column).to_owned())));
    cells.extend(own.iter().map(|column| Cell::Id(person.column(column.as_str()).to_owned())));
    cells
}

fn order_row(w: Words, listed: &ListedOrder, is_whole: bool) -> Vec<Cell> {
    let order = &listed.order;
    let sittings: Vec<&str> = order.sittings.iter().map(|sitting| sitting.sitting.as_str()).collect();
    let tickets: Vec<String> = listed.tickets.iter().map(ToString::to_string).collect();
    vec![
        Cell::Id(order.id.to_string()),
        Cell::Text(listed.name.as_ref().map_or_else(String::new, |name| name.expose().to_owned())),
        listed.document.as_ref().map_or_else(|| Cell::Id(String::new()), |document| shown(document, is_whole)),
        Cell::Text(sittings.join(", ")),
        Cell::Amount(Some(order.amount)),
        Cell::Text(state_word(w, &order.state).1),
        at(Some(order.created_at)),
        at(order.paid_at),
        Cell::Id(tickets.join(", ")),
        Cell::Id(order.account.candidate_id().to_string()),
    ]
}

/// A list that `read` gives page by page, like that of [`Taken::new`]; its last line says who took it out, and how long it is.
fn signed<P, R, F>(visit: &Visit, (name, heads, columns): (&'static str, &[&'static str], usize), read: R) -> Taken
where
    P: Send + 'static,
    R: Fn(Option<P>) -> F + Send + 'static,
    F: Future<Output = Result<(Rows, Option<P>), Failure>> + Send + 'static,
{
    let (w, by, now) = (visit.words, visit.staff.name.clone(), visit.now);
    Taken::new(w, name, heads, move |place: Option<(P, usize)>| {
        let (after, before) = place.unzip();
        let (page, by) = (read(after), by.clone());
        async move {
            let (mut rows, next) = page.await?;
            let count = before.unwrap_or(0) + rows.len();
            if next.is_none() {
                rows.push(signature(w, &by, now, count, columns));
            }
            Ok((rows, next.map(|next| (next, count))))
        }
    })
}

/// The last line: who took the list out, when, and how many rows there are above.
fn signature(w: Words, by: &str, now: Timestamp, count: usize, columns: usize) -> Vec<Cell> {
    let at = when::civil(now).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let values = [("by", by.to_owned().into()), ("at", at.into()), ("count", count.into())];
    let mut cells = vec![Cell::Text(w.with("exports-signature", &values).into_owned())];
    cells.resize(columns, Cell::Text(String::new()));
    cells
}
