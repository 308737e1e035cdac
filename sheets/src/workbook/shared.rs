//! Reading the texts that cells share, and those that stand in a cell itself.

use std::io::BufRead;

use super::markup::{Markup, Next, unescaped};
use crate::error::SheetError;
use crate::gauge::STRETCH_BYTES_MAX;
use crate::limits::Limits;
use crate::shared::Shared;

/// Reads the texts: of each item the text, and the pieces of one that is written in several styles. How Chinese or
/// Japanese is pronounced (`rPh`) is no part of it.
pub(super) fn read(mut markup: Markup<impl BufRead>, limits: &Limits) -> Result<Shared, SheetError> {
    let mut shared = Shared::default();
    loop {
        match markup.next()? {
            Next::Begin(element) if element.local_name().as_ref() == "si" => {
                shared.push(&text(&mut markup, "si")?, limits)?;
            }
            Next::Over => return Ok(shared),
            _ => {}
        }
    }
}

/// The text within an item that has begun, up to its end.
pub(super) fn text(markup: &mut Markup<impl BufRead>, item: &str) -> Result<String, SheetError> {
    let (mut text, mut is_text, mut is_spoken) = (String::new(), false, false);
    loop {
        match markup.next()? {
            Next::Begin(element) => match element.local_name().as_ref() {
                "t" => is_text = true,
                "rPh" => is_spoken = true,
                _ => {}
            },
            Next::End(element) => match element.local_name().as_ref() {
                "t" => is_text = false,
                "rPh" => is_spoken = false,
                name if name == item => return Ok(unescaped(text)),
                _ => {}
            },
            Next::Text(piece) if is_text && !is_spoken => text.push_str(&piece),
            Next::Character(piece) if is_text && !is_spoken => text.extend(piece),
            Next::Over => return Err(SheetError::Broken),
            _ => {}
        }
        // It comes in pieces, each of which is short.
        if text.len() > STRETCH_BYTES_MAX {
            return Err(SheetError::Broken);
        }
    }
}
