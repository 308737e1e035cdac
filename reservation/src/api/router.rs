//! All routes on one page, in the order of the documentation: from this table come who answers, what is counted, and the
//! paths of the OpenAPI document.

use bytes::Bytes;
use http::{Method, Response};
use http_body::Body;
use utoipa::OpenApi;

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::{ApiBody, routes};
use crate::ledger::api_keys::Scope;

/// One route of the API: who may call it, and the function that answers.
#[derive(Debug)]
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// Its path; `{name}` stands for one segment, at most two of them.
    pub path: &'static str,
    /// What a key must be allowed to do; `None`: no key needed.
    pub scope: Option<Scope>,
    /// Its name in metrics and in the OpenAPI document.
    pub operation: &'static str,
    handler: Handler,
}

impl Route {
    /// The exam that a request is about, of the segments that its path has where ours has `{…}`.
    pub(super) fn exam_in<'a>(&self, path: [&'a str; 2]) -> Option<&'a str> {
        self.path.starts_with("/api/v1/exams/{exam}").then_some(path[0])
    }

    /// Is it asked by what watches the server? Then it is never refused.
    pub fn is_watched(&self) -> bool {
        matches!(self.handler, Handler::health | Handler::ready | Handler::metrics)
    }
}

macro_rules! scope {
    (-) => {
        None
    };
    ($scope:ident) => {
        Some(Scope::$scope)
    };
}

macro_rules! routes {
    ($($method:ident $path:literal $scope:tt $file:ident::$handler:ident)*) => {
        #[derive(Debug, Clone, Copy)]
        #[expect(non_camel_case_types, reason = "they are the names of the handlers")]
        enum Handler {
            $($handler),*
        }

        /// Every route of the API.
        pub static ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            scope: scope!($scope),
            operation: stringify!($handler),
            handler: Handler::$handler,
        }),*];

        /// Every route as its handler documents it.
        #[derive(OpenApi)]
        #[openapi(paths($(routes::$file::$handler),*))]
        pub(super) struct Paths;

        impl Route {
            /// Answers a request that fits. The handler's future is boxed: it would have the size of the largest of them all,
            /// and is moved by whatever bounds a request's time or catches its panics.
            pub(super) async fn answer<B>(&self, call: Call<'_, B>) -> Result<Response<ApiBody>, Problem>
            where
                B: Body<Data = Bytes> + Send + Unpin,
                B::Error: std::error::Error + Send + Sync + 'static,
            {
                match self.handler {
                    $(Handler::$handler => Box::pin(routes::$file::$handler(call)).await),*
                }
            }
        }
    };
}

routes! {
    PUT    "/api/v1/exams/{exam}"                      Admin   put_exam::put_exam
    PUT    "/api/v1/exams/{exam}/sittings/{sitting}"   Admin   put_sitting::put_sitting
    GET    "/api/v1/exams/{exam}/sittings"             -       list_sittings::list_sittings
    GET    "/api/v1/exams/{exam}/events"               -       sitting_events::sitting_events
    GET    "/api/v1/exams/{exam}/waiting-room"         -       get_waiting_room::get_waiting_room
    POST   "/api/v1/exams/{exam}/waiting-room/positions"  Hold    post_position::post_position
    POST   "/api/v1/exams/{exam}/holds"                Hold    post_hold::post_hold
    GET    "/api/v1/exams/{exam}/holds/{hold}"         Read    get_hold::get_hold
    DELETE "/api/v1/exams/{exam}/holds/{hold}"         Hold    delete_hold::delete_hold
    POST   "/api/v1/exams/{exam}/holds/{hold}/freeze"  Confirm freeze_hold::freeze_hold
    POST   "/api/v1/exams/{exam}/holds/{hold}/confirm" Confirm confirm_hold::confirm_hold
    GET    "/api/v1/openapi.json"                      -       openapi::openapi
    GET    "/healthz"                                  -       health::health
    GET    "/readyz"                                   -       health::ready
    GET    "/metrics"                                  Metrics metrics::metrics
}

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
