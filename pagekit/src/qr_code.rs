//! A text as a code to scan.

use std::io::Cursor;

use image::{ImageFormat, Luma};
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// Pixels per module: sharp on a phone's screen, and some 3 kB.
const MODULE_PIXELS: u32 = 10;
/// Light modules around a drawing, which readers need.
const QUIET_MODULES: usize = 4;

/// A PNG of the code. Nothing when the text is longer than a code can hold.
pub fn code(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture = code.render::<Luma<u8>>().module_dimensions(MODULE_PIXELS, MODULE_PIXELS).build();
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).ok()?;
    Some(out.into_inner())
}

/// The code as a drawing in the page, with what it is for; `None` when the text is longer than a code can hold. What it says stands in no
/// address, and nobody keeps it as a picture of its own.
pub fn drawing(text: &str, label: &str) -> Option<Markup> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colours) = (code.width(), code.to_colors());
    let mut path = String::new();
    for at in (0..colours.len()).filter(|at| colours[*at] == Color::Dark) {
        path.push_str(&format!("M{} {}h1v1h-1z", at % width + QUIET_MODULES, at / width + QUIET_MODULES));
    }
    let size = width + 2 * QUIET_MODULES;
    Some(html! {
        svg viewBox=(format!("0 0 {size} {size}")) role="img" aria-label=(label) shape-rendering="crispEdges" {
            path d=(path) {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_small_picture() {
        let picture = code("https://pay.example.edu/item?exam=degree-english-2027-1").unwrap();
        assert!(picture.starts_with(b"\x89PNG") && picture.len() < 8_000, "{} bytes", picture.len());
        assert_eq!(code(&"x".repeat(5000)), None);
        let drawn = drawing("https://pay.example.edu/", "<a label>").unwrap().into_string();
        // The first finder pattern begins behind the quiet zone.
        assert!(drawn.contains("viewBox=\"0 0 33 33\"") && drawn.contains("d=\"M4 4h1v1h-1z"), "{drawn}");
        assert!(drawn.contains("aria-label=\"&lt;a label&gt;\""), "{drawn}");
        assert!(drawing(&"x".repeat(5000), "").is_none());
    }
}
