//! Is a picture of a card or a face next to the same as another one: saved anew, made smaller, and not taken anew?
//!
//! A difference hash of 64 bits (does it grow brighter from one place to the next?) finds pictures to compare. Whether two are one
//! is told by how bright each of 1,024 places is: two cards have one layout, so that a hash of them as a whole calls them one, and
//! another name or another face changes dozens of places.

use image::{Rgb, RgbImage};

use crate::pictures::clean::{self, PictureError};

/// How wide a picture is made before it is looked at, and as high for a pattern.
const WIDTH: u32 = 128;
/// Places in a row, and rows.
const PLACES: u32 = 32;
/// Places of the hash: one more in a row than it has bits.
const HASH_COLUMNS: u32 = 9;
const HASH_ROWS: u32 = 8;
const _: () = assert!((HASH_COLUMNS - 1) * HASH_ROWS == 64);
/// So many levels brighter is brighter.
const STEP_LEVELS: u8 = 2;
/// A place that is so far from the mean says something; a picture of fewer such places says nothing.
const CONTENT_LEVELS: u8 = 16;
const CONTENT_MIN: usize = 64;
/// Two pictures are one when at most so many places differ by more than so many levels.
const APART_LEVELS: i32 = 10;
const APART_MAX: usize = 8;

/// A pixel whose colours are so far apart has a colour; a picture of which fewer than one in so many have one is grey.
const COLOUR_LEVELS: u8 = 24;
const COLOUR_SHARE: usize = 200;

/// Has a picture of ours no colour, as photocopies have none? A card's portrait has, in any light. Takes a core for a moment.
pub(crate) fn is_grey(jpeg: &[u8]) -> Result<bool, PictureError> {
    Ok(has_no_colour(&clean::small(jpeg, WIDTH)?))
}

fn has_no_colour(picture: &RgbImage) -> bool {
    let has_colour = |pixel: &&Rgb<u8>| {
        let [red, green, blue] = pixel.0;
        red.max(green).max(blue) - red.min(green).min(blue) > COLOUR_LEVELS
    };
    picture.pixels().filter(has_colour).count() < picture.pixels().len() / COLOUR_SHARE
}

/// How a picture looks from afar.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// By which it is looked up.
    pub(crate) mark: u64,
    /// How bright each place is, row by row.
    places: Vec<u8>,
}

impl Pattern {
    /// What is kept of it besides the mark.
    pub(crate) fn places(&self) -> &[u8] {
        &self.places
    }

    /// What was kept; what another version kept is like nothing.
    pub(crate) fn kept(mark: u64, places: Vec<u8>) -> Self {
        Self { mark, places }
    }

    /// The four parts of the mark by which it is looked up: a copy shares one of them at least, if it differs in fewer than four bits.
    pub(crate) fn parts(&self) -> [i32; 4] {
        let [a, b, c, d, e, f, g, h] = self.mark.to_le_bytes();
        [[a, b], [c, d], [e, f], [g, h]].map(|part| i32::from(u16::from_le_bytes(part)))
    }
}

/// The pattern of a picture of ours; `None`: it says too little to be known again. Takes a core for a moment.
pub(crate) fn pattern(jpeg: &[u8]) -> Result<Option<Pattern>, PictureError> {
    Ok(pattern_of(&clean::square(jpeg, WIDTH)?))
}

fn pattern_of(picture: &RgbImage) -> Option<Pattern> {
    let places = means(picture, PLACES, PLACES);
    let mean = u8::try_from(mean(&places)).unwrap_or(u8::MAX);
    if places.iter().filter(|place| place.abs_diff(mean) > CONTENT_LEVELS).count() < CONTENT_MIN {
        return None;
    }
    let coarse = means(picture, HASH_COLUMNS, HASH_ROWS);
    let pairs = coarse.chunks(HASH_COLUMNS as usize).flat_map(|row| row.windows(2));
    let mark = pairs.fold(0_u64, |bits, pair| bits << 1 | u64::from(pair[1] > pair[0].saturating_add(STEP_LEVELS)));
    Some(Pattern { mark, places })
}

/// How bright each place is, row by row.
fn means(picture: &RgbImage, columns: u32, rows: u32) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let mut found = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let (mut sum, mut count) = (0_u32, 0_u32);
            for y in part(row, rows, height) {
                for x in part(column, columns, width) {
                    sum += brightness(picture.get_pixel(x, y));
                    count += 1;
                }
            }
            found.push(u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX));
        }
    }
    found
}

/// Which pixels of so many are in a part; one at least.
fn part(index: u32, of: u32, length: u32) -> std::ops::Range<u32> {
    let start = index * length / of;
    start..((index + 1) * length / of).max(start + 1)
}

fn brightness(pixel: &Rgb<u8>) -> u32 {
    let [red, green, blue] = pixel.0.map(u32::from);
    (red * 2 + green * 5 + blue) / 8
}

fn mean(places: &[u8]) -> u32 {
    let count = u32::try_from(places.len()).unwrap_or(u32::MAX).max(1);
    places.iter().map(|place| u32::from(*place)).sum::<u32>() / count
}

/// Is the one a copy of the other? Brighter or darker as a whole is no difference.
pub(crate) fn are_one(one: &Pattern, other: &Pattern) -> bool {
    let all = (PLACES * PLACES) as usize;
    if one.places.len() != all || other.places.len() != all {
        return false;
    }
    let level = |pattern: &Pattern| i32::try_from(mean(&pattern.places)).unwrap_or(i32::MAX);
    let shift = level(one) - level(other);
    let is_apart = |(one, other): &(&u8, &u8)| (i32::from(**one) - i32::from(**other) - shift).abs() > APART_LEVELS;
    one.places.iter().zip(&other.places).filter(is_apart).count() <= APART_MAX
}

#[cfg(test)]
mod tests {
    use specimen::{card_front, saved_again, selfie};

    use super::*;

    fn known(jpeg: &[u8]) -> Pattern {
        pattern(jpeg).unwrap().unwrap()
    }

    fn shares_a_part(one: &Pattern, other: &Pattern) -> bool {
        one.parts().iter().zip(other.parts()).any(|(one, other)| *one == other)
    }

    #[test]
    fn h2_a_picture_saved_anew_is_the_same_and_another_face_is_not() {
        let pictures: Vec<Vec<u8>> = (0..12).map(selfie).collect();
        for (index, picture) in pictures.iter().enumerate() {
            let first = known(picture);
            let decoded = image::load_from_memory(picture).unwrap().into_rgb8();
            for (width, quality) in [(decoded.width(), 60), (300, 80), (220, 70)] {
                let copy = known(&saved_again(&decoded, width, quality, 0));
                assert!(are_one(&first, &copy), "{index} at {width}");
                assert!(shares_a_part(&first, &copy), "{index} at {width}: {:x} {:x}", first.mark, copy.mark);
            }
            for (other, picture) in pictures.iter().enumerate().filter(|(other, _)| *other != index) {
                assert!(!are_one(&first, &known(picture)), "{index} and {other}");
            }
        }
    }

    #[test]
    fn h2_two_cards_are_two_though_they_have_one_layout() {
        let front = |name: &str, number: &str| card_front(name, number).unwrap();
        let one = front("王芳", "11010519491231002X");
        let other = known(&front("李明", "440308199901101512"));
        assert!(!are_one(&known(&one), &other));
        let decoded = image::load_from_memory(&one).unwrap().into_rgb8();
        let copy = known(&saved_again(&decoded, 800, 70, 0));
        assert!(are_one(&known(&one), &copy) && shares_a_part(&known(&one), &copy));
    }

    #[test]
    fn h1_a_photocopy_is_grey_and_a_card_is_not() {
        let card = card_front("王芳", "11010519491231002X").unwrap();
        assert!(!is_grey(&card).unwrap());
        let copy = image::load_from_memory(&card).unwrap().grayscale().into_rgb8();
        assert!(is_grey(&saved_again(&copy, 1_000, 80, 0)).unwrap());
    }

    #[test]
    fn what_says_nothing_is_like_nothing() {
        let checks =
            RgbImage::from_fn(240, 360, |x, y| Rgb([20, 120, if (x / 8 + y / 8) % 2 == 0 { 60 } else { 240 }]));
        assert!(pattern_of(&checks).is_none());
        let few = Pattern::kept(0, vec![7; 12]);
        assert!(!are_one(&few, &few), "what another version kept is not compared");
    }
}
