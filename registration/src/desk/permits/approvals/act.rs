//! What two people do together, and who may do each.

use reservation::ids::{ExamId, SittingId};

use super::{ActKind, Approvals};
use crate::desk::permits::sitting::demand_sitting;
use crate::desk::permits::{Forbidden, Scope, demand};
use crate::desk::staff::{Duty, StaffMember};
use crate::lists::List;
use crate::people::accounts::AccountNumber;
use crate::people::retention::rule::{Years, in_words};

/// Something that nobody does alone. It says all that is done, so that what is agreed to is what is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A member of staff is there for something else.
    Duty {
        /// Whose it is.
        name: String,
        /// What they are there for now.
        before: Duty,
        /// What they are to be there for.
        after: Duty,
    },
    /// Somebody is invited who can make others members of staff.
    Invite {
        /// The login name.
        name: String,
        /// What they are to be there for.
        duty: Duty,
    },
    /// It is published who sits where.
    Publish {
        /// Of which exam.
        exam: ExamId,
        /// Which sitting of it.
        sitting: SittingId,
        /// The draft that was looked at.
        token: String,
        /// How many sit elsewhere by it, where that was agreed to.
        moves: Option<usize>,
    },
    /// A registration moves from one account to another.
    Rebind {
        /// Whose it is.
        from: AccountNumber,
        /// Whose it will be.
        to: AccountNumber,
        /// Who both said to be, and what was to move, as a digest.
        seen: String,
    },
    /// Fewer seats of a sitting are given out while people ask for them.
    Capacity {
        /// Of which exam.
        exam: ExamId,
        /// Which sitting of it.
        sitting: SittingId,
        /// How many are given out now.
        before: u32,
        /// How many are to be.
        after: u32,
    },
    /// A list of many people is taken out as a file.
    Export {
        /// Of which exam.
        exam: ExamId,
        /// The list that is taken out.
        list: List,
        /// Whether numbers of documents are whole in it.
        is_whole: bool,
    },
    /// Data of candidates goes after another number of years.
    Retention {
        /// The version of the rule that was looked at.
        version: i64,
        /// After how many years it goes now; `None`: never.
        before: Option<Years>,
        /// After how many it is to go.
        after: Option<Years>,
    },
}

impl Act {
    /// Which kind it is.
    pub fn kind(&self) -> ActKind {
        match self {
            Self::Duty { .. } => ActKind::Duty,
            Self::Invite { .. } => ActKind::Invite,
            Self::Publish { .. } => ActKind::Publish,
            Self::Rebind { .. } => ActKind::Rebind,
            Self::Capacity { .. } => ActKind::Capacity,
            Self::Export { .. } => ActKind::Export,
            Self::Retention { .. } => ActKind::Retention,
        }
    }

    /// Of which exam it is.
    pub(super) fn exam(&self) -> Option<&ExamId> {
        match self {
            Self::Duty { .. } | Self::Invite { .. } | Self::Rebind { .. } | Self::Retention { .. } => None,
            Self::Publish { exam, .. } | Self::Capacity { exam, .. } | Self::Export { exam, .. } => Some(exam),
        }
    }

    /// Which member of staff it is about, by the login name.
    pub(super) fn whom(&self) -> Option<&str> {
        match self {
            Self::Duty { name, .. } | Self::Invite { name, .. } => Some(name),
            Self::Publish { .. }
            | Self::Rebind { .. }
            | Self::Capacity { .. }
            | Self::Export { .. }
            | Self::Retention { .. } => None,
        }
    }

    /// As the audit says it.
    pub fn in_words(&self) -> String {
        let kind = self.kind();
        let word = kind.as_ref();
        match self {
            Self::Duty { name, before, after } => {
                format!("{word} {name}: {} → {}", before.in_words(), after.in_words())
            }
            Self::Invite { name, duty } => format!("{word} {name}: {}", duty.in_words()),
            Self::Publish { exam, sitting, moves, .. } => {
                format!("{word} {exam} {sitting}, {} moved", moves.unwrap_or_default())
            }
            Self::Rebind { from, to, .. } => format!("{word} {from} → {to}"),
            Self::Capacity { exam, sitting, before, after } => format!("{word} {exam} {sitting}: {before} → {after}"),
            Self::Export { exam, list, is_whole } => {
                format!("{word} {exam} {}{}", list.as_ref(), if *is_whole { " whole" } else { "" })
            }
            Self::Retention { before, after, .. } => format!("{word}: {} → {}", in_words(*before), in_words(*after)),
        }
    }
}

impl Approvals {
    /// Refuses whoever may not do it themselves, there.
    pub(super) fn demand(&self, member: &StaffMember, act: &Act) -> Result<(), Forbidden> {
        match act {
            Act::Publish { exam, sitting, .. } | Act::Capacity { exam, sitting, .. } => {
                demand_sitting(&self.exams, member, exam, sitting)
            }
            Act::Duty { .. } | Act::Invite { .. } | Act::Rebind { .. } | Act::Export { .. } | Act::Retention { .. } => {
                demand(member, act.kind().right(), act.exam().map_or(Scope::Everything, Scope::Exam))
            }
        }
    }
}
