//! Accounts made beforehand: who they are and the cookies that sign them in, in a file. Making one costs the server
//! an Argon2 hash, so a test of the pages has them made before it begins, as people do.

mod person;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use person::Person;

/// The version of the file.
const FORMAT: u32 = 1;

/// Accounts of one server.
#[derive(Debug, Serialize, Deserialize)]
pub struct Accounts {
    format: u32,
    /// The server they are of.
    pub url: String,
    /// Who has one.
    pub people: Vec<Signed>,
}

/// Somebody with an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Signed {
    /// Who has signed in.
    pub person: Person,
    /// The cookie header that signs them in, for twelve hours from when it was made.
    pub cookie: String,
}

/// Why there are no accounts.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Not there, not readable, or no such file.
    #[error("{file}: {why}; `loadtest accounts` writes one")]
    File {
        /// Which file it was.
        file: String,
        /// Why it cannot be used.
        why: String,
    },
    /// Two candidates would be the same person.
    #[error("{candidates} candidates need as many accounts; the file has {accounts}")]
    TooFew {
        /// Who would come.
        candidates: u64,
        /// Who has an account.
        accounts: u64,
    },
    /// The server makes none.
    #[error("no account was made: {0}")]
    Refused(String),
}

impl Accounts {
    /// These people have accounts at `url`.
    pub fn new(url: String, people: Vec<Signed>) -> Self {
        Self { format: FORMAT, url, people }
    }

    /// Reads them from a file.
    pub fn read(file: &Path) -> Result<Self, AccountsError> {
        let wrong = |why: String| AccountsError::File { file: file.display().to_string(), why };
        let text = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
        let accounts: Self = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        match accounts.format {
            FORMAT => Ok(accounts),
            other => Err(wrong(format!("has format {other}; this program reads format {FORMAT}"))),
        }
    }

    /// Writes them to a file that only its owner can read: the cookies open accounts.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(file)?.write_all(&serde_json::to_vec(self).expect("accounts are plain data"))
    }
}
