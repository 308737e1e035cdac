//! Who works, in which language, when. Nobody without signing in.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use httpkit::limits::ClientAddress;
use jiff::Timestamp;
use pagekit::language::Language;
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::desk::case::CaseKind;
use registration::desk::cases::Counts;
use registration::desk::permits::{Right, Scope, permits};
use registration::desk::staff::StaffMember;

use reservation::ids::ExamId;

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
    /// Where the connection comes from, as far as the listener says so.
    pub(crate) address: Option<IpAddr>,
}

impl Visit {
    /// What an exam is called.
    pub(crate) fn exam_title(&self, exam: &ExamId) -> String {
        let found = self.app.outside.registration.exams.get(exam);
        found.map_or_else(|| exam.to_string(), |exam| self.words.pick(&exam.title.zh, &exam.title.en).to_owned())
    }

    /// The exams, each with what it is called, in their order.
    pub(crate) fn exams(&self) -> Vec<(ExamId, String)> {
        let all = self.app.outside.registration.exams.list();
        all.iter().map(|exam| (exam.id.clone(), self.exam_title(&exam.id))).collect()
    }

    /// Refuses whoever may not.
    pub(crate) fn demand(&self, right: Right) -> Result<(), Failure> {
        if permits(&self.staff, right, Scope::Everything) { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// The frame of the page to answer with.
    pub(crate) fn frame<'a>(&'a self, title: impl Into<String>, counts: &'a Counts, here: &[CaseKind]) -> Frame<'a> {
        Frame {
            words: self.words,
            assets: &self.app.assets,
            title: title.into(),
            path: &self.path,
            staff: Some(&self.staff),
            waiting: Some(counts.of(here)),
            counts: Some(counts),
            is_demo: self.app.outside.demo,
            reload_seconds: None,
        }
    }
}

/// Marks the answer to somebody who is not signed in any more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended;

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
            // The address of a form leads back to its case.
            let next = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            let mut response = Redirect::to(&format!("/sign-in?next={}", query_value(next))).into_response();
            response.extensions_mut().insert(Ended);
            return Err(response);
        };
        // A page that answers a form is left by its address, where a GET leads back to the form's page.
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let address = parts.extensions.get::<ClientAddress>().map(|from| from.0);
        Ok(Self { app: app.clone(), words: words(Language::of(&parts.headers)), now, staff, path, address })
    }
}
