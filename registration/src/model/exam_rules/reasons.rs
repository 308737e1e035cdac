//! Why staff send things back: an exam's own list for each desk.

use serde::{Deserialize, Serialize};

use crate::model::text::Text;

/// Most reasons of a list: each has a number key.
pub const REASONS_MAX: usize = 9;
/// Longest reason of a list in characters: more can be written behind it.
pub const REASON_OF_LIST_CHARS_MAX: usize = 60;

/// What staff say most often when they send something back: `[reasons]` in the exam's file. A desk without a list has the
/// program's own. Identities are of no exam, and always have those.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReasonRules {
    /// Of the picture of a payment.
    pub payment: Vec<Text>,
    /// Of a face.
    pub face: Vec<Text>,
    /// Of a registration form.
    pub form: Vec<Text>,
    /// Of a request to review an earlier score.
    pub score: Vec<Text>,
    /// Of a request for accommodations.
    pub accommodation: Vec<Text>,
}

impl ReasonRules {
    /// The lists with their names in the file.
    pub fn lists(&self) -> [(&'static str, &[Text]); 5] {
        [
            ("payment", &self.payment),
            ("face", &self.face),
            ("form", &self.form),
            ("score", &self.score),
            ("accommodation", &self.accommodation),
        ]
    }

    /// What staff said, in English as far as it is of one of the lists. A reason is kept in Chinese: one of a list, words of
    /// one's own, or both with `。` between them.
    pub fn in_english(&self, said: &str) -> String {
        let all = self.lists().into_iter().flat_map(|(_, list)| list);
        let found = all.filter_map(|text| said.strip_prefix(text.zh.as_str()).map(|rest| (text, rest)));
        let whole = found.filter(|(_, rest)| rest.is_empty() || rest.starts_with('。'));
        match whole.max_by_key(|(text, _)| text.zh.len()) {
            Some((text, "" | "。")) => text.en.clone(),
            Some((text, rest)) => format!("{}. {}", text.en, rest.trim_start_matches('。')),
            None => said.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_a_list_is_said_in_english_and_ones_own_words_stay() {
        let text = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
        let rules = ReasonRules {
            payment: vec![text("金额不符", "The amount is not the fee")],
            form: vec![text("金额", "Amount")],
            ..ReasonRules::default()
        };
        for (said, expected) in [
            ("金额不符", "The amount is not the fee"),
            ("金额不符。少付 30 元", "The amount is not the fee. 少付 30 元"),
            ("金额不符合", "金额不符合"),
            ("金额", "Amount"),
            ("看不清", "看不清"),
            ("", ""),
        ] {
            assert_eq!(rules.in_english(said), expected);
        }
    }
}
