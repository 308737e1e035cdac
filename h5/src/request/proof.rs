//! Which document is proved in which way.

use registration::model::document::DocumentKind;
use registration::model::exam::Exam;
use registration::model::exam_rules::{IdentityRules, IdentityWay, TaskKind};

/// Can it be proved so? Machines know the resident card only.
pub(crate) fn proves(way: IdentityWay, kind: DocumentKind) -> bool {
    match way {
        IdentityWay::Card | IdentityWay::Liveness => kind == DocumentKind::ResidentId,
        IdentityWay::Manual => true,
    }
}

/// The documents of an exam that one of these ways proves.
pub(crate) fn provable(rules: &IdentityRules, ways: &[IdentityWay]) -> Vec<DocumentKind> {
    let is_provable = |kind: &&DocumentKind| ways.iter().any(|way| proves(*way, **kind));
    rules.documents.iter().filter(is_provable).copied().collect()
}

/// What is offered to whoever makes an account for an exam: what it can prove, if it asks who one is.
pub(crate) fn provable_at_sign_up(exam: Option<&Exam>) -> Vec<DocumentKind> {
    let rules = exam.filter(|exam| exam.rules.asks_for(&TaskKind::Identity)).map(|exam| &exam.rules.identity);
    let kinds = rules.map(|rules| provable(rules, &rules.taken())).unwrap_or_default();
    if kinds.is_empty() { DocumentKind::ALL.to_vec() } else { kinds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_proves_the_resident_card_only() {
        let documents = vec![DocumentKind::ResidentId, DocumentKind::Passport];
        let rules = |ways| IdentityRules { documents: documents.clone(), ways, ..IdentityRules::default() };
        let (card, both) = (rules(vec![IdentityWay::Card]), rules(vec![IdentityWay::Card, IdentityWay::Manual]));
        assert_eq!(provable(&card, &card.ways), [DocumentKind::ResidentId]);
        assert_eq!(provable(&both, &both.ways), documents);
        assert_eq!(provable_at_sign_up(None), DocumentKind::ALL);
    }
}
