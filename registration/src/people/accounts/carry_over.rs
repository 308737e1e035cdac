//! Gives accounts of the version before their row in `account_logins`. The new index needs the vault's key, so the
//! schema's migration cannot do it.

use crate::OpenError;
use crate::model::login::LoginName;
use crate::people::accounts::account::Keyed;
use crate::people::accounts::{Accounts, sealed_context};
use crate::people::store;
use crate::store::StoreError;

/// Rows of one round.
const BATCH: i64 = 500;

impl Accounts {
    /// Goes on until none is left: each round ends rows of its own, so that a process that dies leaves the rest to the
    /// next one, and two at once do no harm.
    pub(crate) async fn carry_over(&self) -> Result<(), OpenError> {
        loop {
            let mut client = self.database.client().await?;
            let rows = store::accounts::to_carry_over(&client, BATCH).await?;
            if rows.is_empty() {
                return Ok(());
            }
            tracing::info!(accounts = rows.len(), "accounts of the version before get their login names");
            let transaction = client.transaction().await.map_err(StoreError::from)?;
            for (account, sealed) in rows {
                let plain = self.vault.open(&sealed_context("document", account), &sealed).map_err(StoreError::from)?;
                let document = String::from_utf8(plain).ok().and_then(|text| text.parse().ok());
                let Keyed(document) = document.ok_or(StoreError::Corrupt("a candidate's document"))?;
                let index = self.login_index(&LoginName::Document(document));
                store::account_logins::carry_over(&transaction, &index, account).await?;
                store::accounts::carry_over(&transaction, account, &index).await?;
            }
            transaction.commit().await.map_err(StoreError::from)?;
        }
    }
}
