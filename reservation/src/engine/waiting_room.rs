//! The waiting room before an exam: positions in its line, and whether a hold request is let through.

pub mod outcomes;
mod position;
mod ticker;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use base16ct::lower::encode_string as hex;
use jiff::{SignedDuration, Timestamp};

use crate::engine::catalogue::ExamEntry;
use crate::engine::lanes::RunningPool;
use crate::engine::{Engine, HoldError};
use crate::ids::{CandidateId, ExamId};
use crate::store::waiting_room::{Admitting, JoinRequest, WaitingRoomRedisKeys};
use crate::waiting_room::pass::{PASS_LIFE, Pass, PassError, PositionToken};
use crate::waiting_room::{WaitingRoomKeys, WaitingRoomMode};
pub use position::{TurnState, WaitingRoomPosition};

/// How long before the opening an automatic room is on; `waiting_room_admit.lua` knows the same.
const ON_BEFORE: SignedDuration = SignedDuration::from_mins(30);
/// By which right a seat is asked for while a waiting room is on.
#[derive(Debug, Clone, Copy)]
pub enum Admission<'a> {
    /// A caller's, with what was sent as a pass.
    Pass(Option<&'a Pass>),
    /// Our own: the candidate has a seat, had it, or has paid for it.
    Exempt,
}

/// A room as everybody may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingRoomState {
    /// The times at which the room stands before the exam.
    pub mode: WaitingRoomMode,
    /// Is a pass needed now?
    pub is_on: bool,
    /// The opening of the exam; absent when it is open already.
    pub opens_at: Option<Timestamp>,
    /// SHA-256 of the seed, in hex; absent while no room was ever wanted.
    pub commitment: Option<String>,
    /// The seed in hex, once the exam has opened.
    pub seed: Option<String>,
    /// All positions ever taken.
    pub present: u64,
    /// Positions not yet admitted.
    pub waiting: u64,
    /// The number of positions that were admitted.
    pub admitted: u64,
    /// When the next seat may come back, while none is free and none is about to lapse: until then nobody is admitted.
    pub next_release_at: Option<Timestamp>,
    /// Is no seat free, and none about to lapse?
    pub is_full: bool,
    /// The time by the clock of this server.
    pub server_time: Timestamp,
}

/// An exam's room as this process knows it.
#[derive(Debug)]
pub(super) struct WaitingRoom {
    keys: WaitingRoomRedisKeys,
    /// What Redis said last; absent before it said anything.
    known: RwLock<Option<Admitting>>,
    /// First holds since the ticker's last report.
    seated: AtomicU64,
}

impl WaitingRoom {
    fn new(exam: &ExamId) -> Self {
        Self { keys: WaitingRoomRedisKeys::of(exam), known: RwLock::default(), seated: AtomicU64::new(0) }
    }

    fn known(&self) -> Option<Admitting> {
        *self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn know(&self, now: Admitting) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}

/// Is the room on, as far as this process knows? What Redis said last counts; before it said anything, the calendar.
fn is_on(entry: &ExamEntry, known: Option<&Admitting>, now: Timestamp) -> bool {
    match (entry.exam.waiting_room.mode, known) {
        (WaitingRoomMode::Off, _) => false,
        (WaitingRoomMode::On, _) => true,
        (WaitingRoomMode::Automatic, Some(known)) => known.is_on,
        (WaitingRoomMode::Automatic, None) => {
            entry.exam.opens_at.is_some_and(|opens| (opens - ON_BEFORE..opens).contains(&now))
        }
    }
}

impl Engine {
    /// The exam's room, its keys, and whether it is on; nothing while it is set to off.
    fn waiting_room_of(&self, entry: &ExamEntry) -> Option<(Arc<WaitingRoom>, Arc<WaitingRoomKeys>, bool)> {
        if entry.exam.waiting_room.mode == WaitingRoomMode::Off {
            return None;
        }
        let keys = entry.waiting_room_keys.clone()?;
        let room = self.inner.waiting_rooms.get(&entry.exam.id).map(|room| room.value().clone())?;
        let is_on = is_on(entry, room.known().as_ref(), Timestamp::now());
        Some((room, keys, is_on))
    }

    /// Lets a hold request through, or says what it lacks. Costs one comparison while the exam's room is set to off.
    pub(super) fn admit(
        &self,
        entry: &ExamEntry,
        candidate: &CandidateId,
        admission: Admission<'_>,
    ) -> Result<(), PassError> {
        let Admission::Pass(pass) = admission else { return Ok(()) };
        match self.waiting_room_of(entry) {
            Some((_, keys, true)) => {
                pass.ok_or(PassError::Missing)?.check(&keys, &entry.exam.id, candidate, Timestamp::now())
            }
            _ => Ok(()),
        }
    }

    /// Notes that somebody took seats, which makes room for the next to be admitted.
    pub(super) fn seated(&self, entry: &ExamEntry) {
        if let Some((room, _, true)) = self.waiting_room_of(entry) {
            room.seated.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Is a pass needed for the exam now, as far as this process knows?
    pub fn is_waiting_room_on(&self, exam: &ExamId) -> bool {
        self.entry(exam).is_ok_and(|entry| self.waiting_room_of(&entry).is_some_and(|(.., is_on)| is_on))
    }

    /// The exam's room, from memory.
    pub fn waiting_room(&self, exam: &ExamId) -> Result<WaitingRoomState, HoldError> {
        let entry = self.entry(exam)?;
        let now = Timestamp::now();
        let room = self.waiting_room_of(&entry);
        let known = room.as_ref().and_then(|(room, ..)| room.known());
        let supply = self.supply(exam, now);
        // Redis's clock decides who is shuffled, so it also says when the seed may be known.
        let has_opened = match &room {
            Some(_) => known.is_some_and(|known| known.is_open) && entry.exam.opens_at.is_none_or(|opens| opens <= now),
            None => entry.exam.opens_at.is_none_or(|opens| opens <= now),
        };
        let (present, admitted) = known.map_or((0, 0), |known| (known.present, known.admitted));
        Ok(WaitingRoomState {
            mode: entry.exam.waiting_room.mode,
            is_on: room.as_ref().is_some_and(|(.., is_on)| *is_on),
            opens_at: entry.exam.opens_at,
            commitment: entry.waiting_room_keys.as_ref().map(|keys| hex(&keys.commitment())),
            seed: entry.waiting_room_keys.as_ref().filter(|_| has_opened).map(|keys| hex(&keys.seed)),
            present,
            waiting: present.saturating_sub(admitted),
            admitted: admitted.min(present),
            next_release_at: if supply == 0 { self.next_release_at(&entry) } else { None },
            is_full: supply == 0,
            server_time: now,
        })
    }

    /// Takes the candidate's position, or says how the one that is there stands. `token` is what was given before.
    pub async fn take_position(
        &self,
        exam: &ExamId,
        candidate: &CandidateId,
        token: Option<&str>,
    ) -> Result<WaitingRoomPosition, HoldError> {
        self.ask_for_position(exam, candidate, token, true).await
    }

    /// How the candidate's position stands; takes none.
    pub async fn look_for_position(
        &self,
        exam: &ExamId,
        candidate: &CandidateId,
    ) -> Result<WaitingRoomPosition, HoldError> {
        self.ask_for_position(exam, candidate, None, false).await
    }

    async fn ask_for_position(
        &self,
        exam: &ExamId,
        candidate: &CandidateId,
        token: Option<&str>,
        join: bool,
    ) -> Result<WaitingRoomPosition, HoldError> {
        let entry = self.entry(exam)?;
        let Some((room, keys, true)) = self.waiting_room_of(&entry) else {
            return Ok(WaitingRoomPosition::open(Timestamp::now()));
        };
        let request = JoinRequest {
            round: keys.round,
            candidate,
            shuffled_score: keys.shuffled_score(candidate),
            opens_ms: entry.exam.opens_at.map(Timestamp::as_millisecond),
            was_present: token.is_some_and(|token| PositionToken::is_genuine(token, &keys, exam, candidate)),
            pass_life_ms: life_ms(),
            join,
        };
        let joined = self.ask(|| self.inner.store.waiting_room_join(&room.keys, &request)).await?;
        // Another process has drawn a new line; the catalogue brings it here within a moment.
        let joined = joined.ok_or_else(|| HoldError::Unavailable("the waiting room begins anew".to_owned()))?;
        let is_full = self.supply(exam, Timestamp::now()) == 0;
        Ok(position::position(&entry, &keys, candidate, joined, is_full))
    }

    /// Free seats of the exam, and with them those that lapse soon; from memory.
    fn supply(&self, exam: &ExamId, now: Timestamp) -> u64 {
        let Ok(entry) = self.entry(exam) else { return 0 };
        let until = now + ticker::LAPSES_SOON;
        let of_pool = |pool: &Arc<RunningPool>| {
            let sittings = entry.sittings.iter().filter(|sitting| sitting.spec.pool.as_ref() == Some(&pool.id));
            pool.board.supply(sittings, until)
        };
        self.pools_of(exam).iter().map(of_pool).sum()
    }

    fn next_release_at(&self, entry: &ExamEntry) -> Option<Timestamp> {
        self.availability(&entry.exam.id).ok()?.iter().filter_map(|now| now.next_release_at).min()
    }
}

fn life_ms() -> i64 {
    i64::try_from(PASS_LIFE.as_millis()).expect("minutes fit")
}
