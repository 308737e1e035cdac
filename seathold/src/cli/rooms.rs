//! What an operator may do with rooms.

use std::path::PathBuf;

use clap::Subcommand;

use super::SiteArgs;

/// What can be done with rooms.
#[derive(Debug, Subcommand)]
pub enum RoomsCommand {
    /// Make and change sites and rooms by a list (CSV): all of it or nothing. The same file twice changes nothing.
    Import {
        /// The list: `site,name,layout`, and perhaps floor, order, spacing, prefix, `step_free`, lift, `spare_seats`, address.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
}
