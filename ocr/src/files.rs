//! The files of the networks: PP-OCRv6 small, as ONNX, under the Apache License 2.0 (PaddlePaddle Authors; converted by
//! RapidOCR), out of the package `rapidocr` 3.10.0. Only these very files are loaded.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use rten::{Model, ModelOptions};

/// A file and its SHA-256.
pub(crate) struct Pinned {
    name: &'static str,
    sha256: &'static str,
}

/// Finds lines of text.
pub(crate) const DETECTOR: Pinned = Pinned {
    name: "PP-OCRv6_det_small.onnx",
    sha256: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
};
/// Reads a line of text; brings its alphabet.
pub(crate) const RECOGNISER: Pinned = Pinned {
    name: "PP-OCRv6_rec_small.onnx",
    sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
};
/// Larger than either file, so that nothing else is read whole.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why the networks are not there.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// A file cannot be read. Holds which and why.
    #[error("{0} cannot be read ({1}): run ops/run or ops/test once, which fetch it")]
    Missing(PathBuf, std::io::Error),
    /// A file is another one than was measured. Holds which.
    #[error("{0} is not the file whose SHA-256 is pinned: remove it, and ops/run fetches it anew")]
    Other(PathBuf),
    /// The runtime does not take a file. Holds why.
    #[error("a network cannot be loaded ({0}): report it")]
    Broken(String),
}

impl Pinned {
    /// The network of the file in this directory.
    pub(crate) fn load(&self, dir: &Path) -> Result<Model, ModelsError> {
        let path = dir.join(self.name);
        let read = || {
            let length = std::fs::metadata(&path)?.len();
            if length > BYTES_MAX { Err(std::io::ErrorKind::FileTooLarge.into()) } else { std::fs::read(&path) }
        };
        let bytes = read().map_err(|error| ModelsError::Missing(path.clone(), error))?;
        if base16ct::lower::encode_string(digest(&SHA256, &bytes).as_ref()) != self.sha256 {
            return Err(ModelsError::Other(path));
        }
        let loaded = ModelOptions::with_all_ops().prepack_weights(true).load(bytes);
        loaded.map_err(|error| ModelsError::Broken(format!("{}: {error}", self.name)))
    }
}
