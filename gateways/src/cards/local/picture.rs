//! A photo made into a page that the program can read: grey, straight, evenly lit, of a good size.

mod straight;

use std::io::Cursor;
use std::sync::Arc;

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits, Luma};

use crate::cards::error::CardError;

/// Of the longer side. A card that fills the picture then has characters of some 40 pixels.
const SIDE: u32 = 1280;
/// A picture with a shorter longer side shows no card that could be read.
const SIDE_MIN: u32 = 320;
const SIDE_MAX: u32 = 12_000;
const DECODED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How high the program likes characters to be; larger ones it takes apart.
const CHARACTER_HEIGHT: f32 = 36.0;
/// Around a pixel, what its brightness is compared with: larger than a character, smaller than a shadow.
const SURROUNDINGS: u32 = 40;
/// Mean difference of neighbours, against the mean distance from the mean, from which on a picture is noise. Photos of cards
/// have less than a half, noise that was made smaller still one, noise 1.4.
const NOISE_MIN: f64 = 0.85;
/// Mean difference between neighbours at the sharpest places: below it even large characters run together.
const SHARP_MIN: f64 = 16.0;

/// A place on a page, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A page in shades of grey.
pub(super) struct Page(GrayImage);

/// A part of a page, magnified.
pub(super) struct Crop {
    pub(super) pgm: Vec<u8>,
    pub(super) origin: (u32, u32),
    pub(super) scale: f32,
}

/// A photo that may have to be turned.
pub(super) struct Pages {
    grey: Arc<GrayImage>,
    pub(super) is_sharp: bool,
}

/// How a photo is turned, clockwise.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

/// Decodes the photo under limits.
pub(super) fn pages(picture: &[u8]) -> Result<Pages, CardError> {
    let mut reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().map_err(|_| CardError::Unreadable)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| CardError::Unreadable)?;
    // The reader's limit is on what the decoder takes for itself, and not on the picture.
    if decoder.total_bytes() > DECODED_BYTES_MAX {
        return Err(CardError::Unreadable);
    }
    let orientation = decoder.orientation().map_err(|_| CardError::Unreadable)?;
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(|_| CardError::Unreadable)?;
    decoded.apply_orientation(orientation);
    let longer = decoded.width().max(decoded.height());
    if longer < SIDE_MIN {
        return Err(CardError::NoCard);
    }
    let grey = decoded.into_luma8();
    let (width, height) = (grey.width() * SIDE / longer, grey.height() * SIDE / longer);
    let grey = imageops::resize(&grey, width.max(1), height.max(1), FilterType::Triangle);
    if is_noise(&grey) {
        return Err(CardError::NoCard);
    }
    let is_sharp = sharpness(&grey) >= SHARP_MIN;
    Ok(Pages { grey: Arc::new(grey), is_sharp })
}

/// Can large characters be told apart in it? What is no picture, or noise, is no blurred one.
pub(in crate::cards) fn is_sharp(picture: &[u8]) -> bool {
    pages(picture).map_or(true, |pages| pages.is_sharp)
}

impl Pages {
    /// The turns worth trying: a card is wider than high.
    pub(super) fn turns(&self) -> &'static [Turn] {
        if self.grey.width() >= self.grey.height() {
            &[Turn::None, Turn::Half]
        } else {
            &[Turn::None, Turn::Quarter, Turn::ThreeQuarters]
        }
    }

    /// The photo turned, straightened and evened out.
    pub(super) async fn page(&self, turn: Turn) -> Result<Arc<Page>, CardError> {
        let grey = Arc::clone(&self.grey);
        let made = tokio::task::spawn_blocking(move || {
            let turned = match turn {
                Turn::None => (*grey).clone(),
                Turn::Quarter => imageops::rotate90(&*grey),
                Turn::Half => imageops::rotate180(&*grey),
                Turn::ThreeQuarters => imageops::rotate270(&*grey),
            };
            Page(even(&straight::straightened(turned)))
        });
        made.await.map(Arc::new).map_err(|_| CardError::Unavailable("picture".into()))
    }
}

impl Page {
    /// As a file that the program reads.
    pub(super) fn pgm(&self) -> Vec<u8> {
        pgm(&self.0)
    }

    pub(super) fn width(&self) -> u32 {
        self.0.width()
    }

    /// The area with a little around it, so that its height suits the program.
    pub(super) fn crop(&self, area: Area) -> Crop {
        let around = area.height / 2;
        let left = area.left.saturating_sub(around).min(self.0.width() - 1);
        let top = area.top.saturating_sub(around).min(self.0.height() - 1);
        let width = (area.width + 2 * around).clamp(1, self.0.width() - left);
        let height = (area.height + 2 * around).clamp(1, self.0.height() - top);
        let crop = imageops::crop_imm(&self.0, left, top, width, height).to_image();
        #[expect(clippy::cast_precision_loss, reason = "a place on a page")]
        let (wide, high) = (width as f32, height as f32);
        let scale = (CHARACTER_HEIGHT * 2.0 / high).clamp(0.5, 4.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place on a page")]
        let (new_width, new_height) = ((wide * scale) as u32, (high * scale) as u32);
        let crop = imageops::resize(&crop, new_width.max(1), new_height.max(1), FilterType::Triangle);
        Crop { pgm: pgm(&crop), origin: (left, top), scale }
    }
}

fn pgm(grey: &GrayImage) -> Vec<u8> {
    let mut out = format!("P5\n{} {}\n255\n", grey.width(), grey.height()).into_bytes();
    out.extend_from_slice(grey.as_raw());
    out
}

/// Each pixel against the mean of its surroundings: shadows and a dark table disappear, ink stays.
fn even(grey: &GrayImage) -> GrayImage {
    const DARK: f64 = 24.0;
    let sums = Sums::of(grey);
    GrayImage::from_fn(grey.width(), grey.height(), |x, y| {
        let mean = sums.mean(x, y, SURROUNDINGS);
        let ratio = (f64::from(grey.get_pixel(x, y)[0]) + DARK) / (mean + DARK);
        // A card's pattern of fine lines, a fifteenth darker than its ground, is to be as white as the ground.
        let level = (ratio - 0.48) / 0.45 * 255.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
        let level = level.clamp(0.0, 255.0) as u8;
        Luma([level])
    })
}

/// The mean of the largest differences between neighbours, one pixel in a hundred.
fn sharpness(grey: &GrayImage) -> f64 {
    let mut counts = [0_u32; 256];
    for y in 0..grey.height() {
        for x in 1..grey.width() {
            counts[usize::from(grey.get_pixel(x, y)[0].abs_diff(grey.get_pixel(x - 1, y)[0]))] += 1;
        }
    }
    let wanted = (grey.width() * grey.height() / 100).max(1);
    let (mut left, mut sum) = (wanted, 0.0);
    for (difference, count) in (0_u32..256).zip(counts).rev() {
        let taken = count.min(left);
        sum += f64::from(difference) * f64::from(taken);
        left -= taken;
    }
    sum / f64::from(wanted)
}

/// Do neighbours differ as much as any two pixels do? In a photo of anything they are alike. Letters would be looked for
/// everywhere, for as long as the reader may take.
fn is_noise(grey: &GrayImage) -> bool {
    let count = f64::from(grey.width() * grey.height()).max(1.0);
    let mean = grey.pixels().map(|pixel| f64::from(pixel[0])).sum::<f64>() / count;
    let spread = grey.pixels().map(|pixel| (f64::from(pixel[0]) - mean).abs()).sum::<f64>() / count;
    let rows = grey.rows().map(|row| row.map(|pixel| pixel[0]).collect::<Vec<u8>>());
    let steps = rows.map(|row| row.windows(2).map(|pair| f64::from(pair[0].abs_diff(pair[1]))).sum::<f64>());
    steps.sum::<f64>() / count > NOISE_MIN * spread
}

/// Sums of all pixels above and left of each, from which the sum of any rectangle is four look-ups.
pub(super) struct Sums {
    width: u32,
    height: u32,
    sums: Vec<u64>,
}

impl Sums {
    pub(super) fn of(grey: &GrayImage) -> Self {
        let (width, height) = grey.dimensions();
        let stride = width as usize + 1;
        let mut sums = vec![0; stride * (height as usize + 1)];
        for (y, row) in grey.rows().enumerate() {
            let mut line = 0;
            for (x, pixel) in row.enumerate() {
                line += u64::from(pixel[0]);
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + line;
            }
        }
        Self { width, height, sums }
    }

    /// The mean brightness of a square around a pixel, as far as it is inside.
    pub(super) fn mean(&self, x: u32, y: u32, radius: u32) -> f64 {
        let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(self.width));
        let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(self.height));
        let at = |x: u32, y: u32| self.sums[y as usize * (self.width as usize + 1) + x as usize];
        let sum = at(right, bottom) + at(left, top) - at(left, bottom) - at(right, top);
        #[expect(clippy::cast_precision_loss, reason = "a sum of bytes of a page")]
        let sum = sum as f64;
        sum / f64::from((right - left) * (bottom - top))
    }
}
