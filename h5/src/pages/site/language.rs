//! Switches the language and goes back to where one was.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    to: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn switch(State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    pagekit::language::switch(&wanted.to, &wanted.next, app.is_secure())
}
