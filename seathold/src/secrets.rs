//! Secrets that the site makes for itself: files of mode 600 in the data directory, made once and found again.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use axum_extra::extract::cookie::Key;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jiff::tz::{self, TimeZone};

/// Half signs, half encrypts.
const COOKIE_KEY_BYTES: usize = 64;
const PASSWORD_BYTES: usize = 15;
const TRIAL_BYTES: usize = 7;

/// Makes the data directory: passable for the stores' own user when root starts us, else for us alone.
pub fn make_data_dir(dir: &Path) -> anyhow::Result<PathBuf> {
    let mode = if embedded::unprivileged_user().is_some() { 0o711 } else { 0o700 };
    let made = fs::DirBuilder::new().recursive(true).mode(mode).create(dir);
    made.and_then(|()| dir.canonicalize())
        .with_context(|| format!("the data directory {} cannot be made: choose another with --data", dir.display()))
}

/// Makes a directory for us alone, or one that an earlier version left open to others so.
pub fn make_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::set_permissions(dir, Permissions::from_mode(0o700))
}

/// The cookie keys of the candidates' pages and of the staff console: a cookie of one is nothing to the other.
pub fn cookie_keys(data: &Path) -> anyhow::Result<(Key, Key)> {
    let path = data.join("cookie-keys");
    let text = keep(&path, || Ok(STANDARD.encode(random::<{ 2 * COOKIE_KEY_BYTES }>()?)))?;
    let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
    let Ok(bytes) = <[u8; 2 * COOKIE_KEY_BYTES]>::try_from(bytes) else {
        bail!("{} is damaged: remove it, and everybody has to sign in again", path.display());
    };
    let (candidates, staff) = bytes.split_at(COOKIE_KEY_BYTES);
    Ok((Key::from(candidates), Key::from(staff)))
}

/// A new password of 20 characters.
pub fn new_password() -> anyhow::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::<PASSWORD_BYTES>()?))
}

/// A new number of a payment that is only tried, or of its refund: reconciliation knows it by its first letters. The time
/// in China follows, which a bank's platform must be told with it, then what nobody guesses.
pub fn new_trial_number() -> anyhow::Result<String> {
    let china = TimeZone::fixed(tz::offset(8));
    let began = Timestamp::now().to_zoned(china).strftime("try%Y%m%d%H%M%S").to_string();
    Ok(random::<TRIAL_BYTES>()?.iter().fold(began, |number, byte| format!("{number}{byte:02x}")))
}

/// The text of the file, after writing what `make` makes into it when there is none.
pub fn keep(path: &Path, make: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<String> {
    match fs::read_to_string(path) {
        Ok(text) => return Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
    let text = make()?;
    // Under another name first: a crash in between must not leave half a secret.
    let unfinished = path.with_extension(format!("unfinished-{}", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&unfinished)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        // Fails where another process was first over the same directory: its secret then counts.
        let linked = fs::hard_link(&unfinished, path);
        fs::remove_file(&unfinished)?;
        linked
    };
    match write() {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be written", path.display())),
    }
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system gives no random bytes"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("api-key-hold");
        let first = keep(&path, new_password).unwrap();
        assert_eq!(keep(&path, new_password).unwrap().trim(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_private_directory_is_closed_to_others_even_when_it_was_open() {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().join("files");
        fs::create_dir(&files).unwrap();
        fs::set_permissions(&files, Permissions::from_mode(0o755)).unwrap();
        make_private_dir(&files).unwrap();
        assert_eq!(fs::metadata(&files).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn of_two_who_make_a_secret_at_once_one_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cookie-keys");
        // The other process is faster by a moment.
        let second = keep(&path, || {
            fs::write(&path, "first").unwrap();
            Ok("second".to_owned())
        });
        assert_eq!(second.unwrap(), "first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn damaged_cookie_keys_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let (candidates, staff) = cookie_keys(dir.path()).unwrap();
        assert_ne!(candidates.encryption(), staff.encryption());
        assert_eq!(cookie_keys(dir.path()).unwrap().0.encryption(), candidates.encryption());
        fs::write(dir.path().join("cookie-keys"), "x").unwrap();
        assert!(cookie_keys(dir.path()).err().unwrap().to_string().contains("is damaged"));
    }
}
