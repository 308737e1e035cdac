//! `seathold key add --scope admin|hold NAME`.

use anyhow::ensure;
use reservation::ledger::api_keys::Scope;

use super::with_rooms;
use crate::cli::SiteArgs;
use crate::say;
use crate::secrets::new_api_key;

const NAME_CHARS_MAX: usize = 64;

/// Makes a key, remembers its digest and prints the key.
pub(super) async fn add(scope: Scope, name: &str, site: &SiteArgs) -> anyhow::Result<()> {
    let length = name.trim().chars().count();
    ensure!((1..=NAME_CHARS_MAX).contains(&length), "a key's name has 1 to {NAME_CHARS_MAX} characters");
    let key = new_api_key()?;
    with_rooms(site, async |rooms| Ok(rooms.engine.add_api_key(name.trim(), scope, &key).await?)).await?;
    say(&key);
    Ok(())
}
