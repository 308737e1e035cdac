//! Characters as the faces of this machine draw them.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ab_glyph::{Font, FontVec, PxScale, point};
use fontdb::{Database, Source, Style, Weight};

/// Families with Chinese in the order in which a character is looked for; the last ones have what is rare.
const FAMILIES: [&str; 8] = [
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "WenQuanYi Zen Hei",
    "Hiragino Sans GB",
    "HanaMinA",
    "HanaMinB",
    "BabelStone Han",
];
/// A drawing has so much more room on each side than its size, so that what is blurred stays in it.
const ROOM: f32 = 0.15;
/// Side of the small drawings by which characters that look alike are found, and the size of what is drawn for them.
const LOOK: usize = 16;
const LOOK_SIZE: usize = 40;
/// Characters among which those are looked for: CJK ideographs and extension A.
const IDEOGRAPHS: [std::ops::RangeInclusive<char>; 2] = ['\u{3400}'..='\u{4dbf}', '\u{4e00}'..='\u{9fff}'];
/// Most expected characters of which the alike ones are kept.
const KEPT_MAX: usize = 4_096;

/// The faces with Chinese that this machine has, each read when it is first needed.
pub(super) struct Faces {
    slots: Vec<Slot>,
    looks: OnceLock<Vec<(char, Look)>>,
    alike: Mutex<HashMap<char, Arc<[char]>>>,
}

impl std::fmt::Debug for Faces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faces").field("found", &self.slots.len()).finish_non_exhaustive()
    }
}

struct Slot {
    path: PathBuf,
    index: u32,
    font: OnceLock<Option<FontVec>>,
}

impl Slot {
    fn font(&self) -> Option<&FontVec> {
        let read = || FontVec::try_from_vec_and_index(fs::read(&self.path).ok()?, self.index).ok();
        self.font.get_or_init(read).as_ref()
    }
}

/// A small drawing, its mean nothing and its length one.
type Look = [f32; LOOK * LOOK];

impl Faces {
    pub(super) fn find() -> Self {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        let slots = FAMILIES.iter().filter_map(|family| {
            let is_it = |face: &&fontdb::FaceInfo| {
                face.style == Style::Normal && face.families.iter().any(|(name, _)| name.eq_ignore_ascii_case(family))
            };
            let face = fonts.faces().filter(is_it).min_by_key(|face| face.weight.0.abs_diff(Weight::NORMAL.0))?;
            let Source::File(path) = &face.source else { return None };
            Some(Slot { path: path.clone(), index: face.index, font: OnceLock::new() })
        });
        Self { slots: slots.collect(), looks: OnceLock::new(), alike: Mutex::default() }
    }

    /// The first face that has the character.
    fn with(&self, character: char) -> Option<&FontVec> {
        self.slots.iter().filter_map(Slot::font).find(|font| font.glyph_id(character).0 != 0)
    }

    /// The characters that look most like this one, the most alike first. The first call draws all of them, which takes a core for
    /// a second or two.
    pub(super) fn alike(&self, character: char, count: usize) -> Vec<char> {
        let known = || self.alike.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = known().get(&character) {
            return kept.iter().copied().take(count).collect();
        }
        let Some(look) = self.look(character) else { return Vec::new() };
        let looks = self.looks.get_or_init(|| self.all_looks());
        let likeness = |other: &Look| look.iter().zip(other).map(|(one, other)| one * other).sum::<f32>();
        let others = looks.iter().filter(|(other, _)| *other != character);
        let mut by_likeness: Vec<(f32, char)> = others.map(|(other, look)| (likeness(look), *other)).collect();
        by_likeness.sort_by(|one, other| other.0.total_cmp(&one.0));
        let alike: Vec<char> = by_likeness.into_iter().map(|(_, other)| other).take(count).collect();
        let mut known = known();
        if known.len() < KEPT_MAX {
            known.insert(character, alike.clone().into());
        }
        alike
    }

    /// Of the first face alone: what only rare faces have is drawn in another hand.
    fn all_looks(&self) -> Vec<(char, Look)> {
        let Some(first) = self.slots.iter().find_map(Slot::font) else { return Vec::new() };
        let has = |character: &char| first.glyph_id(*character).0 != 0;
        let characters = IDEOGRAPHS.into_iter().flatten().filter(has);
        characters.filter_map(|character| Some((character, self.look(character)?))).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "pixels of a small drawing")]
    fn look(&self, character: char) -> Option<Look> {
        let drawn = Drawn::of(self, character, LOOK_SIZE, 1.5)?;
        let mut look = [0.0_f32; LOOK * LOOK];
        for (at, ink) in drawn.ink.iter().enumerate() {
            let (x, y) = (at % drawn.side * LOOK / drawn.side, at / drawn.side * LOOK / drawn.side);
            look[y * LOOK + x] += ink;
        }
        let mean = look.iter().sum::<f32>() / look.len() as f32;
        look.iter_mut().for_each(|part| *part -= mean);
        let length = look.iter().map(|part| part * part).sum::<f32>().sqrt().max(f32::EPSILON);
        look.iter_mut().for_each(|part| *part /= length);
        Some(look)
    }
}

/// A character drawn in the middle of a square, its mean nothing and its length one.
pub(super) struct Drawn {
    /// Pixels of a side.
    pub(super) side: usize,
    /// Row by row.
    pub(super) ink: Vec<f32>,
}

impl Drawn {
    /// In the first face that has it, so large and so blurred.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pixels of a character"
    )]
    pub(super) fn of(faces: &Faces, character: char, size: usize, blur: f32) -> Option<Self> {
        let font = faces.with(character)?;
        let em = font.units_per_em()?;
        let scale = PxScale::from(size as f32 * font.height_unscaled() / em);
        let glyph = font.glyph_id(character).with_scale_and_position(scale, point(0.0, 0.0));
        let outline = font.outline_glyph(glyph)?;
        let bounds = outline.px_bounds();
        let side = size + 2 * ((size as f32 * ROOM) as usize + 2);
        let mut ink = vec![0.0_f32; side * side];
        let middle = |length: f32| ((side as f32 - length) / 2.0).floor();
        let (left, top) = (middle(bounds.width()), middle(bounds.height()));
        outline.draw(|x, y, cover| {
            let (x, y) = (x as f32 + left, y as f32 + top);
            if (0.0..side as f32).contains(&x) && (0.0..side as f32).contains(&y) {
                ink[y as usize * side + x as usize] = cover.min(1.0);
            }
        });
        let mut ink = blurred(&ink, side, blur);
        let mean = ink.iter().sum::<f32>() / ink.len() as f32;
        ink.iter_mut().for_each(|pixel| *pixel -= mean);
        let length = ink.iter().map(|pixel| pixel * pixel).sum::<f32>().sqrt();
        if length <= f32::EPSILON {
            return None;
        }
        ink.iter_mut().for_each(|pixel| *pixel /= length);
        Some(Self { side, ink })
    }
}

/// Blurred by a Gaussian of this standard deviation, first along rows and then along columns.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a window of a few pixels"
)]
fn blurred(ink: &[f32], side: usize, deviation: f32) -> Vec<f32> {
    let reach = (3.0 * deviation).ceil() as usize;
    let weight = |off: usize| (-(off as f32).powi(2) / (2.0 * deviation * deviation)).exp();
    let weights: Vec<f32> = (0..=reach).map(weight).collect();
    let whole = weights[0] + 2.0 * weights[1..].iter().sum::<f32>();
    let pass = |ink: &[f32], step: usize, along: &dyn Fn(usize) -> usize| -> Vec<f32> {
        (0..ink.len())
            .map(|at| {
                let place = along(at);
                let mut sum = ink[at] * weights[0];
                for (off, weight) in weights.iter().enumerate().skip(1) {
                    let before = if place >= off { ink[at - off * step] } else { 0.0 };
                    let behind = if place + off < side { ink[at + off * step] } else { 0.0 };
                    sum += weight * (before + behind);
                }
                sum / whole
            })
            .collect()
    };
    let across = pass(ink, 1, &|at| at % side);
    pass(&across, side, &|at| at / side)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_found_and_what_no_face_has_is_not_drawn() {
        let faces = Faces::find();
        let alike = faces.alike('赟', 12);
        assert!(alike.len() == 12 && alike.contains(&'贇') && !alike.contains(&'赟'), "{alike:?}");
        assert_eq!(faces.alike('赟', 3), alike[..3], "kept from the first time");
        assert!(Drawn::of(&faces, '\u{e000}', 36, 1.1).is_none() && Drawn::of(&faces, ' ', 36, 1.1).is_none());
    }
}
