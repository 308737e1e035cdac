//! What every handler can reach.

use std::sync::Arc;

use axum_extra::extract::cookie::Key;
use pagekit::assets::{Assets, Source};
use pagekit::{BASE_CSS, MARK_SVG, TOKENS_CSS};
use registration::{Fen, Registration};

/// What the staff's pages need from outside.
#[derive(Clone)]
pub struct BackofficeState {
    /// Reviews, staff, exams.
    pub registration: Registration,
    /// Encrypts the session cookie.
    pub cookie_key: Key,
    /// Says on every page that nothing here is real.
    pub demo: bool,
    /// Largest refund that one member of staff gives alone.
    pub refund_alone_max: Fen,
    /// Where candidates find the site, without a slash at its end: what channels have to tell goes there.
    pub site_url: String,
}

/// The state of the router. Cloning is a reference count.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outside: Arc<BackofficeState>,
    pub(crate) assets: Arc<Assets>,
}

impl App {
    pub(crate) fn new(outside: BackofficeState) -> Self {
        Self { outside: Arc::new(outside), assets: Arc::new(assets()) }
    }
}

/// One style sheet, one script, one icon.
pub(crate) fn assets() -> Assets {
    let style = format!("{TOKENS_CSS}{BASE_CSS}{}", include_str!("../assets/desk.css"));
    let script = include_str!("../assets/desk.js").to_owned();
    Assets::new(vec![
        Source { name: "desk.css", media_type: "text/css; charset=utf-8", content: style },
        Source { name: "desk.js", media_type: "text/javascript; charset=utf-8", content: script },
        Source { name: "mark.svg", media_type: "image/svg+xml", content: MARK_SVG.to_owned() },
    ])
}
