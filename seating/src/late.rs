//! Somebody who comes after the plan was published: a free seat, and nobody moves.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::arrange::number;
use crate::examinee::Examinee;
use crate::hall::Hall;
use crate::plan::{Assigned, Input, InputError, Plan};

/// The free seat that suits somebody best: what they need first, then a room with others who need something if they do, then one kind of paper in a room, then no neighbour like
/// them, then a room that is in use, then the first one. `None` when every seat is taken, or somebody else's own room.
/// The plan stays as it is: whoever takes the seat adds the person to the input and the place to the plan.
///
/// # Errors
/// [`InputError::ExamineeTwice`] when they are in the sitting already; any other [`InputError`] of the input.
pub fn seat_late(input: &Input, plan: &Plan, person: &Examinee) -> Result<Option<Assigned>, InputError> {
    input.check()?;
    if input.examinees.iter().any(|other| other.id == person.id) {
        return Err(InputError::ExamineeTwice(person.id.clone()));
    }
    let people: BTreeMap<&str, &Examinee> = input.examinees.iter().map(|other| (other.id.as_str(), other)).collect();
    let mut rooms: BTreeMap<&str, BTreeMap<usize, &Examinee>> = BTreeMap::new();
    for assigned in &plan.seats {
        if let (Some(other), Some(seat)) = (people.get(assigned.id.as_str()), usize::from(assigned.seat).checked_sub(1))
        {
            rooms.entry(&assigned.room).or_default().insert(seat, other);
        }
    }
    let nobody = BTreeMap::new();
    let usual = input.rooms.len().saturating_sub(usize::from(input.rules.spare_rooms));
    let mut best: Option<(Cost, Assigned)> = None;
    for (at, room) in input.rooms.iter().enumerate() {
        let others = rooms.get(room.id.as_str()).unwrap_or(&nobody);
        if others.values().any(|other| other.needs.own_room) {
            continue;
        }
        let hall = Hall::new(room, &input.rules);
        for seat in (0..hall.seats.len()).filter(|seat| !others.contains_key(seat)) {
            let cost = cost(input, &hall, others, person, seat, at >= usual);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, Assigned { id: person.id.clone(), room: room.id.clone(), seat: number(seat) }));
            }
        }
    }
    Ok(best.map(|(_, assigned)| assigned))
}

/// What speaks against a seat, the weightiest first.
type Cost = (usize, bool, bool, usize, bool, bool, Reverse<bool>);

fn cost(
    input: &Input,
    hall: &Hall,
    others: &BTreeMap<usize, &Examinee>,
    person: &Examinee,
    seat: usize,
    is_spare: bool,
) -> Cost {
    let needs = person.needs;
    let company = [
        needs.own_room && !others.is_empty(),
        needs.extra_time && others.values().any(|other| !other.needs.extra_time),
        !needs.extra_time && others.values().any(|other| other.needs.extra_time),
        !hall.suits(seat, needs),
    ];
    // Rooms that were set aside are those where somebody needs something: there it says nothing of anybody.
    let apart = !needs.is_none() && others.values().all(|other| other.needs.is_none());
    let mixed = input.rules.one_paper_per_room && others.values().any(|other| other.paper != person.paper);
    let around = hall.neighbours[seat].iter().filter_map(|next| others.get(next));
    let alike = |other: &&Examinee| input.rules.apart.iter().filter(|key| person.alike(other, **key)).count();
    let clashes = around.map(alike).sum();
    let wheelchair = hall.seats[seat].wheelchair && !needs.wheelchair;
    (
        company.into_iter().filter(|wrong| *wrong).count(),
        apart,
        mixed,
        clashes,
        is_spare && others.is_empty(),
        wheelchair,
        Reverse(!others.is_empty()),
    )
}
