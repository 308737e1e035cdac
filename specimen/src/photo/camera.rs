//! What a camera makes of a card: perspective, light, shake, blur, noise.

use image::{Rgb, RgbImage, imageops};

use super::{Bounds, Dice};

/// Where a card lies in a picture: maps places of the picture to places of the card, both from 0 to 1.
pub(super) struct Plane {
    /// Rows of the matrix of the projection.
    rows: [[f64; 3]; 3],
}

impl Plane {
    /// A card somewhere near the middle, tilted, its corners a little off.
    pub(super) fn held(dice: &mut Dice, bounds: &Bounds, (width, height): (f32, f32)) -> Self {
        let wide = width * dice.between(bounds.fill.0, bounds.fill.1);
        let high = wide * 54.0 / 85.6;
        let (sine, cosine) = dice.around(bounds.tilt).to_radians().sin_cos();
        let free = |size: f32, taken: f32| ((size - taken) / 2.0).max(0.0) * 0.7;
        let centre = (
            width / 2.0 + dice.around(free(width, wide)),
            height / 2.0 + dice.around(free(height, wide * sine.abs() + high)),
        );
        let corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y): (f32, f32)| {
            let off = (dice.around(bounds.corner) * wide, dice.around(bounds.corner) * wide);
            let (x, y) = (x * wide, y * high);
            let at = (centre.0 + x * cosine - y * sine + off.0, centre.1 + x * sine + y * cosine + off.1);
            (f64::from(at.0), f64::from(at.1))
        });
        Self { rows: inverse(square_to(corners)) }
    }

    /// Puts the card into the picture.
    pub(super) fn lay(&self, card: &RgbImage, photo: &mut RgbImage) {
        let [a, b, c] = self.rows;
        for (x, y, pixel) in photo.enumerate_pixels_mut() {
            let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
            let depth = c[0] * x + c[1] * y + c[2];
            let at = ((a[0] * x + a[1] * y + a[2]) / depth, (b[0] * x + b[1] * y + b[2]) / depth);
            if (0.0..=1.0).contains(&at.0) && (0.0..=1.0).contains(&at.1) && !is_cut_off(at) {
                #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
                let at = (at.0 as f32, at.1 as f32);
                if let Some(seen) = imageops::sample_bilinear(card, at.0, at.1) {
                    *pixel = seen;
                }
            }
        }
    }
}

/// Corners are round: 3.18 mm of 85.6 × 54.
fn is_cut_off((x, y): (f64, f64)) -> bool {
    let (across, down) = ((x.min(1.0 - x)) * 85.6 / 3.18, (y.min(1.0 - y)) * 54.0 / 3.18);
    across < 1.0 && down < 1.0 && (1.0 - across).hypot(1.0 - down) > 1.0
}

/// The projection of the unit square to four corners, clockwise from the upper left (Heckbert, Fundamentals of Texture
/// Mapping, 1989, section 2.2.3).
fn square_to([p0, p1, p2, p3]: [(f64, f64); 4]) -> [[f64; 3]; 3] {
    let (dx1, dx2, sx) = (p1.0 - p2.0, p3.0 - p2.0, p0.0 - p1.0 + p2.0 - p3.0);
    let (dy1, dy2, sy) = (p1.1 - p2.1, p3.1 - p2.1, p0.1 - p1.1 + p2.1 - p3.1);
    let whole = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((sx * dy2 - dx2 * sy) / whole, (dx1 * sy - sx * dy1) / whole);
    [
        [p1.0 - p0.0 + g * p1.0, p3.0 - p0.0 + h * p3.0, p0.0],
        [p1.1 - p0.1 + g * p1.1, p3.1 - p0.1 + h * p3.1, p0.1],
        [g, h, 1.0],
    ]
}

/// The inverse but for a factor, which a projection does not mind.
fn inverse(m: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let minor = |r: [usize; 2], c: [usize; 2]| m[r[0]][c[0]] * m[r[1]][c[1]] - m[r[0]][c[1]] * m[r[1]][c[0]];
    [
        [minor([1, 2], [1, 2]), -minor([0, 2], [1, 2]), minor([0, 1], [1, 2])],
        [-minor([1, 2], [0, 2]), minor([0, 2], [0, 2]), -minor([0, 1], [0, 2])],
        [minor([1, 2], [0, 1]), -minor([0, 2], [0, 1]), minor([0, 1], [0, 1])],
    ]
}

/// A lamp of some colour at one side, and its reflection.
pub(super) fn light(photo: &mut RgbImage, dice: &mut Dice, bounds: &Bounds) {
    #[expect(clippy::cast_precision_loss, reason = "the size of a picture")]
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let (sine, cosine) = dice.between(0.0, std::f32::consts::TAU).sin_cos();
    let shade = dice.between(0.0, bounds.shade);
    let gains = [dice.between(0.92, 1.0), dice.between(0.95, 1.0), dice.between(0.86, 1.0)];
    let (spot, radius) = ((dice.next() * width, dice.next() * height), dice.between(0.08, 0.2) * width);
    let glare = dice.between(0.0, bounds.glare);
    for (x, y, pixel) in photo.enumerate_pixels_mut() {
        #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
        let (x, y) = (x as f32, y as f32);
        let side = ((x / width - 0.5) * cosine + (y / height - 0.5) * sine + 0.5).clamp(0.0, 1.0);
        let away = ((x - spot.0).powi(2) + (y - spot.1).powi(2)) / (2.0 * radius * radius);
        let added = glare * (-away).exp();
        for (part, gain) in pixel.0.iter_mut().zip(gains) {
            *part = byte(f32::from(*part) * gain * (1.0 - shade * side) + added);
        }
    }
}

/// The mean of the picture along the way of the hand.
pub(super) fn shaken(photo: &RgbImage, dice: &mut Dice, bounds: &Bounds) -> RgbImage {
    let (way, (sine, cosine)) = (dice.between(0.0, bounds.shake), dice.between(0.0, std::f32::consts::TAU).sin_cos());
    if way < 1.0 {
        return photo.clone();
    }
    let steps = [-0.5, -0.25, 0.0, 0.25, 0.5_f32].map(|part| (part * way * cosine, part * way * sine));
    let (right, bottom) = (photo.width() - 1, photo.height() - 1);
    RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        let mut sums = [0.0; 3];
        for (dx, dy) in steps {
            #[expect(clippy::cast_possible_truncation, reason = "a few pixels")]
            let (dx, dy) = (dx.round() as i32, dy.round() as i32);
            let seen = photo.get_pixel(x.saturating_add_signed(dx).min(right), y.saturating_add_signed(dy).min(bottom));
            for (sum, part) in sums.iter_mut().zip(seen.0) {
                *sum += f32::from(part) / 5.0;
            }
        }
        Rgb(sums.map(byte))
    })
}

/// Out of focus by so many pixels.
pub(super) fn blurred(photo: &RgbImage, sigma: f32) -> RgbImage {
    imageops::blur(photo, sigma)
}

/// Grain of a sensor in little light.
pub(super) fn noise(photo: &mut RgbImage, dice: &mut Dice, deviation: f32) {
    let deviation = dice.between(deviation / 3.0, deviation);
    for pixel in photo.pixels_mut() {
        // The sum of three uniform values is near enough to a normal one; a uniform one deviates by 0.289.
        let grey = (dice.next() + dice.next() + dice.next() - 1.5) * 2.0 * deviation;
        for part in &mut pixel.0 {
            *part = byte(f32::from(*part) + grey + (dice.next() - 0.5) * deviation);
        }
    }
}

fn byte(part: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
    let byte = part.round().clamp(0.0, 255.0) as u8;
    byte
}
