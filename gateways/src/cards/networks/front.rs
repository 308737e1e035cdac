//! The front: the number below everything else, the name above it.

use ocr::{Line, Reading, Verdict, fit};

use super::back;
use super::name::judge;
use super::rows::{Frame, Row};
use super::sight::{Seen, Sight};
use crate::cards::card::CardText;
use crate::cards::error::CardError;
use crate::cards::fields;
use crate::cards::local::name_of;

/// Lines that may be the number: it is the longest for its height, or nearly so.
const NUMBER_LINES: usize = 3;
/// How much longer than high the number is at least.
const NUMBER_SHAPE: f32 = 6.0;
/// Digits of the number stand apart: they are read narrower.
const DIGITS_WIDENED: f32 = 0.65;
/// Fewer digits are no number, even a misread one.
const DIGITS_MIN: usize = 14;

/// Where the name's row lies, in lengths of the number: so far above its line at least and at most, and from so far left of its
/// beginning to so far right of it, where the portrait begins (GA 490-2013 gives the card's layout).
const NAME_ABOVE: (f32, f32) = (0.48, 1.2);
const NAME_LEFT: f32 = -0.68;
const PORTRAIT: f32 = 0.5;
/// Rows that are looked at for the name.
const NAME_ROWS: usize = 3;
/// A last character of one thin stroke may not be seen as text: the row is read so many heights further.
const FURTHER: f32 = 1.7;

/// Up to this far behind the best reading (a logarithm) the expected number is what stands there; the check digit proves it as well.
const NUMBER_EQUAL: f64 = 3.0;

/// Reads number and name.
pub(super) fn read(sight: &Sight<'_>, lines: &[Line]) -> Result<Seen, CardError> {
    let mut by_shape: Vec<&Line> = lines.iter().filter(|line| line.length > NUMBER_SHAPE * line.height).collect();
    by_shape.sort_by(|a, b| (b.length / b.height).total_cmp(&(a.length / a.height)));
    let mut is_back = false;
    for line in by_shape.into_iter().take(NUMBER_LINES) {
        let frame = Frame::of(*line);
        let frame = if frame.is_below(lines) { frame } else { frame.turned() };
        // The number is below the rest; where something else lies below it, the other way is tried, too.
        for frame in [frame, frame.turned()] {
            let number = frame.own();
            let reading = sight.line(&number, DIGITS_WIDENED)?;
            let text = reading.text();
            if digits(&text) >= DIGITS_MIN && !back::is_validity(&text) {
                return Ok(Seen::Text(text_of(sight, lines, &frame, &reading)?));
            }
            is_back |= back::is_of_back(&text);
            if is_back || text.chars().count() > 5 {
                break;
            }
        }
    }
    Ok(if is_back { Seen::OtherSide } else { Seen::None })
}

fn text_of(sight: &Sight<'_>, lines: &[Line], frame: &Frame, reading: &Reading) -> Result<CardText, CardError> {
    let mut text = CardText::default();
    number(sight, reading, &mut text);
    name(sight, lines, frame, &mut text)?;
    text.birth = text.number.as_deref().and_then(fields::birth_of).map(|birth| birth.to_string());
    Ok(text)
}

fn number(sight: &Sight<'_>, reading: &Reading, text: &mut CardText) {
    let read = fields::number_in(&reading.text());
    let Some(asked) = sight.asked else {
        text.number = read;
        return;
    };
    let alphabet = sight.reader.alphabet();
    let beginnings = ["", "公民身份号码"].map(|beginning| alphabet.letters(beginning));
    let behind = fit(reading, &beginnings, &alphabet.letters(&asked.number)).behind;
    let verdict = number_verdict(read.as_deref(), &asked.number, behind);
    text.number = if verdict == Verdict::Equal { Some(asked.number.clone()) } else { read };
    text.number_is = Some(verdict);
}

/// What is said of a number. One that was read and passes its check digit is proved, whatever stands before it: a misread label
/// leaves the whole line far behind.
fn number_verdict(read: Option<&str>, asked: &str, behind: f64) -> Verdict {
    match read {
        Some(read) if read == asked => Verdict::Equal,
        Some(_) if behind > NUMBER_EQUAL => Verdict::Differs,
        None if behind <= NUMBER_EQUAL => Verdict::Equal,
        _ => Verdict::Unsure,
    }
}

fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

fn name(sight: &Sight<'_>, lines: &[Line], frame: &Frame, text: &mut CardText) -> Result<(), CardError> {
    let number = frame.own();
    let begin = -number.length / 2.0;
    let portrait = begin + PORTRAIT * number.length;
    let may_be = |line: &&Line| {
        let (along, across) = frame.seen(line.middle);
        let left = along - line.length / 2.0;
        let above = -across / number.length;
        (NAME_ABOVE.0..NAME_ABOVE.1).contains(&above) && left > begin + NAME_LEFT * number.length && left < portrait
    };
    let rows = frame.rows(lines.iter().filter(may_be).copied());
    let mut unlabelled = None;
    for row in rows.iter().take(NAME_ROWS) {
        let line = whole(row, frame, portrait);
        let reading = sight.line(&line, 1.0)?;
        let read = reading.text();
        match label_end(&read) {
            Some(end) => {
                judge(sight, (&line, &reading), &read[end..], text);
                return Ok(());
            }
            None if is_below_name(&read) => break,
            None if unlabelled.is_none() && name_of(&read).is_some() => unlabelled = Some((line, reading, read)),
            None => {}
        }
    }
    if let Some((line, reading, read)) = unlabelled {
        judge(sight, (&line, &reading), &read, text);
    }
    Ok(())
}

/// The row up to the portrait, and further where its last character may not have been seen.
fn whole(row: &Row, frame: &Frame, portrait: f32) -> Line {
    let whole = row.whole(0.0);
    let end = frame.seen(whole.place(whole.length / 2.0, 0.0)).0;
    row.whole((portrait - end).clamp(0.0, FURTHER * whole.height))
}

/// Is it a row that lies below the name's? 年 and 月 are in names, too: only dates have digits.
fn is_below_name(read: &str) -> bool {
    let is_date = read.contains(['年', '月']) && read.contains(|c: char| c.is_ascii_digit());
    is_date || read.starts_with(['性', '民', '出', '住'])
}

/// Where 姓名 ends, if the text begins with it; one of both may be misread.
fn label_end(text: &str) -> Option<usize> {
    let mut characters = text.char_indices();
    let (first, second) = (characters.next()?.1, characters.next()?);
    let end = second.0 + second.1.len_utf8();
    match (first, second.1) {
        ('姓', _) | (_, '名') => Some(end),
        ('名', _) => Some(second.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_end_where_they_end() {
        for (text, end) in [("姓名曹颖", 6), ("姓各曹颖", 6), ("件名曹颖", 6), ("名曹颖", 3)] {
            assert_eq!(label_end(text), Some(end), "{text}");
        }
        assert_eq!((label_end("性别男"), label_end("曹")), (None, None));
    }

    #[test]
    fn a_number_that_was_read_right_is_right_whatever_its_label_was_read_as() {
        let asked = "11010519491231002X";
        let verdict = |read, behind| number_verdict(read, asked, behind);
        assert_eq!([0.0, 40.0].map(|behind| verdict(Some(asked), behind)), [Verdict::Equal; 2]);
        assert_eq!([0.0, 40.0].map(|behind| verdict(None, behind)), [Verdict::Equal, Verdict::Unsure]);
        let other = Some("440524188001010014");
        assert_eq!([0.0, 40.0].map(|behind| verdict(other, behind)), [Verdict::Unsure, Verdict::Differs]);
    }

    #[test]
    fn months_and_years_are_in_names() {
        for name in ["张月华", "年羹尧", "李年"] {
            assert!(!is_below_name(name), "{name}");
        }
        for row in ["1949年12月31日", "出生1949年", "性别男民族汉", "住址北京市"] {
            assert!(is_below_name(row), "{row}");
        }
    }
}
