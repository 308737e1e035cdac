//! `seathold key add --scope SCOPES NAME`, `seathold key rotate ID`, `seathold key list`, `seathold key revoke NAME|ID`.

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};
use registration::desk::staff::By;
use registration::secrets::api_keys::{ApiKeyError, MadeKey, WantedKey};
use reservation::ledger::api_keys::{KeyId, ListedKey, Named, Scope};

use super::with_services;
use crate::cli::{KeyArgs, SiteArgs};
use crate::say;

/// Makes a key, remembers its digest and prints the key.
pub(super) async fn add(args: &KeyArgs) -> anyhow::Result<()> {
    let days = |days: u16| Timestamp::now() + SignedDuration::from_hours(24 * i64::from(days));
    let wanted = WantedKey {
        name: args.name.clone(),
        scopes: args.scope.iter().copied().map(Scope::from).collect(),
        exams: (!args.exam.is_empty()).then(|| args.exam.clone()),
        expires_at: args.days.map(days),
    };
    let made = with_services(&args.site, async |services| {
        Ok(services.registration.outward.api_keys.make(By::Operator, &wanted).await?)
    });
    show(&made.await?);
    Ok(())
}

/// Makes a key in the place of another, and prints it.
pub(super) async fn rotate(key: i64, overlap_hours: u16, site: &SiteArgs) -> anyhow::Result<()> {
    let overlap = SignedDuration::from_hours(i64::from(overlap_hours));
    let made = with_services(site, async |services| {
        Ok(services.registration.outward.api_keys.rotate(By::Operator, KeyId(key), overlap).await?)
    });
    show(&made.await?);
    Ok(())
}

fn show(made: &MadeKey) {
    say(made.secret());
}

/// Shows all keys, a line each: number, scopes, state, last use and name.
pub(super) async fn list(site: &SiteArgs) -> anyhow::Result<()> {
    let all =
        with_services(site, async |services| Ok(services.registration.outward.api_keys.list(By::Operator).await?))
            .await?;
    let now = Timestamp::now();
    for key in all {
        say(&line(&key, now));
    }
    Ok(())
}

fn line(key: &ListedKey, now: Timestamp) -> String {
    let KeyId(id) = key.id;
    let state = match (key.revoked_at, key.expires_at) {
        (Some(since), _) if key.was_revoked() => format!("revoked at {since:.0}"),
        (_, Some(end)) if end <= now => format!("ended at {end:.0}"),
        (_, Some(end)) => format!("good until {end:.0}"),
        (_, None) => format!("good since {:.0}", key.created_at),
    };
    let used = key.last_used_at.map_or_else(|| "not used".to_owned(), |at| format!("used {at:.0}"));
    let exams = key.exams.as_ref().map_or_else(String::new, |exams| {
        let names: Vec<&str> = exams.iter().map(|exam| exam.as_str()).collect();
        format!("[{}] ", names.join(","))
    });
    let ending = key.ending.as_deref().map_or_else(String::new, |ending| format!("…{ending} "));
    format!("{id:<6} {:<16} {state:<32} {used:<26} {exams}{ending}{}", key.scopes, key.name)
}

/// Ends the key with this number, or all of this name.
pub(super) async fn revoke(key: &str, site: &SiteArgs) -> anyhow::Result<()> {
    let key = key.trim();
    let named = key.parse().map_or(Named::Name(key), |id| Named::Id(KeyId(id)));
    let ended = with_services(site, async |services| {
        match services.registration.outward.api_keys.revoke(By::Operator, named).await {
            Err(ApiKeyError::Unknown) => Ok(Vec::new()),
            outcome => Ok(outcome?),
        }
    });
    let mut ended = ended.await?;
    ended.sort_unstable_by_key(|KeyId(id)| *id);
    if ended.is_empty() {
        bail!("no good key has the number or the name {key}: `seathold key list` shows all");
    }
    for KeyId(id) in ended {
        say(&format!("revoked: {id}"));
    }
    Ok(())
}
