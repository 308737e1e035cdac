//! What the command line says about what two people do together.

use clap::Subcommand;
use registration::desk::permits::approvals::ApprovalId;

use super::SiteArgs;

/// What can be done with requests that wait for a second person.
#[derive(Debug, Subcommand)]
pub enum ApprovalsCommand {
    /// Show what waits, a line each: its number, who asked, until when, and for what.
    List {
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Be the second person where a site has nobody else: agree, and have it done. The audit names the system.
    Agree {
        /// The number, as `list` shows it.
        id: ApprovalId,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Do not agree.
    Refuse {
        /// The number, as `list` shows it.
        id: ApprovalId,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
}
