//! What the pages of exams and of drafts share: their frame, what an address means, and why something was not done.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::drafts::effect::EffectRefusal;
use registration::drafts::writing::WriteError;
use registration::drafts::{DraftError, SeenDraft};
use registration::model::exam::draft::{DraftId, DraftState};
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::desk::frame::page;
use crate::desk::message::{Message, said};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// The parts of a draft, as tabs: the end of the address, and what it is called.
const TABS: [(&str, &str); 13] = [
    ("", key("exam-draft-whole")),
    ("/part/texts", key("exam-part-texts")),
    ("/part/windows", key("exam-part-windows")),
    ("/sittings", key("exam-part-sittings")),
    ("/part/steps", key("exam-part-steps")),
    ("/part/form", key("exam-part-form")),
    ("/part/subjects", key("exam-part-subjects")),
    ("/part/refund", key("exam-part-refund")),
    ("/part/ticket", key("exam-part-ticket")),
    ("/file/exam.toml", "exam.toml"),
    ("/file/sittings.csv", "sittings.csv"),
    ("/file/organisations.csv", "organisations.csv"),
    ("/effect", key("exam-effect")),
];

/// The page around what it shows.
pub(super) async fn answer(
    visit: &Visit,
    (status, title): (StatusCode, String),
    message: Option<&Message>,
    inside: &Markup,
) -> Result<Response, Failure> {
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(title.clone(), &counts, &[]);
    frame.waiting = None;
    Ok((status, page(&frame, &body(&title, message, inside))).into_response())
}

/// The title, the last act, and what there is.
pub(crate) fn body(title: &str, message: Option<&Message>, inside: &Markup) -> Markup {
    html! {
        main class="finance exams" {
            h1 { (title) }
            (said(message))
            (inside)
        }
    }
}

/// The tabs of a draft; `here` is the end of the address.
pub(crate) fn tabs(w: Words, seen: &SeenDraft, here: &str) -> Markup {
    let is_there = |end: &str| end != "/file/organisations.csv" || seen.texts.organisations.is_some();
    let faults = seen.checked.as_ref().err().map_or(0, Vec::len);
    html! {
        nav class="tabs" aria-label=(w.t("exam-draft-parts")) {
            @for (end, name) in TABS.into_iter().filter(|(end, _)| is_there(end)) {
                a href={ (path(seen.draft.id)) (end) } aria-current=[(end == here).then_some("page")] {
                    @if name.contains('.') { (name) } @else { (w.t(name)) }
                    @if end.is_empty() && faults > 0 { " " small { (faults) } }
                }
            }
        }
    }
}

/// What a draft is called: after the exam that it says.
pub(crate) fn title(w: Words, seen: &SeenDraft) -> String {
    let said = match &seen.checked {
        Ok(definition) => w.pick(&definition.page.title.zh, &definition.page.title.en).to_owned(),
        Err(_) => seen.draft.exam.as_ref().map_or_else(|| w.t("exam-draft-new").into_owned(), ToString::to_string),
    };
    w.with("exam-draft-of", &[("exam", said.into())]).into_owned()
}

/// May it still be changed?
pub(crate) fn is_open(seen: &SeenDraft) -> bool {
    seen.draft.state == DraftState::Open
}

/// Which version a form is about.
pub(crate) fn version(seen: &SeenDraft) -> Markup {
    html! { input type="hidden" name="version" value=(seen.draft.version); }
}

/// A draft's id out of an address.
pub(super) fn draft_id(text: &str) -> Result<DraftId, Failure> {
    Uuid::try_parse(text).map(DraftId).map_err(|_| Failure::NotFound)
}

/// An exam's id out of an address.
pub(super) fn exam_id(text: &str) -> Result<ExamId, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// Where a draft's page is.
pub(crate) fn path(id: DraftId) -> String {
    format!("/exam-drafts/{}", id.0)
}

/// Where an exam's page is.
pub(crate) fn exam_path(id: &ExamId) -> String {
    format!("/exams/{id}")
}

/// Why nothing was done, where that has words of its own.
pub(crate) fn refusal(w: Words, error: &DraftError) -> Option<(StatusCode, Message)> {
    let (status, text) = match error {
        DraftError::Changed => (StatusCode::CONFLICT, w.t("exam-draft-changed")),
        DraftError::Busy => (StatusCode::SERVICE_UNAVAILABLE, w.t("exam-draft-busy")),
        DraftError::TooMany => (StatusCode::UNPROCESSABLE_ENTITY, w.t("exam-draft-too-many")),
        DraftError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, w.t("exam-draft-too-large")),
        DraftError::Write(WriteError::Fields(_)) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("exam-draft-fields")),
        DraftError::Write(WriteError::NoPlace(_)) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("exam-draft-no-place")),
        DraftError::Faults(faults) => {
            let count = i64::try_from(faults.len()).unwrap_or(i64::MAX);
            (StatusCode::UNPROCESSABLE_ENTITY, w.with("exam-draft-faults", &[("count", count.into())]))
        }
        DraftError::Refused(all) if all.contains(&EffectRefusal::NeedsTwo) => {
            (StatusCode::UNPROCESSABLE_ENTITY, w.t("exam-effect-needs-two"))
        }
        DraftError::Refused(_) => (StatusCode::CONFLICT, w.t("exam-effect-refused")),
        DraftError::NotNow => (StatusCode::CONFLICT, w.t("exam-window-not-now")),
        DraftError::Engine(_) => (StatusCode::CONFLICT, w.t("exam-draft-engine")),
        DraftError::Forbidden(_) | DraftError::Unknown | DraftError::Store(_) => return None,
    };
    Some((status, Message::new(Tone::Bad, text)))
}
