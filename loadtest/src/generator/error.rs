//! Why a generator thread could not do its work.

use crate::generator::connection::CallError;

/// Why a thread could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The connections could not be opened.
    #[error("cannot open the connections: {0}")]
    Connect(#[from] CallError),
    /// The system refused something a thread needs.
    #[error("a generator thread cannot work: {0}")]
    System(#[from] std::io::Error),
    /// The cheapest answer is none.
    #[error("/healthz answers {0}, so the generator's ceiling cannot be measured; leave --ceiling out")]
    Ceiling(http::StatusCode),
    /// A thread ended before it had begun, or died.
    #[error("a generator thread died")]
    Died,
}
