//! The back: the title above, authority and validity below.

use ocr::Line;

use super::rows::{Frame, Row};
use super::sight::{Seen, Sight};
use crate::cards::card::CardText;
use crate::cards::error::CardError;
use crate::cards::fields;
use crate::cards::local::{authority_of, proved_end};

/// Rows from below that may be the validity.
const ROWS: usize = 4;
/// How much longer than high a line is that says which way the card lies.
const LONG: f32 = 4.0;

/// What is read here is made of few and plain characters: they are read narrower.
const WIDENED: f32 = 0.75;
/// What was not proved so is read once more, wider.
const WIDER: f32 = 1.1;

/// Reads validity and authority.
pub(super) fn read(sight: &Sight<'_>, lines: &[Line]) -> Result<Seen, CardError> {
    let long = lines.iter().filter(|line| line.length > LONG * line.height);
    let Some(title) = long.max_by(|a, b| a.height.total_cmp(&b.height)) else { return Ok(Seen::None) };
    // The title is above the rest.
    let frame = Frame::of(*title);
    let frame = if frame.is_below(lines) { frame.turned() } else { frame };
    let mut is_front = false;
    for frame in [frame, frame.turned()] {
        let rows = frame.rows(lines.iter().copied());
        for (place, row) in rows.iter().enumerate().rev().take(ROWS) {
            let text = read_row(sight, row, WIDENED, is_validity)?;
            if is_validity(&text) {
                let valid_until = until(sight, row, &text)?;
                let authority = match place.checked_sub(1) {
                    Some(above) => {
                        authority_in(&read_row(sight, &rows[above], WIDENED, |text| authority_of(text).is_some())?)
                    }
                    None => None,
                };
                return Ok(Seen::Text(CardText { authority, valid_until, ..CardText::default() }));
            }
            is_front |= is_of_front(&text);
            if is_front {
                return Ok(Seen::OtherSide);
            }
        }
    }
    Ok(Seen::None)
}

/// What the longest line of a row says, or, where that is not enough, the whole row.
fn read_row(sight: &Sight<'_>, row: &Row, widened: f32, is_enough: fn(&str) -> bool) -> Result<String, CardError> {
    let text = sight.line(&row.longest(), widened)?.text();
    if is_enough(&text) || row.lines.len() == 1 {
        return Ok(text);
    }
    Ok(sight.line(&row.whole(0.0), widened)?.text())
}

/// The authority behind its label, of which a character may be misread or cut off.
fn authority_in(text: &str) -> Option<String> {
    let label = text.char_indices().take(4).find(|(_, character)| *character == '关');
    authority_of(label.map_or(text, |(at, character)| &text[at + character.len_utf8()..]))
}

/// The end of the validity, proved by its beginning; where it is not, the row is read once more. An end without that proof is
/// none: a larger copy is looked at then, and at last another photograph.
fn until(sight: &Sight<'_>, row: &Row, text: &str) -> Result<Option<String>, CardError> {
    if let Some(proved) = proved(text) {
        return Ok(Some(proved));
    }
    Ok(proved(&read_row(sight, row, WIDER, is_validity)?))
}

/// 长期, or an end as many years after the beginning as cards are good for.
fn proved(text: &str) -> Option<String> {
    if text.contains(['长', '期']) && !text.ends_with(|c: char| c.is_ascii_digit()) {
        return fields::valid_until(fields::FOREVER);
    }
    proved_end(text)
}

/// Two dates, or a date and 长期.
pub(super) fn is_validity(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let has_marks = text.contains(['.', '-', '。', '—', '·']);
    (14..=16).contains(&digits) && has_marks || (8..=10).contains(&digits) && text.contains(['长', '期'])
}

/// Is it something that only a back has?
pub(super) fn is_of_back(text: &str) -> bool {
    is_validity(text)
        || ["签发", "机关", "有效", "期限", "公安", "居民身份证", "共和国"].iter().any(|word| text.contains(word))
}

/// A number is proved by its check digit: two dates with a mark misread have as many digits.
fn is_of_front(text: &str) -> bool {
    fields::number_in(text).is_some() || text.contains("公民身份")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_has_no_label() {
        for text in ["签发机关样例市公安局", "样例市公安局", "发机关样例市公安局", "关样例市公安局"]
        {
            assert_eq!(authority_in(text).as_deref(), Some("样例市公安局"), "{text}");
        }
    }

    #[test]
    fn a_front_is_told_by_a_number_and_not_by_digits() {
        for text in ["公民身份号码11010519491231002X", "11010519491231002X", "公民身份号1101051949123"] {
            assert!(is_of_front(text), "{text}");
        }
        for text in ["20200102120400102", "有效期限2020010212040010211", "样例市公安局"] {
            assert!(!is_of_front(text), "{text}");
        }
    }

    #[test]
    fn a_validity_is_told_from_a_number() {
        for text in ["有效期限2020.01.02-2040.01.02", "2020.01.02-长期", "2020.01.022040.01.02"] {
            assert!(is_validity(text), "{text}");
        }
        assert!(!is_validity("11010519491231002X") && !is_validity("有效期限"));
        assert_eq!(proved("有效期限2020.01.02-2040.01.02").as_deref(), Some("2040-01-02"));
        assert_eq!(proved("2020.01.02-长期").as_deref(), Some("长期"));
        assert_eq!(proved("2020.01.02-2002.01.02"), None);
    }
}
