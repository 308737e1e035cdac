//! Can there be text on a picture? Told by its rows, without reading anything: what shows a face, a wall or a sky has no row
//! in which dark and bright follow each other as closely as strokes do.

use image::RgbImage;

/// So many rows of pixels to a width are looked at, so that a line of a phone's text has some six of them.
const ROWS_TO_WIDTH: u32 = 180;
/// Dark and bright differ by so much: grey labels on a dark page do, and what a camera or a JPEG adds does not.
const SWING_MIN: u16 = 32;
/// So many turns from dark to bright and back, each near to the one before, are some characters side by side.
const SWINGS_MIN: usize = 10;
/// Near: within this part of the width, as strokes are. The edges of a face are further apart.
const NEAR_PART: u32 = 20;
/// So many such rows are three lines of text: an order has more, and a face with glasses has one that looks so.
const ROWS_MIN: usize = 18;

/// Are there some lines of something like text? Leaves and noise look so, too: only what cannot be text is told.
pub(super) fn has_text(picture: &RgbImage) -> bool {
    let (width, height) = picture.dimensions();
    let near = width / NEAR_PART;
    let stride = width as usize * 3;
    let step = (width / ROWS_TO_WIDTH).max(1) as usize;
    let rows = (0..height).step_by(step).map(|y| &picture.as_raw()[y as usize * stride..][..stride]);
    rows.filter(|row| is_text_row(row, near)).take(ROWS_MIN).count() == ROWS_MIN
}

/// Do turns follow each other closely somewhere in this row?
fn is_text_row(row: &[u8], near: u32) -> bool {
    let bright = |pixel: &[u8]| (u16::from(pixel[0]) + u16::from(pixel[1]) + u16::from(pixel[2])) / 3;
    let Some(first) = row.chunks_exact(3).next().map(bright) else { return false };
    // The extreme since the last turn, and which way the row has gone since.
    let (mut extreme, mut is_rising) = (first, None);
    let (mut run, mut last_turn) = (0, 0_u32);
    for (x, pixel) in (0_u32..).zip(row.chunks_exact(3)) {
        let now = bright(pixel);
        let turns = match is_rising {
            None => now.abs_diff(extreme) >= SWING_MIN,
            Some(true) => now + SWING_MIN <= extreme,
            Some(false) => now >= extreme + SWING_MIN,
        };
        if turns {
            is_rising = Some(now > extreme);
            run = if x - last_turn <= near { run + 1 } else { 1 };
            (last_turn, extreme) = (x, now);
            if run >= SWINGS_MIN {
                return true;
            }
        } else if is_rising.is_some_and(|is_rising| is_rising == (now > extreme)) {
            extreme = now;
        }
    }
    false
}
