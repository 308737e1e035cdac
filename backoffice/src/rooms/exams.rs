//! The sittings of an exam, and how far each is arranged.

use std::sync::Arc;

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::model::exam::Exam;
use registration::rooms::SittingState;
use reservation::ids::ExamId;
use serde::Deserialize;

use super::parts::{Tab, answer, list_words, sitting_path, sitting_title};
use super::words;
use crate::finance::parts::{select, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 4] = [key("places-sitting"), key("places-starts"), key("places-confirmed"), key("places-state")];
/// The column that is there only where somebody can wait.
const LIST_HEAD: &str = key("places-list");
/// Most sittings that are listed.
const SITTINGS_MAX: usize = 500;

/// Of which exam, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    exam: String,
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::ArrangeSeats)?;
    let registration = &visit.app.outside.registration;
    let exams = visit.exams();
    let asked: Option<ExamId> = asked.exam.parse().ok();
    let id = asked.or_else(|| exams.first().map(|(id, _)| id.clone()));
    let exam = id.and_then(|id| registration.exams.get(&id));
    let sittings = match &exam {
        Some(exam) => registration.rooms.sittings(&visit.staff, &exam.id).await?,
        None => Vec::new(),
    };
    let body = body(visit.words, &exams, exam.as_ref(), &sittings);
    answer(&visit, StatusCode::OK, (Tab::Places, visit.words.t("places-title").into_owned()), None, &body).await
}

pub(crate) fn body(
    w: Words,
    exams: &[(ExamId, String)],
    exam: Option<&Arc<Exam>>,
    sittings: &[SittingState],
) -> Markup {
    let chosen = exam.map_or_else(String::new, |exam| exam.id.to_string());
    let rows: Vec<Vec<Markup>> = exam
        .map(|exam| sittings.iter().take(SITTINGS_MAX).filter_map(|state| row(w, exam, state)).collect())
        .unwrap_or_default();
    let has_lists = sittings.iter().any(|state| state.list.is_some());
    let heads: Vec<&str> = HEADS.into_iter().chain(has_lists.then_some(LIST_HEAD)).collect();
    html! {
        p class="hint" { (w.t("places-lead")) }
        @if exams.len() > 1 {
            form class="search" method="get" action="/arrange" {
                (select("exam", &w.t("money-exam"), None, &chosen,
                    exams.iter().map(|(id, title)| (id.to_string(), title.clone()))))
                button class="button second" type="submit" { (w.t("money-find")) }
            }
        }
        @if rows.is_empty() { p class="nothing" { (w.t("places-none")) } }
        @else { (table(w, &w.t("places-title"), &heads, &rows)) }
    }
}

fn row(w: Words, exam: &Exam, state: &SittingState) -> Option<Vec<Markup>> {
    let sitting = exam.sitting(&state.sitting)?;
    let (tone, word) = words::stage(state.arrangement.as_ref().map(|arrangement| arrangement.stage()));
    Some(vec![
        html! { a href=(sitting_path(&exam.id, &sitting.id)) { (sitting_title(w, sitting)) } },
        html! { (when::moment(w.language, sitting.starts_at)) },
        html! { span class="fen" { (state.confirmed) } },
        html! { (tag(tone, &w.t(word))) },
        // Without the head of the column nobody sees this.
        html! { @if let Some(list) = &state.list { (list_words(w, list)) } },
    ])
}
