//! The way through an exam: steps as candidates see them, each of one task or several.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::names::PartId;
use crate::model::text::Text;

/// One step, as the progress bar names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRule {
    /// Its name in the progress bar: 报名资格审核.
    pub title: Text,
    /// What is to be done in it, in order.
    pub tasks: Vec<TaskKind>,
    /// May it be left out? The next step does not wait for it.
    #[serde(default)]
    pub is_optional: bool,
    /// Nothing can be done in it before.
    #[serde(default, deserialize_with = "moment")]
    pub opens_at: Option<Timestamp>,
    /// Nor from then on.
    #[serde(default, deserialize_with = "moment")]
    pub closes_at: Option<Timestamp>,
    /// What is said of it on the exam's page.
    #[serde(default)]
    pub note: Option<Text>,
}

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TaskKind {
    /// Reading the notice and agreeing to it: 考生须知, 报名协议.
    Notice,
    /// Proving who one is, once for all exams: 实名认证.
    Identity,
    /// The face check of this exam: 人脸识别.
    Face,
    /// Being found in the roster and bound to it: 资格信息查询 and 确认.
    Eligibility,
    /// Filling in the form: 报考信息.
    Details,
    /// The form is reviewed: 报名资格审核.
    Review,
    /// Asking for accommodations: 便利申请. Nothing ever waits for it.
    Accommodations,
    /// Choosing sittings of a part: 选择场次.
    Sittings(PartId),
    /// Paying for them, up to the confirmation: 缴费.
    Payment(PartId),
    /// The admission ticket: 打印准考证.
    Ticket,
}

/// The text names no task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a task is notice, identity, face, eligibility, details, review, accommodations, sittings, payment or ticket; \
     sittings and payment may name a part, like sittings:oral"
)]
pub struct TaskKindError;

impl FromStr for TaskKind {
    type Err = TaskKindError;

    fn from_str(text: &str) -> Result<Self, TaskKindError> {
        let (task, part) = match text.split_once(':') {
            Some((task, part)) => (task, Some(part.parse::<PartId>().map_err(|_| TaskKindError)?)),
            None => (text, None),
        };
        match (task, part) {
            ("notice", None) => Ok(Self::Notice),
            ("identity", None) => Ok(Self::Identity),
            ("face", None) => Ok(Self::Face),
            ("eligibility", None) => Ok(Self::Eligibility),
            ("details", None) => Ok(Self::Details),
            ("review", None) => Ok(Self::Review),
            ("accommodations", None) => Ok(Self::Accommodations),
            ("ticket", None) => Ok(Self::Ticket),
            ("sittings", part) => Ok(Self::Sittings(part.unwrap_or_else(PartId::main))),
            ("payment", part) => Ok(Self::Payment(part.unwrap_or_else(PartId::main))),
            _ => Err(TaskKindError),
        }
    }
}

impl fmt::Display for TaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notice => f.write_str("notice"),
            Self::Identity => f.write_str("identity"),
            Self::Face => f.write_str("face"),
            Self::Eligibility => f.write_str("eligibility"),
            Self::Details => f.write_str("details"),
            Self::Review => f.write_str("review"),
            Self::Accommodations => f.write_str("accommodations"),
            Self::Ticket => f.write_str("ticket"),
            Self::Sittings(part) => write!(f, "sittings:{part}"),
            Self::Payment(part) => write!(f, "payment:{part}"),
        }
    }
}

impl TryFrom<String> for TaskKind {
    type Error = TaskKindError;
    fn try_from(text: String) -> Result<Self, TaskKindError> {
        text.parse()
    }
}

impl From<TaskKind> for String {
    fn from(task: TaskKind) -> Self {
        task.to_string()
    }
}

/// Reads a time of TOML, which comes as a map of one entry, or of JSON, which comes as a string.
pub(super) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    struct Moment;
    impl<'de> serde::de::Visitor<'de> for Moment {
        type Value = Option<Timestamp>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a time with its offset, like 2027-03-01T09:00:00+08:00")
        }
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let wrong = |_| E::custom("must be a time with its offset, like 2027-03-01T09:00:00+08:00");
            text.parse().map(Some).map_err(wrong)
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let entry: Option<(String, String)> = map.next_entry()?;
            self.visit_str(&entry.map(|(_, text)| text).unwrap_or_default())
        }
    }
    deserializer.deserialize_any(Moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_has_one_spelling_and_may_name_a_part() {
        for text in ["notice", "identity", "face", "eligibility", "details", "review", "accommodations", "payment:oral"]
        {
            assert_eq!(text.parse::<TaskKind>().unwrap().to_string(), text);
        }
        assert_eq!("sittings".parse(), Ok(TaskKind::Sittings(PartId::main())));
        assert_eq!("sittings:main".parse(), Ok(TaskKind::Sittings(PartId::main())));
        for bad in ["", "pay", "notice:x", "sittings:", "sittings:a b"] {
            assert_eq!(bad.parse::<TaskKind>(), Err(TaskKindError), "{bad}");
        }
    }

    #[test]
    fn times_are_read_from_toml_and_from_json() {
        let toml = "title = { zh = \"步\", en = \"Step\" }\ntasks = [\"notice\"]\nopens_at = 2027-03-01T09:00:00+08:00";
        let step: StepRule = toml::from_str(toml).unwrap();
        assert_eq!(step.opens_at.unwrap().to_string(), "2027-03-01T01:00:00Z");
        let json = serde_json::to_string(&step).unwrap();
        assert_eq!(serde_json::from_str::<StepRule>(&json).unwrap(), step);
        assert!(toml::from_str::<StepRule>(&toml.replace("T09:00:00+08:00", "")).is_err());
    }
}
