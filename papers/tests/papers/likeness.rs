//! Whether a page looks as it did: how dark each part of it is, as a picture of digits that stands beside the tests.
//! `SEATHOLD_EXPECT=1` writes it anew, to be looked at in the difference. A dot is a part that is not compared: photos and codes
//! are looked at otherwise.

use std::fs;
use std::path::Path;

use image::GrayImage;

/// Parts of a page: 28 × 40 of A4, 7.5 mm each.
const PARTS: (u32, u32) = (28, 40);
/// Furthest that one part may be from what is expected, in twentieths of black: another version of a face is that far, a
/// box that is gone is further.
const PART_MAX: u32 = 3;
/// Furthest that all parts together may be, in twentieths of black a part.
const MEAN_MAX: f64 = 0.12;

/// Digits from 0, white, to 9, half black or more: a line of text is some 3.
fn digits(page: &GrayImage) -> String {
    let (columns, rows) = PARTS;
    let digit = |column: u32, row: u32| {
        let (left, right) = (column * page.width() / columns, (column + 1) * page.width() / columns);
        let (top, bottom) = (row * page.height() / rows, (row + 1) * page.height() / rows);
        let sum: u32 =
            (top..bottom).flat_map(|y| (left..right).map(move |x| 255 - u32::from(page.get_pixel(x, y).0[0]))).sum();
        let darkness = sum * 20 / (255 * (right - left) * (bottom - top));
        char::from_digit(darkness.min(9), 10).unwrap()
    };
    (0..rows).map(|row| (0..columns).map(|column| digit(column, row)).collect::<String>() + "\n").collect()
}

/// Panics unless the page looks like the one that is kept under this name.
pub(crate) fn assert_like(name: &str, page: &GrayImage) {
    let is = digits(page);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/papers/expected").join(name).with_extension("txt");
    let expected = fs::read_to_string(&file).unwrap_or_else(|_| is.clone());
    assert_eq!(is.len(), expected.len(), "{name} has another shape");
    if std::env::var_os("SEATHOLD_EXPECT").is_some() {
        let written = is.chars().zip(expected.chars()).map(|(is, was)| if was == '.' { was } else { is });
        fs::write(&file, written.collect::<String>()).unwrap();
        return;
    }
    assert!(file.exists(), "SEATHOLD_EXPECT=1 writes what is expected of {name}");
    let compared = is.chars().zip(expected.chars()).filter(|(_, was)| was.is_ascii_digit());
    let apart: Vec<u32> = compared.map(|(is, was)| u32::from(is).abs_diff(u32::from(was))).collect();
    let worst = apart.iter().copied().max().unwrap_or(0);
    let mean = f64::from(apart.iter().sum::<u32>()) / f64::from(PARTS.0 * PARTS.1);
    assert!(worst <= PART_MAX && mean <= MEAN_MAX, "{name} looks otherwise (worst {worst}, mean {mean:.3}):\n{is}");
}
