//! Uploads that survive a lost connection: a picture arrives in pieces, each at its offset; whoever comes back is told
//! how much is here already.

use bytes::{Bytes, BytesMut};
use uuid::Uuid;

use super::{DraftError, IdentityPictures, PictureId, Slot};
use crate::accounts::AccountId;
use crate::clock;
use crate::pictures::{PICTURE_BYTES_MAX, PictureError, Recipe};
use crate::store::identity_uploads::{self as uploads, StoredUpload};
use crate::store::{StoreError, identity_chunks as chunks};

/// Most bytes of one piece.
pub const CHUNK_BYTES_MAX: usize = 512 * 1024;
/// Fewest bytes of a piece that is not the last one, so that a picture has at most 128.
const CHUNK_BYTES_MIN: usize = 32 * 1024;

const _: () = assert!(CHUNK_BYTES_MIN < CHUNK_BYTES_MAX && CHUNK_BYTES_MAX < PICTURE_BYTES_MAX);

/// A piece of a picture.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Chosen by the sender, new for each picture.
    pub key: Uuid,
    /// How many bytes the whole picture has.
    pub total: usize,
    /// Where this piece starts.
    pub offset: usize,
    /// The piece.
    pub bytes: Bytes,
}

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many bytes are here; send on from there.
    Received(usize),
    /// All of it is here, and it is a picture.
    Done(PictureId),
}

/// Why a piece was not taken. Refusals first (the sender can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The piece does not follow what is here: send on from there.
    #[error("{0} bytes are here: send on from there")]
    Offset(usize),
    /// Too small, too large, or beyond the end.
    #[error("a piece has between {CHUNK_BYTES_MIN} and {CHUNK_BYTES_MAX} bytes; the last one may be smaller")]
    Size,
    /// All of it is here, and it is no acceptable picture, or too many are being cleaned.
    #[error(transparent)]
    Draft(#[from] DraftError),
}

impl From<StoreError> for UploadError {
    fn from(error: StoreError) -> Self {
        Self::Draft(error.into())
    }
}

impl From<tokio_postgres::Error> for UploadError {
    fn from(error: tokio_postgres::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl IdentityPictures {
    /// Takes a piece. The first one of a new key takes the place of whatever was under way in the slot.
    pub(crate) async fn receive(
        &self,
        account: AccountId,
        slot: Slot,
        piece: Piece,
        recipe: Recipe,
    ) -> Result<Progress, UploadError> {
        if piece.total > PICTURE_BYTES_MAX {
            return Err(DraftError::from(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX }).into());
        }
        let end = piece.offset.saturating_add(piece.bytes.len());
        let smallest = CHUNK_BYTES_MIN.min(piece.total.saturating_sub(piece.offset)).max(1);
        if !(smallest..=CHUNK_BYTES_MAX).contains(&piece.bytes.len()) || end > piece.total {
            return Err(UploadError::Size);
        }
        let key = piece.key;
        let is_all = self.add(account, slot, &piece, end).await?;
        if !is_all {
            return Ok(Progress::Received(end));
        }
        // A repeat of the last piece may find that the first one has finished meanwhile.
        let whole = self.assemble(key, piece.total).await?.ok_or(UploadError::Offset(0))?;
        let drafted = self.draft(account, slot, whole, recipe).await;
        if !matches!(drafted, Err(DraftError::Busy | DraftError::Store(_))) {
            uploads::delete(&self.database.client().await?, account.0, slot.as_str()).await?;
        }
        Ok(Progress::Done(drafted?.0))
    }

    /// How many bytes of this picture are here.
    pub(crate) async fn received(&self, account: AccountId, slot: Slot, key: Uuid) -> Result<usize, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let found = uploads::lock(&transaction, account.0, slot.as_str()).await?.filter(|found| found.key == key);
        Ok(found.map_or(0, |found| wide(found.received)))
    }

    /// Adds a piece in one transaction. True when it was the last one, or when all was here before.
    async fn add(&self, account: AccountId, slot: Slot, piece: &Piece, end: usize) -> Result<bool, UploadError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let mut found = uploads::lock(&transaction, account.0, slot.as_str()).await?;
        if found.is_none_or(|found| found.key != piece.key || wide(found.total) != piece.total) {
            if piece.offset != 0 {
                return Err(UploadError::Offset(0));
            }
            uploads::delete(&transaction, account.0, slot.as_str()).await?;
            let fresh = StoredUpload { key: piece.key, total: narrow(piece.total), received: 0 };
            if !uploads::insert(&transaction, account.0, slot.as_str(), fresh, clock::now()).await? {
                return Err(DraftError::Busy.into());
            }
            found = Some(fresh);
        }
        let received = found.map_or(0, |found| wide(found.received));
        // The answer to the last piece was lost: the picture is assembled again.
        if received == piece.total {
            return Ok(true);
        }
        if received != piece.offset {
            return Err(UploadError::Offset(received));
        }
        let sealed = self.vault.seal(&context(piece.key, piece.offset), &piece.bytes);
        chunks::insert(&transaction, piece.key, narrow(piece.offset), &sealed).await?;
        uploads::set_received(&transaction, piece.key, narrow(end)).await?;
        transaction.commit().await?;
        Ok(end == piece.total)
    }

    async fn assemble(&self, key: Uuid, total: usize) -> Result<Option<Bytes>, StoreError> {
        let pieces = chunks::all(&self.database.client().await?, key).await?;
        let mut whole = BytesMut::with_capacity(total);
        for (starts_at, sealed) in pieces {
            whole.extend_from_slice(&self.vault.open(&context(key, wide(starts_at)), &sealed)?);
        }
        Ok((whole.len() == total).then(|| whole.freeze()))
    }
}

/// A piece is at its place of its upload, or does not open.
fn context(key: Uuid, offset: usize) -> String {
    format!("identity chunk {key} {offset}")
}

fn wide(stored: i32) -> usize {
    usize::try_from(stored).unwrap_or_default()
}

fn narrow(bytes: usize) -> i32 {
    i32::try_from(bytes).expect("a picture has at most 4 MiB")
}
