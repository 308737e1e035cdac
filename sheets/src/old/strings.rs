//! Texts within records, which go on in further records where one is full (MS-XLS 2.5.293, XLUnicodeRichExtendedString).

use super::records::{Records, kind};
use crate::error::SheetError;

/// Bits of a text's flags: two bytes a character, something of its pronunciation behind it, several styles.
const WIDE: u8 = 1;
const SPOKEN: u8 = 4;
const RICH: u8 = 8;

/// A record with those that continue it, as one.
pub(super) struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    /// The data of a record and of all that continue it.
    pub(super) fn new(data: &'a [u8], records: &mut Records<'a>) -> Result<Self, SheetError> {
        let mut pieces = vec![data];
        while records.peek().is_some_and(|record| record.kind == kind::CONTINUE) {
            pieces.push(records.next()?.data);
        }
        Ok(Self { pieces, piece: 0, at: 0 })
    }

    /// From a place of the first piece on.
    pub(super) fn from(self, at: usize) -> Self {
        Self { at, ..self }
    }

    fn left(&self) -> &'a [u8] {
        self.pieces.get(self.piece).and_then(|piece| piece.get(self.at..)).unwrap_or_default()
    }

    /// Goes to the next piece where this one is at its end. False when there is none.
    fn go_on(&mut self) -> bool {
        if self.left().is_empty() && self.piece + 1 < self.pieces.len() {
            (self.piece, self.at) = (self.piece + 1, 0);
            return true;
        }
        false
    }

    fn byte(&mut self) -> Result<u8, SheetError> {
        while self.left().is_empty() {
            if !self.go_on() {
                return Err(SheetError::Broken);
            }
        }
        let byte = self.left()[0];
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn short(&mut self) -> Result<u16, SheetError> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    pub(super) fn word(&mut self) -> Result<u32, SheetError> {
        Ok(u32::from(self.short()?) | u32::from(self.short()?) << 16)
    }

    fn skip(&mut self, bytes: usize) -> Result<(), SheetError> {
        let mut left = bytes;
        while left > 0 {
            let taken = self.left().len().min(left);
            (self.at, left) = (self.at + taken, left - taken);
            if left > 0 && !self.go_on() {
                return Err(SheetError::Broken);
            }
        }
        Ok(())
    }

    /// The next text, whose length stands in two bytes.
    pub(super) fn text(&mut self) -> Result<String, SheetError> {
        let length = self.short()?;
        let flags = self.byte()?;
        let styles = if flags & RICH == 0 { 0 } else { usize::from(self.short()?) };
        let spoken = if flags & SPOKEN == 0 { 0 } else { self.word()? };
        let text = self.characters(usize::from(length), flags & WIDE != 0)?;
        self.skip(styles * 4)?;
        self.skip(usize::try_from(spoken).map_err(|_| SheetError::Broken)?)?;
        Ok(text)
    }

    /// So many characters. A piece that goes on with them says anew how wide they are.
    fn characters(&mut self, length: usize, mut is_wide: bool) -> Result<String, SheetError> {
        let mut units: Vec<u16> = Vec::with_capacity(length);
        while units.len() < length {
            if self.left().is_empty() {
                if !self.go_on() {
                    return Err(SheetError::Broken);
                }
                is_wide = self.byte()? & WIDE != 0;
                continue;
            }
            let low = self.byte()?;
            // A character is never parted.
            let high = if is_wide { self.byte()? } else { 0 };
            units.push(u16::from_le_bytes([low, high]));
        }
        Ok(String::from_utf16_lossy(&units))
    }
}
