//! `seathold rooms import FILE`.

use std::path::Path;

use anyhow::{Context as _, bail};
use registration::rooms::{LIST_BYTES_MAX, RoomError, RoomsImported};

use super::with_services;
use crate::cli::SiteArgs;
use crate::say;

/// Makes and changes sites and rooms as the list says, and says what it did.
pub(super) async fn import(file: &Path, site: &SiteArgs) -> anyhow::Result<()> {
    let length = std::fs::metadata(file).with_context(|| format!("{} cannot be read", file.display()))?.len();
    if length > LIST_BYTES_MAX as u64 {
        bail!("{} has more than {LIST_BYTES_MAX} bytes", file.display());
    }
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let imported =
        Box::pin(with_services(site, async |services| match services.registration.rooms.import_here(&bytes).await {
            Ok(imported) => Ok(Ok(imported)),
            Err(RoomError::List(faults)) => Ok(Err(faults)),
            Err(error) => Err(error.into()),
        }))
        .await?;
    match imported {
        Ok(RoomsImported { sites, added, changed, same }) => {
            say(&format!("{sites} sites and {added} rooms made, {changed} rooms changed, {same} as they were"));
            Ok(())
        }
        Err(faults) => {
            for fault in &faults {
                say(&format!("{}:{}: {}", file.display(), fault.line, fault.message));
            }
            bail!("nothing was imported: {} faults", faults.len());
        }
    }
}
