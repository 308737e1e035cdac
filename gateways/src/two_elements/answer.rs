//! What is said of a name and a number, and why nothing is.

/// What the register says of a name and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belonging {
    /// They belong together.
    Together,
    /// The number is somebody else's.
    Apart,
    /// The register does not know the number, as of soldiers and of who moved just now; or the vendor calls it impossible.
    Unknown,
}

/// Why there is no answer about a name and a number.
#[derive(Debug, thiserror::Error)]
pub enum TwoElementsError {
    /// The vendor has too much to do.
    #[error("many names are being checked: try again in a moment")]
    Busy,
    /// The vendor cannot be reached or does not work. Holds its code, or what went wrong.
    #[error("the check of names and numbers does not answer as it should ({0}): try again later")]
    Unavailable(String),
}
