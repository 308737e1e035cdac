//! What schools pay for many candidates at once (集体缴费): the lists, the newest first. In reading order: `choose` is for
//! whom, `preview` how they stand, `one` a list with all that is done about it, `paying` its code to scan.

pub(crate) mod choose;
pub(crate) mod lines;
pub(crate) mod one;
pub(crate) mod paying;
pub(crate) mod preview;
pub(crate) mod words;

use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::payment::group::{GroupPayment, GroupState};
use reservation::ids::ExamId;
use serde::Deserialize;

use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::parts::{select, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 6] = [
    key("group-title"),
    key("money-exam"),
    key("group-orders"),
    key("group-sum"),
    key("money-state"),
    key("group-until"),
];

/// Of which exam, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) exam: String,
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let exam: Option<ExamId> = asked.exam.parse().ok();
    let groups = registration.payments.groups(&visit.staff, exam.as_ref()).await?;
    let exams = visit.exams();
    let inside = {
        let titles = |exam: &ExamId| visit.exam_title(exam);
        let view = View { asked: &asked, groups: &groups, exams: &exams, titles: &titles, now: visit.now };
        body(visit.words, &view)
    };
    let title = visit.words.t("finance-groups").into_owned();
    answer(&visit, (Tab::Groups, title), &Telling::nothing(), &inside).await
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) groups: &'a [GroupPayment],
    /// Exams that can be chosen, with what they are called.
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) titles: &'a dyn Fn(&ExamId) -> String,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = view.groups.iter().map(|group| row(w, view, group)).collect();
    html! {
        p class="hint" { (w.t("groups-lead")) }
        p { a class="button" href="/finance/groups/new" { (w.t("group-new")) } }
        @if view.exams.len() > 1 {
            form class="search" method="get" action="/finance/groups" {
                (select("exam", &w.t("money-exam"), Some(&w.t("money-all")), &view.asked.exam,
                    view.exams.iter().map(|(id, title)| (id.to_string(), title.clone()))))
                button class="button second" type="submit" { (w.t("money-find")) }
            }
        }
        @if rows.is_empty() { p class="nothing" { (w.t("groups-none")) } }
        @else { (table(w, &w.t("finance-groups"), &HEADS, &rows)) }
    }
}

fn row(w: Words, view: &View<'_>, group: &GroupPayment) -> Vec<Markup> {
    let (tone, word) = words::state(w, group.state);
    vec![
        html! { a href={ "/finance/groups/" (group.id.number()) } { (group.title) } },
        html! { ((view.titles)(&group.exam)) },
        html! { (group.orders.len()) },
        html! { span class="fen" { (group.amount()) } },
        html! { (tag(tone, &word)) },
        html! {
            @if group.state == GroupState::Open { (when::near(w.language, group.locked_until, view.now)) }
        },
    ]
}
