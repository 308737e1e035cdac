//! Pictures from strangers: refused when too large before a pixel is read, else turned upright, shrunk and encoded
//! anew, so that nothing of the file but its looks is kept.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

/// Most bytes that a picture may have.
pub const PICTURE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most pixels that a picture may have: three times what phones make by default.
pub const PICTURE_PIXELS_MAX: u64 = 40_000_000;
/// Longest side that a picture may have.
const SIDE_PIXELS_MAX: u32 = 20_000;
/// Most bytes of decoded pixels: 40 million of 32 bits.
const DECODED_BYTES_MAX: u64 = PICTURE_PIXELS_MAX * 4;
/// Longest side of what is kept.
const KEPT_SIDE_PIXELS_MAX: u32 = 2_000;
/// Small figures stay legible, and a screenshot stays at some 300 KB.
const KEPT_JPEG_QUALITY: u8 = 85;

/// Why bytes are no acceptable picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Neither JPEG nor PNG, or damaged.
    #[error("this is no JPEG or PNG picture")]
    NotAPicture,
    /// HEIC, as some phones save: send it as JPEG, or make a screenshot.
    #[error("HEIC pictures cannot be read")]
    Heic,
    /// More than [`PICTURE_BYTES_MAX`].
    #[error("a picture has at most {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// More than [`PICTURE_PIXELS_MAX`]: refused before a pixel is read.
    #[error("a picture has at most {limit_pixels} pixels")]
    TooManyPixels {
        /// The limit.
        limit_pixels: u64,
    },
}

const TOO_MANY_PIXELS: PictureError = PictureError::TooManyPixels { limit_pixels: PICTURE_PIXELS_MAX };

/// What can be refused at a glance, without decoding anything.
pub(crate) fn glance(bytes: &[u8]) -> Result<ImageFormat, PictureError> {
    if bytes.len() > PICTURE_BYTES_MAX {
        return Err(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX });
    }
    if is_heic(bytes) {
        return Err(PictureError::Heic);
    }
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => Ok(format),
        _ => Err(PictureError::NotAPicture),
    }
}

/// What is kept of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recipe {
    /// All of it, shrunk where it is large.
    Whole,
    /// The middle in this shape, in this size.
    Cropped {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The part of an identity card's front that has the portrait.
    CardPortrait,
}

/// Turns a stranger's picture into a JPEG of our own making. Takes a core for up to a second: run it behind a gate.
pub(crate) fn prepare(bytes: &[u8], recipe: Recipe) -> Result<Vec<u8>, PictureError> {
    let format = glance(bytes)?;
    // Decoders have panicked on damaged pictures before; such a picture is none.
    catch_unwind(AssertUnwindSafe(|| {
        let picture = decode(bytes, format)?;
        let kept = match recipe {
            Recipe::Whole => shrink(picture),
            Recipe::Cropped { width, height } => crop(picture, width, height),
            Recipe::CardPortrait => card_portrait(&picture),
        };
        encode(&flatten(&kept))
    }))
    .unwrap_or(Err(PictureError::NotAPicture))
}

/// The largest part of this shape, cut evenly from the sides; from a picture that is too tall, more from below,
/// because a face is in the upper half.
fn crop(picture: DynamicImage, width: u32, height: u32) -> DynamicImage {
    let (has_width, has_height) = (u64::from(picture.width()), u64::from(picture.height()));
    if (picture.width(), picture.height()) == (width, height) {
        return picture;
    }
    let cut_width = (has_height * u64::from(width) / u64::from(height)).clamp(1, has_width);
    let cut_height = (has_width * u64::from(height) / u64::from(width)).clamp(1, has_height);
    let narrow = |number: u64| u32::try_from(number).expect("a part of the picture is not larger than it");
    let (x, y) = (narrow((has_width - cut_width) / 2), narrow((has_height - cut_height) / 4));
    let cut = picture.crop_imm(x, y, narrow(cut_width), narrow(cut_height));
    cut.resize_exact(width, height, FilterType::CatmullRom)
}

/// A card is 85.6 mm by 54 mm, its portrait on the right above the number. The card is taken to fill the picture's
/// width, in the middle of its height; the cut is generous, because a comparer looks for the face itself.
fn card_portrait(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let card_height = (u64::from(width) * 540 / 856).clamp(1, u64::from(height));
    let card_height = u32::try_from(card_height).expect("not higher than the picture");
    let top = (height - card_height) / 2;
    let left = width / 20 * 11;
    picture.crop_imm(left, top, (width - left).max(1), (card_height / 5 * 4).max(1))
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, PictureError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PIXELS_MAX);
    limits.max_image_height = Some(SIDE_PIXELS_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PICTURE_PIXELS_MAX || decoder.total_bytes() > DECODED_BYTES_MAX {
        return Err(TOO_MANY_PIXELS);
    }
    // A damaged orientation is no reason to refuse: most pictures stand upright.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn shrink(picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) <= KEPT_SIDE_PIXELS_MAX {
        return picture;
    }
    picture.resize(KEPT_SIDE_PIXELS_MAX, KEPT_SIDE_PIXELS_MAX, FilterType::CatmullRom)
}

/// On white: JPEG knows no transparency, and what stands behind a transparent pixel is arbitrary.
fn flatten(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over = |colour: u8| {
            let mixed = (u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255;
            u8::try_from(mixed).expect("a mean of two bytes is a byte")
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, PictureError> {
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, KEPT_JPEG_QUALITY);
    picture.write_with_encoder(encoder).map_err(|_| PictureError::NotAPicture)?;
    Ok(jpeg)
}

fn refusal(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => TOO_MANY_PIXELS,
        _ => PictureError::NotAPicture,
    }
}

/// ISO base media with one of the still-picture brands.
fn is_heic(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp") && matches!(bytes.get(8..12), Some(b"heic" | b"heix" | b"mif1" | b"msf1"))
}

#[cfg(test)]
#[path = "pictures_tests.rs"]
mod tests;
