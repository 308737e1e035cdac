//! A picture in memory, and what networks are given of it.

use std::io::Cursor;
use std::ops::Range;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits, Luma, RgbImage};
use rten_tensor::NdTensor;

use crate::lines::Line;

/// A picture whose sides or decoded bytes are beyond these is refused before it is decoded.
const SIDE_MAX: u32 = 12_000;
const DECODED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The height of a line as the recogniser sees it, and the most and least of its width, in pixels.
pub(crate) const LINE_HEIGHT: usize = 48;
const LINE_WIDTHS: (usize, usize) = (64, 960);

/// Why a picture cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The bytes are no JPEG or PNG that can be decoded.
    #[error("the picture cannot be decoded")]
    Undecodable,
    /// Decoded it would take more memory than is given to one.
    #[error("the picture is too large")]
    TooLarge,
}

/// A picture in colours, upright as its own mark says.
pub struct Picture(RgbImage);

impl Picture {
    /// Decodes a JPEG or PNG.
    ///
    /// # Errors
    ///
    /// [`PictureError`]; at most 256 MB are taken.
    pub fn decode(bytes: &[u8]) -> Result<Self, PictureError> {
        let undecodable = |_| PictureError::Undecodable;
        let mut reader =
            ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| PictureError::Undecodable)?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(SIDE_MAX);
        limits.max_image_height = Some(SIDE_MAX);
        limits.max_alloc = Some(DECODED_BYTES_MAX);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(undecodable)?;
        // The reader's limit is on what the decoder takes for itself, and not on the picture.
        if decoder.total_bytes() > DECODED_BYTES_MAX {
            return Err(PictureError::TooLarge);
        }
        let orientation = decoder.orientation().map_err(undecodable)?;
        let mut decoded = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
        decoded.apply_orientation(orientation);
        Ok(Self(decoded.into_rgb8()))
    }

    /// A picture that is in memory already.
    pub fn of(picture: RgbImage) -> Self {
        Self(picture)
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    /// These rows of the picture in this size as the detector wants them: blue, green, red, each from -1 to 1. Each pixel is the
    /// mean of those that it stands for.
    pub(crate) fn part(&self, rows: &Range<u32>, width: u32, height: u32) -> NdTensor<f32, 4> {
        let bounds = |at: u32, to: u32, from: u32| {
            let begin = (at * from / to).min(from.saturating_sub(1));
            begin..((at + 1) * from / to).clamp(begin + 1, from.max(begin + 1))
        };
        let from_width = self.0.width();
        let columns: Vec<Range<u32>> = (0..width).map(|x| bounds(x, width, from_width)).collect();
        let (wide, area) = (width as usize, width as usize * height as usize);
        let mut part = vec![0.0_f32; 3 * area];
        // First down, then across: what is added most often lies side by side in memory.
        let row_bytes = from_width as usize * 3;
        let mut sums = vec![0_u32; row_bytes];
        for y in 0..height {
            let rows_of_y = bounds(y, height, rows.end - rows.start);
            sums.fill(0);
            for row in rows_of_y.clone() {
                let start = (rows.start + row) as usize * row_bytes;
                for (sum, byte) in sums.iter_mut().zip(&self.0.as_raw()[start..start + row_bytes]) {
                    *sum += u32::from(*byte);
                }
            }
            for (x, column) in columns.iter().enumerate() {
                let mut pixel = [0_u32; 3];
                for seen in sums[column.start as usize * 3..column.end as usize * 3].chunks_exact(3) {
                    for (sum, seen) in pixel.iter_mut().zip(seen) {
                        *sum += *seen;
                    }
                }
                #[expect(clippy::cast_precision_loss, reason = "a mean of bytes")]
                let count = (rows_of_y.len() * column.len()) as f32;
                for (channel, sum) in pixel.iter().rev().enumerate() {
                    #[expect(clippy::cast_precision_loss, reason = "a mean of bytes")]
                    let mean = *sum as f32 / count;
                    part[channel * area + y as usize * wide + x] = mean / 127.5 - 1.0;
                }
            }
        }
        NdTensor::from_data([1, 3, height as usize, wide], part)
    }

    /// A line, laid flat, as the recogniser wants it, its characters made so many times as wide as they are.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "places in a picture whose sides have bounds"
    )]
    pub(crate) fn line(&self, line: &Line, widened: f32) -> NdTensor<f32, 4> {
        let high = LINE_HEIGHT as f32;
        let width = (high * widened * line.length / line.height.max(1.0)).ceil() as usize;
        // Steps of eight pixels: whatever is in the last one is seen whole.
        let width = width.clamp(LINE_WIDTHS.0, LINE_WIDTHS.1).next_multiple_of(8);
        let (along, across) = (line.length / width as f32, line.height / high);
        // Where the picture is finer than the network's, its pixels are averaged.
        let fine = (across.ceil() as usize).clamp(1, 4);
        let mut flat = vec![0.0_f32; 3 * LINE_HEIGHT * width];
        let share = 1.0 / (fine * fine) as f32;
        for y in 0..LINE_HEIGHT {
            for x in 0..width {
                let mut sum = [0.0_f32; 3];
                for part in 0..fine * fine {
                    let within = |part: usize| (part as f32 + 0.5) / fine as f32;
                    let at = line.place(
                        (x as f32 + within(part % fine)) * along - line.length / 2.0,
                        (y as f32 + within(part / fine)) * across - line.height / 2.0,
                    );
                    for (sum, seen) in sum.iter_mut().zip(self.at(at)) {
                        *sum += seen * share;
                    }
                }
                for (part, seen) in sum.iter().rev().enumerate() {
                    flat[(part * LINE_HEIGHT + y) * width + x] = seen / 127.5 - 1.0;
                }
            }
        }
        NdTensor::from_data([1, 3, LINE_HEIGHT, width], flat)
    }

    /// A line, laid flat, as grey levels, so many pixels high.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "places in a picture whose sides have bounds"
    )]
    pub(crate) fn grey_line(&self, line: &Line, high: usize) -> GrayImage {
        let width = (high as f32 * line.length / line.height.max(1.0)).ceil() as usize;
        let width = width.clamp(LINE_WIDTHS.0, LINE_WIDTHS.1);
        let (along, across) = (line.length / width as f32, line.height / high as f32);
        let fine = (across.ceil() as usize).clamp(1, 4);
        let share = 1.0 / (fine * fine) as f32;
        GrayImage::from_fn(width as u32, high as u32, |x, y| {
            let mut level = 0.0;
            for part in 0..fine * fine {
                let within = |part: usize| (part as f32 + 0.5) / fine as f32;
                let at = line.place(
                    (x as f32 + within(part % fine)) * along - line.length / 2.0,
                    (y as f32 + within(part / fine)) * across - line.height / 2.0,
                );
                let [red, green, blue] = self.at(at);
                level += (2.0 * red + 5.0 * green + blue) / 8.0 * share;
            }
            Luma([level as u8])
        })
    }

    /// The colour there, between its four pixels; beyond the border that of the border.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "clamped to the picture"
    )]
    fn at(&self, (x, y): (f32, f32)) -> [f32; 3] {
        let (width, height) = self.0.dimensions();
        let (x, y) = ((x - 0.5).clamp(0.0, (width - 1) as f32), (y - 0.5).clamp(0.0, (height - 1) as f32));
        let (left, top) = (x as u32, y as u32);
        let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
        let (dx, dy) = (x - left as f32, y - top as f32);
        let raw = self.0.as_raw();
        let pixel = |x: u32, y: u32| {
            let at = (y as usize * width as usize + x as usize) * 3;
            [f32::from(raw[at]), f32::from(raw[at + 1]), f32::from(raw[at + 2])]
        };
        let (above, above_right) = (pixel(left, top), pixel(right, top));
        let (below, below_right) = (pixel(left, bottom), pixel(right, bottom));
        let mut seen = [0.0; 3];
        for (channel, seen) in seen.iter_mut().enumerate() {
            let upper = above[channel] + (above_right[channel] - above[channel]) * dx;
            let lower = below[channel] + (below_right[channel] - below[channel]) * dx;
            *seen = upper + (lower - upper) * dy;
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use rten_tensor::prelude::*;

    use super::*;

    /// Red grows to the right, green downwards.
    #[allow(clippy::cast_possible_truncation, reason = "small whole numbers")]
    fn slope(width: u32, height: u32) -> Picture {
        Picture::of(RgbImage::from_fn(width, height, |x, y| Rgb([x as u8 * 4, y as u8 * 4, 7])))
    }

    #[test]
    fn a_part_is_made_of_the_means_of_its_own_rows() {
        let picture = slope(12, 40);
        let part = picture.part(&(8..16), 4, 2);
        assert_eq!(part.shape(), [1, 3, 2, 4]);
        let level = |channel: usize, y: usize, x: usize| (part[[0, channel, y, x]] + 1.0) * 127.5;
        // Blue first, red last: columns of three, rows of four.
        for (seen, mean) in
            [(level(0, 1, 3), 7.0), (level(1, 0, 0), 38.0), (level(1, 1, 2), 54.0), (level(2, 1, 1), 16.0)]
        {
            assert!((seen - mean).abs() < 0.01, "{seen} {mean}");
        }
    }

    #[test]
    fn a_colour_between_pixels_is_between_theirs_and_beyond_the_border_the_borders() {
        let picture = slope(12, 40);
        let near = |at, [red, green, blue]: [f32; 3]| {
            let seen = picture.at(at);
            let is_near = seen.iter().zip([red, green, blue]).all(|(seen, wanted)| (seen - wanted).abs() < 0.01);
            assert!(is_near, "{at:?}: {seen:?}");
        };
        near((3.5, 5.5), [12.0, 20.0, 7.0]);
        near((4.0, 5.75), [14.0, 21.0, 7.0]);
        near((-5.0, 90.0), [0.0, 156.0, 7.0]);
    }
}
