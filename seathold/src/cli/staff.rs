//! What the command line says about staff.

use clap::{Args, Subcommand, ValueEnum};
use registration::desk::staff::{Duty, Reach, Role};
use registration::model::exam_rules::OrganisationCode;
use registration::model::room::SiteId;
use reservation::ids::ExamId;

use super::SiteArgs;

/// What can be done with staff.
#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Add somebody and print their password, this once.
    Add {
        /// The login name.
        name: String,
        /// What they are there for.
        #[command(flatten)]
        duty: DutyArgs,
        /// Read the password from the standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Add somebody who chooses their password by a link, and print the link, this once: what it begins with is the address of
    /// the staff's pages. It is good for three days.
    Invite {
        /// The login name.
        name: String,
        /// What they are there for.
        #[command(flatten)]
        duty: DutyArgs,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Let somebody be there for something else, from their next request on. In a browser two administrators do that together;
    /// here whoever may run this does it alone, and the audit names the system.
    Role {
        /// The login name.
        name: String,
        /// What they are there for.
        #[command(flatten)]
        duty: DutyArgs,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Take somebody's second factor and recovery codes away, when their phone is lost: they set up another at their next sign-in.
    /// Where they are signed in they are so no more.
    ResetFactor {
        /// The login name.
        name: String,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Say whom somebody is at the identity provider, so that they can sign in by it. See to it that it is them: whoever is that
    /// subject there is let in as them. Whom they were there before they are no more.
    Link {
        /// The login name.
        name: String,
        /// Who they are there: the claim `sub` of their tokens, which is no mail address.
        #[arg(long)]
        subject: String,
        /// The provider's issuer, exactly as its tokens name it.
        #[arg(long, env = "SEATHOLD_OIDC_ISSUER", value_name = "URL")]
        issuer: String,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Let somebody be nobody at the identity provider any more. Where they are signed in they stay so.
    Unlink {
        /// The login name.
        name: String,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Show where somebody is and was signed in, or end all of it.
    Sessions {
        /// The login name.
        name: String,
        /// End all of their sign-ins.
        #[arg(long)]
        end: bool,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Show who there is, what they may do, whether they have a second factor, and who is disabled.
    List {
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Keep somebody out: they cannot sign in, and where they are signed in they are so no more. What they did stays on
    /// record.
    Disable {
        /// The login name.
        name: String,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Let somebody in again who was disabled.
    Enable {
        /// The login name.
        name: String,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Give somebody another password and print it, this once. Where they are signed in they are so no more.
    Password {
        /// The login name.
        name: String,
        /// Read the password from the standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
}

/// What somebody is there for.
#[derive(Debug, Clone, Args)]
pub struct DutyArgs {
    /// What they may do.
    #[arg(long, default_value = "reviewer")]
    role: StaffRole,
    /// Only for this exam; again for each further one.
    #[arg(long, value_name = "EXAM")]
    exam: Vec<ExamId>,
    /// Only for this site, by its id; again for each further one.
    #[arg(long = "site", value_name = "SITE")]
    sites: Vec<SiteId>,
    /// Only for candidates of this province, school or campus, by its code; again for each further one.
    #[arg(long, value_name = "CODE")]
    school: Vec<OrganisationCode>,
}

impl DutyArgs {
    /// As the door takes it.
    pub fn duty(&self) -> Duty {
        Duty { role: self.role.into(), reach: Reach::of(self.exam.clone(), self.sites.clone(), self.school.clone()) }
    }
}

/// The roles as words of the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StaffRole {
    /// Looks after candidates and lists; decides no cases.
    Registrar,
    /// Decides on pictures.
    Reviewer,
    /// Sees and moves money, and decides no cases.
    Finance,
    /// Arranges who sits where, and says who works at doors.
    Seating,
    /// Lets people in at the doors that somebody gave them.
    Invigilator,
    /// Watches the seats of exams; sees neither people nor money.
    Operator,
    /// Reads the audit, cases and money; changes nothing.
    Auditor,
    /// May do everything.
    Administrator,
}

impl From<StaffRole> for Role {
    fn from(role: StaffRole) -> Self {
        match role {
            StaffRole::Registrar => Self::Registrar,
            StaffRole::Reviewer => Self::Reviewer,
            StaffRole::Finance => Self::Finance,
            StaffRole::Seating => Self::Seating,
            StaffRole::Invigilator => Self::Invigilator,
            StaffRole::Operator => Self::Operator,
            StaffRole::Auditor => Self::Auditor,
            StaffRole::Administrator => Self::Administrator,
        }
    }
}
