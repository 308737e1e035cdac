//! Candidates as staff see them: found by whatever somebody has of them, with all that has happened, masked until it is asked
//! for. Every search, every look and every value that is shown has its line in the audit.
//!
//! In reading order: `typed` says what was typed, `find` finds by it, `keys` keeps what is found by; `page` gathers what one
//! page shows, `timeline` what has happened; `reveal` shows one value, `notes` are what staff write for each other, `inquiries` what candidates
//! ask and are answered.

pub mod event;
mod find;
pub mod inquiries;
mod keys;
mod masked;
pub mod notes;
mod page;
pub mod reveal;
pub(crate) mod store;
pub mod timeline;
pub mod typed;

use reservation::ids::ExamId;

pub use find::{Found, Hit};
pub use masked::Masked;
pub use page::{Bound, InExam, Sheet};

use crate::application::Applications;
use crate::desk::permits::{Forbidden, Right, Scope, demand, demand_somewhere};
use crate::desk::staff::StaffMember;
use crate::exams::Exams;
use crate::model::exam_rules::OrganisationCode;
use crate::pictures::kept::IdentityPictures;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// Who of the staff looks, and candidates of which exams are theirs to see; whoever works for some schools sees those schools' alone.
#[derive(Debug, Clone, Copy)]
pub struct Looking<'a> {
    /// Who of the staff it is.
    pub member: &'a StaffMember,
    /// Only candidates, and what they did, of these exams; `None`: of all.
    pub exams: Option<&'a [ExamId]>,
}

impl<'a> Looking<'a> {
    /// Somebody who sees the candidates of all exams.
    pub fn everywhere(member: &'a StaffMember) -> Self {
        Self { member, exams: None }
    }

    /// Refuses whoever may not do this for all exams that they look at. Whose candidate somebody is the store says besides, of whoever
    /// works for some schools alone.
    fn demand(&self, right: Right) -> Result<(), Forbidden> {
        let (reach, schools) = (&self.member.reach, self.schools());
        let at = |exam| match schools {
            Some(schools) => demand(self.member, right, Scope::School(exam, schools)),
            None => demand(self.member, right, Scope::Exam(exam)),
        };
        match self.exams {
            None if schools.is_some() && reach.exams.is_none() && reach.sites.is_none() => {
                demand_somewhere(self.member, right)
            }
            None => demand(self.member, right, Scope::Everything),
            Some([]) => Err(Forbidden),
            Some(exams) => exams.iter().try_for_each(at),
        }
    }

    /// The schools whose candidates alone are theirs to see; `None`: those of all.
    fn schools(&self) -> Option<&'a [OrganisationCode]> {
        self.member.reach.schools.as_deref()
    }

    /// Are all candidates theirs to see, with all that there is of them?
    fn is_everything(&self) -> bool {
        self.exams.is_none() && self.schools().is_none()
    }

    /// The exams as the store names them.
    fn names(&self) -> Option<Vec<&'a str>> {
        self.exams.map(|exams| exams.iter().map(ExamId::as_str).collect())
    }
}

/// Why somebody was not shown a candidate, or nothing was written. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum CandidateError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such candidate, or none of an exam that they may see, or nothing of what was asked for.
    #[error("there is no such candidate, or nothing of what was asked for")]
    Unknown,
    /// The text is no note.
    #[error(transparent)]
    Note(#[from] notes::NoNote),
    /// The note is somebody else's, or struck out already.
    #[error("only its writer strikes a note out, and once")]
    NotTheirs,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for CandidateError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The door. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Candidates {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) exams: Exams,
    pub(crate) applications: Applications,
    pub(crate) pictures: IdentityPictures,
}
