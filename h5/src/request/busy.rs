//! The page for those who come when too much is under way: drawn at the start, so that it costs nothing then.

use axum::response::Response;
use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use httpkit::quiet::spread_seconds;
use jiff::Timestamp;
use pagekit::headers::CONTENT_SECURITY_POLICY;
use pagekit::language::Language;
use registration::people::accounts::Display;

use crate::app::App;
use crate::catalogue::words;
use crate::failure::Failure;
use crate::request::cookies::{Seal, session};
use crate::view::error;
use crate::view::layout::Frame;

/// A page that was only looked at is asked for again after so many seconds and a few.
const AGAIN_SECONDS: u32 = 4;

/// The page, in both languages; and who goes before others then.
pub struct Busy {
    seal: Seal,
    zh: Bytes,
    en: Bytes,
}

impl Busy {
    pub(crate) fn new(app: &App) -> Self {
        let draw = |language| {
            let words = words(language);
            let frame = Frame::bare(app, words, Display::Ordinary, error::title(words, Failure::Unavailable), "/");
            Bytes::from(error::page(&frame, Failure::Unavailable).into_string())
        };
        Self { seal: app.seal(), zh: draw(Language::Zh), en: draw(Language::En) }
    }

    /// Has a browser with these headers signed in here? Its cookie says so, and no store is asked: whether that sign-in was
    /// ended before its time is found out later.
    pub fn knows(&self, asked: &HeaderMap) -> bool {
        session::read(asked, &self.seal, Timestamp::now()).is_some()
    }

    /// 503 in the language of a request with this method and these headers; when to come back is the caller's to say.
    pub fn answer(&self, method: &Method, asked: &HeaderMap) -> Response<Bytes> {
        let page = match Language::of(asked) {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        };
        let mut response = Response::new(page.clone());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let fixed = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        ];
        for (name, value) in fixed {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        // Whoever only looks, or waits their turn, need not press anything; a form is not sent twice.
        if *method == Method::GET {
            response.headers_mut().insert(header::REFRESH, HeaderValue::from(AGAIN_SECONDS + spread_seconds()));
        }
        response
    }
}
