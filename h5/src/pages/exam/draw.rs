//! How places are drawn, for anybody: the commitment of each sitting as soon as there is one; the seed and the record, by which
//! the draw is done again, once places are published.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::rooms::{Draw, PublicRecord};
use reservation::ids::SittingId;

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::visit::Visit;
use crate::view::facts::{digits, list, pieces};
use crate::view::layout::{heading, page, phrases};

pub(crate) async fn show(visit: Visit, Path(exam): Path<String>) -> Result<Markup, Failure> {
    let exam = find(&visit, &exam)?;
    let draws = visit.app.outside.registration.rooms.draws(&exam.id).await?;
    let body = body(visit.words, &exam, &draws, visit.now);
    Ok(page(&visit.frame(visit.words.t("draw-title")), &body))
}

/// The record of a published draw, as a file.
pub(crate) async fn record(visit: Visit, Path((exam, file)): Path<(String, String)>) -> Result<Response, Failure> {
    let exam = find(&visit, &exam)?;
    let sitting: SittingId = file.strip_suffix(".json").and_then(|name| name.parse().ok()).ok_or(Failure::NotFound)?;
    let found = visit.app.outside.registration.rooms.record(&exam.id, &sitting).await?.ok_or(Failure::NotFound)?;
    let PublicRecord::Open(found) = found else {
        return Ok(Redirect::to(&format!("/exams/{}/draw#withheld", exam.id)).into_response());
    };
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CACHE_CONTROL, "public, max-age=60".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}-{sitting}.json\"", exam.id)),
    ];
    Ok((headers, found).into_response())
}

pub(crate) fn body(w: Words, exam: &Exam, draws: &[Draw], now: Timestamp) -> Markup {
    html! {
        div class="column" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("draw-title")))
            p class="lead" { (w.t("draw-lead")) }
            @if draws.is_empty() { p { (w.t("draw-none")) } }
            @for draw in draws { (one(w, exam, draw, now)) }
            section aria-labelledby="check" {
                h2 id="check" { (w.t("draw-check-title")) }
                p { (w.t("draw-check-text")) }
                p { code { "seathold seating verify FILE.json" } }
                p class="hint" { (w.t("draw-check-hint")) }
                @if exam.rules.asks_for(&TaskKind::Accommodations) { p class="hint" { (w.t("draw-check-aside")) } }
                p id="withheld" class="hint" { (w.t("draw-check-withheld")) }
            }
            p { a href=(path_of(exam)) { (w.t("exam-look")) } }
        }
    }
}

fn one(w: Words, exam: &Exam, draw: &Draw, now: Timestamp) -> Markup {
    let sitting = exam.sitting(&draw.sitting);
    let title = sitting.map_or_else(
        || draw.sitting.to_string(),
        |one| format!("{} {}", w.pick(&one.title.zh, &one.title.en), w.pick(&one.venue.zh, &one.venue.en)),
    );
    let moment = |at| pieces(w, &when::pieces(w.language, at, now));
    let label = |key: &str| key.to_owned();
    let mut rows: Vec<(String, Markup)> = Vec::new();
    rows.extend(sitting.map(|one| (label(&w.t("draw-starts")), moment(one.starts_at))));
    match &draw.published {
        None => {
            rows.push((label(&w.t("draw-commitment")), digits(&draw.commitment)));
            rows.push((label(&w.t("draw-made")), moment(draw.made_at)));
            rows.push((label(&w.t("draw-seed")), html! { (w.t("draw-seed-later")) }));
        }
        Some(published) => {
            rows.push((label(&w.t("draw-commitment")), digits(&published.commitment)));
            rows.push((label(&w.t("draw-seed")), digits(&published.seed)));
            rows.push((label(&w.t("draw-published")), moment(published.at)));
            let counts = [
                ("people", published.seats.into()),
                ("rooms", published.rooms.into()),
                ("late", published.late.into()),
            ];
            rows.push((label(&w.t("draw-seats")), html! { (w.with("draw-seats-of", &counts)) }));
            if published.commitment != draw.commitment {
                rows.push((label(&w.t("draw-anew")), digits(&draw.commitment)));
            }
        }
    }
    html! {
        section class="draw" {
            h2 { (phrases(&title)) }
            (list(&rows))
            @if draw.published.is_some() {
                p { a href={ "/exams/" (exam.id) "/draw/" (draw.sitting) ".json" } download { (w.t("draw-record")) } }
            }
        }
    }
}
