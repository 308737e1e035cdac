//! Uploads that survive a lost connection: a picture arrives in pieces, each at its offset; whoever comes back is told
//! how much is here already. What becomes of it when it is whole, others know.

use std::fmt;

use bytes::{Bytes, BytesMut};
use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::model::clock;
use crate::model::ids::AccountId;
use crate::pictures::clean::{PICTURE_BYTES_MAX, PictureError};
use crate::pictures::error::DraftError;
use crate::pictures::store::identity_chunks as chunks;
use crate::pictures::store::identity_uploads as rows;
use crate::pictures::store::identity_uploads::StoredUpload;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// Most bytes of one piece.
pub const CHUNK_BYTES_MAX: usize = 512 * 1024;
/// Fewest bytes of a piece that is not the last one, so that a picture has at most 128.
const CHUNK_BYTES_MIN: usize = 32 * 1024;
/// Most uploads of an account that are kept; the oldest make room.
const UPLOADS_MAX: i64 = 8;

const _: () = assert!(CHUNK_BYTES_MIN < CHUNK_BYTES_MAX && CHUNK_BYTES_MAX < PICTURE_BYTES_MAX);

/// A piece of a picture. `Debug` says how large it is, and shows none of it.
#[derive(Clone)]
pub struct Piece {
    /// Chosen by the sender, new for each picture.
    pub key: Uuid,
    /// How many bytes the whole picture has.
    pub total: usize,
    /// Where this piece starts.
    pub offset: usize,
    /// The bytes of the piece.
    pub bytes: Bytes,
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, total, offset, bytes } = self;
        write!(f, "Piece({key}: {} bytes from {offset} of {total})", bytes.len())
    }
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

/// How far an upload is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Arrived {
    /// So many bytes are here.
    Part(usize),
    /// All of it.
    Whole(Bytes),
}

/// The keeper of what is still arriving, by account and place; a place is for one picture at a time. Cloning is a few
/// reference counts.
#[derive(Clone)]
pub(crate) struct Uploads {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
}

impl Uploads {
    /// Takes a piece. The first one of a new key takes the place of whatever was under way in its place.
    pub(crate) async fn receive(&self, account: AccountId, place: &str, piece: Piece) -> Result<Arrived, UploadError> {
        if piece.total > PICTURE_BYTES_MAX {
            return Err(DraftError::from(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX }).into());
        }
        let end = piece.offset.saturating_add(piece.bytes.len());
        let smallest = CHUNK_BYTES_MIN.min(piece.total.saturating_sub(piece.offset)).max(1);
        if !(smallest..=CHUNK_BYTES_MAX).contains(&piece.bytes.len()) || end > piece.total {
            return Err(UploadError::Size);
        }
        if !self.add(account, place, &piece, end).await? {
            return Ok(Arrived::Part(end));
        }
        // A repeat of the last piece may find that the first one has finished meanwhile.
        let whole = self.assemble(piece.key, piece.total).await?.ok_or(UploadError::Offset(0))?;
        Ok(Arrived::Whole(whole))
    }

    /// How many bytes of this picture are here.
    pub(crate) async fn received(&self, account: AccountId, place: &str, key: Uuid) -> Result<usize, StoreError> {
        let found = rows::get(&self.database.client().await?, account.0, place).await?;
        Ok(found.filter(|found| found.key == key).map_or(0, |found| wide(found.received)))
    }

    /// The key of the picture in this place, once all of it is here.
    pub(crate) async fn arrived(&self, account: AccountId, place: &str) -> Result<Option<Uuid>, StoreError> {
        let found = rows::get(&self.database.client().await?, account.0, place).await?;
        Ok(found.filter(|found| found.received == found.total).map(|found| found.key))
    }

    /// The picture in this place with its key, once all of it is here.
    pub(crate) async fn whole(&self, account: AccountId, place: &str) -> Result<Option<(Uuid, Bytes)>, StoreError> {
        let found = rows::get(&self.database.client().await?, account.0, place).await?;
        let Some(found) = found.filter(|found| found.received == found.total) else { return Ok(None) };
        Ok(self.assemble(found.key, wide(found.total)).await?.map(|whole| (found.key, whole)))
    }

    /// Forgets what is in this place.
    pub(crate) async fn forget(&self, account: AccountId, place: &str) -> Result<(), StoreError> {
        rows::delete(&self.database.client().await?, account.0, place).await
    }

    /// Adds a piece in one transaction. True when it was the last one, or when all was here before.
    async fn add(&self, account: AccountId, place: &str, piece: &Piece, end: usize) -> Result<bool, UploadError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let found = rows::lock(&transaction, account.0, place).await?;
        let found = match found.filter(|found| found.key == piece.key && wide(found.total) == piece.total) {
            Some(found) => found,
            None if piece.offset != 0 => return Err(UploadError::Offset(0)),
            None => begin(&transaction, account, place, piece).await?,
        };
        let received = wide(found.received);
        // The answer to the last piece was lost: the picture is assembled again.
        if received == piece.total {
            return Ok(true);
        }
        if received != piece.offset {
            return Err(UploadError::Offset(received));
        }
        let sealed = self.vault.seal(&context(piece.key, piece.offset), &piece.bytes);
        chunks::insert(&transaction, piece.key, narrow(piece.offset), &sealed).await?;
        rows::set_received(&transaction, piece.key, narrow(end)).await?;
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

/// Begins an upload in place of the one before.
async fn begin(
    client: &impl GenericClient,
    account: AccountId,
    place: &str,
    piece: &Piece,
) -> Result<StoredUpload, UploadError> {
    rows::delete(client, account.0, place).await?;
    rows::delete_all_but(client, account.0, UPLOADS_MAX - 1).await?;
    let fresh = StoredUpload { key: piece.key, total: narrow(piece.total), received: 0 };
    match rows::insert(client, account.0, place, fresh, clock::now()).await? {
        true => Ok(fresh),
        false => Err(DraftError::Busy.into()),
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
