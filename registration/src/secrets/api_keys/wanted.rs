//! A key as somebody wants it, and what is wrong with that.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use reservation::ledger::api_keys::{Scope, Scopes};

/// Longest name of a key, in characters.
pub const NAME_CHARS_MAX: usize = 64;
/// What a demo calls its keys; they end with it.
pub const DEMO_NAME: &str = "demo";
/// Most exams that a key is for, when it is not for all.
const EXAMS_MAX: usize = 100;
/// Longest life of a key that has an end.
const LIFE_MAX: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

/// A key as somebody wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedKey {
    /// Whose it is: keys of one name share their candidates and holds.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The exams that it is for; `None`: all, later ones too.
    pub exams: Option<Vec<ExamId>>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// Why such a key cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It has no name, or a longer one than there may be.
    #[error("a key's name has 1 to {NAME_CHARS_MAX} characters")]
    Name,
    /// The name is a number, as which keys are named, too.
    #[error("{0} would be taken for a key's number: choose a name with a letter")]
    Number(String),
    /// It is what the demo calls its keys.
    #[error("{DEMO_NAME} is what the demo calls its keys, which end with it: choose another name")]
    Demo,
    /// It may do nothing.
    #[error("a key needs at least one scope")]
    NoScope,
    /// It is for some exams, of which there are none or too many.
    #[error("choose 1 to {EXAMS_MAX} exams, or all")]
    Exams,
    /// It is for an exam that does not exist.
    #[error("exam {0} does not exist")]
    UnknownExam(ExamId),
    /// It reads figures, which are of all exams.
    #[error("a key of the scope metrics is for all exams: make one of its own for it")]
    MetricsOfSome,
    /// It would end before it begins, or too late.
    #[error("a key's end is in the future, and at most ten years away")]
    End,
}

impl WantedKey {
    pub(super) fn check(&self, now: Timestamp) -> Result<(), KeyFault> {
        let name = self.name.trim();
        let length = name.chars().count();
        if !(1..=NAME_CHARS_MAX).contains(&length) || name.chars().any(char::is_control) {
            return Err(KeyFault::Name);
        }
        if name.parse::<i64>().is_ok() {
            return Err(KeyFault::Number(name.to_owned()));
        }
        if name == DEMO_NAME {
            return Err(KeyFault::Demo);
        }
        if self.scopes.is_empty() {
            return Err(KeyFault::NoScope);
        }
        if self.exams.as_ref().is_some_and(|exams| !(1..=EXAMS_MAX).contains(&exams.len())) {
            return Err(KeyFault::Exams);
        }
        if self.exams.is_some() && self.scopes.has(Scope::Metrics) {
            return Err(KeyFault::MetricsOfSome);
        }
        let is_to_come = |end: Timestamp| end > now && end <= now + LIFE_MAX;
        if self.expires_at.is_some_and(|end| !is_to_come(end)) { Err(KeyFault::End) } else { Ok(()) }
    }
}

/// As the audit has it: nothing of the key itself.
impl fmt::Display for WantedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name.trim(), self.scopes)?;
        if let Some(exams) = &self.exams {
            let exams: Vec<&str> = exams.iter().map(ExamId::as_str).collect();
            write!(f, " of {}", exams.join(", "))?;
        }
        self.expires_at.map_or(Ok(()), |end| write!(f, " until {end:.0}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_key_is_said() {
        let now: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
        let good = WantedKey { name: " 考务系统 ".to_owned(), scopes: Scope::Hold.into(), ..WantedKey::default() };
        assert_eq!(good.check(now), Ok(()));
        let named = |name: &str| WantedKey { name: name.to_owned(), ..good.clone() }.check(now);
        assert_eq!(named("  "), Err(KeyFault::Name));
        assert_eq!(named(&"名".repeat(64)), Ok(()));
        assert_eq!(named(&"名".repeat(65)), Err(KeyFault::Name));
        assert_eq!(named("a\nb"), Err(KeyFault::Name));
        assert_eq!(named("17"), Err(KeyFault::Number("17".to_owned())));
        assert_eq!(named("demo"), Err(KeyFault::Demo));
        assert_eq!(WantedKey { scopes: Scopes::default(), ..good.clone() }.check(now), Err(KeyFault::NoScope));
        let some = |exams: usize| Some(vec!["ce".parse().unwrap(); exams]);
        for (exams, said) in [(0, Err(KeyFault::Exams)), (1, Ok(())), (101, Err(KeyFault::Exams))] {
            assert_eq!(WantedKey { exams: some(exams), ..good.clone() }.check(now), said);
        }
        let scopes = Scope::Metrics.into();
        assert_eq!(WantedKey { exams: some(1), scopes, ..good.clone() }.check(now), Err(KeyFault::MetricsOfSome));
        for (hours, said) in [(0, Err(KeyFault::End)), (1, Ok(())), (11 * 366 * 24, Err(KeyFault::End))] {
            let expires_at = Some(now + SignedDuration::from_hours(hours));
            assert_eq!(WantedKey { expires_at, ..good.clone() }.check(now), said, "{hours}");
        }
        let audited = WantedKey { exams: some(1), expires_at: Some(now), ..good }.to_string();
        assert_eq!(audited, "考务系统 (hold) of ce until 2026-11-30T06:00:00Z");
    }
}
