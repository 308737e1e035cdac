//! What exams ask of vendors that are not here. It is said at the start and by `exam check`: who runs a site would hear of it from
//! nobody else.

use gateways::Gateways;
use registration::model::exam::Exam;
use registration::model::exam_rules::{CardCheck, IdentityWay, TaskKind};

const READER: &str = "where no vendor reads cards (--ocr), a card that is drawn well passes: identity.card = \"staff\" has \
                      staff look at each";
const TWO_ELEMENTS: &str =
    "identity.card = \"vendor\" asks for a vendor (--two-elements): without one each card waits for staff";
const LIVENESS: &str = "face.liveness asks for a vendor (--liveness): without one staff compare each face";

/// What there is of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Here {
    has_vendor_of_cards: bool,
    has_two_elements: bool,
    has_liveness: bool,
}

impl Here {
    pub(crate) fn of(gateways: &Gateways) -> Self {
        Self {
            has_vendor_of_cards: gateways.cards.as_ref().is_some_and(|reader| !reader.is_here()),
            has_two_elements: gateways.two_elements.is_some(),
            has_liveness: gateways.liveness.is_some(),
        }
    }

    /// What an exam asks for and does not get, and what follows from that.
    pub(crate) fn lacks(self, exam: &Exam) -> Vec<&'static str> {
        let rules = &exam.rules;
        let takes_cards = rules.asks_for(&TaskKind::Identity) && rules.identity.ways.contains(&IdentityWay::Card);
        let decided_by = |check| takes_cards && rules.identity.card == check;
        let sees_living = rules.asks_for(&TaskKind::Face) && rules.face.liveness;
        let all = [
            (decided_by(CardCheck::Auto) && !self.has_vendor_of_cards, READER),
            (decided_by(CardCheck::Vendor) && !self.has_two_elements, TWO_ELEMENTS),
            (sees_living && !self.has_liveness, LIVENESS),
        ];
        all.into_iter().filter(|(is_lacking, _)| *is_lacking).map(|(_, what)| what).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use registration::exams::definition;

    use super::*;

    #[test]
    fn h1_what_an_exam_asks_of_a_vendor_that_is_not_here_is_said() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/degree-english");
        let mut exam = definition::parse(&dir).unwrap().page;
        let all = Here { has_vendor_of_cards: true, has_two_elements: true, has_liveness: true };
        assert_eq!((Here::default().lacks(&exam), all.lacks(&exam)), (vec![READER], Vec::new()));
        exam.rules.face.liveness = true;
        exam.rules.identity.card = CardCheck::Vendor;
        assert_eq!((Here::default().lacks(&exam), all.lacks(&exam)), (vec![TWO_ELEMENTS, LIVENESS], Vec::new()));
        exam.rules.identity.card = CardCheck::Staff;
        assert_eq!(Here::default().lacks(&exam), [LIVENESS]);
        exam.rules.steps.clear();
        assert!(Here::default().lacks(&exam).is_empty(), "an exam without these steps asks for nothing");
    }
}
