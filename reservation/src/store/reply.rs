//! What the scripts answer, as types. A word that is not expected is a fault, never a guess.

use redis::Value;

use crate::hold::HoldState;
use crate::ids::{Generation, SittingNumber};
use crate::store::StoreError;
use crate::store::event::{StreamId, parse_pairs};

/// The common part of a script's reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<A> {
    /// The event that the call wrote, if it changed anything.
    pub event: Option<StreamId>,
    /// The clock that it ran on, in ms since 1970.
    pub now_ms: i64,
    /// Free counts after the call, of the sittings that it changed.
    pub free: Vec<(SittingNumber, i64)>,
    /// One answer per request.
    pub answers: Vec<A>,
}

/// One seat of a hold answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The state of the hold that has the seat.
    pub state: HoldState,
    /// The generation of that hold.
    pub generation: Generation,
    /// The deadline of the hold, in ms since 1970.
    pub lapses_ms: i64,
}

/// What `hold` says of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldAnswer {
    /// At least one seat is new.
    Held(Vec<Seat>),
    /// All were the candidate's already.
    Kept(Vec<Seat>),
    /// This sitting has no free seat; and the earliest deadline in the pool, in ms, 0 if there is none.
    Full(SittingNumber, i64),
    /// The candidate has another sitting of this one's group.
    GroupTaken(SittingNumber),
    /// Redis does not know this sitting.
    UnknownSitting(SittingNumber),
    /// The candidate gave a seat of this one's group back, and too little is left of its time; and when that is
    /// over, in ms since 1970.
    Resting(SittingNumber, i64),
}

/// What `exchange` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExchangeAnswer {
    /// As to `hold`; where it is a refusal nothing was given back.
    Seats(HoldAnswer),
    /// A seat that was to be given back has ended; nothing was done.
    Gone,
    /// The clock of a seat that was to be given back stands still; nothing was done.
    Frozen,
}

/// What `release` says of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseAnswer {
    /// The seat is free again.
    Released,
    /// The hold has ended before.
    Gone,
    /// The ledger leads: cancel it there.
    Frozen,
    /// The ledger leads: cancel it there.
    Confirmed,
}

/// What `freeze` says of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeAnswer {
    /// The clock stands still.
    Frozen(Generation),
    /// The hold was confirmed already.
    Confirmed(Generation),
    /// The hold was gone; a free seat was taken under this generation, and is frozen.
    Taken(Generation),
    /// The hold is gone.
    Expired,
    /// The hold is gone and no seat is free.
    Full,
    /// The hold is gone, and the candidate has a later one on the same sitting.
    Other(HoldState, Generation),
    /// The hold is gone, and the candidate has another sitting of the group.
    GroupTaken,
}

/// What `settle` says of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettleAnswer {
    /// Redis says what the ledger says.
    Settled,
    /// Another hold of the candidate is in that place.
    Conflict,
}

fn unexpected(what: &str) -> StoreError {
    StoreError::Unexpected(format!("a script answered {what:?}"))
}

fn state_of(letter: &str) -> Option<HoldState> {
    match letter {
        "h" => Some(HoldState::Held),
        "f" => Some(HoldState::Frozen),
        "c" => Some(HoldState::Confirmed),
        _ => None,
    }
}

/// One request's part of a reply, as the script wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// A text, as most answers are.
    Text(&'a str),
    /// The usual answer of `hold`: a counter.
    Number(i64),
}

impl<'a> Word<'a> {
    fn of(value: &'a Value) -> Result<Self, StoreError> {
        match value {
            Value::Int(number) => Ok(Self::Number(*number)),
            Value::BulkString(bytes) => std::str::from_utf8(bytes).map(Self::Text).map_err(|_| unexpected("no UTF-8")),
            _ => Err(unexpected("neither text nor number")),
        }
    }

    fn text(value: &'a Value) -> Result<&'a str, StoreError> {
        match Self::of(value)? {
            Self::Text(text) => Ok(text),
            Self::Number(_) => Err(unexpected("a number in place of a text")),
        }
    }
}

/// Reads a script's reply; `answer` reads one request's part, given Redis's clock in ms.
pub fn parse<A>(value: &Value, answer: impl Fn(Word<'_>, i64) -> Option<A>) -> Result<Reply<A>, StoreError> {
    let Value::Array(parts) = value else { return Err(unexpected("no list")) };
    let Some((first, rest)) = parts.split_first() else { return Err(unexpected("nothing")) };
    match (Word::text(first)?, rest) {
        ("late", [now]) => {
            let now = Word::text(now)?;
            Err(StoreError::Late { now_ms: now.parse().map_err(|_| unexpected(now))? })
        }
        ("missing", []) => Err(StoreError::Missing),
        ("fenced", [_]) => Err(StoreError::Fenced),
        ("busy", []) => Err(StoreError::Behind),
        ("ok", [event, now, free, answers @ ..]) => {
            let (event, now, free) = (Word::text(event)?, Word::text(now)?, Word::text(free)?);
            let now_ms = now.parse().map_err(|_| unexpected(now))?;
            let read = |value| {
                let word = Word::of(value)?;
                answer(word, now_ms).ok_or_else(|| unexpected(&format!("{word:?}")))
            };
            Ok(Reply {
                event: if event.is_empty() { None } else { Some(event.parse().map_err(|()| unexpected(event))?) },
                now_ms,
                free: parse_pairs(free).ok_or_else(|| unexpected(free))?,
                answers: answers.iter().map(read).collect::<Result<_, _>>()?,
            })
        }
        (word, _) => Err(unexpected(word)),
    }
}

/// Makes of a reader of texts one for [`parse`].
pub fn text<A>(read: impl Fn(&str) -> Option<A>) -> impl Fn(Word<'_>, i64) -> Option<A> {
    move |word, _| match word {
        Word::Text(text) => read(text),
        Word::Number(_) => None,
    }
}

/// Reads one answer of `hold`; `new_seat` makes the new hold of a counter.
pub fn hold_answer(word: Word<'_>, new_seat: impl Fn(i64) -> Seat) -> Option<HoldAnswer> {
    match word {
        Word::Text(text) => hold_text(text),
        Word::Number(counter) => Some(HoldAnswer::Held(vec![new_seat(counter)])),
    }
}

fn hold_text(text: &str) -> Option<HoldAnswer> {
    let (word, rest) = text.split_once(' ')?;
    let sitting = || rest.parse().ok().map(SittingNumber);
    Some(match word {
        "held" => HoldAnswer::Held(seats(rest)?),
        "kept" => HoldAnswer::Kept(seats(rest)?),
        "full" | "resting" => {
            let (sitting, until) = rest.split_once(' ')?;
            let (sitting, until_ms) = (SittingNumber(sitting.parse().ok()?), until.parse().ok()?);
            if word == "full" { HoldAnswer::Full(sitting, until_ms) } else { HoldAnswer::Resting(sitting, until_ms) }
        }
        "group_taken" => HoldAnswer::GroupTaken(sitting()?),
        "unknown_sitting" => HoldAnswer::UnknownSitting(sitting()?),
        _ => return None,
    })
}

/// Reads the answer of `exchange`.
pub fn exchange_answer(text: &str) -> Option<ExchangeAnswer> {
    Some(match text {
        "gone" => ExchangeAnswer::Gone,
        "frozen" | "confirmed" => ExchangeAnswer::Frozen,
        text => ExchangeAnswer::Seats(hold_text(text)?),
    })
}

fn seats(text: &str) -> Option<Vec<Seat>> {
    let mut words = text.split(' ');
    let mut seats = Vec::with_capacity(1);
    while let Some(letter) = words.next() {
        seats.push(Seat {
            state: state_of(letter)?,
            generation: Generation(words.next()?.parse().ok()?),
            lapses_ms: words.next()?.parse().ok()?,
        });
    }
    Some(seats)
}

/// Reads one answer of `release`.
pub fn release_answer(text: &str) -> Option<ReleaseAnswer> {
    Some(match text {
        "released" => ReleaseAnswer::Released,
        "gone" => ReleaseAnswer::Gone,
        "frozen" => ReleaseAnswer::Frozen,
        "confirmed" => ReleaseAnswer::Confirmed,
        _ => return None,
    })
}

/// Reads one answer of `freeze`.
pub fn freeze_answer(text: &str) -> Option<FreezeAnswer> {
    let mut words = text.split(' ');
    let generation = |word: Option<&str>| word?.parse().ok().map(Generation);
    Some(match words.next()? {
        "frozen" => FreezeAnswer::Frozen(generation(words.next())?),
        "confirmed" => FreezeAnswer::Confirmed(generation(words.next())?),
        "taken" => FreezeAnswer::Taken(generation(words.next())?),
        "expired" => FreezeAnswer::Expired,
        "full" => FreezeAnswer::Full,
        "other" => FreezeAnswer::Other(state_of(words.next()?)?, generation(words.next())?),
        "group_taken" => FreezeAnswer::GroupTaken,
        _ => return None,
    })
}

/// Reads one answer of `settle`.
pub fn settle_answer(text: &str) -> Option<SettleAnswer> {
    match text {
        "settled" => Some(SettleAnswer::Settled),
        "conflict" => Some(SettleAnswer::Conflict),
        _ => None,
    }
}

/// Reads one answer of `resize`: how many seats are taken.
pub fn resize_answer(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// Reads the answer of `sweep`: holds lapsed, and 1 if more are due.
pub fn sweep_answer(text: &str) -> Option<(u64, u64)> {
    let (lapsed, due) = text.split_once(' ')?;
    Some((lapsed.parse().ok()?, due.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_read_back_and_unknown_words_are_faults() {
        let seat = Seat { state: HoldState::Held, generation: Generation(4_294_967_297), lapses_ms: 1_000 };
        assert_eq!(hold_answer(Word::Number(1), |_| seat), Some(HoldAnswer::Held(vec![seat])));
        assert_eq!(hold_text("held h 4294967297 1000"), Some(HoldAnswer::Held(vec![seat])));
        assert_eq!(hold_text("kept h 4294967297 1000 h 4294967297 1000"), Some(HoldAnswer::Kept(vec![seat, seat])));
        assert_eq!(hold_text("full 7 99"), Some(HoldAnswer::Full(SittingNumber(7), 99)));
        assert_eq!(hold_text("resting 7 99"), Some(HoldAnswer::Resting(SittingNumber(7), 99)));
        assert_eq!(exchange_answer("gone"), Some(ExchangeAnswer::Gone));
        assert_eq!(exchange_answer("full 7 99"), hold_text("full 7 99").map(ExchangeAnswer::Seats));
        assert_eq!((exchange_answer("perhaps"), exchange_answer("kept")), (None, None));
        assert_eq!(freeze_answer("other c 9"), Some(FreezeAnswer::Other(HoldState::Confirmed, Generation(9))));
        for bad in ["", "held", "held h", "full 7", "perhaps 1"] {
            assert_eq!(hold_text(bad), None, "{bad:?}");
        }
    }
}
