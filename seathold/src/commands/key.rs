//! `seathold key add --scope SCOPE NAME`, `seathold key list`, `seathold key revoke NAME|ID`.

use anyhow::{bail, ensure};
use reservation::ledger::api_keys::{KeyId, ListedKey, Named, Scope};

use super::with_services;
use crate::cli::SiteArgs;
use crate::demo;
use crate::say;
use crate::secrets::new_api_key;

const NAME_CHARS_MAX: usize = 64;

/// Makes a key, remembers its digest and prints the key.
pub(super) async fn add(scope: Scope, name: &str, site: &SiteArgs) -> anyhow::Result<()> {
    let name = name.trim();
    let length = name.chars().count();
    ensure!((1..=NAME_CHARS_MAX).contains(&length), "a key's name has 1 to {NAME_CHARS_MAX} characters");
    ensure!(name.parse::<i64>().is_err(), "{name} would be taken for a key's number: choose a name with a letter");
    ensure!(name != demo::KEY_NAME, "{name} is what the demo calls its keys, which end with it: choose another name");
    let key = new_api_key()?;
    with_services(site, async |services| Ok(services.engine.add_api_key(name, scope, &key).await?)).await?;
    say(&key);
    Ok(())
}

/// Shows all keys, a line each: number, scope, state and name.
pub(super) async fn list(site: &SiteArgs) -> anyhow::Result<()> {
    let all = with_services(site, async |services| Ok(services.engine.api_keys().await?)).await?;
    for ListedKey { id: KeyId(id), name, scope, created_at, revoked_at } in all {
        let state = match revoked_at {
            Some(since) => format!("revoked at {since:.0}"),
            None => format!("good since {created_at:.0}"),
        };
        say(&format!("{id:<6} {scope:<8} {state:<32} {name}"));
    }
    Ok(())
}

/// Ends the key with this number, or all of this name.
pub(super) async fn revoke(key: &str, site: &SiteArgs) -> anyhow::Result<()> {
    let key = key.trim();
    let named = key.parse().map_or(Named::Name(key), |id| Named::Id(KeyId(id)));
    let ended = with_services(site, async |services| Ok(services.engine.revoke_api_keys(named).await?)).await?;
    if ended.is_empty() {
        bail!("no good key has the number or the name {key}: `seathold key list` shows all");
    }
    for KeyId(id) in ended {
        say(&format!("revoked: {id}"));
    }
    Ok(())
}
