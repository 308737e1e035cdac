//! Lines of text out of the detector's map: for each pixel how probably it is inside of one.

use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;

/// From this probability on a pixel belongs to a line.
const INSIDE: f32 = 0.3;
/// Mean probability from which on something is a line.
const SURE: f32 = 0.45;
/// The detector marks the middle of a line: a line is so much higher, and so much longer at either end, in its marked height.
const HIGHER: f32 = 2.3;
const LONGER: f32 = 0.7;
/// Lines of which a picture has at most so many are looked at, the longest ones.
const LINES_MAX: usize = 64;
/// From how many heights on a line has a direction of its own.
const LONG: f32 = 4.0;

/// A line of text: where its middle is, which way it runs (or the opposite one: a line does not say where it begins), and how
/// long and high it is, in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The middle of it.
    pub middle: (f32, f32),
    /// The unit vector along it.
    pub along: (f32, f32),
    /// From end to end.
    pub length: f32,
    /// From below to above.
    pub height: f32,
    /// Mean probability of the detector, 0 to 1.
    pub score: f32,
}

impl Line {
    /// The place so far along the line and so far across it, both from its middle.
    pub fn place(&self, along: f32, across: f32) -> (f32, f32) {
        let (u, v) = self.along;
        (self.middle.0 + u * along - v * across, self.middle.1 + v * along + u * across)
    }

    /// The same line read from its other end.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { along: (-self.along.0, -self.along.1), ..self }
    }

    /// A line from one place to another, so high.
    pub fn between(from: (f32, f32), to: (f32, f32), height: f32) -> Self {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1.0);
        let middle = (f32::midpoint(from.0, to.0), f32::midpoint(from.1, to.1));
        Self { middle, along: (dx / length, dy / length), length, height, score: 1.0 }
    }
}

/// Pixels that touch, with what is needed of them.
struct Patch {
    pixels: Vec<(f32, f32, f32)>,
}

/// All lines of a map, in pixels of a picture that is so many times as large.
pub(crate) fn found(map: &NdTensorView<f32, 2>, scale: (f32, f32)) -> Vec<Line> {
    let patches = patches(map);
    let own: Vec<Line> = patches.iter().filter_map(|patch| patch.line(None, scale)).collect();
    let Some(common) = direction(&own) else { return own };
    let lines = patches.iter().filter_map(|patch| patch.line(Some(common), scale));
    let mut lines: Vec<Line> = lines.filter(|line| line.score >= SURE).collect();
    lines.sort_by(|a, b| b.length.total_cmp(&a.length));
    lines.truncate(LINES_MAX);
    lines
}

/// The direction of the lines that have one, the longer ones counting more.
fn direction(lines: &[Line]) -> Option<(f32, f32)> {
    let (mut x, mut y) = (0.0, 0.0);
    for line in lines.iter().filter(|line| line.length > LONG * line.height) {
        // Of twice the angle: a line and its opposite are the same.
        let (u, v) = line.along;
        x += line.length * (u * u - v * v);
        y += line.length * 2.0 * u * v;
    }
    let angle = y.atan2(x) / 2.0;
    (x.hypot(y) > 0.0).then(|| (angle.cos(), angle.sin()))
}

impl Patch {
    /// A line round about the pixels: along their own axis if they are long, else along the given one.
    fn line(&self, common: Option<(f32, f32)>, scale: (f32, f32)) -> Option<Line> {
        let weight: f32 = self.pixels.iter().map(|(_, _, inside)| inside).sum();
        #[expect(clippy::cast_precision_loss, reason = "pixels of a map")]
        let count = self.pixels.len() as f32;
        if count < 3.0 {
            return None;
        }
        let mean = |of: fn(&(f32, f32, f32)) -> f32| self.pixels.iter().map(|at| of(at) * at.2).sum::<f32>() / weight;
        let middle = (mean(|at| at.0), mean(|at| at.1));
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y, inside) in &self.pixels {
            let (dx, dy) = ((x - middle.0) * scale.0, (y - middle.1) * scale.1);
            xx += dx * dx * inside;
            xy += dx * dy * inside;
            yy += dy * dy * inside;
        }
        let angle = (2.0 * xy).atan2(xx - yy) / 2.0;
        let own = (angle.cos(), angle.sin());
        let line = |axis: (f32, f32)| {
            let (mut low, mut high, mut across) = (f32::MAX, f32::MIN, 0.0);
            for (x, y, inside) in &self.pixels {
                let (dx, dy) = ((x - middle.0) * scale.0, (y - middle.1) * scale.1);
                let (u, v) = (dx * axis.0 + dy * axis.1, dy * axis.0 - dx * axis.1);
                (low, high) = (low.min(u), high.max(u));
                across += v * v * inside;
            }
            // What is spread evenly over a height deviates by its square root of a twelfth.
            let pixel = f32::midpoint(scale.0, scale.1);
            let marked = (12.0 * across / weight).sqrt().max(pixel);
            let ends = (low - pixel / 2.0 - LONGER * marked, high + pixel / 2.0 + LONGER * marked);
            let centre = f32::midpoint(ends.0, ends.1);
            let at = ((middle.0 + 0.5) * scale.0, (middle.1 + 0.5) * scale.1);
            Line {
                middle: (at.0 + axis.0 * centre, at.1 + axis.1 * centre),
                along: axis,
                length: ends.1 - ends.0,
                height: marked * HIGHER,
                score: weight / count,
            }
        };
        let line_of_own = line(own);
        match common {
            Some(common) if line_of_own.length < LONG * line_of_own.height => Some(line(common)),
            // All run the same way, not some of them backwards.
            Some(common) if own.0 * common.0 + own.1 * common.1 < 0.0 => Some(line_of_own.turned()),
            _ => Some(line_of_own),
        }
    }
}

/// Pixels inside of lines that touch each other, at corners too.
fn patches(map: &NdTensorView<f32, 2>) -> Vec<Patch> {
    let [height, width] = map.shape();
    let mut seen = vec![false; width * height];
    let mut patches = Vec::new();
    let mut open = Vec::new();
    for start in 0..width * height {
        if seen[start] || map[[start / width, start % width]] < INSIDE {
            continue;
        }
        seen[start] = true;
        open.push(start);
        let mut pixels = Vec::new();
        while let Some(at) = open.pop() {
            let (x, y) = (at % width, at / width);
            #[expect(clippy::cast_precision_loss, reason = "a place in a map")]
            pixels.push((x as f32, y as f32, map[[y, x]]));
            for near_y in y.saturating_sub(1)..(y + 2).min(height) {
                for near_x in x.saturating_sub(1)..(x + 2).min(width) {
                    let near = near_y * width + near_x;
                    if !seen[near] && map[[near_y, near_x]] >= INSIDE {
                        seen[near] = true;
                        open.push(near);
                    }
                }
            }
        }
        patches.push(Patch { pixels });
    }
    patches
}

#[cfg(test)]
mod tests {
    use rten_tensor::NdTensor;
    use rten_tensor::prelude::*;

    use super::*;

    #[test]
    fn a_slanted_bar_is_a_line_where_it_is_and_as_long_as_it_is() {
        let (sine, cosine) = 20.0_f32.to_radians().sin_cos();
        let map = NdTensor::<f32, 2>::from_fn([100, 200], |[y, x]| {
            #[allow(clippy::cast_precision_loss, reason = "small whole numbers")]
            let (dx, dy) = (x as f32 - 100.0, y as f32 - 50.0);
            let (u, v) = (dx * cosine + dy * sine, dy * cosine - dx * sine);
            if u.abs() < 60.0 && v.abs() < 4.0 { 0.9 } else { 0.0 }
        });
        let lines = found(&map.view(), (2.0, 2.0));
        assert_eq!(lines.len(), 1);
        let line = lines[0];
        assert!((line.middle.0 - 201.0).abs() < 2.0 && (line.middle.1 - 101.0).abs() < 2.0, "{line:?}");
        assert!((line.along.0 * cosine + line.along.1 * sine).abs() > 0.999, "{line:?}");
        assert!((240.0..280.0).contains(&line.length) && (30.0..46.0).contains(&line.height), "{line:?}");
        let (end, back) = (line.place(10.0, 3.0), line.turned().place(-10.0, -3.0));
        assert!((end.0 - back.0).abs() < 0.01 && (end.1 - back.1).abs() < 0.01);
    }
}
