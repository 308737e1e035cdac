//! The numbers of documents other than the resident ID: their form, and the check characters of a Hong Kong ID and of a
//! foreigner's permanent residence card.

use super::{BIRTH_YEAR_MIN, DocumentError, DocumentKind, TYPED_CHARS_MAX, resident_id};
use crate::model::clock;
use crate::model::text::characters::number_text;

/// A Hong Kong ID's check is over eight places: a missing first letter counts as a space.
const SPACE_VALUE: u32 = 36;

/// The number in upper case without anything between its characters, when it has the kind's form.
pub(super) fn normalise(kind: DocumentKind, typed: &str) -> Result<String, DocumentError> {
    let wrong = DocumentError::Form(kind);
    let plain = plain(typed).ok_or(wrong)?;
    match kind {
        // The 18 characters have a type of their own.
        DocumentKind::ResidentId => Err(wrong),
        DocumentKind::ForeignResidentId => foreign_resident(plain, wrong),
        // A letter, eight digits for life, perhaps two that count the issues. Of other nationalities (since 2024) two
        // letters and seven digits.
        DocumentKind::HkMacauPermit => match plain.as_bytes() {
            [b'H' | b'M', b'A'..=b'Z', digits @ ..] if matches!(digits.len(), 7 | 9) && all_digits(digits) => {
                Ok(plain[..9].to_owned())
            }
            [b'H' | b'M', digits @ ..] if matches!(digits.len(), 8 | 10) && all_digits(digits) => {
                Ok(plain[..9].to_owned())
            }
            _ => Err(wrong),
        },
        // Eight digits for life; on the old booklet two that count the issues, and the letter of an office.
        DocumentKind::TaiwanPermit => {
            let digits = plain.strip_suffix(|last: char| plain.len() == 11 && last.is_ascii_uppercase());
            let digits = digits.unwrap_or(&plain);
            let fits = matches!(digits.len(), 8 | 10) && all_digits(digits.as_bytes());
            if fits { Ok(digits[..8].to_owned()) } else { Err(wrong) }
        }
        DocumentKind::Passport => {
            if (5..=17).contains(&plain.len()) {
                Ok(plain)
            } else {
                Err(wrong)
            }
        }
        DocumentKind::HongKongId => hong_kong(plain, wrong),
        // No check character is public.
        DocumentKind::MacauId => match plain.as_bytes() {
            [b'1' | b'5' | b'7', rest @ ..] if rest.len() == 7 && all_digits(rest) => Ok(plain),
            _ => Err(wrong),
        },
    }
}

/// Upper-case ASCII letters and digits; what people write between them is dropped.
fn plain(typed: &str) -> Option<String> {
    if typed.chars().count() > TYPED_CHARS_MAX {
        return None;
    }
    Some(number_text(typed)).filter(|plain| plain.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The card of 2023: 9, the province, the country in three digits (ISO 3166-1), date of birth, three digits in a row, and
/// the check character of a resident ID.
fn foreign_resident(plain: String, wrong: DocumentError) -> Result<String, DocumentError> {
    let number: &[u8; 18] = plain.as_bytes().try_into().map_err(|_| wrong)?;
    let (digits, check) = (&number[..17], number[17]);
    if number[0] != b'9' || !all_digits(digits) || !(check.is_ascii_digit() || check == b'X') {
        return Err(wrong);
    }
    if !resident_id::is_province(number[1], number[2]) {
        return Err(DocumentError::Place);
    }
    let born = resident_id::birth_date(number).ok_or(DocumentError::BirthDate)?;
    if born.year() < BIRTH_YEAR_MIN || born > clock::today() {
        return Err(DocumentError::BirthDate);
    }
    if check == resident_id::check_character(number) { Ok(plain) } else { Err(DocumentError::Check) }
}

fn all_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

/// One or two letters, six digits, a check character of 0 to 9 or A.
fn hong_kong(plain: String, wrong: DocumentError) -> Result<String, DocumentError> {
    let bytes = plain.as_bytes();
    let (Some((check, body)), letters) = (bytes.split_last(), plain.len().saturating_sub(7)) else {
        return Err(wrong);
    };
    let has_form = (1..=2).contains(&letters)
        && body[..letters].iter().all(u8::is_ascii_uppercase)
        && all_digits(&body[letters..])
        && (check.is_ascii_digit() || *check == b'A');
    if !has_form {
        return Err(wrong);
    }
    let missing = (letters == 1).then_some(SPACE_VALUE);
    let values = missing.into_iter().chain(body.iter().map(|byte| value(*byte)));
    let sum: u32 = values.zip((2..=9).rev()).map(|(value, weight)| value * weight).sum();
    if (sum + value(*check)).is_multiple_of(11) { Ok(plain) } else { Err(DocumentError::Check) }
}

/// A digit is itself, A is 10, Z is 35. The check character A is 10, too.
fn value(byte: u8) -> u32 {
    u32::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' + 10 })
}
