//! The desk of identities and faces: the pictures side by side, a yes or a reason. Every look at a picture is written down
//! before it is shown.

pub mod in_person;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::Subject;
use crate::desk::cases::{CaseError, Decider, Deciding, demand_look_at_back, demand_of};
use crate::desk::permits::Right;
use crate::desk::reason::reason;
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::exam_rules::{CardCheck, IdentityWay};
use crate::model::facts::hint::Hint;
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::people::identity::{Identity, IdentityError, Person, Verifying};
use crate::people::store::identities::StoredIdentity;
use crate::people::store::{accounts, face_checks, identities};
use crate::pictures::clean::Recipe;
use crate::pictures::kept::{DraftError, IdentityPictures, PictureId, Slot};
use crate::pictures::store::identity_pictures;
use crate::store::{Database, StoreError};

/// An identity or a face that waits. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct PersonCase {
    /// What it is about: an identity or a face.
    pub subject: Subject,
    /// Who it says to be.
    pub person: Person,
    /// Since when it waits.
    pub since: Timestamp,
    /// What was handed in.
    pub picture: PictureId,
    /// What that shows.
    pub shows: Shows,
    /// The back, of a card.
    pub back: Option<PictureId>,
    /// What a machine noticed about it, which decides nothing.
    pub hints: Vec<Hint>,
    /// The verified photo to compare it with, where there is one.
    pub portrait: Option<PictureId>,
}

/// What a picture that was handed in shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// The front of a card.
    Card,
    /// The person holding the document.
    Holding,
    /// The face alone.
    Face,
}

/// Which picture of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What was handed in.
    HandedIn,
    /// The back of the card that was handed in.
    Back,
    /// The verified photo, which the other is compared with.
    Verified,
}

/// The door. Cloning is a few reference counts.
#[derive(Clone)]
pub struct IdentityReviews {
    pub(crate) database: Database,
    pub(crate) identity: Identity,
    pub(crate) pictures: IdentityPictures,
}

impl IdentityReviews {
    /// One case, if it waits, with the whole document number. Who looked is written down first.
    pub async fn get(&self, member: &StaffMember, subject: &Subject) -> Result<Option<PersonCase>, CaseError> {
        let client = self.database.client().await?;
        demand_of(&client, member, Right::See(subject.kind()), subject).await?;
        let Some(case) = self.find(&client, subject).await? else { return Ok(None) };
        write_look(&client, member, AuditAction::LookedAtPerson, subject, case.picture).await?;
        Ok(Some(case))
    }

    /// A picture of a case that waits, a JPEG. Who looked is written down before it is shown, and not when it cannot be.
    pub async fn picture(&self, member: &StaffMember, subject: &Subject, side: Side) -> Result<Vec<u8>, CaseError> {
        let client = self.database.client().await?;
        demand_of(&client, member, Right::See(subject.kind()), subject).await?;
        let (Some(account), Some(case)) = (account_of(subject), self.find(&client, subject).await?) else {
            return Err(CaseError::NotWaiting);
        };
        let picture = match side {
            Side::HandedIn => Some(case.picture),
            Side::Back => case.back,
            Side::Verified => case.portrait,
        };
        let picture = picture.ok_or(CaseError::NotWaiting)?;
        drop(client);
        let jpeg = self.pictures.find(account, picture).await?.ok_or(CaseError::NotWaiting)?;
        let client = self.database.client().await?;
        write_look(&client, member, AuditAction::LookedAtPicture, subject, picture).await?;
        Ok(jpeg)
    }

    /// One case with its pictures, what was handed in first, for a page that is loaded before it is shown. No look is written
    /// down: whoever asks seals all of it, and gives the key only once [`Self::looked`] has written them.
    pub async fn ahead(
        &self,
        member: &StaffMember,
        subject: &Subject,
    ) -> Result<Option<(PersonCase, Vec<(Side, Vec<u8>)>)>, CaseError> {
        let client = self.database.client().await?;
        demand_of(&client, member, Right::See(subject.kind()), subject).await?;
        let found = self.find(&client, subject).await?;
        drop(client);
        let Some((account, case)) = account_of(subject).zip(found) else { return Ok(None) };
        let mut pictures = Vec::new();
        let all = [(Side::HandedIn, Some(case.picture)), (Side::Back, case.back), (Side::Verified, case.portrait)];
        for (side, picture) in all {
            if let Some(picture) = picture {
                let jpeg = self.pictures.find(account, picture).await?.ok_or(CaseError::NotWaiting)?;
                pictures.push((side, jpeg));
            }
        }
        Ok(Some((case, pictures)))
    }

    /// Writes down that they look at all that [`Self::ahead`] gave, if the case still waits with that picture.
    pub async fn looked(&self, member: &StaffMember, subject: &Subject, picture: PictureId) -> Result<(), CaseError> {
        let mut client = self.database.client().await?;
        demand_of(&client, member, Right::See(subject.kind()), subject).await?;
        let transaction = client.transaction().await?;
        let case = self.find(&transaction, subject).await?.filter(|case| case.picture == picture);
        let case = case.ok_or(CaseError::NotWaiting)?;
        write_look(&transaction, member, AuditAction::LookedAtPerson, subject, picture).await?;
        for picture in [Some(picture), case.back, case.portrait].into_iter().flatten() {
            write_look(&transaction, member, AuditAction::LookedAtPicture, subject, picture).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Says yes to what was handed in with this picture.
    pub async fn confirm(
        &self,
        decider: impl Into<Decider<'_>>,
        subject: &Subject,
        picture: PictureId,
    ) -> Result<(), CaseError> {
        self.decide(decider.into(), subject, picture, None).await
    }

    /// Says no, and why. The picture goes; the candidate can hand in another one.
    pub async fn refuse(
        &self,
        decider: impl Into<Decider<'_>>,
        subject: &Subject,
        picture: PictureId,
        why: &str,
    ) -> Result<(), CaseError> {
        self.decide(decider.into(), subject, picture, Some(why)).await
    }

    async fn decide(
        &self,
        decider: Decider<'_>,
        subject: &Subject,
        picture: PictureId,
        refusal: Option<&str>,
    ) -> Result<(), CaseError> {
        let member = decider.member;
        let refusal = refusal.map(reason).transpose()?;
        // Cut out before anything is locked: it takes a core for a while.
        let cut = match refusal {
            None => Box::pin(self.cut_portrait(member, subject, picture)).await?,
            Some(_) => None,
        };
        let decision = Decision { decider, subject, picture, cut, refusal, now: clock::now() };
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        demand_of(&transaction, member, Right::Decide(subject.kind()), subject).await?;
        let (account, exam, kind) = match subject {
            Subject::Identity(account) => {
                (account, None, self.decide_identity(&transaction, &decision, *account).await?)
            }
            Subject::Face(account, exam) => {
                (account, Some(exam), self.decide_face(&transaction, &decision, *account, exam).await?)
            }
            Subject::Payment(_) | Subject::Form(..) | Subject::Score(..) | Subject::Accommodation(..) => {
                return Err(CaseError::NotWaiting);
            }
        };
        let action = if refusal.is_some() { AuditAction::Refused } else { AuditAction::Confirmed };
        let (about, seen) = (subject.to_string(), picture.to_string());
        let entry = Entry::by_staff(member.id, action, &about).at(decision.now).seen(&seen).detail(refusal);
        entry.write(&transaction).await?;
        messages::add(&transaction, *account, exam, kind, decision.now).await?;
        Ok(transaction.commit().await?)
    }

    /// The portrait on a card that is to pass; `None`: it is no card, or nothing can be cut out of its picture.
    async fn cut_portrait(
        &self,
        member: &StaffMember,
        subject: &Subject,
        picture: PictureId,
    ) -> Result<Option<PictureId>, CaseError> {
        let Subject::Identity(account) = subject else { return Ok(None) };
        let client = self.database.client().await?;
        demand_of(&client, member, Right::Decide(subject.kind()), subject).await?;
        let case = self.find(&client, subject).await?.filter(|case| case.picture == picture);
        drop(client);
        if !case.is_some_and(|case| case.shows == Shows::Card) {
            return Ok(None);
        }
        let Some(front) = self.pictures.find(*account, picture).await? else { return Ok(None) };
        match self.pictures.draft(*account, Slot::Portrait, front.into(), Recipe::CardPortrait).await {
            Ok((portrait, _)) => Ok(Some(portrait)),
            Err(DraftError::Store(error)) => Err(error.into()),
            // Another time it can be cut out, and who is verified has no other chance of a photo.
            Err(DraftError::Busy) => Err(CaseError::Busy),
            // Who somebody is does not depend on it: faces are then compared by staff.
            Err(DraftError::Picture(error)) => {
                tracing::warn!(%error, "no portrait could be cut out of a card that staff let pass");
                Ok(None)
            }
        }
    }

    async fn decide_identity(
        &self,
        transaction: &impl GenericClient,
        decision: &Decision<'_>,
        account: AccountId,
    ) -> Result<MessageKind, CaseError> {
        let Decision { decider: Decider { member, .. }, picture, cut, refusal, now, .. } = *decision;
        // The account first, then its identity: whoever declares somebody else locks in the same order.
        accounts::lock(transaction, account.0).await?;
        let found = identities::lock(transaction, account.0).await?;
        let is_further = found.as_ref().is_some_and(|found| found.state == "verified");
        let case = found.map(|found| self.identity_case(&found)).transpose()?.flatten();
        let case = case.filter(|case| case.picture == picture).ok_or(CaseError::NotWaiting)?;
        decision.check(transaction).await?;
        if let Some(refusal) = refusal {
            let is_refused = match is_further {
                true => identities::refuse_more(transaction, account.0, picture.0, member.id, refusal).await?,
                false => identities::refuse(transaction, account.0, picture.0, member.id, refusal, now).await?,
            };
            if !is_refused {
                return Err(CaseError::NotWaiting);
            }
            let refused: Vec<Uuid> =
                [Some(picture), case.back].into_iter().flatten().map(|picture| picture.0).collect();
            identity_pictures::drop(transaction, &refused).await?;
            return Ok(MessageKind::IdentityRefused);
        }
        demand_look_at_back(transaction, member, decision.subject, case.back.map(|back| back.0)).await?;
        let (way, portrait) = match case.shows {
            Shows::Card => (IdentityWay::Card, cut),
            Shows::Holding | Shows::Face => (IdentityWay::Manual, Some(picture)),
        };
        let (person, card, staff) = (&case.person, CardCheck::Staff, Some(member.id));
        let verifying = Verifying { account, person, way, card, portrait, staff, now };
        self.identity.verify_in(transaction, &verifying).await.map_err(refusal_of)?;
        Ok(MessageKind::IdentityPassed)
    }

    async fn decide_face(
        &self,
        transaction: &impl GenericClient,
        decision: &Decision<'_>,
        account: AccountId,
        exam: &ExamId,
    ) -> Result<MessageKind, CaseError> {
        let Decision { decider: Decider { member, .. }, picture, refusal, now, .. } = *decision;
        let found = face_checks::lock(transaction, account.0, exam).await?;
        let is_it = found.is_some_and(|found| found.state == "waiting" && found.picture == Some(picture.0));
        if !is_it {
            return Err(CaseError::NotWaiting);
        }
        decision.check(transaction).await?;
        let face = (account.0, exam, picture.0);
        if !face_checks::decide(transaction, face, member.id, refusal, now).await? {
            return Err(CaseError::NotWaiting);
        }
        identity_pictures::drop(transaction, &[picture.0]).await?;
        Ok(if refusal.is_some() { MessageKind::FaceRefused } else { MessageKind::FacePassed })
    }

    async fn find(&self, client: &impl GenericClient, subject: &Subject) -> Result<Option<PersonCase>, StoreError> {
        let Some(account) = account_of(subject) else { return Ok(None) };
        let identity = identities::get(client, account.0).await?;
        match (subject, identity) {
            (Subject::Face(account, exam), Some(identity)) => {
                let face = face_checks::get(client, account.0, exam).await?;
                face.map_or(Ok(None), |face| self.face_case(&face, subject, &identity))
            }
            (_, Some(identity)) => self.identity_case(&identity),
            (_, None) => Ok(None),
        }
    }

    fn identity_case(&self, stored: &StoredIdentity) -> Result<Option<PersonCase>, StoreError> {
        let waits = match stored.state.as_str() {
            "waiting" => stored.picture.zip(stored.submitted_at),
            // A further proof of somebody who is verified: their photo is there to compare it with.
            "verified" => stored.more_picture.zip(stored.more_since),
            _ => None,
        };
        let Some((picture, since)) = waits else { return Ok(None) };
        Ok(Some(PersonCase {
            subject: Subject::Identity(AccountId(stored.account)),
            person: crate::people::identity::open(&self.identity.vault, stored)?,
            since,
            picture: PictureId(picture),
            shows: if stored.card_back.is_some() { Shows::Card } else { Shows::Holding },
            back: stored.card_back.map(PictureId),
            hints: Hint::read(&stored.hints),
            portrait: stored.picture.filter(|_| stored.state == "verified").map(PictureId),
        }))
    }

    fn face_case(
        &self,
        face: &face_checks::StoredFace,
        subject: &Subject,
        verified: &StoredIdentity,
    ) -> Result<Option<PersonCase>, StoreError> {
        let (Some(picture), "waiting") = (face.picture, face.state.as_str()) else { return Ok(None) };
        Ok(Some(PersonCase {
            subject: subject.clone(),
            person: crate::people::identity::open(&self.identity.vault, verified)?,
            since: face.submitted_at,
            picture: PictureId(picture),
            shows: if face.way == "holding" { Shows::Holding } else { Shows::Face },
            back: None,
            hints: Hint::read(&face.hints),
            portrait: verified.picture.map(PictureId),
        }))
    }
}

/// A yes, or a no and why, to what was handed in with a picture.
struct Decision<'a> {
    decider: Decider<'a>,
    subject: &'a Subject,
    picture: PictureId,
    /// The portrait that was cut out of the card.
    cut: Option<PictureId>,
    refusal: Option<&'a str>,
    now: Timestamp,
}

impl Decision<'_> {
    async fn check(&self, transaction: &impl GenericClient) -> Result<(), CaseError> {
        let seen = self.picture.to_string();
        let (decider, subject, look) = (self.decider, self.subject, AuditAction::LookedAtPicture);
        Deciding { decider, subject, look, seen: &seen, version: &seen }.check(transaction).await.map(drop)
    }
}

/// Whose identity or face it is.
fn account_of(subject: &Subject) -> Option<AccountId> {
    match subject {
        Subject::Identity(account) | Subject::Face(account, _) => Some(*account),
        Subject::Payment(_) | Subject::Form(..) | Subject::Score(..) | Subject::Accommodation(..) => None,
    }
}

async fn write_look(
    client: &impl GenericClient,
    member: &StaffMember,
    action: AuditAction,
    subject: &Subject,
    picture: PictureId,
) -> Result<(), StoreError> {
    let (subject, seen) = (subject.to_string(), picture.to_string());
    Entry::by_staff(member.id, action, &subject).seen(&seen).write(client).await
}

fn refusal_of(error: IdentityError) -> CaseError {
    match error {
        IdentityError::OtherAccount => CaseError::OtherAccount,
        IdentityError::DeclarationChanged | IdentityError::NotDeclared => CaseError::Changed,
        IdentityError::Store(error) => error.into(),
        _ => CaseError::NotWaiting,
    }
}
