//! The picture: lines of characters of a few strokes, each of its own size, slant and turn, so close that they touch,
//! bent together, crossed by waves nearly as thick as they are and by pieces of strokes that belong to none, and cut by white
//! ones. Drawn here because the crates for it bring a second decoder of pictures and a second source of random numbers
//! for 200 lines of drawing.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};

use super::ANSWER_CHARS;

/// Of one line.
const WIDTH: u32 = 160;
const HEIGHT: u32 = 56;
/// Half the width of a character's stroke, in pixels, and by how much it differs.
const STROKE: f32 = 1.65;
const STROKE_VARIES: f32 = 0.25;
/// Half the width of what cuts.
const CUT: f32 = 0.6;
/// A stroke is bent in so many parts.
const PARTS: u8 = 4;

type Point = (f32, f32);

/// A piece of a stroke.
#[derive(Clone, Copy)]
struct Line {
    from: Point,
    to: Point,
    /// Half the width.
    width: f32,
    is_ink: bool,
}

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

/// Draws the answer as PNG in grey, five characters a line.
pub(super) fn draw(answer: &str, seed: [u8; 32]) -> Vec<u8> {
    let mut dice = Dice(u64::from_be_bytes(*seed.first_chunk().expect("a seed has 32 bytes")));
    let letters: Vec<char> = answer.chars().collect();
    let rows = letters.chunks(ANSWER_CHARS);
    let height = HEIGHT * u32::try_from(rows.len()).expect("an answer has few lines");
    let mut picture = GrayImage::from_pixel(WIDTH, height, Luma([255]));
    let mut top = 0.0;
    for row in rows {
        let bend = (2.2 + dice.roll() * 0.8, 2.6 + dice.roll() * 0.9, dice.roll() * 3.0);
        for piece in pieces(row, &mut dice) {
            let ends = (bent(piece.from, bend), bent(piece.to, bend));
            let down = |(x, y): Point| (x, y + top);
            line(&mut picture, Line { from: down(ends.0), to: down(ends.1), ..piece });
        }
        top += f32::from(u8::try_from(HEIGHT).expect("a line is low"));
    }
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).expect("a picture of this size fits into memory");
    png.into_inner()
}

/// What one line is made of, in the order in which it is drawn.
fn pieces(row: &[char], dice: &mut Dice) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut left = 7.0 + dice.roll() * 3.0;
    for character in row {
        letter(*character, (left, 8.0 + dice.roll() * 3.5), dice, &mut lines);
        left += 27.5 + dice.roll() * 1.8;
    }
    for _ in 0..2 {
        wave(dice, &mut lines);
    }
    for _ in 0..4 {
        stray(dice, &mut lines);
    }
    cut(dice, &mut lines);
    lines
}

fn letter(character: char, (left, top): Point, dice: &mut Dice, lines: &mut Vec<Line>) {
    let (wide, high) = (5.0 + dice.roll() * 0.6, 6.0 + dice.roll() * 0.7);
    let (slant, width) = (dice.roll() * 0.22, STROKE + dice.roll() * STROKE_VARIES);
    let (sin, cos) = (dice.roll() * 0.3).sin_cos();
    let mut place = |column: u8, row: u8| {
        let y = (f32::from(row) - 3.0) * high + dice.roll() * 0.9;
        let x = (f32::from(column) - 2.0) * wide + y * slant + dice.roll() * 0.9;
        (left + 12.0 + x * cos - y * sin, top + 20.0 + x * sin + y * cos)
    };
    for stroke in strokes(character).split('|') {
        let points: Vec<Point> = stroke
            .as_bytes()
            .chunks_exact(2)
            .map(|pair| place(pair[0].saturating_sub(b'a'), pair[1].saturating_sub(b'0')))
            .collect();
        lines.extend(points.windows(2).flat_map(|ends| parts(ends[0], ends[1], width)));
    }
}

/// A straight stroke in parts, so that it is bent and not only moved.
fn parts(from: Point, to: Point, width: f32) -> impl Iterator<Item = Line> {
    let at = move |part: u8| {
        let share = f32::from(part) / f32::from(PARTS);
        (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
    };
    (0..PARTS).map(move |part| Line { from: at(part), to: at(part + 1), width, is_ink: true })
}

/// A line from edge to edge that crosses the characters: so much thinner that people tell it apart.
fn wave(dice: &mut Dice, lines: &mut Vec<Line>) {
    let width = STROKE - 0.8 + dice.roll() * STROKE_VARIES;
    let at = crossing(dice);
    lines.extend((0_u16..20).map(|part| {
        let from = f32::from(part) * 8.0;
        Line { from: at(from), to: at(from + 8.0), width, is_ink: true }
    }));
}

/// A white line from edge to edge, which takes the characters apart.
fn cut(dice: &mut Dice, lines: &mut Vec<Line>) {
    let at = crossing(dice);
    lines.extend((0_u16..20).map(|part| {
        let from = f32::from(part) * 8.0;
        Line { from: at(from), to: at(from + 8.0), width: CUT, is_ink: false }
    }));
}

fn crossing(dice: &mut Dice) -> impl Fn(f32) -> Point + use<> {
    let (middle, height) = (28.0 + dice.roll() * 12.0, 8.0 + dice.roll() * 5.0);
    let (pace, start, fall) = (0.055 + dice.roll() * 0.025, dice.roll() * 3.0, dice.roll() * 0.1);
    move |x: f32| (x, middle + height * (x * pace + start).sin() + (x - 80.0) * fall)
}

/// A piece of a stroke that belongs to no character: too short to be one.
fn stray(dice: &mut Dice, lines: &mut Vec<Line>) {
    let (x, y) = (80.0 + dice.roll() * 76.0, 28.0 + dice.roll() * 24.0);
    let (sin, cos) = (dice.roll() * 3.2).sin_cos();
    let length = 5.0 + dice.roll() * 2.0;
    lines.extend(parts((x, y), (x + length * cos, y + length * sin), STROKE - 0.3));
}

fn bent((x, y): Point, (across, along, phase): (f32, f32, f32)) -> Point {
    (x + across * (y / 8.0 + phase).sin(), y + along * (x / 13.0 + phase).sin())
}

/// A stroke with soft edges.
fn line(picture: &mut GrayImage, Line { from: (ax, ay), to: (bx, by), width, is_ink }: Line) {
    let reach = width + 1.0;
    let (dx, dy) = (bx - ax, by - ay);
    let length = (dx * dx + dy * dy).max(f32::EPSILON);
    let (wide, high) = picture.dimensions();
    for y in pixels(ay.min(by) - reach, ay.max(by) + reach, high) {
        for x in pixels(ax.min(bx) - reach, ax.max(bx) + reach, wide) {
            let (px, py) = (f32::from(x) - ax, f32::from(y) - ay);
            let along = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
            let away = (px - along * dx).hypot(py - along * dy);
            let covered = shade((width + 0.5 - away).clamp(0.0, 1.0));
            let pixel = picture.get_pixel_mut(u32::from(x), u32::from(y));
            pixel.0[0] = if is_ink { pixel.0[0].min(covered) } else { pixel.0[0].max(255 - covered) };
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
        assert_eq!(draw("ACE36", [1; 32]), draw("ACE36", [1; 32]));
        assert_ne!(draw("ACE36", [1; 32]), draw("ACE36", [2; 32]));
    }

    /// Writes some where `SEATHOLD_GALLERY` says, to be looked at.
    #[test]
    fn some_are_written_when_asked_for() {
        let Some(dir) = std::env::var_os("SEATHOLD_GALLERY").map(std::path::PathBuf::from) else { return };
        for (number, answer) in ["ACDEF", "HJKLN", "NPRTUVWXY3", "VWXY3", "36799"].into_iter().enumerate() {
            let seed = [u8::try_from(number).unwrap(); 32];
            std::fs::write(dir.join(format!("captcha-{number}.png")), draw(answer, seed)).unwrap();
        }
    }
}
