//! Help: a code that says where one stands, whom to call, the questions of this step first, and a question of one's own.

mod place;
mod questions;

use std::sync::Arc;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use pagekit::local_path::{local_path, query_value};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::people::candidates::inquiries::{INQUIRY_CHARS_MAX, Inquiry, InquiryError};
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::pages::site::help::place::Place;
use crate::pages::site::help::questions::frequent;
use crate::paths::without_secret;
use crate::request::visit::{Candidate, Visit};
use crate::view::callout::{Tone, callout, tag};
use crate::view::contact::contact;
use crate::view::form::{FieldError, error_of, error_summary, of};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page, phrases};

pub(crate) use questions::Topic;

/// Most exams that are listed.
const EXAMS_MAX: usize = 50;

/// From which page somebody comes, in which request it failed, and what was just done.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    request: String,
    #[serde(default)]
    said: String,
}

/// A question as typed, and from where.
#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    from: String,
    #[serde(default)]
    request: String,
    #[serde(default)]
    question: String,
}

/// What the page shows.
pub(crate) struct View<'a> {
    /// The code that says where they stand.
    pub(crate) code: &'a str,
    /// From which page they come, a path of ours, and which request failed.
    pub(crate) from: (&'a str, &'a str),
    pub(crate) topic: Topic,
    /// Whom to ask of the site, and of the exams.
    pub(crate) site: Option<&'a str>,
    pub(crate) exams: &'a [Arc<Exam>],
    /// The exam that they come from.
    pub(crate) exam: Option<&'a Exam>,
    /// What they asked; `None` where nobody is signed in.
    pub(crate) own: Option<&'a [Inquiry]>,
    pub(crate) has_asked: bool,
    pub(crate) typed: &'a str,
    pub(crate) errors: &'a [FieldError],
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>, headers: HeaderMap) -> Result<Response, Failure> {
    let has_asked = asked.said == "asked";
    let from = Entered { from: asked.from, request: asked.request, question: String::new() };
    draw(&visit, &headers, StatusCode::OK, &from, has_asked, &[]).await
}

/// Takes a question. What cannot be taken stays in its field.
pub(crate) async fn ask(
    candidate: Candidate,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let Candidate { visit, account } = candidate;
    let (w, place) = (visit.words, Place::of(&visit, &entered.from, &entered.request, &headers).await?);
    let exam = place.exam.as_ref().map(|exam| &exam.id);
    let inquiries = visit.app.outside.registration.candidates.inquiries();
    let (status, error) = match inquiries.ask(account.id, exam, &place.code, &entered.question).await {
        Ok(()) => {
            let from = query_value(local_path(&entered.from).unwrap_or("/"));
            return Ok(Redirect::to(&format!("/help?from={from}&said=asked#inquiries")).into_response());
        }
        Err(InquiryError::Text) => {
            let text = w.with("help-ask-bad", &[("max", INQUIRY_CHARS_MAX.into())]);
            (StatusCode::UNPROCESSABLE_ENTITY, text.into_owned())
        }
        Err(InquiryError::TooMany) => (StatusCode::TOO_MANY_REQUESTS, w.t("help-ask-many").into_owned()),
        Err(InquiryError::Store(error)) => return Err(error.into()),
        Err(InquiryError::Forbidden(_) | InquiryError::Unknown | InquiryError::Answered) => {
            return Err(Failure::Broken);
        }
    };
    draw(&visit, &headers, status, &entered, false, &[of("question", error)]).await
}

async fn draw(
    visit: &Visit,
    headers: &HeaderMap,
    status: StatusCode,
    entered: &Entered,
    has_asked: bool,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let place = Place::of(visit, &entered.from, &entered.request, headers).await?;
    let registration = &visit.app.outside.registration;
    let own = match &visit.account {
        Some(account) => Some(registration.candidates.inquiries().of(account.id).await?),
        None => None,
    };
    let exams = registration.exams.list();
    let view = View {
        code: &place.code,
        from: (local_path(&entered.from).and_then(without_secret).unwrap_or("/"), &entered.request),
        topic: place.topic,
        site: visit.app.outside.contact.as_deref(),
        exams: &exams,
        exam: place.exam.as_deref(),
        own: own.as_deref(),
        has_asked,
        typed: &entered.question,
        errors,
    };
    let page = page(&visit.frame(visit.words.t("help-title")), &body(visit.words, &view));
    Ok(if status == StatusCode::OK { page.into_response() } else { answer(status, page) })
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    html! {
        div class="column" {
            (heading(None, &w.t("help-title")))
            (error_summary(w, view.errors))
            @if view.has_asked {
                div role="status" { (callout(Tone::Good, &w.t("help-asked"), &html! { p { (w.t("help-asked-text")) } })) }
            }
            p class="lead" { (w.t("help-lead")) }
            (code(w, view.code))
            (whom(w, view))
            p { a class="link" href="/check-phone" { (w.t("check-link")) (icon(Icon::Chevron)) } }
            section aria-labelledby="questions" {
                h2 id="questions" { (w.t("help-questions")) }
                (frequent(w, view.topic))
            }
            (asking(w, view))
            @if let Some(own) = view.own.filter(|own| !own.is_empty()) { (answers(w, own)) }
        }
    }
}

/// The code, to be read out or copied.
fn code(w: Words, code: &str) -> Markup {
    html! {
        section aria-labelledby="help-code-title" {
            h2 id="help-code-title" { (w.t("help-code")) }
            p class="hint" { (w.t("help-code-hint")) }
            div class="number-row" {
                output id="help-code" aria-labelledby="help-code-title" { (code) }
                button type="button" class="reveal" hidden data-copy="help-code"
                    data-done=(w.t("wechat-copied")) data-failed=(w.t("me-copy-hand")) { span { (w.t("me-copy")) } }
            }
        }
    }
}

/// Whom to call: of the exam that one comes from first, then of the site and of the others.
fn whom(w: Words, view: &View<'_>) -> Markup {
    let is_here = |exam: &Exam| view.exam.is_some_and(|here| here.id == exam.id);
    let mut with_contact: Vec<_> =
        view.exams.iter().filter_map(|exam| Some((exam, exam.rules.contact.as_ref()?))).take(EXAMS_MAX).collect();
    with_contact.sort_by_key(|(exam, _)| !is_here(exam));
    html! {
        section aria-labelledby="hotline" {
            h2 id="hotline" { (w.t("help-hotline")) }
            @if let Some(site) = view.site { p { (contact(site)) } }
            ul class="orders" {
                @for (exam, text) in with_contact {
                    li class="order" {
                        h3 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
                        p { (contact(w.pick(&text.zh, &text.en))) }
                        p { a href={ "/exams/" (exam.id) } { (w.t("exam-look")) } }
                    }
                }
            }
        }
    }
}

/// A question of one's own, for whoever is signed in: the answer must find them.
fn asking(w: Words, view: &View<'_>) -> Markup {
    let (from, request) = view.from;
    let error = error_of(view.errors, "question");
    html! {
        section aria-labelledby="ask" {
            h2 id="ask" { (w.t("help-ask")) }
            @if view.own.is_none() {
                p { (w.t("help-ask-guest")) }
                p { a class="button second" href={ "/sign-in?next=" (query_value(&format!("/help?from={}", query_value(from)))) } { (w.t("nav-sign-in")) } }
            } @else {
                form method="post" action="/help" data-busy=(w.t("form-busy")) {
                    input type="hidden" name="from" value=(from);
                    input type="hidden" name="request" value=(request);
                    div class="field" data-error[error.is_some()] {
                        label for="question" { (w.t("help-ask-label")) }
                        p class="hint" id="question-hint" { (w.with("help-ask-hint", &[("max", INQUIRY_CHARS_MAX.into())])) }
                        @if let Some(error) = error { p class="error" id="question-error" { (icon(Icon::Cross)) span { (error) } } }
                        textarea id="question" name="question" rows="4" required maxlength=(INQUIRY_CHARS_MAX)
                            aria-invalid=[error.map(|_| "true")]
                            aria-describedby=(if error.is_some() { "question-hint question-error" } else { "question-hint" }) { (view.typed) }
                    }
                    button class="button" type="submit" { (w.t("help-ask-send")) }
                }
            }
        }
    }
}

/// What was asked before, and answered.
fn answers(w: Words, own: &[Inquiry]) -> Markup {
    html! {
        section id="inquiries" aria-labelledby="inquiries-title" {
            h2 id="inquiries-title" { (w.t("help-own")) }
            ul class="orders" {
                @for one in own {
                    li class="order" data-live {
                        @let (tone, word) = match one.answer { Some(_) => (Tone::Good, w.t("help-own-answered")), None => (Tone::Plain, w.t("help-own-waiting")) };
                        p class="order-head" { (tag(tone, &word)) span { (when::moment(w.language, one.asked_at)) } }
                        @for line in lines(&one.question) { p { (line) } }
                        @if let Some((answer, at)) = &one.answer {
                            div class="order-part" {
                                p class="order-note" { (w.with("help-own-answer", &[("when", when::moment(w.language, *at).into())])) }
                                @for line in lines(answer) { p { (line) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}
