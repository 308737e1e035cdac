//! Two things to be compared: what somebody said beside what is known, differences marked.

use maud::{Markup, html};
use pagekit::words::Words;

/// A row of two things to be compared; nothing on the right where nothing is known.
pub(crate) struct Compared {
    pub(crate) label: String,
    pub(crate) said: String,
    pub(crate) known: Option<String>,
    pub(crate) differs: bool,
    /// A number that differs is compared sign by sign.
    pub(crate) is_number: bool,
}

/// Said and known side by side, differences marked in words and colour.
pub(crate) fn comparison(w: Words, said: &str, known: &str, rows: &[Compared]) -> Markup {
    html! {
        table class="compare" {
            thead { tr { td {} th scope="col" { (said) } th scope="col" { (known) } } }
            tbody {
                @for row in rows {
                    tr data-differs[row.differs] {
                        th scope="row" { (row.label) }
                        @match (&row.known, row.differs && row.is_number) {
                            (Some(known), true) => {
                                td { (marked(&row.said, known)) " " strong { (w.t("plain-differs")) } }
                                td { (marked(known, &row.said)) }
                            }
                            (known, _) => {
                                td { (row.said) @if row.differs { " " strong { (w.t("plain-differs")) } } }
                                td { @match known { Some(known) => (known), None => "–" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A number with the signs marked that another one has not in their places: counted from both ends where they are not
/// equally long, so that one sign too many marks itself and not all behind it.
fn marked(number: &str, other: &str) -> Markup {
    let (signs, others): (Vec<char>, Vec<char>) = (number.chars().collect(), other.chars().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(one, two)| one == two).count();
    let head = same(&mut signs.iter().zip(&others));
    let tail = same(&mut signs.iter().rev().zip(others.iter().rev())).min(signs.len().min(others.len()) - head);
    let is_other = |place: usize| match signs.len() == others.len() {
        true => signs[place] != others[place],
        false => (head..signs.len() - tail).contains(&place),
    };
    let runs: Vec<(bool, char)> = signs.iter().enumerate().map(|(place, sign)| (is_other(place), *sign)).collect();
    html! {
        span class="signs" {
            @for run in runs.chunk_by(|one, two| one.0 == two.0) {
                @let text: String = run.iter().map(|(_, sign)| sign).collect();
                @if run[0].0 { mark { (text) } } @else { (text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_differ_are_marked() {
        let marks = |number: &str, other: &str| {
            let text = marked(number, other).into_string();
            text.split("<mark>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect::<Vec<_>>().join("|")
        };
        assert_eq!(marks("430104200507080028", "430104199507080092"), "200|28");
        assert_eq!((marks("1234", "1234"), marks("12345", "1245")), (String::new(), "3".to_owned()));
        assert_eq!(
            (marks("1245", "12345"), marks("", "12"), marks("11", "1")),
            (String::new(), String::new(), "1".into())
        );
    }
}
