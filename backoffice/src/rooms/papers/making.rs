//! The page of a job: how far it is, and then its file. It looks again by itself as long as something is printed.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::words::Words;
use registration::desk::permits::Right;
use uuid::Uuid;

use super::jobs::{Fault, File, Job, KEPT, State};
use crate::request::failure::Failure;
use crate::request::visit::Visit;
use crate::rooms::parts::{Tab, answer_again};

/// Seconds after which the page looks again.
const RELOAD_SECONDS: u32 = 2;

pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let job = find(&visit, &id)?;
    let w = visit.words;
    let (title, reload) = match &job.state {
        State::Running => (w.t("papers-running"), Some(RELOAD_SECONDS)),
        State::Done(_) => (w.t("papers-done"), None),
        State::Failed(_) => (w.t("papers-failed"), None),
    };
    answer_again(&visit, StatusCode::OK, (Tab::Places, title.into_owned()), None, &body(w, &job), reload).await
}

/// The file, for whoever asked for it.
pub(crate) async fn file(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let job = find(&visit, &id)?;
    let State::Done(File { bytes, name, media_type, .. }) = job.state else { return Err(Failure::NotFound) };
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, bytes).into_response())
}

/// Their own job; another's, and one that is forgotten, is not there.
fn find(visit: &Visit, id: &str) -> Result<Job, Failure> {
    visit.demand_somewhere(Right::ArrangeSeats)?;
    let id = Uuid::try_parse(id).map_err(|_| Failure::NotFound)?;
    visit.app.jobs.get(id, visit.staff.id).ok_or(Failure::NotFound)
}

pub(crate) fn body(w: Words, job: &Job) -> Markup {
    html! {
        p { a href=(job.path) { (job.title) } }
        @match &job.state {
            State::Running => (running(w, job)),
            State::Done(file) => (done(w, job, file)),
            State::Failed(fault) => {
                (callout(Tone::Bad, &w.t("papers-failed-title"), &html! { p { (why(w, *fault)) } }))
                p { a class="button second" href=(job.path) { (w.t("papers-again")) } }
            },
        }
    }
}

fn running(w: Words, job: &Job) -> Markup {
    let values = [("done", job.done.into()), ("rooms", job.rooms.into())];
    html! {
        section class="printing" {
            p { label for="progress" { (w.with("papers-progress", &values)) } }
            progress id="progress" max=(job.rooms) value=(job.done) {}
            p class="hint" { (w.with("papers-looks-again", &[("seconds", RELOAD_SECONDS.into())])) }
        }
    }
}

fn done(w: Words, job: &Job, file: &File) -> Markup {
    let minutes = KEPT.as_secs() / 60;
    let is_zip = file.name.ends_with(".zip");
    let size = size(file.bytes.len());
    let label = if is_zip {
        w.with("papers-zip", &[("size", size.into())])
    } else {
        w.with("papers-pdf", &[("size", size.into())])
    };
    html! {
        (callout(Tone::Good, &w.with("papers-ready", &[("rooms", job.rooms.into())]), &html! {
            p { (w.with("papers-kept", &[("minutes", minutes.into())])) }
        }))
        @if !file.missing.is_empty() {
            (callout(Tone::Care, &w.with("papers-missing", &[("count", file.missing.len().into())]), &html! {
                p { (w.t("papers-missing-act")) }
                p class="id" {
                    @for letter in &file.missing { (format!("U+{:04X} ", u32::from(*letter))) }
                }
            }))
        }
        p { a class="button" href={ "/papers/" (job.id) "/file" } download=(file.name) { (label) } }
        p class="hint" { (w.t("papers-how")) @if is_zip { " " (w.t("papers-zip-how")) } }
        p { a href=(job.path) { (w.t("papers-more")) } }
    }
}

fn why(w: Words, fault: Fault) -> String {
    match fault {
        Fault::Forbidden => w.t("papers-fault-forbidden"),
        Fault::TooLarge => w.t("papers-fault-large"),
        Fault::TooSlow => w.t("papers-fault-slow"),
        Fault::Broken => w.t("papers-fault-broken"),
    }
    .into_owned()
}

/// `420 kB`, `2.3 MB`
fn size(bytes: usize) -> String {
    match bytes / 1_000 {
        kilobytes @ 0..1_000 => format!("{} kB", kilobytes.max(1)),
        kilobytes => format!("{}.{} MB", kilobytes / 1_000, kilobytes % 1_000 / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_told_as_people_compare_them() {
        assert_eq!([12, 420_999, 2_345_678, 25_000_000].map(size), ["1 kB", "420 kB", "2.3 MB", "25.0 MB"]);
    }
}
