//! Compares two pictures of faces: not as well as a vendor's network, but really, and always with the same result.
//!
//! It finds no faces: it looks where a portrait, a passport photo and the print on an identity card have theirs. Each
//! of these places, made small and grey, without its mean and its contrast; then the normalised correlation of
//! brightness and of edges, and the best pair of places counts. One face in another size, light, compression or kind of
//! picture stays above 75; two different faces stay below 50.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{GrayImage, ImageReader, Limits};

/// Where faces are: the middle as parts of width and height, and the side of a square as a part of the width.
const PLACES: [(f64, f64, f64); 3] = [(0.5, 0.4375, 0.667), (0.5, 0.4375, 0.758), (0.464, 0.498, 0.382)];
/// Of the small picture.
const SIDE: u32 = 40;
/// Less contrast shows no face.
const CONTRAST_MIN: f64 = 7.0;
/// Measured on drawn faces: two come to 0.71 at most, one in two photos to 0.87 at least.
const SAME: f64 = 0.79;
/// From here on there is no difference.
const ALL: f64 = 0.93;
const PIXELS_MIN: u32 = 64;
const SIDE_MAX: u32 = 8_000;

/// Why a picture cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Nearly one colour.
    NoFace,
    /// Too small, or no picture.
    Poor,
}

/// What may be the face of a picture, ready to compare.
pub(crate) struct Face(Vec<Cut>);

/// One place of a picture that is looked at.
struct Cut {
    brightness: Vec<f64>,
    edges: Vec<f64>,
}

impl Face {
    pub(crate) fn of(picture: &[u8]) -> Result<Self, Unfit> {
        let grey = decoded(picture).ok_or(Unfit::Poor)?;
        if grey.width().min(grey.height()) < PIXELS_MIN {
            return Err(Unfit::Poor);
        }
        let cuts: Vec<Cut> = PLACES.into_iter().filter_map(|place| Cut::of(&grey, place)).collect();
        if cuts.is_empty() { Err(Unfit::NoFace) } else { Ok(Self(cuts)) }
    }

    /// 0 to 100.
    pub(crate) fn likeness(&self, other: &Self) -> f64 {
        let pairs = self.0.iter().flat_map(|one| other.0.iter().map(|other| one.likeness(other)));
        pairs.fold(0.0, f64::max)
    }
}

impl Cut {
    /// The place's square as far as it is in the picture; none when it is of nearly one colour.
    fn of(grey: &GrayImage, (x, y, side): (f64, f64, f64)) -> Option<Self> {
        let (width, height) = (f64::from(grey.width()), f64::from(grey.height()));
        let side = (width * side).min(height);
        let start = |middle: f64, whole: f64| pixels((middle * whole - side / 2.0).clamp(0.0, whole - side));
        let (left, top) = (start(x, width), start(y, height));
        let square = imageops::crop_imm(grey, left, top, pixels(side).max(1), pixels(side).max(1)).to_image();
        let small = imageops::resize(&square, SIDE, SIDE, FilterType::Triangle);
        let raw: Vec<f64> = small.pixels().map(|pixel| f64::from(pixel[0])).collect();
        let has_contrast = deviation(&raw) >= CONTRAST_MIN;
        has_contrast.then(|| Self { edges: normalised(&edges(&raw)), brightness: normalised(&raw) })
    }

    fn likeness(&self, other: &Self) -> f64 {
        let brightness = correlation(&self.brightness, &other.brightness);
        let edges = correlation(&self.edges, &other.edges);
        // Portraits are alike in brightness whoever they show; edges tell people apart.
        let likeness = 0.25 * brightness + 0.75 * edges;
        let score = if likeness < SAME { likeness / SAME } else { 1.0 + (likeness - SAME) / (ALL - SAME) };
        (50.0 * score).clamp(0.0, 100.0)
    }
}

fn pixels(measure: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the picture's side")]
    let pixels = measure.max(0.0) as u32;
    pixels
}

fn decoded(picture: &[u8]) -> Option<GrayImage> {
    let mut reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(256 * 1024 * 1024);
    reader.limits(limits);
    Some(reader.decode().ok()?.into_luma8())
}

/// What is left of each pixel without the mean of its neighbours.
fn edges(raw: &[f64]) -> Vec<f64> {
    let side = SIDE as usize;
    (0..raw.len())
        .map(|at| {
            let (x, y) = (at % side, at / side);
            let rows = y.saturating_sub(3)..(y + 4).min(side);
            let columns = x.saturating_sub(3)..(x + 4).min(side);
            let near = || rows.clone().flat_map(|row| columns.clone().map(move |column| row * side + column));
            let count = near().fold(0.0, |count, _| count + 1.0);
            raw[at] - near().map(|near| raw[near]).sum::<f64>() / count
        })
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / f64::from(SIDE * SIDE)
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / f64::from(SIDE * SIDE)).sqrt()
}

fn normalised(values: &[f64]) -> Vec<f64> {
    let (mean, deviation) = (mean(values), deviation(values).max(1e-9));
    values.iter().map(|value| (value - mean) / deviation).collect()
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum::<f64>() / f64::from(SIDE * SIDE)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};
    use specimen::{form_photo, portrait, selfie};

    use super::*;

    fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
        let mut out = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).unwrap();
        out
    }

    fn face(picture: &[u8]) -> Face {
        Face::of(picture).unwrap()
    }

    #[test]
    fn one_face_in_two_photos_is_told_from_two_faces() {
        let faces: Vec<Face> = (0..10).map(|seed| face(&portrait(seed))).collect();
        let mut highest: f64 = 0.0;
        for (at, one) in faces.iter().enumerate() {
            for other in &faces[at + 1..] {
                highest = highest.max(one.likeness(other));
            }
        }
        let mut lowest: f64 = 100.0;
        for (seed, drawn) in (0..10).zip(&faces) {
            let photo = image::load_from_memory(&portrait(seed)).unwrap().into_rgb8();
            let mut darker = imageops::resize(&photo, 300, 400, FilterType::Triangle);
            darker.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|part| part / 5 * 3 + 10));
            let moved = imageops::crop_imm(&photo, 8, 6, 466, 626).to_image();
            for again in [jpeg(&darker, 60), jpeg(&moved, 80), selfie(seed), form_photo(seed)] {
                lowest = lowest.min(drawn.likeness(&face(&again)));
            }
        }
        println!("different faces: at most {highest:.1}; one face: at least {lowest:.1}");
        assert!(highest < 50.0, "two faces are {highest:.1} alike");
        assert!(lowest > 75.0, "one face is {lowest:.1} alike");
    }

    #[test]
    fn no_face_and_no_picture_are_told_apart() {
        let plain = jpeg(&RgbImage::from_pixel(300, 400, Rgb([120, 130, 140])), 80);
        assert_eq!(Face::of(&plain).err(), Some(Unfit::NoFace));
        assert_eq!(Face::of(b"x").err(), Some(Unfit::Poor));
        assert_eq!(Face::of(&jpeg(&RgbImage::new(30, 40), 80)).err(), Some(Unfit::Poor));
    }
}
