//! What is known of a candidate in one exam: what the steps are worked out from.

pub mod accommodation;
pub mod hint;

use jiff::Timestamp;

use crate::model::exam_rules::{CardCheck, IdentityRules, IdentityWay, OrganisationCode, SubjectId};
use crate::model::facts::accommodation::AccommodationState;
use crate::model::order::Order;

/// Everything that the steps ask for. The default is somebody who has done nothing yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// When the notice was agreed to.
    pub notice_agreed_at: Option<Timestamp>,
    /// Who the candidate is, for all exams.
    pub identity: IdentityState,
    /// By which ways that was proved.
    pub proofs: Proofs,
    /// The face check of this exam.
    pub face: FaceState,
    /// Whether the roster knows the candidate.
    pub eligibility: EligibilityState,
    /// When the form was handed in last.
    pub details_at: Option<Timestamp>,
    /// What was decided about it.
    pub review: ReviewState,
    /// Where the review of an earlier score stands, if one was asked for.
    pub score_review: Option<ScoreReviewState>,
    /// Where the request for accommodations stands, if one was made.
    pub accommodation: AccommodationState,
    /// The candidate's orders of this exam, in any state.
    pub orders: &'a [Order],
}

/// Whether it is proved who somebody is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum IdentityState {
    /// Nothing was handed in.
    #[default]
    None,
    /// Staff look at it.
    Waiting {
        /// When it was handed in.
        since: Timestamp,
    },
    /// Staff, or the check, said no.
    Refused {
        /// What staff, or the check, said against it.
        reason: String,
    },
    /// It is proved, for all exams; only staff take it back.
    Verified {
        /// When that was decided.
        at: Timestamp,
    },
}

/// By which ways it was proved who a verified candidate is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proofs {
    /// The ways that are known. Of who was verified by one that this version does not know there is none.
    pub ways: Vec<IdentityWay>,
    /// Who besides the reader decided on a card of theirs.
    pub cards: Vec<CardCheck>,
    /// Where a further proof stands that staff look at.
    pub further: FurtherProof,
}

impl Proofs {
    /// Does an exam with these rules take what was proved? An unknown way counts: nobody is asked anew for what we forgot.
    pub fn count_for(&self, rules: &IdentityRules) -> bool {
        let is_proved = |way: &IdentityWay| self.prove(*way, rules.card);
        self.ways.is_empty() || rules.taken().iter().any(is_proved)
    }

    /// Was it proved by this way and, where that is a card, by whoever is to decide on it?
    pub fn prove(&self, way: IdentityWay, card: CardCheck) -> bool {
        if way == IdentityWay::Card { self.has_card(card) } else { self.ways.contains(&way) }
    }

    /// Was a card taken by whoever is to decide on it there? What staff have looked at counts where a vendor is asked, too: they
    /// look where that one has no answer.
    pub fn has_card(&self, check: CardCheck) -> bool {
        let is_by = |check| self.cards.contains(&check);
        self.ways.contains(&IdentityWay::Card)
            && match check {
                CardCheck::Auto => true,
                CardCheck::Vendor => is_by(CardCheck::Vendor) || is_by(CardCheck::Staff),
                CardCheck::Staff => is_by(CardCheck::Staff),
            }
    }
}

/// Where a further proof by staff stands, of somebody who is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FurtherProof {
    /// None was handed in, or it was taken.
    #[default]
    None,
    /// Staff look at it.
    Waiting {
        /// When it was handed in.
        since: Timestamp,
    },
    /// Staff said no.
    Refused {
        /// What staff said against it.
        reason: String,
    },
}

/// Whether the face is that of the identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FaceState {
    /// No photo was taken.
    #[default]
    None,
    /// Staff compare it with the verified photo.
    Waiting {
        /// When it was handed in.
        since: Timestamp,
    },
    /// It is somebody else, or cannot be told.
    Refused {
        /// What staff, or the check, said against it.
        reason: String,
    },
    /// It is the verified person.
    Passed {
        /// When that was decided.
        at: Timestamp,
        /// Did staff have the person before them?
        is_in_person: bool,
    },
}

/// Whether the roster knows somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum EligibilityState {
    /// No record is bound to the account.
    #[default]
    None,
    /// A record is bound, as it was then.
    Bound {
        /// When the candidate bound it.
        at: Timestamp,
        /// The subjects for which the person is eligible, those of a passed review included.
        subjects: Vec<SubjectId>,
        /// The campus of the record, where it names one.
        campus: Option<OrganisationCode>,
    },
}

/// What was decided about the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ReviewState {
    /// Nothing is to be decided.
    #[default]
    None,
    /// Staff look at it.
    Waiting {
        /// When it was handed in.
        since: Timestamp,
    },
    /// Staff, or the check, said no; the form may be changed and handed in again.
    Refused {
        /// What staff, or the check, said against it.
        reason: String,
    },
    /// It equals the roster, or staff said yes.
    Passed {
        /// When that was decided.
        at: Timestamp,
    },
}

/// Where the review of an earlier score stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ScoreReviewState {
    /// 未复核: staff look at it.
    Waiting {
        /// When it was handed in.
        since: Timestamp,
    },
    /// Staff said no: it can be handed in anew, or deleted.
    Refused {
        /// What staff, or the check, said against it.
        reason: String,
    },
    /// It makes further subjects eligible, and stays.
    Passed {
        /// When that was decided.
        at: Timestamp,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h1_a_card_counts_where_whoever_is_to_decide_on_it_did() {
        let rules = |card| IdentityRules { card, ..IdentityRules::default() };
        let counts = |cards: &[CardCheck]| {
            let proofs = Proofs { ways: vec![IdentityWay::Card], cards: cards.to_vec(), ..Proofs::default() };
            [CardCheck::Auto, CardCheck::Vendor, CardCheck::Staff].map(|card| proofs.count_for(&rules(card)))
        };
        assert_eq!(counts(&[]), [true, false, false]);
        assert_eq!(counts(&[CardCheck::Vendor]), [true, true, false]);
        assert_eq!(counts(&[CardCheck::Staff]), [true, true, true]);
        let by_staff = Proofs { ways: vec![IdentityWay::Manual], ..Proofs::default() };
        assert!(by_staff.count_for(&rules(CardCheck::Staff)), "another way of the exam is one");
        assert!(Proofs::default().count_for(&rules(CardCheck::Staff)), "nobody is asked anew for what we forgot");
    }
}
