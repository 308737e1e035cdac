//! Switches the language and goes back to where one was.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use pagekit::language::Language;
use pagekit::local_path::local_path;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    to: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn switch(Query(wanted): Query<Wanted>) -> Response {
    let cookies = match Language::parse(&wanted.to) {
        // It is no secret, and a link does not say whether it came over TLS.
        Some(language) => CookieJar::new().add(language.cookie(false)),
        None => CookieJar::new(),
    };
    (cookies, Redirect::to(local_path(&wanted.next).unwrap_or("/"))).into_response()
}
