//! Markup event by event, with the few questions that parts of a workbook are asked.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};

use crate::error::SheetError;
use crate::gauge::Budget;

/// A part of a workbook that is being read.
pub(super) struct Markup<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    budget: Budget,
}

/// What comes next.
pub(super) enum Next<'a> {
    /// An element begins; one without content ends next.
    Begin(BytesStart<'a>),
    /// An element ends.
    End(BytesEnd<'a>),
    /// A piece of text, in which references are pieces of their own.
    Text(std::borrow::Cow<'a, str>),
    /// A reference to one character, or to none that is known.
    Character(Option<char>),
    /// A declaration or the like, which no table has anything in.
    Nothing,
    /// The part ends.
    Over,
}

impl<R: BufRead> Markup<R> {
    pub(super) fn new(source: R, budget: Budget) -> Self {
        let mut reader = Reader::from_reader(source);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        Self { reader, buffer: Vec::with_capacity(4096), budget }
    }

    /// What comes next.
    ///
    /// # Errors
    /// [`SheetError::Broken`] where it is no markup, or the bound that ended it.
    pub(super) fn next(&mut self) -> Result<Next<'_>, SheetError> {
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|_| self.budget.verdict())?;
        Ok(match event {
            Event::Start(begin) | Event::Empty(begin) => Next::Begin(begin),
            Event::End(end) => Next::End(end),
            Event::Text(text) => Next::Text(text.into_inner()),
            Event::CData(text) => Next::Text(text.into_inner()),
            Event::GeneralRef(reference) => Next::Character(character(&reference)),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Next::Nothing,
            Event::Eof => Next::Over,
        })
    }
}

/// The value of an attribute, by its local name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element.attributes().with_checks(false).flatten().find_map(|attribute| {
        let is_it = attribute.key.local_name().as_ref() == name;
        let value = is_it.then(|| attribute.normalized_value(XmlVersion::Implicit1_0))?;
        value.ok().map(std::borrow::Cow::into_owned)
    })
}

fn character(reference: &BytesRef<'_>) -> Option<char> {
    match resolve_xml_entity(reference.as_ref()) {
        Some(entity) => entity.chars().next(),
        None => reference.resolve_char_ref().ok().flatten(),
    }
}

/// A text as programs write it into workbooks: `_x000D_` is the character of that number (ECMA-376, ST_Xstring).
pub(super) fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), &text[..]);
    while let Some(place) = rest.find("_x") {
        plain.push_str(&rest[..place]);
        rest = &rest[place..];
        let digits = rest.get(2..6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let known = digits.filter(|_| rest.as_bytes().get(6) == Some(&b'_'));
        match known.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                rest = &rest[7..];
            }
            None => {
                plain.push_str("_x");
                rest = &rest[2..];
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_characters_are_characters() {
        for (written, read) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x00", "_x00"),
            ("_xZZZZ_", "_xZZZZ_"),
            ("王_x", "王_x"),
            ("_xD83D_", "_xD83D_"),
        ] {
            assert_eq!(unescaped(written.to_owned()), read);
        }
    }
}
