//! The two networks: one finds lines, one reads a line.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::alphabet::Alphabet;
use crate::files::{DETECTOR, ModelsError, RECOGNISER};
use crate::lines::{self, Line};
use crate::picture::Picture;
use crate::reading::Reading;
use crate::shapes::Shapes;

/// What the detector is made for: its input's sides are multiples of it.
const GRID: u32 = 32;
/// The largest side that the detector is given, in pixels: it bounds time and memory.
const SIDE_MAX: u32 = 1_280;

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The networks did not run. Holds why.
    #[error("the networks did not run ({0}): report it")]
    Broken(String),
}

/// Both networks, loaded once (some 90 MB). Each call takes one core for as long as it lasts.
pub struct Reader {
    detector: Model,
    recogniser: Model,
    alphabet: Alphabet,
    shapes: Shapes,
    /// Threads of calls that ended, one a pool: calls at the same time do not wait for each other.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Reader {
    /// Loads the networks from a directory.
    ///
    /// # Errors
    ///
    /// [`ModelsError`] when a file is missing, another one, or not taken.
    pub fn load(dir: &Path) -> Result<Self, ModelsError> {
        let (detector, recogniser) = (DETECTOR.load(dir)?, RECOGNISER.load(dir)?);
        let list = recogniser.metadata().get("character");
        let alphabet = Alphabet::of(list.ok_or_else(|| ModelsError::Broken("it has no alphabet".into()))?);
        Ok(Self { detector, recogniser, alphabet, shapes: Shapes::default(), idle: Mutex::default() })
    }

    /// The characters that can be read.
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// Drawings of characters, for what cannot be read.
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// All lines of text of a picture whose longer side is made this long for it, the longest line first. Time grows with the
    /// square of that side.
    ///
    /// # Errors
    ///
    /// [`ReadError::Broken`].
    pub fn lines(&self, picture: &Picture, side: u32) -> Result<Vec<Line>, ReadError> {
        self.lines_within(picture, 0..picture.size().1, side)
    }

    /// The same within these rows of pixels alone, of which the longer side is made this long: a long picture is looked at part
    /// by part. Places are those on the whole picture.
    ///
    /// # Errors
    ///
    /// [`ReadError::Broken`].
    pub fn lines_within(&self, picture: &Picture, rows: Range<u32>, side: u32) -> Result<Vec<Line>, ReadError> {
        let (width, whole) = picture.size();
        let rows = rows.start.min(whole)..rows.end.min(whole);
        let height = rows.end.saturating_sub(rows.start);
        let (longer, side) = (width.max(height).max(1), side.min(SIDE_MAX));
        let fitted = |length: u32| ((length * side).div_ceil(longer) + GRID / 2).max(GRID) / GRID * GRID;
        let (wide, high) = (fitted(width), fitted(height));
        if width.min(height) == 0 {
            return Ok(Vec::new());
        }
        let map = self.run(&self.detector, picture.part(&rows, wide, high))?;
        let [_, _, map_rows, columns] =
            <[usize; 4]>::try_from(map.shape()).map_err(|_| broken("a map of another shape"))?;
        let map = map.into_shape([map_rows, columns]);
        #[expect(clippy::cast_precision_loss, reason = "sides of pictures")]
        let (scale, above) = ((width as f32 / columns as f32, height as f32 / map_rows as f32), rows.start as f32);
        let mut lines = lines::found(&map.view(), scale);
        for line in &mut lines {
            line.middle.1 += above;
        }
        Ok(lines)
    }

    /// Reads a line, its characters made so many times as wide as they are: time grows with that width, and characters that
    /// stand apart can still be told from each other where they are narrower.
    ///
    /// # Errors
    ///
    /// [`ReadError::Broken`].
    pub fn read(&self, picture: &Picture, line: &Line, widened: f32) -> Result<Reading, ReadError> {
        let steps = self.run(&self.recogniser, picture.line(line, widened))?;
        let [_, count, classes] =
            <[usize; 3]>::try_from(steps.shape()).map_err(|_| broken("steps of another shape"))?;
        if classes != self.alphabet.len() {
            return Err(broken("an alphabet of another length"));
        }
        Ok(Reading::of(steps.into_data(), count, &self.alphabet))
    }

    fn run(&self, model: &Model, input: NdTensor<f32, 4>) -> Result<Tensor<f32>, ReadError> {
        let pool = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let pool = pool.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&pool)));
        let output = model.run_one(input.into(), Some(options));
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(pool);
        let output = output.map_err(|error| ReadError::Broken(error.to_string()))?;
        output.try_into().map_err(|_| broken("numbers of another type"))
    }
}

fn broken(why: &str) -> ReadError {
    ReadError::Broken(why.to_owned())
}
