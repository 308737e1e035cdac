//! The photo of a registration form (证件照): chosen, and with a script moved and enlarged in a frame of the right shape;
//! without one the middle of it is kept.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::PhotoRules;

use super::picture_tile::{FIELDS, UPLOAD_FIELD};
use super::sending::sending;
use crate::view::icons::{Icon, icon};

/// What the part shows. It belongs into a `multipart/form-data` form of a page whose script has `crop.js` in it.
pub(crate) struct PhotoField<'a> {
    /// Size and limit.
    pub(crate) rules: &'a PhotoRules,
    /// Where the pieces go.
    pub(crate) put: &'a str,
    /// Where the photo is shown that is here already.
    pub(crate) shown_at: Option<&'a str>,
    /// What was wrong with the last one.
    pub(crate) error: Option<&'a str>,
}

/// The part: its id is `photo`, its inputs are those of an upload tile.
pub(crate) fn photo_field(w: Words, part: &PhotoField<'_>) -> Markup {
    let PhotoRules { width, height, bytes_max, .. } = part.rules;
    let megabytes = bytes_max / (1024 * 1024);
    html! {
        fieldset class="tile photo" id="photo" tabindex="-1" data-crop data-put=(part.put) data-width=(width)
            data-height=(height) data-limit=(bytes_max) aria-describedby="photo-hint photo-error" {
            legend { (w.t("photo-legend")) }
            p class="hint" id="photo-hint" {
                (w.with("photo-hint", &[
                    ("limit", megabytes.into()), ("width", (*width).into()), ("height", (*height).into()),
                ]))
            }
            p class="error" id="photo-error" role="alert" {
                @if let Some(error) = part.error { (icon(Icon::Cross)) span { (error) } }
            }
            @if let Some(shown_at) = part.shown_at {
                img class="photo-here" src=(shown_at) alt=(w.t("photo-alt")) width=(width) height=(height);
            }
            div class="crop" hidden {
                canvas width=(width) height=(height) data-frame tabindex="0" role="img" aria-label=(w.t("photo-frame")) {}
                label for="photo-zoom" { (w.t("photo-zoom")) }
                input type="range" id="photo-zoom" min="1" max="4" step="0.02" value="1";
                p class="hint" { (w.t("photo-move")) }
            }
            (sending(w, Some("photo-say"), usize::try_from(*bytes_max).unwrap_or(usize::MAX), &html! {}))
            input type="hidden" name=(UPLOAD_FIELD);
            div class="upload-ways" {
                div class="way" {
                    label for=(FIELDS[1]) { (icon(Icon::Album)) span { (w.t("upload-album")) } }
                    input type="file" id=(FIELDS[1]) name=(FIELDS[1]) accept="image/jpeg,image/png";
                }
                div class="way" {
                    label for=(FIELDS[0]) { (icon(Icon::Camera)) span { (w.t("upload-camera")) } }
                    input type="file" id=(FIELDS[0]) name=(FIELDS[0]) accept="image/jpeg,image/png" capture="user";
                }
            }
        }
    }
}
