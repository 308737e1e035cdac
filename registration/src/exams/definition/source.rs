//! The bytes of a file as text, whatever a spreadsheet wrote: UTF-8, UTF-16 or GB 18030 (GBK), with or without a mark at
//! its beginning. And where a quotation mark was opened and never closed.

use std::cell::Cell;
use std::io::{self, Cursor, Read, Seek};
use std::rc::Rc;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

/// How much of a file is looked at to tell UTF-16 and what parts its columns.
const HEAD_BYTES: usize = 4096;
/// Read at a time.
const BUFFER_BYTES: usize = 256 * 1024;
/// What workbooks begin with: a ZIP archive, and the compound file of old.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// A file as UTF-8 without a mark at its beginning. Nothing of it is kept. An error is told by what to do.
pub(super) fn decoded(mut file: impl Read + Seek) -> Result<impl Read, String> {
    let encoding = encoding_of(&mut file)?;
    file.rewind().map_err(|error| cannot(&error))?;
    let encoding = (encoding != UTF_8).then_some(encoding);
    Ok(DecodeReaderBytesBuilder::new().encoding(encoding).bom_override(true).strip_bom(true).build(file))
}

/// The same at once, of a file that is small.
pub(crate) fn decoded_text(bytes: Vec<u8>) -> Result<String, String> {
    let mut text = String::new();
    decoded(Cursor::new(bytes))?.read_to_string(&mut text).map_err(|error| cannot(&error))?;
    Ok(text)
}

fn cannot(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}

fn encoding_of(file: &mut impl Read) -> Result<&'static Encoding, String> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| cannot(&error))?;
    if WORKBOOKS.iter().any(|mark| head.starts_with(mark)) {
        return Err("is a workbook of Excel or WPS: open it, choose Save As, and save it as `CSV UTF-8`".to_owned());
    }
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok(encoding);
    }
    // A column's name in ASCII has a zero in every other byte.
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).take(32).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 0) => {}
        (0, _) => return Ok(UTF_16LE),
        (_, 0) => return Ok(UTF_16BE),
        (_, _) => return Err("is no text: save the sheet as `CSV UTF-8`".to_owned()),
    }
    // Chinese in GBK is never good UTF-8 for long.
    Ok(if is_utf8(&head, file).map_err(|error| cannot(&error))? { UTF_8 } else { GB18030 })
}

/// Is all of it UTF-8?
fn is_utf8(head: &[u8], rest: &mut impl Read) -> io::Result<bool> {
    let mut file = Cursor::new(head).chain(rest);
    let mut buffer = vec![0; BUFFER_BYTES];
    // Bytes of a character that was cut by the end of the buffer.
    let mut left = 0;
    loop {
        let read = file.read(&mut buffer[left..])?;
        let filled = left + read;
        left = match std::str::from_utf8(&buffer[..filled]) {
            Ok(_) => 0,
            Err(error) if error.error_len().is_none() && read > 0 => filled - error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        if read == 0 {
            return Ok(true);
        }
        buffer.copy_within(filled - left..filled, 0);
    }
}

/// What parts the columns, by the first line: a comma, else a tab or a semicolon, which some spreadsheets write.
pub(super) fn delimiter(source: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    source.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let found = [b',', b'\t', b';'].into_iter().find(|part| first.contains(part));
    Ok((found.unwrap_or(b','), head))
}

/// Passes text on and remembers the line in which the quotation mark stands that is open now.
pub(super) struct Quotes<R> {
    inner: R,
    delimiter: u8,
    line: u64,
    state: State,
    open: Rc<Cell<Option<u64>>>,
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
        Self { inner, delimiter, line: 1, state: State::Start, open: Rc::default() }
    }

    /// The line of the mark that is open after what was read so far.
    pub(super) fn open(&self) -> Rc<Cell<Option<u64>>> {
        self.open.clone()
    }

    fn see(&mut self, byte: u8) {
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
            (State::Start, b'\r') => State::Start,
            _ => State::Plain,
        };
        if byte == b'\n' {
            self.line += 1;
        }
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        for byte in &buffer[..read] {
            self.see(*byte);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_write_is_read() {
        let text = "姓名,name\n王芳,𠮷\n";
        let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let (little, big) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            GB18030.encode(text).0.into_owned(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
            little,
            big,
        ] {
            assert_eq!(decoded_text(bytes.clone()).as_deref(), Ok(text), "{bytes:02x?}");
        }
        assert_eq!(decoded_text(Vec::new()).as_deref(), Ok(""));
        for workbook in [&b"PK\x03\x04rest"[..], b"\xd0\xcf\x11\xe0\xa1\xb1"] {
            assert!(decoded_text(workbook.to_vec()).unwrap_err().contains("CSV UTF-8"));
        }
    }

    #[test]
    fn a_character_may_be_cut_by_the_end_of_a_buffer() {
        for shift in 0..4 {
            let text = "x".repeat(HEAD_BYTES + BUFFER_BYTES - 2 + shift) + "王芳";
            assert_eq!(decoded_text(text.clone().into_bytes()), Ok(text));
        }
    }

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
