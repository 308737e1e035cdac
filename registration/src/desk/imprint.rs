//! What the site says of itself: kept in memory, so that every page shows it, changed by administrators.

use std::sync::{Arc, PoisonError, RwLock};

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::desk::store::imprint;
use crate::model::clock;
use crate::model::text::imprint::{Imprint, ImprintFault, KeptImprint};
use crate::store::{Database, StoreError};

/// Why an imprint was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ImprintError {
    /// This member of staff may not change it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It cannot be kept.
    #[error(transparent)]
    Fault(#[from] ImprintFault),
    /// Somebody else has changed it meanwhile.
    #[error("somebody else has changed it meanwhile")]
    Changed,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The door to the imprint. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Imprints {
    database: Database,
    kept: Arc<RwLock<Arc<KeptImprint>>>,
}

impl Imprints {
    pub(crate) fn new(database: Database) -> Self {
        Self { database, kept: Arc::default() }
    }

    /// The imprint as this process knows it, at most some seconds old.
    pub fn current(&self) -> Arc<KeptImprint> {
        Arc::clone(&self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks whether another process has changed it.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let found = imprint::get(&self.database.client().await?).await?.unwrap_or_default();
        self.keep(found);
        Ok(())
    }

    /// Keeps it, unless a later one is known already.
    fn keep(&self, found: KeptImprint) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if found.version > kept.version {
            *kept = Arc::new(found);
        }
    }

    /// Changes what the site says of itself: from the version that was looked at, and at once on this process's pages.
    ///
    /// # Errors
    /// [`ImprintError`].
    pub async fn save(&self, member: &StaffMember, version: i64, said: Imprint) -> Result<(), ImprintError> {
        demand(member, Right::ChangeImprint, Scope::Everything)?;
        let said = said.tidy()?;
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !imprint::put(&transaction, version, &said, now, member.id).await? {
            return Err(ImprintError::Changed);
        }
        let entry = Entry::by_staff(member.id, AuditAction::ChangedImprint, "imprint").at(now);
        entry.detail(format!("version {}", version + 1).as_str()).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        self.keep(KeptImprint { imprint: said, version: version + 1, changed: Some((now, member.name.clone())) });
        Ok(())
    }
}
