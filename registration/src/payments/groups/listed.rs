//! A list as somebody hands it in: a file, or what is pasted from one, with an order's number or a document's in each line.
//! Pure: which orders they are, the stores say.

use encoding_rs::{Encoding, GB18030};

use crate::model::document::{Document, DocumentKind};
use crate::model::order::OrderId;
use crate::payments::ORDERS_MAX;

/// Largest file, in bytes.
pub const LIST_BYTES_MAX: usize = 256 * 1024;
/// Longest line that is looked at, in characters: a row of a table with some columns.
const LINE_CHARS_MAX: usize = 500;
/// Most lines with anything in them: as many as there may be orders, with some that are wrong.
const LINES_MAX: usize = 2 * ORDERS_MAX;
/// What tables put between cells.
const SEPARATORS: [char; 4] = [',', '\t', ';', '，'];

/// Why a list was not read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It is larger than [`LIST_BYTES_MAX`].
    #[error("a list has at most {LIST_BYTES_MAX} bytes")]
    TooLarge,
    /// It has more than twice [`ORDERS_MAX`] lines.
    #[error("a list has at most {LINES_MAX} lines")]
    TooLong,
    /// It is no text in UTF-8, UTF-16 or GB 18030: a workbook, say.
    #[error("the list is no text")]
    NotText,
    /// There is nothing in it.
    #[error("the list is empty")]
    Empty,
}

/// Why a line names no order that can be paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineFault {
    /// There is no number of an order or a document in it.
    NoNumber,
    /// A table program has shortened the number: `1.10105E+17`.
    Shortened,
    /// It is longer than any row of such a table.
    TooLong,
    /// Another line has the same order.
    Twice,
    /// There is no such order in this exam, and nobody with such a document.
    Unknown,
    /// The candidate is there, and has nothing to pay in this exam.
    NothingToPay,
    /// There are as many orders as one payment may be for already.
    TooMany,
}

/// A line that names no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine {
    /// The line, counted from one as in the file.
    pub line: usize,
    /// What is wrong with it.
    pub fault: LineFault,
}

/// What a line says: the number may be an order's, a document's, or either.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) order: Option<OrderId>,
    pub(crate) documents: Vec<Document>,
}

/// Reads a list. The first line may be the heads of a table; empty lines are none.
pub(crate) fn read(file: &[u8]) -> Result<(Vec<Named>, Vec<BadLine>), ListError> {
    if file.len() > LIST_BYTES_MAX {
        return Err(ListError::TooLarge);
    }
    let text = decoded(file)?;
    let (mut named, mut bad, mut count) = (Vec::new(), Vec::new(), 0);
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim_matches(|sign: char| is_blank(sign) || SEPARATORS.contains(&sign)).is_empty() {
            continue;
        }
        count += 1;
        if count > LINES_MAX {
            return Err(ListError::TooLong);
        }
        match of_line(line, text) {
            Ok(one) => named.push(one),
            Err(LineFault::NoNumber) if count == 1 => {}
            Err(fault) => bad.push(BadLine { line, fault }),
        }
    }
    // A single line without a number is no head of anything.
    if named.is_empty() && bad.is_empty() {
        return if count == 0 {
            Err(ListError::Empty)
        } else {
            Ok((named, vec![BadLine { line: 1, fault: LineFault::NoNumber }]))
        };
    }
    Ok((named, bad))
}

/// The text of a file: as its mark says, else UTF-8, else GB 18030.
fn decoded(file: &[u8]) -> Result<String, ListError> {
    let (text, is_broken) = match Encoding::for_bom(file) {
        Some((encoding, mark)) => {
            let (text, is_broken) = encoding.decode_without_bom_handling(&file[mark..]);
            (text.into_owned(), is_broken)
        }
        None => match std::str::from_utf8(file) {
            Ok(text) => (text.to_owned(), false),
            Err(_) => {
                let (text, is_broken) = GB18030.decode_without_bom_handling(file);
                (text.into_owned(), is_broken)
            }
        },
    };
    let is_text = !is_broken && !text.chars().any(|sign| sign == '\0');
    if is_text { Ok(text) } else { Err(ListError::NotText) }
}

/// The first cell that is a number of ours or of a document.
fn of_line(line: usize, text: &str) -> Result<Named, LineFault> {
    if text.chars().count() > LINE_CHARS_MAX {
        return Err(LineFault::TooLong);
    }
    let mut fault = LineFault::NoNumber;
    for cell in text.split(SEPARATORS).map(bare) {
        let order = cell.parse().ok();
        let parse = |kind: &DocumentKind| Document::parse(*kind, cell).ok();
        // What has a hyphen where an order's number has it is one.
        let documents: Vec<Document> = match cell.find('-') {
            Some(4) if order.is_some() => Vec::new(),
            _ if cell.chars().filter(char::is_ascii_digit).count() < 5 => Vec::new(),
            _ => DocumentKind::ALL.iter().filter_map(parse).collect(),
        };
        if order.is_some() || !documents.is_empty() {
            return Ok(Named { line, order, documents });
        }
        if is_shortened(cell) {
            fault = LineFault::Shortened;
        }
    }
    Err(fault)
}

/// A cell without what table programs put around a number so that it stays one.
fn bare(cell: &str) -> &str {
    cell.trim_matches(|sign: char| is_blank(sign) || matches!(sign, '"' | '\'' | '=' | '`' | '’' | '‘'))
}

fn is_blank(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{202d}' | '\u{202c}')
}

/// Is it a number as table programs write one that they have made shorter?
fn is_shortened(cell: &str) -> bool {
    let Some((figures, power)) = cell.split_once(['E', 'e']) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|sign| sign.is_ascii_digit() || sign == '.');
    power.strip_prefix('+').is_some_and(is_number) && is_number(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = "S7K4-2M9Q";
    const DOCUMENT: &str = "11010519491231002X";

    /// A line, whether it may be an order, and of how many kinds of documents it may be.
    type Seen = (usize, bool, usize);

    fn lines(file: &[u8]) -> (Vec<Seen>, Vec<(usize, LineFault)>) {
        let (named, bad) = read(file).unwrap();
        let of = |one: &Named| (one.line, one.order.is_some(), one.documents.len());
        (named.iter().map(of).collect(), bad.iter().map(|one| (one.line, one.fault)).collect())
    }

    #[test]
    fn a_list_is_read_in_the_encodings_of_table_programs() {
        let text = format!("姓名,证件号码\r\n王芳,{DOCUMENT}\r\n\r\n李娜,'{DOCUMENT}\t,备注\r\n{ORDER}\r\n");
        let utf8 = text.clone().into_bytes();
        let marked = [b"\xef\xbb\xbf".as_slice(), &utf8].concat();
        let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
        let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for file in [utf8, marked, gbk, utf16] {
            let (named, bad) = lines(&file);
            assert_eq!(named.iter().map(|one| (one.0, one.1)).collect::<Vec<_>>(), [(2, false), (4, false), (5, true)]);
            assert!(named[0].2 >= 1 && named[2].2 == 0 && bad.is_empty(), "{named:?} {bad:?}");
        }
    }

    #[test]
    fn each_bad_line_says_which_and_why() {
        let long = "一".repeat(501);
        let file = format!("订单号\n{ORDER}\n没有号码\n1.10105E+17\n{long}\n=\"{DOCUMENT}\"\n");
        let (named, bad) = lines(file.as_bytes());
        assert_eq!(named.iter().map(|one| one.0).collect::<Vec<_>>(), [2, 6]);
        let expected = [(3, LineFault::NoNumber), (4, LineFault::Shortened), (5, LineFault::TooLong)];
        assert_eq!(bad, expected);
        assert_eq!(lines("王芳".as_bytes()).1, [(1, LineFault::NoNumber)], "one line is no head");
    }

    #[test]
    fn what_is_no_list_is_refused_whole() {
        assert_eq!(read(b" \r\n,,\n").err(), Some(ListError::Empty));
        assert_eq!(read(&vec![b'1'; LIST_BYTES_MAX + 1]).err(), Some(ListError::TooLarge));
        assert_eq!(read(b"PK\x03\x04\x14\x00\x06\x00").err(), Some(ListError::NotText), "a workbook");
        assert_eq!(read("1\n".repeat(LINES_MAX + 1).as_bytes()).err(), Some(ListError::TooLong));
    }
}
