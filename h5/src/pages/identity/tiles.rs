//! The pictures that the real-name check asks for.

use axum::extract::Multipart;
use maud::Markup;
use pagekit::words::Words;
use registration::pictures::clean::{PICTURE_BYTES_MAX, PictureError};
use registration::pictures::kept::{DraftError, Slot};

use crate::failure::Failure;
use crate::request::identity_visit::IdentityVisit;
use crate::request::sent::picture::{SentPicture, read};
use crate::view::form::picture_tile::{PictureTile, Shrunk, fields, picture_tile};

/// The tile of a picture of somebody or of their document.
pub(crate) fn identity_tile(
    w: Words,
    slot: &str,
    legend: &str,
    hint: &str,
    is_here: bool,
    error: Option<&str>,
) -> Markup {
    let put = format!("/me/identity/pictures/{slot}");
    let shown_at = format!("{put}.jpg");
    let tile = PictureTile {
        id: slot,
        fields: fields(slot),
        put: &put,
        legend,
        hint,
        accept: "image/*",
        shrunk: Shrunk::Photo,
        bytes_max: PICTURE_BYTES_MAX,
        here: is_here.then_some(&shown_at),
        upload: None,
        error,
    };
    picture_tile(w, &tile)
}

/// What a form of pictures brought, by slot: at most one each.
pub(crate) async fn pictures_of(mut form: Multipart, slots: &[Slot]) -> Result<Vec<(Slot, SentPicture)>, Failure> {
    const PARTS_MAX: usize = 12;
    let mut found: Vec<(Slot, SentPicture)> = Vec::new();
    for _ in 0..PARTS_MAX {
        let Some(field) = form.next_field().await.map_err(|error| crate::request::sent::picture::refusal(&error))?
        else {
            break;
        };
        let name = field.name().unwrap_or_default().to_owned();
        let slot = slots.iter().find(|slot| fields(slot.as_str()).contains(&name)).copied();
        let part = read(field).await?;
        if let Some(slot) = slot.filter(|slot| part != SentPicture::Nothing && !found.iter().any(|(s, _)| s == slot)) {
            found.push((slot, part));
        }
    }
    Ok(found)
}

/// Keeps what a form without a script brought.
pub(crate) async fn draft(visit: &IdentityVisit, slot: Slot, part: SentPicture) -> Result<(), DraftError> {
    match part {
        SentPicture::Nothing => Ok(()),
        SentPicture::TooLarge => Err(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX }.into()),
        SentPicture::File(bytes) => {
            let identity = &visit.visit.app.outside.registration.identity;
            identity.draft(visit.account.id, slot, bytes).await.map(drop)
        }
    }
}
