//! By what a picture is found again that was saved anew, made smaller or cut: the lines of text on it.
//!
//! All screens of one payment app look alike, so that a hash of a whole picture calls them one: what tells two orders apart is
//! a few lines of digits. Hence each line is looked at by itself, over the whole width. Its mark, a difference hash of 64 bits
//! (does it grow darker from one place to the next?), finds pictures to compare: a copy has several equal to the bit. Whether
//! they are one is told by how much ink there is at each place of each line: another digit is seen, another JPEG is not.

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::pictures::clean::{self, PictureError};

/// How wide a picture is made to find its lines: one of a phone's text is then some twenty pixels high.
const WIDTH: u32 = 520;
/// Places in a line, each in its upper and its lower half; a digit of a phone's text has two or three.
const PLACES: usize = 130;
const PLACE_PIXELS: usize = 4;
const HALVES: usize = 2;
const _: () = assert!(PLACES * PLACE_PIXELS == WIDTH as usize && PLACES == 65 * 2);
/// Bright and dark differ by so much in a row that has something on it.
const INK_MIN: u8 = 32;
/// A line has so many rows; what is lower is a rule, what is higher a picture.
const ROWS_MIN: usize = 6;
const ROWS_MAX: usize = 96;
/// A line whose mark has fewer bits says nothing.
const BITS_MIN: u32 = 6;
/// One whose mark has so many bits says much: it is found on every copy.
const BITS_MUCH: u32 = 10;
const _: () = assert!(BITS_MIN < BITS_MUCH);
/// Most lines of a picture that are kept.
pub(crate) const LINES_MAX: usize = 40;
/// So much darker, against the darkest place of its line, is darker.
const STEP_PART: u32 = 16;
/// Ink is counted in so many steps.
const INK_STEPS: u32 = 15;
/// Two lines are one whose ink differs by at most so many steps over so many places side by side. On drawn screens copies
/// differ by 16, one other digit by 28 and more.
const NEAR: usize = 5;
const STEPS_MAX: u32 = 22;
/// Pictures with fewer lines are not compared.
const LINES_MIN: usize = 5;

/// A line of text as it looks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Look {
    /// By which it is looked up.
    pub(crate) mark: u64,
    /// How much ink there is at each place of the upper half, then of the lower one: a hexadecimal digit each.
    ink: String,
}

/// The lines of a picture of ours, from above. Takes a core for a moment.
pub(crate) fn looks(jpeg: &[u8]) -> Result<Vec<Look>, PictureError> {
    Ok(looks_of(&clean::small(jpeg, WIDTH)?))
}

fn looks_of(picture: &RgbImage) -> Vec<Look> {
    let grey: Vec<Vec<u8>> = picture.rows().map(|row| row.map(brightness).collect()).collect();
    let has_ink = |row: &Vec<u8>| {
        let (least, most) = (row.iter().min().copied(), row.iter().max().copied());
        most.unwrap_or(0).abs_diff(least.unwrap_or(0)) >= INK_MIN
    };
    let runs = grey.chunk_by(|one, next| has_ink(one) == has_ink(next));
    let lines = runs.filter(|rows| has_ink(&rows[0]) && (ROWS_MIN..=ROWS_MAX).contains(&rows.len()));
    lines.map(look).filter(|look| look.mark.count_ones() >= BITS_MIN).take(LINES_MAX).collect()
}

fn brightness(pixel: &image::Rgb<u8>) -> u8 {
    let [red, green, blue] = pixel.0.map(u16::from);
    u8::try_from((red * 2 + green * 5 + blue) / 8).unwrap_or(u8::MAX)
}

/// The look of a line of so many rows. Ink is what is not the ground.
fn look(rows: &[Vec<u8>]) -> Look {
    let all = || rows.iter().flatten().map(|pixel| u32::from(*pixel));
    let count = u32::try_from(all().count()).unwrap_or(u32::MAX).max(1);
    let mean = all().sum::<u32>() / count;
    let (least, most) = (all().min().unwrap_or(0), all().max().unwrap_or(0));
    let ground = if most - mean <= mean - least { most } else { least };
    let middle = rows.len() / HALVES;
    let ink = |rows: &[Vec<u8>], place: usize| {
        let columns = place * PLACE_PIXELS..(place + 1) * PLACE_PIXELS;
        let pixels = rows.iter().flat_map(|row| row.get(columns.clone()).unwrap_or_default());
        pixels.map(|pixel| u32::from(*pixel).abs_diff(ground)).sum::<u32>()
    };
    let halves = [&rows[..middle], &rows[middle..]];
    // In each half by its rows, so that one more of them in the one does not count.
    let by_rows = |half: &[Vec<u8>], place| ink(half, place) * 16 / u32::try_from(half.len().max(1)).unwrap_or(1);
    let inks: Vec<u32> = halves.iter().flat_map(|half| (0..PLACES).map(|place| by_rows(half, place))).collect();
    let darkest = inks.iter().max().copied().unwrap_or(0).max(1);
    let steps = inks.iter().map(|ink| (ink * INK_STEPS * 2 + darkest) / (darkest * 2));
    let ink_text = steps.filter_map(|step| char::from_digit(step, 16)).collect();
    let pairs: Vec<u32> = (0..PLACES / 2).map(|pair| ink(rows, pair * 2) + ink(rows, pair * 2 + 1)).collect();
    let step = pairs.iter().max().copied().unwrap_or(0) / STEP_PART;
    let mark = pairs.windows(2).fold(0, |bits, pair| bits << 1 | u64::from(pair[1] > pair[0] + step));
    Look { mark, ink: ink_text }
}

/// Are these the lines of one picture? The first may be cut: it is the bar of the phone. A line that says little may be one on the
/// one and none on the other; numbers and times say much.
pub(crate) fn are_alike(one: &[Look], other: &[Look]) -> bool {
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let is_there = |line: &Look| many.iter().any(|other| is_one_line(line, other));
    few.len() >= LINES_MIN && few.iter().skip(1).filter(|line| line.mark.count_ones() >= BITS_MUCH).all(is_there)
}

/// Is there nowhere more ink in the one than in the other?
fn is_one_line(one: &Look, other: &Look) -> bool {
    let (one, other) = (one.steps(), other.steps());
    if one.len() != PLACES * HALVES || other.len() != PLACES * HALVES {
        return false;
    }
    let apart = |place: usize| one[place].abs_diff(other[place]) + one[place + PLACES].abs_diff(other[place + PLACES]);
    let all: Vec<u32> = (0..PLACES).map(apart).collect();
    all.windows(NEAR).all(|near| near.iter().sum::<u32>() <= STEPS_MAX)
}

impl Look {
    fn steps(&self) -> Vec<u32> {
        self.ink.chars().filter_map(|digit| digit.to_digit(16)).collect()
    }

    /// Five lines and more that differ.
    #[cfg(test)]
    pub(crate) fn some() -> Vec<Self> {
        let ink =
            |seed: usize| (0..PLACES * HALVES).map(|place| if place / 10 % 7 == seed { 'f' } else { '0' }).collect();
        (0..6).map(|seed| Self { mark: 0xffff << seed, ink: ink(seed) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use specimen::{App, OrderScreen, saved_again};

    use super::*;

    fn screen(app: App, is_dark: bool, number: &str, time: &str) -> RgbImage {
        let merchant_number = format!("1000107101{number}");
        let merchant_number = &merchant_number[..28];
        let screen = OrderScreen { is_dark, time, merchant_number, ..OrderScreen::of(app, number) };
        screen.picture().unwrap()
    }

    fn kept(jpeg: &[u8]) -> Vec<Look> {
        looks(jpeg).unwrap()
    }

    /// Lines whose marks are equal to the bit, and how many there are.
    fn shared(one: &[Look], other: &[Look]) -> (usize, usize) {
        let is_there = |line: &&Look| other.iter().any(|other| line.mark == other.mark);
        (one.iter().filter(is_there).count(), one.len())
    }

    #[test]
    fn a_copy_is_alike_and_another_order_is_not() {
        for (app, is_dark) in [(App::Alipay, false), (App::WeChat, true), (App::Bank, false)] {
            let number = "4200002456202611221234567890";
            let first = screen(app, is_dark, number, "2026-11-22 14:03:05");
            let lines = kept(&saved_again(&first, 1_080, 90, 0));
            assert!(lines.len() >= LINES_MIN, "{app:?}: {}", lines.len());
            // As messengers save them, and without the bar of the phone.
            for (width, quality, cut) in [(1_080, 60, 0), (810, 80, 110), (540, 70, 0)] {
                let copy = kept(&saved_again(&first, width, quality, cut));
                let (equal, all) = shared(&copy, &lines);
                assert!(are_alike(&copy, &lines), "{app:?} {is_dark} {width}: {equal} of {all}");
                assert!(equal >= 2, "{app:?} {is_dark} {width}: {equal} of {all}");
            }
            for (number, time) in [
                ("4200002456202611229876543210", "2026-11-22 14:03:05"),
                ("4200002456202611221234561111", "2026-11-22 14:08:41"),
            ] {
                let other = kept(&saved_again(&screen(app, is_dark, number, time), 1_080, 90, 0));
                assert!(!are_alike(&other, &lines), "{app:?} {is_dark} {number}");
            }
        }
    }

    #[test]
    fn what_has_hardly_any_lines_is_like_nothing() {
        assert!(!are_alike(&[], &[]));
        let lines = Look::some();
        assert!(are_alike(&lines, &lines) && are_alike(&lines[..5], &lines) && !are_alike(&lines[..3], &lines[..3]));
        let mut other = lines.clone();
        other[2].ink = other[1].ink.clone();
        assert!(!are_alike(&other, &lines[..5]), "a line in the middle is another one");
        other[2].ink = "7".to_owned();
        assert!(!are_alike(&lines, &other), "what another version wrote is not compared");
    }
}
