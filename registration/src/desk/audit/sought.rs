//! What of the audit somebody looks for. Plain values.

use jiff::Timestamp;

/// What is looked for; whatever is not said is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// The login name of whoever did it.
    pub staff: Option<String>,
    /// What was done: a word of the audit, or the beginning of one that ends with a dot.
    pub action: Option<String>,
    /// What it was done to, as the audit names it, like `order.0192…`.
    pub subject: Option<String>,
    /// From when on.
    pub from: Option<Timestamp>,
    /// Until when, that time not included.
    pub until: Option<Timestamp>,
    /// Lines before this number.
    pub before: Option<i64>,
}

impl Sought {
    /// What was asked for, in words for the audit itself.
    pub(super) fn in_words(&self) -> String {
        let time = |time: Option<Timestamp>| time.map(|time| format!("{time:.0}"));
        let parts = [
            ("who", self.staff.clone()),
            ("action", self.action.clone()),
            ("subject", self.subject.clone()),
            ("from", time(self.from)),
            ("until", time(self.until)),
            ("before", self.before.map(|before| before.to_string())),
        ];
        let said = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        said.collect::<Vec<_>>().join(" ")
    }
}
