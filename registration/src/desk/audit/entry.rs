//! Writing a line of the audit.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use super::AuditAction;
use crate::desk::store::audit::{self, NewLine};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// A line to be written: who did what to what.
pub(crate) struct Entry<'a> {
    actor: Actor,
    action: AuditAction,
    subject: &'a str,
    at: Option<Timestamp>,
    seen: Option<&'a str>,
    detail: Option<&'a str>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(actor: Actor, action: AuditAction, subject: &'a str) -> Self {
        Self { actor, action, subject, at: None, seen: None, detail: None }
    }

    pub(crate) fn by_staff(staff: StaffId, action: AuditAction, subject: &'a str) -> Self {
        Self::new(Actor::Staff(staff), action, subject)
    }

    /// When it was done, where that is not now.
    pub(crate) fn at(self, at: Timestamp) -> Self {
        Self { at: Some(at), ..self }
    }

    /// Which picture, or which hand-in, was seen.
    pub(crate) fn seen(self, seen: &'a str) -> Self {
        Self { seen: Some(seen), ..self }
    }

    /// Why it was done, or what else there is to say.
    pub(crate) fn detail(self, detail: impl Into<Option<&'a str>>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Writes it, in the transaction of what was done.
    pub(crate) async fn write(self, client: &impl GenericClient) -> Result<(), StoreError> {
        let Self { actor, action, subject, at, seen, detail } = self;
        let at = at.unwrap_or_else(clock::now);
        let line = NewLine { at, actor: &actor, action: action.as_str(), subject, seen, detail };
        audit::insert(client, &line).await
    }
}
