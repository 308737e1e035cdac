//! Applying an import, and giving it up.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use registration::imports::ImportError;
use registration::model::import::{ImportId, ImportState};
use serde::Deserialize;

use super::frame::{import_id, may_import, path};
use super::one::draw;
use super::words;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What is to become of lines that are there and not in the file.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    absent: String,
    /// How many lines are to go, as the person was told.
    #[serde(default)]
    confirm: String,
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path(id): Path<String>) -> Result<Redirect, Failure> {
    Ok(Redirect::to(&path(import_id(&id)?)))
}

/// Applies the file. Where lines are to go, that is asked once more, with their number.
pub(crate) async fn apply(visit: Visit, Path(id): Path<String>, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    may_import(&visit)?;
    visit.demand_fresh()?;
    let id = import_id(&id)?;
    let imports = &visit.app.outside.registration.imports;
    let removes = match (&sent.absent[..], sent.confirm.parse::<u64>()) {
        ("remove", Ok(count)) => Some(count),
        ("remove", Err(_)) => return ask(&visit, id).await,
        _ => None,
    };
    match imports.apply(&visit.staff, id, removes).await {
        Ok(()) => Ok(Redirect::to(&path(id)).into_response()),
        Err(error) => refused(&visit, id, error).await,
    }
}

/// Asks whether lines are to go; whoever comes too late sees what has become of the import.
async fn ask(visit: &Visit, id: ImportId) -> Result<Response, Failure> {
    let seen = visit.app.outside.registration.imports.see(&visit.staff, id).await?;
    let asked = (seen.import.state == ImportState::Read).then(|| seen.import.counts.removable());
    draw(visit, StatusCode::OK, id, None, asked.filter(|count| *count > 0)).await
}

/// Gives the import up.
pub(crate) async fn drop_it(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    may_import(&visit)?;
    let id = import_id(&id)?;
    match visit.app.outside.registration.imports.drop_it(&visit.staff, id).await {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=dropped", path(id))).into_response()),
        Err(error) => refused(&visit, id, error).await,
    }
}

async fn refused(visit: &Visit, id: ImportId, error: ImportError) -> Result<Response, Failure> {
    match words::refusal(visit.words, &error) {
        Some((status, message)) => draw(visit, status, id, Some(&message), None).await,
        None => Err(error.into()),
    }
}
