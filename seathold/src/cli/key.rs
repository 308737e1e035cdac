//! What can be done with keys of the JSON API.

use clap::{Args, Subcommand, ValueEnum};
use reservation::ids::ExamId;
use reservation::ledger::api_keys::Scope;

use super::SiteArgs;

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key of the JSON API and print it, this once.
    ///
    /// A key without the scope `admin` has candidates and holds of its own. Another key under the same name shares them: one
    /// that holds and one that confirms, say, or one that replaces another.
    Add(Box<KeyArgs>),
    /// Make another key of the same name and scopes and print it, this once; the old one ends after a while.
    Rotate {
        /// The number of the key to replace, in `seathold key list`.
        #[arg(value_name = "ID")]
        key: i64,
        /// So many hours both are good; 0: the old one ends at once.
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(0..=720))]
        overlap_hours: u16,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Show all keys, ended ones too: number, scopes, state, last use, name. A key itself is kept nowhere.
    List {
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// End a key, or all keys of a name. Running servers refuse it within 15 seconds; its holds stay as they are.
    Revoke {
        /// The key's number in `seathold key list`, or a name.
        #[arg(value_name = "NAME|ID")]
        key: String,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
}

/// A key to be made.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// What it may do; several with commas between them.
    #[arg(long, required = true, value_delimiter = ',')]
    pub scope: Vec<KeyScope>,
    /// The exams that it is for, with commas between them; all of them, later ones too, unless given.
    #[arg(long, value_name = "EXAM", value_delimiter = ',')]
    pub exam: Vec<ExamId>,
    /// After so many days it ends by itself; never, unless given.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub days: Option<u16>,
    /// Whose it is.
    pub name: String,
    /// Where the site keeps things.
    #[command(flatten)]
    pub site: SiteArgs,
}

/// The scopes as words of the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum KeyScope {
    /// Look at holds, for candidates of its own.
    Read,
    /// Take positions and seats and give seats back, for candidates of its own.
    Hold,
    /// Freeze and confirm holds, for candidates of its own.
    Confirm,
    /// May read /metrics.
    Metrics,
    /// Create and change exams; and what all others may, with everybody's holds.
    Admin,
}

impl From<KeyScope> for Scope {
    fn from(scope: KeyScope) -> Self {
        match scope {
            KeyScope::Read => Self::Read,
            KeyScope::Hold => Self::Hold,
            KeyScope::Confirm => Self::Confirm,
            KeyScope::Metrics => Self::Metrics,
            KeyScope::Admin => Self::Admin,
        }
    }
}
