//! Reading results back from a file.

use std::path::Path;

use super::{FORMAT, Results};

/// Why results cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not there, or not readable.
    #[error("{file}: {cause}")]
    File {
        /// Which file it was.
        file: String,
        /// Why it cannot be read.
        cause: std::io::Error,
    },
    /// The file holds no results.
    #[error("{file} holds no results of a load test: {cause}")]
    Json {
        /// Which file it was.
        file: String,
        /// Why it cannot be read.
        cause: serde_json::Error,
    },
    /// Of another version.
    #[error("{file} has format {found}; this program reads format {FORMAT}")]
    Format {
        /// Which file it was.
        file: String,
        /// The format that it has.
        found: u64,
    },
}

impl Results {
    /// Reads results from a file.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let file = path.display().to_string();
        let text = std::fs::read(path).map_err(|cause| ReadError::File { file: file.clone(), cause })?;
        let value: serde_json::Value =
            serde_json::from_slice(&text).map_err(|cause| ReadError::Json { file: file.clone(), cause })?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(found) if found != u64::from(FORMAT) => return Err(ReadError::Format { file, found }),
            _ => {}
        }
        serde_json::from_value(value).map_err(|cause| ReadError::Json { file, cause })
    }
}
