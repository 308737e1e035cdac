//! Staff who have somebody before them, with their document: what a camera would show is confirmed on the spot, in place of a
//! picture, and taken back by whoever may decide such cases.

mod undo;

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use uuid::Uuid;

use super::IdentityReviews;
use crate::desk::audit::looking::has_looked_since;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{CaseKind, Subject};
use crate::desk::permits::{Forbidden, Right, Scope, demand_about, permits};
use crate::desk::reason::NoReason;
use crate::desk::staff::StaffMember;
use crate::desk::store::cases;
use crate::model::clock;
use crate::model::document::DocumentKind;
use crate::model::exam::Exam;
use crate::model::exam_rules::{CardCheck, IdentityRules, IdentityWay, TaskKind};
use crate::model::ids::{AccountId, StaffId};
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::{self, AccountNumber};
use crate::people::candidates::reveal::{What, mark};
use crate::people::candidates::store::candidate_keys;
use crate::people::identity::{IdentityError, Person, Verifying, in_person, read_proofs};
use crate::people::store::{accounts as stored_accounts, face_checks, identities};
use crate::pictures::store::identity_pictures;
use crate::store::StoreError;

/// So long before they confirm, at most, staff have had name and number shown whole, which they hold against the document.
const SHOWN_WITHIN: SignedDuration = SignedDuration::from_mins(30);

/// Why nobody was confirmed in person, or that was not taken back. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum InPersonError {
    /// They have not the right for cases of this kind.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such candidate, or none of the exam, for whoever works for that alone.
    #[error("there is no such candidate")]
    Unknown,
    /// The exam asks neither who somebody is nor for a face.
    #[error("the exam asks neither who somebody is nor for a face")]
    NotAsked,
    /// The candidate has not said who they are, or not agreed to having that checked.
    #[error("the candidate has not given name, document and consent")]
    NotGiven,
    /// What was shown is no document of the kind that the candidate gave, so that no number can be compared.
    #[error("the document is of another kind than the candidate gave")]
    OtherDocument,
    /// Nothing was compared: the whole name and number, as they are declared now, were not looked at.
    #[error("the whole name and the whole number of the document must be looked at first")]
    NotLooked,
    /// Who somebody is was not proved as the exam asks, and that is not theirs to confirm, or no way of the exam.
    #[error("the identity is not verified as the exam asks")]
    NotVerified,
    /// A colleague works on what the candidate handed in, or has decided on it, or it waits for another opinion than theirs.
    #[error("colleagues work on what the candidate handed in")]
    Waits,
    /// Another account is verified as this person.
    #[error("another account is verified as this person")]
    OtherAccount,
    /// All of it has passed, by another way.
    #[error("it has passed already")]
    AlreadyPassed,
    /// Nothing was confirmed in person that could be taken back.
    #[error("nothing was confirmed in person")]
    NotConfirmed,
    /// It was taken back and confirmed anew since whoever takes it back has seen it.
    #[error("what was confirmed in person changed meanwhile")]
    Changed,
    /// What is taken back needs a reason.
    #[error(transparent)]
    Reason(#[from] NoReason),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for InPersonError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

impl IdentityReviews {
    /// Confirms that the candidate was there in person with a document of this kind, as a form names it, whose name and number are those
    /// that they gave: the face of the exam has passed, and who they are is proved where the exam takes no proof that there is. Who
    /// confirmed it in person before stays confirmed, and nobody is told again.
    ///
    /// # Errors
    /// All of [`InPersonError`] but [`InPersonError::NotConfirmed`], [`InPersonError::Changed`] and [`InPersonError::Reason`].
    pub async fn confirm_in_person(
        &self,
        member: &StaffMember,
        number: AccountNumber,
        exam: &Exam,
        shown: &str,
    ) -> Result<(), InPersonError> {
        let (account, now) = (number.account(), clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        demand(&transaction, member, account, &exam.id).await?;
        let asks_face = asks(exam, &TaskKind::Face);
        if !asks_face && !asks(exam, &TaskKind::Identity) {
            return Err(InPersonError::NotAsked);
        }
        let shown = shown.parse::<DocumentKind>().map_err(|_| InPersonError::OtherDocument)?;
        let acting = Acting { member, account, exam, now };
        let person = self.compared(&transaction, &acting, shown).await?;
        let proved = self.prove(&transaction, &acting, &person).await?;
        let before = face_checks::lock(&transaction, account.0, &exam.id).await?;
        let has_passed = before.as_ref().is_some_and(|before| before.state == "passed");
        let (is_proved, is_seen) = (proved == Proved::Now, asks_face && !has_passed);
        let face = Subject::Face(account, exam.id.clone());
        if is_seen {
            demand_free(&transaction, member.id, &face, now).await?;
            face_checks::pass_in_person(&transaction, (account.0, &exam.id), member.id, now).await?;
            let waited: Vec<Uuid> = before.as_ref().and_then(|before| before.picture).into_iter().collect();
            identity_pictures::drop(&transaction, &waited).await?;
        } else if proved == Proved::NotHere {
            return Err(InPersonError::NotVerified);
        } else if !is_proved {
            // The same form twice.
            let is_ours = before.is_some_and(|before| before.way == face_checks::IN_PERSON);
            return if has_passed && is_ours { Ok(()) } else { Err(InPersonError::AlreadyPassed) };
        }
        let done = [(is_proved, Subject::Identity(account)), (is_seen, face)];
        for (_, subject) in done.iter().filter(|(is_done, _)| *is_done) {
            let subject = subject.to_string();
            let entry = Entry::by_staff(member.id, AuditAction::SeenInPerson, &subject).at(now);
            entry.detail(shown.as_str()).write(&transaction).await?;
        }
        let (of, kind) = match is_seen {
            true => (Some(&exam.id), MessageKind::FacePassed),
            false => (None, MessageKind::IdentityPassed),
        };
        messages::add(&transaction, account, of, kind, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Whom the candidate says to be, if whoever confirms it has seen exactly that name and number whole within [`SHOWN_WITHIN`], and a
    /// document of the same kind. The account stays as it is until the transaction ends.
    async fn compared(
        &self,
        transaction: &impl GenericClient,
        acting: &Acting<'_>,
        shown: DocumentKind,
    ) -> Result<Person, InPersonError> {
        let stored = stored_accounts::lock(transaction, acting.account.0).await?.ok_or(InPersonError::Unknown)?;
        let declared = accounts::read(&self.identity.vault, &stored)?;
        // Who said to be somebody else since a look was not compared.
        let marks = [What::Name, What::Document].map(|what| mark(&self.identity.vault, what, &declared));
        let (Some(name), Some(document)) = (declared.name, declared.document) else {
            return Err(InPersonError::NotGiven);
        };
        if document.kind() != shown {
            return Err(InPersonError::OtherDocument);
        }
        let subject = AccountNumber::from(acting.account).to_string();
        let (look, since) = (AuditAction::ShownOfCandidate, acting.now - SHOWN_WITHIN);
        for seen in &marks {
            let of = (subject.as_str(), seen.as_str());
            if !has_looked_since(transaction, acting.member.id, &look, of, since).await? {
                return Err(InPersonError::NotLooked);
            }
        }
        Ok(Person { name, document })
    }

    /// Proves who the candidate is where the exam asks for that and takes nothing of what is proved.
    async fn prove(
        &self,
        transaction: &impl GenericClient,
        acting: &Acting<'_>,
        person: &Person,
    ) -> Result<Proved, InPersonError> {
        let Acting { member, account, exam, now } = *acting;
        let stored = identities::lock(transaction, account.0).await?.ok_or(InPersonError::NotGiven)?;
        let (rules, is_asked) = (&exam.rules.identity, asks(exam, &TaskKind::Identity));
        let is_verified = stored.state == "verified";
        if is_verified && (!is_asked || read_proofs(&stored).count_for(rules)) {
            return Ok(Proved::Before);
        }
        // Identities hold for all exams: whoever works for some of them proves none.
        let may = is_asked && permits(member, Right::Decide(CaseKind::Identity), Scope::Everything);
        let Some(way) = way_of(rules, person.document.kind()).filter(|_| may) else {
            return if is_verified { Ok(Proved::NotHere) } else { Err(InPersonError::NotVerified) };
        };
        demand_free(transaction, member.id, &Subject::Identity(account), now).await?;
        let (card, staff) = (CardCheck::Staff, Some(member.id));
        let verifying = Verifying { account, person, way, card, portrait: None, staff, now };
        self.identity.verify_in(transaction, &verifying).await.map_err(refusal_of)?;
        in_person::note(transaction, account, &stored, now).await?;
        Ok(Proved::Now)
    }
}

/// Who confirms what of whom, and when.
struct Acting<'a> {
    member: &'a StaffMember,
    account: AccountId,
    exam: &'a Exam,
    now: Timestamp,
}

/// Has it been proved who the candidate is, as the exam asks?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proved {
    /// By this confirmation.
    Now,
    /// Before it, or the exam does not ask.
    Before,
    /// Otherwise than the exam asks, and what it asks for is not theirs to confirm, or no way of the exam.
    NotHere,
}

/// Refuses while the open case of this subject is a colleague's, decided, or waits for another opinion than theirs: it would be closed
/// over their heads. Whoever asks has locked the subject.
async fn demand_free(
    transaction: &impl GenericClient,
    member: StaffId,
    subject: &Subject,
    now: Timestamp,
) -> Result<(), InPersonError> {
    let Some(case) = cases::lock_open(transaction, now, &subject.to_string()).await? else { return Ok(()) };
    let is_a_colleagues = case.claim.as_ref().is_some_and(|claim| claim.by != member);
    let waits = case.noted.is_some() || case.is_disputed() || case.waits_for_others(member, now);
    if is_a_colleagues || waits { Err(InPersonError::Waits) } else { Ok(()) }
}

/// Refuses whoever may not decide on faces of this candidate in the exam. For whoever works for some exams or schools alone it must be a
/// candidate of theirs: one who has begun something.
async fn demand(
    client: &impl GenericClient,
    member: &StaffMember,
    account: AccountId,
    exam: &ExamId,
) -> Result<(), InPersonError> {
    let about = (Some(exam), account);
    let permitted: Result<(), InPersonError> = demand_about(client, member, Right::Decide(CaseKind::Face), about).await;
    permitted?;
    let is_limited = member.reach.exams.is_some() || member.reach.schools.is_some();
    if is_limited && !candidate_keys::is_of(client, account.0, Some(&[exam.as_str()]), None).await? {
        return Err(InPersonError::Unknown);
    }
    Ok(())
}

/// Is this one of the exam's tasks?
fn asks(exam: &Exam, task: &TaskKind) -> bool {
    exam.rules.steps.iter().any(|step| step.tasks.contains(task))
}

/// The way that staff prove who hold the document in their hands: as a card on which they decide, or as the photo with the document.
fn way_of(rules: &IdentityRules, kind: DocumentKind) -> Option<IdentityWay> {
    let of_card = (kind == DocumentKind::ResidentId).then_some(IdentityWay::Card);
    let ways = of_card.into_iter().chain([IdentityWay::Manual]);
    let taken = rules.taken();
    ways.into_iter().find(|way| taken.contains(way))
}

fn refusal_of(error: IdentityError) -> InPersonError {
    match error {
        IdentityError::OtherAccount => InPersonError::OtherAccount,
        IdentityError::NoConsent | IdentityError::NotDeclared => InPersonError::NotGiven,
        IdentityError::Store(error) => error.into(),
        _ => InPersonError::NotVerified,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_in_the_hand_is_a_card_and_other_documents_are_as_with_a_photo() {
        let of = |ways: &[IdentityWay]| IdentityRules { ways: ways.to_vec(), ..IdentityRules::default() };
        let (card, liveness, manual) = (IdentityWay::Card, IdentityWay::Liveness, IdentityWay::Manual);
        let (resident, passport) = (DocumentKind::ResidentId, DocumentKind::Passport);
        for (ways, kind, expected) in [
            (&[card, manual][..], resident, Some(card)),
            (&[card, manual], passport, Some(manual)),
            (&[card], passport, None),
            (&[manual], resident, Some(manual)),
            // Where every way looks at the face there is another one.
            (&[liveness], resident, Some(manual)),
            (&[liveness, card], passport, None),
        ] {
            assert_eq!(way_of(&of(ways), kind), expected, "{ways:?} {kind:?}");
        }
    }
}
