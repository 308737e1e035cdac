//! Reads order pictures in this process with the networks that read cards ([`ocr`]): no picture leaves it.
//!
//! In the background, behind whoever waits for a card: a picture is worked on in short steps, before each of which it waits for
//! one of the places at which cards are read. A long screenshot is read part by part, until all that staff compare was found.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use ocr::{ReadError, Reader, Reading};

use super::find::{OrderText, find};
use super::line::Line;
use super::picture::Screen;
use super::{ScreenshotError, unavailable};
use crate::cards::networks::NetworkReader;
use crate::cards::networks::rows::{Frame, Row};

/// How wide the copy of an upright picture is in which lines are looked for, in pixels: the smallest text of a phone is then nine
/// of them high. A picture that is wider than high is larger than a screen.
const COPY_WIDTH: u32 = 384;
const COPY_WIDTH_OF_WIDE: u32 = 960;
/// Pieces of text that are read in one step, a tenth of a second of a core.
const STEP_PIECES: usize = 6;
/// Most rows that are read of a picture: a screen has some twenty.
const ROWS_MAX: usize = 200;
/// How probable the characters of a piece are on average, at least: icons are read as something less probable. The networks'
/// authors draw the line there, too.
const PROBABLE: f32 = 0.5;

/// Reads a picture, a screen in some six steps.
pub(super) async fn read(networks: &NetworkReader, bytes: Bytes) -> Result<OrderText, ScreenshotError> {
    let screen = step(networks, move |_| Screen::decode(&bytes)).await?;
    let screen = Arc::new(screen);
    let (mut lines, mut found) = (Vec::new(), OrderText::default());
    for part in &screen.parts {
        lines.extend(lines_of(networks, &screen, part).await?);
        found = find(&lines);
        if found.is_whole() || lines.len() >= ROWS_MAX {
            break;
        }
    }
    Ok(found)
}

/// All text of a part, line by line from above.
async fn lines_of(
    networks: &NetworkReader,
    screen: &Arc<Screen>,
    part: &Range<u32>,
) -> Result<Vec<Line>, ScreenshotError> {
    let (seen, part) = (Arc::clone(screen), part.clone());
    let rows = step(networks, move |reader| rows_of(reader, &seen, part)).await?;
    let pieces: Vec<ocr::Line> = rows.iter().flat_map(|row| row.lines.iter().copied()).collect();
    let mut texts = Vec::with_capacity(pieces.len());
    for some in pieces.chunks(STEP_PIECES) {
        let (seen, some) = (Arc::clone(screen), some.to_vec());
        let read = move |reader: &Reader| {
            let read = |piece| reader.read(&seen.picture, piece, 1.0).map(|reading| text(&reading)).map_err(broken);
            some.iter().map(read).collect::<Result<Vec<String>, ScreenshotError>>()
        };
        texts.extend(step(networks, read).await?);
    }
    let mut texts = texts.into_iter();
    let lines = rows.iter().map(|row| line(row, texts.by_ref().take(row.lines.len())));
    Ok(lines.filter(|line| !line.text.is_empty()).collect())
}

/// A step of the work, at a place.
async fn step<T: Send + 'static>(
    networks: &NetworkReader,
    work: impl FnOnce(&Reader) -> Result<T, ScreenshotError> + Send + 'static,
) -> Result<T, ScreenshotError> {
    networks.work(work).await.map_err(unavailable)?
}

/// Where text is in a part, in rows from above.
fn rows_of(reader: &Reader, screen: &Screen, part: Range<u32>) -> Result<Vec<Row>, ScreenshotError> {
    let side = copy_side(screen.picture.size(), &part);
    let mut pieces = reader.lines_within(&screen.picture, part.clone(), side).map_err(broken)?;
    pieces.retain(|piece| screen.is_of(&part, piece.middle.1));
    // A line does not say where it begins; on a screen that is on the left.
    let Some(longest) = pieces.first().map(|longest| if longest.along.0 < 0.0 { longest.turned() } else { *longest })
    else {
        return Ok(Vec::new());
    };
    let mut rows = Frame::of(longest).rows(pieces);
    rows.truncate(ROWS_MAX);
    Ok(rows)
}

/// The longer side of a part's copy: all parts of a picture are made as much smaller.
fn copy_side((width, height): (u32, u32), part: &Range<u32>) -> u32 {
    let copy_width = if height > width { COPY_WIDTH } else { COPY_WIDTH_OF_WIDE };
    width.max(part.end - part.start) * copy_width / width.max(1)
}

/// What a piece says; nothing where that is not probable.
fn text(reading: &Reading) -> String {
    let characters = reading.characters();
    let sum: f32 = characters.iter().map(|character| character.probability).sum();
    #[expect(clippy::cast_precision_loss, reason = "characters of a line")]
    let is_probable = sum >= PROBABLE * characters.len() as f32;
    if is_probable { reading.text() } else { String::new() }
}

/// A row as a line: its pieces stand apart.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places on a picture, none below nothing")]
fn line(row: &Row, texts: impl Iterator<Item = String>) -> Line {
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    let ends =
        row.lines.iter().map(|piece| (piece.place(-piece.length / 2.0, 0.0).0, piece.place(piece.length / 2.0, 0.0).0));
    let (left, right) = ends.fold((f32::MAX, 0.0_f32), |(left, right), (from, to)| (left.min(from), right.max(to)));
    // Of the longest piece it is told best how high characters are.
    let longest = row.longest();
    let left = left.max(0.0);
    Line {
        text: texts.join(" "),
        left: left as u32,
        top: (longest.middle.1 - longest.height / 2.0).max(0.0) as u32,
        width: (right - left).max(0.0) as u32,
        height: longest.height as u32,
    }
}

fn broken(error: ReadError) -> ScreenshotError {
    let ReadError::Broken(why) = error;
    ScreenshotError::Unavailable(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_as_large_as_text_needs() {
        assert_eq!(copy_side((1_080, 2_340), &(0..2_340)), 832);
        // The last part of a long picture is no larger for being short.
        assert_eq!(copy_side((1_080, 5_100), &(4_960..5_100)), 384);
        assert_eq!(copy_side((1_920, 1_080), &(0..1_080)), 960);
    }

    #[test]
    fn pieces_side_by_side_are_a_line_with_what_was_read_of_them() {
        let piece = |x: f32, y: f32, length: f32| ocr::Line::between((x, y), (x + length, y), 48.0);
        let pieces = [piece(330.0, 842.0, 600.0), piece(60.0, 840.0, 160.0), piece(330.0, 940.0, 240.0)];
        let rows = Frame::of(pieces[0]).rows(pieces);
        let mut texts = ["支付时间", "2026-11-2214:03:05", ""].map(String::from).into_iter();
        let lines: Vec<Line> = rows.iter().map(|row| line(row, texts.by_ref().take(row.lines.len()))).collect();
        let first = Line { text: "支付时间 2026-11-2214:03:05".into(), left: 60, top: 818, width: 870, height: 48 };
        assert_eq!(lines[0], first);
        assert_eq!((lines[1].text.as_str(), lines[1].left), ("", 330));
    }
}
