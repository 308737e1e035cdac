//! What a reason of staff is, wherever they give one.

/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 200;

/// The text is no reason that anybody could act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason has 1 to {REASON_CHARS_MAX} characters on one line")]
pub struct NoReason;

/// The reason without blanks around it: 1 to [`REASON_CHARS_MAX`] characters on one line.
pub(crate) fn reason(text: &str) -> Result<&str, NoReason> {
    let text = text.trim();
    let fits = (1..=REASON_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(NoReason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_of_some_characters() {
        assert_eq!(reason(" 看不清证件号码 "), Ok("看不清证件号码"));
        assert_eq!(reason(&"长".repeat(200)).map(str::len), Ok(600));
        for bad in ["", "  ", "a\nb", "a\u{7}b", &"长".repeat(201)] {
            assert_eq!(reason(bad), Err(NoReason), "{bad:?}");
        }
    }
}
