//! Why a private store does not start: each text is one sentence that ends in what to do.

use std::error::Error;
use std::io;
use std::path::PathBuf;

/// Why a private store could not be started. All of them are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The machine lacks the program.
    #[error("{program} is not installed: install it with {install}")]
    PackageMissing {
        /// The program that was looked for.
        program: &'static str,
        /// The command lines that would install it.
        install: &'static str,
    },
    /// The directory was written by another major version.
    #[error(
        "{} holds data of PostgreSQL {found}, but this machine has {installed}: install PostgreSQL {found}, \
         or choose another data directory", .dir.display()
    )]
    OtherVersion {
        /// The data directory.
        dir: PathBuf,
        /// The major version that wrote it.
        found: String,
        /// The versions that are installed, in words.
        installed: String,
    },
    /// Another live process owns the directory.
    #[error("another instance is running over {}: stop it first, or choose another data directory", .0.display())]
    InUse(PathBuf),
    /// A process of an earlier owner that died does not go away.
    #[error("process {pid} of an earlier run still uses {} and does not stop: end it, then start again", .dir.display())]
    Orphan {
        /// The number of the process.
        pid: u32,
        /// The directory that it works on.
        dir: PathBuf,
    },
    /// The directory cannot be made, read or written.
    #[error("the directory {} cannot be used ({source}): make it writable, or choose another data directory", .dir.display())]
    Directory {
        /// The store's directory.
        dir: PathBuf,
        /// The system's own error.
        source: io::Error,
    },
    /// Started by root on a machine without a user to run the stores as.
    #[error("started as root, but no unprivileged user exists to run {0} as: create a system user named seathold")]
    NoUser(&'static str),
    /// The program ended while it was starting.
    #[error("{program} ended while starting: {last_words}")]
    Ended {
        /// The store's name, for people: `Redis` or `PostgreSQL`.
        program: &'static str,
        /// The last line that it logged.
        last_words: String,
    },
    /// The program did not serve in time.
    #[error(
        "{program} did not serve within {seconds} s of starting ({cause}): see its log with RUST_LOG=embedded=debug"
    )]
    Silent {
        /// The store's name, for people: `Redis` or `PostgreSQL`.
        program: &'static str,
        /// The seconds that the start was waited for.
        seconds: u64,
        /// The reason why the last question had no answer.
        cause: String,
    },
    /// The program could not be run at all.
    #[error("{program} could not be run: {source}")]
    Run {
        /// The store's name, for people: `Redis` or `PostgreSQL`.
        program: &'static str,
        /// The system's own error.
        source: io::Error,
    },
    /// Postgres answered, but our database could not be made in it.
    #[error("the database could not be prepared ({0}): see its log with RUST_LOG=embedded=debug")]
    Database(String),
}

impl From<tokio_postgres::Error> for EmbeddedError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(postgres_said(&error))
    }
}

/// All that is known of a fault on the way to Postgres, down to its cause, in one line for a log. Of what the server said
/// only its message and SQLSTATE: a detail may quote a row, and with it a person.
pub fn postgres_said(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", said.message(), said.code().code());
    }
    let mut said = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        said = format!("{said}: {cause}");
        below = cause.source();
    }
    said
}

impl EmbeddedError {
    /// For `map_err`: the directory, and what the system said about it.
    pub(crate) fn directory(dir: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let dir = dir.into();
        move |source| Self::Directory { dir, source }
    }
}
