//! Reads order pictures on this machine with the program tesseract and its Chinese (chi_sim): no picture leaves it.
//!
//! In the background: each run at a lower priority than whatever answers requests, with bounds on its time and its memory. A long screenshot is read page by page, until all that staff compare was found.

use std::cmp::Reverse;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::find::{OrderText, find};
use super::line::{Line, plain};
use super::picture::{self, Page};
use super::{ScreenshotError, amount, labels, unavailable};
use crate::cards::local::layout::{Row, Rows};
use crate::cards::local::tesseract::{Background, Look, Tesseract, Words, joined};

/// Longest time for a page.
const PAGE_WAIT: Duration = Duration::from_secs(30);
/// Most memory of a run: a page takes a third of it.
const MEMORY_BYTES_MAX: u64 = 1_000_000_000;

/// How high characters are made for a look at a line alone: of a sum, which is written larger than the program likes, and of
/// a name.
const SUM_HEIGHT: u32 = 36;
const NAME_HEIGHT: u32 = 40;

/// The program, as it reads order pictures.
#[derive(Debug)]
pub struct LocalScreenshots {
    tesseract: Tesseract,
}

impl LocalScreenshots {
    /// With the program `tesseract` of `PATH`, if it is there with its Chinese.
    pub fn find() -> Option<Self> {
        Some(Self { tesseract: Tesseract::find(PathBuf::from("tesseract"))? })
    }

    /// Reads a picture.
    pub(super) async fn read(&self, picture: Bytes) -> Result<OrderText, ScreenshotError> {
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

    /// All text of a page, line by line. The sum, in larger characters than the rest, and the payee's name are what the first
    /// look gets wrong most: each gets another one, alone on its line.
    async fn lines(&self, page: Page) -> Result<Vec<Line>, ScreenshotError> {
        let rows = Rows::of(&self.run(Look::Page, page.pgm()).await?).0;
        let mut lines: Vec<Line> = rows.iter().map(|row| line(row, page.top)).collect();
        let sum = lines.iter().enumerate().filter(|(_, line)| amount::may_be_sum(&plain(&line.text)));
        let sum = sum.max_by_key(|(place, line)| (line.height, Reverse(*place))).map(|(place, _)| place);
        if let Some(place) = sum {
            let crop = page.crop(rows[place].area(), SUM_HEIGHT);
            let again = joined(&self.run(Look::Line, crop).await?);
            if amount::whole(&again).is_some_and(|amount| amount.is_sure) {
                lines[place].text = again;
            }
        }
        let payee = rows.iter().enumerate().find_map(|(place, row)| {
            let found = labels::PAYEES.iter().find_map(|label| Some((*label, row.after(label)?)));
            found.filter(|_| is_payee(&lines[place])).map(|(label, (read, area))| (place, label, read, area))
        });
        if let Some((place, label, read, area)) = payee {
            let again = joined(&self.run(Look::Line, page.crop(area, NAME_HEIGHT)).await?);
            let han = |text: &str| text.chars().filter(|c| labels::is_han(*c)).count();
            if han(&again) >= han(&read) {
                lines[place].text = format!("{label} {again}");
            }
        }
        Ok(lines)
    }

    async fn run(&self, look: Look, pgm: Vec<u8>) -> Result<Words, ScreenshotError> {
        let bounds = Background { wait: PAGE_WAIT, memory_bytes_max: MEMORY_BYTES_MAX };
        self.tesseract.words_of(look, pgm, bounds).await.map_err(unavailable)
    }
}

/// Is it a line with the payee's name, and none of those whose label begins alike?
fn is_payee(line: &Line) -> bool {
    labels::behind(&plain(&line.text), labels::PAYEES, true).is_some_and(|name| !name.is_empty())
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
