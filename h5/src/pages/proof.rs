//! Checking a proof of registration: whoever was shown one types its code, or scans it, and reads what is true of it now. For
//! everybody, without an account; what it says is on the paper already, the name's first character at most.

pub(crate) mod file;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::room::ticket::{CheckedProof, ProofCode};
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::request::visit::Visit;
use crate::view::callout::{Tone, callout};
use crate::view::facts::{SittingLine, facts, sitting_lines};
use crate::view::form::{Field, FieldError, error_summary, field, of};
use crate::view::layout::{heading, page};

/// What was typed.
#[derive(Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    code: Option<String>,
}

/// The form; with a code, on to what it says.
pub(crate) async fn show(visit: Visit, Query(typed): Query<Typed>) -> Response {
    let Some(text) = typed.code else { return render(&visit, "", &[]).into_response() };
    match text.parse::<ProofCode>() {
        Ok(code) => Redirect::to(&format!("/check/{}", code.as_str())).into_response(),
        Err(_) => {
            let errors = [of("code", visit.words.t("check-error"))];
            answer(StatusCode::UNPROCESSABLE_ENTITY, render(&visit, &text, &errors))
        }
    }
}

/// What the proof of that code says now.
pub(crate) async fn check(visit: Visit, Path(token): Path<String>) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let found = match token.parse::<ProofCode>() {
        Ok(code) => registration.tickets.check_proof(&code).await?,
        Err(_) => None,
    };
    let exam = found.as_ref().and_then(|proof| registration.exams.get(&proof.exam));
    let w = visit.words;
    let frame = visit.frame(w.t("check-title"));
    Ok(match (&found, &exam) {
        (Some(proof), Some(exam)) => page(&frame, &body(w, exam, proof, visit.now)).into_response(),
        _ => answer(StatusCode::NOT_FOUND, page(&frame, &unknown(w))),
    })
}

fn render(visit: &Visit, typed: &str, errors: &[FieldError]) -> Markup {
    page(&visit.frame(visit.words.t("check-title")), &form(visit.words, typed, errors))
}

pub(crate) fn form(w: Words, typed: &str, errors: &[FieldError]) -> Markup {
    let label = w.t("check-code");
    let code = Field {
        name: "code",
        kind: "text",
        label: &label,
        value: typed,
        length_max: 40,
        autocomplete: "off",
        ..Field::default()
    };
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("check-title")))
            p class="lead" { (w.t("check-lead")) }
            form method="get" action="/check" {
                (field(w, &code, errors))
                button class="button" type="submit" { (w.t("check-submit")) }
            }
        }
    }
}

/// What is true of it now.
pub(crate) fn body(w: Words, exam: &Exam, proof: &CheckedProof, now: Timestamp) -> Markup {
    let line = |id: &reservation::ids::SittingId| {
        let sitting = exam.sitting(id);
        SittingLine {
            title: sitting.map_or_else(|| id.to_string(), |one| w.pick(&one.title.zh, &one.title.en).to_owned()),
            venue: String::new(),
            starts_at: sitting.map(|one| one.starts_at),
        }
    };
    let sittings: Vec<SittingLine> = proof.sittings.iter().map(line).collect();
    let labels = [w.t("receipt-exam"), w.t("ticket-name"), w.t("receipt-sittings"), w.t("check-made")];
    let dated = |at| when::dated(w.language, at, now);
    let mut rows = vec![(&*labels[0], html! { (w.pick(&exam.title.zh, &exam.title.en)) })];
    rows.extend(proof.name.as_ref().map(|name| (&*labels[1], html! { (name) })));
    rows.push((&labels[2], sitting_lines(w, &sittings, None)));
    rows.push((&labels[3], html! { (dated(proof.made_at)) }));
    let (tone, title) = match proof.is_registered {
        true => (Tone::Good, w.t("check-registered")),
        false => (Tone::Bad, w.t("check-ended")),
    };
    let text = w.with("check-as-of", &[("when", dated(now).into())]);
    html! {
        div class="column narrow" {
            (heading(None, &w.t("check-title")))
            (callout(tone, &title, &html! { p { (text) } }))
            div class="slip" { (facts(&rows)) }
            p class="hint" { (w.t("check-compare")) }
            p class="acts" { a class="button second" href="/check" { (w.t("check-another")) } }
        }
    }
}

fn unknown(w: Words) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("check-title")))
            (callout(Tone::Bad, &w.t("check-unknown"), &html! { p { (w.t("check-unknown-text")) } }))
            p class="acts" { a class="button second" href="/check" { (w.t("check-another")) } }
        }
    }
}
