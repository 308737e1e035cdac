//! Choosing one picture of several: camera or album, a preview that can be turned, progress in words. With the script it
//! is made smaller and sent at once, in pieces; without, it goes with the form.

use maud::{Markup, html};
use pagekit::words::Words;

use super::icons::{Icon, icon};

/// What the tile shows.
pub(crate) struct PictureTile<'a> {
    /// The slot's name: of the inputs, of the id, of the address.
    pub(crate) slot: &'static str,
    /// What is to be seen on it.
    pub(crate) legend: &'a str,
    /// How to take it.
    pub(crate) hint: &'a str,
    /// Largest file, in bytes.
    pub(crate) bytes_max: usize,
    /// Is a picture here already?
    pub(crate) is_here: bool,
    /// What was wrong with the last one.
    pub(crate) error: Option<&'a str>,
}

/// The names of the two inputs of a slot; whichever came filled is used.
pub(crate) fn fields(slot: &str) -> [String; 2] {
    ["camera", "album"].map(|way| format!("{slot}-{way}"))
}

/// The tile: a group of two labelled inputs.
pub(crate) fn picture_tile(w: Words, tile: &PictureTile<'_>) -> Markup {
    let PictureTile { slot, .. } = tile;
    let megabytes = tile.bytes_max / (1024 * 1024);
    let here = format!("/me/identity/pictures/{slot}");
    html! {
        fieldset class="tile" id=(slot) tabindex="-1" data-put=(here) data-limit=(tile.bytes_max)
            data-too-large=(w.with("tile-too-large", &[("limit", megabytes.into())]))
            data-unread=(w.t("tile-unread")) data-sending=(w.with("tile-sending", &[("percent", "{percent}".into())]))
            data-waiting=(w.t("tile-waiting")) data-sent=(w.t("tile-sent")) data-refused=(w.t("tile-refused"))
            data-heic=(w.t("tile-heic")) data-here[tile.is_here]
            aria-describedby={ (slot) "-hint " (slot) "-error" } {
            legend { (tile.legend) }
            p class="hint" id={ (slot) "-hint" } {
                (tile.hint) " " (w.with("tile-limit", &[("limit", megabytes.into())]))
            }
            p class="error" id={ (slot) "-error" } role="alert" {
                @if let Some(error) = tile.error { (icon(Icon::Cross)) span { (error) } }
            }
            div class="tile-view" hidden[!tile.is_here] {
                img alt=(w.t("upload-preview")) data-preview src=[tile.is_here.then(|| format!("{here}.jpg"))];
                div class="tile-say" {
                    p role="status" data-say { @if tile.is_here { (w.t("tile-sent")) } }
                    button type="button" class="button second" data-turn hidden { (w.t("tile-turn")) }
                }
            }
            div class="upload-ways" {
                (way(w, slot, false))
                (way(w, slot, true))
            }
        }
    }
}

fn way(w: Words, slot: &str, is_camera: bool) -> Markup {
    let field = &fields(slot)[usize::from(!is_camera)];
    let (which, word) =
        if is_camera { (Icon::Camera, w.t("upload-camera")) } else { (Icon::Album, w.t("upload-album")) };
    html! {
        div class="way" {
            label for=(field) { (icon(which)) span { (word) } }
            input type="file" id=(field) name=(field) accept="image/*"
                capture=[is_camera.then_some("environment")];
        }
    }
}
