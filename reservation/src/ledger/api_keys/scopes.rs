//! What a key may do: one word for each, and sets of them. Plain values.

use std::fmt;

/// One thing that a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Look at holds of its own candidates.
    Read,
    /// Take positions and seats for its own candidates, and give seats back.
    Hold,
    /// Freeze and confirm holds of its own candidates.
    Confirm,
    /// Reading the numbers at `/metrics`.
    Metrics,
    /// Create and change exams and sittings; also everything that the other scopes may, with everybody's candidates.
    Admin,
}

impl Scope {
    /// All of them, the least first.
    pub const ALL: [Self; 5] = [Self::Read, Self::Hold, Self::Confirm, Self::Metrics, Self::Admin];

    /// The word for the scope in the ledger and in the OpenAPI document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Hold => "hold",
            Self::Confirm => "confirm",
            Self::Metrics => "metrics",
            Self::Admin => "admin",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Hold => 2,
            Self::Confirm => 4,
            Self::Metrics => 8,
            Self::Admin => 16,
        }
    }
}

/// Everything that one key may do.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// What the version before knows as `hold`: its keys hold, freeze and confirm.
    const HOLD_OF_BEFORE: Self = Self(2 | 4);

    /// Is this very scope among them?
    pub fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// May a key with these do what needs `wanted`? An administrator's key may do everything, and whoever holds or confirms also
    /// looks.
    pub fn allow(self, wanted: Scope) -> bool {
        let looks = wanted == Scope::Read && (self.has(Scope::Hold) || self.has(Scope::Confirm));
        self.has(wanted) || self.has(Scope::Admin) || looks
    }

    /// Is there none?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, the least first.
    pub fn each(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// The words for them, as the ledger has them.
    pub(super) fn words(self) -> Vec<&'static str> {
        self.each().map(Scope::as_str).collect()
    }

    /// The one word that the version before has for them, if there is one.
    pub(super) fn word_of_before(self) -> Option<&'static str> {
        match self {
            Self::HOLD_OF_BEFORE => Some("hold"),
            Self(8) => Some("metrics"),
            Self(16) => Some("admin"),
            Self(_) => None,
        }
    }

    /// What the version before meant by its word; nothing by one that it did not know.
    pub(super) fn of_before(word: &str) -> Self {
        match word {
            "hold" => Self::HOLD_OF_BEFORE,
            "metrics" => Scope::Metrics.into(),
            "admin" => Scope::Admin.into(),
            _ => Self::default(),
        }
    }
}

impl From<Scope> for Scopes {
    fn from(scope: Scope) -> Self {
        Self(scope.bit())
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, scope| all | scope.bit()))
    }
}

impl<const N: usize> From<[Scope; N]> for Scopes {
    fn from(scopes: [Scope; N]) -> Self {
        scopes.into_iter().collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.words().join(","))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_allows_what_it_says_and_no_more() {
        use Scope::{Admin, Confirm, Hold, Metrics, Read};
        for (held, allowed) in [
            (vec![Read], vec![Read]),
            (vec![Hold], vec![Read, Hold]),
            (vec![Confirm], vec![Read, Confirm]),
            (vec![Metrics], vec![Metrics]),
            (vec![Hold, Confirm], vec![Read, Hold, Confirm]),
            (vec![Admin], Scope::ALL.to_vec()),
            (vec![], vec![]),
        ] {
            let scopes: Scopes = held.iter().copied().collect();
            for wanted in Scope::ALL {
                assert_eq!(scopes.allow(wanted), allowed.contains(&wanted), "{scopes} {wanted:?}");
            }
            assert_eq!(scopes.each().collect::<Vec<_>>(), held);
        }
    }

    #[test]
    fn the_version_before_takes_no_key_for_more_than_it_is() {
        for bits in 0..32 {
            let scopes = Scopes(bits);
            if let Some(word) = scopes.word_of_before() {
                assert_eq!(Scopes::of_before(word), scopes);
            }
        }
        assert_eq!(Scopes::from(Scope::Hold).word_of_before(), None, "it would let it confirm");
        assert!(Scopes::of_before("other").is_empty());
    }
}
