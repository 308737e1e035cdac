//! One mobile may serve several accounts: a parent registers two children. Whoever proves it is asked before it is
//! shared, and those who have it hear of it; nobody loses it to somebody else.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use super::{Account, Accounts, read};
use crate::model::clock;
use crate::model::login::LoginName;
use crate::model::person::Mobile;
use crate::outbox::messages::{self, MessageKind};
use crate::people::store;
use crate::store::StoreError;

/// Most accounts of one mobile. A password typed with a mobile is always compared so often, so that the time it takes
/// does not tell how many there are.
pub const ACCOUNTS_PER_MOBILE_MAX: usize = 4;

/// Why a proved mobile does not become an account's yet.
#[derive(Debug, thiserror::Error)]
pub enum SharedMobile {
    /// Others have it: is it to be shared?
    #[error("{} accounts have this mobile", .0.len())]
    Others(Vec<Account>),
    /// So many have it that it serves no more.
    #[error("no more than {ACCOUNTS_PER_MOBILE_MAX} accounts can have one mobile")]
    Full,
}

impl Accounts {
    /// May an account take this mobile, of which it knows the code? Others have it, and sharing was not agreed to: those.
    pub(super) async fn may_share(
        &self,
        client: &impl GenericClient,
        mobile: &Mobile,
        account: Option<Uuid>,
        is_agreed: bool,
    ) -> Result<Result<(), SharedMobile>, StoreError> {
        let others = self.others(client, mobile, account).await?;
        if others.len() >= ACCOUNTS_PER_MOBILE_MAX {
            return Ok(Err(SharedMobile::Full));
        }
        if others.is_empty() || is_agreed {
            return Ok(Ok(()));
        }
        let found = store::accounts::get_all(client, &others).await?;
        let found: Result<Vec<Account>, StoreError> = found.iter().map(|stored| read(&self.vault, stored)).collect();
        Ok(Err(SharedMobile::Others(found?)))
    }

    /// Makes a proved mobile the account's, and tells those who have it as well.
    pub(super) async fn prove_mobile(
        &self,
        transaction: &impl GenericClient,
        mobile: &Mobile,
        account: Uuid,
    ) -> Result<(), StoreError> {
        for other in self.others(transaction, mobile, Some(account)).await? {
            let other = crate::model::ids::AccountId(other);
            messages::add(transaction, other, None, MessageKind::MobileShared, clock::now()).await?;
        }
        let name = LoginName::Mobile(mobile.clone());
        store::account_mobiles::prove(transaction, &self.login_index(&name), account).await
    }

    async fn others(
        &self,
        client: &impl GenericClient,
        mobile: &Mobile,
        account: Option<Uuid>,
    ) -> Result<Vec<Uuid>, StoreError> {
        let names = self.name_indexes(&[LoginName::Mobile(mobile.clone())]);
        let mut all = store::account_logins::find(client, &names).await?;
        all.retain(|other| Some(*other) != account);
        Ok(all)
    }
}
