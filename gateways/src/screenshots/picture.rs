//! From an order picture to what a reader likes: dark on white, looked at in parts none of which is too long. The program wants
//! grey pages of the right size, the networks take the colours as they are.

use std::io::Cursor;
use std::ops::Range;

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits, Pixel};

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
/// How high a page of that width is at most, and how much of the page before it shows again, so that no line is cut in two.
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
    if is_dark(grey.pixels().map(|pixel| pixel[0])) {
        imageops::invert(&mut grey);
    }
    let (width, height) = grey.dimensions();
    let page = |rows: Range<u32>| Page {
        grey: imageops::crop_imm(&grey, 0, rows.start, width, rows.end - rows.start).to_image(),
        top: rows.start,
    };
    Ok(parts(height, PAGE_HEIGHT, OVERLAP).into_iter().map(page).collect())
}

/// A picture in its colours, and the rows of pixels that are looked at together.
pub(crate) struct Screen {
    pub(crate) picture: ocr::Picture,
    pub(crate) parts: Vec<Range<u32>>,
    overlap: u32,
}

impl Screen {
    /// Decodes a picture within bounds. One that is wider than high is one part.
    pub(crate) fn decode(picture: &[u8]) -> Result<Self, ScreenshotError> {
        let mut colours = decoded(picture)?.into_rgb8();
        if is_dark(colours.pixels().map(|pixel| pixel.to_luma()[0])) {
            imageops::invert(&mut colours);
        }
        let (width, height) = colours.dimensions();
        let by_width = |length: u32| length * width / WIDTH;
        let (part, overlap) = if height > width { (by_width(PAGE_HEIGHT), by_width(OVERLAP)) } else { (height, 0) };
        Ok(Self { picture: ocr::Picture::of(colours), parts: parts(height, part, overlap), overlap })
    }

    /// Does a line whose middle is so far down belong to this part? A line that two parts show belongs to the one in which it is
    /// further from the edge, where it may be cut in two.
    #[expect(clippy::cast_precision_loss, reason = "a side has at most 24,000 pixels")]
    pub(crate) fn is_of(&self, part: &Range<u32>, middle: f32) -> bool {
        let edge = self.overlap as f32 / 2.0;
        let begins = part.start == 0 || middle >= part.start as f32 + edge;
        begins && (part.end == self.picture.size().1 || middle < part.end as f32 - edge)
    }
}

/// Parts of at most so many rows, each beginning with so many of the one before it.
fn parts(height: u32, part: u32, overlap: u32) -> Vec<Range<u32>> {
    let mut parts = Vec::new();
    let mut top = 0;
    while top < height && parts.len() < PAGES_MAX {
        let end = (top + part).min(height);
        parts.push(top..end);
        if end >= height {
            break;
        }
        top += part - overlap;
    }
    parts
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
fn is_dark(levels: impl ExactSizeIterator<Item = u8>) -> bool {
    let all = levels.len();
    levels.filter(|level| *level < 110).count() * 2 > all
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

    #[test]
    fn each_line_of_a_long_picture_is_of_one_part() {
        let long = Screen::decode(&png(&GrayImage::from_pixel(540, 3_000, Luma([250])))).unwrap();
        assert_eq!(long.parts, [0..1_300, 1_240..2_540, 2_480..3_000]);
        for (middle, of) in [(5.0, 0), (1_269.0, 0), (1_271.0, 1), (2_511.0, 2), (2_995.0, 2)] {
            let parts: Vec<bool> = long.parts.iter().map(|part| long.is_of(part, middle)).collect();
            assert_eq!(parts, [of == 0, of == 1, of == 2], "{middle}");
        }
        let wide = Screen::decode(&png(&GrayImage::from_pixel(4_000, 3_000, Luma([20])))).unwrap();
        assert!(wide.parts.len() == 1 && wide.is_of(&wide.parts[0], 2_999.0));
        assert!(matches!(Screen::decode(b"no picture"), Err(ScreenshotError::Unreadable)));
    }
}
