//! Each key but an administrator's has candidates of its own: the engine knows them under the key's number, which is put
//! before their names on the way in and taken off on the way out. To such a key the holds of others, and those of the
//! site's own candidates, are as if they did not exist; and no script, event or table needs to know of owners.

use crate::api::auth::GoodKey;
use crate::api::problem::Problem;
use crate::api::wire::HoldView;
use crate::engine::HoldError;
use crate::hold::Hold;
use crate::ids::{CandidateId, HoldId, NAME_BYTES_MAX};
use crate::ledger::api_keys::{KeyId, Scope};

/// Whose candidates the names of a request are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// Everybody's, by the names under which the engine knows them.
    Whole,
    /// Those of the keys that follow this one.
    Of(KeyId),
}

impl From<GoodKey> for Namespace {
    fn from(key: GoodKey) -> Self {
        if key.scopes.has(Scope::Admin) { Self::Whole } else { Self::Of(key.first) }
    }
}

impl Namespace {
    /// What stands before a candidate's name. It ends in a dash, so no number is the beginning of another.
    fn prefix(self) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Of(KeyId(number)) => format!("k{number}-"),
        }
    }

    /// The name under which the engine knows a candidate.
    pub(super) fn inside(self, candidate: CandidateId) -> Result<CandidateId, Problem> {
        if self == Self::Whole {
            return Ok(candidate);
        }
        let prefix = self.prefix();
        let most = NAME_BYTES_MAX - prefix.len();
        let too_long = |_| Problem::invalid("candidate", format!("with this key a name has at most {most} characters"));
        format!("{prefix}{candidate}").parse().map_err(too_long)
    }

    /// The hold with this id in a path. What is no id, or cannot be one of ours, does not exist.
    pub(super) fn hold(self, asked: &str) -> Result<HoldId, Problem> {
        let found = asked.parse::<HoldId>().ok();
        let found = found.and_then(|hold| Some(HoldId { candidate: self.inside(hold.candidate).ok()?, ..hold }));
        found.ok_or_else(|| Problem::unknown_hold(asked))
    }

    /// A hold as its caller knows it.
    pub(super) fn view(self, hold: Hold) -> HoldView {
        let mut view = HoldView::from(hold);
        let own = view.id.candidate.as_str().strip_prefix(&self.prefix());
        if let Some(own) = own.filter(|_| self != Self::Whole).and_then(|own| own.parse().ok()) {
            view.id.candidate = own;
        }
        view
    }
}

/// Why something could not be done with a hold, which is named as it was asked for.
pub(super) fn refusal(asked: &str, error: HoldError) -> Problem {
    match error {
        HoldError::UnknownHold(_) => Problem::unknown_hold(asked),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reaches_its_own_candidates_only() {
        let (whole, seven) = (Namespace::Whole, Namespace::Of(KeyId(7)));
        let name = |namespace: Namespace, name: &str| namespace.inside(name.parse().unwrap());
        assert_eq!(name(whole, "li").unwrap().as_str(), "li");
        assert_eq!(name(seven, "li").unwrap().as_str(), "k7-li");
        // Whatever another key calls its candidates, they are never ours.
        assert_ne!(name(Namespace::Of(KeyId(77)), "li").unwrap(), name(seven, "7-li").unwrap());
        assert_ne!(name(Namespace::Of(KeyId(77)), "li").unwrap(), name(seven, "k77-li").unwrap());
        assert_eq!(seven.hold("li.3.a").unwrap().to_string(), "k7-li.3.a");
        assert_eq!(seven.hold("k7-li.3.a").unwrap().to_string(), "k7-k7-li.3.a");
    }

    #[test]
    fn a_name_that_gets_too_long_is_refused_with_what_fits() {
        let seven = Namespace::Of(KeyId(7));
        assert!(seven.inside("x".repeat(61).parse().unwrap()).is_ok());
        let refused = seven.inside("x".repeat(62).parse().unwrap()).unwrap_err();
        let told = serde_json::to_value(&refused).unwrap();
        assert_eq!((told["status"].as_u64(), told["field"].as_str()), (Some(422), Some("candidate")));
        assert!(told["detail"].as_str().unwrap().ends_with("at most 61 characters"), "{told}");
        assert_eq!(seven.hold(&format!("{}.1.1", "x".repeat(62))).unwrap_err().code, "unknown_hold");
    }
}
