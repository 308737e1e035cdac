//! `seathold exam import DIR`, `seathold exam check DIR`.

use std::path::Path;

use anyhow::bail;
use registration::exam_definition::{self, DefinitionError, PeopleImported};

use super::with_rooms;
use crate::cli::SiteArgs;
use crate::say;

/// Checks the files, then brings engine and pages to what they say.
pub(super) async fn import(dir: &Path, site: &SiteArgs) -> anyhow::Result<()> {
    check_files(dir)?;
    let imported = with_rooms(site, async |rooms| Ok(rooms.registration.exams.import(dir).await?)).await?;
    let verb = if imported.is_new { "imported" } else { "brought up to date" };
    say(&format!("{verb}: {} with {} sittings", imported.exam, imported.sittings));
    for (what, people) in [("roster", imported.roster), ("past scores", imported.past_scores)] {
        let PeopleImported { lines, added, changed, removed } = people;
        if lines + removed > 0 {
            say(&format!("{what}: {lines} lines, {added} added, {changed} changed, {removed} removed"));
        }
    }
    warn(&imported.warnings);
    for sitting in imported.kept {
        say(&format!("kept: {sitting}, which the files no longer name"));
    }
    Ok(())
}

/// Checks the files and changes nothing.
pub(super) fn check(dir: &Path) -> anyhow::Result<()> {
    let definition = check_files(dir)?;
    let seats: u64 = definition.capacities.iter().copied().map(u64::from).sum();
    say(&format!("fine: {} with {} sittings and {seats} seats", definition.page.id, definition.capacities.len()));
    for (what, lines) in [("people in the roster", definition.people), ("past scores", definition.past_scores)] {
        if lines > 0 {
            say(&format!("      {lines} {what}"));
        }
    }
    warn(&definition.warnings);
    Ok(())
}

fn warn(warnings: &[DefinitionError]) {
    for warning in warnings {
        say(&format!("warning: {warning}"));
    }
}

fn check_files(dir: &Path) -> anyhow::Result<exam_definition::ExamDefinition> {
    match exam_definition::parse(dir) {
        Ok(definition) => Ok(definition),
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(DefinitionError::to_string).collect();
            bail!("{} cannot be imported:\n  {}", dir.display(), lines.join("\n  "))
        }
    }
}
