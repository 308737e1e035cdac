//! Which column is meant by a word: a school calls the same column by many names.

use std::borrow::Cow;

/// Brackets whose content is a remark for whoever fills the table in, not part of the name.
const REMARKS: [(char, char); 4] = [('(', ')'), ('（', '）'), ('[', ']'), ('【', '】')];

/// Our name of a column, by what stands in a table's first line: one of `ours`, or what `words` have for it. `None`: the
/// word is not known. Blanks, width, case, stars, colons and remarks in brackets do not count: `身份证号（必填）*`.
pub fn known<'a>(ours: &[&'a str], words: &[(&str, &'a str)], written: &str) -> Option<&'a str> {
    let exact = plain(written);
    let bare = plain(&without_remarks(written));
    [&exact, &bare].into_iter().find_map(|called| {
        let of_words = words.iter().find(|(word, _)| plain(word) == *called).map(|(_, name)| *name);
        of_words.or_else(|| ours.iter().find(|name| plain(name) == *called).copied())
    })
}

/// The word without what people write differently.
fn plain(written: &str) -> String {
    let narrow: Cow<'_, str> = crate::cell::tidied(written);
    let counts = |c: &char| !c.is_whitespace() && !matches!(c, '*' | '＊' | ':' | '：' | '_' | '-' | '.');
    narrow.chars().filter(counts).flat_map(char::to_lowercase).collect()
}

fn without_remarks(written: &str) -> String {
    let (mut bare, mut closing) = (String::new(), None);
    for c in written.chars() {
        match closing {
            Some(last) if c == last => closing = None,
            Some(_) => {}
            None => match REMARKS.iter().find(|(first, _)| *first == c) {
                Some((_, last)) => closing = Some(*last),
                None => bare.push(c),
            },
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_by_many_names() {
        let (ours, words) =
            (["document_number", "name"], [("身份证号", "document_number"), ("id number", "document_number")]);
        for written in [
            "身份证号",
            " 身 份 证 号 *",
            "身份证号（必填）",
            "身份证号：",
            "ID Number",
            "id_number",
            "ＩＤ　number",
            "Document Number",
            "document_number",
        ] {
            assert_eq!(known(&ours, &words, written), Some("document_number"), "{written}");
        }
        for written in ["", "证", "身份证号2", "(name)"] {
            assert_eq!(known(&ours, &words, written), None, "{written}");
        }
    }
}
