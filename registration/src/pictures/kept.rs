//! Pictures of people and their documents: drafts that are not handed in yet, what is kept, what is dropped. Sealed in
//! the file store like every picture; a draft lives for an hour.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use jiff::SignedDuration;
use object_store::path::Path;
use uuid::Uuid;

use crate::model::clock;
use crate::model::ids::AccountId;
use crate::pictures::clean::Recipe;
use crate::pictures::files::{Cleaned, FileKey, PictureFiles};
use crate::pictures::store;
use crate::pictures::store::identity_pictures as rows;
use crate::pictures::uploads::{Arrived, Uploads};
use crate::store::{Database, StoreError};

pub use crate::pictures::error::DraftError;
pub use crate::pictures::uploads::{CHUNK_BYTES_MAX, Piece, UploadError};

/// How long a draft lies before it is dropped.
pub const DRAFT_LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// How long the photo of a form lies that is not handed in yet.
pub const PHOTO_DRAFT_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// What a picture shows; an account has at most one draft of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The card's side with the portrait: 人像面.
    CardFront,
    /// The card's side with the emblem: 国徽面.
    CardBack,
    /// The person holding the document: 手持证件照.
    Holding,
    /// The person now, for an exam's face check.
    Live,
    /// The photo of a registration form: 证件照.
    Photo,
    /// The face of who was verified: 认证照片.
    Portrait,
    /// A proof for accommodations: 便利申请的证明材料.
    Proof,
    /// A second one.
    MoreProof,
}

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many bytes are here; send on from there.
    Received(usize),
    /// All of it is here, and it is a picture.
    Done(PictureId),
}

/// The text names no slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture is card_front, card_back, holding, live, photo, portrait, proof or more_proof")]
pub struct UnknownSlot;

impl Slot {
    const ALL: [Self; 8] = [
        Self::CardFront,
        Self::CardBack,
        Self::Holding,
        Self::Live,
        Self::Photo,
        Self::Portrait,
        Self::Proof,
        Self::MoreProof,
    ];

    /// Its name in addresses and stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardFront => "card_front",
            Self::CardBack => "card_back",
            Self::Holding => "holding",
            Self::Live => "live",
            Self::Photo => "photo",
            Self::Portrait => "portrait",
            Self::Proof => "proof",
            Self::MoreProof => "more_proof",
        }
    }
}

impl FromStr for Slot {
    type Err = UnknownSlot;

    fn from_str(text: &str) -> Result<Self, UnknownSlot> {
        Self::ALL.into_iter().find(|slot| slot.as_str() == text).ok_or(UnknownSlot)
    }
}

/// The number of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct PictureId(pub Uuid);

impl fmt::Display for PictureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for PictureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PictureId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// The keeper. Cloning is a few reference counts.
#[derive(Clone)]
pub(crate) struct IdentityPictures {
    pub(crate) database: Database,
    pub(crate) files: PictureFiles,
    pub(crate) uploads: Uploads,
}

impl IdentityPictures {
    /// Cleans a picture and keeps it as the account's draft in this slot, in place of the one before. The row is
    /// written first: a file without a row would stay for ever, a row without a file is swept.
    pub(crate) async fn draft(
        &self,
        account: AccountId,
        slot: Slot,
        picture: Bytes,
        recipe: Recipe,
    ) -> Result<(PictureId, Bytes), DraftError> {
        let id = PictureId(Uuid::now_v7());
        let key = key_of(account, id);
        let Cleaned { jpeg, sealed } = self.files.clean(&key, picture, recipe).await?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !rows::insert_draft(&transaction, id.0, account.0, slot.as_str(), clock::now()).await? {
            return Err(DraftError::Busy);
        }
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        self.files.put(&key, sealed).await?;
        Ok((id, jpeg))
    }

    /// Takes a piece of a picture that will be such a draft.
    pub(crate) async fn receive(
        &self,
        account: AccountId,
        slot: Slot,
        piece: Piece,
        recipe: Recipe,
    ) -> Result<Progress, UploadError> {
        let whole = match self.uploads.receive(account, slot.as_str(), piece).await? {
            Arrived::Part(received) => return Ok(Progress::Received(received)),
            Arrived::Whole(whole) => whole,
        };
        let drafted = self.draft(account, slot, whole, recipe).await;
        if !matches!(drafted, Err(DraftError::Busy | DraftError::Store(_))) {
            self.uploads.forget(account, slot.as_str()).await?;
        }
        Ok(Progress::Done(drafted?.0))
    }

    /// The account's draft in this slot, if it is there and not too old.
    pub(crate) async fn drafted(
        &self,
        account: AccountId,
        slot: Slot,
    ) -> Result<Option<(PictureId, Vec<u8>)>, StoreError> {
        let found = rows::draft(&self.database.client().await?, account.0, slot.as_str()).await?;
        let lifetime = if slot == Slot::Photo { PHOTO_DRAFT_LIFETIME } else { DRAFT_LIFETIME };
        match found {
            Some((id, at)) if clock::now() < at + lifetime => {
                let id = PictureId(id);
                Ok(self.find(account, id).await?.map(|jpeg| (id, jpeg)))
            }
            _ => Ok(None),
        }
    }

    /// A picture of the account, whatever its slot; nothing when it was dropped.
    pub(crate) async fn find(&self, account: AccountId, id: PictureId) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed_for = rows::sealed_for(&self.database.client().await?, id.0, account.0).await?;
        match sealed_for {
            Some(sealed_for) => self.files.find(&key_of(AccountId(sealed_for), id)).await,
            None => Ok(None),
        }
    }

    /// Removes what is too old or was dropped, a batch at a time; the file first, so that a row remains to try again with.
    /// One that cannot be removed keeps none of the others.
    pub(crate) async fn sweep(&self, batch: i64) -> Result<(), StoreError> {
        let now = clock::now();
        let client = self.database.client().await?;
        rows::drop_old_drafts(&client, now - DRAFT_LIFETIME, now - PHOTO_DRAFT_LIFETIME, batch).await?;
        store::identity_uploads::delete_old(&client, now - DRAFT_LIFETIME, batch).await?;
        let dropped = rows::dropped(&client, batch).await?;
        drop(client);
        for (id, sealed_for) in dropped {
            match self.remove(AccountId(sealed_for), PictureId(id)).await {
                Err(error) if error.is_of_one_row() => {
                    tracing::error!(picture = %id, %error, "a picture could not be removed");
                }
                done => done?,
            }
        }
        Ok(())
    }

    async fn remove(&self, sealed_for: AccountId, id: PictureId) -> Result<(), StoreError> {
        self.files.delete(&key_of(sealed_for, id)).await?;
        rows::delete(&self.database.client().await?, id.0).await
    }
}

fn key_of(account: AccountId, id: PictureId) -> FileKey {
    FileKey {
        path: Path::from_iter(["identities".to_owned(), account.0.to_string(), id.0.to_string()]),
        context: format!("identity picture {} {id}", account.0),
    }
}
