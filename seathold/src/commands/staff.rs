//! `seathold staff add|list|disable|enable|password`.

use std::io::{self, BufRead, Read};

use registration::desk::staff::Role;

use super::with_services;
use crate::cli::SiteArgs;
use crate::say;
use crate::secrets::new_password;
use crate::services::Services;

/// No password is longer.
const INPUT_BYTES_MAX: u64 = 1024;

/// Adds somebody; prints the password when we made it.
pub(super) async fn add(name: &str, role: Role, password_stdin: bool, site: &SiteArgs) -> anyhow::Result<()> {
    let password = if password_stdin { read_password()? } else { new_password()? };
    with_services(site, async |services| Ok(services.registration.staff.add(name, &password, role).await?)).await?;
    if !password_stdin {
        say(&password);
    }
    Ok(())
}

/// Who there is, a line each: name, role, and since when they are disabled.
pub(super) async fn list(site: &SiteArgs) -> anyhow::Result<()> {
    let all = with_services(site, async |services| Ok(services.registration.staff.list().await?)).await?;
    for member in all {
        let state =
            member.disabled_at.map_or_else(|| "enabled".to_owned(), |since| format!("disabled since {since:.0}"));
        say(&format!("{:<32} {:<13} {state}", member.name, member.role.as_str()));
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
