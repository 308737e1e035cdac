//! Sign-ins of candidates as the server keeps them: each can be seen and ended by itself, is over after a while without
//! use, and after so many hours however much it is used. That one is used costs no write of its own: it is remembered here,
//! and written by a job, at most once in five minutes.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::machine::Machine;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::outbox::post::SessionLimits;
use crate::people::accounts::security::{self, Event};
use crate::people::accounts::{Account, Accounts, read};
use crate::people::candidates::store::account_sessions::{self, StoredSession};
use crate::people::store::accounts::{self, InSession};
use crate::store::StoreError;

/// Most sign-ins of an account: one more ends the one that was used longest ago.
pub const SESSIONS_MAX: usize = 20;
/// That one is used is written no more often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// The shortest and the longest that an operator may let a sign-in live, used or not.
pub const LIMIT_MIN: SignedDuration = SignedDuration::from_mins(15);
/// See [`LIMIT_MIN`]; the browser keeps the cookie for a week.
pub const LIMIT_MAX: SignedDuration = SignedDuration::from_hours(24);
/// What is asked about again although it would be over by its use goes on for so long at least.
const ASKED_AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// Most uses that one process remembers until they are written.
const USED_MAX: usize = 200_000;
/// Most that are written in one statement.
const BATCH: usize = 2_000;

const _: () = assert!(LIMIT_MIN.as_secs() > SEEN_EVERY.as_secs(), "who uses a sign-in is not idle");

/// One sign-in of a candidate on one browser. It opens nothing; it only names what can be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub Uuid);

impl SessionId {
    /// Has it a row, without which it opens nothing? Those of the version before have none.
    fn is_kept(self) -> bool {
        self.0.get_version_num() == 7
    }
}

/// A sign-in as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// By which it is ended.
    pub id: SessionId,
    /// On what it is.
    pub machine: Machine,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was used last, to five minutes.
    pub seen_at: Timestamp,
}

/// A sign-in that has just begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSession {
    /// For the browser's cookie.
    pub id: SessionId,
    /// When it ends at the latest.
    pub until: Timestamp,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedInAccount {
    /// Who it is.
    pub account: Account,
    /// When the sign-in ends if nobody uses it any more; `None` for one of the version before.
    pub ends_at: Option<Timestamp>,
}

/// How long a sign-in still lasts if nobody uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// So long at least.
    AtLeast(SignedDuration),
    /// It is about to end because nobody used it: whoever does goes on.
    Idle,
    /// It is about to end however much it is used.
    Last,
    /// It is over.
    Nothing,
}

/// Uses of sign-ins that are not written yet, and how many owners were told of new devices within the hour.
#[derive(Default)]
pub(in crate::people::accounts) struct Used(Mutex<Remembered>);

/// A sign-in, when it was used, and whether it was good then.
type Use = (Uuid, (Timestamp, bool));

#[derive(Default)]
struct Remembered {
    /// To be written: when each was used, and whether it was good then.
    uses: HashMap<Uuid, (Timestamp, bool)>,
    /// What was remembered since then: not again.
    since: Timestamp,
    noted: HashSet<Uuid>,
    /// The hour, and how many were told in it.
    told: (i64, u32),
}

impl Used {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().expect("nothing panics while remembering")
    }

    /// Remembers a use, once in a while.
    fn note(&self, session: Uuid, now: Timestamp, is_good: bool) {
        let mut remembered = self.lock();
        if now.duration_since(remembered.since) >= SEEN_EVERY {
            remembered.since = now;
            remembered.noted.clear();
        }
        // What does not fit is noted by its next use.
        if remembered.noted.len() < USED_MAX && remembered.noted.insert(session) {
            remembered.uses.insert(session, (now, is_good));
        }
    }

    fn take(&self) -> Vec<Use> {
        std::mem::take(&mut self.lock().uses).into_iter().collect()
    }

    /// What could not be written is written with the next ones; where a sign-in was used since, that counts.
    fn put_back(&self, uses: &[Use]) {
        let mut remembered = self.lock();
        for (session, one) in uses {
            if remembered.uses.len() < USED_MAX {
                remembered.uses.entry(*session).or_insert(*one);
            }
        }
    }

    /// May one more owner be told within this hour?
    fn may_tell(&self, now: Timestamp, most: u32) -> bool {
        let told = &mut self.lock().told;
        let hour = now.as_second() / 3600;
        if told.0 != hour {
            *told = (hour, 0);
        }
        let may = told.1 < most;
        told.1 += u32::from(may);
        may
    }

    /// Nobody was told after all, who would have been then: another one may be, within the same hour.
    fn give_back(&self, then: Timestamp) {
        let told = &mut self.lock().told;
        if told.0 == then.as_second() / 3600 {
            told.1 = told.1.saturating_sub(1);
        }
    }
}

impl Accounts {
    /// Begins a sign-in. On a browser that is new to the account the owner is told, unless they were told of another one whose
    /// time is not over, since when nothing has ended all sign-ins; or too many are told within this hour: when everybody comes at
    /// once, messages are for what is decided.
    pub async fn begin_session(
        &self,
        account: &Account,
        machine: Machine,
        is_new_device: bool,
    ) -> Result<NewSession, StoreError> {
        let now = clock::now();
        let (id, until) = (Uuid::now_v7(), now + self.limits().absolute);
        let session = StoredSession {
            id,
            account: account.id.0,
            epoch: account.session_epoch,
            system: <&str>::from(machine.system).to_owned(),
            browser: <&str>::from(machine.browser).to_owned(),
            began_at: now,
            seen_at: now,
            until,
        };
        let most = i64::try_from(SESSIONS_MAX).expect("a small constant");
        let begun = NewSession { id: SessionId(id), until };
        let mut client = self.database.client().await?;
        if !is_new_device {
            account_sessions::insert(&client, &session, most, false).await?;
            return Ok(begun);
        }
        security::note(Event::NewDevice, Some(account.id), None);
        let per_hour = self.post.settings().new_device_messages_per_hour;
        let may_tell = self.used.may_tell(now, per_hour);
        if !may_tell && per_hour > 0 {
            metrics::counter!("registration_new_devices_not_told_total").increment(1);
        }
        let transaction = client.transaction().await?;
        let is_told = account_sessions::insert(&transaction, &session, most, may_tell).await?;
        if is_told {
            messages::add(&transaction, account.id, None, MessageKind::NewDevice, now).await?;
        } else if may_tell {
            self.used.give_back(now);
        }
        transaction.commit().await?;
        Ok(begun)
    }

    /// The account with this id, unless the sign-in that names it is over. It counts as used.
    pub async fn signed_in(
        &self,
        id: AccountId,
        session: Option<SessionId>,
    ) -> Result<Option<SignedInAccount>, StoreError> {
        let now = clock::now();
        let Some((account, times)) = self.in_session(id, session, now).await? else { return Ok(None) };
        let SessionLimits { idle, .. } = self.limits();
        let ends_at = times.zip(session).map(|((mut seen_at, until), session)| {
            if now.duration_since(seen_at) >= SEEN_EVERY {
                self.used.note(session.0, now, true);
                seen_at = now;
            }
            until.min(seen_at + idle)
        });
        Ok(Some(SignedInAccount { account, ends_at }))
    }

    /// A sign-in was used where no store is asked whether it is over: it goes on if it is not.
    pub fn note_use(&self, session: SessionId) {
        if session.is_kept() {
            self.used.note(session.0, clock::now(), false);
        }
    }

    /// How long a sign-in still lasts if nobody uses it: to be asked does not count as a use. What lasts no longer than
    /// `soon` is about to end.
    pub async fn time_left(
        &self,
        id: AccountId,
        session: Option<SessionId>,
        soon: SignedDuration,
    ) -> Result<Left, StoreError> {
        let now = clock::now();
        if let Some((_, times)) = self.in_session(id, session, now + soon).await? {
            let idle = self.limits().idle;
            let ends_at = times.map_or(now, |(seen_at, until)| until.min(seen_at + idle));
            // What goes on only because something waits is asked about again before long.
            return Ok(Left::AtLeast(ends_at.max(now + soon + ASKED_AGAIN).duration_since(now)));
        }
        Ok(match self.in_session(id, session, now).await? {
            Some((_, Some((_, until)))) if until > now + soon => Left::Idle,
            Some(_) => Left::Last,
            None => Left::Nothing,
        })
    }

    /// The account's sign-ins that are not over, the one used last first.
    pub async fn open_sessions(&self, account: &Account) -> Result<Vec<OpenSession>, StoreError> {
        let now = clock::now();
        let most = i64::try_from(SESSIONS_MAX).expect("a small constant");
        let of = (account.id.0, account.session_epoch);
        let found = account_sessions::of(&self.database.client().await?, of, now, most).await?;
        let is_used = |session: &StoredSession| session.seen_at > now - self.limits().idle;
        // Those that were not used for long go on all the same where something waits: one of them tells of all.
        let unused = found.iter().find(|session| !is_used(session)).map(|session| SessionId(session.id));
        let something_waits = match unused {
            Some(session) => self.in_session(account.id, Some(session), now).await?.is_some(),
            None => false,
        };
        Ok(found.iter().filter(|session| something_waits || is_used(session)).map(shown).collect())
    }

    /// Ends one of the account's sign-ins: its cookie opens nothing any more. Whether there was one to end.
    pub async fn end_session(&self, account: AccountId, session: SessionId) -> Result<bool, StoreError> {
        let client = self.database.client().await?;
        let is_ended = account_sessions::end(&client, account.0, session.0, clock::now()).await?;
        if is_ended {
            security::note(Event::DeviceSignedOut, Some(account), None);
        }
        Ok(is_ended)
    }

    /// Writes which sign-ins were used. What the store does not take is not lost: its sign-ins would end under those who use them.
    pub(in crate::people::accounts) async fn write_uses(&self) -> Result<(), StoreError> {
        let uses = self.used.take();
        let idle_since = clock::now() - self.limits().idle;
        let mut left = uses.as_slice();
        while !left.is_empty() {
            let (some, others) = left.split_at(left.len().min(BATCH));
            if let Err(error) = self.write_some(some, idle_since).await {
                self.used.put_back(left);
                return Err(error);
            }
            left = others;
        }
        Ok(())
    }

    async fn write_some(&self, some: &[Use], idle_since: Timestamp) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = some.iter().map(|(id, _)| *id).collect();
        let times: Vec<Timestamp> = some.iter().map(|(_, (at, _))| *at).collect();
        let good: Vec<bool> = some.iter().map(|(_, (_, is_good))| *is_good).collect();
        account_sessions::seen(&self.database.client().await?, (&ids, &times, &good), idle_since).await
    }

    /// How long sign-ins live on this site.
    pub fn limits(&self) -> SessionLimits {
        self.post.settings().sessions
    }

    async fn in_session(
        &self,
        id: AccountId,
        session: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Option<(Account, Option<(Timestamp, Timestamp)>)>, StoreError> {
        let asked = InSession {
            id: session.map(|session| session.0),
            is_kept: session.is_some_and(SessionId::is_kept),
            now: at,
            idle_since: at - self.limits().idle,
        };
        let found = accounts::get_in(&self.database.client().await?, id.0, asked).await?;
        found.map(|(account, times)| Ok((read(&self.vault, &account)?, times))).transpose()
    }
}

/// What another version wrote and this one does not know is something else.
fn shown(session: &StoredSession) -> OpenSession {
    let machine = Machine {
        system: session.system.parse().unwrap_or_default(),
        browser: session.browser.parse().unwrap_or_default(),
    };
    OpenSession { id: SessionId(session.id), machine, began_at: session.began_at, seen_at: session.seen_at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_remembered_once_in_a_while() {
        let (used, at) = (Used::default(), Timestamp::from_second(1_800_000_000).unwrap());
        let id = Uuid::from_u128(1);
        used.note(id, at, true);
        used.note(id, at + SignedDuration::from_mins(4), true);
        assert_eq!(used.take(), [(id, (at, true))]);
        used.note(id, at + SignedDuration::from_mins(4), true);
        assert!(used.take().is_empty());
        let later = at + SEEN_EVERY;
        used.note(id, later, false);
        assert_eq!(used.take(), [(id, (later, false))]);
    }

    #[test]
    fn what_was_not_written_is_written_later_unless_it_was_used_since() {
        let (used, at) = (Used::default(), Timestamp::from_second(1_800_000_000).unwrap());
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        used.note(one, at, true);
        used.note(other, at, true);
        let failed = used.take();
        let later = at + SEEN_EVERY;
        used.note(one, later, false);
        used.put_back(&failed);
        let mut uses = used.take();
        uses.sort_unstable();
        assert_eq!(uses, [(one, (later, false)), (other, (at, true))]);
    }

    #[test]
    fn so_many_owners_are_told_within_an_hour() {
        let (used, at) = (Used::default(), Timestamp::from_second(1_800_000_000).unwrap());
        let told = |at| (0..5).filter(|_| used.may_tell(at, 3)).count();
        assert_eq!((told(at), told(at), told(at + SignedDuration::from_hours(1))), (3, 0, 3));
        let next = at + SignedDuration::from_hours(1);
        used.give_back(next);
        assert!(used.may_tell(next, 3) && !used.may_tell(next, 3), "one of them knew already");
        used.give_back(at);
        assert!(!used.may_tell(next, 3), "of an hour that is over nothing comes back");
        assert!(!used.may_tell(at, 0), "none where the setting says so");
    }
}
