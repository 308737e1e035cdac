//! Keeps pictures: cleaned, encrypted, in the file store, with a row that says whose they are.

use bytes::Bytes;
use object_store::path::Path;
use uuid::Uuid;

use crate::model::clock;
use crate::model::order::OrderId;
use crate::pictures::clean::{PictureError, Recipe};
use crate::pictures::files::{CleanError, Cleaned, FileKey, PictureFiles};
use crate::pictures::store;
use crate::pictures::store::screenshots::NewScreenshot;
use crate::store::{Database, StoreError};

/// Most pictures that one order may have.
pub(crate) const PICTURES_MAX: usize = 20;
/// The keeper of pictures. Cloning is a few reference counts.
#[derive(Clone)]
pub(crate) struct Screenshots {
    database: Database,
    files: PictureFiles,
}

/// Why a picture was not kept.
pub(crate) enum KeepError {
    Picture(PictureError),
    Busy,
    TooMany,
    Store(StoreError),
}

impl From<CleanError> for KeepError {
    fn from(error: CleanError) -> Self {
        match error {
            CleanError::Picture(error) => Self::Picture(error),
            CleanError::Busy => Self::Busy,
        }
    }
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Screenshots {
    pub(crate) fn new(database: Database, files: PictureFiles) -> Self {
        Self { database, files }
    }

    /// Cleans, encrypts and keeps a picture that is not accepted yet. The row is written first: a file without a row
    /// would stay for ever, a row without a file is swept.
    pub(crate) async fn keep(&self, order: OrderId, picture: Bytes) -> Result<Uuid, KeepError> {
        let id = Uuid::now_v7();
        let Cleaned { jpeg, sealed } =
            self.files.clean(&key_of(order, id), picture.clone(), Recipe::Screenshot).await?;
        let row = NewScreenshot {
            id,
            order,
            created_at: clock::now(),
            file_index: self.files.index("screenshot.file", &picture),
            kept_index: self.files.index("screenshot.kept", &jpeg),
        };
        let most = i64::try_from(PICTURES_MAX).expect("a small constant");
        let client = self.database.client().await?;
        if !store::screenshots::insert(&client, &row, most).await? {
            return Err(KeepError::TooMany);
        }
        drop(client);
        self.files.put(&key_of(order, id), sealed).await?;
        Ok(id)
    }

    /// The picture itself, a JPEG.
    pub(crate) async fn read(&self, order: OrderId, id: Uuid) -> Result<Vec<u8>, StoreError> {
        self.files.read(&key_of(order, id)).await
    }

    /// The same, if its file is there.
    pub(crate) async fn find(&self, order: OrderId, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        self.files.find(&key_of(order, id)).await
    }

    /// The newest picture of a hand-in that died, if its file is there.
    pub(crate) async fn pending(&self, order: OrderId) -> Result<Option<Uuid>, StoreError> {
        let pending = store::screenshots::pending(&self.database.client().await?, order).await?;
        for id in pending {
            if self.files.is_there(&key_of(order, id)).await? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// All pictures of an order that nobody has accepted, the newest first.
    pub(crate) async fn unaccepted(&self, order: OrderId) -> Result<Vec<Uuid>, StoreError> {
        store::screenshots::pending(&self.database.client().await?, order).await
    }

    /// Removes a picture, the file first, so that a row remains to try again with. False: it stays, since somebody has
    /// accepted it as evidence of a payment.
    pub(crate) async fn discard(&self, order: OrderId, id: Uuid) -> Result<bool, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !store::screenshots::lock_unaccepted(&transaction, id).await? {
            return Ok(false);
        }
        self.files.delete(&key_of(order, id)).await?;
        store::screenshots::delete(&transaction, id).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Where the file of an order's picture lies.
pub(crate) fn path_of(order: OrderId, id: Uuid) -> Path {
    Path::from_iter(["screenshots".to_owned(), order.to_string(), id.to_string()])
}

fn key_of(order: OrderId, id: Uuid) -> FileKey {
    FileKey { path: path_of(order, id), context: format!("screenshot {order} {id}") }
}
