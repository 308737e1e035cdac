//! Somebody of the staff: who they are, and what they are there for.

use jiff::Timestamp;

use crate::model::actor::reach::Reach;
use crate::model::ids::StaffId;

/// What somebody of the staff is there for. What each may do is one table, `desk::permits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Looks after candidates and lists (考务): sees cases, corrects accounts, moves registrations, brings and takes lists.
    Registrar,
    /// Sees the queues and decides cases; corrects no accounts and moves no registrations.
    Reviewer,
    /// Sees payments, refunds, the books and reconciliation, and gives money back; decides no cases.
    Finance,
    /// Arranges who sits where, prints papers of sites, and says who works at which doors (编排).
    Seating,
    /// Lets people in at the doors that somebody gave them (监考), and does nothing else.
    Invigilator,
    /// Watches the seats of exams while they are open (值守); sees neither people nor money.
    Operator,
    /// Reads the audit, cases and money, and changes nothing.
    Auditor,
    /// May do all that the console can do.
    Administrator,
}

impl Role {
    /// All roles that there are.
    pub const ALL: [Self; 8] = [
        Self::Registrar,
        Self::Reviewer,
        Self::Finance,
        Self::Seating,
        Self::Invigilator,
        Self::Operator,
        Self::Auditor,
        Self::Administrator,
    ];

    /// The role's word, in the store and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registrar => "registrar",
            Self::Reviewer => "reviewer",
            Self::Finance => "finance",
            Self::Seating => "seating",
            Self::Invigilator => "invigilator",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The role of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// Somebody of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Their id, which the audit keeps.
    pub id: StaffId,
    /// The login name: 2 to 32 of `a–z 0–9 . _ -`, beginning with a letter. It never changes.
    pub name: String,
    /// What they are there for.
    pub role: Role,
    /// For which exams, sites and schools.
    pub reach: Reach,
    /// A sign-in is good for the epoch in which it began.
    pub session_epoch: i32,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
}
