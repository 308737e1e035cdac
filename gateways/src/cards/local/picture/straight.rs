//! Finds by how much the lines of a picture slope, and turns it back.

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};

use super::Sums;

/// On so small a picture lines still stand apart.
const SMALL: u32 = 420;
/// Beyond it nobody holds a phone.
const DEGREES_MAX: f32 = 12.0;
const STEP: f32 = 0.5;
/// Less is no matter to the program.
const DEGREES_MIN: f32 = 0.6;
const SURROUNDINGS: u32 = 9;

/// The picture with level lines.
pub(super) fn straightened(grey: GrayImage) -> GrayImage {
    let degrees = slope(&grey);
    if degrees.abs() < DEGREES_MIN { grey } else { turned(&grey, degrees) }
}

/// The slope under which ink gathers in the fewest rows: then it lies in lines. Degrees, downwards to the right.
fn slope(grey: &GrayImage) -> f32 {
    let longer = grey.width().max(grey.height()).max(1);
    let (width, height) = ((grey.width() * SMALL / longer).max(1), (grey.height() * SMALL / longer).max(1));
    let small = imageops::resize(grey, width, height, FilterType::Triangle);
    let sums = Sums::of(&small);
    // Ink: darker than its surroundings.
    let mut ink: Vec<(f32, f32, f32)> = Vec::new();
    for (x, y, pixel) in small.enumerate_pixels() {
        let darker = sums.mean(x, y, SURROUNDINGS) - f64::from(pixel[0]);
        if darker > 8.0 {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "a place on a small picture"
            )]
            ink.push((x as f32, y as f32, darker.min(60.0) as f32));
        }
    }
    let mut best = (0.0_f32, 0.0_f32);
    let mut degrees = -DEGREES_MAX;
    while degrees <= DEGREES_MAX {
        let gathered = gathered(&ink, degrees, height);
        // A straight picture stays as it is unless another slope is clearly better.
        let gathered = if degrees.abs() < DEGREES_MIN { gathered * 1.02 } else { gathered };
        if gathered > best.1 {
            best = (degrees, gathered);
        }
        degrees += STEP;
    }
    best.0
}

fn gathered(ink: &[(f32, f32, f32)], degrees: f32, height: u32) -> f32 {
    let tangent = degrees.to_radians().tan();
    let spare = SMALL as usize / 3;
    let mut rows = vec![0.0_f32; height as usize + 2 * spare];
    for (x, y, weight) in ink {
        let row = y - x * tangent;
        #[expect(clippy::cast_possible_truncation, reason = "a row of a small picture")]
        let row = row.round() as i32;
        let Ok(row) = usize::try_from(row + i32::try_from(spare).unwrap_or(0)) else { continue };
        if let Some(sum) = rows.get_mut(row) {
            *sum += weight;
        }
    }
    rows.iter().map(|sum| sum * sum).sum()
}

/// Turned against the slope around its middle; what comes in from outside is the nearest border.
fn turned(grey: &GrayImage, degrees: f32) -> GrayImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    #[expect(clippy::cast_precision_loss, reason = "a place on a page")]
    let (cx, cy) = (grey.width() as f32 / 2.0, grey.height() as f32 / 2.0);
    GrayImage::from_fn(grey.width(), grey.height(), |x, y| {
        #[expect(clippy::cast_precision_loss, reason = "a place on a page")]
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        Luma([sampled(grey, cx + dx * cosine - dy * sine, cy + dx * sine + dy * cosine)])
    })
}

/// Between four pixels.
fn sampled(grey: &GrayImage, x: f32, y: f32) -> u8 {
    let at = |x: f32, y: f32| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
        let (x, y) = (x.max(0.0) as u32, y.max(0.0) as u32);
        f32::from(grey.get_pixel(x.min(grey.width() - 1), y.min(grey.height() - 1))[0])
    };
    let (left, top) = (x.floor(), y.floor());
    let (right_share, lower_share) = (x - left, y - top);
    let upper = at(left, top) * (1.0 - right_share) + at(left + 1.0, top) * right_share;
    let lower = at(left, top + 1.0) * (1.0 - right_share) + at(left + 1.0, top + 1.0) * right_share;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
    let mixed = (upper * (1.0 - lower_share) + lower * lower_share) as u8;
    mixed
}
