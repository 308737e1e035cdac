//! A candidate's photo as it goes into a paper: as it is where it is small, made smaller where it is not.

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{ImageFormat, ImageReader, Limits};

/// Largest side of a photo that is read, in pixels.
const SIDE_MAX: u32 = 6_000;
/// How a JPEG ends: one that was cut off is not taken as it is.
const END: [u8; 2] = [0xFF, 0xD9];
/// Memory that reading one may take, in bytes.
const ALLOC_MAX: u64 = 192 * 1024 * 1024;

/// How large a photo may be on paper.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    /// Widest, in pixels.
    pub(crate) width: u32,
    /// Largest file that is taken as it is, in bytes.
    pub(crate) bytes: usize,
    /// Quality of what is made smaller, 1–100.
    quality: u8,
}

/// On a ticket: 35 mm wide at 300 dots per inch, some 40 kB.
pub(crate) const TICKET: Fit = Fit { width: 413, bytes: 56 * 1024, quality: 80 };
/// On a map of seats: 15 mm wide at 200 dots per inch, some 4 kB.
pub(crate) const SEAT: Fit = Fit { width: 118, bytes: 5 * 1024, quality: 74 };

/// The photo as a JPEG that a PDF takes as it is; `None` where it cannot be read.
pub(crate) fn fit(photo: &[u8], fit: Fit) -> Option<Cow<'_, [u8]>> {
    let head = head(photo)?;
    if photo.len() <= fit.bytes && head.is_plain && head.width <= 2 * fit.width && photo.ends_with(&END) {
        return Some(Cow::Borrowed(photo));
    }
    let mut reader = ImageReader::with_format(Cursor::new(photo), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
    limits.max_alloc = Some(ALLOC_MAX);
    reader.limits(limits);
    let picture = reader.decode().ok()?.into_rgb8();
    let (width, height) = picture.dimensions();
    let smaller = if width > fit.width {
        let high = (u64::from(height) * u64::from(fit.width) / u64::from(width)).max(1);
        image::imageops::resize(&picture, fit.width, u32::try_from(high).ok()?, FilterType::Triangle)
    } else {
        picture
    };
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, fit.quality).encode_image(&smaller).ok()?;
    Some(Cow::Owned(out))
}

/// What a JPEG says of itself before its pixels begin (ITU-T T.81, B.2.2).
struct Head {
    width: u32,
    /// Whether it is grey or in three colours, of eight bits: a PDF that lasts takes no other without a profile.
    is_plain: bool,
}

fn head(photo: &[u8]) -> Option<Head> {
    let mut rest = photo.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        let [0xFF, marker, after @ ..] = rest else { return None };
        match marker {
            // Padding before a marker.
            0xFF => rest = &rest[1..],
            // Frames: baseline, extended and progressive; the other kinds no reader has.
            0xC0..=0xC2 => {
                let [_, _, bits, _, _, wide, narrow, components, ..] = after else { return None };
                let width = u32::from(u16::from_be_bytes([*wide, *narrow]));
                return Some(Head { width, is_plain: *bits == 8 && matches!(components, 1 | 3) });
            }
            0xC4 | 0xDB | 0xDD | 0xE0..=0xEF | 0xFE => {
                let length = usize::from(u16::from_be_bytes([*after.first()?, *after.get(1)?]));
                rest = after.get(length..)?;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let noise = |x: u32, y: u32| image::Rgb([(x * 7) ^ (y * 13), x * y, x ^ y].map(|value| value.to_le_bytes()[0]));
        let mut out = Vec::new();
        JpegEncoder::new_with_quality(&mut out, 95).encode_image(&RgbImage::from_fn(width, height, noise)).unwrap();
        out
    }

    #[test]
    fn a_small_photo_goes_in_as_it_is() {
        let photo = jpeg(60, 90);
        assert!(matches!(fit(&photo, TICKET), Some(Cow::Borrowed(_))));
    }

    #[test]
    fn a_large_one_is_made_smaller() {
        let photo = jpeg(826, 1252);
        let small = fit(&photo, TICKET).unwrap();
        let picture = image::load_from_memory(&small).unwrap();
        assert_eq!((picture.width(), picture.height()), (413, 626));
        let seat = fit(&photo, SEAT).unwrap();
        assert!(seat.len() < 12_000, "{} bytes, of nothing but noise", seat.len());
    }

    #[test]
    fn what_is_no_jpeg_is_refused() {
        assert!(fit(b"\x89PNG\r\n\x1a\n", TICKET).is_none());
        assert!(fit(&jpeg(60, 90)[..40], TICKET).is_none());
        assert!(fit(&[], TICKET).is_none());
        let cut = jpeg(60, 90);
        assert!(!matches!(fit(&cut[..cut.len() - 40], TICKET), Some(Cow::Borrowed(_))));
    }
}
