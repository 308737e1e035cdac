//! The back: authority and validity.

use std::sync::Arc;

use super::layout::Rows;
use super::picture::Page;
use super::tesseract::{Look, Tesseract, joined};
use crate::cards::card::CardText;
use crate::cards::error::CardError;
use crate::cards::fields;

pub(super) async fn read(tesseract: &Tesseract, page: &Arc<Page>, rows: &Rows) -> Result<CardText, CardError> {
    let authority = match rows.0.iter().find_map(|row| row.after("签发机关")) {
        Some((first, area)) => match authority_of(&first) {
            Some(authority) => Some(authority),
            None => authority_of(&joined(&tesseract.words_in(page, area, Look::Line).await?)),
        },
        None => rows.0.iter().find_map(|row| authority_of(&row.text())),
    };
    let place = rows.0.iter().find_map(|row| row.after("有效期限"));
    let place = place.or_else(|| {
        let row = rows.0.iter().find(|row| row.text().bytes().filter(u8::is_ascii_digit).count() >= 8)?;
        Some((row.text(), row.area()))
    });
    let valid_until = match place {
        None => None,
        Some((first, _)) if first.contains('长') || first.contains('期') => fields::valid_until(fields::FOREVER),
        Some((first, area)) => match proved_end(&first) {
            Some(end) => Some(end),
            None => {
                let look = Look::Characters("0123456789.-");
                let digits = joined(&tesseract.words_in(page, area, look).await?);
                end_of(&digits).or_else(|| end_of(&first))
            }
        },
    };
    Ok(CardText { authority, valid_until, ..CardText::default() })
}

/// 某某市公安局某某分局: Chinese that ends in 局 or 处, or has 公安 inside.
pub(in crate::cards) fn authority_of(text: &str) -> Option<String> {
    let name: String = text.chars().filter(|c| ('\u{3400}'..='\u{9fff}').contains(c)).collect();
    let is_office = name.contains("公安") || name.ends_with(['局', '处']);
    (is_office && name.chars().count() >= 4).then_some(name)
}

/// The last eight digits of two dates, or of one.
fn end_of(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let whole = digits.len() == 16 || digits.len() == 8;
    whole.then(|| fields::date(&digits[digits.len() - 8..])).flatten()
}

/// The end of two dates that lie as many years apart as cards are good for: 5, 10 or 20 (Resident Identity Card Law,
/// article 5). Misread digits would hardly leave that so.
pub(in crate::cards) fn proved_end(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 16 {
        return None;
    }
    let (begin, end) = (fields::date(&digits[..8])?, fields::date(&digits[8..])?);
    let years = |date: &str| date[..4].parse::<u16>().ok();
    let apart = years(&end)?.checked_sub(years(&begin)?)?;
    ([5, 10, 20].contains(&apart) && begin[4..] == end[4..]).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_and_an_end_are_recognised() {
        assert_eq!(authority_of("“” 样例市公安局").as_deref(), Some("样例市公安局"));
        assert_eq!(authority_of("中华人民共和国"), None);
        assert_eq!(end_of("2020.01.02-2040.01.02").as_deref(), Some("2040-01-02"));
        assert_eq!(proved_end("“2020.01.02-2040.01.02").as_deref(), Some("2040-01-02"));
        for doubtful in
            ["2020.01.02-2041.01.02", "2020.01.02-2040.01.03", "2040.01.02-2020.01.02", "2020.01.02-2040.01"]
        {
            assert_eq!(proved_end(doubtful), None, "{doubtful}");
        }
        assert_eq!(end_of("2020.01.02-2040.13.02"), None);
        assert_eq!(end_of("2020.01.02-204001"), None);
    }
}
