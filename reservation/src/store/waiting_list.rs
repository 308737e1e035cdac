//! Redis: the scripts of waiting lists. They are a pool's scripts as any other: a list stands beside the pool's seats.

use redis::{Cmd, from_redis_value};

use super::keys::PoolKeys;
use super::reply::{Reply, text};
use super::{EVENTS_BEHIND_MAX, Link, Moment, Store, StoreError, ms, scripts};
use crate::ids::{CandidateId, SittingNumber};
use crate::waiting_list::{ListPer, Returns, WAITS_MAX, Wait, WaitOf, WaitState, WaitingListSettings};

/// Most waits that one call of `offer` looks at.
const OFFERS_MAX: usize = 2_000;
/// How many waits one page has, about.
const PAGE: usize = 2_000;

/// One candidate's request to join a list, or to leave whichever list of the group they are on.
#[derive(Debug, Clone)]
pub struct WaitRequest {
    /// The candidate, by id.
    pub candidate: CandidateId,
    /// The group's number.
    pub group: SittingNumber,
    /// To join: the list's number, and its sittings in which seats may still be given out. `None` leaves.
    pub joins: Option<(SittingNumber, Vec<SittingNumber>)>,
}

/// What `wait` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitAnswer {
    /// The candidate waits on the list, since now or before.
    Waiting,
    /// The candidate has left the list.
    Left,
    /// There was nothing to leave.
    Gone,
    /// A seat of the list's sittings can be had at once.
    Free,
    /// The candidate has a seat of the group.
    Seated,
    /// The candidate waits on another list of the group.
    Elsewhere,
    /// A seat is being held for the candidate.
    Offered,
    /// The candidate let too many offers pass.
    Spent,
    /// Too many wait.
    Crowded,
}

fn wait_answer(word: &str) -> Option<WaitAnswer> {
    Some(match word {
        "waiting" => WaitAnswer::Waiting,
        "left" => WaitAnswer::Left,
        "gone" => WaitAnswer::Gone,
        "free" => WaitAnswer::Free,
        "seated" => WaitAnswer::Seated,
        "elsewhere" => WaitAnswer::Elsewhere,
        "offered" => WaitAnswer::Offered,
        "spent" => WaitAnswer::Spent,
        "crowded" => WaitAnswer::Crowded,
        _ => return None,
    })
}

/// How many offers `offer` made, and 1 if more may be made at once.
fn offer_answer(words: &str) -> Option<(u64, u64)> {
    let (offers, more) = words.split_once(' ')?;
    Some((offers.parse().ok()?, more.parse().ok()?))
}

fn returns_word(returns: Returns) -> &'static str {
    match returns {
        Returns::ListFirst => "first",
        Returns::Everybody => "everybody",
    }
}

/// A wait and where it stands in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionInList {
    /// The wait as Redis has it.
    pub wait: Wait,
    /// How many wait before it, if it waits.
    pub ahead: u64,
    /// How many wait on its list.
    pub waiting: u64,
}

impl Store {
    /// Calls `wait`; answers one word for each request, in order.
    pub async fn wait(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        settings: WaitingListSettings,
        requests: &[WaitRequest],
    ) -> Result<Reply<WaitAnswer>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            cmd.arg(EVENTS_BEHIND_MAX).arg(settings.lapses_max).arg(returns_word(settings.returns)).arg(WAITS_MAX);
            for WaitRequest { candidate, group, joins } in requests {
                cmd.arg(if joins.is_some() { "join" } else { "leave" }).arg(candidate.as_str()).arg(group.0);
                match joins {
                    Some((list, sittings)) => {
                        let sittings: Vec<String> = sittings.iter().map(SittingNumber::to_string).collect();
                        cmd.arg(list.0).arg(sittings.join(" "));
                    }
                    None => _ = cmd.arg(0).arg("-"),
                }
            }
        };
        self.call(&scripts::WAIT, keys, moment, arguments, text(wait_answer)).await
    }

    /// Calls `offer`: holds what is there in these sittings, each with its group, for those who wait longest; `lasts` is
    /// how long, with the grace. Answers how many offers were made, and 1 if more may be made at once. With no sittings,
    /// what was kept is given to everybody.
    pub async fn offer(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        (settings, lasts): (WaitingListSettings, std::time::Duration),
        sittings: &[(SittingNumber, SittingNumber)],
    ) -> Result<Reply<(u64, u64)>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            cmd.arg(ms(lasts)).arg(EVENTS_BEHIND_MAX).arg(settings.lapses_max).arg(OFFERS_MAX);
            for &(sitting, group) in sittings {
                let list = ListPer::list_of(settings.per, sitting, group);
                cmd.arg(sitting.0).arg(list.0).arg(returns_word(settings.returns));
            }
        };
        self.call(&scripts::OFFER, keys, moment, arguments, text(offer_answer)).await
    }

    /// Where the candidate stands in the list of that group; `None` when Redis knows of no wait.
    pub async fn position_in_list(
        &self,
        keys: &PoolKeys,
        candidate: &CandidateId,
        group: SittingNumber,
    ) -> Result<Option<PositionInList>, StoreError> {
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(scripts::POSITION).arg(2).arg(keys.waits()).arg(keys.line()).arg(format!("{candidate}:{group}"));
        let (value, ahead, waiting): (String, u64, u64) = self.ask(keys, &cmd).await?;
        if value.is_empty() {
            return Ok(None);
        }
        let unheard = || StoreError::Unexpected(format!("a wait {value:?}"));
        let state = value.chars().next().and_then(WaitState::of_letter).ok_or_else(unheard)?;
        let wait = Wait::parse(state, value.get(1..).unwrap_or_default()).ok_or_else(unheard)?;
        Ok(Some(PositionInList { wait, ahead, waiting }))
    }

    /// How many wait on all lists of the pool.
    pub async fn waiting_in_lists(&self, keys: &PoolKeys) -> Result<u64, StoreError> {
        self.ask(keys, &Cmd::zcard(keys.line())).await
    }

    /// The seats that are kept for lists, by sitting.
    pub async fn kept(&self, keys: &PoolKeys) -> Result<Vec<(SittingNumber, u64)>, StoreError> {
        let kept: Vec<(i32, u64)> = self.ask(keys, &Cmd::hgetall(keys.kept())).await?;
        Ok(kept.into_iter().map(|(sitting, seats)| (SittingNumber(sitting), seats)).collect())
    }
}

impl Link {
    /// A page of the pool's waits, and where the next begins; 0 at the end and at the beginning. A wait may come twice.
    pub async fn waits(&self, keys: &PoolKeys, from: u64) -> Result<(u64, Vec<WaitOf>), StoreError> {
        let mut cmd = redis::cmd("HSCAN");
        cmd.arg(keys.waits()).arg(from).arg("COUNT").arg(PAGE);
        let page = self.ask(&cmd).await?;
        let (next, records): (u64, Vec<(String, String)>) =
            from_redis_value(page).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        Ok((next, records.iter().filter_map(|(field, value)| WaitOf::of_record(field, value)).collect()))
    }
}
