//! A text as a code to scan.

use std::io::Cursor;

use image::{ImageFormat, Luma};
use qrcode::{EcLevel, QrCode};

/// Pixels per module: sharp on a phone's screen, and some 3 kB.
const MODULE_PIXELS: u32 = 10;

/// A PNG of the code. Nothing when the text is longer than a code can hold.
pub fn code(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture = code.render::<Luma<u8>>().module_dimensions(MODULE_PIXELS, MODULE_PIXELS).build();
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).ok()?;
    Some(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_small_picture() {
        let picture = code("https://pay.example.edu/item?exam=degree-english-2027-1").unwrap();
        assert!(picture.starts_with(b"\x89PNG") && picture.len() < 8_000, "{} bytes", picture.len());
        assert_eq!(code(&"x".repeat(5000)), None);
    }
}
