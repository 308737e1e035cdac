//! `seathold staff add NAME`.

use std::io::{self, BufRead, Read};

use registration::staff::Role;

use super::with_rooms;
use crate::cli::SiteArgs;
use crate::say;
use crate::secrets::new_password;

/// No password is longer.
const INPUT_BYTES_MAX: u64 = 1024;

/// Adds somebody; prints the password when we made it.
pub(super) async fn add(name: &str, role: Role, password_stdin: bool, site: &SiteArgs) -> anyhow::Result<()> {
    let password = if password_stdin { read_password()? } else { new_password()? };
    with_rooms(site, async |rooms| Ok(rooms.registration.staff.add(name, &password, role).await?)).await?;
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
