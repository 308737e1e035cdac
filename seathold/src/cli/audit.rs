//! What an operator, or an auditor, may do with the audit.

use std::path::PathBuf;

use clap::Subcommand;

use crate::cli::SiteArgs;

/// What can be done with the audit.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no line of the audit was changed, removed or slipped in, and that the chain is the one whose end was signed.
    ///
    /// Prints every fault, the first broken line first, and fails when there is one. Whoever owns the database can make the
    /// whole chain anew: only ends that were signed and kept elsewhere show that.
    Verify {
        /// A file of signed ends, or a directory of such files; the data directory's `audit-heads` unless given. Give a copy
        /// from another machine: who has been on this one may have changed it here.
        #[arg(long, value_name = "PATH")]
        heads: Option<PathBuf>,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Print the public key that ends are signed with: Ed25519, in hexadecimal digits.
    Key {
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
}
