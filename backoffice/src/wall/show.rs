//! One exam's wall, as it stands.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::html;
use pagekit::words::{Words, key};
use registration::desk::permits::{Right, Scope};
use registration::wall::Scene;
use reservation::ids::ExamId;
use serde::Deserialize;

use super::draw::draw;
use super::frame::{REFRESH_SECONDS, Shell, page};
use super::parts::Parts;
use crate::app::App;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// How it is looked at: `?wall` is the dark one for a screen on a wall.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    wall: Option<String>,
}

/// An exam out of an address, for whoever may watch.
pub(super) fn asked_for(visit: &Visit, exam: &str) -> Result<ExamId, Failure> {
    visit.demand_somewhere(Right::Watch)?;
    let exam: ExamId = exam.parse().map_err(|_| Failure::NotFound)?;
    visit.demand_at(Right::Watch, Scope::Exam(&exam))?;
    Ok(exam)
}

/// The scene of an exam at a moment; refused where there is no such exam.
pub(super) async fn scene_of(app: &App, exam: &ExamId, at: Timestamp) -> Result<Scene, Failure> {
    app.outside.registration.exams.wall.scene(exam, at).await?.ok_or(Failure::NotFound)
}

/// The parts as they are seen at `now`.
pub(super) fn parts_of(app: &App, words: Words, exam: &ExamId, scene: &Scene, now: Timestamp) -> Parts {
    let known = app.outside.registration.exams.get(exam);
    draw(words, (exam, known.as_deref()), scene, now)
}

pub(crate) async fn show(
    visit: Visit,
    Path(exam): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let exam = asked_for(&visit, &exam)?;
    let w = visit.words;
    let scene = scene_of(&visit.app, &exam, Timestamp::now()).await?;
    let parts = parts_of(&visit.app, w, &exam, &scene, Timestamp::now());
    let (home, is_wall) = (format!("/wall/{exam}"), asked.wall.is_some());
    let link = |href: String, name: &'static str| (href, w.t(name).into_owned());
    let mode = if is_wall {
        link(home.clone(), key("wall-plain-mode"))
    } else {
        link(format!("{home}?wall"), key("wall-mode"))
    };
    let shell = Shell {
        words: w,
        assets: &visit.app.assets,
        title: visit.exam_title(&exam),
        path: visit.path(),
        is_wall,
        is_demo: visit.app.outside.demo,
        stream: Some(format!("{home}/stream")),
        is_once: false,
        refresh: Some((REFRESH_SECONDS, visit.path().to_owned())),
        links: vec![mode, link(format!("{home}/replay"), key("wall-replay"))],
        above: html! {},
    };
    Ok(page(&shell, &parts).into_response())
}
