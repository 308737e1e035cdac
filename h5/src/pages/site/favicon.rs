//! The site's mark for those who ask for it by the old name: nine seats, one of them yours.

use std::io::Cursor;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use image::{ImageFormat, Rgba, RgbaImage};

use crate::failure::Failure;

/// Pixels of a side, of a seat, and from one seat to the next.
const SIDE: u32 = 32;
const SEAT: u32 = 8;
const STRIDE: u32 = 11;
const OTHERS: Rgba<u8> = Rgba([139, 143, 156, 255]);
const MINE: Rgba<u8> = Rgba([43, 53, 128, 255]);

pub(crate) async fn show() -> Result<Response, Failure> {
    let picture = draw().ok_or(Failure::Broken)?;
    // Browsers go by the bytes: a PNG may stand here.
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=86400")], picture).into_response())
}

fn draw() -> Option<Vec<u8>> {
    let picture = RgbaImage::from_fn(SIDE, SIDE, |x, y| {
        let is_seat = |at: u32| at >= 1 && (at - 1) % STRIDE < SEAT;
        let is_middle = |at: u32| at >= 1 && (at - 1) / STRIDE == 1;
        match is_seat(x) && is_seat(y) {
            true if is_middle(x) && is_middle(y) => MINE,
            true => OTHERS,
            false => Rgba([0, 0, 0, 0]),
        }
    });
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).ok()?;
    Some(out.into_inner())
}
