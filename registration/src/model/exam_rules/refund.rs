//! Whether candidates may give up seats that they have paid for (退考), until when, and how much of the fee comes back.

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::task::moment;
use crate::model::text::Text;

/// Most rates of an exam.
pub const RATES_MAX: usize = 10;

/// What comes back of a fee when. The default is an exam in which nobody gives up what is paid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RefundRules {
    /// How much comes back until when, the earliest first. After the last one nothing is given up any more.
    pub rates: Vec<RefundRate>,
    /// What candidates read before they agree: what the part is for that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// How much comes back to whoever gives up before a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundRate {
    /// Before that moment.
    #[serde(deserialize_with = "at")]
    pub until: Timestamp,
    /// So many hundredths of what was paid: 0 to 100.
    pub percent: u8,
}

impl RefundRules {
    /// The rate that is good now.
    pub fn rate_at(&self, now: Timestamp) -> Option<RefundRate> {
        self.rates.iter().find(|rate| now < rate.until).copied()
    }
}

fn at<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    moment(deserializer)?.ok_or_else(|| D::Error::custom("a rate needs its end"))
}
