//! Who works, in which language, when. Nobody without signing in.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use jiff::Timestamp;
use pagekit::language::Language;
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::desk::staff::{Role, StaffMember};

use crate::app::App;
use crate::catalogue::words;
use crate::desk::frame::Frame;
use crate::failure::Failure;
use crate::request::session;

/// A request by a member of staff.
pub(crate) struct Visit {
    pub(crate) app: App,
    pub(crate) words: Words,
    pub(crate) now: Timestamp,
    pub(crate) staff: StaffMember,
    /// Path and query that a GET may ask for.
    path: String,
}

impl Visit {
    /// The frame of the page to answer with.
    pub(crate) fn frame(&self, title: impl Into<String>, waiting: u64) -> Frame<'_> {
        Frame {
            words: self.words,
            assets: &self.app.assets,
            title: title.into(),
            path: &self.path,
            staff: Some(&self.staff.name),
            is_administrator: self.staff.role == Role::Administrator,
            waiting: Some(waiting),
            is_demo: self.app.outside.demo,
            reload_seconds: None,
        }
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let now = Timestamp::now();
        let staff = match session::read(&parts.headers, app.outside.cookie_key.clone(), now) {
            Some(session) => {
                let member = app.outside.registration.staff.member(session.staff).await;
                let member = member.map_err(|error| Failure::from(error).into_response())?;
                member.filter(|member| session.is_of(member))
            }
            None => None,
        };
        let Some(staff) = staff else {
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            let next = if parts.method == http::Method::GET { path } else { "/" };
            return Err(Redirect::to(&format!("/sign-in?next={}", query_value(next))).into_response());
        };
        // A page that answers a form is left by its address, where a GET leads back to the form's page.
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { app: app.clone(), words: words(Language::of(&parts.headers)), now, staff, path })
    }
}
