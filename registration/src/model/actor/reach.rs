//! For what somebody of the staff works: for all there is, or for some exams, sites and schools. Plain values.

use reservation::ids::ExamId;
use uuid::Uuid;

use crate::model::exam_rules::OrganisationCode;
use crate::model::room::SiteId;

/// Most exams, sites or schools of one member.
pub const REACH_MAX: usize = 200;

/// For what somebody works. What is of no exam is for nobody who is there for some exams alone, and so with sites and schools.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Reach {
    /// For these exams alone; `None`: for all. Never an empty list.
    pub exams: Option<Vec<ExamId>>,
    /// For these sites alone; `None`: for all. Never an empty list.
    pub sites: Option<Vec<SiteId>>,
    /// For the candidates of these provinces, schools and campuses alone; `None`: for all. Never an empty list.
    pub schools: Option<Vec<OrganisationCode>>,
}

/// As queries take it: of these alone, or, where it is `None`, of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Within {
    pub(crate) exams: Option<Vec<String>>,
    pub(crate) schools: Option<Vec<String>>,
}

impl Reach {
    /// Of lists as they are given: an empty one does not limit.
    pub fn of(exams: Vec<ExamId>, sites: Vec<SiteId>, schools: Vec<OrganisationCode>) -> Self {
        Self { exams: some(exams), sites: some(sites), schools: some(schools) }
    }

    /// Is it for all there is?
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Is the exam one of theirs, whatever else they are limited to?
    pub fn has_exam(&self, exam: &ExamId) -> bool {
        self.exams.as_ref().is_none_or(|exams| exams.contains(exam))
    }

    /// What of candidates they may see, which is at no site.
    pub(crate) fn candidates(&self) -> Within {
        let exams = if self.sites.is_some() { Some(Vec::new()) } else { texts(self.exams.as_deref()) };
        Within { exams, schools: texts(self.schools.as_deref()) }
    }

    /// Of which exams they may see what belongs to a whole exam: to no site, and to no school.
    pub(crate) fn whole_exams(&self) -> Option<Vec<String>> {
        let is_less = self.sites.is_some() || self.schools.is_some();
        if is_less { Some(Vec::new()) } else { texts(self.exams.as_deref()) }
    }

    /// Which sites they may see, which are of no exam.
    pub(crate) fn whole_sites(&self) -> Option<Vec<Uuid>> {
        let is_less = self.exams.is_some() || self.schools.is_some();
        if is_less { Some(Vec::new()) } else { self.site_ids() }
    }

    /// Of which exams they may see what is at a site, which is of no school.
    pub(crate) fn entrances(&self) -> Option<Vec<String>> {
        if self.schools.is_some() { Some(Vec::new()) } else { texts(self.exams.as_deref()) }
    }

    /// At which sites they work.
    pub(crate) fn site_ids(&self) -> Option<Vec<Uuid>> {
        self.sites.as_ref().map(|sites| sites.iter().map(|site| site.0).collect())
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn texts<T: ToString>(list: Option<&[T]>) -> Option<Vec<String>> {
    list.map(|list| list.iter().map(ToString::to_string).collect())
}
