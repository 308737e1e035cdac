//! 长辈版 and back: switches how pages are drawn, and goes back to where one was. The account keeps it of whoever is signed in,
//! the browser of everybody.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use pagekit::local_path::local_path;
use registration::people::accounts::Display;
use serde::Deserialize;

use crate::failure::Failure;
use crate::request::cookies::display;
use crate::request::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    to: String,
    #[serde(default)]
    next: String,
}

/// Switches. Whoever sends another word stays as they are.
pub(crate) async fn switch(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    let on = Redirect::to(local_path(&wanted.next).unwrap_or("/"));
    let Ok(chosen) = wanted.to.parse::<Display>() else { return Ok(on.into_response()) };
    if let Some(account) = &visit.account {
        visit.count(account)?;
        visit.app.outside.registration.accounts.set_display(account.id, chosen).await?;
    }
    Ok((display::keep(chosen, visit.app.is_secure()), on).into_response())
}
