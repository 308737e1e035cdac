//! Whom to ask: the exam's own contact, with its telephone number to be called at one tap.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::text::Text;

/// Fewer digits than these are a time or a room, and no number to call.
const DIGITS_MIN: usize = 7;

/// The contact's text; what is a telephone number in it is a link, and stays on one line.
pub(crate) fn contact(text: &str) -> Markup {
    html! {
        @for piece in pieces(text) {
            @match piece {
                Piece::Text(text) => (text),
                Piece::Number(number) => a class="whole" href={ "tel:" (dialled(number)) } { (number) },
            }
        }
    }
}

/// The line that says whom to ask; without a contact it leads to the page of all.
pub(crate) fn ask(w: Words, who: Option<&Text>) -> Markup {
    html! {
        p class="ask" {
            (w.t("ask")) " "
            @match who {
                Some(text) => (contact(w.pick(&text.zh, &text.en))),
                None => a href="/help" { (w.t("help-title")) },
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Number(&'a str),
}

/// The text cut at its telephone numbers.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '(' | ')' | ' ');
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(|c: char| c.is_ascii_digit() || c == '+').unwrap_or(rest.len());
        let length = rest[start..].find(|c| !is_part(c)).unwrap_or(rest.len() - start);
        let run = rest[start..start + length].trim_end_matches(|c: char| !c.is_ascii_digit());
        let end = start + run.len().max(length.min(1));
        if run.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_MIN {
            found.extend((start > 0).then(|| Piece::Text(&rest[..start])));
            found.push(Piece::Number(run));
        } else {
            found.push(Piece::Text(&rest[..end]));
        }
        rest = &rest[end..];
    }
    found
}

fn dialled(number: &str) -> String {
    number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_called_at_one_tap_and_a_time_is_not() {
        let shown = |text| contact(text).into_string();
        assert_eq!(
            shown("教务科 0731-0000-0000（示例），工作日 8:30–17:00"),
            "教务科 <a class=\"whole\" href=\"tel:073100000000\">0731-0000-0000</a>（示例），工作日 8:30–17:00"
        );
        assert_eq!(shown("一号楼 101"), "一号楼 101");
        assert_eq!(shown("+86 400 000 0000 或 12345").matches("tel:").count(), 1);
        for text in ["", "7", "没有号码", "a7"] {
            assert_eq!(shown(text), text);
        }
    }
}
