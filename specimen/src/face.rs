//! Drawn faces: ellipses whose measures follow from a seed.

use image::{Rgb, RgbImage};

const WIDTH: u32 = 480;
const HEIGHT: u32 = 640;

/// Measures between 0 and 1, one after the other, from a seed.
struct Dice(u32);

impl Dice {
    fn next(&mut self) -> f32 {
        // Numerical Recipes' generator; its upper bits are good enough to tell faces apart.
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(self.0 >> 16).unwrap_or(0)) / f32::from(u16::MAX)
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }
}

/// A face from the front, with hair, shoulders and a plain ground.
pub(super) fn draw(seed: u32) -> RgbImage {
    let mut dice = Dice(seed.wrapping_mul(2_654_435_761).wrapping_add(99));
    for _ in 0..4 {
        dice.next();
    }
    let ground = shade([214.0, 222.0, 230.0], dice.between(0.8, 1.05));
    let skin = shade([232.0, 190.0, 160.0], dice.between(0.72, 1.06));
    let hair = shade([52.0, 40.0, 34.0], dice.between(0.4, 2.6));
    let shirt = [dice.between(20.0, 200.0), dice.between(20.0, 200.0), dice.between(40.0, 220.0)];
    let (cx, cy) = (240.0 + dice.between(-6.0, 6.0), 292.0 + dice.between(-8.0, 8.0));
    let (half_width, half_height) = (dice.between(96.0, 138.0), dice.between(134.0, 172.0));
    let mut picture = RgbImage::from_pixel(WIDTH, HEIGHT, pixel(ground));
    let mut ellipse = |x: f32, y: f32, rx: f32, ry: f32, colour: [f32; 3]| fill(&mut picture, (x, y), (rx, ry), colour);
    ellipse(cx, 660.0, dice.between(180.0, 232.0), 190.0, shirt);
    let long_hair = dice.between(-0.6, 1.0);
    if long_hair > 0.0 {
        ellipse(cx, cy + 60.0, half_width + 34.0, half_height + 60.0 * long_hair, hair);
    }
    ellipse(cx, cy - dice.between(20.0, 52.0), half_width + 22.0, half_height + 8.0, hair);
    ellipse(cx, cy + half_height, half_width * 0.46, 70.0, shade(skin, 0.88));
    ellipse(cx, cy, half_width, half_height, skin);
    let fringe = dice.between(0.15, 0.62);
    ellipse(
        cx + dice.between(-40.0, 40.0),
        cy - half_height * (1.05 - 0.2 * fringe),
        half_width * 0.98,
        half_height * fringe,
        hair,
    );
    let (apart, eyes_y) = (dice.between(40.0, 62.0), cy - dice.between(6.0, 30.0));
    let (eye_width, eye_height, brow) = (dice.between(15.0, 25.0), dice.between(6.0, 13.0), dice.between(3.0, 9.0));
    let has_glasses = dice.next() > 0.6;
    for side in [-1.0, 1.0] {
        let x = cx + side * apart;
        if has_glasses {
            ellipse(x, eyes_y, 38.0, 30.0, [30.0, 30.0, 36.0]);
            ellipse(x, eyes_y, 32.0, 24.0, shade(skin, 1.04));
        }
        ellipse(x, eyes_y, eye_width, eye_height, [250.0, 250.0, 248.0]);
        ellipse(x, eyes_y, eye_height, eye_height, shade(hair, 0.5));
        ellipse(x, eyes_y - 34.0, eye_width * 1.35, brow, hair);
    }
    let nose = dice.between(14.0, 26.0);
    ellipse(cx, eyes_y + 62.0, nose, dice.between(24.0, 40.0), shade(skin, 0.9));
    ellipse(cx, cy + half_height * 0.56, dice.between(26.0, 52.0), dice.between(6.0, 17.0), [178.0, 74.0, 76.0]);
    // A beard; together with long hair it looked odd.
    if dice.next() > 0.72 && long_hair <= 0.0 {
        ellipse(cx, cy + half_height * 0.84, half_width * 0.5, dice.between(14.0, 30.0), shade(hair, 1.1));
    }
    picture
}

fn shade(colour: [f32; 3], by: f32) -> [f32; 3] {
    colour.map(|part| (part * by).clamp(0.0, 255.0))
}

fn pixel(colour: [f32; 3]) -> Rgb<u8> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
    let byte = |part: f32| part.clamp(0.0, 255.0) as u8;
    Rgb(colour.map(byte))
}

fn fill(picture: &mut RgbImage, centre: (f32, f32), radius: (f32, f32), colour: [f32; 3]) {
    for (x, y, target) in picture.enumerate_pixels_mut() {
        #[expect(clippy::cast_precision_loss, reason = "a place in a small picture")]
        let (dx, dy) = ((x as f32 - centre.0) / radius.0, (y as f32 - centre.1) / radius.1);
        let inside = 1.0 - dx.hypot(dy);
        if inside > 0.0 {
            // A little darker to the right: a face is round.
            *target = pixel(shade(colour, 1.0 - 0.08 * dx));
        }
    }
}
