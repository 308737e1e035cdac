//! What an operator, or anybody, may do with a draw of seats: files in, files out, and no store.

use std::path::PathBuf;

use clap::Subcommand;

/// What can be done with seating plans.
#[derive(Debug, Subcommand)]
pub enum SeatingCommand {
    /// Draw a seed into a file that only its owner reads, and print its SHA-256: the commitment, to be published now.
    Seed {
        /// Where to; a file that is there is never overwritten.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Arrange a sitting: people, rooms and rules as JSON in, the record of the draw out.
    ///
    /// Prints every rule that could not be kept. The record has the seed in it: publish it after the draw, and anybody may
    /// run `seathold seating verify` on it.
    Draw {
        /// The sitting, its rules, rooms and people, as JSON.
        #[arg(value_name = "INPUT")]
        input: PathBuf,
        /// The file that `seathold seating seed` made.
        #[arg(long, value_name = "FILE")]
        seed: PathBuf,
        /// Where the record goes; a file that is there is never overwritten.
        #[arg(long, value_name = "FILE")]
        record: PathBuf,
    },
    /// Do a published draw again and compare: the seed is the one that was promised, and everybody sits where it says.
    Verify {
        /// The record as it was published.
        #[arg(value_name = "RECORD")]
        record: PathBuf,
    },
}
