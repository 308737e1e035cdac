//! By what a picture is found again that was saved anew, made smaller or cut: the lines of text on it, each as 64 bits.
//!
//! All screens of one payment app look alike, so that a hash of a whole picture calls them one: what tells two orders apart is
//! a few lines of digits. Hence a difference hash (each bit says whether it grows darker from one place to the next) of each
//! line by itself, over the whole width. Two pictures are alike when nearly all lines of the one are on the other; which to
//! compare is found by lines that are equal to the bit, of which a copy has several.

use image::RgbImage;

use crate::pictures::clean::{self, PictureError};

/// Places in a line; between two of them there is a bit.
const PLACES: usize = 65;
/// Pixels of a place: a line of a phone's text is then some ten pixels high.
const PLACE_PIXELS: usize = 4;
/// How wide a picture is made to find its lines.
const WIDTH: u32 = 260;
/// Bright and dark differ by so much in a row that has something on it.
const INK_MIN: u8 = 32;
/// A line has so many rows; what is lower is a rule, what is higher a picture.
const ROWS_MIN: usize = 3;
const ROWS_MAX: usize = 48;
/// A line with fewer bits says nothing.
const BITS_MIN: u32 = 6;
/// Most lines of a picture that are kept.
pub(crate) const LINES_MAX: usize = 80;
/// So much darker, against the darkest place of its line, is darker.
const STEP_PART: u32 = 16;
/// Lines that differ in at most so many bits are one.
const LINE_BITS_MAX: u32 = 5;
/// Pictures with fewer lines are not compared.
const LINES_MIN: usize = 5;
/// One line in so many may be missing on the other picture, and one in any case: the clock of the phone.
const MISSING_SHARE: usize = 12;

/// The lines of a picture of ours, from above. Takes a core for a moment.
pub(crate) fn lines(jpeg: &[u8]) -> Result<Vec<u64>, PictureError> {
    Ok(lines_of(&clean::small(jpeg, WIDTH)?))
}

fn lines_of(picture: &RgbImage) -> Vec<u64> {
    let grey: Vec<Vec<u8>> = picture.rows().map(|row| row.map(brightness).collect()).collect();
    let has_ink = |row: &Vec<u8>| {
        let (least, most) = (row.iter().min().copied(), row.iter().max().copied());
        most.unwrap_or(0).abs_diff(least.unwrap_or(0)) >= INK_MIN
    };
    let runs = grey.chunk_by(|one, next| has_ink(one) == has_ink(next));
    let lines = runs.filter(|rows| has_ink(&rows[0]) && (ROWS_MIN..=ROWS_MAX).contains(&rows.len()));
    lines.map(bits).filter(|bits| bits.count_ones() >= BITS_MIN).take(LINES_MAX).collect()
}

fn brightness(pixel: &image::Rgb<u8>) -> u8 {
    let [red, green, blue] = pixel.0.map(u16::from);
    u8::try_from((red * 2 + green * 5 + blue) / 8).unwrap_or(u8::MAX)
}

/// How much ink there is at each place, and then where it becomes more. Ink is what is not the ground.
fn bits(rows: &[Vec<u8>]) -> u64 {
    let all = || rows.iter().flatten().map(|pixel| u64::from(*pixel));
    let mean = all().sum::<u64>() / (all().count() as u64).max(1);
    let (least, most) = (all().min().unwrap_or(0), all().max().unwrap_or(0));
    let ground = if most - mean <= mean - least { most } else { least };
    let ink = |place: usize| {
        let columns = place * PLACE_PIXELS..(place + 1) * PLACE_PIXELS;
        let pixels = rows.iter().flat_map(|row| row.get(columns.clone()).unwrap_or_default());
        pixels.map(|pixel| u64::from(*pixel).abs_diff(ground)).sum::<u64>()
    };
    let places: Vec<u64> = (0..PLACES).map(ink).collect();
    let step = places.iter().max().copied().unwrap_or(0) / u64::from(STEP_PART);
    places.windows(2).fold(0, |bits, pair| bits << 1 | u64::from(pair[1] > pair[0] + step))
}

/// Are these the lines of one picture?
pub(crate) fn are_alike(one: &[u64], other: &[u64]) -> bool {
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let is_there = |line: &&u64| many.iter().any(|other| (*line ^ other).count_ones() <= LINE_BITS_MAX);
    let missing = few.len() - few.iter().filter(is_there).count();
    few.len() >= LINES_MIN && missing <= (few.len() / MISSING_SHARE).max(1)
}

#[cfg(test)]
mod tests {
    use specimen::{App, OrderScreen, saved_again};

    use super::*;
    use crate::pictures::clean::{Recipe, prepare};

    fn screen(app: App, is_dark: bool, number: &str, time: &str) -> RgbImage {
        let merchant_number = format!("1000107101{number}");
        let merchant_number = &merchant_number[..28];
        let screen = OrderScreen { is_dark, time, merchant_number, ..OrderScreen::of(app, number) };
        screen.picture().unwrap()
    }

    fn kept(jpeg: &[u8]) -> Vec<u64> {
        lines(&prepare(jpeg, Recipe::Screenshot).unwrap()).unwrap()
    }

    /// Lines that are equal to the bit, and how many there are.
    fn shared(one: &[u64], other: &[u64]) -> (usize, usize) {
        (one.iter().filter(|line| other.contains(line)).count(), one.len())
    }

    #[test]
    fn a_copy_is_alike_and_another_order_is_not() {
        for app in [App::Alipay, App::WeChat, App::Bank] {
            for is_dark in [false, true] {
                let number = "4200002456202611221234567890";
                let first = screen(app, is_dark, number, "2026-11-22 14:03:05");
                let lines = kept(&saved_again(&first, 1_080, 90, 0));
                assert!(lines.len() >= LINES_MIN, "{app:?}: {}", lines.len());
                // As messengers save them, and without the bar of the phone.
                for (width, quality, cut) in [(1_080, 60, 0), (720, 75, 0), (810, 85, 110), (540, 70, 0)] {
                    let copy = kept(&saved_again(&first, width, quality, cut));
                    let (equal, all) = shared(&copy, &lines);
                    println!("{app:?} {is_dark} {width} {quality} {cut}: {equal} of {all} lines equal");
                    assert!(are_alike(&copy, &lines), "{app:?} {is_dark} {width}: {copy:x?} {lines:x?}");
                    assert!(equal >= 2, "{app:?} {is_dark} {width}: {equal} of {all}");
                }
                for (number, time) in [
                    ("4200002456202611229876543210", "2026-11-22 14:03:05"),
                    ("4200002456202611221234561111", "2026-11-22 14:08:41"),
                    ("4200002389202611235550001234", "2026-11-23 09:15:00"),
                ] {
                    let other = kept(&saved_again(&screen(app, is_dark, number, time), 1_080, 90, 0));
                    assert!(!are_alike(&other, &lines), "{app:?} {is_dark} {number}: {other:x?} {lines:x?}");
                }
            }
        }
    }

    #[test]
    fn what_has_hardly_any_lines_is_like_nothing() {
        assert!(!are_alike(&[], &[]) && !are_alike(&[1, 2, 3], &[1, 2, 3]));
        let lines = [0x0f0f, 0xf0f0, 0xffff, 0xabcdef, 0x123456, 0x987654];
        assert!(are_alike(&lines, &lines) && are_alike(&lines[..5], &lines));
    }
}
