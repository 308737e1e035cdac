//! For whom a school pays: those that a filter finds, ticked, or a list that is handed in.

use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam::Exam;
use registration::model::exam_rules::{OrganisationCode, SubjectId};
use registration::model::organisation::OrganisationLevel;
use registration::model::payment::group::GroupCandidate;
use registration::payments::{Choice, LIST_BYTES_MAX, ORDERS_MAX};
use reservation::ids::ExamId;
use serde::Deserialize;

use super::lines::{sittings, subject_title};
use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::parts::{number, select, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 6] =
    [key("money-order"), key("candidate"), key("document"), key("sittings"), key("money-amount"), key("group-held")];

/// The filter, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) exam: String,
    #[serde(default)]
    pub(crate) organisation: String,
    #[serde(default)]
    pub(crate) subject: String,
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    draw(&visit, &asked, &Telling::nothing()).await
}

/// Draws the choice, with why a list was not read.
pub(crate) async fn draw(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let exams = visit.exams();
    // The only exam there is needs no choice.
    let only = exams.first().filter(|_| exams.len() == 1).map(|(id, _)| id.clone());
    let exam = asked.exam.parse::<ExamId>().ok().or(only).and_then(|id| registration.exams.get(&id));
    let organisation: Option<OrganisationCode> = asked.organisation.parse().ok();
    let subject: Option<SubjectId> = asked.subject.parse().ok();
    let (found, is_more) = match &exam {
        Some(exam) => {
            let choice = Choice { exam: &exam.id, organisation: organisation.as_ref(), subject: subject.as_ref() };
            registration.payments.group_candidates(&visit.staff, &choice).await?
        }
        None => (Vec::new(), false),
    };
    let view = View { asked, exams: &exams, exam: exam.as_deref(), found: &found, is_more, now: visit.now };
    let title = visit.words.t("group-new").into_owned();
    answer(visit, (Tab::Groups, title), telling, &body(visit.words, &view)).await
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) asked: &'a Asked,
    /// Exams that can be chosen, with what they are called.
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) exam: Option<&'a Exam>,
    /// Who is found.
    pub(crate) found: &'a [GroupCandidate],
    /// Are there more than are shown?
    pub(crate) is_more: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    html! {
        p { a href="/finance/groups" { (w.t("groups-back")) } }
        (filter(w, view))
        @if let Some(exam) = view.exam {
            (handed_in(w, view, exam))
            section {
                h2 { (w.t("group-by-filter")) }
                @if view.found.is_empty() { p class="nothing" { (w.t("group-nobody")) } }
                @else { (ticked(w, view, exam)) }
            }
        } @else {
            p class="nothing" { (w.t("group-choose-exam")) }
        }
    }
}

fn filter(w: Words, view: &View<'_>) -> Markup {
    let asked = view.asked;
    let exam = view.exam.map_or_else(String::new, |exam| exam.id.to_string());
    html! {
        form class="search" method="get" action="/finance/groups/new" {
            (select("exam", &w.t("money-exam"), view.exam.is_none().then_some(""), &exam,
                view.exams.iter().map(|(id, title)| (id.to_string(), title.clone()))))
            @if let Some(exam) = view.exam {
                @if !exam.organisations.is_empty() {
                    (select("organisation", &w.t("group-organisation"), Some(&w.t("money-all")), &asked.organisation,
                        exam.organisations.iter().map(|one| {
                            let depth = match one.level {
                                OrganisationLevel::Province => "",
                                OrganisationLevel::School => "　",
                                OrganisationLevel::Campus => "　　",
                            };
                            (one.code.to_string(), format!("{depth}{} {}", one.code, w.pick(&one.name.zh, &one.name.en)))
                        })))
                }
                @if !exam.rules.subjects.is_empty() {
                    (select("subject", &w.t("group-subject"), Some(&w.t("money-all")), &asked.subject,
                        exam.rules.subjects.iter().map(|one| {
                            let id = one.id.to_string();
                            let title = subject_title(w, Some(exam), &id);
                            (id, title)
                        })))
                }
            }
            button class="button second" type="submit" { (w.t("group-list")) }
        }
    }
}

/// What the forms carry on.
fn carried(view: &View<'_>, exam: &Exam) -> Markup {
    html! {
        input type="hidden" name="exam" value=(exam.id);
        input type="hidden" name="organisation" value=(view.asked.organisation);
    }
}

fn handed_in(w: Words, view: &View<'_>, exam: &Exam) -> Markup {
    html! {
        details class="refuse" {
            summary class="button second" { (w.t("group-by-list")) }
            form class="fields" method="post" action="/finance/groups/read" enctype="multipart/form-data" {
                (carried(view, exam))
                p class="hint" { (w.with("group-list-how", &[("most", ORDERS_MAX.into())])) }
                div {
                    label for="list" { (w.t("group-list-file")) }
                    input id="list" name="file" type="file" accept=".csv,.txt,text/csv,text/plain";
                }
                div {
                    label for="pasted" { (w.t("group-list-pasted")) }
                    textarea id="pasted" name="pasted" rows="6" maxlength=(LIST_BYTES_MAX / 4) spellcheck="false"
                        autocomplete="off" {}
                }
                button class="button" type="submit" { (w.t("group-look")) }
            }
        }
    }
}

fn ticked(w: Words, view: &View<'_>, exam: &Exam) -> Markup {
    let row = |one: &GroupCandidate| {
        let id = format!("order-{}", one.order);
        vec![
            html! {
                label class="tick" for=(id) {
                    input type="checkbox" id=(id) name="order" value=(one.order) checked;
                    span class="fen" { (one.order) }
                }
            },
            html! { @if let Some(name) = &one.name { (name.expose()) } },
            html! { @if let Some(document) = &one.document_masked { (number(document)) } },
            html! { (sittings(w, Some(exam), one)) },
            html! { span class="fen" { (one.amount) } },
            html! { (when::near(w.language, one.expires_at, view.now)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = view.found.iter().map(row).collect();
    html! {
        @if view.is_more {
            (callout(Tone::Care, &w.with("group-more", &[("most", ORDERS_MAX.into())]), &html! {}))
        }
        form method="post" action="/finance/groups/preview" {
            (carried(view, exam))
            p class="hint" { (w.with("group-ticks", &[("count", view.found.len().into())])) }
            (table(w, &w.t("group-by-filter"), &HEADS, &rows))
            p { button class="button" type="submit" { (w.t("group-look")) } }
        }
    }
}
