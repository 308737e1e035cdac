//! All routes on one page, in the order of the documentation.

use http::Method;

use crate::api::problem::Problem;
use crate::ledger::api_keys::Scope;

/// Which handler answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is documented in its file under routes/")]
pub enum Operation {
    PutExam,
    PutSitting,
    ListSittings,
    SittingEvents,
    GetWaitingRoom,
    PostPlace,
    PostHold,
    GetHold,
    DeleteHold,
    FreezeHold,
    ConfirmHold,
    OpenApi,
    Health,
    Ready,
    Metrics,
}

/// One route.
#[derive(Debug)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path; `{name}` stands for one segment, at most two of them.
    pub path: &'static str,
    /// What a key must be allowed to do; `None`: no key needed.
    pub scope: Option<Scope>,
    /// Who answers.
    pub call: Operation,
    /// Its name in metrics and in the OpenAPI document.
    pub operation: &'static str,
}

impl Route {
    /// Is it asked by what watches the server? Then it is never refused.
    pub fn is_watched(&self) -> bool {
        matches!(self.call, Operation::Health | Operation::Ready | Operation::Metrics)
    }
}

const fn route(
    method: Method,
    path: &'static str,
    scope: Option<Scope>,
    call: Operation,
    operation: &'static str,
) -> Route {
    Route { method, path, scope, call, operation }
}

/// Every route.
#[rustfmt::skip]
pub static ROUTES: [Route; 15] = [
    route(Method::PUT,    "/api/v1/exams/{exam}",                      Some(Scope::Admin), Operation::PutExam,       "put_exam"),
    route(Method::PUT,    "/api/v1/exams/{exam}/sittings/{sitting}",   Some(Scope::Admin), Operation::PutSitting,    "put_sitting"),
    route(Method::GET,    "/api/v1/exams/{exam}/sittings",             None,               Operation::ListSittings,  "list_sittings"),
    route(Method::GET,    "/api/v1/exams/{exam}/events",               None,               Operation::SittingEvents, "sitting_events"),
    route(Method::GET,    "/api/v1/exams/{exam}/waiting-room",         None,               Operation::GetWaitingRoom, "get_waiting_room"),
    route(Method::POST,   "/api/v1/exams/{exam}/waiting-room/places",  Some(Scope::Hold),  Operation::PostPlace,     "post_place"),
    route(Method::POST,   "/api/v1/exams/{exam}/holds",                Some(Scope::Hold),  Operation::PostHold,      "post_hold"),
    route(Method::GET,    "/api/v1/exams/{exam}/holds/{hold}",         Some(Scope::Hold),  Operation::GetHold,       "get_hold"),
    route(Method::DELETE, "/api/v1/exams/{exam}/holds/{hold}",         Some(Scope::Hold),  Operation::DeleteHold,    "delete_hold"),
    route(Method::POST,   "/api/v1/exams/{exam}/holds/{hold}/freeze",  Some(Scope::Hold),  Operation::FreezeHold,    "freeze_hold"),
    route(Method::POST,   "/api/v1/exams/{exam}/holds/{hold}/confirm", Some(Scope::Hold),  Operation::ConfirmHold,   "confirm_hold"),
    route(Method::GET,    "/api/v1/openapi.json",                      None,               Operation::OpenApi,       "openapi"),
    route(Method::GET,    "/healthz",                                  None,               Operation::Health,        "health"),
    route(Method::GET,    "/readyz",                                   None,               Operation::Ready,         "ready"),
    route(Method::GET,    "/metrics",                                  Some(Scope::Metrics), Operation::Metrics,     "metrics"),
];

/// Does `path` fit `template`? Then the segments that its `{…}` stand for.
fn fit<'a>(template: &str, path: &'a str) -> Option<[&'a str; 2]> {
    let mut found = [""; 2];
    let mut next = 0;
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(found),
            (Some(want), Some(got)) if want.starts_with('{') && !got.is_empty() => {
                *found.get_mut(next)? = got;
                next += 1;
            }
            (Some(want), Some(got)) if want == got => {}
            _ => return None,
        }
    }
}

/// A path as routes know it: one slash at its end says nothing.
pub(super) fn plain(path: &str) -> &str {
    path.strip_suffix('/').filter(|path| !path.is_empty() && !path.ends_with('/')).unwrap_or(path)
}

/// The number of a request's route in [`ROUTES`] and its parameters, or why there is none. HEAD finds what GET does.
pub fn find<'a>(method: &Method, path: &'a str) -> Result<(usize, [&'a str; 2]), Problem> {
    let path = plain(path);
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    // The method first: comparing it is cheaper than fitting the path.
    let of_method = ROUTES.iter().enumerate().filter(|(_, route)| route.method == *method);
    for (number, route) in of_method {
        if let Some(parameters) = fit(route.path, path) {
            return Ok((number, parameters));
        }
    }
    let fitting = ROUTES.iter().filter(|route| fit(route.path, path).is_some());
    let words = |route: &Route| match route.method {
        Method::GET => "GET, HEAD".to_owned(),
        _ => route.method.to_string(),
    };
    let allowed: Vec<_> = fitting.map(words).collect();
    if allowed.is_empty() {
        Err(Problem::no_such_path())
    } else {
        Err(Problem::method_not_allowed(&allowed.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_and_others_refused() {
        let (number, parameters) = find(&Method::GET, "/api/v1/exams/cet/holds/c.1.2").unwrap();
        assert_eq!((ROUTES[number].operation, parameters), ("get_hold", ["cet", "c.1.2"]));
        assert_eq!(find(&Method::GET, "/api/v1/exams//sittings").unwrap_err().status.as_u16(), 404);
        assert_eq!(find(&Method::GET, "/api/v1/exams/a/sittings//").unwrap_err().status.as_u16(), 404);
        let (number, parameters) = find(&Method::HEAD, "/api/v1/exams/a/sittings/").unwrap();
        assert_eq!((ROUTES[number].operation, parameters[0]), ("list_sittings", "a"));
        assert_eq!(find(&Method::HEAD, "/api/v1/exams/a/holds").unwrap_err().allow.as_deref(), Some("POST"));
        let refused = find(&Method::PATCH, "/api/v1/exams/a/holds/b").unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.allow.as_deref()), (405, Some("GET, HEAD, DELETE")));
    }
}
