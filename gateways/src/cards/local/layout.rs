//! Words put into rows, and which side of a card their labels belong to.

use super::picture::Area;
use super::tesseract::{Word, Words};

/// Fewer labels than this are chance.
const MARKERS_MIN: usize = 2;

/// The rows of a page from above, each from the left.
pub(crate) struct Rows(pub(crate) Vec<Row>);

/// Words side by side.
pub(crate) struct Row {
    pub(crate) words: Words,
}

/// How many labels of each side there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Markers {
    pub(super) front: usize,
    pub(super) back: usize,
}

impl Markers {
    pub(super) fn is_card(self) -> bool {
        self.front.max(self.back) >= MARKERS_MIN
    }
}

impl Rows {
    pub(crate) fn of(words: &Words) -> Self {
        let mut words: Vec<&Word> = words.iter().collect();
        words.sort_by_key(|word| word.area.middle());
        let mut rows: Vec<Row> = Vec::new();
        for word in words {
            let height = word.area.height.min(80);
            let near =
                rows.last_mut().filter(|row| row.middle().abs_diff(word.area.middle()) * 2 < height.max(row.height()));
            match near {
                Some(row) => row.words.push(word.clone()),
                None => rows.push(Row { words: vec![word.clone()] }),
            }
        }
        for row in &mut rows {
            row.words.sort_by_key(|word| word.area.left);
        }
        Self(rows)
    }

    /// A label counts also when one of its characters was misread.
    pub(super) fn markers(&self) -> Markers {
        let texts: Vec<String> = self.0.iter().map(Row::text).collect();
        let count =
            |labels: &[&str]| labels.iter().filter(|label| texts.iter().any(|text| has_label(text, label))).count();
        // 17 digits and a check digit are a front without any label; a validity has 16.
        let digits = |text: &String| text.bytes().filter(u8::is_ascii_digit).count();
        let numbers = if texts.iter().any(|text| (17..=19).contains(&digits(text))) { MARKERS_MIN } else { 0 };
        let front = count(&["姓名", "性别", "民族", "出生", "住址", "公民身份号码"]) + numbers;
        let back = count(&["中华人民共和国", "居民身份证", "签发机关", "有效期限"]);
        Markers { front, back }
    }
}

impl Row {
    /// The text of the row without blanks.
    pub(super) fn text(&self) -> String {
        super::tesseract::joined(&self.words)
    }

    pub(crate) fn area(&self) -> Area {
        Area::around(self.words.iter().map(|word| word.area))
    }

    fn middle(&self) -> u32 {
        self.area().middle()
    }

    fn height(&self) -> u32 {
        self.words.iter().map(|word| word.area.height).min().unwrap_or(0)
    }

    /// What stands right of the label, and where. Labels and values may be one word or several.
    pub(crate) fn after(&self, label: &str) -> Option<(String, Area)> {
        let text = self.text();
        let end = label_end(&text, label)?;
        let rest: String = text[end..].to_owned();
        let before = text[..end].chars().count();
        let (mut seen, mut areas) = (0, Vec::new());
        for word in &self.words {
            let length = word.text.chars().count();
            if seen >= before {
                areas.push(word.area);
            } else if seen + length > before {
                areas.push(word.area.without_start(before - seen, length));
            }
            seen += length;
        }
        (!areas.is_empty()).then(|| (rest, Area::around(areas)))
    }
}

impl Area {
    pub(super) fn middle(self) -> u32 {
        self.top + self.height / 2
    }

    pub(crate) fn right(self) -> u32 {
        self.left + self.width
    }

    /// What remains when the first `taken` of `all` equally wide parts are gone.
    fn without_start(self, taken: usize, all: usize) -> Self {
        let gone = u32::try_from(u64::from(self.width) * taken as u64 / (all as u64).max(1)).unwrap_or(0);
        Self { left: self.left + gone, width: self.width - gone, ..self }
    }

    /// The smallest that holds them all.
    pub(super) fn around(areas: impl IntoIterator<Item = Self>) -> Self {
        let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
        for area in areas {
            (left, top) = (left.min(area.left), top.min(area.top));
            (right, bottom) = (right.max(area.right()), bottom.max(area.top + area.height));
        }
        Self { left, top, width: right.saturating_sub(left).max(1), height: bottom.saturating_sub(top).max(1) }
    }
}

fn has_label(text: &str, label: &str) -> bool {
    label_end(text, label).is_some()
}

/// Where the label ends in the text. Labels of two characters must be whole; of longer ones three quarters suffice.
fn label_end(text: &str, label: &str) -> Option<usize> {
    if let Some(at) = text.find(label) {
        return Some(at + label.len());
    }
    let wanted: Vec<char> = label.chars().collect();
    if wanted.len() < 4 {
        return None;
    }
    let starts = text.char_indices().map(|(at, _)| at);
    starts.into_iter().find_map(|start| {
        let window: Vec<(usize, char)> = text[start..].char_indices().take(wanted.len()).collect();
        let same = window.iter().zip(&wanted).filter(|((_, found), wanted)| found == *wanted).count();
        let (last, character) = window.last()?;
        (same * 4 >= wanted.len() * 3).then(|| start + last + character.len_utf8())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, left: u32, top: u32) -> Word {
        let width = 40 * u32::try_from(text.chars().count()).unwrap();
        Word { text: text.into(), area: Area { left, top, width, height: 40 }, confidence: 90.0 }
    }

    #[test]
    fn words_of_a_line_are_one_row_and_a_label_is_found_though_misread() {
        let words = vec![
            word("签发机天", 100, 300),
            word("样例市公安局", 300, 304),
            word("有效期限", 100, 400),
            word("2020.01.02-2040.01.02", 300, 398),
        ];
        let rows = Rows::of(&words);
        assert_eq!(rows.0.len(), 2);
        let (text, area) = rows.0[0].after("签发机关").unwrap();
        assert_eq!((text.as_str(), area.left), ("样例市公安局", 300));
        assert_eq!(rows.markers(), Markers { front: 0, back: 2 });
        assert!(rows.0[0].after("有效期限").is_none());
    }

    #[test]
    fn a_value_in_one_word_with_its_label_is_cut_off() {
        let rows = Rows::of(&vec![word("姓名李样例", 100, 100)]);
        let (text, area) = rows.0[0].after("姓名").unwrap();
        assert_eq!((text.as_str(), area.left, area.width), ("李样例", 180, 120));
    }
}
