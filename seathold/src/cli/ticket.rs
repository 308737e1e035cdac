//! What an operator may do with admission tickets; verifying one needs no store and no network.

use std::path::PathBuf;

use clap::Subcommand;

use super::SiteArgs;

/// What can be done with tickets.
#[derive(Debug, Subcommand)]
pub enum TicketCommand {
    /// Verify what was scanned from a ticket, with the keys that `seathold ticket keys` printed.
    ///
    /// Needs neither network nor stores. Prints exam, sitting, room, seat and times, and fails where the code is forged, of a
    /// ticket that was given up, or of one that was issued anew since the file was written.
    Verify {
        /// The text of the code; `-` reads it from the standard input, because it may have spaces in it.
        #[arg(value_name = "CODE")]
        code: String,
        /// The file of keys.
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
    },
    /// Print the public keys of an exam, the names of its sittings, and which tickets are void: all that `verify` needs.
    Keys {
        /// The exam's id.
        #[arg(value_name = "EXAM")]
        exam: String,
        /// Make another key first, which signs from now on. What the one before signed stays good.
        #[arg(long)]
        rotate: bool,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Issue all tickets of an exam that are missing, as far as seats are arranged. The server does so by itself, twice a
    /// minute, once they can be printed.
    Issue {
        /// The exam's id.
        #[arg(value_name = "EXAM")]
        exam: String,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
}
