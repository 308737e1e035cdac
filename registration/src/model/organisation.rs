//! Provinces, schools and campuses of an exam. Plain values.

use jiff::Timestamp;

use crate::model::exam_rules::OrganisationCode;
use crate::model::text::{Paragraphs, Text};

/// A province, a school or a campus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its code, unique within the exam: `993010`.
    pub code: OrganisationCode,
    /// What it belongs to.
    pub parent: Option<OrganisationCode>,
    /// Whether it is a province, a school or a campus.
    pub level: OrganisationLevel,
    /// Its name as pages call it.
    pub name: Text,
    /// What candidates of it must know; often empty.
    pub notice: Paragraphs,
    /// May its candidates pick another school's campus, where a part lets them pick?
    pub allows_elsewhere: bool,
    /// Its own opening, within the exam's.
    pub opens_at: Option<Timestamp>,
    /// Its own end, within the exam's.
    pub closes_at: Option<Timestamp>,
}

/// What an organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrganisationLevel {
    /// 省级: schools belong to it.
    Province,
    /// 学校级: it belongs to a province, and campuses to it.
    School,
    /// 校区级: candidates of a roster and sittings belong to it.
    Campus,
}

impl OrganisationLevel {
    /// All levels, the widest first.
    pub const ALL: [Self; 3] = [Self::Province, Self::School, Self::Campus];

    /// The word in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::School => "school",
            Self::Campus => "campus",
        }
    }
}

impl Organisation {
    /// Is it open at that moment, the exam's own window apart?
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.opens_at.is_none_or(|at| at <= now) && self.closes_at.is_none_or(|at| now < at)
    }
}

/// The organisation and what it belongs to, the narrowest first. At most the three levels.
pub fn ancestry<'a>(all: &'a [Organisation], code: &OrganisationCode) -> Vec<&'a Organisation> {
    let mut line: Vec<&Organisation> = Vec::new();
    let mut next = Some(code);
    while let Some(code) = next
        && line.len() < OrganisationLevel::ALL.len()
    {
        let Some(found) = all.iter().find(|organisation| organisation.code == *code) else { break };
        line.push(found);
        next = found.parent.as_ref();
    }
    line
}
