//! A poster to print: the site's code, its address, and what to do when WeChat opens it.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::qr_code::code;
use pagekit::words::Words;
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::words;
use crate::failure::Failure;
use crate::request::cookies::display::display;
use crate::view::layout::imprint::site_name;
use crate::view::layout::{Frame, page, phrases};

/// Which exam the poster leads to; none: the first page.
#[derive(Default, Deserialize)]
pub(crate) struct About {
    #[serde(default)]
    exam: String,
}

/// The poster of the site, or of one exam.
pub(crate) async fn show(
    State(app): State<App>,
    Query(about): Query<About>,
    headers: HeaderMap,
) -> Result<Markup, Failure> {
    let w = words(Language::of(&headers));
    let (path, titles) = target(&app, w, &about)?;
    let url = format!("{}{path}", app.base_url(&headers));
    let frame = Frame::bare(&app, w, display(&headers), w.t("poster-title").into_owned(), "/poster");
    Ok(page(&frame, &body(w, &titles, &about.exam, &url)))
}

/// The code as a picture.
pub(crate) async fn picture(
    State(app): State<App>,
    Query(about): Query<About>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (path, _) = target(&app, words(Language::Zh), &about)?;
    let picture = code(&format!("{}{path}", app.base_url(&headers))).ok_or(Failure::Broken)?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "no-cache")], picture).into_response())
}

/// The path, and the organiser's and the exam's names.
fn target(app: &App, w: Words, about: &About) -> Result<(String, [String; 2]), Failure> {
    if about.exam.is_empty() {
        return Ok((
            "/".to_owned(),
            [String::new(), site_name(w, &app.outside.registration.imprints.current().imprint)],
        ));
    }
    let id = about.exam.parse().map_err(|_| Failure::NotFound)?;
    let exam = app.outside.registration.exams.get(&id).ok_or(Failure::NotFound)?;
    let names = [&exam.organiser, &exam.title].map(|text| w.pick(&text.zh, &text.en).to_owned());
    Ok((format!("/exams/{id}"), names))
}

pub(crate) fn body(w: Words, [organiser, title]: &[String; 2], exam: &str, url: &str) -> Markup {
    let query = if exam.is_empty() { String::new() } else { format!("?exam={exam}") };
    html! {
        div class="column narrow poster" {
            @if !organiser.is_empty() { p class="above" { (organiser) } }
            h1 { (phrases(title)) }
            img src={ "/poster/code.png" (query) } alt=(w.t("poster-alt")) width="320" height="320";
            p class="address" { (url) }
            p { (w.t("poster-how")) }
            p class="hint" { (w.t("poster-wechat")) }
        }
    }
}
