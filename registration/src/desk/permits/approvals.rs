//! What two people do together. One asks for it, and exactly that is kept; another one, who may do it as well, agrees within a
//! day; then it is done once, as the asker's act, if nothing of it has changed meanwhile.
//!
//! `act` is what can be asked for, `content` how it is kept, `apply` does it, `list` shows what waits.

mod act;
mod apply;
mod content;
mod list;

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::desk::audit::looking::could_be_one;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::Forbidden;
use crate::desk::staff::{Staff, StaffLink, StaffMember};
use crate::desk::store::approvals::{self as rows, StoredApproval};
use crate::exams::Exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::people::accounts::Accounts;
use crate::people::retention::Retention;
use crate::rooms::Rooms;
use crate::store::{Database, StoreError};

pub use crate::desk::permits::asked::ActKind;
pub use crate::model::ids::ApprovalId;
pub use act::Act;
pub use list::Approval;

/// How long a request waits for the second person.
pub const APPROVED_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// Most requests of one member that wait at a time.
const WAITING_MAX: i64 = 50;
/// So long requests are kept; the audit keeps what was done.
const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Most that are forgotten in one round.
const BATCH: i64 = 1_000;

/// Where a request stands. Its word is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum ApprovalState {
    /// Nobody has decided, and a day has not passed.
    Waiting,
    /// Nobody decided within a day.
    Expired,
    /// Somebody agreed, and it is being done; where that lasts, whoever did it died over it.
    Agreed,
    /// It was done; a list can be taken out.
    Done,
    /// Somebody agreed, and it could not be done.
    Failed,
    /// Somebody did not agree.
    Refused,
    /// The asker took it back.
    Withdrawn,
}

/// Why what was agreed to was not done. Its word is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Failed {
    /// What it is about is not as it was when it was asked for.
    Changed,
    /// Who asked may not do it any more.
    NoRight,
    /// What it is about is not there any more.
    Gone,
    /// It cannot be done as things stand.
    Impossible,
}

/// Why nothing was asked for or decided. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// Not theirs to do.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such request.
    #[error("there is no such request: `seathold approvals list` shows what waits")]
    Unknown,
    /// Whoever asked does not agree, nor whom it is about, nor whoever could be the same person.
    #[error(
        "another person must agree: not who asked, not whom it is about, not who lately let one of them in, and not whom the \
         same member lately let in"
    )]
    NotSecond,
    /// The same waits already.
    #[error("the same was asked for already, and waits for a second person")]
    Asked,
    /// They have asked for too much at a time.
    #[error("at most {WAITING_MAX} requests of one person wait at a time")]
    TooMany,
    /// Nobody waits for a decision any more.
    #[error("the request does not wait any more")]
    Over(ApprovalState),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who agrees to what somebody else asked for.
#[derive(Debug, Clone, Copy)]
pub enum Second<'a> {
    /// Another member of staff, in a browser.
    Member(&'a StaffMember),
    /// The operator at the command line, where a site has no second person.
    Operator,
}

/// What became of an agreement.
#[derive(Debug)]
pub enum Applied {
    /// It was done.
    Done,
    /// Somebody was invited: the link, for whoever agreed to pass on.
    Invited(String, StaffLink),
    /// It was not done.
    Failed(Failed),
}

/// The door to what two people do. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Approvals {
    pub(crate) database: Database,
    pub(crate) staff: Staff,
    pub(crate) exams: Exams,
    pub(crate) rooms: Rooms,
    pub(crate) accounts: Accounts,
    pub(crate) retention: Retention,
}

impl Approvals {
    /// Asks for something that another person has to agree to. Whoever asks may do it themselves, but not alone.
    ///
    /// # Errors
    /// [`ApprovalError::Forbidden`], [`ApprovalError::Asked`], [`ApprovalError::TooMany`] and [`ApprovalError::Store`].
    pub async fn ask(&self, member: &StaffMember, act: &Act) -> Result<ApprovalId, ApprovalError> {
        self.demand(member, act)?;
        if act.whom() == Some(member.name.as_str()) {
            return Err(ApprovalError::NotSecond);
        }
        let (id, now) = (ApprovalId(Uuid::now_v7()), clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if rows::count_of(&transaction, member.id, now).await? >= WAITING_MAX {
            return Err(ApprovalError::TooMany);
        }
        let new = StoredApproval::new(id, act.kind().as_ref(), act.content(), act.exam(), member.id, now);
        rows::end_old(&transaction, &new.act, &new.content, now).await?;
        if !rows::insert(&transaction, &new, now + APPROVED_WITHIN).await? {
            return Err(ApprovalError::Asked);
        }
        write(&transaction, Actor::Staff(member.id), AuditAction::AskedApproval, (id, act)).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(id)
    }

    /// Agrees to what somebody else asked for, and has it done, once: of two who agree at once one does.
    ///
    /// # Errors
    /// [`ApprovalError::NotSecond`], [`ApprovalError::Over`], [`ApprovalError::Unknown`], [`ApprovalError::Forbidden`] and
    /// [`ApprovalError::Store`].
    pub async fn agree(&self, by: Second<'_>, id: ApprovalId) -> Result<Applied, ApprovalError> {
        let mut client = self.database.client().await?;
        let (stored, act) = self.decidable(&client, by, id).await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !rows::decide(&transaction, id, ("agreed", by.staff()), clock::now()).await? {
            return Err(over(rows::get(&transaction, id).await?));
        }
        write(&transaction, by.actor(), AuditAction::GaveApproval, (id, &act)).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        let applied = self.apply((StaffId(stored.asked_by), by.staff()), &act).await?;
        let (state, outcome) = match &applied {
            Applied::Done | Applied::Invited(..) => ("done", None),
            Applied::Failed(why) => ("failed", Some(why.as_ref())),
        };
        rows::end(&self.database.client().await?, id, state, outcome).await?;
        Ok(applied)
    }

    /// Does not agree.
    ///
    /// # Errors
    /// As [`Self::agree`].
    pub async fn refuse(&self, by: Second<'_>, id: ApprovalId) -> Result<(), ApprovalError> {
        let mut client = self.database.client().await?;
        let (_, act) = self.decidable(&client, by, id).await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !rows::decide(&transaction, id, ("refused", by.staff()), clock::now()).await? {
            return Err(over(rows::get(&transaction, id).await?));
        }
        write(&transaction, by.actor(), AuditAction::RefusedApproval, (id, &act)).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Takes back what they asked for.
    ///
    /// # Errors
    /// [`ApprovalError::Over`], [`ApprovalError::Unknown`], which another's request is, too, and [`ApprovalError::Store`].
    pub async fn withdraw(&self, member: &StaffMember, id: ApprovalId) -> Result<(), ApprovalError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let stored = rows::get(&transaction, id).await?.filter(|stored| stored.asked_by == member.id.0);
        let stored = stored.ok_or(ApprovalError::Unknown)?;
        let act = Act::read(&stored)?.ok_or(ApprovalError::Unknown)?;
        if !rows::decide(&transaction, id, ("withdrawn", None), clock::now()).await? {
            return Err(over(Some(stored)));
        }
        write(&transaction, Actor::Staff(member.id), AuditAction::WithdrewApproval, (id, &act)).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Uses up, once, that somebody agreed to a list that this member takes out. False: nobody did, or it was taken out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take(&self, member: &StaffMember, id: ApprovalId, act: &Act) -> Result<bool, StoreError> {
        let (client, now) = (self.database.client().await?, clock::now());
        rows::take(&client, id, (member.id, act.kind().as_ref(), &act.content()), now).await
    }

    /// The request, if it can be decided by them: it waits, they may do it, and they are another person than who asked.
    async fn decidable(
        &self,
        client: &impl GenericClient,
        by: Second<'_>,
        id: ApprovalId,
    ) -> Result<(StoredApproval, Act), ApprovalError> {
        let stored = rows::get(client, id).await?.ok_or(ApprovalError::Unknown)?;
        let act = Act::read(&stored)?.ok_or(ApprovalError::Unknown)?;
        if let Second::Member(member) = by {
            self.demand(member, &act)?;
            let asker = StaffId(stored.asked_by);
            if act.whom() == Some(member.name.as_str()) || could_be_one(client, asker, member.id).await? {
                return Err(ApprovalError::NotSecond);
            }
        }
        match stored.state_at(clock::now())? {
            ApprovalState::Waiting => Ok((stored, act)),
            state => Err(ApprovalError::Over(state)),
        }
    }
}

impl Second<'_> {
    fn staff(self) -> Option<StaffId> {
        match self {
            Self::Member(member) => Some(member.id),
            Self::Operator => None,
        }
    }

    fn actor(self) -> Actor {
        self.staff().map_or(Actor::System, Actor::Staff)
    }
}

impl StoredApproval {
    /// Where it stands at a time.
    fn state_at(&self, now: Timestamp) -> Result<ApprovalState, StoreError> {
        match self.state.parse().map_err(|_| StoreError::Corrupt("where a request stands"))? {
            ApprovalState::Waiting if now >= self.expires_at => Ok(ApprovalState::Expired),
            // So it is ended where somebody else asks for the same anew: nobody took it back.
            ApprovalState::Withdrawn if self.decided_at == Some(self.expires_at) => Ok(ApprovalState::Expired),
            state => Ok(state),
        }
    }
}

fn over(stored: Option<StoredApproval>) -> ApprovalError {
    match stored.map(|stored| stored.state_at(clock::now())) {
        Some(Ok(state)) => ApprovalError::Over(state),
        Some(Err(error)) => error.into(),
        None => ApprovalError::Unknown,
    }
}

/// Writes down who asked for what, or decided it.
async fn write(
    client: &impl GenericClient,
    actor: Actor,
    action: AuditAction,
    (id, act): (ApprovalId, &Act),
) -> Result<(), StoreError> {
    let (subject, detail) = (format!("approval {}", id.0), act.in_words());
    Entry::new(actor, action, &subject).detail(detail.as_str()).write(client).await
}

/// Forgets requests that nobody asks for any more.
pub(crate) async fn forget(client: &impl GenericClient) -> Result<(), StoreError> {
    rows::delete_old(client, clock::now() - KEPT, BATCH).await
}
