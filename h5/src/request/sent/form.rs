//! Reads a form with texts and at most one picture: bounded in memory, and polite to a phone that sends too much.

use axum::extract::Multipart;

use crate::failure::Failure;
use crate::request::sent::picture::{SentPicture, is_picture, read, refusal};

/// Most parts of a form, and most bytes of its texts together.
const PARTS_MAX: usize = 80;
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// What a form brought.
pub(crate) struct SentForm {
    /// Names and texts, in the form's order.
    pub(crate) pairs: Vec<(String, String)>,
    /// The first file that is not empty.
    pub(crate) picture: SentPicture,
}

/// Reads all parts.
pub(crate) async fn sent_form(mut form: Multipart) -> Result<SentForm, Failure> {
    let mut parts = SentForm { pairs: Vec::new(), picture: SentPicture::Nothing };
    let mut bytes = 0;
    for _ in 0..PARTS_MAX {
        let Some(mut field) = form.next_field().await.map_err(|error| refusal(&error))? else { return Ok(parts) };
        let name = field.name().unwrap_or_default().to_owned();
        if is_picture(&name) {
            let picture = read(field).await?;
            if parts.picture == SentPicture::Nothing {
                parts.picture = picture;
            }
            continue;
        }
        let mut text = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| refusal(&error))? {
            bytes += chunk.len();
            if bytes > TEXT_BYTES_MAX {
                return Err(Failure::TooLarge);
            }
            text.extend_from_slice(&chunk);
        }
        parts.pairs.push((name, String::from_utf8(text).map_err(|_| Failure::Bad)?));
    }
    Err(Failure::Bad)
}
