//! Keys that the API refused, as lines of the audit: one for all of half a minute, however many they were.

use reservation::engine::Engine;
use reservation::engine::refused_keys::{Refusal, RefusedKeys};

use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::Actor;
use crate::store::{Database, StoreError};

/// Most kinds of refusals that one line names; the rest it counts.
const NAMED_MAX: usize = 20;

/// Writes down what this process has refused since the last time.
pub(crate) async fn write_refusals(database: &Database, engine: &Engine) -> Result<(), StoreError> {
    let refused = engine.take_refused_keys();
    if refused.is_empty() {
        return Ok(());
    }
    let written = async {
        let detail = said(&refused);
        let entry = Entry::new(Actor::System, AuditAction::KeyRefused, "api-keys").detail(detail.as_str());
        entry.write(&database.client().await?).await
    };
    let outcome = written.await;
    if outcome.is_err() {
        engine.put_refused_keys_back(&refused);
    }
    outcome
}

/// Why, which key where that is known, and how often.
fn said(refused: &[RefusedKeys]) -> String {
    let one = |RefusedKeys { why, times }: &RefusedKeys| {
        let wanted = if let Refusal::Scope(_, scope) = why { format!(" {}", scope.as_str()) } else { String::new() };
        let key = why.key().map_or_else(String::new, |key| format!(" of key {}", key.0));
        format!("{}{wanted}{key}: {times}", why.as_str())
    };
    let mut all: Vec<String> = refused.iter().take(NAMED_MAX).map(one).collect();
    let rest: u64 = refused.iter().skip(NAMED_MAX).map(|more| more.times).sum();
    if rest > 0 {
        all.push(format!("others: {rest}"));
    }
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use reservation::ledger::api_keys::{KeyId, Scope};

    use super::*;

    #[test]
    fn a_line_says_why_and_which_and_how_often() {
        let of = |why, times| RefusedKeys { why, times };
        let refused = [of(Refusal::Unknown, 37), of(Refusal::Scope(KeyId(7), Scope::Confirm), 2)];
        assert_eq!(said(&refused), "unknown: 37; scope confirm of key 7: 2");
        let many: Vec<_> = (0..30).map(|key| of(Refusal::Ended(KeyId(key)), 2)).collect();
        assert!(said(&many).ends_with("; others: 20"), "{}", said(&many));
    }
}
