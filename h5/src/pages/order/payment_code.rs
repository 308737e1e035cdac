//! The code of the school's payment page as a picture that can be saved.

use std::io::Cursor;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use image::{ImageFormat, Luma};
use qrcode::{EcLevel, QrCode};

use crate::failure::Failure;
use crate::pages::order::find;
use crate::request::visit::Candidate;

/// Pixels per module: sharp on a phone's screen, and some 3 kB.
const MODULE_PIXELS: u32 = 10;

pub(crate) async fn show(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    let picture = code(&exam.payment_url).ok_or(Failure::Broken)?;
    let headers = [
        (CONTENT_TYPE, "image/png".to_owned()),
        (CACHE_CONTROL, "private, max-age=600".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"payment-{}.png\"", order.id)),
    ];
    Ok((headers, picture).into_response())
}

/// A PNG of the code. Nothing when the text is longer than a code can hold.
pub(crate) fn code(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture = code.render::<Luma<u8>>().module_dimensions(MODULE_PIXELS, MODULE_PIXELS).build();
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).ok()?;
    Some(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_small_picture() {
        let picture = code("https://pay.example.edu/item?exam=degree-english-2027-1").unwrap();
        assert!(picture.starts_with(b"\x89PNG") && picture.len() < 8_000, "{} bytes", picture.len());
        assert_eq!(code(&"x".repeat(5000)), None);
    }
}
