//! Asking to be told when registration opens.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::{Exam, Window};
use registration::model::exam_rules::ReminderKind;
use registration::people::accounts::Hears;
use serde::Deserialize;

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::visit::Candidate;
use crate::view::callout::{Tone, callout};
use crate::view::layout::{heading, page};

/// What the button says: to be told, or not any more.
#[derive(Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    wishes: String,
}

pub(crate) async fn show(candidate: Candidate, Path(exam): Path<String>) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    if !is_offered(&exam, visit.now) {
        return Ok(Redirect::to(&path_of(&exam)).into_response());
    }
    let registration = &visit.app.outside.registration;
    let wishes = registration.reminders.wishes(candidate.account.id, &exam.id).await?;
    let hears = registration.accounts.hears(&candidate.account);
    let frame = visit.frame(visit.words.t("opening-title"));
    Ok(page(&frame, &body(visit.words, &exam, wishes, hears)).into_response())
}

pub(crate) async fn set(
    candidate: Candidate,
    Path(exam): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    if is_offered(&exam, visit.now) {
        let reminders = &visit.app.outside.registration.reminders;
        reminders.wish(candidate.account.id, &exam.id, sent.wishes != "no").await?;
    }
    Ok(Redirect::to(&format!("{}/reminder", path_of(&exam))).into_response())
}

/// Is there something to be told of, that has not come yet?
pub(crate) fn is_offered(exam: &Exam, now: jiff::Timestamp) -> bool {
    exam.window(now) == Window::NotYet && !exam.rules.reminders.off.contains(&ReminderKind::Opens)
}

pub(crate) fn body(w: Words, exam: &Exam, wishes: bool, hears: Hears) -> Markup {
    let opens = [("when", when::moment(w.language, exam.opens_at).into())];
    let way = match hears {
        Hears::Letter => w.t("opening-by-letter"),
        Hears::Message => w.t("opening-by-message"),
        Hears::Nothing => w.t("opening-by-nothing"),
    };
    html! {
        div class="column narrow" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("opening-title")))
            @if wishes { (callout(Tone::Good, &w.t("opening-on"), &html! { p { (way) } })) }
            p class="lead" { (w.with("opening-lead", &opens)) }
            @if !wishes { p { (way) } }
            @if hears == Hears::Nothing { p { a href="/me#security" { (w.t("opening-prove")) } } }
            form method="post" action={ (path_of(exam)) "/reminder" } data-busy=(w.t("form-busy")) {
                @if wishes {
                    button class="button second" type="submit" name="wishes" value="no" { (w.t("opening-stop")) }
                } @else {
                    button class="button" type="submit" name="wishes" value="yes" { (w.t("opening-submit")) }
                }
            }
            p class="beside" { a href=(path_of(exam)) { (w.t("exam-back")) } }
        }
    }
}
