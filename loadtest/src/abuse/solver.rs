//! A program that reads pictures of captchas as somebody would write one who has read how they are drawn: every character
//! is laid over the ink in many sizes and turns, and the one that fits best is taken.

use image::GrayImage;

/// A line of a picture, and its characters.
const WIDTH: usize = 160;
const HEIGHT: usize = 56;
const CHARS: usize = 5;
/// Where the first character is looked for, how far the next stands from it, and how far around that is looked.
const FIRST: f32 = 19.0;
const PITCH: f32 = 27.5;
/// Darker is ink.
const INK: u8 = 150;
/// Farther from ink counts no more.
const FAR: f32 = 5.0;
/// What ink costs that a character leaves alone, against what its strokes cost beside the ink.
const LEFT_ALONE: f32 = 2.2;

const TURNS: [f32; 5] = [-0.26, -0.13, 0.0, 0.13, 0.26];
const SLANTS: [f32; 3] = [-0.16, 0.0, 0.16];
const SIZES: [f32; 3] = [0.92, 1.0, 1.08];

/// The characters and their strokes, `a0` the upper left corner of a box of 4 by 6, `e6` the lower right one.
const GLYPHS: [(char, &str); 22] = [
    ('A', "a6c0e6|b4d4"),
    ('C', "e1d0b0a1a5b6d6e5"),
    ('D', "a0c0e2e4c6a6a0"),
    ('E', "e0a0a6e6|a3d3"),
    ('F', "e0a0a6|a3d3"),
    ('H', "a0a6|e0e6|a3e3"),
    ('J', "b0e0|d0d5c6b6a5"),
    ('K', "a0a6|e0a3e6"),
    ('L', "a0a6e6"),
    ('N', "a6a0e6e0"),
    ('P', "a6a0d0e1e2d3a3"),
    ('R', "a6a0d0e1e2d3a3|c3e6"),
    ('T', "a0e0|c0c6"),
    ('U', "a0a5b6d6e5e0"),
    ('V', "a0c6e0"),
    ('W', "a0b6c3d6e0"),
    ('X', "a0e6|e0a6"),
    ('Y', "a0c3e0|c3c6"),
    ('3', "a1b0d0e1e2d3c3|d3e4e5d6b6a5"),
    ('6', "e1d0b0a1a5b6d6e5e4d3b3a4"),
    ('7', "a0e0b6"),
    ('9', "e2d3b3a2a1b0d0e1e5d6b6a5"),
];

type Point = (f32, f32);

/// Reads a picture; `None` when it is none.
pub(super) fn read(png: &[u8]) -> Option<String> {
    let picture = image::load_from_memory(png).ok()?.to_luma8();
    let rows = usize::try_from(picture.height()).ok()? / HEIGHT;
    let is_one = picture.width() as usize == WIDTH && (1..=4).contains(&rows);
    is_one.then(|| (0..rows).map(|row| Line::of(&picture, row * HEIGHT).read()).collect())
}

/// The ink of a line: how far each pixel is from it, and where it is.
struct Line {
    away: Vec<f32>,
    ink: Vec<Point>,
}

/// A character as it was laid over the ink.
struct Fit {
    letter: char,
    cost: f32,
    middle: f32,
}

impl Line {
    fn of(picture: &GrayImage, top: usize) -> Self {
        let mut away = vec![FAR; WIDTH * HEIGHT];
        let mut ink = Vec::new();
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let pixel = picture.get_pixel(narrow(x), narrow(top + y)).0[0];
                if pixel < INK {
                    away[y * WIDTH + x] = 0.0;
                    ink.push((float(x), float(y)));
                }
            }
        }
        spread(&mut away);
        Self { away, ink }
    }

    fn read(&self) -> String {
        let mut text = String::new();
        let mut expected = FIRST;
        for _ in 0..CHARS {
            let fits = GLYPHS.iter().map(|(letter, strokes)| self.fit(*letter, strokes, expected));
            let Some(best) = fits.min_by(|one, other| one.cost.total_cmp(&other.cost)) else { continue };
            text.push(best.letter);
            expected = best.middle + PITCH;
        }
        text
    }

    /// The best of all ways to lay this character here.
    fn fit(&self, letter: char, strokes: &str, expected: f32) -> Fit {
        let mut best = (f32::MAX, Vec::new(), expected);
        for (turn, slant, size) in poses() {
            let shape = shape(strokes, turn, slant, size);
            for step in 0_u8..9 {
                let x = expected - 6.0 + f32::from(step) * 1.5;
                for step in 0_u8..9 {
                    let y = 28.0 - 7.0 + f32::from(step) * 1.75;
                    let cost = self.beside(&shape, (x, y));
                    if cost < best.0 {
                        best = (cost, shape.iter().map(|(px, py)| (px + x, py + y)).collect(), x);
                    }
                }
            }
        }
        let (cost, points, middle) = best;
        Fit { letter, cost: cost + LEFT_ALONE * self.left_alone(&points, middle), middle }
    }

    /// How far its strokes lie beside the ink, on average.
    fn beside(&self, shape: &[Point], (x, y): Point) -> f32 {
        let sum: f32 = shape.iter().map(|(px, py)| self.at(px + x, py + y)).sum();
        sum / float(shape.len().max(1))
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let (column, row) = (whole(x), whole(y));
        match (column, row) {
            (Some(column), Some(row)) if column < WIDTH && row < HEIGHT => self.away[row * WIDTH + column],
            _ => FAR,
        }
    }

    /// Which share of the ink around the middle it does not explain.
    fn left_alone(&self, points: &[Point], middle: f32) -> f32 {
        let near = self.ink.iter().filter(|(x, _)| (x - middle).abs() < 9.0);
        let (mut all, mut alone) = (0_u16, 0_u16);
        for (x, y) in near {
            all = all.saturating_add(1);
            let is_near = points.iter().any(|(px, py)| (px - x).abs() < 3.0 && (py - y).abs() < 3.0);
            alone = alone.saturating_add(u16::from(!is_near));
        }
        if all == 0 { 1.0 } else { f32::from(alone) / f32::from(all) }
    }
}

/// Turn, slant and size of every way to lay a character.
fn poses() -> impl Iterator<Item = (f32, f32, f32)> {
    let turned =
        |turn| SLANTS.into_iter().flat_map(move |slant| SIZES.into_iter().map(move |size| (turn, slant, size)));
    TURNS.into_iter().flat_map(turned)
}

/// Points along the strokes, around the middle of the character.
fn shape(strokes: &str, turn: f32, slant: f32, size: f32) -> Vec<Point> {
    let (sin, cos) = turn.sin_cos();
    let place = |pair: &[u8]| {
        let y = (f32::from(pair[1].saturating_sub(b'0')) - 3.0) * 6.0 * size;
        let x = (f32::from(pair[0].saturating_sub(b'a')) - 2.0) * 5.0 * size + y * slant;
        (x * cos - y * sin, x * sin + y * cos)
    };
    let mut points = Vec::new();
    for stroke in strokes.split('|') {
        let corners: Vec<Point> = stroke.as_bytes().chunks_exact(2).map(place).collect();
        for ends in corners.windows(2) {
            let ((ax, ay), (bx, by)) = (ends[0], ends[1]);
            points.extend((0_u8..6).map(|part| {
                let share = f32::from(part) / 6.0;
                (ax + (bx - ax) * share, ay + (by - ay) * share)
            }));
        }
    }
    points
}

/// From the ink outwards, forth and back (the chamfer distance of Borgefors, 1986, with 1 and √2).
fn spread(away: &mut [f32]) {
    let mut pass = |y: usize, x: usize, back: bool| {
        let mut least = away[y * WIDTH + x];
        for (dy, dx, far) in [(0_usize, 1_usize, 1.0), (1, 0, 1.0), (1, 1, std::f32::consts::SQRT_2)] {
            let (ny, nx) = if back { (y + dy, x + dx) } else { (y.wrapping_sub(dy), x.wrapping_sub(dx)) };
            if ny < HEIGHT && nx < WIDTH {
                least = least.min(away[ny * WIDTH + nx] + far);
            }
        }
        away[y * WIDTH + x] = least;
    };
    for y in 0..HEIGHT {
        (0..WIDTH).for_each(|x| pass(y, x, false));
        (0..WIDTH).rev().for_each(|x| pass(y, x, false));
    }
    for y in (0..HEIGHT).rev() {
        (0..WIDTH).rev().for_each(|x| pass(y, x, true));
        (0..WIDTH).for_each(|x| pass(y, x, true));
    }
}

fn float(number: usize) -> f32 {
    u16::try_from(number).map_or(f32::MAX, f32::from)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The pixel that has this place; `None` left of and above the picture.
fn whole(place: f32) -> Option<usize> {
    #[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 256")]
    (0.0..256.0).contains(&place).then_some(place as usize)
}
