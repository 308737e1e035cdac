//! The picture: characters of a few strokes, each turned, moved and bent, crossed by two waves. Drawn here because the
//! crates for it bring a second decoder of pictures and a second source of random numbers for 200 lines of drawing.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};

const WIDTH: u32 = 160;
const HEIGHT: u32 = 56;
/// Half the width of a character's stroke and of a wave's, in pixels: people tell them apart by it.
const STROKE: f32 = 1.7;
const WAVE: f32 = 0.7;

type Point = (f32, f32);

/// From, to, and half the width.
type Line = (Point, Point, f32);

/// The strokes of a character, in a box of 4 by 6; a letter after a letter is a line, `|` lifts the pen. `a0` is the
/// upper left corner, `e6` the lower right one.
fn strokes(character: char) -> &'static str {
    match character {
        'A' => "a6c0e6|b4d4",
        'C' => "e1d0b0a1a5b6d6e5",
        'D' => "a0c0e2e4c6a6a0",
        'E' => "e0a0a6e6|a3d3",
        'F' => "e0a0a6|a3d3",
        'H' => "a0a6|e0e6|a3e3",
        'J' => "b0e0|d0d5c6b6a5",
        'K' => "a0a6|e0a3e6",
        'L' => "a0a6e6",
        'M' => "a6a0c3e0e6",
        'N' => "a6a0e6e0",
        'P' => "a6a0d0e1e2d3a3",
        'R' => "a6a0d0e1e2d3a3|c3e6",
        'T' => "a0e0|c0c6",
        'U' => "a0a5b6d6e5e0",
        'V' => "a0c6e0",
        'W' => "a0b6c3d6e0",
        'X' => "a0e6|e0a6",
        'Y' => "a0c3e0|c3c6",
        '3' => "a1b0d0e1e2d3c3|d3e4e5d6b6a5",
        '4' => "d6d0a4e4",
        '6' => "e1d0b0a1a5b6d6e5e4d3b3a4",
        '7' => "a0e0b6",
        '9' => "e2d3b3a2a1b0d0e1e5d6b6a5",
        _ => "",
    }
}

/// Random numbers out of a seed: the same picture for the same token, however often it is asked for.
struct Dice(u64);

impl Dice {
    /// From -1 to 1 (SplitMix64).
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let bits = u16::try_from((mixed ^ (mixed >> 31)) >> 48).expect("the upper 16 bits are 16 bits");
        f32::from(bits) / 32_767.5 - 1.0
    }
}

/// Draws the answer as PNG in grey.
pub(super) fn draw(answer: &str, seed: [u8; 32]) -> Vec<u8> {
    let mut dice = Dice(u64::from_be_bytes(*seed.first_chunk().expect("a seed has 32 bytes")));
    let mut lines: Vec<Line> = Vec::new();
    let mut left = 8.0 + dice.roll() * 2.0;
    for character in answer.chars() {
        letter(character, (left, 9.0 + dice.roll() * 3.0), &mut dice, &mut lines);
        left += 29.5 + dice.roll() * 1.5;
    }
    for _ in 0..2 {
        wave(&mut dice, &mut lines);
    }
    let bend = (dice.roll() * 2.0, 1.5 + dice.roll(), dice.roll() * 3.0);
    let mut picture = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([255]));
    for (from, to, width) in lines {
        line(&mut picture, bent(from, bend), bent(to, bend), width);
    }
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).expect("a picture of this size fits into memory");
    png.into_inner()
}

fn letter(character: char, (left, top): Point, dice: &mut Dice, lines: &mut Vec<Line>) {
    let (wide, high) = (4.9 + dice.roll() * 0.4, 6.0 + dice.roll() * 0.5);
    let turn = dice.roll() * 0.24;
    let (sin, cos) = turn.sin_cos();
    let mut place = |column: u8, row: u8| {
        let x = (f32::from(column) - 2.0) * wide + dice.roll() * 0.8;
        let y = (f32::from(row) - 3.0) * high + dice.roll() * 0.8;
        (left + 12.0 + x * cos - y * sin, top + 19.0 + x * sin + y * cos)
    };
    for stroke in strokes(character).split('|') {
        let points: Vec<Point> = stroke
            .as_bytes()
            .chunks_exact(2)
            .map(|pair| place(pair[0].saturating_sub(b'a'), pair[1].saturating_sub(b'0')))
            .collect();
        lines.extend(points.windows(2).map(|ends| (ends[0], ends[1], STROKE)));
    }
}

/// A line from edge to edge that crosses the characters.
fn wave(dice: &mut Dice, lines: &mut Vec<Line>) {
    let (middle, height) = (28.0 + dice.roll() * 10.0, 7.0 + dice.roll() * 4.0);
    let (pace, start) = (0.05 + dice.roll() * 0.02, dice.roll() * 3.0);
    let at = |x: f32| (x, middle + height * (x * pace + start).sin());
    lines.extend((0_u16..20).map(|part| (at(f32::from(part) * 8.0), at(f32::from(part) * 8.0 + 8.0), WAVE)));
}

fn bent((x, y): Point, (across, along, phase): (f32, f32, f32)) -> Point {
    (x + across * (y / 9.0 + phase).sin(), y + along * (x / 17.0 + phase).sin())
}

/// A stroke with soft edges.
fn line(picture: &mut GrayImage, (ax, ay): Point, (bx, by): Point, width: f32) {
    let reach = width + 1.0;
    let (dx, dy) = (bx - ax, by - ay);
    let length = (dx * dx + dy * dy).max(f32::EPSILON);
    for y in pixels(ay.min(by) - reach, ay.max(by) + reach, HEIGHT) {
        for x in pixels(ax.min(bx) - reach, ax.max(bx) + reach, WIDTH) {
            let (px, py) = (f32::from(x) - ax, f32::from(y) - ay);
            let along = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
            let away = (px - along * dx).hypot(py - along * dy);
            let ink = (width + 0.5 - away).clamp(0.0, 1.0);
            let pixel = picture.get_pixel_mut(u32::from(x), u32::from(y));
            pixel.0[0] = pixel.0[0].min(shade(ink));
        }
    }
}

/// The pixels between two edges that are in the picture.
fn pixels(from: f32, to: f32, count: u32) -> impl Iterator<Item = u16> {
    let count = u16::try_from(count).expect("the picture is small");
    (0..count).skip_while(move |at| f32::from(*at) < from).take_while(move |at| f32::from(*at) <= to)
}

/// From white to dark ink.
fn shade(ink: f32) -> u8 {
    const SHADES: [u8; 9] = [255, 230, 205, 180, 155, 130, 105, 75, 45];
    let at = (1..9_u8).take_while(|step| f32::from(*step) <= ink * 8.0 + 0.5).last().unwrap_or(0);
    SHADES[usize::from(at)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_the_alphabet_has_strokes_of_its_own() {
        let drawn: std::collections::BTreeSet<&str> =
            super::super::ALPHABET.iter().map(|letter| strokes(char::from(*letter))).collect();
        assert_eq!(drawn.len(), super::super::ALPHABET.len());
        assert!(!drawn.contains(""));
    }

    #[test]
    fn a_token_has_one_picture() {
        assert_eq!(draw("ACE34", [1; 32]), draw("ACE34", [1; 32]));
        assert_ne!(draw("ACE34", [1; 32]), draw("ACE34", [2; 32]));
    }

    /// Writes some where `SEATHOLD_GALLERY` says, to be looked at.
    #[test]
    fn some_are_written_when_asked_for() {
        let Some(dir) = std::env::var_os("SEATHOLD_GALLERY").map(std::path::PathBuf::from) else { return };
        for (number, answer) in ["ACDEF", "HJKLM", "NPRTU", "VWXY3", "46799"].into_iter().enumerate() {
            let seed = [u8::try_from(number).unwrap(); 32];
            std::fs::write(dir.join(format!("captcha-{number}.png")), draw(answer, seed)).unwrap();
        }
    }
}
