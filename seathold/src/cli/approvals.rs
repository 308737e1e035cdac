//! What the command line says about what two people do together.

use std::str::FromStr;

use clap::Subcommand;
use registration::desk::permits::approvals::ApprovalId;
use registration::model::payment::refund::RefundId;

use super::SiteArgs;

/// What stands before the number of a refund.
pub const OF_REFUND: &str = "refund.";

/// What waits for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Something that was asked for.
    Approval(ApprovalId),
    /// Money that is to be given back, or was by hand: `refund.` and its number.
    Refund(RefundId),
}

impl FromStr for Waiting {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = match text.strip_prefix(OF_REFUND) {
            Some(number) => RefundId::of_number(number).map(Self::Refund),
            None => text.parse().ok().map(Self::Approval),
        };
        found.ok_or("give the number as `seathold approvals list` shows it")
    }
}

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
        id: Waiting,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Do not agree.
    Refuse {
        /// The number, as `list` shows it.
        id: Waiting,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
}
