//! Choosing a picture: camera or album, a preview that can be turned, progress in words, the limit said before and not
//! after. With the script it is made smaller and sent at once, in pieces; without, it goes with the form.

use maud::{Markup, html};
use pagekit::words::Words;

use super::sending::sending;
use crate::view::icons::{Icon, icon};

/// One pixel that is not seen: a picture has an address, also while there is nothing to show.
const NOTHING: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
/// The names of the two inputs of a form with a single picture; whichever came filled is used.
pub(crate) const FIELDS: [&str; 2] = ["camera", "album"];
/// The field that names a picture that has arrived already.
pub(crate) const UPLOAD_FIELD: &str = "upload";

/// What the script makes of a picture that is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shrunk {
    /// Something photographed: its longest side has a limit.
    Photo,
    /// A screenshot, which may be many screens long: its area has a limit, so that it can still be read.
    Screenshot,
}

/// What the tile shows.
pub(crate) struct PictureTile<'a> {
    /// Its id, for the summary of errors.
    pub(crate) id: &'a str,
    /// The names of its inputs.
    pub(crate) fields: [String; 2],
    /// Where the pieces go.
    pub(crate) put: &'a str,
    /// What is to be seen on it.
    pub(crate) legend: &'a str,
    /// How to take it.
    pub(crate) hint: &'a str,
    /// Which files are offered.
    pub(crate) accept: &'static str,
    /// What is made of it.
    pub(crate) shrunk: Shrunk,
    /// Largest file, in bytes.
    pub(crate) bytes_max: usize,
    /// Where the picture is shown that is here already, if one is.
    pub(crate) here: Option<&'a str>,
    /// Which picture that is, where the form has to say so.
    pub(crate) upload: Option<String>,
    /// What was wrong with the last one.
    pub(crate) error: Option<&'a str>,
}

/// The names of the two inputs of a slot; whichever came filled is used.
pub(crate) fn fields(slot: &str) -> [String; 2] {
    FIELDS.map(|way| format!("{slot}-{way}"))
}

/// The tile: a group of two labelled inputs.
pub(crate) fn picture_tile(w: Words, tile: &PictureTile<'_>) -> Markup {
    let id = tile.id;
    let megabytes = tile.bytes_max / (1024 * 1024);
    // A picture that was just refused is shown, so that one sees what was wrong with it; it is not called uploaded.
    let is_good = tile.here.is_some() && tile.error.is_none();
    let said = html! {
        @if is_good { (w.t("tile-sent")) } @else if tile.here.is_some() { (w.t("tile-not-good")) }
    };
    html! {
        fieldset class="tile" id=(id) tabindex="-1" data-put=(tile.put) data-limit=(tile.bytes_max)
            data-screenshot[tile.shrunk == Shrunk::Screenshot] data-here[is_good]
            aria-describedby={ (id) "-hint " (id) "-error" } {
            legend { (tile.legend) }
            p class="hint" id={ (id) "-hint" } {
                (tile.hint) " " (w.with("tile-limit", &[("limit", megabytes.into())]))
            }
            p class="error" id={ (id) "-error" } role="alert" {
                @if let Some(error) = tile.error { (icon(Icon::Cross)) span { (error) } }
            }
            div class="tile-view" hidden[tile.here.is_none()] {
                img alt=(w.t("upload-preview")) data-preview src=(tile.here.unwrap_or(NOTHING));
                div class="tile-say" {
                    (sending(w, None, tile.bytes_max, &said))
                    button type="button" class="button second" data-turn hidden { (w.t("tile-turn")) }
                }
            }
            @if let Some(upload) = &tile.upload { input type="hidden" name=(UPLOAD_FIELD) value=(upload); }
            div class="upload-ways" {
                (way(w, &tile.fields[1], tile.accept, false))
                (way(w, &tile.fields[0], tile.accept, true))
            }
        }
    }
}

fn way(w: Words, field: &str, accept: &str, is_camera: bool) -> Markup {
    let (which, word) =
        if is_camera { (Icon::Camera, w.t("upload-camera")) } else { (Icon::Album, w.t("upload-album")) };
    html! {
        div class="way" {
            label for=(field) { (icon(which)) span { (word) } }
            input type="file" id=(field) name=(field) accept=(accept) capture=[is_camera.then_some("environment")];
        }
    }
}

/// Below a form of tiles: what the script says while pictures are awaited.
pub(crate) fn awaited(w: Words) -> Markup {
    html! { p class="hint awaited" role="status" data-await=(w.t("tile-awaited")) {} }
}
