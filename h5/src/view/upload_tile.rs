//! Choosing a picture: camera or album, a preview, and the limit said before and not after.

use maud::{Markup, html};
use pagekit::words::Words;

use super::icons::{Icon, icon};

/// The names of the two inputs; whichever came filled is used.
pub(crate) const FIELDS: [&str; 2] = ["camera", "album"];

/// What the tile shows.
pub(crate) struct UploadTile<'a> {
    /// Largest file, in bytes.
    pub(crate) bytes_max: usize,
    /// What was wrong with the last one.
    pub(crate) error: Option<&'a str>,
}

/// The tile: a group of two labelled inputs.
pub(crate) fn upload_tile(w: Words, tile: &UploadTile<'_>) -> Markup {
    let megabytes = tile.bytes_max / (1024 * 1024);
    let too_large = w.with("upload-too-large", &[("limit", megabytes.into())]);
    html! {
        fieldset class="upload" id="screenshot" tabindex="-1" data-limit=(tile.bytes_max) data-too-large=(too_large)
            data-chosen=(w.with("upload-chosen", &[("name", "{name}".into())])) aria-describedby="screenshot-hint screenshot-error" {
            legend { (w.t("upload-legend")) }
            p class="hint" id="screenshot-hint" { (w.with("upload-limit", &[("limit", megabytes.into())])) }
            p class="error" id="screenshot-error" role="alert" {
                @if let Some(error) = tile.error { (icon(Icon::Cross)) span { (error) } }
            }
            div class="preview" hidden { img alt=(w.t("upload-preview")) data-preview; p data-name {} }
            div class="upload-ways" {
                (way(w, Icon::Album, FIELDS[1], false))
                (way(w, Icon::Camera, FIELDS[0], true))
            }
        }
    }
}

fn way(w: Words, which: Icon, field: &str, capture: bool) -> Markup {
    html! {
        div class="way" {
            label for=(field) { (icon(which)) span { (if capture { w.t("upload-camera") } else { w.t("upload-album") }) } }
            input type="file" id=(field) name=(field) accept="image/jpeg,image/png" capture=[capture.then_some("environment")];
        }
    }
}
