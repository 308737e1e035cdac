//! One liveness check: who is checked, where it begins, what comes of it.

use std::fmt;

use bytes::Bytes;

/// Who is to be checked.
#[derive(Clone)]
pub struct LivenessRequest {
    /// Our number of the check: 32 letters and digits, never used twice.
    pub order: String,
    /// The name of the person.
    pub name: String,
    /// The resident identity number.
    pub number: String,
    /// Where the vendor's page sends the browser afterwards. Coming back proves nothing: ask for the outcome.
    pub return_url: String,
    /// What the browser told of itself, as the vendor's script collects it; only some vendors ask for it.
    pub meta_info: Option<String>,
}

impl fmt::Debug for LivenessRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LivenessRequest").field("order", &self.order).finish_non_exhaustive()
    }
}

/// A check that may begin.
#[derive(Clone, PartialEq, Eq)]
pub struct LivenessStart {
    /// What [`Liveness::outcome`](super::Liveness::outcome) asks by; at most 128 characters.
    pub token: String,
    /// The vendor's page, good once and for a short time.
    pub url: String,
}

impl fmt::Debug for LivenessStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LivenessStart").finish_non_exhaustive()
    }
}

/// What came of a check.
#[derive(Clone, PartialEq)]
pub enum LivenessOutcome {
    /// The check is not finished.
    Pending,
    /// A living person whose face is that of the police photo.
    Passed {
        /// 0 to 100, if the vendor tells.
        similarity: Option<f32>,
        /// The best picture of the face (JPEG), if the vendor gives one.
        photo: Option<Bytes>,
    },
    /// The check is finished, and did not succeed.
    Failed(LivenessFailure),
}

impl fmt::Debug for LivenessOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("Pending"),
            Self::Passed { similarity, .. } => {
                f.debug_struct("Passed").field("similarity", similarity).finish_non_exhaustive()
            }
            Self::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
        }
    }
}

/// Why a check failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LivenessFailure {
    /// Name and number do not belong together.
    Mismatch,
    /// No living person.
    Spoof,
    /// A living person, but another one.
    NotSame,
    /// There is no police photo, or no such person.
    NoRecord,
    /// The person gave up, refused the camera, or ran out of time.
    Cancelled,
    /// Anything else. Holds the vendor's code.
    Other(String),
}
