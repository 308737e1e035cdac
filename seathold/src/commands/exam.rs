//! `seathold exam import DIR`, `seathold exam check DIR`.

use std::path::Path;

use anyhow::bail;
use registration::exams::definition;
use registration::exams::definition::{DefinitionError, Emptying, PAST_SCORES_FILE, PeopleImported, ROSTER_FILE};

use super::with_services;
use crate::cli::SiteArgs;
use crate::outside::lacking::Here;
use crate::say;

/// Checks the files, then brings engine and pages to what they say.
pub(super) async fn import(dir: &Path, emptying: Emptying, site: &SiteArgs) -> anyhow::Result<()> {
    let definition = check_files(dir)?;
    let imported = Box::pin(with_services(site, async |services| {
        let exams = &services.registration.exams;
        let (people, scores) = exams.people_there(&definition.page.id).await?;
        say_plan("roster", definition::found(dir, ROSTER_FILE).is_some(), emptying.roster, (definition.people, people));
        let is_there = definition::found(dir, PAST_SCORES_FILE).is_some();
        say_plan("past scores", is_there, emptying.past_scores, (definition.past_scores, scores));
        Ok(exams.import_emptying(dir, emptying).await?)
    }))
    .await?;
    let verb = if imported.is_new { "imported" } else { "brought up to date" };
    say(&format!("{verb}: {} with {} sittings", imported.exam, imported.sittings));
    for (what, people) in [("roster", imported.roster), ("past scores", imported.past_scores)] {
        if let Some(PeopleImported { lines, added, changed, removed }) = people {
            say(&format!("{what}: {lines} lines, {added} added, {changed} changed, {removed} removed"));
        }
    }
    warn(&imported.warnings);
    for sitting in imported.kept {
        say(&format!("kept: {sitting}, which the files no longer name"));
    }
    Ok(())
}

/// Says what becomes of a file of people, before anything does.
fn say_plan(what: &str, is_there: bool, is_emptied: bool, (lines, now): (u64, u64)) {
    match (is_there, is_emptied) {
        (true, _) => say(&format!("{what}: {lines} lines take the place of the {now} that are there now")),
        (false, true) => say(&format!("{what}: the {now} lines that are there now are deleted")),
        (false, false) if now > 0 => say(&format!("{what}: the {now} lines that are there stay, as there is no file")),
        (false, false) => {}
    }
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
    // What vendors the site has is not known here.
    for what in Here::default().lacks(&definition.page) {
        say(&format!("note: {what}"));
    }
    Ok(())
}

fn warn(warnings: &[DefinitionError]) {
    for warning in warnings {
        say(&format!("warning: {warning}"));
    }
}

fn check_files(dir: &Path) -> anyhow::Result<definition::ExamDefinition> {
    match definition::parse(dir) {
        Ok(definition) => Ok(definition),
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(DefinitionError::to_string).collect();
            bail!("{} cannot be imported:\n  {}", dir.display(), lines.join("\n  "))
        }
    }
}
