//! What parts the columns of a text, where its lines end, and where a quotation mark was opened and never closed.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::encoding::HEAD_BYTES;

/// Most delimiters in a line: as many as a sheet can have columns. Its parser remembers where each stands.
pub(super) const DELIMITERS_MAX: u16 = 16_384;

/// What parts the columns, by the first line: a comma, else a tab or a semicolon, which some spreadsheets write.
pub(super) fn delimiter(source: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    source.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let found = [b',', b'\t', b';'].into_iter().find(|part| first.contains(part));
    Ok((found.unwrap_or(b','), head))
}

/// Passes text on, each line with one mark at its end whatever the system it was written on, and remembers the line in which
/// the quotation mark stands that is open now.
pub(super) struct Quotes<R> {
    inner: R,
    delimiter: u8,
    line: u64,
    state: State,
    open: Rc<Cell<Option<u64>>>,
    /// Was the byte before a carriage return, and so the end of a line?
    is_after_return: bool,
    /// How many delimiters stand in the line so far, and the line that had too many.
    delimiters: u16,
    wide: Rc<Cell<Option<u64>>>,
}

#[derive(Clone, Copy)]
enum State {
    /// Here a quotation mark opens a field.
    Start,
    Plain,
    Quoted,
    /// A quotation mark within quotes: the end of the field, or the first of two that mean one.
    Closing,
}

impl<R> Quotes<R> {
    pub(super) fn new(inner: R, delimiter: u8) -> Self {
        Self {
            inner,
            delimiter,
            line: 1,
            state: State::Start,
            open: Rc::default(),
            is_after_return: false,
            delimiters: 0,
            wide: Rc::default(),
        }
    }

    /// The line of the mark that is open after what was read so far.
    pub(super) fn open(&self) -> Rc<Cell<Option<u64>>> {
        self.open.clone()
    }

    /// The line that has so many delimiters that reading ended there.
    pub(super) fn wide(&self) -> Rc<Cell<Option<u64>>> {
        self.wide.clone()
    }

    fn see(&mut self, byte: u8) -> io::Result<()> {
        if !matches!(self.state, State::Quoted) {
            if byte == b'\n' {
                self.delimiters = 0;
            } else if byte == self.delimiter {
                self.delimiters += 1;
            }
            if self.delimiters > DELIMITERS_MAX {
                self.wide.set(Some(self.line));
                return Err(io::Error::other("a line has more columns than any sheet"));
            }
        }
        self.state = match (self.state, byte) {
            (State::Start, b'"') => {
                self.open.set(Some(self.line));
                State::Quoted
            }
            (State::Quoted, b'"') => {
                self.open.set(None);
                State::Closing
            }
            (State::Closing, b'"') => {
                self.open.set(Some(self.line));
                State::Quoted
            }
            (State::Quoted, _) => State::Quoted,
            (_, b'\n') => State::Start,
            (_, byte) if byte == self.delimiter => State::Start,
            _ => State::Plain,
        };
        if byte == b'\n' {
            self.line += 1;
        }
        Ok(())
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(buffer)?;
            let mut kept = 0;
            for place in 0..read {
                let byte = buffer[place];
                let is_second = byte == b'\n' && self.is_after_return;
                self.is_after_return = byte == b'\r';
                if is_second {
                    continue;
                }
                let byte = if byte == b'\r' { b'\n' } else { byte };
                self.see(byte)?;
                buffer[kept] = byte;
                kept += 1;
            }
            // Nothing at all would be the end.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_an_open_quotation_mark_is_known() {
        let open = |text: &str| {
            let mut quotes = Quotes::new(text.as_bytes(), b',');
            let open = quotes.open();
            io::copy(&mut quotes, &mut io::sink()).unwrap();
            open.get()
        };
        assert_eq!(open("a,b\n\"c\",\"d\ne\"\n"), None);
        assert_eq!(open("a,b\nc,\"d\ne,f\n"), Some(2));
        assert_eq!(open("a,5\" pipe\nb,\"say \"\"x\"\"\"\n"), None, "a mark within a field, and two that mean one");
    }
}
