//! Checking definitions apart from the threads that answer pages: one of fifty thousand sittings takes a while.

use crate::exams::definition::{DefinitionError, DefinitionTexts, ExamDefinition};
use crate::store::StoreError;

/// What texts say, or every fault of them.
pub(super) type Checked = Result<ExamDefinition, Vec<DefinitionError>>;

/// Does it where it keeps nobody waiting.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Corrupt("a definition that ends its checker"))
}

/// Checks the texts, and hands them back with what they say.
pub(super) async fn checked(texts: DefinitionTexts) -> Result<(DefinitionTexts, Checked), StoreError> {
    apart(move || {
        let checked = texts.check();
        (texts, checked)
    })
    .await
}
