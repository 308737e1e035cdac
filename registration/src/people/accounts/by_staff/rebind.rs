//! Staff move a registration from one account to another, whose numbers the candidate tells them: for who has lost both
//! password and mailbox.

use std::fmt::Write as _;

use deadpool_postgres::GenericClient;

use crate::application;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::eligibility::store::bindings;
use crate::eligibility::store::score_reviews;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::{self, AccountNumber, Accounts};
use crate::people::identity;
use crate::people::store;
use crate::pictures::store::identity_pictures;
use crate::seats::store::orders::change;
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// What was moved from one account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebound {
    /// How many orders went with it.
    pub orders: u64,
}

/// Why nothing was moved. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum RebindError {
    /// They may not move registrations.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// One of the numbers is of no account.
    #[error("there is no account {0}")]
    Unknown(AccountNumber),
    /// Both numbers are the same.
    #[error("both numbers are of the same account")]
    Same,
    /// Who one of them says to be, or what would move, is not what was looked at.
    #[error("name, document or registrations of one of the accounts changed since they were looked at")]
    Changed,
    /// The other account has a registration for one of the exams itself.
    #[error("the other account has a registration for the same exam")]
    Conflict,
    /// Nothing is there to be moved.
    #[error("the account has no registration")]
    Nothing,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Moves everything that is registered under `from` to `to`, all or nothing, and writes down who did. `from` is
    /// signed out everywhere.
    pub async fn rebind(
        &self,
        staff: &StaffMember,
        from: AccountNumber,
        to: AccountNumber,
    ) -> Result<Rebound, RebindError> {
        self.rebind_if(staff, (from, to), None).await
    }

    /// The same, only as long as both are who they were when they were looked at, and the same would move.
    pub(crate) async fn rebind_as(
        &self,
        staff: &StaffMember,
        both: (AccountNumber, AccountNumber),
        seen: &str,
    ) -> Result<Rebound, RebindError> {
        self.rebind_if(staff, both, Some(seen)).await
    }

    /// What somebody looks at before a registration moves, as a digest: name and document that both accounts say to have, and
    /// the exams in which each has done something. It tells nothing of them without the site's key.
    pub async fn rebinding_seen(
        &self,
        staff: &StaffMember,
        (from, to): (AccountNumber, AccountNumber),
    ) -> Result<String, RebindError> {
        demand(staff, Right::MoveRegistrations, Scope::Everything)?;
        self.seen(&self.database.client().await?, (from, to)).await
    }

    async fn seen(
        &self,
        client: &impl GenericClient,
        (from, to): (AccountNumber, AccountNumber),
    ) -> Result<String, RebindError> {
        let ids = [from, to].map(|number| number.account().0);
        let mut exams = application::store::applications::exams_of_all(client, &ids, None).await?;
        exams.sort_by(|one, other| (one.0.0, one.1.as_str()).cmp(&(other.0.0, other.1.as_str())));
        let mut text = String::new();
        for number in [from, to] {
            let stored = store::accounts::get(client, number.account().0).await?;
            let account = accounts::read(&self.vault, &stored.ok_or(RebindError::Unknown(number))?)?;
            let name = account.name.as_ref().map_or("", |name| name.expose());
            let document = account.document.as_ref().map_or("", |document| document.expose());
            // Neither of them has a control character in it.
            let _ = writeln!(text, "{number}\n{name}\n{document}");
            for (_, exam) in exams.iter().filter(|(of, _)| *of == number.account()) {
                let _ = writeln!(text, "{exam}");
            }
        }
        Ok(self.vault.index("rebinding", &text).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    async fn rebind_if(
        &self,
        staff: &StaffMember,
        (from, to): (AccountNumber, AccountNumber),
        seen: Option<&str>,
    ) -> Result<Rebound, RebindError> {
        demand(staff, Right::MoveRegistrations, Scope::Everything)?;
        if from == to {
            return Err(RebindError::Same);
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        // Always in the same order, so that two of staff cannot wait for each other.
        let mut both = [from, to];
        both.sort_by_key(|number| number.account());
        for number in both {
            let found = store::accounts::lock(&transaction, number.account().0).await?;
            found.ok_or(RebindError::Unknown(number))?;
        }
        if let Some(seen) = seen
            && self.seen(&transaction, (from, to)).await? != seen
        {
            return Err(RebindError::Changed);
        }
        let moved = move_rows(&transaction, &self.vault, (from.account(), to.account())).await?;
        store::accounts::end_sessions(&transaction, from.account().0).await?;
        let now = clock::now();
        let both = [(from, AuditAction::AccountMovedTo, to), (to, AuditAction::AccountMovedFrom, from)];
        for (subject, action, other) in both {
            let (about, other) = (subject.to_string(), other.to_string());
            Entry::by_staff(staff.id, action, &about).at(now).detail(&*other).write(&transaction).await?;
            messages::add(&transaction, subject.account(), None, MessageKind::RegistrationMoved, now).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(moved)
    }
}

/// Every table that belongs to an account, in one place. The holds of moved orders keep their names at the engine: an
/// order says itself which holds are its own.
async fn move_rows(
    transaction: &impl GenericClient,
    vault: &Vault,
    (from, to): (AccountId, AccountId),
) -> Result<Rebound, RebindError> {
    let registrations = conflicts(application::move_rows(transaction, vault, from, to).await)?;
    application::store::accommodations::rebind(transaction, from, to).await?;
    identity_pictures::rebind_photos(transaction, from.0, to.0).await?;
    conflicts(bindings::rebind(transaction, from, to).await)?;
    conflicts(score_reviews::rebind(transaction, from, to).await)?;
    // What staff have looked at had another account's name beside it.
    change::wait_anew(transaction, from, None, clock::now()).await?;
    let orders = conflicts(change::rebind(transaction, from, to).await)?;
    if orders + registrations == 0 {
        return Err(RebindError::Nothing);
    }
    // A person is verified in one account only: the other one can be it now.
    identity::forget(transaction, from).await?;
    Ok(Rebound { orders })
}

/// [`RebindError::Conflict`] where a unique constraint says that the other account has such a row already.
fn conflicts<T>(moved: Result<T, StoreError>) -> Result<T, RebindError> {
    const IN_THE_WAY: [&str; 4] =
        ["orders_one_live", "bindings_one_per_account", "score_reviews_one_per_account", "applications_pkey"];
    moved.map_err(|error| match error {
        StoreError::Postgres(fault) if IN_THE_WAY.iter().any(|name| fault.violates(name)) => RebindError::Conflict,
        error => error.into(),
    })
}
