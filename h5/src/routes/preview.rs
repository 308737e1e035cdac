//! A draft of an exam as candidates would see it, for staff who come by a link that is good for a while. The pages are those of
//! candidates, and nothing on them can be used: there is no such exam yet, or it says something else.

use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use http::HeaderName;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::drafts::preview::Preview;
use registration::model::document::{Document, DocumentKind};
use registration::model::exam::{Exam, Window};
use registration::model::exam_rules::TaskKind;
use registration::model::facts::Facts;
use registration::model::ids::AccountId;
use registration::people::accounts::{Account, Hears};
use registration::rules::details::Answers;
use serde::Deserialize;
use uuid::Uuid;

use crate::failure::Failure;
use crate::pages::exam::sittings::choice::{Offer, plan};
use crate::pages::exam::sittings::gate::Gate;
use crate::pages::exam::sittings::{self, may_choose};
use crate::pages::exam::{self, notice};
use crate::pages::{details, home};
use crate::request::chosen::Chosen;
use crate::request::visit::{Progress, Visit};
use crate::view::layout::page;
use crate::words::standing::Reader;

/// A document number whose check digit is right, and which the standard (GB 11643) prints as its example.
const DOCUMENT: &str = "11010519491231002X";

/// A page of the preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    List,
    Exam,
    Notice,
    Form,
    Sittings,
}

const PARTS: [(Part, &str, &str); 5] = [
    (Part::List, "list", key("preview-list")),
    (Part::Exam, "exam", key("preview-exam")),
    (Part::Notice, "notice", key("preview-notice")),
    (Part::Form, "form", key("preview-form")),
    (Part::Sittings, "sittings", key("preview-sittings")),
];

/// When it is looked at: `open` means once registration is open.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    at: String,
}

pub(crate) async fn show(
    visit: Visit,
    Path((token, name)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, Failure> {
    let (part, ..) = PARTS.into_iter().find(|(_, known, _)| *known == name).ok_or(Failure::NotFound)?;
    let found = visit.app.outside.registration.exam_drafts().previewed(&token).await?;
    let preview = found.ok_or(Failure::NotFound)?;
    // Whoever is signed in here as a candidate looks as somebody whom we do not know.
    let mut guest = Visit::of_guest(visit.app.clone(), visit.words, visit.display, visit.path.clone());
    let is_opened = asked.at == "open" && preview.exam.window(guest.now) == Window::NotYet;
    if is_opened {
        guest.now = preview.exam.opens_at;
    }
    let inside = drawn(&guest, &preview, part).ok_or(Failure::NotFound)?;
    let bar = bar(visit.words, &preview, (&token, part), (visit.now, is_opened));
    let body = html! { (bar) div class="previewed" inert { (inside) } };
    // Whoever finds the link somewhere keeps it out of what people search.
    let headers = [(HeaderName::from_static("x-robots-tag"), "noindex, nofollow")];
    Ok((headers, page(&guest.frame(visit.words.t("preview-title")), &body)))
}

/// Has the exam this page at all?
fn is_there(exam: &Exam, part: Part) -> bool {
    match part {
        Part::List | Part::Exam | Part::Sittings => true,
        Part::Notice => exam.rules.asks_for(&TaskKind::Notice),
        Part::Form => exam.rules.asks_for(&TaskKind::Details),
    }
}

/// What it is, and the other pages.
fn bar(w: Words, preview: &Preview, (token, here): (&str, Part), (now, is_opened): (Timestamp, bool)) -> Markup {
    let at = if is_opened { "?at=open" } else { "" };
    let name = PARTS.iter().find(|(part, ..)| *part == here).map_or("", |(_, name, _)| name);
    html! {
        aside class="preview-bar" aria-label=(w.t("preview-title")) {
            p {
                strong { (w.t("preview-title")) } " · "
                (w.with("preview-until", &[("until", when::near(w.language, preview.until, now).into())]))
            }
            nav aria-label=(w.t("preview-pages")) {
                @for (part, name, word) in PARTS.into_iter().filter(|(part, ..)| is_there(&preview.exam, *part)) {
                    a href={ "/preview/" (token) "/" (name) (at) } aria-current=[(part == here).then_some("page")] { (w.t(word)) }
                }
                @if preview.exam.window(now) == Window::NotYet {
                    @if is_opened { a href={ "/preview/" (token) "/" (name) } { (w.t("preview-at-now")) } }
                    @else { a href={ "/preview/" (token) "/" (name) "?at=open" } { (w.t("preview-at-open")) } }
                }
            }
        }
    }
}

/// One page; nothing where the exam has none.
fn drawn(guest: &Visit, preview: &Preview, part: Part) -> Option<Markup> {
    let (w, exam, now) = (guest.words, &*preview.exam, guest.now);
    if !is_there(exam, part) {
        return None;
    }
    let progress = Progress::of(exam, Facts::default(), now);
    let (steps, standing) = (&progress.steps[..], &progress.standing);
    let reader = || Reader { is_signed_in: true, hears: Hears::Nothing, now };
    Some(match part {
        Part::List => home::body(w, std::slice::from_ref(&preview.exam), &[], ("", now)),
        Part::Exam if crate::paths::is_simple(exam) => choice(w, preview, &progress, reader(), now),
        Part::Sittings => choice(w, preview, &progress, reader(), now),
        Part::Exam => {
            let view = exam::View {
                exam,
                steps,
                standing,
                reader: reader(),
                orders: &[],
                registered: None,
                waits: &[],
                available: Some(&preview.available),
                has_draws: false,
                now,
            };
            exam::body(w, &view)
        }
        Part::Notice => notice::body(w, &notice::View { exam, steps, is_signed_in: true, errors: &[], now }),
        Part::Form => {
            let (account, answers) = (somebody(now), Answers::default());
            let view = details::View {
                exam,
                steps,
                account: &account,
                orders: &[],
                answers: &answers,
                errors: &[],
                is_draft: false,
                earlier: None,
                now,
            };
            details::body(w, &view)
        }
    })
}

/// The choice of sittings.
fn choice(w: Words, preview: &Preview, progress: &Progress, reader: Reader, now: Timestamp) -> Markup {
    let (exam, chosen, gate) = (&*preview.exam, Chosen::default(), Gate::None);
    let part = chosen.part_in(exam);
    let eligibility = &progress.eligibility;
    let offer = Offer { exam, part, orders: &[], eligibility, waits: &[], chosen: &chosen, now };
    let plan = plan(w, &offer, Some(&preview.available), may_choose(exam, now, gate), true);
    let view = sittings::View {
        exam,
        steps: &progress.steps,
        standing: &progress.standing,
        reader,
        offer: &offer,
        now,
        errors: &[],
        gate,
        plan,
        has_draws: false,
    };
    sittings::body(w, &view)
}

/// Somebody to fill in the form.
fn somebody(now: Timestamp) -> Account {
    let id = AccountId(Uuid::nil());
    Account {
        id,
        number: id.into(),
        name: "张三".parse().ok(),
        document: Document::parse(DocumentKind::ResidentId, DOCUMENT).ok(),
        username: None,
        email: None,
        email_verified_at: None,
        mobile: None,
        mobile_verified_at: None,
        session_epoch: 0,
        display: None,
        created_at: now,
    }
}
