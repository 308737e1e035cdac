//! Keeps pictures: cleaned, encrypted, in the file store, with a row that says whose they are.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;

use crate::clock;
use crate::gate::Gate;
use crate::order::OrderId;
use crate::pictures::{self, PictureError};
use crate::store::{self, Database, StoreError};
use crate::vault::Vault;

/// Most pictures that one order may have.
pub(crate) const PICTURES_MAX: usize = 20;
/// Pictures cleaned at once: each may take some 160 MB for a moment.
const AT_ONCE: usize = 2;
/// Most pictures that wait to be cleaned: they are in memory, 4 MiB each.
const QUEUE_MAX: usize = 32;
/// Longest wait to be cleaned.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The keeper of pictures. Cloning is a few reference counts.
#[derive(Clone)]
pub(crate) struct Screenshots {
    database: Database,
    files: Arc<dyn ObjectStore>,
    vault: Vault,
    gate: Gate,
}

/// Why a picture was not kept.
pub(crate) enum KeepError {
    Picture(PictureError),
    Busy,
    TooMany,
    Store(StoreError),
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Screenshots {
    pub(crate) fn new(database: Database, files: Arc<dyn ObjectStore>, vault: Vault) -> Self {
        Self { database, files, vault, gate: Gate::new(AT_ONCE, QUEUE_MAX, WAIT_MAX) }
    }

    /// Cleans, encrypts and keeps a picture that is not accepted yet. The row is written first: a file without a row
    /// would stay for ever, a row without a file is swept.
    pub(crate) async fn keep(&self, order: OrderId, picture: Bytes) -> Result<Uuid, KeepError> {
        pictures::glance(&picture).map_err(KeepError::Picture)?;
        let id = Uuid::now_v7();
        let vault = self.vault.clone();
        let work = move || pictures::clean(&picture).map(|jpeg| vault.seal(&context(order, id), &jpeg));
        let sealed = self.gate.run(work).await.map_err(|_| KeepError::Busy)?.map_err(KeepError::Picture)?;
        let most = i64::try_from(PICTURES_MAX).expect("a small constant");
        let client = self.database.client().await?;
        if !store::screenshots::insert(&client, id, order, clock::now(), most).await? {
            return Err(KeepError::TooMany);
        }
        drop(client);
        self.files.put(&path(order, id), PutPayload::from(sealed)).await.map_err(StoreError::from)?;
        Ok(id)
    }

    /// The picture itself, a JPEG.
    pub(crate) async fn read(&self, order: OrderId, id: Uuid) -> Result<Vec<u8>, StoreError> {
        let sealed = self.files.get(&path(order, id)).await?.bytes().await?;
        Ok(self.vault.open(&context(order, id), &sealed)?)
    }

    /// The newest picture of a hand-in that died, if its file is there.
    pub(crate) async fn pending(&self, order: OrderId) -> Result<Option<Uuid>, StoreError> {
        let pending = store::screenshots::pending(&self.database.client().await?, order).await?;
        for id in pending {
            match self.files.head(&path(order, id)).await {
                Ok(_) => return Ok(Some(id)),
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// Removes a picture: the file first, so that a row remains to try again with.
    pub(crate) async fn discard(&self, order: OrderId, id: Uuid) -> Result<(), StoreError> {
        match self.files.delete(&path(order, id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        store::screenshots::delete(&self.database.client().await?, id).await
    }
}

fn path(order: OrderId, id: Uuid) -> Path {
    Path::from_iter(["screenshots".to_owned(), order.to_string(), id.to_string()])
}

/// Whose picture it is: a file put in another one's place does not open.
fn context(order: OrderId, id: Uuid) -> String {
    format!("screenshot {order} {id}")
}
