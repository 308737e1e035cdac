//! Why a test could not be run.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::abuse::play::PlayError;
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
    /// The server cannot be a target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// No attack could be played.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// The load is described wrongly.
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
        /// Which file it was.
        file: PathBuf,
        /// Why it cannot be used.
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
        /// The limit of this machine.
        limit: u64,
    },
    /// The accounts cannot be used.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The cards cannot be drawn.
    #[error(transparent)]
    Cards(#[from] CardsError),
    /// The server's office did not answer as it must.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// The generator could not go on.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// Results cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Results cannot be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Results could not be written.
    #[error("{}: {cause}", file.display())]
    Write {
        /// The file that was to be written.
        file: PathBuf,
        /// Why it was not written.
        cause: std::io::Error,
    },
    /// A plot could not be drawn.
    #[error("the report could not be drawn: {0}")]
    Draw(String),
}
