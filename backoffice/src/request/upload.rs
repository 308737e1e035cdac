//! Reads forms with files part by part, so that of many files only one is in memory.

use std::error::Error;
use std::io;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use bytes::{Bytes, BytesMut};

use crate::request::failure::Failure;

/// Most parts of a form.
const PARTS_MAX: usize = 64;
/// Largest text of a field, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// A part of a form.
pub(crate) enum Part {
    /// A field with what was typed.
    Text(String, String),
    /// A file that was chosen.
    File {
        /// As its sender calls it.
        name: String,
        /// What is in it; `None` when it is larger than may be.
        bytes: Option<Bytes>,
    },
}

/// A part of a form whose file is taken as it comes.
pub(crate) enum Coming<'a> {
    /// A field with what was typed.
    Text(String, String),
    /// A file that was chosen, or a field for one in which none was.
    File(Box<File<'a>>),
}

/// A file that comes in.
pub(crate) struct File<'a> {
    /// As its sender calls it.
    pub(crate) name: String,
    field: Field<'a>,
}

impl File<'_> {
    /// What has come next; `None`: that was all. How much it may be altogether, the route says.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        self.field.chunk().await.map_err(|error| refusal(&error))
    }
}

/// A form that comes in.
pub(crate) struct Upload {
    form: Multipart,
    parts: usize,
}

impl Upload {
    pub(crate) fn new(form: Multipart) -> Self {
        Self { form, parts: 0 }
    }

    /// The next part; a file in it is not read yet.
    pub(crate) async fn coming(&mut self) -> Result<Option<Coming<'_>>, Failure> {
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err(Failure::TooLarge);
        }
        let Some(field) = self.form.next_field().await.map_err(|error| refusal(&error))? else { return Ok(None) };
        if let Some(name) = field.file_name().map(str::to_owned) {
            return Ok(Some(Coming::File(Box::new(File { name, field }))));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = read(field, TEXT_BYTES_MAX).await?.ok_or(Failure::TooLarge)?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| Failure::Bad)?;
        Ok(Some(Coming::Text(name, text)))
    }

    /// The next part, of which a file has at most `bytes_max`; what is larger is thrown away as it comes. `None`: that was
    /// all. A field for a file in which none was chosen is no part.
    pub(crate) async fn next(&mut self, bytes_max: usize) -> Result<Option<Part>, Failure> {
        loop {
            let Some(field) = self.form.next_field().await.map_err(|error| refusal(&error))? else { return Ok(None) };
            self.parts += 1;
            if self.parts > PARTS_MAX {
                return Err(Failure::TooLarge);
            }
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(str::to_owned);
            match file {
                None => {
                    let bytes = read(field, TEXT_BYTES_MAX).await?.ok_or(Failure::TooLarge)?;
                    let text = String::from_utf8(bytes.to_vec()).map_err(|_| Failure::Bad)?;
                    return Ok(Some(Part::Text(name, text)));
                }
                Some(file) => {
                    let bytes = read(field, bytes_max).await?;
                    let is_none = file.is_empty() && bytes.as_ref().is_some_and(Bytes::is_empty);
                    if !is_none {
                        return Ok(Some(Part::File { name: file, bytes }));
                    }
                }
            }
        }
    }
}

/// All of a field; nothing where it is larger than may be.
async fn read(mut field: Field<'_>, bytes_max: usize) -> Result<Option<Bytes>, Failure> {
    let (mut kept, mut is_too_large) = (BytesMut::new(), false);
    while let Some(chunk) = field.chunk().await.map_err(|error| refusal(&error))? {
        is_too_large |= kept.len() + chunk.len() > bytes_max;
        if is_too_large {
            kept = BytesMut::new();
        } else {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok((!is_too_large).then(|| kept.freeze()))
}

fn refusal(error: &MultipartError) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let is_late = error.kind() == io::ErrorKind::TimedOut;
            return if is_late { Failure::Unavailable } else { Failure::Bad };
        }
        cause = error.source();
    }
    Failure::of_status(error.status()).unwrap_or(Failure::Bad)
}
