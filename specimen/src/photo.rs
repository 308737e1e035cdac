//! Photographs of cards as phones take them: in perspective, turned, lit from one side, with glare, blurred, noisy and
//! compressed. The same seed makes the same photograph.

mod camera;
mod table;

use image::{RgbImage, imageops};

use crate::canvas;
use camera::Plane;

/// How hard a photograph is to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grade {
    /// Held well in good light.
    Mild,
    /// Held carelessly in a room: what most people send.
    Medium,
    /// Aslant, in bad light, hardly held still; somebody who looks can still read it.
    Hard,
}

/// Bounds of what happens to a picture; each photograph draws its own values between nothing and these.
struct Bounds {
    /// Tilt of the card in degrees.
    tilt: f32,
    /// How far a corner may lie off, in parts of the card's width.
    corner: f32,
    /// The smallest and the largest width of the card, in parts of the picture's.
    fill: (f32, f32),
    /// How much darker it is at the far side of the light, 0 to 1.
    shade: f32,
    /// The most light that a reflection adds, in levels.
    glare: f32,
    /// Standard deviation of the blur, in pixels.
    blur: (f32, f32),
    /// The longest way of the hand while the picture is taken, in pixels.
    shake: f32,
    /// Standard deviation of the noise, in levels.
    noise: f32,
    /// Quality of the JPEG.
    quality: (f32, f32),
    /// How often a picture lies on a side or stands on its head.
    turned: f32,
    /// The longer side of the picture, in pixels.
    side: (f32, f32),
}

impl Grade {
    /// All grades, the easiest first.
    pub const ALL: [Self; 3] = [Self::Mild, Self::Medium, Self::Hard];

    fn bounds(self) -> Bounds {
        match self {
            Self::Mild => Bounds {
                tilt: 3.0,
                corner: 0.015,
                fill: (0.78, 0.92),
                shade: 0.15,
                glare: 30.0,
                blur: (0.3, 0.8),
                shake: 0.0,
                noise: 2.5,
                quality: (80.0, 92.0),
                turned: 0.1,
                side: (1_300.0, 1_600.0),
            },
            Self::Medium => Bounds {
                tilt: 7.0,
                corner: 0.04,
                fill: (0.68, 0.88),
                shade: 0.35,
                glare: 80.0,
                blur: (0.6, 1.3),
                shake: 2.0,
                noise: 6.0,
                quality: (60.0, 80.0),
                turned: 0.25,
                side: (1_200.0, 1_500.0),
            },
            Self::Hard => Bounds {
                tilt: 13.0,
                corner: 0.07,
                fill: (0.62, 0.84),
                shade: 0.55,
                glare: 130.0,
                blur: (1.0, 1.9),
                shake: 4.0,
                noise: 10.0,
                quality: (40.0, 65.0),
                turned: 0.4,
                side: (1_150.0, 1_400.0),
            },
        }
    }
}

/// Measures between 0 and 1, one after the other, from a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D);
        for _ in 0..4 {
            dice.next();
        }
        dice
    }

    pub(crate) fn next(&mut self) -> f32 {
        // Knuth's MMIX generator; its upper bits are good enough for noise.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f32::from(u16::try_from(self.0 >> 48).unwrap_or(0)) / f32::from(u16::MAX)
    }

    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }

    /// Between this and its negative.
    pub(crate) fn around(&mut self, most: f32) -> f32 {
        self.between(-most, most)
    }
}

/// The card, lying on some table, as a phone's photograph of this grade: a JPEG.
pub(crate) fn taken(card: &RgbImage, grade: Grade, seed: u64) -> Vec<u8> {
    let bounds = grade.bounds();
    let mut dice = Dice::of(seed);
    let width = dice.between(bounds.side.0, bounds.side.1);
    let height = width * 0.75;
    let plane = Plane::held(&mut dice, &bounds, (width, height));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the size of a picture")]
    let size = (width as u32, height as u32);
    let mut photo = table::laid(&mut dice, size);
    plane.lay(card, &mut photo);
    camera::light(&mut photo, &mut dice, &bounds);
    let photo = camera::shaken(&photo, &mut dice, &bounds);
    let mut photo = camera::blurred(&photo, dice.between(bounds.blur.0, bounds.blur.1));
    camera::noise(&mut photo, &mut dice, bounds.noise);
    if dice.next() < bounds.turned {
        photo = match dice.next() {
            part if part < 0.34 => imageops::rotate90(&photo),
            part if part < 0.67 => imageops::rotate180(&photo),
            _ => imageops::rotate270(&photo),
        };
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quality up to 100")]
    let quality = dice.between(bounds.quality.0, bounds.quality.1) as u8;
    canvas::jpeg(&photo, quality)
}
