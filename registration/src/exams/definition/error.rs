//! Why an import failed.

use reservation::engine::HoldError;

use super::DefinitionError;
use crate::store::StoreError;

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The files are wrong; nothing was changed.
    #[error("the exam definition has {} faults, the first: {}", .0.len(), .0[0])]
    Definition(Vec<DefinitionError>),
    /// The engine refused the sittings: capacities below what is held, for example.
    #[error("the engine refused: {0}")]
    Engine(#[from] HoldError),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}
