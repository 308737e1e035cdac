//! What keyboards, phones, spreadsheets and old fonts do to characters: invisible ones, dots and dashes of every kind,
//! full-width forms, and signs that stand for an ideograph. One place for names, numbers, codes and files.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What the code points U+E815 to U+E864 mean: programs of before Unicode 5.2 keep the ideographs of GBK's FE50 to FEA0
/// there, which GB 18030-2022 has at these points.
const OF_GBK: &str = "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱\
                      䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻";
const OF_GBK_FIRST: u32 = 0xe815;

/// Radicals that look like an ideograph and are copied for it out of documents (Unicode, Equivalent_Unified_Ideograph).
const RADICALS: [(char, char); 42] = [
    ('⺎', '兀'),
    ('⺒', '巳'),
    ('⺓', '幺'),
    ('⺝', '月'),
    ('⺠', '民'),
    ('⺩', '王'),
    ('⺬', '示'),
    ('⻁', '虎'),
    ('⻄', '西'),
    ('⻅', '见'),
    ('⻆', '角'),
    ('⻉', '贝'),
    ('⻋', '车'),
    ('⻑', '長'),
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻗', '雨'),
    ('⻘', '青'),
    ('⻙', '韦'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻝', '食'),
    ('⻡', '首'),
    ('⻢', '马'),
    ('⻣', '骨'),
    ('⻤', '鬼'),
    ('⻥', '鱼'),
    ('⻦', '鸟'),
    ('⻧', '卤'),
    ('⻨', '麦'),
    ('⻩', '黄'),
    ('⻪', '黾'),
    ('⻫', '斉'),
    ('⻬', '齐'),
    ('⻭', '歯'),
    ('⻮', '齿'),
    ('⻯', '竜'),
    ('⻰', '龙'),
    ('⻱', '龜'),
    ('⻲', '亀'),
    ('⻳', '龟'),
];

/// Longest text that may be a code, in characters.
const SHORT_CHARS_MAX: usize = 80;

/// Is nothing to be seen of it? The property Default_Ignorable_Code_Point of Unicode: joiners, marks of direction,
/// variation selectors, byte order marks, fillers; and the empty pattern of Braille, which is typed for a blank.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2800}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Without what cannot be seen.
pub(crate) fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !is_invisible(*c))
}

/// A middle dot, whatever the keyboard made of it. Some are letters of other scripts by Unicode.
pub(crate) fn is_middle_dot(c: char) -> bool {
    matches!(
        c,
        '·' | '\u{387}'
            | '•'
            | '‧'
            | '․'
            | '∙'
            | '⋅'
            | '∘'
            | '◦'
            | '●'
            | '⦁'
            | '⸱'
            | '⸳'
            | '・'
            | '･'
            | '˙'
            | 'ꞏ'
            | '᛫'
            | '\u{318d}'
            | '\u{119e}'
            | '\u{1427}'
            | '\u{10101}'
            // Ideographs that are strokes: nobody is called so.
            | '丶'
            | '\u{2f02}'
            | '\u{31d4}'
    )
}

/// A full stop, whatever the keyboard made of it: on a Chinese one it is typed for the middle dot.
pub(crate) fn is_full_stop(c: char) -> bool {
    matches!(c, '.' | '．' | '﹒' | '。' | '｡')
}

/// A hyphen or dash of any kind, and the lines of boxes that are drawn for one.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58a}' | '\u{2010}'
            ..='\u{2015}' | '−' | '⁃' | '─' | '━' | '﹘' | '﹣' | '－' | '゠' | '\u{2e3a}' | '\u{2e3b}'
    )
}

/// A single quote or apostrophe of any kind; some are letters by Unicode, as the one in Oʻzbek.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '‘' | '’' | '‚' | '‛' | '\u{2b9}'
            ..='\u{2bf}'
                | '\u{2c8}'
                | '\u{2ca}'
                | '\u{2cb}'
                | '\u{5f3}'
                | '`'
                | '´'
                | '′'
                | '＇'
                | '｀'
                | '\u{a78b}'
                | '\u{a78c}'
    )
}

fn is_bracket(c: char) -> bool {
    matches!(
        c,
        '(' | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '<'
            | '>'
            | '【'
            | '】'
            | '〔'
            | '〕'
            | '〈'
            | '〉'
            | '《'
            | '》'
            | '「'
            | '」'
            | '『'
            | '』'
    )
}

/// An ideograph of Han.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The character that is meant by a code point of private use, or by a radical; any other stays.
pub(crate) fn meant(c: char) -> char {
    if let Some(place) = u32::from(c).checked_sub(OF_GBK_FIRST).and_then(|place| usize::try_from(place).ok())
        && let Some(real) = OF_GBK.chars().nth(place)
    {
        return real;
    }
    RADICALS.iter().find(|(radical, _)| *radical == c).map_or(c, |(_, ideograph)| *ideograph)
}

/// By what names are compared, wherever they come from: the letters alone, composed, of whatever width and case.
pub(crate) fn name_key(text: &str) -> String {
    let is_joint = |c: char| is_middle_dot(c) || is_apostrophe(c);
    let letters: String = visible(text).filter(|c| !is_joint(*c)).map(meant).nfkc().collect();
    // Down, up and down again is nearer to full case folding than down alone: ß and ẞ are SS, ς is σ.
    let small = letters.chars().flat_map(char::to_lowercase);
    let folded: String = small.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    // The dot of a Turkish capital İ is that of the small i.
    let folded = folded.replace("i\u{307}", "i");
    folded.nfkc().filter(|c| !is_joint(*c) && (c.is_alphabetic() || is_combining_mark(*c))).collect()
}

/// A number, a code, or whatever else is made of letters and digits, without what people write between them, in
/// capitals: blanks, dashes, brackets, quotes, dots, commas and slashes go, full-width forms become plain ones.
pub(crate) fn number_text(text: &str) -> String {
    let is_between = |c: char| {
        c.is_whitespace()
            || is_middle_dot(c)
            || is_full_stop(c)
            || is_dash(c)
            || is_apostrophe(c)
            || is_bracket(c)
            // The long vowel of kana stands where the key of a dash is.
            || matches!(c, 'ー' | '"' | '“' | '”' | '„' | '_' | '~' | '∼' | '/' | '\\' | '|' | ',' | '、' | ';' | ':' | '=')
    };
    visible(text).nfkc().filter(|c| !is_between(*c)).flat_map(char::to_uppercase).map(plain_digit).collect()
}

/// A digit of an Arabic or Persian keyboard as ours; whatever else stays.
fn plain_digit(c: char) -> char {
    let value = match c {
        '\u{660}'..='\u{669}' => u32::from(c) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(c) - 0x6f0,
        _ => return c,
    };
    char::from_digit(value, 10).unwrap_or(c)
}

/// The same for a code; empty where a text is too long for any.
pub(crate) fn short_number(text: &str) -> String {
    if text.chars().nth(SHORT_CHARS_MAX).is_some() { String::new() } else { number_text(text) }
}

/// A text without what cannot be seen and what stands around it, of plain width, its dashes hyphens.
pub(crate) fn plain_width(text: &str) -> String {
    let narrow: String = visible(text).map(|c| if is_dash(c) { '-' } else { c }).nfkc().collect();
    narrow.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation() || "“”‘’。、".contains(c)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_code_points_and_radicals_are_the_ideographs_that_they_stand_for() {
        assert_eq!(OF_GBK.chars().count(), 80);
        for (written, is) in
            [('\u{e863}', '䶮'), ('\u{e815}', '⺁'), ('\u{e864}', '龻'), ('\u{e81e}', '龴'), ('⻢', '马'), ('⻑', '長')]
        {
            assert_eq!(meant(written), is);
        }
        for other in ['\u{e814}', '\u{e865}', '马', 'a', '\u{0}'] {
            assert_eq!(meant(other), other);
        }
    }

    #[test]
    fn a_number_is_what_is_left_without_what_stands_between() {
        for typed in
            ["123456", "123-456", "123 456。", "１２３４５６", "\u{202d}123456\u{202c}", "“123456”", "123‑456."]
        {
            assert_eq!(number_text(typed), "123456", "{typed:?}");
        }
        assert_eq!(number_text("=\"a123456[3]\""), "A1234563");
    }
}
