//! Why there is no answer about a face.

/// Why there is no answer about a face.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// A picture shows no face.
    #[error("the picture shows no face: look straight into the camera")]
    NoFace,
    /// A face is too small, dark, covered or blurred.
    #[error("the face cannot be seen well enough: go to even light, uncover the face, come closer")]
    PoorQuality,
    /// The vendor has too much to do.
    #[error("many faces are being compared: try again in a moment")]
    Busy,
    /// The vendor cannot be reached or does not work. Holds its code, or what went wrong.
    #[error("the face service does not answer as it should ({0}): try again later")]
    Unavailable(String),
}
