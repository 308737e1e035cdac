//! Switches the language and goes back to where one was.

use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    to: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn switch(Query(wanted): Query<Wanted>) -> Response {
    // The cookie is no secret, and a link does not say whether it came over TLS.
    pagekit::language::switch(&wanted.to, &wanted.next, false)
}
