//! Reads the picture out of an upload: bounded in memory, and polite to a phone that sends too much.

use std::error::Error;
use std::io;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use bytes::{Bytes, BytesMut};
use registration::pictures::clean::PICTURE_BYTES_MAX;
use uuid::Uuid;

use crate::failure::Failure;
use crate::view::form::picture_tile::{FIELDS, UPLOAD_FIELD};

/// Most bytes of a whole upload that are read. What exceeds the picture's limit is thrown away as it arrives, so that
/// the browser finishes sending and shows our answer instead of "connection reset".
pub(crate) const UPLOAD_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most parts of a form that are looked at.
const PARTS_MAX: usize = 8;

/// What a form brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SentPicture {
    /// A file within the limit, whatever it is.
    File(Bytes),
    /// A file over the limit.
    TooLarge,
    /// No file was chosen.
    Nothing,
}

/// Takes the first file that is not empty, and which picture the form says has arrived already.
pub(crate) async fn picture_or_upload(mut form: Multipart) -> Result<(SentPicture, Option<Uuid>), Failure> {
    let (mut found, mut upload) = (SentPicture::Nothing, None);
    for _ in 0..PARTS_MAX {
        let Some(field) = form.next_field().await.map_err(|error| refusal(&error))? else { break };
        let name = field.name().unwrap_or_default().to_owned();
        let part = read(field).await?;
        match part {
            SentPicture::File(text) if name == UPLOAD_FIELD => upload = Uuid::try_parse_ascii(&text).ok(),
            part if is_picture(&name) && found == SentPicture::Nothing => found = part,
            _ => {}
        }
    }
    Ok((found, upload))
}

/// Is this the name of a field for a picture?
pub(crate) fn is_picture(name: &str) -> bool {
    FIELDS.contains(&name)
}

pub(crate) async fn read(mut field: Field<'_>) -> Result<SentPicture, Failure> {
    let (mut kept, mut is_too_large) = (BytesMut::new(), false);
    while let Some(chunk) = field.chunk().await.map_err(|error| refusal(&error))? {
        if is_too_large {
            continue;
        }
        if kept.len() + chunk.len() > PICTURE_BYTES_MAX {
            is_too_large = true;
            kept = BytesMut::new();
        } else {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok(match (is_too_large, kept.is_empty()) {
        (true, _) => SentPicture::TooLarge,
        (false, true) => SentPicture::Nothing,
        (false, false) => SentPicture::File(kept.freeze()),
    })
}

pub(crate) fn refusal(error: &MultipartError) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return match error.kind() {
                // The listener ends a body that stands still; the phone may try again where the network is better.
                io::ErrorKind::TimedOut => Failure::Unavailable,
                // Reading fails only where the other side or the line does: nobody here needs to hear of it.
                _ => Failure::Cut,
            };
        }
        cause = error.source();
    }
    Failure::of_status(error.status()).unwrap_or(Failure::Bad)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::FromRequest;
    use http::Request;

    use super::*;
    use crate::request::sent::form::sent_form;

    const BEGUN: &str =
        "--b\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"a.jpg\"\r\n\r\nthe first bytes";

    /// A form whose body ends in this way after so many bytes.
    async fn form(bytes: usize, end: io::ErrorKind) -> Multipart {
        let pieces = [Ok(&BEGUN[..bytes]), Err(io::Error::new(end, "the line"))];
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let request = Request::post("/").header("content-type", "multipart/form-data; boundary=b");
        Multipart::from_request(request.body(body).unwrap(), &()).await.unwrap()
    }

    #[tokio::test]
    async fn who_breaks_off_is_no_forger_and_who_is_slow_may_try_again() {
        use io::ErrorKind::{ConnectionAborted, ConnectionReset, Other, TimedOut, UnexpectedEof};
        for bytes in [0, 2, 20, BEGUN.len()] {
            for end in [ConnectionAborted, ConnectionReset, Other, UnexpectedEof] {
                assert_eq!(picture_or_upload(form(bytes, end).await).await, Err(Failure::Cut), "{bytes} {end}");
                assert_eq!(sent_form(form(bytes, end).await).await.err(), Some(Failure::Cut), "{bytes} {end}");
            }
            assert_eq!(picture_or_upload(form(bytes, TimedOut).await).await, Err(Failure::Unavailable), "{bytes}");
        }
    }
}
