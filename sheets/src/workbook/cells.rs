//! The cells of a sheet, row by row as they are unpacked. What the sheet says of its own size is not looked at.

use std::io::BufRead;

use jiff::civil::{Date, DateTime};
use quick_xml::events::BytesStart;

use super::markup::{Markup, Next, attribute, unescaped};
use super::shared::text;
use super::styles::Styles;
use crate::cell::{Address, Cell};
use crate::day::of_serial;
use crate::error::SheetError;
use crate::gauge::{Budget, STRETCH_BYTES_MAX};
use crate::limits::Limits;
use crate::row::{Form, Row, put};
use crate::shared::Shared;

/// Most rows of a sheet, by the standard.
const ROWS_MAX: u64 = 1_048_576;
/// Most columns of a sheet, by the standard.
const COLUMNS_MAX: u32 = 16_384;

/// What cells refer to.
pub(super) struct Context<'a> {
    pub(super) shared: &'a Shared,
    pub(super) styles: &'a Styles,
    pub(super) is_1904: bool,
    pub(super) limits: &'a Limits,
    /// Pays for the shared texts, too: each cell has a copy of its own.
    pub(super) budget: Budget,
}

/// What a cell says of itself before its value comes.
struct Begun {
    address: Address,
    style: usize,
    kind: Kind,
}

/// What kind of value a cell says to have (ECMA-376, ST_CellType).
#[derive(Clone, Copy)]
enum Kind {
    Number,
    Shared,
    Text,
    Boolean,
    Error,
    Day,
}

pub(super) fn read(
    mut markup: Markup<impl BufRead>,
    context: &Context<'_>,
    each: &mut dyn FnMut(&Row<'_>) -> bool,
) -> Result<(), SheetError> {
    let (mut cells, mut row, mut column) = (Vec::new(), 0_u64, 0_u16);
    loop {
        match markup.next()? {
            Next::Begin(element) => match element.local_name().as_ref() {
                "row" => {
                    let said = attribute(&element, "r").map(|row| row.parse::<u64>().map_err(|_| SheetError::Broken));
                    let next = said.transpose()?.unwrap_or(row + 1);
                    // Rows come in their order, or one would be read twice.
                    if next <= row || next > ROWS_MAX {
                        return Err(SheetError::Broken);
                    }
                    (row, column) = (next, 0);
                    cells.clear();
                }
                "c" => {
                    let begun = begin(&element, row, column)?;
                    column = begun.address.column.saturating_add(1);
                    let cell = value(&mut markup, &begun, context)?;
                    put(&mut cells, begun.address, cell, context.limits)?;
                }
                _ => {}
            },
            Next::End(element) => match element.local_name().as_ref() {
                "row" => {
                    let is_blank = cells.iter().all(Cell::is_blank);
                    if !is_blank && !each(&Row { number: row, cells: &cells, form: Form::Xlsx }) {
                        return Ok(());
                    }
                }
                "sheetData" => return Ok(()),
                _ => {}
            },
            // Every sheet says where its cells end; one that does not was cut.
            Next::Over => return Err(SheetError::Broken),
            _ => {}
        }
    }
}

fn begin(element: &BytesStart<'_>, row: u64, column: u16) -> Result<Begun, SheetError> {
    let mut begun = Begun { address: Address { row, column }, style: 0, kind: Kind::Number };
    for attribute in element.attributes().with_checks(false).flatten() {
        match attribute.key.local_name().as_ref() {
            "r" => begun.address.column = column_of(&attribute.value).ok_or(SheetError::Broken)?,
            "s" => begun.style = attribute.value.parse().unwrap_or_default(),
            "t" => {
                begun.kind = match &attribute.value[..] {
                    "s" => Kind::Shared,
                    "str" | "inlineStr" => Kind::Text,
                    "b" => Kind::Boolean,
                    "e" => Kind::Error,
                    "d" => Kind::Day,
                    _ => Kind::Number,
                }
            }
            _ => {}
        }
    }
    Ok(begun)
}

/// The column of a place such as `C17`, from 0.
fn column_of(place: &str) -> Option<u16> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let column =
        letters.take(4).fold(0_u32, |sum, letter| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    (1..=COLUMNS_MAX).contains(&column).then(|| u16::try_from(column - 1).ok()).flatten()
}

/// Reads on to the end of a cell that has begun.
fn value(markup: &mut Markup<impl BufRead>, begun: &Begun, context: &Context<'_>) -> Result<Cell, SheetError> {
    let (mut written, mut inline, mut is_value) = (String::new(), None, false);
    loop {
        let is_text = match markup.next()? {
            Next::Begin(element) => {
                is_value = element.local_name().as_ref() == "v";
                element.local_name().as_ref() == "is"
            }
            Next::End(element) => match element.local_name().as_ref() {
                "c" => break,
                _ => {
                    is_value = false;
                    false
                }
            },
            Next::Text(piece) => {
                if is_value {
                    written.push_str(&piece);
                }
                false
            }
            Next::Character(piece) => {
                written.extend(piece.filter(|_| is_value));
                false
            }
            Next::Nothing => false,
            Next::Over => return Err(SheetError::Broken),
        };
        // It comes in pieces, each of which is short.
        if written.len() > STRETCH_BYTES_MAX {
            return Err(SheetError::CellChars(begun.address, context.limits.cell_chars));
        }
        if is_text {
            inline = Some(text(markup, "is")?);
        }
    }
    match inline {
        Some(text) => Ok(Cell::Text(text)),
        None => meant(written, begun, context),
    }
}

/// What a value means, by the kind of its cell.
fn meant(written: String, begun: &Begun, context: &Context<'_>) -> Result<Cell, SheetError> {
    if written.is_empty() {
        return Ok(Cell::Empty);
    }
    Ok(match begun.kind {
        Kind::Shared => {
            let number = written.trim().parse().map_err(|_| SheetError::Broken)?;
            let text = context.shared.get(number).ok_or(SheetError::Broken)?;
            context.budget.spend(text.len()).map_err(|_| context.budget.verdict())?;
            Cell::Text(text.to_owned())
        }
        Kind::Text => Cell::Text(unescaped(written)),
        Kind::Boolean => Cell::Text(if written.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned()),
        Kind::Error => Cell::Error(written),
        Kind::Day => iso(&written).map_or(Cell::Text(written), Cell::Date),
        Kind::Number => match written.trim().parse::<f64>() {
            Ok(number) if context.styles.is_day(begun.style) => match of_serial(number, context.is_1904) {
                Some(at) => Cell::Date(at),
                None => Cell::Number(number),
            },
            Ok(number) => Cell::Number(number),
            Err(_) => Cell::Text(written),
        },
    })
}

/// A day or a moment as ISO 8601 writes it, whatever its time zone.
fn iso(written: &str) -> Option<DateTime> {
    let bare = written.trim().trim_end_matches('Z');
    let day = || bare.parse::<Date>().map(|day| day.at(0, 0, 0, 0));
    bare.parse::<DateTime>().or_else(|_| day()).ok()
}
