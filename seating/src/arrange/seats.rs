//! Seats within one room: what was granted first, then seat after seat whoever clashes least with those around, then changing
//! places as long as that helps.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Crowd;
use crate::hall::Hall;

/// Most rounds of changing places.
const ROUNDS_MAX: usize = 30;
/// With how many others somebody's place is compared in a round: enough for any usual room, a bound for the largest.
const PARTNERS_MAX: usize = 400;

/// Who sits where, as (seat, who). `members` are no more than there are seats.
pub(super) fn seat(crowd: &Crowd, hall: &Hall, members: &[usize]) -> Vec<(usize, usize)> {
    let mut taken: Vec<Option<usize>> = vec![None; hall.seats.len()];
    let mut fixed = vec![false; hall.seats.len()];
    let (needy, others): (Vec<usize>, Vec<usize>) =
        members.iter().partition(|who| crowd.people[**who].needs.wheelchair || crowd.people[**who].needs.front_row);
    let mut waiting = others;
    // Wheelchairs first: what they need is rarer.
    for wheelchair in [true, false] {
        for who in needy.iter().filter(|who| crowd.people[**who].needs.wheelchair == wheelchair) {
            let needs = crowd.people[*who].needs;
            let free = |seat: &usize| taken[*seat].is_none();
            // A seat for wheelchairs is the last that anybody else is given.
            let by_number = |seat: &usize| (hall.seats[*seat].wheelchair && !wheelchair, *seat);
            let suits = |seat: &usize| hall.suits(*seat, needs);
            match (0..taken.len()).filter(free).filter(suits).min_by_key(by_number) {
                Some(seat) => {
                    taken[seat] = Some(*who);
                    fixed[seat] = true;
                }
                None => waiting.push(*who),
            }
        }
    }
    let mut seats: Vec<usize> = (0..taken.len()).filter(|seat| taken[*seat].is_none()).collect();
    seats.sort_by_key(|seat| (hall.seats[*seat].wheelchair, *seat));
    seats.truncate(waiting.len());
    seats.sort_unstable();
    fill(crowd, hall, &seats, waiting, &mut taken);
    improve(crowd, hall, &mut taken, &fixed);
    taken.into_iter().enumerate().filter_map(|(seat, who)| Some((seat, who?))).collect()
}

/// Gives each of the seats to whoever clashes least; among those to one of the most numerous kind, so that it is not left over.
fn fill(crowd: &Crowd, hall: &Hall, seats: &[usize], mut waiting: Vec<usize>, taken: &mut [Option<usize>]) {
    let mut left: BTreeMap<(usize, u32), usize> = BTreeMap::new();
    let kinds = |who: usize| crowd.values.iter().enumerate().map(move |(key, values)| (key, values[who]));
    for who in &waiting {
        kinds(*who).for_each(|kind| *left.entry(kind).or_default() += 1);
    }
    for seat in seats {
        let around: Vec<usize> = hall.neighbours[*seat].iter().filter_map(|next| taken[*next]).collect();
        let cost = |who: usize| {
            let clashes: usize = around.iter().map(|other| crowd.clashes(who, *other)).sum();
            let alike: usize = kinds(who).filter(|(_, value)| *value != 0).map(|kind| left[&kind]).sum();
            (clashes, Reverse(alike), crowd.ranks[who])
        };
        let Some(at) = (0..waiting.len()).min_by_key(|at| cost(waiting[*at])) else { return };
        let who = waiting.swap_remove(at);
        kinds(who).for_each(|kind| *left.entry(kind).or_default() -= 1);
        taken[*seat] = Some(who);
    }
}

fn improve(crowd: &Crowd, hall: &Hall, taken: &mut [Option<usize>], fixed: &[bool]) {
    for _ in 0..ROUNDS_MAX {
        let mut better = false;
        for seat in 0..taken.len() {
            if fixed[seat] || taken[seat].is_none() || clashes_at(crowd, hall, taken, seat) == 0 {
                continue;
            }
            if let Some(other) = best_partner(crowd, hall, taken, fixed, seat) {
                taken.swap(seat, other);
                better = true;
            }
        }
        if !better {
            return;
        }
    }
}

/// With whom a change of places helps most; `None` when it helps with nobody.
fn best_partner(crowd: &Crowd, hall: &Hall, taken: &mut [Option<usize>], fixed: &[bool], seat: usize) -> Option<usize> {
    let mut best = None;
    for step in 1..=PARTNERS_MAX.min(taken.len() - 1) {
        let other = (seat + step) % taken.len();
        if fixed[other] || taken[other].is_none() {
            continue;
        }
        let both =
            |taken: &[Option<usize>]| clashes_at(crowd, hall, taken, seat) + clashes_at(crowd, hall, taken, other);
        let before = both(taken);
        taken.swap(seat, other);
        let after = both(taken);
        taken.swap(seat, other);
        if after < before && best.is_none_or(|(gain, _)| before - after > gain) {
            best = Some((before - after, other));
        }
    }
    best.map(|(_, other)| other)
}

fn clashes_at(crowd: &Crowd, hall: &Hall, taken: &[Option<usize>], seat: usize) -> usize {
    let Some(who) = taken[seat] else { return 0 };
    hall.neighbours[seat].iter().filter_map(|next| taken[*next]).map(|other| crowd.clashes(who, other)).sum()
}
