//! What the visitor chose so far, and where one goes with it.

use registration::model::exam::Exam;
use registration::model::exam_rules::{OrganisationCode, PartId};
use registration::rules::steps::parts;
use reservation::ids::SittingId;

/// Most sittings that an address or a form may name.
const CHOSEN_MAX: usize = 64;

/// What the visitor chose so far: from the address after signing in, or from a form that was refused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    pub(crate) part: Option<PartId>,
    pub(crate) campus: Option<OrganisationCode>,
    pub(crate) sittings: Vec<SittingId>,
    pub(crate) has_agreed: bool,
}

impl Chosen {
    /// Reads fields named `part`, `campus`, `sitting` or `sitting-…`, and `agree`. Values that are no ids are dropped.
    pub(crate) fn read(pairs: &[(String, String)]) -> Self {
        let is_sitting = |name: &str| name == "sitting" || name.starts_with("sitting-");
        let one = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        Self {
            part: one("part").and_then(|part| part.parse().ok()),
            campus: one("campus").and_then(|campus| campus.parse().ok()),
            sittings: pairs
                .iter()
                .filter(|(name, _)| is_sitting(name))
                .filter_map(|(_, value)| value.parse().ok())
                .take(CHOSEN_MAX)
                .collect(),
            has_agreed: one("agree").is_some(),
        }
    }

    /// The choice as the query of an address, with its question mark; empty when nothing was chosen.
    pub(crate) fn query(&self) -> String {
        let mut pairs: Vec<String> = Vec::new();
        pairs.extend(self.part.as_ref().map(|part| format!("part={part}")));
        pairs.extend(self.campus.as_ref().map(|campus| format!("campus={campus}")));
        pairs.extend(self.sittings.iter().map(|sitting| format!("sitting={sitting}")));
        if self.has_agreed {
            pairs.push("agree=on".to_owned());
        }
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// The part that is chosen from: the one that was named, that of the sittings, or the exam's first.
    pub(crate) fn part_in(&self, exam: &Exam) -> PartId {
        let all = parts(exam);
        let named = self.part.clone().filter(|part| all.contains(part));
        let of_sitting = || self.sittings.iter().find_map(|id| exam.sitting(id)).map(|sitting| exam.part_of(sitting));
        named.or_else(of_sitting).or_else(|| all.first().cloned()).unwrap_or_else(PartId::main)
    }
}

/// Where sittings of this exam are chosen.
pub(crate) fn choosing_path(exam: &Exam, chosen: &Chosen) -> String {
    let page = if crate::paths::is_simple(exam) { "" } else { "/sittings" };
    format!("/exams/{}{page}{}", exam.id, chosen.query())
}

/// The waiting room's address with a choice in it, to go on with when admitted.
pub(crate) fn waiting_path(exam: &Exam, chosen: &Chosen) -> String {
    format!("/exams/{}/waiting{}", exam.id, chosen.query())
}
