//! Small pictures of faces, for devices that keep thousands of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;

use crate::pictures::clean::{PictureError, small};

/// How wide and how high it is at most, in pixels.
const WIDTH: u32 = 150;
const HEIGHT_MAX: u32 = 240;
/// Most bytes of it.
const BYTES_MAX: usize = 10_000;
/// From the one that looks good to the one that is always small enough.
const QUALITIES: [u8; 4] = [78, 60, 40, 20];

/// A small JPEG of a picture of ours.
pub(crate) fn thumbnail(jpeg: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut picture = small(jpeg, WIDTH)?;
    if picture.height() > HEIGHT_MAX {
        let narrow = (WIDTH * HEIGHT_MAX / picture.height()).max(1);
        picture = small(jpeg, narrow)?;
    }
    let encoded = catch_unwind(AssertUnwindSafe(|| {
        for quality in QUALITIES {
            let mut bytes = Vec::new();
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            picture.write_with_encoder(encoder).map_err(|_| PictureError::Damaged)?;
            if bytes.len() <= BYTES_MAX {
                return Ok(bytes);
            }
        }
        Err(PictureError::TooLarge { limit_bytes: BYTES_MAX })
    }));
    encoded.unwrap_or(Err(PictureError::Damaged))
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn noise(width: u32, height: u32) -> Vec<u8> {
        let mut state = 7_u32;
        let picture = RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [red, green, blue, _] = state.to_be_bytes();
            Rgb([red, green, blue])
        });
        let mut bytes = Vec::new();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 95)).unwrap();
        bytes
    }

    #[test]
    fn d7_a_thumbnail_is_small_whatever_is_on_it() {
        for (size, shown) in [((480, 640), (150, 200)), ((295, 413), (150, 210)), ((200, 2_000), (24, 240))] {
            let jpeg = thumbnail(&noise(size.0, size.1)).unwrap();
            let read = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap();
            assert_eq!((read.width(), read.height()), shown, "{size:?}");
            assert!(jpeg.len() <= BYTES_MAX, "{} bytes", jpeg.len());
        }
        assert!(thumbnail(b"no picture").is_err());
    }
}
