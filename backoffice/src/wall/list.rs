//! The exams that can be watched, with how each stands.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::{Right, Scope, permits};
use registration::model::exam::Exam;
use registration::wall::second::Totals;
use reservation::ids::ExamId;

use super::numbers::count;
use crate::desk::frame;
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 5] = [key("wall-exam"), key("wall-opens"), key("wall-left"), key("wall-paying"), key("wall-paid")];
/// Most exams that are listed, those that opened last.
const EXAMS_MAX: usize = 100;

/// An exam of the list.
pub(crate) struct Listed {
    pub(crate) id: ExamId,
    pub(crate) title: String,
    pub(crate) opens_at: Timestamp,
    pub(crate) totals: Option<Totals>,
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::Watch)?;
    let registration = &visit.app.outside.registration;
    let mut listed = Vec::new();
    let all = registration.exams.list();
    let is_theirs = |exam: &&Arc<Exam>| permits(&visit.staff, Right::Watch, Scope::Exam(&exam.id));
    for exam in all.iter().filter(is_theirs).take(EXAMS_MAX) {
        let totals = registration.exams.wall.newest(&exam.id).await?.map(|(_, totals)| totals);
        let (id, title) = (exam.id.clone(), visit.exam_title(&exam.id));
        listed.push(Listed { id, title, opens_at: exam.opens_at, totals });
    }
    let counts = registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(visit.words.t("wall"), &counts, &[]);
    frame.waiting = None;
    Ok(frame::page(&frame, &body(visit.words, &listed)).into_response())
}

pub(crate) fn body(w: Words, listed: &[Listed]) -> Markup {
    let row = |exam: &Listed| {
        let number = |of: fn(&Totals) -> i64| {
            let text = exam.totals.as_ref().map_or_else(|| "–".to_owned(), |totals| count(of(totals).max(0)));
            html! { span class="fen" { (text) } }
        };
        vec![
            html! { a href=(format!("/wall/{}", exam.id)) { (exam.title) } },
            html! { (when::moment(w.language, exam.opens_at)) },
            number(|totals| totals.left),
            number(|totals| totals.held + totals.frozen),
            number(|totals| totals.confirmed),
        ]
    };
    let rows: Vec<Vec<Markup>> = listed.iter().map(row).collect();
    html! {
        main class="finance" {
            h1 { (w.t("wall")) }
            p class="hint" { (w.t("wall-lead")) }
            @if rows.is_empty() { p class="nothing" { (w.t("wall-none")) } }
            @else { (table(w, &w.t("wall"), &HEADS, &rows)) }
        }
    }
}
