//! What the pages of imports share: their frame, and which import an address means.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::model::import::ImportId;
use uuid::Uuid;

use crate::desk::frame::page;
use crate::desk::message::{Message, said};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Where one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    In,
    Out,
}

const TABS: [(Tab, &str, &str); 2] = [(Tab::In, "/imports", key("imports")), (Tab::Out, "/exports", key("exports"))];

impl Tab {
    /// Refuses whoever may do nothing there.
    fn demand(self, visit: &Visit) -> Result<(), Failure> {
        match self {
            Self::In => may_import(visit),
            Self::Out => visit.demand_somewhere(Right::Export),
        }
    }
}

/// Refuses whoever may bring no list at all; which ones, each import asks.
pub(super) fn may_import(visit: &Visit) -> Result<(), Failure> {
    visit.demand_somewhere(Right::Import).or_else(|_| visit.demand_somewhere(Right::ArrangeSeats))
}

/// The page around what it shows, for whoever may see it; it looks again by itself after so many seconds.
pub(super) async fn answer(
    visit: &Visit,
    (status, tab, title): (StatusCode, Tab, String),
    message: Option<&Message>,
    inside: &Markup,
    reload_seconds: Option<u32>,
) -> Result<Response, Failure> {
    tab.demand(visit)?;
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(title.clone(), &counts, &[]);
    (frame.waiting, frame.reload_seconds) = (None, reload_seconds);
    Ok((status, page(&frame, &body(visit.words, (tab, &title), message, inside))).into_response())
}

/// The tabs, the title, the last act, and what there is.
pub(crate) fn body(w: Words, (tab, title): (Tab, &str), message: Option<&Message>, inside: &Markup) -> Markup {
    html! {
        main class="finance imports" {
            nav class="tabs" aria-label=(w.t("imports-nav")) {
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

/// An import's id out of an address.
pub(super) fn import_id(text: &str) -> Result<ImportId, Failure> {
    Uuid::try_parse(text).map(ImportId).map_err(|_| Failure::NotFound)
}

/// Where its page is.
pub(super) fn path(id: ImportId) -> String {
    format!("/imports/{}", id.0)
}
