//! Which of several characters stands at a place of a line, told by how they are drawn: where the recogniser does not know a
//! character, or takes it for another one, a drawing of it still lies better over the picture than a drawing of any other.
//!
//! The characters around it, of which the recogniser is sure, say how large and how sharp the line is. Then the expected character
//! and its rivals are drawn so and laid over the place, wherever each fits best (normalised correlation: Lewis 1995, "Fast
//! normalized cross-correlation"). Cards are printed with other faces than a server has; their strokes lie at the same places.

mod drawn;
mod flat;

use crate::lines::Line;
use crate::picture::Picture;
use drawn::{Drawn, Faces};
use flat::Flat;

/// Heights of a line that is looked at: more than the recogniser's, so that a character may lie a little off its middle.
const TALLER: f32 = 1.35;
/// Height of the line as it is looked at, in pixels.
const HIGH: usize = 64;
/// Sizes in which a character of a line is looked for, in pixels.
const SIZES: std::ops::RangeInclusive<usize> = 25..=47;
const SIZE_STEP: usize = 4;
/// How blurred a character may be (standard deviation in pixels).
const BLURS: [f32; 4] = [0.6, 1.1, 1.65, 2.25];
/// Characters of one line differ in size by at most so many pixels.
const OTHER_SIZES: [isize; 3] = [-2, 0, 2];
/// How far from where it was read the sure character is looked for, in pixels.
const ANCHOR_OFF: f32 = 36.0;
/// Where the next character begins and where the one after a space ends, in sizes from the middle of the sure one: names of two
/// characters stand apart on cards.
const NEXT: (f32, f32) = (0.45, 2.9);
/// So much of a size belongs to a character on either side of its middle.
const OWN: f32 = 0.3;
/// The sure character lies over its place as well as this at least, else the line is not looked at: it is another face, or aslant.
const ANCHOR_MIN: f32 = 0.7;
/// So much worse than the sure character the expected one may lie over its place.
const BEHIND_ANCHOR: f32 = 0.12;
/// Characters that look most like the expected one and are laid over the place, too.
const ALIKE: usize = 12;

/// A character of a line of which the recogniser is sure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sure {
    /// Which one it is.
    pub character: char,
    /// Where on the line, 0 to 1.
    pub place: f32,
}

/// What is asked of a place on a line.
#[derive(Debug)]
pub struct Doubt<'a> {
    /// The character that should stand there.
    pub expected: char,
    /// The one that was read there, if any.
    pub read: Option<char>,
    /// What is sure before it, the nearest one last.
    pub before: &'a [Sure],
    /// What is sure behind it, the nearest one first.
    pub behind: &'a [Sure],
}

/// The faces of this machine, looked for when they are first needed.
#[derive(Debug, Default)]
pub struct Shapes {
    faces: std::sync::OnceLock<Faces>,
}

impl Shapes {
    /// By how much the drawing of the expected character lies better over its place than that of any rival (a correlation, from -1 to
    /// 1); far behind where it does not lie there nearly as well as the sure character's own does. `None`: no face here has the
    /// character, or the line does not say how large it is.
    pub fn lead(&self, picture: &Picture, line: &Line, doubt: &Doubt<'_>) -> Option<f32> {
        let faces = self.faces.get_or_init(Faces::find);
        let (nearest, is_before) = match (doubt.before.last(), doubt.behind.first()) {
            (Some(sure), _) => (sure, true),
            (None, Some(sure)) => (sure, false),
            (None, None) => return None,
        };
        let taller = Line { height: line.height * TALLER, ..*line };
        let flat = Flat::of(&picture.grey_line(&taller, HIGH));
        let anchor = Anchor::find(&flat, faces, nearest)?;
        let within = anchor.next(&flat, doubt, is_before)?;
        let fits = |character: char| anchor.fits(&flat, faces, &within, character);
        let expected = fits(doubt.expected)?;
        if expected < anchor.fits - BEHIND_ANCHOR {
            return Some(expected - anchor.fits);
        }
        let rivals = doubt.read.into_iter().chain(faces.alike(doubt.expected, ALIKE));
        let best = rivals.filter(|rival| *rival != doubt.expected).filter_map(fits).fold(f32::MIN, f32::max);
        // Without any rival nothing was compared.
        (best > f32::MIN).then_some(expected - best)
    }
}

/// A sure character as it was found on a line.
struct Anchor {
    fits: f32,
    size: usize,
    blur: f32,
    middle: f32,
}

impl Anchor {
    fn find(flat: &Flat, faces: &Faces, sure: &Sure) -> Option<Self> {
        let at = sure.place * flat.wide();
        let within = (at - ANCHOR_OFF, at + ANCHOR_OFF);
        let try_on = |size: usize, blur: f32| {
            let (fits, middle) = flat.best(&Drawn::of(faces, sure.character, size, blur)?, within)?;
            Some(Self { fits, size, blur, middle })
        };
        let better = |one: &Self, other: &Self| one.fits.total_cmp(&other.fits);
        // First about how large it is, then how sharp.
        let rough = SIZES.step_by(SIZE_STEP).filter_map(|size| try_on(size, BLURS[1])).max_by(better)?;
        let near = rough.size.saturating_sub(SIZE_STEP)..=rough.size + SIZE_STEP;
        let tries = near.step_by(2).flat_map(|size| BLURS.map(|blur| (size, blur)));
        tries.filter_map(|(size, blur)| try_on(size, blur)).max_by(better).filter(|best| best.fits >= ANCHOR_MIN)
    }

    /// Where the doubtful character may lie: beside the sure one, and not beyond those that follow.
    #[expect(clippy::cast_precision_loss, reason = "a size in pixels")]
    fn next(&self, flat: &Flat, doubt: &Doubt<'_>, is_before: bool) -> Option<(f32, f32)> {
        let size = self.size as f32;
        let at = |sure: &Sure| sure.place * flat.wide();
        let (from, to) = if is_before {
            let to = self.middle + NEXT.1 * size;
            let behind = doubt.behind.first().map_or(to, |sure| at(sure) - OWN * size);
            (self.middle + NEXT.0 * size, to.min(behind))
        } else {
            (self.middle - NEXT.1 * size, self.middle - NEXT.0 * size)
        };
        (from < to).then_some((from.max(0.0), to))
    }

    fn fits(&self, flat: &Flat, faces: &Faces, within: &(f32, f32), character: char) -> Option<f32> {
        let sizes = OTHER_SIZES.iter().filter_map(|more| self.size.checked_add_signed(*more));
        let fits = sizes.filter_map(|size| {
            let drawn = Drawn::of(faces, character, size, self.blur)?;
            flat.best(&drawn, *within).map(|(fits, _)| fits)
        });
        fits.fold(None, |best, fits| Some(best.map_or(fits, |best: f32| best.max(fits))))
    }
}
