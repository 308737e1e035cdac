//! Pictures to hand in: phone-sized JPEGs that look like a bill's details from afar, each a little different.

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::form::multipart;

/// Width and height: a phone's screenshot at half its size.
const SIZE: (u32, u32) = (540, 1_170);
/// How many different ones there are.
const VARIANTS: u64 = 8;
const QUALITY: u8 = 80;

/// Forms with a picture each, ready to be sent.
#[derive(Debug, Clone)]
pub struct Pictures(Vec<Bytes>);

impl Pictures {
    /// Draws all pictures once.
    pub fn draw() -> Self {
        Self((0..VARIANTS).map(|variant| multipart(&[], &[("album", &jpeg(variant))])).collect())
    }

    /// The form of candidate `index`. Cloning it is a reference count.
    pub fn form(&self, index: u64) -> Bytes {
        let variant = usize::try_from(index % VARIANTS).unwrap_or_default();
        self.0[variant].clone()
    }
}

/// A title bar, an amount, and lines of text as grey bars.
fn jpeg(variant: u64) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(variant);
    let mut picture = RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([250, 250, 250]));
    bar(&mut picture, (0, 0), (SIZE.0, 90), [237, 237, 237]);
    bar(&mut picture, (160, 180), (220, 60), [20, 20, 20]);
    for line in 0..18 {
        let y = 320 + line * 44;
        bar(&mut picture, (40, y), (90 + dice.u32(..50), 16), [150, 150, 150]);
        for letter in 0..12 + dice.u32(..6) {
            let height = 10 + dice.u32(..10);
            bar(&mut picture, (210 + letter * 16, y), (5 + dice.u32(..7), height), [60, 60, 60]);
        }
    }
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    picture.write_with_encoder(encoder).expect("memory takes every byte, and the picture has JPEG's pixels");
    jpeg
}

fn bar(picture: &mut RgbImage, (left, top): (u32, u32), (width, height): (u32, u32), colour: [u8; 3]) {
    for y in top..(top + height).min(SIZE.1) {
        for x in left..(left + width).min(SIZE.0) {
            picture.put_pixel(x, y, Rgb(colour));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_real_small_and_different() {
        let (one, other) = (jpeg(0), jpeg(1));
        assert_ne!(one, other);
        for jpeg in [&one, &other] {
            assert!((10_000..200_000).contains(&jpeg.len()), "{}", jpeg.len());
            let read = image::load_from_memory(jpeg).unwrap();
            assert_eq!((read.width(), read.height()), SIZE);
            assert!(!String::from_utf8_lossy(jpeg).contains("----loadtest"));
        }
        assert!(Pictures::draw().form(9).ends_with(b"--\r\n"));
    }
}
