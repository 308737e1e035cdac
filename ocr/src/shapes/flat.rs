//! A line as ink on an even ground, and where a drawing lies best over it.

use image::GrayImage;

use super::drawn::Drawn;

/// Light that changes over more than so many pixels is no ink.
const GROUND: usize = 12;

/// A character lies at most so many pixels off the middle of its line.
const OFF_MIDDLE: usize = 9;

/// A line laid flat: how much darker each pixel is than what is around it.
pub(super) struct Flat {
    width: usize,
    height: usize,
    ink: Vec<f32>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Flat {
    pub(super) fn of(grey: &GrayImage) -> Self {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let dark: Vec<f32> = grey.pixels().map(|pixel| f32::from(255 - pixel[0])).collect();
        let whole = Self::summed(width, height, dark);
        let ink = (0..width * height)
            .map(|at| {
                let (x, y) = (at % width, at / width);
                let columns = (x.saturating_sub(GROUND), (x + GROUND + 1).min(width));
                let rows = (y.saturating_sub(GROUND), (y + GROUND + 1).min(height));
                #[expect(clippy::cast_precision_loss, reason = "a window of some hundred pixels")]
                let count = ((columns.1 - columns.0) * (rows.1 - rows.0)) as f64;
                #[expect(clippy::cast_possible_truncation, reason = "a mean of bytes")]
                let ground = (whole.within(&whole.sums, columns, rows) / count) as f32;
                whole.ink[at] - ground
            })
            .collect();
        Self::summed(width, height, ink)
    }

    /// With sums of everything to the left of and above each place, so that those of any window are four of them.
    fn summed(width: usize, height: usize, ink: Vec<f32>) -> Self {
        let across = width + 1;
        let (mut sums, mut squares) = (vec![0.0; across * (height + 1)], vec![0.0; across * (height + 1)]);
        for y in 0..height {
            let (mut sum, mut square) = (0.0, 0.0);
            for x in 0..width {
                let ink = f64::from(ink[y * width + x]);
                sum += ink;
                square += ink * ink;
                sums[(y + 1) * across + x + 1] = sums[y * across + x + 1] + sum;
                squares[(y + 1) * across + x + 1] = squares[y * across + x + 1] + square;
            }
        }
        Self { width, height, ink, sums, squares }
    }

    fn within(&self, sums: &[f64], columns: (usize, usize), rows: (usize, usize)) -> f64 {
        let at = |x: usize, y: usize| sums[y * (self.width + 1) + x];
        at(columns.1, rows.1) - at(columns.0, rows.1) - at(columns.1, rows.0) + at(columns.0, rows.0)
    }

    /// Width in pixels.
    #[expect(clippy::cast_precision_loss, reason = "the width of a line")]
    pub(super) fn wide(&self) -> f32 {
        self.width as f32
    }

    /// How well the drawing lies where it lies best, its middle between these columns, and in which column that middle is then.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places on a line"
    )]
    pub(super) fn best(&self, drawn: &Drawn, (from, to): (f32, f32)) -> Option<(f32, f32)> {
        let side = drawn.side;
        if side > self.height || side > self.width {
            return None;
        }
        let half = side as f32 / 2.0;
        let first = (from - half).clamp(0.0, (self.width - side) as f32) as usize;
        let last = (to - half).clamp(0.0, (self.width - side) as f32) as usize;
        let mut best: Option<(f32, f32)> = None;
        let middle = (self.height - side) / 2;
        for top in middle.saturating_sub(OFF_MIDDLE)..=(middle + OFF_MIDDLE).min(self.height - side) {
            for left in first..=last {
                let fits = self.fits(drawn, left, top);
                if best.is_none_or(|(most, _)| fits > most) {
                    best = Some((fits, left as f32 + half));
                }
            }
        }
        best
    }

    /// The normalised correlation of the drawing, whose mean is nothing and whose length is one, with the window there.
    fn fits(&self, drawn: &Drawn, left: usize, top: usize) -> f32 {
        let side = drawn.side;
        let (columns, rows) = ((left, left + side), (top, top + side));
        #[expect(clippy::cast_precision_loss, reason = "pixels of a window")]
        let count = (side * side) as f64;
        let sum = self.within(&self.sums, columns, rows);
        let spread = self.within(&self.squares, columns, rows) - sum * sum / count;
        if spread < count {
            // Nothing is there: less than a level of contrast.
            return 0.0;
        }
        let mut product = 0.0_f32;
        for (row, drawn) in drawn.ink.chunks_exact(side).enumerate() {
            let start = (top + row) * self.width + left;
            product += dot(&self.ink[start..start + side], drawn);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a correlation")]
        let fits = (f64::from(product) / spread.sqrt()) as f32;
        fits
    }
}

/// The sum of the products, side by side as processors do at once.
fn dot(one: &[f32], other: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut lanes = [0.0_f32; LANES];
    let (ones, others) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest: f32 = ones.remainder().iter().zip(others.remainder()).map(|(one, other)| one * other).sum();
    for (one, other) in ones.zip(others) {
        for (lane, (one, other)) in lanes.iter_mut().zip(one.iter().zip(other)) {
            *lane += one * other;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::super::drawn::Faces;
    use super::*;

    #[test]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "levels of a drawing")]
    fn a_drawing_lies_best_where_it_was_drawn_whatever_the_light() {
        let faces = Faces::find();
        let drawn = Drawn::of(&faces, '永', 36, 1.1).expect("a face has Chinese");
        let most = drawn.ink.iter().copied().fold(0.0, f32::max);
        let (left, top) = (70, (64 - drawn.side) / 2 + 3);
        let line = GrayImage::from_fn(260, 64, |x, y| {
            // Darker to the right, and brighter again.
            let light = 200.0 - (f32::from(x as u16) - 130.0).abs() / 4.0;
            let (x, y) = (x as usize, y as usize);
            let is_in = (left..left + drawn.side).contains(&x) && (top..top + drawn.side).contains(&y);
            let ink = if is_in { drawn.ink[(y - top) * drawn.side + x - left].max(0.0) / most } else { 0.0 };
            Luma([(light * (1.0 - 0.7 * ink)) as u8])
        });
        let flat = Flat::of(&line);
        let (fits, middle) = flat.best(&drawn, (0.0, flat.wide())).unwrap();
        let at = f32::from(left as u16) + f32::from(drawn.side as u16) / 2.0;
        assert!(fits > 0.8 && (middle - at).abs() < 1.5, "{fits} {middle} {at}");
        let other = Drawn::of(&faces, '木', 36, 1.1).unwrap();
        assert!(flat.best(&other, (0.0, flat.wide())).unwrap().0 < fits - 0.1);
        let blank = Flat::of(&GrayImage::from_pixel(260, 64, Luma([180])));
        assert!(blank.best(&drawn, (0.0, blank.wide())).unwrap().0.abs() < 0.01, "nothing is like nothing");
        assert!(Flat::of(&GrayImage::new(20, 64)).best(&drawn, (0.0, 20.0)).is_none(), "it has no room");
    }
}
