//! What is said of a name and of a mobile number that cannot be: which character it is, how long it may be, which numbers
//! get messages.

use pagekit::words::Words;
use registration::model::person::{MobileError, NAME_CHARS_MAX, NameError};

/// Why a name was not taken.
pub(crate) fn name_fault(w: Words, error: NameError) -> String {
    match error {
        NameError::Empty => w.t("field-name-error"),
        NameError::TooLong => w.with("field-name-long", &[("most", NAME_CHARS_MAX.into())]),
        NameError::Character(sign) => w.with("field-name-character", &[("sign", shown(sign).into())]),
    }
    .into_owned()
}

/// Why a mobile number was not taken.
pub(crate) fn mobile_fault(w: Words, error: MobileError) -> String {
    match error {
        MobileError::Form => w.t("field-mobile-error"),
        MobileError::Elsewhere => w.t("field-mobile-elsewhere"),
    }
    .into_owned()
}

/// A character, and its number where a phone may draw nothing for it.
fn shown(sign: char) -> String {
    let is_drawn = !sign.is_control() && !matches!(u32::from(sign), 0xe000..=0xf8ff | 0xf0000..);
    if is_drawn { sign.to_string() } else { format!("U+{:04X}", u32::from(sign)) }
}
