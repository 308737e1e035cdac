//! `loadtest prepare`: an exam for shards, or the files of one that has pages.

use super::RunError;
use super::setup::{Keys, requests, resolve};
use crate::cli::PrepareArgs;
use crate::server::definition;
use crate::server::office::{Calendar, NewExam, Office};

/// Runs `loadtest prepare`; answers the new exam's id.
pub async fn prepare(arguments: &PrepareArgs) -> Result<String, RunError> {
    let calendar = arguments.opens_at.map_or(Calendar::Open, Calendar::OpensAt);
    let new = NewExam::named_now(&arguments.new, calendar);
    if let Some(directory) = &arguments.definition {
        let written = definition::write(directory, &new);
        written.map_err(|cause| RunError::Write { file: directory.clone(), cause })?;
        return Ok(new.id);
    }
    let Keys { admin, hold } = Keys::read(&arguments.target)?;
    let target = resolve(&arguments.target).await?;
    let office = Office::open(&target).await?;
    office.create(admin.as_ref().ok_or(RunError::NoAdminKey)?, &new).await?;
    office.sittings_when_listed(&requests(&target, &new.id, hold), &new).await?;
    Ok(new.id)
}
