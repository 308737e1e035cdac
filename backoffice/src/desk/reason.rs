//! Why staff refuse: one of the usual reasons, words of one's own, or both.

use pagekit::language::Language;
use serde::Deserialize;

use crate::catalogue::words;

/// A refusal as it was sent: the number of a usual reason, and words of one's own.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Refusal {
    #[serde(default)]
    pub(crate) usual: String,
    #[serde(default)]
    pub(crate) own: String,
}

impl Refusal {
    /// What the candidate reads: candidates' pages are Chinese first, so usual reasons are kept in Chinese. `reasons` are
    /// keys of the catalogue; `usual` is the number of one of them, from 1.
    pub(crate) fn reason(&self, reasons: &[&'static str]) -> String {
        let zh = words(Language::Zh);
        let usual = self.usual.parse::<usize>().ok().and_then(|number| reasons.get(number.checked_sub(1)?));
        let parts = [usual.map(|key| zh.t(key).into_owned()), Some(on_one_line(&self.own))];
        let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        parts.join("。")
    }
}

/// A reason is one line, whatever the field was.
fn on_one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desks::payments::view::REASONS;

    #[test]
    fn a_reason_is_usual_or_ones_own_or_both() {
        let reason = |usual: &str, own: &str| Refusal { usual: usual.into(), own: own.into() }.reason(&REASONS);
        assert_eq!(reason("", "  "), "");
        assert_eq!(reason("0", ""), "");
        assert_eq!(reason("99", " 请重拍 "), "请重拍");
        assert_eq!(reason("", "请重拍\r\n\n 要清楚"), "请重拍 要清楚");
        assert!(reason("1", "").contains("订单详情"));
        assert!(reason("1", "请重拍").ends_with("。请重拍"));
    }
}
