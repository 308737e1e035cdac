//! The front: name, number, birth date.

use std::sync::Arc;

use jiff::civil::Date;

use super::layout::{Row, Rows};
use super::number;
use super::picture::{Area, Page};
use super::tesseract::{Look, Tesseract, joined};
use crate::cards::card::{CardText, CardWarning};
use crate::cards::error::CardError;
use crate::cards::fields;

/// The portrait begins there, in parts of a card's width.
const TEXT_PART: f32 = 0.62;
const NAME_CHARS_MAX: usize = 15;

pub(super) async fn read(tesseract: &Tesseract, page: &Arc<Page>, rows: &Rows) -> Result<CardText, CardError> {
    let birth = rows.0.iter().find_map(birth_in);
    let number = read_number(tesseract, page, rows, birth).await?;
    let name = read_name(tesseract, page, rows).await?;
    let mut warnings = Vec::new();
    warnings.extend(number.as_ref().is_some_and(|number| number.is_repaired).then_some(CardWarning::Repaired));
    let number = number.map(|number| number.number);
    // The number's birth date has passed the check digit.
    let birth = number.as_deref().and_then(fields::birth_of).or(birth);
    Ok(CardText { name, number, birth: birth.map(|birth| birth.to_string()), warnings, ..CardText::default() })
}

/// 1987 年 1 月 31 日, misread units and all: a year, a month and a day on a line that has 年 or 月.
fn birth_in(row: &Row) -> Option<Date> {
    let text = row.text();
    if !text.contains(['年', '月']) {
        return None;
    }
    let groups: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    groups.windows(3).find_map(|three| fields::date(&three.join("/"))?.parse().ok())
}

async fn read_number(
    tesseract: &Tesseract,
    page: &Arc<Page>,
    rows: &Rows,
    birth: Option<Date>,
) -> Result<Option<number::Found>, CardError> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let labelled = rows.0.iter().find_map(|row| row.after("公民身份号码")).filter(|(text, _)| digits(text) > 0);
    let longest = rows.0.iter().max_by_key(|row| digits(&row.text())).filter(|row| digits(&row.text()) >= 10);
    let by_digits = longest.map(|row| {
        let words = row.words.iter().filter(|word| digits(&word.text) * 2 >= word.text.chars().count());
        (row.text(), Area::around(words.map(|word| word.area)))
    });
    let places: Vec<(String, Area)> = [by_digits, labelled].into_iter().flatten().collect();
    // The check digit and the birth date on its own line prove what the whole page gave: another look says no more.
    if let Some(number) = birth.and_then(|birth| number::proved(places.iter().map(|(text, _)| text.as_str()), birth)) {
        return Ok(Some(number));
    }
    let mut readings = Vec::new();
    for (text, area) in places {
        let words = tesseract.words_in(page, area, Look::Characters("0123456789X")).await?;
        readings.extend([joined(&words), text]);
        if let Some(found) = number::find(&readings, birth) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

async fn read_name(tesseract: &Tesseract, page: &Arc<Page>, rows: &Rows) -> Result<Option<String>, CardError> {
    let Some((first, area)) = name_place(page, rows) else { return Ok(None) };
    let words = tesseract.words_in(page, area, Look::Line).await?;
    let alone = name_of(&joined(&words));
    let confidence = words.iter().map(|word| word.confidence).fold(100.0, f32::min);
    // Alone on its line it is usually read better; if that came out poor, what the whole page gave counts.
    Ok(match (alone, name_of(&first)) {
        (Some(alone), Some(_)) if confidence >= 40.0 => Some(alone),
        (alone, None) => alone,
        (_, first) => first,
    })
}

/// Right of its label; or, if that was misread, left of the portrait on the line above sex and nation.
fn name_place(page: &Page, rows: &Rows) -> Option<(String, Area)> {
    let labelled = rows.0.iter().find_map(|row| row.after("姓名")).or_else(|| {
        let row = rows.0.iter().find(|row| row.text().starts_with(['姓', '名']))?;
        let text = row.text();
        row.after(text.get(..text.char_indices().nth(2).map_or(3, |(at, _)| at))?)
    });
    let labelled = labelled.or_else(|| {
        let is_second = |row: &Row| ["性别", "民族"].iter().any(|label| row.after(label).is_some());
        let second = rows.0.iter().position(is_second)?;
        let row = rows.0[..second].iter().rev().find(|row| name_of(&row.text()).is_some())?;
        let words = row.words.iter().filter(|word| name_of(&word.text).is_some());
        let longest = words.max_by_key(|word| word.text.chars().count())?;
        Some((longest.text.clone(), longest.area))
    });
    let (text, area) = labelled?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place on a page"
    )]
    let portrait = (page.width() as f32 * TEXT_PART) as u32;
    let width = area.width.min(portrait.saturating_sub(area.left).max(area.height));
    Some((text, Area { width, ..area }))
}

/// The Chinese characters of a line, with the dot of names like 阿依·古丽.
pub(in crate::cards) fn name_of(text: &str) -> Option<String> {
    // Between characters of a name nothing else stands; the program takes the dot for whatever stop it likes.
    let is_dot = |c: char| "·•.．・，。,、".contains(c);
    let name: String = text
        .chars()
        .map(|c| if is_dot(c) { '·' } else { c })
        .filter(|c| ('\u{3400}'..='\u{9fff}').contains(c) || ('\u{20000}'..='\u{323af}').contains(c) || *c == '·')
        .collect();
    let name = name.trim_matches('·').to_owned();
    (2..=NAME_CHARS_MAX).contains(&name.chars().count()).then_some(name)
}
