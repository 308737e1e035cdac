//! Texts as they may be printed: without characters that steer, and with those known that no face has.

use std::collections::BTreeSet;

use serde_json::Value;

/// Code points for private use: what they mean nobody knows, and a PDF that lasts may not have them.
const PRIVATE: [std::ops::RangeInclusive<char>; 3] =
    ['\u{E000}'..='\u{F8FF}', '\u{F0000}'..='\u{FFFFD}', '\u{100000}'..='\u{10FFFD}'];

/// Cleans every text within the value, and adds the characters that cannot be printed.
pub(crate) fn clean(value: &mut Value, has: &impl Fn(char) -> bool, missing: &mut BTreeSet<char>) {
    match value {
        Value::String(text) => {
            if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                *text = text.chars().filter_map(printable).collect();
                missing.extend(text.chars().filter(|character| is_missing(*character, has)));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| clean(value, has, missing)),
        Value::Object(fields) => fields.values_mut().for_each(|value| clean(value, has, missing)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is printed for a character; `None` for those that only turn the direction of what follows, by which one name
/// could be made to look like another.
fn printable(character: char) -> Option<char> {
    match character {
        '\u{3000}' => Some(character),
        '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => None,
        _ if character.is_control() || character.is_whitespace() => Some(' '),
        _ => Some(character),
    }
}

/// Joiners and variation selectors are no glyphs of their own.
fn is_missing(character: char, has: &impl Fn(char) -> bool) -> bool {
    let joins = matches!(
        character,
        '\u{AD}' | '\u{34F}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}'
    );
    !joins && (PRIVATE.iter().any(|range| range.contains(&character)) || !has(character))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cleaned(value: &str) -> (String, Vec<char>) {
        let (mut value, mut missing) = (json!([{ "name": value }]), BTreeSet::new());
        clean(&mut value, &|character| (character as u32) < 0x2_0000, &mut missing);
        (value[0]["name"].as_str().unwrap().to_owned(), missing.into_iter().collect())
    }

    #[test]
    fn what_is_markup_elsewhere_stays_as_it_is() {
        let name = r##"*_#$\ `<a>` "x" @y ~ -- [z]"##;
        assert_eq!(cleaned(name), (name.to_owned(), vec![]));
        assert_eq!(cleaned("阿依古丽·买买提"), ("阿依古丽·买买提".to_owned(), vec![]));
    }

    #[test]
    fn what_steers_is_not_printed() {
        assert_eq!(cleaned("a\n\u{202E}b\t\u{2028}\0c\u{FEFF}").0, "a b   c");
        assert_eq!(cleaned("王　芳").0, "王　芳");
    }

    #[test]
    fn what_no_face_has_is_told_once() {
        assert_eq!(cleaned("𠮷𠮷\u{E0100}\u{200D}\u{E123}").1, ['\u{E123}', '𠮷']);
    }
}
