//! Pictures from strangers: refused when too large before a pixel is read, when damaged, when there is nothing to see;
//! else turned upright, shrunk and encoded anew, so that nothing of the file but its looks is kept.

mod container;
mod decode;
mod shape;
mod text;

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, RgbImage};

/// Most bytes that a picture may have.
pub const PICTURE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most pixels that a picture may have: three times what phones make by default.
pub const PICTURE_PIXELS_MAX: u64 = 40_000_000;
/// Longest side that a picture may have.
const SIDE_PIXELS_MAX: u32 = 20_000;
/// Shortest side that a picture may have: on less nothing can be read, and no face be told.
const SIDE_PIXELS_MIN: u32 = 200;
/// Small figures stay legible, and a screenshot stays at some 300 KB.
const KEPT_JPEG_QUALITY: u8 = 85;
/// Most memory that one picture takes while it is cleaned, as a test measures it: the pixels of the largest one, and
/// either their coefficients or what becomes of them.
pub(crate) const WORK_BYTES_MAX: u64 = 260_000_000;

/// Why bytes are no acceptable picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Neither JPEG nor PNG.
    #[error("this is no JPEG or PNG picture")]
    NotAPicture,
    /// Cut short, or broken in the middle: part of it would be grey.
    #[error("the picture is not complete")]
    Damaged,
    /// HEIC, as some phones save: send it as JPEG, or make a screenshot.
    #[error("HEIC pictures cannot be read")]
    Heic,
    /// More than [`PICTURE_BYTES_MAX`].
    #[error("a picture has at most {limit_bytes} bytes")]
    TooLarge {
        /// The limit, in bytes of the file.
        limit_bytes: usize,
    },
    /// More than [`PICTURE_PIXELS_MAX`], or half of that where it is stored in several scans: refused before a pixel is
    /// read.
    #[error("a picture has at most {limit_pixels} pixels")]
    TooManyPixels {
        /// The limit, in pixels of the whole picture.
        limit_pixels: u64,
    },
    /// A side is too long.
    #[error("a picture has at most {limit_pixels} pixels on a side")]
    TooLong {
        /// The limit, in pixels of its longer side.
        limit_pixels: u32,
    },
    /// Too few pixels to tell anything by.
    #[error("a picture has at least {width} by {height} pixels")]
    TooSmall {
        /// Least width, in pixels.
        width: u32,
        /// Least height, in pixels.
        height: u32,
    },
    /// One colour, or next to it.
    #[error("there is nothing to be seen on the picture")]
    Blank,
    /// A picture of an order has text on it, and this one has none.
    #[error("there is no text on the picture")]
    NoText,
}

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
    /// All of it, and so much of it that a line of text stays legible, however long the picture is.
    Screenshot,
    /// The middle in this shape, in this size.
    Cropped {
        /// Width of what is kept, in pixels.
        width: u32,
        /// Height of what is kept, in pixels.
        height: u32,
    },
    /// The part of an identity card's front that has the portrait.
    CardPortrait,
}

/// Turns a stranger's picture into a JPEG of our own making. Takes a core for up to a second: run it behind a bulkhead.
pub(crate) fn prepare(bytes: &[u8], recipe: Recipe) -> Result<Vec<u8>, PictureError> {
    let format = glance(bytes)?;
    // Decoders have panicked on damaged pictures before.
    catch_unwind(AssertUnwindSafe(|| {
        let (picture, orientation) = decode::decode(bytes, format)?;
        // A form's photo has a size of its own, and what is cut for it is measured by that.
        let is_measured = !matches!(recipe, Recipe::Cropped { .. });
        if is_measured && picture.width().min(picture.height()) < SIDE_PIXELS_MIN {
            return Err(PictureError::TooSmall { width: SIDE_PIXELS_MIN, height: SIDE_PIXELS_MIN });
        }
        // Shrunk before it is turned, which takes it twice.
        let mut picture = DynamicImage::ImageRgb8(shape::shrink(picture, recipe));
        picture.apply_orientation(orientation);
        let kept = shape::cut(picture.into_rgb8(), recipe)?;
        // The card was looked at as a whole before its portrait is cut out.
        if recipe != Recipe::CardPortrait && is_blank(&kept) {
            return Err(PictureError::Blank);
        }
        if recipe == Recipe::Screenshot && !text::has_text(&kept) {
            return Err(PictureError::NoText);
        }
        encode(&kept)
    }))
    .unwrap_or(Err(PictureError::Damaged))
}

/// The pixels of a picture of ours, this wide, with its height in proportion.
pub(crate) fn small(jpeg: &[u8], width: u32) -> Result<RgbImage, PictureError> {
    catch_unwind(AssertUnwindSafe(|| Ok(shape::as_wide_as(decode::decode(jpeg, glance(jpeg)?)?.0, width))))
        .unwrap_or(Err(PictureError::Damaged))
}

/// The same in a square of so many pixels a side, whatever its form: a row less of a copy does not move what is in the others.
pub(crate) fn square(jpeg: &[u8], side: u32) -> Result<RgbImage, PictureError> {
    catch_unwind(AssertUnwindSafe(|| Ok(shape::square(decode::decode(jpeg, glance(jpeg)?)?.0, side))))
        .unwrap_or(Err(PictureError::Damaged))
}

/// Colours that are so near to each other look like one.
const SPREAD_MIN: usize = 24;
/// What fewer pixels than one in so many show is no content.
const CONTENT_SHARE: usize = 400;

/// Is all of it one colour? A page of text is not: a hundredth of it is ink.
fn is_blank(picture: &RgbImage) -> bool {
    let mut counts = [[0_usize; 256]; 3];
    // A million of them tell; in odd steps, so that no column is left out.
    let step = (picture.pixels().len() / 1_000_000) | 1;
    for pixel in picture.pixels().step_by(step) {
        for (counts, colour) in counts.iter_mut().zip(pixel.0) {
            counts[usize::from(colour)] += 1;
        }
    }
    let few = picture.pixels().len() / step / CONTENT_SHARE;
    let beyond_few = |count: &usize, seen: &mut usize| {
        *seen += count;
        *seen > few
    };
    counts.iter().all(|counts| {
        let (mut dark, mut bright) = (0, 0);
        let darkest = counts.iter().position(|count| beyond_few(count, &mut dark));
        let brightest = counts.iter().rposition(|count| beyond_few(count, &mut bright));
        brightest.unwrap_or(0).saturating_sub(darkest.unwrap_or(0)) < SPREAD_MIN
    })
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, PictureError> {
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, KEPT_JPEG_QUALITY);
    picture.write_with_encoder(encoder).map_err(|_| PictureError::Damaged)?;
    Ok(jpeg)
}

/// Brands of still pictures in ISO base media files that are coded as HEVC, or are as a rule.
const HEIC_BRANDS: [&[u8]; 10] =
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"];
/// Most brands that are looked at.
const BRANDS_MAX: usize = 16;

/// ISO base media with one of those brands, and not AVIF, which shares some of them.
fn is_heic(bytes: &[u8]) -> bool {
    if bytes.get(4..8) != Some(b"ftyp") {
        return false;
    }
    let length =
        bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length) as usize).clamp(12, bytes.len().max(12));
    // Behind the first brand is a version.
    let brands = || bytes[..length.min(bytes.len())].chunks_exact(4).skip(2).take(BRANDS_MAX);
    brands().any(|brand| HEIC_BRANDS.contains(&brand)) && !brands().any(|brand| brand.starts_with(b"avi"))
}

#[cfg(test)]
mod tests;
