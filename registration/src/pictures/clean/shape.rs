//! The size and the shape of what is kept.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{RgbImage, imageops};

use super::{PictureError, Recipe};

/// Longest side of what is kept of people and their documents.
const KEPT_SIDE_PIXELS_MAX: u32 = 2_000;
/// Short side of what is kept of a screenshot: wider than the screens of phones are as a rule.
const KEPT_WIDTH_PIXELS_MAX: u32 = 1_500;
/// Most pixels of what is kept of a screenshot, ten screens of a phone one below the other.
const KEPT_PIXELS_MAX: u64 = 16_000_000;

/// Shrinks a picture, whichever way it lies, as far as the recipe allows.
pub(super) fn shrink(picture: RgbImage, recipe: Recipe) -> RgbImage {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let (long, short) = (width.max(height), width.min(height));
    let by_area = (KEPT_PIXELS_MAX as f64 / (width * height)).sqrt();
    let scale = match recipe {
        Recipe::Whole | Recipe::CardPortrait => f64::from(KEPT_SIDE_PIXELS_MAX) / long,
        Recipe::Screenshot => by_area.min(f64::from(KEPT_WIDTH_PIXELS_MAX) / short),
        // The cut may need the whole short side.
        Recipe::Cropped { .. } => by_area.min(f64::from(KEPT_SIDE_PIXELS_MAX) / short),
    };
    if scale >= 1.0 {
        return picture;
    }
    resize(picture, at_least_one(width * scale), at_least_one(height * scale))
}

/// As wide as this, with its height in proportion.
pub(super) fn as_wide_as(picture: RgbImage, width: u32) -> RgbImage {
    let height = f64::from(picture.height()) * f64::from(width) / f64::from(picture.width());
    resize(picture, width, at_least_one(height))
}

/// A picture stretched to a square of so many pixels a side.
pub(super) fn square(picture: RgbImage, side: u32) -> RgbImage {
    resize(picture, side, side)
}

/// The part that the recipe wants of an upright picture.
pub(super) fn cut(picture: RgbImage, recipe: Recipe) -> Result<RgbImage, PictureError> {
    match recipe {
        Recipe::Whole | Recipe::Screenshot => Ok(picture),
        Recipe::Cropped { width, height } => crop(picture, width, height),
        Recipe::CardPortrait => Ok(card_portrait(&picture)),
    }
}

/// The largest part of this shape, cut evenly from the sides; from a picture that is too tall, more from below,
/// because a face is in the upper half. At most doubled: what is blown up further is a blur.
fn crop(picture: RgbImage, width: u32, height: u32) -> Result<RgbImage, PictureError> {
    let (has_width, has_height) = (u64::from(picture.width()), u64::from(picture.height()));
    if (picture.width(), picture.height()) == (width, height) {
        return Ok(picture);
    }
    let cut_width = (has_height * u64::from(width) / u64::from(height)).clamp(1, has_width);
    let cut_height = (has_width * u64::from(height) / u64::from(width)).clamp(1, has_height);
    if cut_width * 2 < u64::from(width) || cut_height * 2 < u64::from(height) {
        return Err(PictureError::TooSmall { width: width.div_ceil(2), height: height.div_ceil(2) });
    }
    let narrow = |number: u64| u32::try_from(number).expect("a part of the picture is not larger than it");
    let (x, y) = (narrow((has_width - cut_width) / 2), narrow((has_height - cut_height) / 4));
    let cut = imageops::crop_imm(&picture, x, y, narrow(cut_width), narrow(cut_height)).to_image();
    Ok(resize(cut, width, height))
}

/// A card is 85.6 mm by 54 mm, its portrait on the right above the number. The card is taken to fill the picture's
/// width, in the middle of its height; the cut is generous, because a comparer looks for the face itself.
fn card_portrait(picture: &RgbImage) -> RgbImage {
    let (width, height) = (picture.width(), picture.height());
    let card_height = (u64::from(width) * 540 / 856).clamp(1, u64::from(height));
    let card_height = u32::try_from(card_height).expect("not higher than the picture");
    let top = (height - card_height) / 2;
    let left = width / 20 * 11;
    imageops::crop_imm(picture, left, top, (width - left).max(1), (card_height / 5 * 4).max(1)).to_image()
}

/// By bytes and not by floats, which would take five times the picture.
fn resize(picture: RgbImage, width: u32, height: u32) -> RgbImage {
    let (has_width, has_height) = picture.dimensions();
    let from = Image::from_vec_u8(has_width, has_height, picture.into_raw(), PixelType::U8x3);
    let from = from.expect("three bytes of each pixel");
    let mut to = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&from, &mut to, &options).expect("both are of one kind");
    RgbImage::from_raw(width, height, to.into_vec()).expect("three bytes of each pixel")
}

fn at_least_one(pixels: f64) -> u32 {
    // Shrunk from at most 20,000 a side, so it fits; a cast of a float saturates.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded, positive and small")]
    let pixels = pixels.round() as u32;
    pixels.max(1)
}
