//! `seathold staff add|invite|role|list|disable|enable|password|reset-factor|link|unlink|sessions`.

use std::io::{self, BufRead, Read};

use registration::desk::staff::{By, Duty};

use super::with_services;
use crate::cli::SiteArgs;
use crate::say;
use crate::secrets::new_password;
use crate::services::Services;

/// No password is longer.
const INPUT_BYTES_MAX: u64 = 1024;

/// Adds somebody; prints the password when we made it.
pub(super) async fn add(name: &str, duty: Duty, password_stdin: bool, site: &SiteArgs) -> anyhow::Result<()> {
    let password = if password_stdin { read_password()? } else { new_password()? };
    with_services(site, async |services| Ok(services.registration.staff.add(name, &password, duty).await?)).await?;
    if !password_stdin {
        say(&password);
    }
    Ok(())
}

/// Adds somebody who chooses their password by a link; prints the link from its path on.
pub(super) async fn invite(name: &str, duty: Duty, site: &SiteArgs) -> anyhow::Result<()> {
    let staff = async |services: &Services| Ok(services.registration.staff.invite(By::Operator, name, duty).await?);
    say(&with_services(site, staff).await?.path());
    Ok(())
}

/// Lets somebody be there for something else; prints what they were there for.
pub(super) async fn set_duty(name: &str, duty: &Duty, site: &SiteArgs) -> anyhow::Result<()> {
    let staff = async |services: &Services| Ok(services.registration.staff.set_duty(By::Operator, name, duty).await?);
    let before = with_services(site, staff).await?;
    say(&format!("{name}: {} → {}", before.in_words(), duty.in_words()));
    Ok(())
}

/// Takes somebody's second factor away.
pub(super) async fn reset_factor(name: &str, site: &SiteArgs) -> anyhow::Result<()> {
    let staff = async |services: &Services| Ok(services.registration.staff.reset_factor(By::Operator, name).await?);
    let had_one = with_services(site, staff).await?;
    let now = if had_one { "sets up another second factor at the next sign-in" } else { "has no second factor" };
    say(&format!("{name} {now}"));
    Ok(())
}

/// Says whom somebody is at an identity provider: its issuer, and their subject there.
pub(super) async fn link(name: &str, at: (&str, &str), site: &SiteArgs) -> anyhow::Result<()> {
    let staff =
        async |services: &Services| Ok(services.registration.staff.link_subject(By::Operator, name, at).await?);
    with_services(site, staff).await?;
    say(&format!("{name} is {} at {}", at.1, at.0));
    Ok(())
}

/// Lets somebody be nobody at the identity provider any more.
pub(super) async fn unlink(name: &str, site: &SiteArgs) -> anyhow::Result<()> {
    let staff = async |services: &Services| Ok(services.registration.staff.unlink_subject(By::Operator, name).await?);
    let was_one = with_services(site, staff).await?;
    say(&format!("{name} is {} at the identity provider", if was_one { "nobody any more" } else { "nobody" }));
    Ok(())
}

/// Where somebody is signed in, a line each: since when, when it was last used, from where, with what; or ends all of it.
pub(super) async fn sessions(name: &str, end: bool, site: &SiteArgs) -> anyhow::Result<()> {
    let work = async |services: &Services| {
        let staff = &services.registration.staff;
        if end {
            staff.end_sessions_of(By::Operator, name, None).await?;
        }
        Ok(staff.whole(By::Operator, name, true).await?.1)
    };
    for session in with_services(site, work).await? {
        let state = match (session.is_open, session.factor_at) {
            (false, _) => "ended",
            (true, None) => "password only",
            (true, Some(_)) => "open",
        };
        let (began, seen) = (session.began_at, session.seen_at);
        say(&format!("{began:.0}  {seen:.0}  {state:<13} {:<20} {}", session.address, session.agent));
    }
    Ok(())
}

/// Who there is, a line each: name, role and for what, whether they have a second factor, and since when they are disabled.
pub(super) async fn list(site: &SiteArgs) -> anyhow::Result<()> {
    let lines = async |services: &Services| Ok(services.registration.staff.lines(By::Operator, true).await?);
    for line in with_services(site, lines).await? {
        let member = line.member;
        let state =
            member.disabled_at.map_or_else(|| "enabled".to_owned(), |since| format!("disabled since {since:.0}"));
        let factor = if line.factors.is_set_up() { "second-factor" } else { "password-only" };
        let duty = Duty::of(&member).in_words();
        say(&format!("{:<32} {duty:<13} {factor} {state}", member.name));
    }
    Ok(())
}

/// Keeps somebody out from now on, or lets them in again.
pub(super) async fn set_disabled(name: &str, is_disabled: bool, site: &SiteArgs) -> anyhow::Result<()> {
    let staff = async |services: &Services| Ok(services.registration.staff.set_disabled(name, is_disabled).await?);
    let has_changed = with_services(site, staff).await?;
    let (now, before) = if is_disabled { ("disabled", "disabled already") } else { ("enabled", "enabled already") };
    say(&format!("{name} is {}", if has_changed { now } else { before }));
    Ok(())
}

/// Gives somebody another password, and ends all their sign-ins; prints the password when we made it.
pub(super) async fn password(name: &str, password_stdin: bool, site: &SiteArgs) -> anyhow::Result<()> {
    let password = if password_stdin { read_password()? } else { new_password()? };
    with_services(site, async |services| Ok(services.registration.staff.set_password(name, &password).await?)).await?;
    if !password_stdin {
        say(&password);
    }
    Ok(())
}

fn read_password() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().take(INPUT_BYTES_MAX).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
