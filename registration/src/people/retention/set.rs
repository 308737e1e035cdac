//! Setting the rule, and knowing it: kept in memory for pages, looked at again by a job.

use std::sync::{Arc, PoisonError};

use super::rule::{KeptRule, Years, in_words};
use super::store::retention as rows;
use super::{Retention, RetentionError};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::store::StoreError;

impl Retention {
    /// The rule as this process knows it, at most some seconds old.
    pub fn current(&self) -> Arc<KeptRule> {
        Arc::clone(&self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks whether another process has changed it. A job does so every few seconds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let found = rows::get(&self.database.client().await?).await?.unwrap_or_default();
        self.keep(found);
        Ok(())
    }

    /// Keeps it, unless a later one is known already.
    fn keep(&self, found: KeptRule) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if found.version > kept.version {
            *kept = Arc::new(found);
        }
    }

    /// Sets the rule, from the version that was looked at; `None`: everything is kept.
    ///
    /// # Errors
    /// [`RetentionError::Forbidden`], [`RetentionError::Changed`] and [`RetentionError::Store`].
    pub async fn set(&self, member: &StaffMember, version: i64, years: Option<Years>) -> Result<(), RetentionError> {
        demand(member, Right::SetRetention, Scope::Everything)?;
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let before = rows::get(&transaction).await?.unwrap_or_default();
        if before.version != version || !rows::put(&transaction, version, years, now, member.id).await? {
            return Err(RetentionError::Changed);
        }
        let detail = format!("{} → {}", in_words(before.years), in_words(years));
        let entry = Entry::by_staff(member.id, AuditAction::SetRetention, "retention").at(now);
        entry.detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        self.keep(KeptRule { years, version: version + 1, changed: Some((now, member.name.clone())) });
        Ok(())
    }
}
