//! Pictures in the file store: cleaned, sealed, read back. Which pictures there are, and whose, others know.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use crate::pictures::clean;
use crate::pictures::clean::{PICTURE_BYTES_MAX, PictureError, Recipe, WORK_BYTES_MAX};
use crate::pictures::resemblance::{self, Pattern};
use crate::pictures::thumbnail::thumbnail;
use crate::secrets::bulkhead::Bulkhead;
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// Pictures cleaned at once, each in at most [`WORK_BYTES_MAX`].
const AT_ONCE: usize = 2;
/// Most pictures that wait to be cleaned: they are in memory, too.
const QUEUE_MAX: usize = 32;
/// What all of them may take together.
const MEMORY_BYTES_MAX: u64 = 700_000_000;
const _: () = assert!(
    AT_ONCE as u64 * WORK_BYTES_MAX + (AT_ONCE + QUEUE_MAX) as u64 * PICTURE_BYTES_MAX as u64 <= MEMORY_BYTES_MAX
);
/// Longest wait to be cleaned.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The keeper of files. Cloning is a few reference counts.
#[derive(Clone)]
pub(crate) struct PictureFiles {
    files: Arc<dyn ObjectStore>,
    vault: Vault,
    bulkhead: Bulkhead,
}

/// Where a picture is, and what it is and whose: a file put in another one's place does not open.
pub(crate) struct FileKey {
    pub(crate) path: Path,
    pub(crate) context: String,
}

/// Why a picture was not cleaned.
#[derive(Debug)]
pub(crate) enum CleanError {
    Picture(PictureError),
    Busy,
}

/// A cleaned picture, and the same sealed for its key.
pub(crate) struct Cleaned {
    pub(crate) jpeg: Bytes,
    pub(crate) sealed: Vec<u8>,
}

impl PictureFiles {
    pub(crate) fn new(files: Arc<dyn ObjectStore>, vault: Vault) -> Self {
        Self { files, vault, bulkhead: Bulkhead::new(AT_ONCE, QUEUE_MAX, WAIT_MAX) }
    }

    /// Cleans and seals a picture, when it is its turn.
    pub(crate) async fn clean(&self, key: &FileKey, picture: Bytes, recipe: Recipe) -> Result<Cleaned, CleanError> {
        clean::glance(&picture).map_err(CleanError::Picture)?;
        let (vault, context) = (self.vault.clone(), key.context.clone());
        let work = move || {
            let jpeg = clean::prepare(&picture, recipe)?;
            let sealed = vault.seal(&context, &jpeg);
            Ok(Cleaned { jpeg: jpeg.into(), sealed })
        };
        self.bulkhead.run(work).await.map_err(|_| CleanError::Busy)?.map_err(CleanError::Picture)
    }

    /// By what bytes of a picture are found again, and nothing is learnt of them.
    pub(crate) fn index(&self, kind: &str, bytes: &[u8]) -> [u8; 32] {
        self.vault.index_of_bytes(kind, bytes)
    }

    /// A picture of ours in a smaller shape, when it is its turn.
    pub(crate) async fn reshape(&self, jpeg: Vec<u8>, recipe: Recipe) -> Result<Vec<u8>, CleanError> {
        let work = move || clean::prepare(&jpeg, recipe);
        self.bulkhead.run(work).await.map_err(|_| CleanError::Busy)?.map_err(CleanError::Picture)
    }

    /// How a picture of ours looks from afar, when it is its turn; `None`: it says too little.
    pub(crate) async fn pattern(&self, jpeg: Bytes) -> Result<Option<Pattern>, CleanError> {
        let work = move || resemblance::pattern(&jpeg);
        self.bulkhead.run(work).await.map_err(|_| CleanError::Busy)?.map_err(CleanError::Picture)
    }

    /// Has a picture of ours no colour? Answered when it is its turn.
    pub(crate) async fn is_grey(&self, jpeg: Bytes) -> Result<bool, CleanError> {
        let work = move || resemblance::is_grey(&jpeg);
        self.bulkhead.run(work).await.map_err(|_| CleanError::Busy)?.map_err(CleanError::Picture)
    }

    /// Seals what is kept of a picture besides its file.
    pub(crate) fn sealed(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        self.vault.seal(context, plain)
    }

    /// Opens it; `None`: it is another one's.
    pub(crate) fn opened(&self, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        self.vault.open(context, sealed).ok()
    }

    /// A small one of a picture of ours, when it is its turn.
    pub(crate) async fn thumbnail(&self, jpeg: Vec<u8>) -> Result<Vec<u8>, CleanError> {
        let work = move || thumbnail(&jpeg);
        self.bulkhead.run(work).await.map_err(|_| CleanError::Busy)?.map_err(CleanError::Picture)
    }

    /// Writes what was sealed for this key.
    pub(crate) async fn put(&self, key: &FileKey, sealed: Vec<u8>) -> Result<(), StoreError> {
        self.files.put(&key.path, PutPayload::from(sealed)).await?;
        Ok(())
    }

    /// The picture itself, a JPEG.
    pub(crate) async fn read(&self, key: &FileKey) -> Result<Vec<u8>, StoreError> {
        let sealed = self.files.get(&key.path).await?.bytes().await?;
        Ok(self.vault.open(&key.context, &sealed)?)
    }

    /// The picture, if its file is there: a process may have died before it was written.
    pub(crate) async fn find(&self, key: &FileKey) -> Result<Option<Vec<u8>>, StoreError> {
        match self.read(key).await {
            Ok(jpeg) => Ok(Some(jpeg)),
            Err(StoreError::Files(object_store::Error::NotFound { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Is the file there?
    pub(crate) async fn is_there(&self, key: &FileKey) -> Result<bool, StoreError> {
        match self.files.head(&key.path).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the file, if it is there.
    pub(crate) async fn delete(&self, key: &FileKey) -> Result<(), StoreError> {
        match self.files.delete(&key.path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
