//! The Chinese font of this machine.

use std::process::Command;

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};

/// A font that has Chinese.
pub(super) struct Face(FontVec);

impl Face {
    /// Noto Sans CJK SC, or what this machine has in its place.
    pub(super) fn load() -> Self {
        let asked = Command::new("fc-match").args(["-f", "%{file}\n%{index}", "Noto Sans CJK SC:lang=zh-cn"]).output();
        let answer = asked.expect("fc-match runs: install fontconfig and fonts-noto-cjk").stdout;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (file, index) = answer.split_once('\n').expect("fc-match names a font");
        let bytes = std::fs::read(file).expect("the font can be read");
        let font = FontVec::try_from_vec_and_index(bytes, index.trim().parse().unwrap_or(0)).expect("it is a font");
        assert!(font.glyph_id('样').0 != 0, "no font has Chinese: install fonts-noto-cjk");
        Self(font)
    }

    /// Draws each pixel that the text covers, and says where the text ends.
    pub(super) fn write(
        &self,
        at: (u32, u32),
        size: f32,
        text: &str,
        space: f32,
        mut draw: impl FnMut(i32, i32, f32),
    ) -> u32 {
        let scaled = self.0.as_scaled(PxScale::from(size * 1.36));
        #[expect(clippy::cast_precision_loss, reason = "a place on a card")]
        let (mut x, top) = (at.0 as f32, at.1 as f32);
        // The line's box is higher than its characters; the place given is theirs.
        let base = top + scaled.ascent() - size * 0.3;
        for character in text.chars() {
            let id = scaled.glyph_id(character);
            let glyph = id.with_scale_and_position(scaled.scale(), point(x, base));
            if let Some(outline) = scaled.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                #[expect(clippy::cast_possible_truncation, reason = "a place on a card")]
                let (left, up) = (bounds.min.x as i32, bounds.min.y as i32);
                outline.draw(|dx, dy, cover| {
                    let (dx, dy) = (i32::try_from(dx).unwrap_or(0), i32::try_from(dy).unwrap_or(0));
                    draw(left + dx, up + dy, cover.min(1.0));
                });
            }
            x += scaled.h_advance(id) + space;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place on a card")]
        let end = x.max(0.0) as u32;
        end
    }
}
