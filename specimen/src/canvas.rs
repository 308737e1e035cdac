//! Drawing on a picture: text, discs, waves.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::font::Face;

/// A picture that is drawn on. Places are pixels from the upper left.
pub(super) struct Canvas(RgbImage);

impl Canvas {
    pub(super) fn new(width: u32, height: u32, ground: Rgb<u8>) -> Self {
        Self(RgbImage::from_pixel(width, height, ground))
    }

    pub(super) fn into_picture(self) -> RgbImage {
        self.0
    }

    /// Writes text with its upper left corner there, and says where it ends.
    pub(super) fn text(&mut self, face: &Face, at: (u32, u32), size: f32, colour: Rgb<u8>, text: &str) -> u32 {
        self.spaced_text(face, at, size, colour, text, 0.0)
    }

    /// The same with more space between the characters.
    pub(super) fn spaced_text(
        &mut self,
        face: &Face,
        at: (u32, u32),
        size: f32,
        colour: Rgb<u8>,
        text: &str,
        space: f32,
    ) -> u32 {
        face.write(at, size, text, space, |x, y, cover| self.blend(x, y, colour, cover))
    }

    pub(super) fn disc(&mut self, centre: (i32, i32), radius: i32, colour: Rgb<u8>) {
        for y in centre.1 - radius..=centre.1 + radius {
            for x in centre.0 - radius..=centre.0 + radius {
                if (x - centre.0).pow(2) + (y - centre.1).pow(2) <= radius * radius {
                    self.blend(x, y, colour, 1.0);
                }
            }
        }
    }

    /// A line of waves across the picture.
    pub(super) fn wave(&mut self, y: u32, height: f64, length: f64, colour: Rgb<u8>) {
        for x in 0..self.0.width() {
            let rise = height * (f64::from(x) * std::f64::consts::TAU / length).sin();
            #[expect(clippy::cast_possible_truncation, reason = "a few pixels up or down")]
            let at = i32::try_from(y).unwrap_or(0) + rise.round() as i32;
            let x = i32::try_from(x).unwrap_or(0);
            self.blend(x, at, colour, 1.0);
            self.blend(x, at + 1, colour, 0.6);
        }
    }

    pub(super) fn picture(&mut self, at: (u32, u32), picture: &RgbImage) {
        image::imageops::replace(&mut self.0, picture, i64::from(at.0), i64::from(at.1));
    }

    fn blend(&mut self, x: i32, y: i32, colour: Rgb<u8>, cover: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
            for (below, above) in pixel.0.iter_mut().zip(colour.0) {
                let mixed = f32::from(*below) * (1.0 - cover) + f32::from(above) * cover;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
                let mixed = mixed.round() as u8;
                *below = mixed;
            }
        }
    }
}

/// The picture as a JPEG.
pub(super) fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).expect("a drawn picture can be encoded");
    out
}
