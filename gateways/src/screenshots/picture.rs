//! From an order picture to pages that a reader likes: grey, dark on white, of the right size, and none too long.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits};

use super::ScreenshotError;
use crate::cards::local::picture::Area;

/// Most bytes of decoded pixels: what is kept of a screenshot is a third of that.
const DECODED_BYTES_MAX: u64 = 160_000_000;
/// Longest side that a picture may have.
const SIDE_MAX: u32 = 24_000;
/// How wide a page is made: a phone's text is then some 40 pixels high, as readers like it.
const WIDTH: u32 = 1_080;
/// A picture that is narrower is blown up at most so much; more is a blur.
const SCALE_MAX: f32 = 2.0;
/// How high a page is at most, and how much of the page before it shows again, so that no line is cut in two.
const PAGE_HEIGHT: u32 = 2_600;
const OVERLAP: u32 = 120;
/// Most pages of one picture: what is kept of the longest screenshot.
const PAGES_MAX: usize = 9;

/// Part of a picture, to be read by itself.
pub(crate) struct Page {
    grey: GrayImage,
    /// Where on the whole picture it begins, in pixels of the page.
    pub(crate) top: u32,
}

impl Page {
    /// As a file that the program reads.
    pub(crate) fn pgm(&self) -> Vec<u8> {
        pgm(&self.grey)
    }

    /// An area with a little around it, its characters so high, as a file that the program reads.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a side has at most 48,000 pixels"
    )]
    pub(crate) fn crop(&self, area: Area, character_height: u32) -> Vec<u8> {
        let around = area.height * 2 / 5;
        let (left, top) = (area.left.saturating_sub(around), area.top.saturating_sub(around));
        let width = (area.width + 2 * around).min(self.grey.width().saturating_sub(left)).max(1);
        let height = (area.height + 2 * around).min(self.grey.height().saturating_sub(top)).max(1);
        let crop = imageops::crop_imm(&self.grey, left, top, width, height).to_image();
        let scale = (character_height as f32 / area.height.max(1) as f32).clamp(0.2, SCALE_MAX);
        let by = |side: u32| ((side as f32 * scale).round() as u32).max(1);
        pgm(&imageops::resize(&crop, by(width), by(height), FilterType::Triangle))
    }
}

fn pgm(grey: &GrayImage) -> Vec<u8> {
    let mut out = format!("P5\n{} {}\n255\n", grey.width(), grey.height()).into_bytes();
    out.extend_from_slice(grey.as_raw());
    out
}

/// Decodes a picture within bounds and cuts it into pages.
pub(crate) fn pages(picture: &[u8]) -> Result<Vec<Page>, ScreenshotError> {
    let grey = decoded(picture)?.into_luma8();
    let mut grey = sized(grey);
    if is_dark(&grey) {
        imageops::invert(&mut grey);
    }
    let (width, height) = grey.dimensions();
    let mut pages = Vec::new();
    let mut top = 0;
    while top < height && pages.len() < PAGES_MAX {
        let page_height = PAGE_HEIGHT.min(height - top);
        pages.push(Page { grey: imageops::crop_imm(&grey, 0, top, width, page_height).to_image(), top });
        if top + page_height >= height {
            break;
        }
        top += PAGE_HEIGHT - OVERLAP;
    }
    Ok(pages)
}

fn decoded(picture: &[u8]) -> Result<DynamicImage, ScreenshotError> {
    let unreadable = |_| ScreenshotError::Unreadable;
    let reader = ImageReader::new(Cursor::new(picture)).with_guessed_format();
    let mut reader = reader.map_err(|_| ScreenshotError::Unreadable)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(unreadable)?;
    if decoder.total_bytes() > DECODED_BYTES_MAX {
        return Err(ScreenshotError::Unreadable);
    }
    DynamicImage::from_decoder(decoder).map_err(unreadable)
}

/// As wide as a page, with its height in proportion.
fn sized(grey: GrayImage) -> GrayImage {
    let (width, height) = grey.dimensions();
    #[expect(clippy::cast_precision_loss, reason = "a side has at most 24,000 pixels")]
    let scale = (WIDTH as f32 / width.max(1) as f32).min(SCALE_MAX);
    // Nearly right is right: each change of size blurs.
    if (0.8..=1.25).contains(&scale) {
        return grey;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a side has at most 48,000 pixels"
    )]
    let by = |side: u32| ((side as f32 * scale).round() as u32).max(1);
    imageops::resize(&grey, by(width), by(height), FilterType::Triangle)
}

/// Is it white on black? What most of it is tells, not its mean: a dark page may have a bright picture on it.
fn is_dark(grey: &GrayImage) -> bool {
    let dark = grey.pixels().filter(|pixel| pixel[0] < 110).count();
    dark * 2 > grey.pixels().len()
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Luma};

    use super::*;

    fn png(picture: &GrayImage) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_long_picture_is_read_page_by_page_and_a_dark_one_is_turned_white() {
        let long = GrayImage::from_pixel(1_080, 6_000, Luma([250]));
        let tops: Vec<u32> = pages(&png(&long)).unwrap().iter().map(|page| page.top).collect();
        assert_eq!(tops, [0, 2_480, 4_960]);
        let dark = pages(&png(&GrayImage::from_pixel(540, 900, Luma([20])))).unwrap();
        let pgm = dark[0].pgm();
        assert!(dark.len() == 1 && pgm.starts_with(b"P5\n1080 1800\n255\n") && pgm.ends_with(&[235]));
        assert!(matches!(pages(b"no picture"), Err(ScreenshotError::Unreadable)));
    }
}
