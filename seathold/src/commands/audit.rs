//! `seathold audit verify|key`.

use std::path::Path;

use anyhow::bail;
use registration::desk::audit::verify::AuditFault;

use super::with_services;
use crate::audit_heads::{self, Kept};
use crate::cli::SiteArgs;
use crate::say;

/// Most lines that are no signed ends and are named.
const SPOILED_MAX: usize = 20;

/// Holds the audit against itself and against the heads. Fails when something was done to it.
pub(super) async fn verify(heads: Option<&Path>, site: &SiteArgs) -> anyhow::Result<()> {
    let own = audit_heads::dir_in(&site.data);
    let Kept { heads, spoiled } = match heads {
        Some(path) => audit_heads::read(path)?,
        None if own.exists() => audit_heads::read(&own)?,
        None => Kept::default(),
    };
    for line in spoiled.iter().take(SPOILED_MAX) {
        say(&format!("{line} is no signed end: a disk was full then, or somebody has been at it"));
    }
    with_services(site, async |services| {
        let found = services.registration.audit.verify(&heads).await?;
        say(&format!("chain {}: {} links, {} signed ends held against it", found.chain, found.links, found.heads));
        if found.heads == 0 {
            say("no signed end is known: a chain that was made anew as a whole, or cut, would not be noticed");
        }
        if let Some((first, number)) = found.late {
            say(&format!(
                "{number} lines were written down more than an hour after what they speak of, the first is {first}"
            ));
        }
        for fault in &found.faults {
            say(&fault.to_string());
        }
        let is_unlinked = |fault: &AuditFault| matches!(fault, AuditFault::Unlinked { .. });
        match found.faults.len() {
            0 if spoiled.is_empty() => {
                say("the audit is whole");
                Ok(())
            }
            0 => bail!("nothing was changed, as far as signed ends can be read: {} lines are none", spoiled.len()),
            _ if found.faults.iter().all(is_unlinked) => {
                bail!(
                    "nothing was changed, but not all is linked: let `seathold serve` run for a minute, and ask again"
                )
            }
            count => {
                bail!("the audit was changed: {count} faults; keep a copy of everything before you do anything else")
            }
        }
    })
    .await
}

/// Prints the public key.
pub(super) async fn key(site: &SiteArgs) -> anyhow::Result<()> {
    with_services(site, async |services| {
        say(&services.registration.audit.public_key());
        Ok(())
    })
    .await
}
