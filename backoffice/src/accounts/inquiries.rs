//! What candidates ask in writing: a list of what waits, and a page on which one question is read and answered.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::people::candidates::inquiries::{
    INQUIRY_CHARS_MAX, Inquiry, InquiryError, InquiryId, WaitingInquiry,
};
use reservation::ids::ExamId;
use serde::Deserialize;
use uuid::Uuid;

use super::candidates::{NO_DESK, address, looking};
use crate::desk::frame::page;
use crate::desk::lines::Titles;
use crate::desk::message::{Message, said};
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 4] = [key("inquiry-asked"), key("inquiry-exam"), key("inquiry-place"), key("inquiry-open")];

/// What was done last.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// An answer as typed.
#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    answer: String,
}

/// What waits, the oldest first.
pub(crate) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::AnswerInquiries)?;
    let waiting = visit.app.outside.registration.candidates.inquiries().waiting(&looking(&visit)).await?;
    let w = visit.words;
    let message = (asked.done == "answered").then(|| Message::new(Tone::Good, w.t("inquiry-did")));
    let titles = |exam: &ExamId| visit.exam_title(exam);
    framed(&visit, StatusCode::OK, &list_body(w, &waiting, message.as_ref(), &titles)).await
}

/// One question; that it was read is written down before it is drawn.
pub(crate) async fn show(visit: Visit, Path(inquiry): Path<Uuid>) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::AnswerInquiries)?;
    draw(&visit, StatusCode::OK, InquiryId(inquiry), "", None).await
}

/// Answers it, and leads back to what still waits. What cannot be sent stays in its field.
pub(crate) async fn answer(
    visit: Visit,
    Path(inquiry): Path<Uuid>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::AnswerInquiries)?;
    let (w, id) = (visit.words, InquiryId(inquiry));
    match visit.app.outside.registration.candidates.inquiries().answer(&looking(&visit), id, &entered.answer).await {
        Ok(()) => Ok(Redirect::to("/inquiries?done=answered").into_response()),
        Err(InquiryError::Text) => {
            let message = Message::new(Tone::Bad, w.with("inquiry-bad", &[("max", INQUIRY_CHARS_MAX.into())]));
            draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, id, &entered.answer, Some(&message)).await
        }
        Err(InquiryError::Answered) => {
            let message = Message::new(Tone::Care, w.t("inquiry-answered-before"));
            draw(&visit, StatusCode::CONFLICT, id, "", Some(&message)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A reload of an answer to a form.
pub(crate) async fn back(Path(inquiry): Path<Uuid>) -> Redirect {
    Redirect::to(&format!("/inquiries/{inquiry}"))
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    id: InquiryId,
    typed: &str,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    let inquiry = visit.app.outside.registration.candidates.inquiries().look(&looking(visit), id).await?;
    let titles = |exam: &ExamId| visit.exam_title(exam);
    framed(visit, status, &one_body(visit.words, &inquiry, typed, message, &titles)).await
}

async fn framed(visit: &Visit, status: StatusCode, body: &Markup) -> Result<Response, Failure> {
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(visit.words.t("inquiries-title"), &counts, &NO_DESK);
    frame.waiting = None;
    Ok((status, page(&frame, body)).into_response())
}

pub(crate) fn list_body(
    w: Words,
    waiting: &[WaitingInquiry],
    message: Option<&Message>,
    titles: &Titles<'_>,
) -> Markup {
    let row = |one: &WaitingInquiry| {
        vec![
            html! { span class="fen" { (when::moment(w.language, one.asked_at)) } },
            html! { (exam(w, one.exam.as_ref(), titles)) },
            html! { (one.place) },
            html! { a href={ "/inquiries/" (one.id.0) } { (w.t("inquiry-open")) } },
        ]
    };
    html! {
        main class="finance" {
            h1 { (w.t("inquiries-title")) }
            (said(message))
            p class="hint" { (w.t("inquiries-lead")) }
            @if waiting.is_empty() {
                (callout(Tone::Good, &w.t("inquiries-none"), &html! {}))
            } @else {
                (table(w, &w.t("inquiries-title"), &HEADS, &waiting.iter().map(row).collect::<Vec<_>>()))
                @if waiting.len() >= LISTED_MAX { p class="hint" { (w.with("inquiries-more", &[("count", waiting.len().into())])) } }
            }
        }
    }
}

/// As many are listed at once.
const LISTED_MAX: usize = 100;

pub(crate) fn one_body(
    w: Words,
    inquiry: &Inquiry,
    typed: &str,
    message: Option<&Message>,
    titles: &Titles<'_>,
) -> Markup {
    html! {
        main class="finance" {
            h1 { (w.t("inquiries-title")) }
            (said(message))
            dl class="facts" {
                div { dt { (w.t("inquiry-asked")) } dd { (when::moment(w.language, inquiry.asked_at)) } }
                div { dt { (w.t("inquiry-exam")) } dd { (exam(w, inquiry.exam.as_ref(), titles)) } }
                div { dt { (w.t("inquiry-place")) } dd { (inquiry.place) } }
                div { dt { (w.t("inquiry-candidate")) } dd { a href=(address::path(inquiry.account)) { (w.t("cand-open")) } } }
            }
            h2 { (w.t("inquiry-question")) }
            (lines(&inquiry.question))
            @match &inquiry.answer {
                Some((answer, at)) => {
                    h2 { (w.with("inquiry-answered-at", &[("when", when::moment(w.language, *at).into())])) }
                    (lines(answer))
                },
                None => {
                    form method="post" action={ "/inquiries/" (inquiry.id.0) "/answer" } {
                        div class="field" {
                            label for="answer" { (w.t("inquiry-answer")) }
                            textarea id="answer" name="answer" rows="6" required maxlength=(INQUIRY_CHARS_MAX)
                                aria-describedby="answer-hint" { (typed) }
                            p class="hint" id="answer-hint" { (w.with("inquiry-answer-hint", &[("max", INQUIRY_CHARS_MAX.into())])) }
                        }
                        button class="button" type="submit" { (w.t("inquiry-send")) }
                    }
                },
            }
            p { a href="/inquiries" { (w.t("inquiries-title")) } }
        }
    }
}

fn exam(w: Words, exam: Option<&ExamId>, titles: &Titles<'_>) -> String {
    exam.map_or_else(|| w.t("inquiry-no-exam").into_owned(), titles)
}

/// Plain text, a paragraph a line.
fn lines(text: &str) -> Markup {
    html! { blockquote { @for line in text.lines().filter(|line| !line.trim().is_empty()) { p { (line) } } } }
}
