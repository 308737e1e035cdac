//! Why a test could not be run.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::cli::LoadError;
use crate::generator::error::GenerateError;
use crate::measured::results::{MergeError, ReadError};
use crate::scenario::candidate::CardsError;
use crate::server::accounts::AccountsError;
use crate::server::office::OfficeError;
use crate::server::target::TargetError;

/// Why a test could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// See [`TargetError`].
    #[error(transparent)]
    Target(#[from] TargetError),
    /// See [`LoadError`].
    #[error(transparent)]
    Load(#[from] LoadError),
    /// No key to create an exam with.
    #[error(
        "to create an exam, name a file with an admin key (--admin-key-file, or --data); \
             or name one that exists (--exam)"
    )]
    NoAdminKey,
    /// No key to ask for seats with.
    #[error("to ask for seats, name a file with a key (--key-file, or --data)")]
    NoKey,
    /// A key file that cannot be used.
    #[error("{}: {why}", file.display())]
    KeyFile {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// The exam has no sittings.
    #[error("exam {0} has no sittings")]
    NoSittings(String),
    /// The start has passed.
    #[error("--start-at {0} has passed")]
    TooLate(Timestamp),
    /// More connections than files may be open.
    #[error("{wanted} connections need more open files than this process may have ({limit}); raise it with ulimit -n")]
    TooManyFiles {
        /// Connections and streams.
        wanted: usize,
        /// The limit.
        limit: u64,
    },
    /// See [`AccountsError`].
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// See [`CardsError`].
    #[error(transparent)]
    Cards(#[from] CardsError),
    /// See [`OfficeError`].
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// See [`GenerateError`].
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// See [`ReadError`].
    #[error(transparent)]
    Read(#[from] ReadError),
    /// See [`MergeError`].
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Results could not be written.
    #[error("{}: {cause}", file.display())]
    Write {
        /// Where to.
        file: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A plot could not be drawn.
    #[error("the report could not be drawn: {0}")]
    Draw(String),
}
