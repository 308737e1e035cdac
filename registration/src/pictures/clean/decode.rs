//! From a file's bytes to pixels, within bounds that are known before a pixel is read.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{PICTURE_PIXELS_MAX, PictureError, SIDE_PIXELS_MAX, container};

/// Most pixels of a JPEG that comes in several scans: all its coefficients, twice as large as its pixels, are in memory
/// until the last one.
const SCANS_PIXELS_MAX: u64 = PICTURE_PIXELS_MAX / 2;
/// Most bytes of decoded pixels: 40 million of 32 bits.
const DECODED_BYTES_MAX: u64 = PICTURE_PIXELS_MAX * 4;

/// The pixels on white, as they are in the file, and how to turn them upright.
pub(super) fn decode(bytes: &[u8], format: ImageFormat) -> Result<(RgbImage, Orientation), PictureError> {
    match format {
        ImageFormat::Png => decode_png(container::png(bytes)?),
        _ => {
            let (bytes, scans) = container::jpeg(bytes)?;
            decode_jpeg(&bytes, scans)
        }
    }
}

fn decode_png(bytes: Vec<u8>) -> Result<(RgbImage, Orientation), PictureError> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, PICTURE_PIXELS_MAX)?;
    if decoder.total_bytes() > DECODED_BYTES_MAX {
        return Err(PictureError::TooManyPixels { limit_pixels: PICTURE_PIXELS_MAX });
    }
    // A damaged orientation is no reason to refuse: most pictures stand upright.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    Ok((on_white(picture), orientation))
}

fn decode_jpeg(bytes: &[u8], scans: usize) -> Result<(RgbImage, Orientation), PictureError> {
    // Strict: else what is missing in the middle is painted grey.
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| PictureError::Damaged)?;
    let info = decoder.info().ok_or(PictureError::Damaged)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let is_whole = scans == 1 && !info.sof.is_progressive();
    check_size(width, height, if is_whole { PICTURE_PIXELS_MAX } else { SCANS_PIXELS_MAX })?;
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let pixels = decoder.decode().map_err(|_| PictureError::Damaged)?;
    let picture = RgbImage::from_raw(width, height, pixels).ok_or(PictureError::Damaged)?;
    Ok((picture, orientation.unwrap_or(Orientation::NoTransforms)))
}

fn check_size(width: u32, height: u32, limit_pixels: u64) -> Result<(), PictureError> {
    if u64::from(width) * u64::from(height) > limit_pixels {
        return Err(PictureError::TooManyPixels { limit_pixels });
    }
    if width.max(height) > SIDE_PIXELS_MAX {
        return Err(PictureError::TooLong { limit_pixels: SIDE_PIXELS_MAX });
    }
    Ok(())
}

/// On white: JPEG knows no transparency, and what stands behind a transparent pixel is arbitrary.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let (width, height) = picture.dimensions();
    let mut bytes = picture.into_raw();
    // In place: the picture may be as large as all that one may cost.
    for pixel in 0..bytes.len() / 4 {
        let [red, green, blue, alpha] = [0, 1, 2, 3].map(|channel| bytes[pixel * 4 + channel]);
        bytes[pixel * 3..pixel * 3 + 3].copy_from_slice(&[red, green, blue].map(|colour| over_white(colour, alpha)));
    }
    bytes.truncate(bytes.len() / 4 * 3);
    RgbImage::from_raw(width, height, bytes).expect("three bytes are left of each pixel")
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    let mixed = (u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255;
    u8::try_from(mixed).expect("a mean of two bytes is a byte")
}

fn refusal(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooManyPixels { limit_pixels: PICTURE_PIXELS_MAX },
        _ => PictureError::Damaged,
    }
}
