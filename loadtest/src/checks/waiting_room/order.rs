//! The order of admission, from what candidates saw alone.
//!
//! A candidate who asked and was told `waiting` was not admitted when it asked; one who was told `admitted` was so when
//! the answer came. If the second moment lies before the first, the second candidate was let in before the first, whatever
//! the clocks of servers and networks did in between. Nothing else proves anything, so nothing else is looked at.

use std::time::Duration;

use super::Stay;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// How many were there before the opening and took part in the shuffle.
    pub early: u64,
    /// How many came later.
    pub late: u64,
    /// Two candidates of whom the second was surely admitted before the first, though the first came before.
    pub violation: Option<(u64, u64)>,
}

/// Looks for somebody who was let in out of turn. `score` is a candidate's position in the shuffle; without one, those
/// who were early are compared with the late ones only.
pub fn order(stays: &[Stay], score: impl Fn(&Stay) -> Option<u64>) -> Order {
    let (early, late): (Vec<&Stay>, Vec<&Stay>) = stays.iter().partition(|stay| stay.was_early);
    let mut shuffled: Vec<(u64, &Stay)> = early.iter().filter_map(|stay| Some((score(stay)?, *stay))).collect();
    shuffled.sort_by_key(|(score, _)| *score);
    let found = among_early(&shuffled).or_else(|| early_and_late(&early, &late)).or_else(|| among_late(&late));
    Order { early: early.len() as u64, late: late.len() as u64, violation: found }
}

/// Each was let in no later than whoever comes after in the shuffle.
fn among_early(shuffled: &[(u64, &Stay)]) -> Option<(u64, u64)> {
    let mut soonest: Option<&Stay> = None;
    for (_, stay) in shuffled.iter().rev() {
        if let Some(pair) = out_of_turn(stay, soonest) {
            return Some(pair);
        }
        soonest = sooner(soonest, stay);
    }
    None
}

fn early_and_late(early: &[&Stay], late: &[&Stay]) -> Option<(u64, u64)> {
    let soonest = late.iter().fold(None, |soonest, stay| sooner(soonest, stay));
    early.iter().find_map(|stay| out_of_turn(stay, soonest))
}

/// Whoever had surely entered before another one entered, was let in no later.
fn among_late(late: &[&Stay]) -> Option<(u64, u64)> {
    let mut by_answer: Vec<&Stay> = late.to_vec();
    by_answer.sort_by_key(|stay| stay.entered.1);
    let mut by_request: Vec<&Stay> = late.to_vec();
    by_request.sort_by_key(|stay| stay.entered.0);
    let mut before = by_answer.into_iter().peekable();
    // Of those who had entered before, the one who was seen waiting last.
    let mut longest: Option<(Duration, &Stay)> = None;
    for stay in by_request {
        while let Some(earlier) = before.next_if(|earlier| earlier.entered.1 < stay.entered.0) {
            if let Some(waited) = earlier.still_waiting
                && longest.is_none_or(|(most, _)| waited > most)
            {
                longest = Some((waited, earlier));
            }
        }
        if let Some((_, earlier)) = longest
            && let Some(pair) = out_of_turn(earlier, Some(stay))
        {
            return Some(pair);
        }
    }
    None
}

/// `first` still waited after `second` had been let in.
fn out_of_turn(first: &Stay, second: Option<&Stay>) -> Option<(u64, u64)> {
    let second = second?;
    (first.still_waiting? > second.admitted?).then_some((first.index, second.index))
}

/// Whoever of the two was let in sooner.
fn sooner<'a>(one: Option<&'a Stay>, other: &'a Stay) -> Option<&'a Stay> {
    match (one.and_then(|stay| stay.admitted), other.admitted) {
        (Some(mine), Some(theirs)) if theirs < mine => Some(other),
        (None, Some(_)) => Some(other),
        _ => one,
    }
}
