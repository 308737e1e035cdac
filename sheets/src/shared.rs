//! The texts that the cells of a workbook share. They are in one piece of memory, as many as there are and not as many as
//! the file claims.

use crate::error::SheetError;
use crate::limits::Limits;

/// The texts by their numbers.
#[derive(Default)]
pub(crate) struct Shared {
    texts: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Shared {
    /// Adds the next one.
    ///
    /// # Errors
    /// [`SheetError::Unpacked`] where there are too many.
    pub(crate) fn push(&mut self, text: &str, limits: &Limits) -> Result<(), SheetError> {
        let too_many = || SheetError::Unpacked(limits.shared_bytes as u64);
        // Each text costs its end besides.
        if self.texts.len() + text.len() + self.ends.len() * size_of::<u32>() > limits.shared_bytes {
            return Err(too_many());
        }
        self.texts.push_str(text);
        self.ends.push(u32::try_from(self.texts.len()).map_err(|_| too_many())?);
        Ok(())
    }

    /// The text of that number; `None` where there are not so many.
    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let begin = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.texts.get(begin as usize..end as usize)
    }
}
