//! Why staff refuse: one of the usual reasons, words of one's own, or both.

use pagekit::language::Language;
use registration::model::exam_rules::ReasonRules;
use registration::model::text::Text;
use reservation::ids::ExamId;
use serde::Deserialize;

use crate::request::catalogue::words;
use crate::request::visit::Visit;

/// Which list of an exam's a desk has.
pub(crate) type OfDesk = fn(&ReasonRules) -> &Vec<Text>;

/// The usual reasons of a desk: the exam's own list, or the program's, which are keys of the catalogue.
pub(crate) fn usual(visit: &Visit, exam: Option<&ExamId>, of: OfDesk, keys: &[&'static str]) -> Vec<Text> {
    let exam = exam.and_then(|exam| visit.app.outside.registration.exams.get(exam));
    let own = exam.map(|exam| of(&exam.rules.reasons).clone()).unwrap_or_default();
    if own.is_empty() { texts(keys) } else { own }
}

/// Messages of the catalogue in both languages.
pub(crate) fn texts(keys: &[&'static str]) -> Vec<Text> {
    let said = |language: Language, key| words(language).t(key).into_owned();
    keys.iter().map(|key| Text { zh: said(Language::Zh, key), en: said(Language::En, key) }).collect()
}

/// A refusal as it was sent: a usual reason in Chinese, and words of one's own.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Refusal {
    #[serde(default)]
    pub(crate) usual: String,
    #[serde(default)]
    pub(crate) own: String,
}

impl Refusal {
    /// What is kept: candidates' pages are Chinese first, so usual reasons are kept in Chinese, and pages in English know
    /// what an exam's own are there. `usual` is one of `reasons` as they are now: one that is none of them any more is not
    /// what whoever refuses has read, and makes no reason of it all.
    pub(crate) fn reason(&self, reasons: &[Text]) -> String {
        if !self.usual.is_empty() && reasons.iter().all(|reason| reason.zh != self.usual) {
            return String::new();
        }
        let parts = [self.usual.clone(), on_one_line(&self.own)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
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
        let reason = |usual: &str, own: &str| Refusal { usual: usual.into(), own: own.into() }.reason(&texts(&REASONS));
        assert_eq!(reason("", "  "), "");
        assert_eq!((reason("1", ""), reason("上月的原因", "请重拍")), (String::new(), String::new()), "of no list now");
        assert_eq!(reason("", " 请重拍 "), "请重拍");
        assert_eq!(reason("", "请重拍\r\n\n 要清楚"), "请重拍 要清楚");
        let usual = texts(&REASONS)[0].zh.clone();
        assert!(usual.contains("订单详情") && reason(&usual, "") == usual);
        assert_eq!(reason(&usual, "请重拍"), format!("{usual}。请重拍"));
    }
}
