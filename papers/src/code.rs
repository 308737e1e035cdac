//! A text as a code to scan, drawn as lines: sharp on any printer, and smaller than a picture.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// White around a code, in modules, as the norm wants (ISO/IEC 18004).
const QUIET: usize = 4;

/// The code as SVG, its darkest and whitest; `None` when the text is longer than a code holds.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}"><path d=""#
    );
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                // Writing to a text does not fail.
                let _ = write!(svg, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    svg.push_str(r#""/></svg>"#);
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_small_and_has_its_margin() {
        let code = svg(&"7WQ:G5/".repeat(23)).unwrap();
        assert!(code.len() < 24_000 && code.contains(r#"viewBox="0 0 53 53""#) && code.contains("M4 4h7v1h-7z"));
        assert_eq!(svg(&"x".repeat(5_000)), None);
    }
}
