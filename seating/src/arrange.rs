//! The arrangement: a pure function of the people, the rooms, the rules and the seed. Everybody is given a room, then a seat
//! in it; the order in which people come is drawn, and nothing depends on the machine or on the order of the input.

mod rooms;
mod seats;
mod spread;

use std::collections::BTreeMap;

use crate::draw::Seed;
use crate::examinee::{Examinee, Key};
use crate::hall::Hall;
use crate::plan::{Assigned, Input, InputError, Plan};
use crate::rules::Rules;

/// Seats everybody. What of the rules could not be kept is said by [`crate::violations`].
///
/// # Errors
/// Any [`InputError`].
pub fn arrange(input: &Input, seed: &Seed) -> Result<Plan, InputError> {
    input.check()?;
    let crowd = Crowd::new(input, seed);
    let halls = Hall::all(&input.rooms, &input.rules);
    let (shares, unplaced) = rooms::share_out(&crowd, &halls);
    let mut by_hall: Vec<Vec<(usize, usize)>> = vec![Vec::new(); halls.len()];
    for share in shares {
        by_hall[share.hall] = seats::seat(&crowd, &halls[share.hall], &share.members);
    }
    let mut plan = Plan::default();
    for (hall, mut taken) in halls.iter().zip(by_hall) {
        taken.sort_unstable();
        plan.seats.extend(taken.into_iter().map(|(seat, who)| Assigned {
            id: crowd.people[who].id.clone(),
            room: hall.room.id.clone(),
            seat: number(seat),
        }));
    }
    plan.unplaced = unplaced.into_iter().map(|who| crowd.people[who].id.clone()).collect();
    plan.unplaced.sort_unstable();
    Ok(plan)
}

/// A seat's number, from its place in the hall.
pub(crate) fn number(seat: usize) -> u16 {
    u16::try_from(seat + 1).expect("a room has at most 2,000 seats")
}

/// Everybody, with what is asked of them often: their place in the draw, and their values as numbers.
struct Crowd<'a> {
    people: &'a [Examinee],
    rules: &'a Rules,
    /// Where each comes in the draw.
    ranks: Vec<u128>,
    /// Everybody, by rank.
    drawn: Vec<usize>,
    /// For each key of `rules.apart`, everybody's value as a number; 0 is nobody's.
    values: Vec<Vec<u32>>,
    /// How a value comes in the draw, for those who are kept together.
    sitting: &'a str,
    seed: &'a Seed,
}

impl<'a> Crowd<'a> {
    fn new(input: &'a Input, seed: &'a Seed) -> Self {
        let people = &input.examinees;
        let ranks: Vec<u128> = people.iter().map(|person| seed.rank(&input.sitting, &person.id)).collect();
        let mut drawn: Vec<usize> = (0..people.len()).collect();
        drawn.sort_unstable_by(|one, other| (ranks[*one], &people[*one].id).cmp(&(ranks[*other], &people[*other].id)));
        let values = input.rules.apart.iter().map(|key| numbered(people, *key)).collect();
        Self { people, rules: &input.rules, ranks, drawn, values, sitting: &input.sitting, seed }
    }

    /// By how many of the keys that are to be kept apart two are alike.
    fn clashes(&self, one: usize, other: usize) -> usize {
        self.values.iter().filter(|values| values[one] != 0 && values[one] == values[other]).count()
    }
}

fn numbered(people: &[Examinee], key: Key) -> Vec<u32> {
    let mut known = BTreeMap::new();
    let number = |person: &'_ Examinee| person.value(key).map(|(one, two)| (one.to_owned(), two.to_owned()));
    let mut numbers = Vec::with_capacity(people.len());
    for person in people {
        numbers.push(match number(person) {
            Some(value) => {
                let next = u32::try_from(known.len() + 1).expect("there are at most 200,000 people");
                *known.entry(value).or_insert(next)
            }
            None => 0,
        });
    }
    numbers
}
