//! A key as it was entered into the form.

use jiff::{SignedDuration, Timestamp};
use pagekit::words::key;
use registration::secrets::api_keys::{NAME_CHARS_MAX, WantedKey};
use reservation::ids::ExamId;
use reservation::ledger::api_keys::{Scope, Scopes};

/// After how many days a key ends, with the words for it; 0: never.
pub(crate) const LIVES: [(u16, &str); 5] = [
    (30, key("api-key-life-month")),
    (90, key("api-key-life-quarter")),
    (365, key("api-key-life-year")),
    (730, key("api-key-life-two-years")),
    (0, key("api-key-life-endless")),
];
/// The life that is chosen unless somebody chooses another.
const USUAL_DAYS: u16 = 365;

/// A key as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) scopes: Scopes,
    pub(crate) is_of_some: bool,
    pub(crate) exams: Vec<ExamId>,
    pub(crate) days: u16,
}

impl Default for Typed {
    fn default() -> Self {
        let (name, scopes, exams) = (String::new(), Scopes::default(), Vec::new());
        Self { name, scopes, is_of_some: false, exams, days: USUAL_DAYS }
    }
}

impl Typed {
    /// What the form's pairs say; what it cannot say is left out.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        let all =
            |name: &'static str| pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = |name| all(name).next();
        Self {
            name: first("name").unwrap_or_default().chars().take(2 * NAME_CHARS_MAX).collect(),
            scopes: all("scope").filter_map(Scope::parse).collect(),
            is_of_some: first("of") == Some("some"),
            exams: all("exam").filter_map(|exam| exam.parse().ok()).collect(),
            days: first("days").and_then(|days| days.parse().ok()).unwrap_or(USUAL_DAYS),
        }
    }

    /// The key that is wanted.
    pub(crate) fn wanted(&self, now: Timestamp) -> WantedKey {
        let life = SignedDuration::from_hours(24 * i64::from(self.days));
        WantedKey {
            name: self.name.clone(),
            scopes: self.scopes,
            exams: self.is_of_some.then(|| self.exams.clone()),
            expires_at: (self.days > 0).then(|| now + life),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_several_ticks_is_one_key() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let pairs = vec![
            pair("name", "票务"),
            pair("scope", "hold"),
            pair("scope", "confirm"),
            pair("scope", "all"),
            pair("of", "some"),
            pair("exam", "ce"),
            pair("exam", "de"),
            pair("days", "30"),
        ];
        let now: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
        let wanted = Typed::of(pairs).wanted(now);
        assert_eq!(wanted.scopes, [Scope::Hold, Scope::Confirm].into());
        assert_eq!(wanted.exams.map(|exams| exams.len()), Some(2));
        assert_eq!(wanted.expires_at, Some(now + SignedDuration::from_hours(720)));
        assert_eq!(Typed::of(Vec::new()), Typed::default());
        // None is ticked: a key of no exam, which is refused, and never one of all.
        let none = Typed { is_of_some: true, ..Typed::default() };
        assert_eq!(none.wanted(now).exams, Some(Vec::new()));
    }
}
