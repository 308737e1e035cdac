//! The records of a workbook's stream, one after another, and the numbers in them.

use crate::error::SheetError;

/// What kinds of records are looked at (MS-XLS 2.3.1).
pub(super) mod kind {
    pub(crate) const FORMULA: u16 = 0x0006;
    pub(crate) const END: u16 = 0x000a;
    pub(crate) const DATE_MODE: u16 = 0x0022;
    pub(crate) const FILE_PASS: u16 = 0x002f;
    pub(crate) const CONTINUE: u16 = 0x003c;
    pub(crate) const BOUND_SHEET: u16 = 0x0085;
    pub(crate) const MANY_RK: u16 = 0x00bd;
    pub(crate) const RICH_LABEL: u16 = 0x00d6;
    pub(crate) const STYLE: u16 = 0x00e0;
    pub(crate) const SHARED: u16 = 0x00fc;
    pub(crate) const SHARED_LABEL: u16 = 0x00fd;
    pub(crate) const NUMBER: u16 = 0x0203;
    pub(crate) const LABEL: u16 = 0x0204;
    pub(crate) const BOOLEAN: u16 = 0x0205;
    pub(crate) const TEXT: u16 = 0x0207;
    pub(crate) const RK: u16 = 0x027e;
    pub(crate) const FORMAT: u16 = 0x041e;
    pub(crate) const BEGIN: u16 = 0x0809;
}

/// One record, with its kind and its data.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    pub(super) data: &'a [u8],
}

/// The records from a place on.
pub(super) struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at }
    }

    /// The next record; [`SheetError::Broken`] where the stream ends before its end was said.
    pub(super) fn next(&mut self) -> Result<Record<'a>, SheetError> {
        let record = self.peek().ok_or(SheetError::Broken)?;
        self.at += 4 + record.data.len();
        Ok(record)
    }

    /// The next record, which stays the next.
    pub(super) fn peek(&self) -> Option<Record<'a>> {
        let head = self.stream.get(self.at..self.at.checked_add(4)?)?;
        let (kind, length) = (u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
        let data = self.stream.get(self.at + 4..self.at + 4 + usize::from(length))?;
        Some(Record { kind, data })
    }
}

impl Record<'_> {
    pub(super) fn short(&self, at: usize) -> Result<u16, SheetError> {
        let bytes = self.data.get(at..at + 2).ok_or(SheetError::Broken)?;
        Ok(u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    pub(super) fn word(&self, at: usize) -> Result<u32, SheetError> {
        let bytes = self.data.get(at..at + 4).ok_or(SheetError::Broken)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    pub(super) fn byte(&self, at: usize) -> Result<u8, SheetError> {
        self.data.get(at).copied().ok_or(SheetError::Broken)
    }

    /// A number of eight bytes.
    pub(super) fn number(&self, at: usize) -> Result<f64, SheetError> {
        let bytes = self.data.get(at..at + 8).and_then(|bytes| bytes.first_chunk::<8>()).ok_or(SheetError::Broken)?;
        Ok(f64::from_le_bytes(*bytes))
    }

    /// A number of four bytes (MS-XLS 2.5.218): a whole one or the first half of a long one, perhaps of hundredths.
    pub(super) fn rk(&self, at: usize) -> Result<f64, SheetError> {
        let word = self.word(at)?;
        let number = match word & 2 {
            0 => f64::from_bits(u64::from(word & 0xffff_fffc) << 32),
            _ => f64::from(word.cast_signed() >> 2),
        };
        Ok(if word & 1 == 1 { number / 100.0 } else { number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_what_they_stand_for() {
        for (word, number) in [(0x3ff0_0000_u32, 1.0), (0x3ff0_0001, 0.01), (0x04d2_0002 & !1, 20_217_856.0), (6, 1.0)]
        {
            let data = word.to_le_bytes();
            let read = Record { kind: kind::RK, data: &data }.rk(0).unwrap();
            assert!((read - number).abs() < 1e-9, "{word:x}: {read}");
        }
        let negative = ((-3_i32) << 2 | 2).to_le_bytes();
        assert!((Record { kind: kind::RK, data: &negative }.rk(0).unwrap() + 3.0).abs() < 1e-9);
    }
}
