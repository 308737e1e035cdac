//! Who works, in which language, when. Nobody without signing in, and where a second factor is asked for nobody without it.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use http::header::{HOST, ORIGIN, USER_AGENT};
use http::request::Parts;
use httpkit::limits::ClientAddress;
use jiff::Timestamp;
use pagekit::language::Language;
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::desk::case::CaseKind;
use registration::desk::cases::{Counts, Decider};
use registration::desk::permits::{Right, Scope, permits, permits_somewhere};
use registration::desk::staff::{OpenSession, Origin, StaffMember};

use reservation::ids::ExamId;

use crate::app::{App, SecondFactor};
use crate::desk::frame::{Frame, UNATTENDED};
use crate::request::catalogue::words;
use crate::request::failure::Failure;
use crate::request::session;

/// A request by a member of staff.
pub(crate) struct Visit {
    pub(crate) app: App,
    pub(crate) words: Words,
    pub(crate) now: Timestamp,
    pub(crate) staff: StaffMember,
    /// The sign-in with which they work.
    pub(crate) open: OpenSession,
    /// Path and query that a GET may ask for.
    path: String,
    /// Does somebody sit before the page, and not ask it by itself?
    pub(crate) is_attended: bool,
    /// Where the connection comes from, as far as the listener says so.
    pub(crate) address: Option<IpAddr>,
    /// How the browser reaches this site: what a link to it begins with.
    pub(crate) site: String,
}

impl Visit {
    /// What an exam is called.
    pub(crate) fn exam_title(&self, exam: &ExamId) -> String {
        let found = self.app.outside.registration.exams.get(exam);
        found.map_or_else(|| exam.to_string(), |exam| self.words.pick(&exam.title.zh, &exam.title.en).to_owned())
    }

    /// The exams for which they work, each with what it is called, in their order.
    pub(crate) fn exams(&self) -> Vec<(ExamId, String)> {
        let all = self.app.outside.registration.exams.list();
        all.iter()
            .filter(|exam| self.staff.reach.has_exam(&exam.id))
            .map(|exam| (exam.id.clone(), self.exam_title(&exam.id)))
            .collect()
    }

    /// Path and query that a GET may ask for.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Whoever works, deciding by the claim that their page has; a page of the version before has none.
    pub(crate) fn decider(&self, claim: &str) -> Decider<'_> {
        Decider::new(&self.staff, claim.parse().ok())
    }

    /// Can decisions be taken back here?
    pub(crate) fn can_undo(&self) -> bool {
        self.app.outside.undo.is_positive()
    }

    /// Refuses whoever may not do it with all there is: with what is of no exam, no site and no school.
    pub(crate) fn demand(&self, right: Right) -> Result<(), Failure> {
        self.demand_at(right, Scope::Everything)
    }

    /// Refuses whoever may not do it there.
    pub(crate) fn demand_at(&self, right: Right, scope: Scope<'_>) -> Result<(), Failure> {
        if permits(&self.staff, right, scope) { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// Refuses whoever may do it nowhere: the door behind asks where.
    pub(crate) fn demand_somewhere(&self, right: Right) -> Result<(), Failure> {
        if permits_somewhere(&self.staff, right) { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// Refuses whoever has not shown a second factor within the last five minutes, where one is asked for. What answers around
    /// the pages asks for it then, and the form goes on afterwards.
    pub(crate) fn demand_fresh(&self) -> Result<(), Failure> {
        let is_asked = self.app.outside.second_factor == SecondFactor::Required;
        if is_asked && !self.open.session.is_fresh(self.now) { Err(Failure::NotFresh) } else { Ok(()) }
    }

    /// The frame of the page to answer with.
    pub(crate) fn frame<'a>(&'a self, title: impl Into<String>, counts: &'a Counts, here: &[CaseKind]) -> Frame<'a> {
        Frame {
            staff: Some(&self.staff),
            waiting: Some(counts.of(here)),
            counts: Some(counts),
            ..Frame::bare(self.words, &self.app.assets, title.into(), &self.path, self.app.outside.demo)
        }
    }
}

/// A request by somebody whose password was right, whether they have shown a second factor or not.
pub(crate) struct Arrival {
    pub(crate) app: App,
    pub(crate) words: Words,
    pub(crate) now: Timestamp,
    pub(crate) open: OpenSession,
    /// Path and query that a GET may ask for.
    path: String,
    /// Does somebody sit before the page, and not ask it by itself?
    is_attended: bool,
    address: Option<IpAddr>,
    agent: String,
    device: Option<String>,
    /// How the browser reaches this site.
    pub(crate) site: String,
}

impl Arrival {
    /// Where the request comes from.
    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin { address: self.address, agent: &self.agent, device: self.device.as_deref() }
    }

    /// Is a second factor missing?
    pub(crate) fn is_half_in(&self) -> bool {
        self.app.outside.second_factor == SecondFactor::Required && self.open.session.factor_at.is_none()
    }
}

/// Marks the answer to somebody who has to show something first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Name and password: nobody is signed in, or not any more.
    SignIn,
    /// A second factor.
    Factor,
}

/// What the browser says of itself.
pub(crate) fn agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

/// How the browser reaches this site: what it says a form comes from, or whom it asked.
fn site(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = || text(HOST).map(|host| format!("http://{host}"));
    text(ORIGIN).filter(|origin| origin.starts_with("http")).map(str::to_owned).or_else(host).unwrap_or_default()
}

/// The address without the mark of a page that asks by itself, and whether it had one.
fn attended(path: &str) -> (String, bool) {
    let Some((page, query)) = path.split_once('?') else { return (path.to_owned(), true) };
    let pairs: Vec<&str> = query.split('&').filter(|pair| *pair != UNATTENDED).collect();
    let is_attended = pairs.len() == query.split('&').count();
    let path = if pairs.is_empty() { page.to_owned() } else { format!("{page}?{}", pairs.join("&")) };
    (path, is_attended)
}

fn needs(needs: Needs, page: &str, next: &str) -> Response {
    // The address of a form leads back to its case.
    let mut response = Redirect::to(&format!("{page}?next={}", query_value(next))).into_response();
    response.extensions_mut().insert(needs);
    response
}

impl FromRequestParts<App> for Arrival {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        // A page that answers a form is left by its address, where a GET leads back to the form's page.
        let (path, is_attended) = attended(parts.uri.path_and_query().map_or("/", |path| path.as_str()));
        let open = match session::read(&parts.headers, app.outside.cookie_key.clone()) {
            Some(session) => {
                let open = app.outside.registration.staff.open(&session.token, is_attended).await;
                open.map_err(|error| Failure::from(error).into_response())?
            }
            None => None,
        };
        let Some(open) = open else { return Err(needs(Needs::SignIn, "/sign-in", &path)) };
        let device = session::device(&parts.headers, app.outside.cookie_key.clone(), &open.member.name);
        Ok(Self {
            app: app.clone(),
            words: words(Language::of(&parts.headers)),
            now: Timestamp::now(),
            open,
            path,
            is_attended,
            address: parts.extensions.get::<ClientAddress>().map(|from| from.0),
            agent: agent(&parts.headers).to_owned(),
            device,
            site: site(&parts.headers),
        })
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let arrival = Arrival::from_request_parts(parts, app).await?;
        if arrival.is_half_in() {
            return Err(needs(Needs::Factor, "/factor", &arrival.path));
        }
        let Arrival { app, words, now, open, path, is_attended, address, site, .. } = arrival;
        Ok(Self { app, words, now, staff: open.member.clone(), open, path, is_attended, address, site })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_asks_by_itself_is_known_and_keeps_its_address() {
        for (asked, path, is_attended) in [
            ("/", "/", true),
            ("/?unattended", "/", false),
            ("/people?done=passed&unattended", "/people?done=passed", false),
            ("/people?unattended=1&done=passed", "/people?unattended=1&done=passed", true),
        ] {
            assert_eq!(attended(asked), (path.to_owned(), is_attended), "{asked}");
        }
    }
}
