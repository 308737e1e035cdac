//! What a site says of itself (网站信息): its name, who runs it, its numbers at the authorities. Plain values.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::text::Text;

/// Longest name, operator and contact, in characters.
pub const LINE_CHARS_MAX: usize = 80;
/// Longest notice, in characters.
pub const NOTICE_CHARS_MAX: usize = 300;
/// Longest privacy policy, in characters.
pub const PRIVACY_CHARS_MAX: usize = 30_000;

/// What a site says of itself; an empty text says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Imprint {
    /// What the site is called in place of the product's name: 某某市教育考试院报名平台.
    pub name: Text,
    /// Who runs it (主办单位).
    pub operator: Text,
    /// The number of its filing at the ministry (ICP 备案号): 京ICP备12345678号-1.
    pub icp: String,
    /// The number of its filing at the police (公安备案号): 京公网安备 11010802012345号.
    pub police: String,
    /// How personal data is treated (个人信息保护政策): paragraphs between empty lines; one that begins with `# ` is a heading.
    pub privacy: Text,
    /// Whom to complain to (投诉举报): a number, an office, its hours.
    pub complaints: Text,
    /// What everybody is to know just now, above every page: an outage, another date.
    pub notice: Text,
    /// Are its pages there in Chinese alone?
    pub is_chinese_only: bool,
}

/// An imprint, and which one it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptImprint {
    /// What it says.
    pub imprint: Imprint,
    /// Raised by each change; 0 where nobody has said anything.
    pub version: i64,
    /// When it was changed last, and under which login name.
    pub changed: Option<(Timestamp, String)>,
}

/// A part of an imprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImprintPart {
    /// What the site is called.
    Name,
    /// Who runs it.
    Operator,
    /// The number at the ministry.
    Icp,
    /// The number at the police.
    Police,
    /// The privacy policy.
    Privacy,
    /// Whom to complain to.
    Complaints,
    /// What everybody is to know.
    Notice,
}

/// Why an imprint cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImprintFault {
    /// A text is too long.
    #[error("{part:?} has more than {max} characters")]
    TooLong {
        /// Which part it is.
        part: ImprintPart,
        /// The most characters.
        max: usize,
    },
    /// There is English, and no Chinese that most people read.
    #[error("{0:?} is there in English alone")]
    NoChinese(ImprintPart),
    /// The number does not look like one of its kind.
    #[error("{0:?} is no such number")]
    Number(ImprintPart),
}

impl Default for Imprint {
    fn default() -> Self {
        let nothing = || Text { zh: String::new(), en: String::new() };
        Self {
            name: nothing(),
            operator: nothing(),
            icp: String::new(),
            police: String::new(),
            privacy: nothing(),
            complaints: nothing(),
            notice: nothing(),
            is_chinese_only: false,
        }
    }
}

impl Imprint {
    /// The imprint as it is kept: without blanks around texts, with one kind of line's end.
    ///
    /// # Errors
    /// The first [`ImprintFault`] of all, in the order of the parts.
    pub fn tidy(self) -> Result<Self, ImprintFault> {
        let text = |text: Text| Text { zh: trimmed(&text.zh), en: trimmed(&text.en) };
        let tidy = Self {
            name: text(self.name),
            operator: text(self.operator),
            icp: trimmed(&self.icp),
            police: trimmed(&self.police),
            privacy: text(self.privacy),
            complaints: text(self.complaints),
            notice: text(self.notice),
            is_chinese_only: self.is_chinese_only,
        };
        let texts = [
            (ImprintPart::Name, &tidy.name, LINE_CHARS_MAX),
            (ImprintPart::Operator, &tidy.operator, LINE_CHARS_MAX),
            (ImprintPart::Privacy, &tidy.privacy, PRIVACY_CHARS_MAX),
            (ImprintPart::Complaints, &tidy.complaints, LINE_CHARS_MAX),
            (ImprintPart::Notice, &tidy.notice, NOTICE_CHARS_MAX),
        ];
        for (part, text, max) in texts {
            if text.zh.chars().count().max(text.en.chars().count()) > max {
                return Err(ImprintFault::TooLong { part, max });
            }
            if text.zh.is_empty() && !text.en.is_empty() {
                return Err(ImprintFault::NoChinese(part));
            }
        }
        let is_number = |text: &str, word: &str| {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            text.chars().count() <= LINE_CHARS_MAX && text.contains(word) && digits >= 6
        };
        if !tidy.icp.is_empty() && !is_number(&tidy.icp, "ICP") {
            return Err(ImprintFault::Number(ImprintPart::Icp));
        }
        if !tidy.police.is_empty() && !is_number(&tidy.police, "公网安备") {
            return Err(ImprintFault::Number(ImprintPart::Police));
        }
        Ok(tidy)
    }

    /// What a site that is open to the public has to say, and this one does not: the operator, the number at the ministry,
    /// the privacy policy and whom to complain to.
    pub fn lacks(&self) -> Vec<ImprintPart> {
        let parts = [
            (ImprintPart::Operator, &self.operator.zh),
            (ImprintPart::Icp, &self.icp),
            (ImprintPart::Privacy, &self.privacy.zh),
            (ImprintPart::Complaints, &self.complaints.zh),
        ];
        parts.into_iter().filter(|(_, text)| text.is_empty()).map(|(part, _)| part).collect()
    }

    /// What the site is called, and who runs it, in both languages, as far as it says so.
    pub fn names(&self) -> Vec<String> {
        let texts = [&self.name, &self.operator].into_iter().flat_map(|text| [&text.zh, &text.en]);
        texts.filter(|text| !text.is_empty()).cloned().collect()
    }

    /// The digits of the number at the police, by which its register finds it.
    pub fn police_digits(&self) -> String {
        self.police.chars().filter(char::is_ascii_digit).collect()
    }
}

/// Without blanks around it, and with one kind of line's end.
fn trimmed(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(zh: &str, en: &str) -> Text {
        Text { zh: zh.to_owned(), en: en.to_owned() }
    }

    #[test]
    fn what_cannot_be_kept_is_named() {
        let tidy = |imprint: Imprint| imprint.tidy();
        let long = "长".repeat(LINE_CHARS_MAX + 1);
        let cases = [
            (
                Imprint { name: text(&long, ""), ..Imprint::default() },
                ImprintFault::TooLong { part: ImprintPart::Name, max: LINE_CHARS_MAX },
            ),
            (
                Imprint { complaints: text(" \r\n", "call us"), ..Imprint::default() },
                ImprintFault::NoChinese(ImprintPart::Complaints),
            ),
            (Imprint { icp: "12345678".into(), ..Imprint::default() }, ImprintFault::Number(ImprintPart::Icp)),
            (Imprint { icp: "京ICP备号".into(), ..Imprint::default() }, ImprintFault::Number(ImprintPart::Icp)),
            (
                Imprint { police: "京ICP备12345678号".into(), ..Imprint::default() },
                ImprintFault::Number(ImprintPart::Police),
            ),
        ];
        for (imprint, fault) in cases {
            assert_eq!(tidy(imprint), Err(fault));
        }
        let good = Imprint {
            name: text(" 报名平台 ", ""),
            icp: "京ICP备12345678号-1".into(),
            police: "京公网安备 11010802012345号".into(),
            privacy: text("# 一\r\n\r\n二", ""),
            ..Imprint::default()
        };
        let kept = tidy(good).unwrap();
        assert_eq!((&kept.name.zh[..], &kept.privacy.zh[..]), ("报名平台", "# 一\n\n二"));
        assert_eq!(kept.police_digits(), "11010802012345");
        assert_eq!(kept.lacks(), [ImprintPart::Operator, ImprintPart::Complaints]);
    }

    #[test]
    fn what_another_version_kept_is_read() {
        let read: Imprint = serde_json::from_str(r#"{"icp": "京ICP备12345678号", "motto": "later"}"#).unwrap();
        assert_eq!(read, Imprint { icp: "京ICP备12345678号".into(), ..Imprint::default() });
    }
}
