//! Second opinions: of some cases, drawn by chance, somebody else decides who knows nothing of what the first one said. Where
//! they agree, that is the decision; where they differ, a third one decides, who sees both. Until then nothing has followed
//! from anything, and the candidate is told nothing.
//!
//! What somebody decided can be taken back first, as ever; then it is carried out, or put by here as an opinion, and the case
//! waits again, for somebody else. It is drawn by a keyed hash of the case and of what was handed in: nobody can tell before,
//! and asking again draws nothing anew.

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};

use super::noted::CARRIED_OUT_WITHIN;
use super::{CaseError, Cases, Decided, Note, case_permits};
use crate::desk::audit::looking::has_let_in;
use crate::desk::audit::{AuditAction, AuditEntry, Entry};
use crate::desk::case::{Case, CaseId, CaseKind, Outcome, Subject};
use crate::desk::permits::{Right, permits_somewhere};
use crate::desk::staff::StaffMember;
use crate::desk::store;
use crate::desk::store::case_opinions;
use crate::desk::store::case_opinions::StoredOpinion;
use crate::desk::store::cases::noted;
use crate::desk::store::cases::noted::StoredNote;
use crate::exams::Exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::exam_rules::SecondOpinionRules;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// So long a second opinion is waited for even where a case is over its time; then the first one stands.
const WAITED_FOR: SignedDuration = SignedDuration::from_hours(1);
/// How long opinions are kept, for figures, behind the end of their cases.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);
/// What the audit says of an opinion that was put by, and of one that stands because nobody gave another.
const ASKED: &str = "asked";
const STANDS: &str = "stands";

/// What follows from a decision whose time to be taken back is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// It is carried out.
    CarryOut,
    /// Somebody else is asked.
    AskAnother,
}

/// What follows where somebody decided so, and others have `given` their opinions before. An opinion of their own that is
/// among them stands already: nobody else was found. That somebody agrees who is one of the `tied` to them says nothing.
fn next(is_drawn: bool, (who, says): (StaffId, Outcome), given: &[(StaffId, Outcome)], tied: &[StaffId]) -> Next {
    let stands = given.iter().any(|(staff, _)| *staff == who);
    let agrees = given.iter().any(|(staff, outcome)| *outcome == says && !tied.contains(staff));
    if !is_drawn || stands || agrees || given.len() >= 2 { Next::CarryOut } else { Next::AskAnother }
}

/// Is a case drawn of which `percent` are? The bytes are as good as drawn ones.
fn is_within(bytes: [u8; 32], percent: u8) -> bool {
    let [a, b, c, d, ..] = bytes;
    u64::from(u32::from_be_bytes([a, b, c, d])) * 100 < u64::from(percent) << 32
}

/// May somebody else be asked, too, about an open case? Then nobody is told what others did with it.
pub(crate) fn may_be_asked(exams: &Exams, case: &Case) -> bool {
    case.closed.is_none() && percent_of(exams, case) > 0
}

fn percent_of(exams: &Exams, case: &Case) -> u8 {
    let exam = case.exam.as_ref().and_then(|exam| exams.get(exam));
    exam.map_or(0, |exam| percent(&exam.rules.review.second_opinion, case.kind()))
}

/// Of how many cases of a kind a second member of staff is asked.
fn percent(rules: &SecondOpinionRules, kind: CaseKind) -> u8 {
    match kind {
        CaseKind::Payment => rules.payment,
        CaseKind::Face => rules.face,
        CaseKind::Form => rules.form,
        CaseKind::Score => rules.score,
        CaseKind::Identity | CaseKind::Accommodation => 0,
    }
}

impl Case {
    /// Is it somebody else's to decide, because they have said what they think of it? Where two differ and no third one
    /// came in time, it is anybody's.
    pub(crate) fn waits_for_others(&self, member: StaffId, now: Timestamp) -> bool {
        let is_anybodys = self.opinions.len() >= 2 && self.due <= now;
        self.opinions.contains(&member) && !is_anybodys
    }
}

impl Cases {
    /// What two others said of it who differ, the first one first; nothing as long as there are no two, or where it is not
    /// theirs by a claim: nobody knows of one opinion.
    pub async fn differing(&self, member: &StaffMember, id: CaseId) -> Result<Vec<Decided>, CaseError> {
        let client = self.database.client().await?;
        let Some(case) = store::cases::get(&client, clock::now(), id).await? else { return Ok(Vec::new()) };
        case_permits(&client, member, Right::Decide(case.kind()), &case).await?;
        let is_theirs = case.claim.as_ref().is_some_and(|claim| claim.by == member.id);
        if case.opinions.len() < 2 || !is_theirs {
            return Ok(Vec::new());
        }
        let given = case_opinions::of(&client, id, &case.version).await?;
        // Two who say the same, of whom one has let the other in, do not differ.
        if given.windows(2).all(|two| two[0].outcome == two[1].outcome) {
            return Ok(Vec::new());
        }
        let read = |one: StoredOpinion| self.open_note(id, &one.sealed).map(|note| note.decided);
        Ok(given.into_iter().filter_map(read).collect())
    }

    /// How many cases of these kinds wait for somebody else's opinion while there is nobody else who could give it.
    pub async fn without_others(
        &self,
        member: &StaffMember,
        kinds: &[CaseKind],
        everybody: &[StaffMember],
    ) -> Result<u64, StoreError> {
        let client = self.database.client().await?;
        let mut count = 0;
        for kind in kinds.iter().filter(|kind| permits_somewhere(member, Right::See(**kind))) {
            let decides = |one: &&StaffMember| permits_somewhere(one, Right::Decide(*kind));
            let all: Vec<_> = everybody.iter().filter(decides).map(|one| (one.id, one.reach.candidates())).collect();
            count += case_opinions::without_others(&client, *kind, &all).await?;
        }
        Ok(count)
    }

    /// Puts a decision by as an opinion, where somebody else is to be asked, and gives the case back. False: it is to be
    /// carried out, or, by somebody who may not decide any more, to be refused there.
    pub(crate) async fn put_by(&self, member: &StaffMember, one: &StoredNote, note: &Note) -> Result<bool, CaseError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (now, subject) = (clock::now(), one.subject.to_string());
        let found = store::cases::lock_open(&transaction, now, &subject).await?;
        let is_it = |case: &Case| case.id == one.id && case.noted == Some((one.staff, one.until));
        // What moved meanwhile is seen by whoever carries it out.
        let Some(case) = found.filter(is_it).filter(|case| case.version == note.version) else { return Ok(false) };
        match case_permits(&transaction, member, Right::Decide(case.kind()), &case).await {
            Err(CaseError::Forbidden(_)) => return Ok(false),
            permitted => permitted?,
        }
        let given = case_opinions::of(&transaction, case.id, &case.version).await?;
        let said: Vec<_> = given.iter().map(|one| (one.staff, one.outcome)).collect();
        let outcome = note.decided.outcome();
        let mut tied = Vec::new();
        for (other, _) in said.iter().filter(|(other, _)| *other != one.staff) {
            if has_let_in(&transaction, one.staff, *other).await? {
                tied.push(*other);
            }
        }
        if next(self.is_drawn(&case), (one.staff, outcome), &said, &tied) == Next::CarryOut {
            return Ok(false);
        }
        let opinion = StoredOpinion { staff: one.staff, outcome, sealed: one.sealed.clone() };
        case_opinions::put(&transaction, (case.id, &case.version), &opinion, now).await?;
        noted::forget(&transaction, case.id, one.until).await?;
        write_down(&transaction, &subject, ASKED).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Lets the first opinion stand where nobody gave another in time, and forgets old ones.
    pub async fn let_opinions_stand(&self) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let now = clock::now();
        let times = (now, now - WAITED_FOR);
        for subject in case_opinions::let_stand(&transaction, times, now + CARRIED_OUT_WITHIN).await? {
            write_down(&transaction, &subject, STANDS).await?;
        }
        case_opinions::forget(&transaction, now - KEPT_FOR).await?;
        Ok(transaction.commit().await?)
    }

    /// Was it drawn? Another hand-in is drawn by itself.
    fn is_drawn(&self, case: &Case) -> bool {
        let percent = self.percent(case);
        let drawn = || self.vault.index("second opinion", &format!("{} {}", case.id.0, case.version));
        percent > 0 && is_within(drawn(), percent)
    }

    /// Of how many cases like this one a second member of staff is asked.
    fn percent(&self, case: &Case) -> u8 {
        percent_of(&self.exams, case)
    }

    /// Leaves out of an open case's history what tells who else works on it and what they said, where a second one may be
    /// asked: whoever is, knows nothing of the first. Whether this one was drawn is not told by that, either.
    pub(super) async fn without_hints(
        &self,
        client: &impl GenericClient,
        member: &StaffMember,
        (subject, history): (&Subject, Vec<AuditEntry>),
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let newest = store::cases::of_subject(client, clock::now(), &subject.to_string(), 1).await?;
        let open = newest.into_iter().find(|case| may_be_asked(&self.exams, case));
        let Some(case) = open else { return Ok(history) };
        let may_know = |entry: &AuditEntry| match entry.actor {
            Actor::Staff(staff) => staff == member.id,
            Actor::System => entry.action != AuditAction::SecondOpinion,
            Actor::Candidate(_) | Actor::Gateway(_) => true,
        };
        Ok(history.into_iter().filter(|entry| entry.at < case.waiting_since || may_know(entry)).collect())
    }
}

impl Decided {
    /// What becomes of the case by it.
    fn outcome(&self) -> Outcome {
        match self {
            Self::Passed => Outcome::Passed,
            Self::Refused(_) => Outcome::Refused,
        }
    }
}

async fn write_down(client: &impl GenericClient, subject: &str, what: &str) -> Result<(), StoreError> {
    Entry::new(Actor::System, AuditAction::SecondOpinion, subject).detail(what).write(client).await
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn d6_two_agree_or_a_third_decides() {
        let (a, b, c) = (StaffId(Uuid::from_u128(1)), StaffId(Uuid::from_u128(2)), StaffId(Uuid::from_u128(3)));
        let (yes, no) = (Outcome::Passed, Outcome::Refused);
        let tied = [b];
        for (is_drawn, theirs, given, expected) in [
            (true, (c, yes), &[(b, yes)][..], Next::AskAnother),
            (true, (c, yes), &[(b, yes), (a, yes)], Next::CarryOut),
        ] {
            assert_eq!(next(is_drawn, theirs, given, &tied), expected, "{given:?}: one has let the other in");
        }
        for (is_drawn, theirs, given, expected) in [
            (false, (a, yes), &[][..], Next::CarryOut),
            (true, (a, yes), &[], Next::AskAnother),
            (true, (b, yes), &[(a, yes)], Next::CarryOut),
            (true, (b, no), &[(a, no)], Next::CarryOut),
            (true, (b, no), &[(a, yes)], Next::AskAnother),
            (true, (c, no), &[(a, yes), (b, no)], Next::CarryOut),
            (true, (c, yes), &[(a, yes), (b, no)], Next::CarryOut),
            // Nobody else was found in time: the first one stands; of two who differ, one decides anew.
            (true, (a, yes), &[(a, yes)], Next::CarryOut),
            (true, (a, no), &[(a, yes), (b, no)], Next::CarryOut),
            // The exam asks for none any more.
            (false, (b, no), &[(a, yes)], Next::CarryOut),
        ] {
            assert_eq!(next(is_drawn, theirs, given, &[]), expected, "{is_drawn} {theirs:?} {given:?}");
        }
    }

    #[test]
    fn d6_so_many_are_drawn() {
        let bytes = |number: u32| {
            let mut bytes = [0xff; 32];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            bytes
        };
        assert!(!is_within(bytes(0), 0) && is_within(bytes(u32::MAX), 100));
        // A twentieth of 2³² is 214,748,364.8.
        assert!(is_within(bytes(214_748_364), 5) && !is_within(bytes(214_748_365), 5));
    }
}
