//! Reads order pictures on this machine with the program tesseract and its Chinese (chi_sim): no picture leaves it.
//!
//! One run at a time in a process, in the background: at a lower priority than whatever answers requests, with bounds on its
//! time and its memory. A long screenshot is read page by page, until all that staff compare was found.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::find::{OrderText, find};
use super::line::Line;
use super::picture::{self, Page};
use super::{ScreenshotError, labels};
use crate::cards::error::CardError;
use crate::cards::local::layout::{Row, Rows};
use crate::cards::local::tesseract::{Background, Tesseract};

/// Longest time for a page, and for a picture with all its pages.
const PAGE_WAIT: Duration = Duration::from_secs(40);
const PICTURE_WAIT: Duration = Duration::from_secs(120);
/// Most memory of a run: a page takes a third of it.
const MEMORY_BYTES_MAX: u64 = 1_000_000_000;

/// The program, and whose turn it is.
#[derive(Debug)]
pub struct LocalScreenshots {
    tesseract: Tesseract,
    turn: Semaphore,
}

impl LocalScreenshots {
    /// With the program `tesseract` of `PATH`, if it is there with its Chinese.
    pub fn find() -> Option<Self> {
        Self::with(PathBuf::from("tesseract"))
    }

    pub(super) fn with(program: PathBuf) -> Option<Self> {
        Some(Self { tesseract: Tesseract::find(program)?, turn: Semaphore::new(1) })
    }

    pub(super) async fn read(&self, picture: Bytes) -> Result<OrderText, ScreenshotError> {
        let _turn = self.turn.acquire().await.map_err(|_| ScreenshotError::Unavailable("closed".into()))?;
        match tokio::time::timeout(PICTURE_WAIT, self.read_now(picture)).await {
            Ok(read) => read,
            Err(_) => Err(ScreenshotError::Unavailable("timeout".into())),
        }
    }

    async fn read_now(&self, picture: Bytes) -> Result<OrderText, ScreenshotError> {
        let pages = tokio::task::spawn_blocking(move || picture::pages(&picture)).await;
        let pages = pages.map_err(|_| ScreenshotError::Unavailable("picture".into()))??;
        let (mut lines, mut found) = (Vec::new(), OrderText::default());
        for page in pages {
            lines.extend(self.lines(page).await?);
            found = find(&lines);
            if found.is_whole() {
                break;
            }
        }
        Ok(found)
    }

    /// All text of a page, line by line.
    pub(super) async fn lines(&self, page: Page) -> Result<Vec<Line>, ScreenshotError> {
        let bounds = Background { wait: PAGE_WAIT, memory_bytes_max: MEMORY_BYTES_MAX };
        let words = self.tesseract.words_of(page.pgm, bounds).await.map_err(|error| match error {
            CardError::Unavailable(why) => ScreenshotError::Unavailable(why),
            other => ScreenshotError::Unavailable(other.to_string()),
        })?;
        Ok(Rows::of(&words).0.iter().map(|row| line(row, page.top)).collect())
    }
}

/// A row of words as a line. Chinese characters are words to the program: blanks stay only where something else stands apart.
fn line(row: &Row, page_top: u32) -> Line {
    let mut text = String::new();
    let mut end: Option<u32> = None;
    for word in &row.words {
        let is_apart = end.is_some_and(|end| word.area.left.saturating_sub(end) > word.area.height);
        let is_between_han =
            text.chars().last().is_some_and(labels::is_han) && word.text.chars().next().is_some_and(labels::is_han);
        if !text.is_empty() && (is_apart || !is_between_han) {
            text.push(' ');
        }
        text.push_str(&word.text);
        end = Some(word.area.right());
    }
    let area = row.area();
    // The row's box grows with a bracket or an icon in it; its words tell how high its characters are.
    let mut heights: Vec<u32> = row.words.iter().map(|word| word.area.height).collect();
    heights.sort_unstable();
    let height = heights.get(heights.len() / 2).copied().unwrap_or(area.height);
    Line { text, left: area.left, top: page_top + area.top, width: area.width, height }
}
