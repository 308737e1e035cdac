//! The door to accommodations (便利申请): asking for them with proof, taking that back, and what was granted. What is asked for
//! is sealed: it speaks of health.

use std::collections::HashMap;

use bytes::Bytes;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use seating::Needs;
use uuid::Uuid;

use crate::application::Applications;
use crate::application::store::accommodations as rows;
use crate::application::store::accommodations::StoredAccommodation;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::{AccommodationKind, TaskKind};
use crate::model::facts::accommodation::{
    Accommodation, AccommodationRequest, AccommodationState, DETAILS_CHARS_MAX, Verdicts, needs,
};
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId};
use crate::people::store::accounts;
use crate::pictures::clean::Recipe;
use crate::pictures::kept::{DraftError, IdentityPictures, PictureId, Piece, Progress, Slot, UploadError};
use crate::pictures::store::identity_pictures;
use crate::rules::steps::{StepView, blocked_by, steps};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// The slots of proofs; the first one is that which an exam may demand.
pub const PROOF_SLOTS: [Slot; 2] = [Slot::Proof, Slot::MoreProof];

/// Why nothing was handed in. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum AccommodationError {
    /// The exam has no such task, something comes before it, or its time is over.
    #[error("nothing can be asked for now")]
    NotOpen,
    /// Nothing was chosen.
    #[error("no kind was chosen")]
    NoKind,
    /// The exam does not offer that kind.
    #[error("the exam does not offer {0}")]
    NotOffered(AccommodationKind),
    /// What is asked for must be described.
    #[error("what is asked for is not described")]
    NoDetails,
    /// The description is too long.
    #[error("the description has more than {DETAILS_CHARS_MAX} characters")]
    TooLong,
    /// The exam demands a proof.
    #[error("a proof is missing")]
    NoProof,
    /// A picture lay too long: it must be sent again.
    #[error("a picture is not there any more")]
    Gone,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for AccommodationError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The door to accommodations. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Accommodations {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) applications: Applications,
    pub(crate) pictures: IdentityPictures,
}

impl Accommodations {
    /// The account's request in an exam, with what was said. `None`: there is none.
    pub async fn get(&self, account: AccountId, exam: &ExamId) -> Result<Option<Accommodation>, StoreError> {
        let found = rows::get(&self.database.client().await?, exam, account).await?;
        found.map(|found| self.read(&found)).transpose()
    }

    /// The proofs that were handed in, by [`PROOF_SLOTS`].
    pub async fn proofs(&self, account: AccountId, exam: &ExamId) -> Result<[Option<PictureId>; 2], StoreError> {
        let found = rows::get(&self.database.client().await?, exam, account).await?;
        Ok(found.map(|found| found.proofs.map(|id| id.map(PictureId))).unwrap_or_default())
    }

    /// Keeps a proof as a draft, for an hour.
    pub async fn draft(&self, account: AccountId, slot: Slot, picture: Bytes) -> Result<PictureId, DraftError> {
        Ok(self.pictures.draft(account, slot, picture, Recipe::Whole).await?.0)
    }

    /// Takes a piece of a picture that will be such a draft.
    pub async fn receive(&self, account: AccountId, slot: Slot, piece: Piece) -> Result<Progress, UploadError> {
        self.pictures.receive(account, slot, piece, Recipe::Whole).await
    }

    /// How many bytes of the picture with this key are here.
    pub async fn received(&self, account: AccountId, slot: Slot, key: Uuid) -> Result<usize, StoreError> {
        self.pictures.uploads.received(account, slot.as_str(), key).await
    }

    /// The draft in a slot, a JPEG, if there is one.
    pub async fn drafted(&self, account: AccountId, slot: Slot) -> Result<Option<(PictureId, Vec<u8>)>, StoreError> {
        self.pictures.drafted(account, slot).await
    }

    /// Hands a request in, in place of the one before. Proofs that were not sent anew are those of before; what was granted
    /// counts until staff say something else.
    ///
    /// # Errors
    /// [`AccommodationError`]: what is wrong with the request, or that it is not the time for it.
    pub async fn hand_in(
        &self,
        account: AccountId,
        exam: &Exam,
        orders: &[Order],
        request: &AccommodationRequest,
    ) -> Result<(), AccommodationError> {
        let request = check(exam, request)?;
        let now = clock::now();
        let before = rows::get(&self.database.client().await?, &exam.id, account).await?;
        let before = before.map(|found| self.read(&found)).transpose()?;
        let facts = self.applications.facts(account, exam, orders).await?;
        if !may_hand_in(exam, &steps(exam, &facts, now), before.as_ref(), &request, now) {
            return Err(AccommodationError::NotOpen);
        }
        let mut drafts = [None, None];
        for (draft, slot) in drafts.iter_mut().zip(PROOF_SLOTS) {
            *draft = self.pictures.drafted(account, slot).await?.map(|(id, _)| id.0);
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        // Whoever looks for pictures that nothing names does so under the same lock.
        accounts::lock(&transaction, account.0).await?;
        let before = rows::get_locked(&transaction, &exam.id, account).await?;
        let id = before.as_ref().map_or_else(Uuid::now_v7, |before| before.id);
        let old = before.map(|before| before.proofs).unwrap_or_default();
        let proofs = [drafts[0].or(old[0]), drafts[1].or(old[1])];
        if exam.rules.accommodations.needs_proof && proofs.iter().all(Option::is_none) {
            return Err(AccommodationError::NoProof);
        }
        for draft in drafts.into_iter().flatten() {
            if !identity_pictures::keep(&transaction, draft, account.0).await? {
                return Err(AccommodationError::Gone);
            }
        }
        let sealed = self.seal(id, "request", &request)?;
        rows::put(&transaction, (id, &exam.id, account), &sealed, proofs, now).await?;
        for replaced in old.into_iter().flatten().filter(|old| !proofs.contains(&Some(*old))) {
            identity_pictures::discard(&transaction, replaced, account.0).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Takes a request back, with whatever was granted; its proofs are removed. Again: nothing happens.
    pub async fn withdraw(&self, account: AccountId, exam: &ExamId) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        accounts::lock(&transaction, account.0).await?;
        for proof in rows::delete(&transaction, exam, account).await?.into_iter().flatten().flatten() {
            identity_pictures::discard(&transaction, proof, account.0).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// What the candidates of these orders need of their seats, for the arrangement. Who needs nothing is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn needs_of(&self, exam: &ExamId, orders: &[OrderId]) -> Result<HashMap<OrderId, Needs>, StoreError> {
        needs_of(&self.database.client().await?, &self.vault, exam, orders).await
    }

    /// What was granted to the candidates of these orders, for tickets and papers. Who was granted nothing is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn granted_of(
        &self,
        exam: &ExamId,
        orders: &[OrderId],
    ) -> Result<HashMap<OrderId, Vec<AccommodationKind>>, StoreError> {
        granted_of(&self.database.client().await?, &self.vault, exam, orders).await
    }

    pub(crate) fn read(&self, stored: &StoredAccommodation) -> Result<Accommodation, StoreError> {
        let verdicts = match &stored.decision {
            Some(sealed) => self.open(stored.id, "decision", sealed)?,
            None => Verdicts::default(),
        };
        Ok(Accommodation {
            state: state(stored)?,
            request: self.open(stored.id, "request", &stored.request)?,
            verdicts,
        })
    }

    pub(crate) fn seal<T: serde::Serialize>(&self, id: Uuid, part: &str, value: &T) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(value).map_err(|_| StoreError::Corrupt("an accommodation"))?;
        Ok(self.vault.seal(&context(id, part), &plain))
    }

    fn open<T: serde::de::DeserializeOwned>(&self, id: Uuid, part: &str, sealed: &[u8]) -> Result<T, StoreError> {
        opened(&self.vault, id, part, sealed)
    }
}

fn opened<T: serde::de::DeserializeOwned>(vault: &Vault, id: Uuid, part: &str, sealed: &[u8]) -> Result<T, StoreError> {
    let plain = vault.open(&context(id, part), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("an accommodation"))
}

/// What the candidates of these orders need of a seat, as granted; who needs nothing is not there.
pub(crate) async fn needs_of(
    client: &impl GenericClient,
    vault: &Vault,
    exam: &ExamId,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Needs>, StoreError> {
    let granted = granted_of(client, vault, exam, orders).await?;
    let all = granted.into_iter().map(|(order, kinds)| (order, needs(&kinds)));
    Ok(all.filter(|(_, needs)| !needs.is_none()).collect())
}

/// What was granted to the candidates of these orders, each kind once, in the order of [`AccommodationKind::ALL`]; who was
/// granted nothing is not there.
pub(crate) async fn granted_of(
    client: &impl GenericClient,
    vault: &Vault,
    exam: &ExamId,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<AccommodationKind>>, StoreError> {
    let mut granted = HashMap::new();
    for (order, id, sealed) in rows::said_of(client, exam, orders).await? {
        let kinds = opened::<Verdicts>(vault, id, "decision", &sealed)?.granted();
        if !kinds.is_empty() {
            granted.insert(order, kinds);
        }
    }
    Ok(granted)
}

/// May a request be handed in now? Within the window of its step; afterwards only what staff asked for more about, and until
/// tickets can be printed or an exam begins: by then everybody's seat is known.
pub fn may_hand_in(
    exam: &Exam,
    steps: &[StepView],
    before: Option<&Accommodation>,
    request: &AccommodationRequest,
    now: Timestamp,
) -> bool {
    let task = TaskKind::Accommodations;
    let Some(step) = steps.iter().find(|step| step.tasks.iter().any(|view| view.kind == task)) else { return false };
    if blocked_by(steps, &task).is_some() || step.opens_at.is_some_and(|opens_at| now < opens_at) {
        return false;
    }
    if step.closes_at.is_none_or(|closes_at| now < closes_at) {
        return true;
    }
    let first = exam.sittings.iter().map(|sitting| sitting.starts_at).min();
    let is_known = exam.tickets_from().into_iter().chain(first).any(|at| at <= now);
    let is_answer = |before: &Accommodation| {
        let was_asked = |kind: &AccommodationKind| before.request.kinds.contains(kind);
        matches!(before.state, AccommodationState::More { .. }) && request.kinds.iter().all(was_asked)
    };
    !is_known && before.is_some_and(is_answer)
}

/// Where a request stands.
pub(crate) fn state(stored: &StoredAccommodation) -> Result<AccommodationState, StoreError> {
    let reason = || stored.reason.clone().unwrap_or_default();
    Ok(match stored.state.as_str() {
        "waiting" => AccommodationState::Waiting { since: stored.requested_at },
        "more" => AccommodationState::More { reason: reason() },
        "refused" => AccommodationState::Refused { reason: reason() },
        "granted" => {
            let at = stored.decided_at.ok_or(StoreError::Corrupt("an accommodation without its time"))?;
            AccommodationState::Granted { at }
        }
        _ => return Err(StoreError::Corrupt("the state of an accommodation")),
    })
}

/// What of a request is kept: kinds that are offered, each once, and the description without what surrounds it.
fn check(exam: &Exam, request: &AccommodationRequest) -> Result<AccommodationRequest, AccommodationError> {
    let is_unknown = |kind: &&AccommodationKind| !exam.rules.accommodations.kinds.contains(kind);
    if let Some(kind) = request.kinds.iter().find(is_unknown) {
        return Err(AccommodationError::NotOffered(*kind));
    }
    let is_asked = |kind: &&AccommodationKind| request.kinds.contains(kind);
    let kinds: Vec<AccommodationKind> = AccommodationKind::ALL.iter().filter(is_asked).copied().collect();
    let details = request.details.trim().to_owned();
    if kinds.is_empty() {
        return Err(AccommodationError::NoKind);
    }
    if kinds.contains(&AccommodationKind::Other) && details.is_empty() {
        return Err(AccommodationError::NoDetails);
    }
    if details.chars().count() > DETAILS_CHARS_MAX {
        return Err(AccommodationError::TooLong);
    }
    Ok(AccommodationRequest { kinds, details })
}

/// What a ciphertext is and of which row: it opens nowhere else, and stays when the row moves to another account.
fn context(id: Uuid, part: &str) -> String {
    format!("accommodation.{part} {id}")
}
