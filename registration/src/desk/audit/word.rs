//! Actions as the store has them: their words, and what versions before wrote beside those.

use crate::desk::audit::AuditAction;

impl AuditAction {
    /// Its word in the store.
    pub fn as_str(&self) -> &str {
        self.as_ref()
    }

    /// What a line says: the version before wrote some details behind the action, after a blank.
    pub(super) fn of(word: String, detail: Option<String>) -> (Self, Option<String>) {
        let known = |word: &str| word.parse().ok().filter(|action| !matches!(action, Self::Other(_)));
        if let Some(action) = known(&word) {
            return (action, detail);
        }
        match word.split_once(' ').and_then(|(word, rest)| Some((known(word)?, rest.to_owned()))) {
            Some((action, rest)) => (action, detail.or(Some(rest))),
            None => (Self::Other(word), detail),
        }
    }
}
