//! Opening and closing an exam at once: what would happen is said first, and asked once more.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::{Right, Scope, permits};
use registration::drafts::{DraftError, WindowAct};
use registration::model::exam::Exam;
use serde::Deserialize;

use super::faults;
use super::frame::{answer, exam_id, exam_path, refusal};
use crate::desk::message::Message;
use crate::finance::parts::moment;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// China has one time zone without summer time.
const CHINA_OFFSET_HOURS: i8 = 8;
/// So long a closed exam is open again unless somebody says otherwise.
const REOPENED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Until when a closed exam is open again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entered {
    until: String,
}

/// What is asked, by the end of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Open,
    Close,
    Reopen,
}

impl Asked {
    fn of(word: &str) -> Result<Self, Failure> {
        match word {
            "open" => Ok(Self::Open),
            "close" => Ok(Self::Close),
            "reopen" => Ok(Self::Reopen),
            _ => Err(Failure::NotFound),
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => (key("exam-open-now"), key("exam-open-now-what")),
            Self::Close => (key("exam-close-now"), key("exam-close-now-what")),
            Self::Reopen => (key("exam-reopen"), key("exam-reopen-what")),
        }
    }
}

pub(crate) async fn show(visit: Visit, Path((exam, act)): Path<(String, String)>) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, (&exam, Asked::of(&act)?), None).await
}

/// Opens or closes the exam, as it was asked.
pub(crate) async fn set(
    visit: Visit,
    Path((exam, act)): Path<(String, String)>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (id, asked) = (exam_id(&exam)?, Asked::of(&act)?);
    let act = match (asked, until(&entered.until)) {
        (Asked::Open, _) => WindowAct::Open,
        (Asked::Close, _) => WindowAct::Close,
        (Asked::Reopen, Some(until)) if visit.now < until => WindowAct::Reopen(until),
        (Asked::Reopen, _) => {
            let message = Message::new(Tone::Bad, visit.words.t("exam-reopen-wrong"));
            return draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, (&exam, asked), Some(&message)).await;
        }
    };
    visit.demand_fresh()?;
    // Whoever leaves meanwhile does not cut it between the engine and the pages.
    let (door, staff, of) = (visit.app.outside.registration.exam_drafts(), visit.staff.clone(), id.clone());
    let setting = tokio::spawn(async move { door.set_window(&staff, &of, act).await });
    let error = match setting.await.map_err(|_| Failure::Broken)? {
        Ok(()) => {
            let done = if asked == Asked::Close { "closed" } else { "opened" };
            return Ok(Redirect::to(&format!("{}?done={done}", exam_path(&id))).into_response());
        }
        Err(error) => error,
    };
    let Some((status, message)) = refusal(visit.words, &error) else { return Err(error.into()) };
    let message = match &error {
        DraftError::Faults(found) => {
            let told: Vec<String> = found.iter().map(|fault| faults::said(visit.words, fault)).collect();
            Message::new(Tone::Bad, told.join(visit.words.pick("；", "; ")))
        }
        _ => message,
    };
    draw(&visit, status, (&exam, asked), Some(&message)).await
}

/// A moment as a browser's field for moments has it.
fn until(text: &str) -> Option<Timestamp> {
    let civil: DateTime = text.trim().parse().ok()?;
    civil.to_zoned(TimeZone::fixed(offset(CHINA_OFFSET_HOURS))).ok().map(|zoned| zoned.timestamp())
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    (exam, asked): (&str, Asked),
    message: Option<&Message>,
) -> Result<Response, Failure> {
    let id = exam_id(exam)?;
    if !permits(&visit.staff, Right::OpenAndClose, Scope::Exam(&id)) {
        return Err(Failure::Forbidden);
    }
    let exam = visit.app.outside.registration.exams.get(&id).ok_or(Failure::NotFound)?;
    let title = visit.words.t(asked.words().0).into_owned();
    answer(visit, (status, title), message, &body(visit.words, &exam, asked, visit.now)).await
}

pub(crate) fn body(w: Words, exam: &Exam, asked: Asked, now: Timestamp) -> Markup {
    let (act, what) = asked.words();
    let name = match asked {
        Asked::Open => "open",
        Asked::Close => "close",
        Asked::Reopen => "reopen",
    };
    let suggested = when::civil(now + REOPENED_FOR);
    let values = [
        ("exam", w.pick(&exam.title.zh, &exam.title.en).to_owned().into()),
        ("opens", moment(w, exam.opens_at).into()),
        ("closes", moment(w, exam.closes_at).into()),
        ("deadline", moment(w, exam.payment_deadline).into()),
    ];
    html! {
        p { a href=(exam_path(&exam.id)) { (w.t("exam-back")) } }
        p { (w.with(what, &values)) }
        form class="fields panel" method="post" action={ (exam_path(&exam.id)) "/window/" (name) } {
            @if asked == Asked::Reopen {
                div {
                    label for="until" { (w.t("exam-reopen-until")) }
                    input id="until" name="until" type="datetime-local" required
                        value=(suggested.strftime("%Y-%m-%dT%H:%M").to_string()) aria-describedby="until-how";
                    p class="hint" id="until-how" { (w.t("exam-reopen-until-how")) }
                }
            }
            p class="hint" { (w.t("exam-window-steps")) }
            div class="acts" {
                button class=(if asked == Asked::Close { "button danger" } else { "button" }) type="submit" { (w.t(act)) }
                a class="button second" href=(exam_path(&exam.id)) { (w.t("exam-window-not")) }
            }
        }
    }
}
