//! A picture in memory, and what networks are given of it.

use std::io::Cursor;
use std::ops::Range;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbImage};
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

    /// The whole picture in this size as the detector wants it: blue, green, red, each from -1 to 1. Each pixel is the mean of
    /// those that it stands for.
    pub(crate) fn whole(&self, width: u32, height: u32) -> NdTensor<f32, 4> {
        let (from_width, from_height) = self.0.dimensions();
        let bounds = |at: u32, to: u32, from: u32| {
            let begin = (at * from / to).min(from.saturating_sub(1));
            begin..((at + 1) * from / to).clamp(begin + 1, from.max(begin + 1))
        };
        let columns: Vec<Range<u32>> = (0..width).map(|x| bounds(x, width, from_width)).collect();
        let (wide, area) = (width as usize, width as usize * height as usize);
        let mut whole = vec![0.0_f32; 3 * area];
        let mut sums = vec![[0_u32; 3]; wide];
        for y in 0..height {
            let rows = bounds(y, height, from_height);
            sums.fill([0; 3]);
            for row in rows.clone() {
                let start = row as usize * from_width as usize * 3;
                let row = &self.0.as_raw()[start..start + from_width as usize * 3];
                for (sum, column) in sums.iter_mut().zip(&columns) {
                    for pixel in row[column.start as usize * 3..column.end as usize * 3].chunks_exact(3) {
                        for (sum, part) in sum.iter_mut().zip(pixel) {
                            *sum += u32::from(*part);
                        }
                    }
                }
            }
            for (x, (sum, column)) in sums.iter().zip(&columns).enumerate() {
                #[expect(clippy::cast_precision_loss, reason = "a mean of bytes")]
                let count = (rows.len() * column.len()) as f32;
                for (part, sum) in sum.iter().rev().enumerate() {
                    #[expect(clippy::cast_precision_loss, reason = "a mean of bytes")]
                    let mean = *sum as f32 / count;
                    whole[part * area + y as usize * wide + x] = mean / 127.5 - 1.0;
                }
            }
        }
        NdTensor::from_data([1, 3, height as usize, wide], whole)
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
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
        let weights = [(1.0 - dx) * (1.0 - dy), dx * (1.0 - dy), (1.0 - dx) * dy, dx * dy];
        let mut seen = [0.0; 3];
        for ((x, y), weight) in corners.into_iter().zip(weights) {
            for (sum, part) in seen.iter_mut().zip(self.0.get_pixel(x, y).0) {
                *sum += f32::from(part) * weight;
            }
        }
        seen
    }
}
