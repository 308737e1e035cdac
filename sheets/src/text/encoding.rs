//! Which encoding a text is in: UTF-8, UTF-16 or GB 18030 (and so GBK), with or without a mark at its beginning.

use std::io::{self, Cursor, Read, Seek};

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::error::SheetError;

/// How much of a file is looked at to tell UTF-16.
pub(super) const HEAD_BYTES: usize = 4096;
/// Read at a time.
pub(super) const BUFFER_BYTES: usize = 256 * 1024;
/// The first byte of a character of UTF-8 that has several is this or above.
const FIRST_OF_SEVERAL: u8 = 0xc0;
/// So many characters of UTF-8 outweigh one that is broken: of GBK, read as UTF-8, most are.
const GOOD_TO_ONE_BAD: u64 = 8;

/// A file as UTF-8 without a mark at its beginning. Nothing of it is kept.
pub(super) fn decoded(mut file: impl Read + Seek) -> Result<impl Read, SheetError> {
    let encoding = encoding_of(&mut file)?;
    file.rewind()?;
    Ok(DecodeReaderBytesBuilder::new().encoding(encoding).bom_override(true).strip_bom(true).build(file))
}

/// What a file has to be decoded from; `None` where all of it is good UTF-8.
fn encoding_of(file: &mut impl Read) -> Result<Option<&'static Encoding>, SheetError> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        // A mark of UTF-8 is seen once more when it is read.
        return Ok((encoding != UTF_8).then_some(encoding));
    }
    // A column's name in ASCII has a zero in every other byte.
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).take(32).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 0) => {}
        (0, _) => return Ok(Some(UTF_16LE)),
        (_, 0) => return Ok(Some(UTF_16BE)),
        (_, _) => return Err(SheetError::NoText),
    }
    // Chinese in GBK is never good UTF-8 for long.
    Ok(match of_utf8(&head, file)? {
        (_, 0) => None,
        // Databases cut a name at a byte, and files are put together by hand: each such character is told in its cell then.
        (good, bad) if good / GOOD_TO_ONE_BAD > bad => Some(UTF_8),
        _ => Some(GB18030),
    })
}

/// Read as UTF-8: how many characters have more than one byte, and how many runs of bytes are none.
fn of_utf8(head: &[u8], rest: &mut impl Read) -> io::Result<(u64, u64)> {
    let mut file = Cursor::new(head).chain(rest);
    let mut buffer = vec![0; BUFFER_BYTES];
    let (mut good, mut bad) = (0_u64, 0_u64);
    // Bytes of a character that was cut by the end of the buffer.
    let mut left = 0;
    loop {
        let read = file.read(&mut buffer[left..])?;
        let filled = left + read;
        left = 0;
        let mut chunks = buffer[..filled].utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            good += count(chunk.valid().bytes().filter(|byte| *byte >= FIRST_OF_SEVERAL));
            let is_cut = read > 0 && chunks.peek().is_none() && is_begun(chunk.invalid());
            if is_cut {
                left = chunk.invalid().len();
            } else {
                bad += u64::from(!chunk.invalid().is_empty());
            }
        }
        if read == 0 {
            return Ok((good, bad));
        }
        buffer.copy_within(filled - left..filled, 0);
    }
}

/// Are these the first bytes of a character that goes on?
fn is_begun(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

fn count(bytes: impl Iterator<Item = u8>) -> u64 {
    u64::try_from(bytes.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoded_text;

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
        assert_eq!(decoded_text(b"\0\0\0\0".to_vec()), Err(SheetError::NoText));
    }

    #[test]
    fn one_broken_character_makes_no_other_encoding() {
        let text = "姓名,院系\n".to_owned() + &"王芳,数学与统计学院\n".repeat(4);
        let mut broken = text.clone().into_bytes();
        // A name that a database has cut at a byte, and the end of the file.
        broken.extend_from_slice(b"\xe6\x9d\x8e\xe6\x98,x\n\xe6\x98");
        let read = decoded_text(broken).unwrap();
        assert!(read.starts_with(&text) && read[text.len()..].starts_with("李\u{fffd},x"), "{read}");
        let names = "姓名,院系\n欧阳娜娜,外国语学院\n赵䶮,法学院\n".repeat(200);
        assert_eq!(decoded_text(GB18030.encode(&names).0.into_owned()), Ok(names));
    }

    #[test]
    fn a_character_may_be_cut_by_the_end_of_a_buffer() {
        for shift in 0..4 {
            let text = "x".repeat(HEAD_BYTES + BUFFER_BYTES - 2 + shift) + "王芳";
            assert_eq!(decoded_text(text.clone().into_bytes()), Ok(text));
        }
    }
}
