//! The vault's key file: one key a line, made once, readable by its owner alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::KeyNumber;

const HEADER: &str = "\
# Keys of Seathold's vault. Without this file nothing that was encrypted can be read again:
# keep a copy of it, apart from the copies of the database.
# `index KEY` finds documents; `NUMBER KEY` encrypts (the highest number) or still decrypts (the others).
";
/// A key file with more keys than this is no key file.
const BYTES_MAX: u64 = 64 * 1024;

/// The keys as they stand in the file.
pub(super) struct KeyFile {
    pub(super) index: [u8; 32],
    /// At least one; ascending by number.
    pub(super) sealing: Vec<(KeyNumber, [u8; 32])>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file could not be read or made.
    #[error("the key file {path} could not be read or made: {cause}")]
    Io {
        /// Where the file is.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Others than the owner may read it.
    #[error("the key file {0} can be read by others: run chmod 600 on it")]
    Permissions(PathBuf),
    /// A line is not what it must be.
    #[error("{path}:{line}: {message}")]
    Line {
        /// Where the file is.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What a line must be.
        message: &'static str,
    },
    /// It lacks the index key or any sealing key.
    #[error("the key file {0} has no index key or no other key")]
    Incomplete(PathBuf),
}

/// Reads the file; makes it first when there is none.
pub(super) fn load_or_create(path: &Path) -> Result<KeyFile, KeyFileError> {
    let failed = |cause| KeyFileError::Io { path: path.to_owned(), cause };
    if !path.try_exists().map_err(failed)? {
        create(path).map_err(failed)?;
    }
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(KeyFileError::Permissions(path.to_owned()));
    }
    if metadata.len() > BYTES_MAX {
        return Err(failed(io::Error::other("it is far too large")));
    }
    read(path, &fs::read_to_string(path).map_err(failed)?)
}

fn read(path: &Path, text: &str) -> Result<KeyFile, KeyFileError> {
    let mut index = None;
    let mut sealing: Vec<(KeyNumber, [u8; 32])> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let wrong = |message| KeyFileError::Line { path: path.to_owned(), line: at + 1, message };
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, key) = line.split_once(' ').ok_or(wrong("a line is a name, a space and a key"))?;
        let key = STANDARD.decode(key.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let key = key.ok_or(wrong("a key is 32 bytes in base64"))?;
        if name == "index" {
            index = Some(key);
            continue;
        }
        let number = name.parse().map(KeyNumber).map_err(|_| wrong("a key's name is `index` or a number"))?;
        if sealing.last().is_some_and(|(last, _)| *last >= number) {
            return Err(wrong("the numbers of keys ascend"));
        }
        sealing.push((number, key));
    }
    match index {
        Some(index) if !sealing.is_empty() => Ok(KeyFile { index, sealing }),
        _ => Err(KeyFileError::Incomplete(path.to_owned())),
    }
}

/// Whole or not at all: written beside, then linked to its name, which fails when another process was first. The
/// other's keys then count.
fn create(path: &Path) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = writeln!(file, "{HEADER}index {}\n1 {}", fresh_key()?, fresh_key()?).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&beside, path));
    fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

fn fresh_key() -> io::Result<String> {
    let mut bytes = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    Ok(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        read(Path::new("keys"), text).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn it_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let first = load_or_create(&path).unwrap();
        let second = load_or_create(&path).unwrap();
        assert_eq!((first.index, first.sealing), (second.index, second.sealing));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(load_or_create(&path), Err(KeyFileError::Permissions(_))));
    }

    #[test]
    fn faults_name_their_line() {
        let key = STANDARD.encode([7; 32]);
        assert_eq!(fault(""), "the key file keys has no index key or no other key");
        assert_eq!(fault(&format!("index {key}\n")), "the key file keys has no index key or no other key");
        assert_eq!(fault("# x\nindex\n"), "keys:2: a line is a name, a space and a key");
        assert_eq!(fault("index AAAA\n"), "keys:1: a key is 32 bytes in base64");
        assert_eq!(fault(&format!("one {key}\n")), "keys:1: a key's name is `index` or a number");
        assert_eq!(fault(&format!("2 {key}\n2 {key}\n")), "keys:2: the numbers of keys ascend");
    }
}
