//! The Chinese font of this machine.

use std::process::Command;
use std::sync::OnceLock;

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};

/// No font with Chinese was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no font has Chinese: install fontconfig and fonts-noto-cjk, then try again")]
pub struct NoFont;

/// A font that has Chinese.
pub(super) struct Face(FontVec);

impl Face {
    /// Noto Sans CJK SC, or what this machine has in its place. Read once.
    pub(super) fn load() -> Result<&'static Self, NoFont> {
        static FACE: OnceLock<Option<Face>> = OnceLock::new();
        FACE.get_or_init(Self::find).as_ref().ok_or(NoFont)
    }

    fn find() -> Option<Self> {
        let asked = Command::new("fc-match").args(["-f", "%{file}\n%{index}", "Noto Sans CJK SC:lang=zh-cn"]).output();
        let answer = String::from_utf8(asked.ok()?.stdout).ok()?;
        let (file, index) = answer.split_once('\n')?;
        let bytes = std::fs::read(file).ok()?;
        let font = FontVec::try_from_vec_and_index(bytes, index.trim().parse().unwrap_or(0)).ok()?;
        (font.glyph_id('样').0 != 0).then_some(Self(font))
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
