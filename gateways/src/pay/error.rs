//! Why a channel did not do what it was asked.

/// Why a channel did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// It said no, and nothing has happened: its code.
    #[error("refused: {0}")]
    Refused(String),
    /// Nobody knows what happened: no answer, a broken one, one whose signature is wrong, or a fault of the channel's.
    #[error("unclear: {0}")]
    Unclear(String),
}
