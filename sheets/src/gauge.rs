//! A reader that ends with an error where more comes than may, and remembers which bound it was.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::error::SheetError;

/// Longest stretch of a workbook's part without a mark, in bytes: no more of it is in memory at once. A cell has at most
/// 32,767 characters, which are at most ten bytes each where they are written as references.
pub(crate) const STRETCH_BYTES_MAX: usize = 512 * 1024;

/// What is left of the bytes that may be unpacked, and why reading ended.
#[derive(Clone)]
pub(crate) struct Budget(Rc<RefCell<Spent>>);

struct Spent {
    left: u64,
    verdict: Option<SheetError>,
    bound: u64,
}

impl Budget {
    pub(crate) fn new(bound: u64) -> Self {
        Self(Rc::new(RefCell::new(Spent { left: bound, verdict: None, bound })))
    }

    /// Why reading ended, where a bound ended it; otherwise the file is no whole workbook.
    pub(crate) fn verdict(&self) -> SheetError {
        self.0.borrow_mut().verdict.take().unwrap_or(SheetError::Broken)
    }

    /// Takes so much of what is left; an error, which [`Self::verdict`] names, where there is not so much.
    pub(crate) fn spend(&self, bytes: usize) -> io::Result<()> {
        let mut spent = self.0.borrow_mut();
        match spent.left.checked_sub(bytes as u64) {
            Some(left) => {
                spent.left = left;
                Ok(())
            }
            None => {
                spent.verdict = Some(SheetError::Unpacked(spent.bound));
                Err(io::Error::other("more is unpacked than may be"))
            }
        }
    }
}

/// Markup as it is unpacked. Its parser keeps each text, tag and comment whole, so none may be long; declarations and
/// comments, whose length could hide behind marks of their own, are not what programs write into tables.
pub(crate) struct Gauged<R> {
    inner: R,
    budget: Budget,
    /// Bytes since the last tag began or ended.
    stretch: usize,
    within: Within,
    is_first: bool,
}

/// Where in the markup the next byte stands.
#[derive(Clone, Copy)]
enum Within {
    Text,
    /// Right behind the mark that begins a tag.
    Begun,
    Tag,
    /// A value of a tag, up to the same quotation mark again: there its end is none.
    Quoted(u8),
    /// The declaration before everything, which only `?>` ends; the byte before was `?`, or was not.
    Declaration(bool),
}

impl<R> Gauged<R> {
    pub(crate) fn new(inner: R, budget: Budget) -> Self {
        Self { inner, budget, stretch: 0, within: Within::Text, is_first: true }
    }

    fn see(&mut self, bytes: &[u8]) -> io::Result<()> {
        for byte in bytes {
            self.stretch += 1;
            self.within = match (self.within, *byte) {
                (Within::Text, b'<') => {
                    self.stretch = 0;
                    Within::Begun
                }
                (Within::Text, _) => Within::Text,
                // A parser would take it for a part of the tag, which is kept whole.
                (_, b'<') => return Err(io::Error::other("a tag within a tag")),
                // The one before everything is a declaration that every part has.
                (Within::Begun, b'?') if self.is_first => Within::Declaration(false),
                (Within::Begun, b'!' | b'?') => {
                    return Err(io::Error::other("a declaration or a comment within a part"));
                }
                (Within::Begun | Within::Tag, b'>') | (Within::Declaration(true), b'>') => {
                    self.stretch = 0;
                    Within::Text
                }
                (Within::Begun | Within::Tag, b'"' | b'\'') => Within::Quoted(*byte),
                (Within::Begun | Within::Tag, _) => Within::Tag,
                (Within::Quoted(mark), byte) if byte == mark => Within::Tag,
                (Within::Quoted(mark), _) => Within::Quoted(mark),
                (Within::Declaration(_), byte) => Within::Declaration(byte == b'?'),
            };
            self.is_first &= matches!(self.within, Within::Text | Within::Begun);
            if self.stretch > STRETCH_BYTES_MAX {
                return Err(io::Error::other("a text or a tag without an end"));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Gauged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.budget.spend(read)?;
        self.see(&buffer[..read])?;
        Ok(read)
    }
}
