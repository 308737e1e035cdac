//! Redis: the two scripts of a waiting room. They are apart from the pools' scripts, of which a missing one means that
//! Redis may have gone back in time: a line that was lost is made anew, so these are simply loaded again.

use std::borrow::Cow;
use std::time::Instant;

use redis::Cmd;

use super::{CALL_LIFE, Link, Store, StoreError, ms};
use crate::ids::{CandidateId, ExamId};
use crate::waiting_room::{WaitingRoomMode, WaitingRoomSettings};

/// The text of `store/lua/waiting_room_join.lua`.
pub const JOIN: &str = include_str!("lua/waiting_room_join.lua");
/// The text of `store/lua/waiting_room_admit.lua`.
pub const ADMIT: &str = include_str!("lua/waiting_room_admit.lua");

static JOIN_SCRIPT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| sha_of(JOIN));
static ADMIT_SCRIPT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| sha_of(ADMIT));

fn sha_of(text: &str) -> String {
    redis::Script::new(text).get_hash().to_owned()
}

/// A room's keys, all under one hash tag of its own: its exam may have many pools.
#[derive(Debug, Clone)]
pub struct WaitingRoomRedisKeys([String; 3]);

impl WaitingRoomRedisKeys {
    /// The keys of the exam's room.
    pub fn of(exam: &ExamId) -> Self {
        Self(["line", "state", "passes"].map(|part| format!("{{room:{exam}}}:{part}")))
    }

    /// All of them, as KEYS of both scripts.
    pub fn all(&self) -> &[String; 3] {
        &self.0
    }
}

/// What `waiting_room_join` is asked.
#[derive(Debug, Clone)]
pub struct JoinRequest<'a> {
    /// The round of the line that is meant.
    pub round: i32,
    /// The candidate whose position it is.
    pub candidate: &'a CandidateId,
    /// The score before the opening.
    pub shuffled_score: f64,
    /// The opening in ms since 1970; absent: open already.
    pub opens_ms: Option<i64>,
    /// Is it proven that the candidate had a position before the opening?
    pub was_present: bool,
    /// A pass's life, in ms.
    pub pass_life_ms: i64,
    /// Take a position when there is none?
    pub join: bool,
}

/// The standing of a position as Redis says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Joined {
    /// There is none, and none was asked for.
    Nowhere {
        /// Redis's clock, in ms since 1970.
        now_ms: i64,
    },
    /// The candidate has a position.
    InLine {
        /// Redis's clock, in ms since 1970.
        now_ms: i64,
        /// The number of all positions ever taken in the line.
        present: u64,
        /// The number of those positions that are admitted.
        admitted: u64,
        /// The number of positions before this one.
        rank: u64,
        /// Is it one of the shuffled?
        is_shuffled: bool,
        /// Admissions per second of late, as far as known.
        per_second: Option<f64>,
        /// Admitted: until when the pass is good, in ms since 1970.
        pass_until_ms: Option<i64>,
    },
}

/// How hard the engine of this process works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strain {
    /// Hold requests hardly wait.
    Calm,
    /// Hold requests wait.
    Strained,
    /// They have waited for long, or some were refused.
    Long,
}

/// What `waiting_room_admit` is told.
#[derive(Debug, Clone)]
pub struct AdmitRequest {
    /// The round of the line that is meant.
    pub round: i32,
    /// The settings of the room.
    pub settings: WaitingRoomSettings,
    /// The opening in ms since 1970; absent: open already.
    pub opens_ms: Option<i64>,
    /// Was the room on, as this process knows?
    pub was_on: bool,
    /// The strain on the engine of this process.
    pub strain: Strain,
    /// Seats that are free or about to lapse.
    pub supply: u64,
    /// Most people who are admitted and have no seat yet.
    pub ceiling: u64,
    /// Seats taken by admitted people since the last report.
    pub seated: u64,
    /// A pass's life, in ms.
    pub pass_life_ms: i64,
    /// Has Redis lost the line since the last call?
    pub is_lost: bool,
}

/// The standing of a room as Redis says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Admitting {
    /// Redis's clock, in ms since 1970.
    pub now_ms: i64,
    /// Is a pass needed?
    pub is_on: bool,
    /// The number of all positions ever taken in the line.
    pub present: u64,
    /// The number of those positions that are admitted.
    pub admitted: u64,
    /// Admissions per second of late, as far as known.
    pub per_second: Option<f64>,
    /// Has the exam opened, by Redis's clock?
    pub is_open: bool,
    /// When the line was begun, in ms since 1970: another one is another line.
    pub born_ms: i64,
}

impl Store {
    /// Calls `waiting_room_join`; nothing when the round is over.
    pub async fn waiting_room_join(
        &self,
        keys: &WaitingRoomRedisKeys,
        request: &JoinRequest<'_>,
    ) -> Result<Option<Joined>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            cmd.arg(request.round).arg(request.candidate.as_str()).arg(request.shuffled_score.to_string());
            cmd.arg(request.opens_ms.map_or(String::new(), |ms| ms.to_string()));
            cmd.arg(if request.was_present { "present" } else { "late" });
            cmd.arg(request.pass_life_ms).arg(if request.join { "join" } else { "look" });
        };
        let words = self.waiting_room_call(JOIN, &JOIN_SCRIPT, keys, arguments).await?;
        joined(&words).ok_or_else(|| StoreError::Unexpected(format!("waiting_room_join said {words:?}")))
    }

    /// Calls `waiting_room_admit`; nothing when the round is over.
    pub async fn waiting_room_admit(
        &self,
        keys: &WaitingRoomRedisKeys,
        request: &AdmitRequest,
    ) -> Result<Option<Admitting>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            let mode = if request.settings.mode == WaitingRoomMode::On { "on" } else { "automatic" };
            cmd.arg(request.round).arg(mode).arg(request.opens_ms.map_or(String::new(), |ms| ms.to_string()));
            cmd.arg(u8::from(request.was_on)).arg(match request.strain {
                Strain::Calm => "calm",
                Strain::Strained => "strained",
                Strain::Long => "long",
            });
            cmd.arg(request.settings.admit_per_second.map_or(String::new(), |rate| rate.to_string()));
            cmd.arg(request.supply).arg(request.ceiling).arg(request.seated).arg(request.pass_life_ms);
            cmd.arg(if request.is_lost { "lost" } else { "" });
        };
        let words = self.waiting_room_call(ADMIT, &ADMIT_SCRIPT, keys, arguments).await?;
        admitting(&words).ok_or_else(|| StoreError::Unexpected(format!("waiting_room_admit said {words:?}")))
    }

    /// Who stands in the line behind the first `from`, in its order, at most so many.
    pub async fn waiting_room_line(
        &self,
        keys: &WaitingRoomRedisKeys,
        from: usize,
        count: usize,
    ) -> Result<Vec<String>, StoreError> {
        let [line, ..] = keys.all();
        let mut cmd = redis::cmd("ZRANGE");
        cmd.arg(line).arg(from).arg(from + count - 1);
        let (_, value) = self.connection.run(line, |_| Cow::Borrowed(&cmd), |_| true).await?;
        redis::from_redis_value(value).map_err(|error| StoreError::Unexpected(error.to_string()))
    }

    async fn waiting_room_call(
        &self,
        text: &str,
        sha: &str,
        keys: &WaitingRoomRedisKeys,
        arguments: impl Fn(&mut Cmd),
    ) -> Result<Vec<String>, StoreError> {
        let [line, ..] = keys.all();
        let ask = async |name, script: &str| {
            let make = |link: &Link| {
                let mut cmd = redis::cmd(name);
                cmd.arg(script).arg(keys.all().len()).arg(keys.all());
                arguments(&mut cmd);
                cmd.arg(link.now_ms() + ms(CALL_LIFE));
                Cow::Owned(cmd)
            };
            let asked = Instant::now();
            let (link, value) = self.connection.run(line, make, |_| true).await?;
            let words: Vec<String> =
                redis::from_redis_value(value).map_err(|error| StoreError::Unexpected(error.to_string()))?;
            match words.as_slice() {
                [word, now] if word == "late" => {
                    let now_ms = now.parse().map_err(|_| StoreError::Unexpected(format!("a clock showed {now:?}")))?;
                    link.learn_time(asked, now_ms);
                    Err(StoreError::Late { now_ms })
                }
                _ => Ok(words),
            }
        };
        match ask("EVALSHA", sha).await {
            // EVAL also loads the script, on the node where it is needed.
            Err(StoreError::ScriptsGone) => ask("EVAL", text).await,
            other => other,
        }
    }
}

/// Reads what `waiting_room_join` said. The outer nothing: it said what it never should; the inner: the round is over.
fn joined(words: &[String]) -> Option<Option<Joined>> {
    let number = |at: usize| words.get(at)?.parse().ok();
    match words.first()?.as_str() {
        "stale" => Some(None),
        "nowhere" => Some(Some(Joined::Nowhere { now_ms: number(1)? })),
        word @ ("waiting" | "admitted") => Some(Some(Joined::InLine {
            now_ms: number(1)?,
            present: words.get(2)?.parse().ok()?,
            admitted: words.get(3)?.parse().ok()?,
            rank: words.get(4)?.parse().ok()?,
            is_shuffled: words.get(5)? == "1",
            per_second: words.get(6)?.parse().ok(),
            pass_until_ms: if word == "admitted" { Some(number(7)?) } else { None },
        })),
        _ => None,
    }
}

/// Reads what `waiting_room_admit` said, likewise.
fn admitting(words: &[String]) -> Option<Option<Admitting>> {
    match words.first()?.as_str() {
        "stale" => Some(None),
        "ok" => Some(Some(Admitting {
            now_ms: words.get(1)?.parse().ok()?,
            is_on: words.get(2)? == "1",
            present: words.get(3)?.parse().ok()?,
            admitted: words.get(4)?.parse().ok()?,
            per_second: words.get(5)?.parse().ok(),
            is_open: words.get(6)? == "1",
            born_ms: words.get(7)?.parse().ok()?,
        })),
        _ => None,
    }
}
