//! What the pages of rooms and places share: their frame, and how they are addressed.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::model::exam::{Exam, ExamSitting};
use registration::model::room::{RoomId, SiteId};
use registration::rooms::ListState;
use reservation::ids::{ExamId, SittingId};
use serde::Deserialize;
use uuid::Uuid;

use crate::desk::frame::page;
use crate::desk::message::{Message, said};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Where one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Rooms,
    Places,
}

const TABS: [(Tab, &str, &str); 2] =
    [(Tab::Rooms, "/rooms", key("rooms-tab")), (Tab::Places, "/arrange", key("places-tab"))];

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    pub(crate) done: String,
}

/// The page around what it shows, for whoever may see it.
pub(crate) async fn answer(
    visit: &Visit,
    status: StatusCode,
    (tab, title): (Tab, String),
    message: Option<&Message>,
    inside: &Markup,
) -> Result<Response, Failure> {
    answer_again(visit, status, (tab, title), message, inside, None).await
}

/// The same, of a page that looks again by itself after so many seconds.
pub(crate) async fn answer_again(
    visit: &Visit,
    status: StatusCode,
    (tab, title): (Tab, String),
    message: Option<&Message>,
    inside: &Markup,
    reload_seconds: Option<u32>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::ArrangeSeats)?;
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(title.clone(), &counts, &[]);
    (frame.waiting, frame.reload_seconds) = (None, reload_seconds);
    Ok((status, page(&frame, &body(visit.words, tab, &title, message, inside))).into_response())
}

/// The tabs, the title, the last act, and what there is.
pub(crate) fn body(w: Words, tab: Tab, title: &str, message: Option<&Message>, inside: &Markup) -> Markup {
    html! {
        main class="finance" {
            nav class="tabs" aria-label=(w.t("rooms")) {
                @for (one, href, name) in TABS {
                    a href=(href) aria-current=[(one == tab).then_some("page")] { (w.t(name)) }
                }
            }
            h1 { (title) }
            (said(message))
            (inside)
        }
    }
}

/// A site's id out of an address.
pub(crate) fn site_id(text: &str) -> Result<SiteId, Failure> {
    Uuid::try_parse(text).map(SiteId).map_err(|_| Failure::NotFound)
}

/// A room's id out of an address.
pub(crate) fn room_id(text: &str) -> Result<RoomId, Failure> {
    Uuid::try_parse(text).map(RoomId).map_err(|_| Failure::NotFound)
}

/// A sitting of an exam out of an address.
pub(crate) struct Found {
    pub(crate) exam: std::sync::Arc<Exam>,
    pub(crate) sitting: ExamSitting,
}

impl Found {
    pub(crate) fn of(visit: &Visit, (exam, sitting): &(String, String)) -> Result<Self, Failure> {
        let id: ExamId = exam.parse().map_err(|_| Failure::NotFound)?;
        let sitting: SittingId = sitting.parse().map_err(|_| Failure::NotFound)?;
        let exam = visit.app.outside.registration.exams.get(&id).ok_or(Failure::NotFound)?;
        let sitting = exam.sitting(&sitting).cloned().ok_or(Failure::NotFound)?;
        Ok(Self { exam, sitting })
    }

    /// Where its page is.
    pub(crate) fn path(&self) -> String {
        sitting_path(&self.exam.id, &self.sitting.id)
    }

    /// What it is called: the exam, and its sitting with place and time.
    pub(crate) fn title(&self, w: Words) -> String {
        sitting_title(w, &self.sitting)
    }
}

/// Where the page of a sitting is.
pub(crate) fn sitting_path(exam: &ExamId, sitting: &SittingId) -> String {
    format!("/arrange/{exam}/{sitting}")
}

/// What a sitting is called, with its venue.
pub(crate) fn sitting_title(w: Words, sitting: &ExamSitting) -> String {
    let (title, venue) = (w.pick(&sitting.title.zh, &sitting.title.en), w.pick(&sitting.venue.zh, &sitting.venue.en));
    format!("{title} · {venue}")
}

/// How many wait for a sitting's seats, and what is kept for them.
pub(crate) fn list_words(w: Words, list: &ListState) -> String {
    let word = match (list.of_group, list.count.kept > 0) {
        (false, false) => key("places-list-number"),
        (false, true) => key("places-list-kept"),
        (true, false) => key("places-list-group"),
        (true, true) => key("places-list-group-kept"),
    };
    w.with(word, &[("waiting", list.count.waiting.into()), ("kept", list.count.kept.into())]).into_owned()
}
