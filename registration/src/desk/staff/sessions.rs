//! Sign-ins of staff: a row for each, so that every one can be seen and ended by itself. A cookie carries a token, of which
//! only a hash is kept.

mod origin;
mod token;

use jiff::{SignedDuration, Timestamp};

use super::{Role, Staff, StaffMember, read, write_down};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::store;
use crate::desk::store::staff_sessions::{NewSession, StoredSession};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::store::StoreError;

pub use origin::Origin;
pub use token::SessionToken;

/// A sign-in that nobody used for so long is over.
const IDLE_MAX: SignedDuration = SignedDuration::from_mins(30);
/// However much it is used, it lasts so long: one working day.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(10);
/// That it was used is written down no more often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// So long what was done with the second factor is fresh.
pub const FRESH_MAX: SignedDuration = SignedDuration::from_mins(5);
/// Most sign-ins of a member that are open at once: one more ends the one that was used longest ago. Those in which only the
/// password was shown are counted apart and for each network, so that whoever has no more than the password ends none of the
/// others, and none that somebody else is about to finish.
pub const OPEN_MAX: i64 = 10;
/// Most of a member in which only the password was shown, from all networks.
const HALF_OPEN_MAX: i64 = 200;
/// Most that are kept of a member, the ended ones too, and how long.
const KEPT_MAX: i64 = 50;
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Most rows that are forgotten in one round of the job.
const BATCH: i64 = 1_000;

const _: () = assert!(KEPT_MAX > OPEN_MAX, "what is open is not forgotten");

/// How pages name a sign-in. It opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionNumber(pub i64);

/// A sign-in of a member of staff, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSession {
    /// Its number among all of them.
    pub number: SessionNumber,
    /// When the password was shown.
    pub began_at: Timestamp,
    /// When it was last used, to a minute.
    pub seen_at: Timestamp,
    /// When a second factor was last shown in it; `None` while only the password was.
    pub factor_at: Option<Timestamp>,
    /// The browser and the system, such as `Edge, Windows`; empty where it says neither.
    pub agent: String,
    /// The address without its end, such as `203.0.113.*`; empty where nobody knows it.
    pub address: String,
    /// Whether it opens anything still.
    pub is_open: bool,
}

impl StaffSession {
    /// Was a second factor shown in it within the last five minutes?
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.factor_at.is_some_and(|at| now.duration_since(at) < FRESH_MAX)
    }
}

/// Somebody of the staff, and the sign-in with which they work.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// Who it is that works.
    pub member: StaffMember,
    /// With which sign-in.
    pub session: StaffSession,
    /// What opened it.
    pub(super) token: SessionToken,
}

impl Role {
    /// After how long without any use a sign-in of this role is over. At a door the network may be gone for longer than half
    /// an hour, and whoever works there can do nothing but let people in.
    fn idle_max(self) -> SignedDuration {
        match self {
            Self::Invigilator => SESSION_LIFETIME,
            Self::Registrar
            | Self::Reviewer
            | Self::Finance
            | Self::Seating
            | Self::Operator
            | Self::Auditor
            | Self::Administrator => IDLE_MAX,
        }
    }
}

impl Staff {
    /// Begins a sign-in of somebody whose password was right.
    pub async fn begin(&self, member: &StaffMember, origin: &Origin<'_>) -> Result<SessionToken, StoreError> {
        self.begin_vouched(member, origin, None).await
    }

    /// The same. With a moment the sign-in is whole: somebody who is trusted says that a second factor was shown then.
    pub(super) async fn begin_vouched(
        &self,
        member: &StaffMember,
        origin: &Origin<'_>,
        factor_at: Option<Timestamp>,
    ) -> Result<SessionToken, StoreError> {
        let token = SessionToken::new();
        let now = clock::now();
        let (agent, address) = (origin.agent_in_words(), origin.masked());
        let network = self.network_index(origin);
        let new = NewSession {
            token: &token.hash(),
            staff: member.id.0,
            epoch: member.session_epoch,
            at: now,
            agent: &agent,
            address: &address,
            network: &network,
        };
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff_sessions::insert(&transaction, &new).await?;
        if let Some(factor_at) = factor_at {
            store::staff_sessions::vouched(&transaction, &token.hash(), factor_at).await?;
            store::staff_sessions::end_oldest(&transaction, member.id.0, OPEN_MAX, now).await?;
            store::staff_sessions::forget_oldest(&transaction, member.id.0, KEPT_MAX).await?;
        }
        let keep = (OPEN_MAX, HALF_OPEN_MAX);
        store::staff_sessions::forget_half_open(&transaction, member.id.0, &network, keep).await?;
        transaction.commit().await?;
        Ok(token)
    }

    /// The sign-in that this token opens, while it lasts. `is_used`: somebody asked, and not a page by itself.
    pub async fn open(&self, token: &SessionToken, is_used: bool) -> Result<Option<OpenSession>, StoreError> {
        let client = self.database.client().await?;
        let Some((member, session)) = store::staff_sessions::by_token(&client, &token.hash()).await? else {
            return Ok(None);
        };
        let (member, now) = (read(member)?, clock::now());
        let session = shown(session, member.role, now);
        if !session.is_open || member.disabled_at.is_some() {
            return Ok(None);
        }
        if is_used && now.duration_since(session.seen_at) >= SEEN_EVERY {
            store::staff_sessions::seen(&client, session.number.0, now, now - SEEN_EVERY).await?;
        }
        Ok(Some(OpenSession { member, session, token: token.clone() }))
    }

    /// The sign-ins of somebody in the last thirty days, the newest first, at most fifty.
    pub async fn sessions(&self, member: &StaffMember) -> Result<Vec<StaffSession>, StoreError> {
        let now = clock::now();
        let all = store::staff_sessions::of(&self.database.client().await?, member.id.0, KEPT_MAX).await?;
        Ok(all.into_iter().map(|session| shown(session, member.role, now)).collect())
    }

    /// Ends this sign-in and no other. It gives back the cases that the member has, unless they work elsewhere, as far in as
    /// here.
    pub async fn sign_out_here(&self, open: &OpenSession) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff_sessions::end(&transaction, open.member.id.0, open.session.number.0, clock::now()).await?;
        let works = store::staff_sessions::Works {
            staff: open.member.id.0,
            is_all_in: open.session.factor_at.is_some(),
            seen_after: clock::now() - IDLE_MAX,
        };
        if !store::staff_sessions::works(&transaction, &works).await? {
            store::cases::give_all_back(&transaction, open.member.id).await?;
        }
        write_down(&transaction, Actor::Staff(open.member.id), AuditAction::StaffSignedOut, &open.member.name).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends every sign-in of somebody, on whatever device, and gives back the cases that they have.
    pub async fn sign_out(&self, member: &StaffMember) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff::end_sessions(&transaction, member.id.0).await?;
        store::staff_sessions::end_all(&transaction, member.id.0, clock::now()).await?;
        store::cases::give_all_back(&transaction, member.id).await?;
        write_down(&transaction, Actor::Staff(member.id), AuditAction::StaffSignedOut, &member.name).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends another sign-in of the member's own. False when it is no open one of theirs.
    pub async fn end_own(&self, open: &OpenSession, number: SessionNumber) -> Result<bool, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !store::staff_sessions::end(&transaction, open.member.id.0, number.0, clock::now()).await? {
            return Ok(false);
        }
        let (about, detail) = (format!("staff.{}", open.member.name), number.0.to_string());
        let entry = Entry::by_staff(open.member.id, AuditAction::StaffSessionEnded, &about);
        entry.detail(Some(detail.as_str())).write(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Ends all other sign-ins of the member's own, those of the version before too.
    pub async fn end_others(&self, open: &OpenSession) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        keep_only(&transaction, open).await?;
        let about = format!("staff.{}", open.member.name);
        let entry = Entry::by_staff(open.member.id, AuditAction::StaffSessionEnded, &about);
        entry.detail(Some("others")).write(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// By which tries from somebody's network are counted.
    pub(super) fn network_index(&self, origin: &Origin<'_>) -> [u8; 32] {
        self.vault.index("staff session network", &origin.network().to_string())
    }
}

/// Ends every sign-in of the member but this one, within a transaction.
pub(super) async fn keep_only(
    transaction: &impl deadpool_postgres::GenericClient,
    open: &OpenSession,
) -> Result<(), StoreError> {
    store::staff::end_sessions(transaction, open.member.id.0).await?;
    store::staff_sessions::end_others(transaction, open.member.id.0, open.session.number.0, clock::now()).await
}

/// Writes down that a second factor was shown in a sign-in, which has another token from then on: what somebody copied before
/// opens nothing. `None` when it has ended meanwhile, or somebody else has shown one with the same token.
pub(super) async fn accept(
    transaction: &impl deadpool_postgres::GenericClient,
    open: &OpenSession,
    now: Timestamp,
) -> Result<Option<SessionToken>, StoreError> {
    let token = SessionToken::new();
    let (staff, number) = (open.member.id.0, open.session.number.0);
    if !store::staff_sessions::accept(transaction, number, (&open.token.hash(), &token.hash()), now).await? {
        return Ok(None);
    }
    store::staff_sessions::end_oldest(transaction, staff, OPEN_MAX, now).await?;
    store::staff_sessions::forget_oldest(transaction, staff, KEPT_MAX).await?;
    Ok(Some(token))
}

/// Forgets sign-ins that are over since a month, and those in which only the password was ever shown since a day.
pub(crate) async fn forget(client: &impl deadpool_postgres::GenericClient) -> Result<(), StoreError> {
    let now = clock::now();
    store::staff_sessions::delete_old(client, now - KEPT, now - SignedDuration::from_hours(24), BATCH).await
}

/// A row as it stands now, for whoever has this role.
fn shown(stored: StoredSession, role: Role, now: Timestamp) -> StaffSession {
    let StoredSession { number, began_at, seen_at, factor_at, ended_at, is_of_epoch, agent, address } = stored;
    let is_over = ended_at.is_some()
        || !is_of_epoch
        || now.duration_since(began_at) >= SESSION_LIFETIME
        || now.duration_since(seen_at) >= role.idle_max();
    StaffSession { number: SessionNumber(number), began_at, seen_at, factor_at, agent, address, is_open: !is_over }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(began: i64, seen: i64) -> StoredSession {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        StoredSession {
            number: 1,
            began_at: at(began),
            seen_at: at(seen),
            factor_at: Some(at(began)),
            ended_at: None,
            is_of_epoch: true,
            agent: String::new(),
            address: String::new(),
        }
    }

    #[test]
    fn a_sign_in_ends_when_nobody_uses_it_when_the_day_is_over_and_with_its_epoch() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let is_open = |stored, role, minutes| shown(stored, role, at(minutes)).is_open;
        assert!(is_open(stored(0, 100), Role::Finance, 129) && !is_open(stored(0, 100), Role::Finance, 130));
        assert!(is_open(stored(0, 590), Role::Finance, 599) && !is_open(stored(0, 590), Role::Finance, 600));
        assert!(is_open(stored(0, 100), Role::Invigilator, 599), "the network of a door may be gone");
        assert!(!is_open(stored(0, 100), Role::Invigilator, 600));
        assert!(!is_open(StoredSession { is_of_epoch: false, ..stored(0, 100) }, Role::Finance, 101));
        assert!(!is_open(StoredSession { ended_at: Some(at(100)), ..stored(0, 100) }, Role::Finance, 101));
    }

    #[test]
    fn a_factor_is_fresh_for_five_minutes() {
        let at = |seconds: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        let session = |stored| shown(stored, Role::Finance, at(0));
        assert!(session(stored(0, 0)).is_fresh(at(299)) && !session(stored(0, 0)).is_fresh(at(300)));
        assert!(!session(StoredSession { factor_at: None, ..stored(0, 0) }).is_fresh(at(0)));
    }
}
