//! Holds a plan against what it was made of, whoever made it and by whatever means: what is impossible, and which rules are
//! not kept. It shares no step with the arrangement.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::examinee::{Examinee, Key};
use crate::hall::Hall;
use crate::plan::{Assigned, Input, Plan};

/// A rule that a plan does not keep.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Violation {
    /// There is no seat for somebody.
    Unplaced {
        /// Who it is, by id.
        id: String,
    },
    /// Two neighbours are alike.
    Neighbours {
        /// By what they are alike.
        key: Key,
        /// The name of the room.
        room: String,
        /// The seats' numbers, the lower one first.
        seats: (u16, u16),
    },
    /// Somebody does not have what was granted.
    Need {
        /// Who it is, by id.
        id: String,
        /// What it is that they lack.
        need: Need,
    },
    /// A room has several kinds of paper.
    Papers {
        /// The name of the room.
        room: String,
        /// How many kinds there are.
        kinds: usize,
    },
    /// Seats that were to stay empty are taken.
    SpareSeats {
        /// The name of the room.
        room: String,
        /// How many there are.
        taken: usize,
    },
    /// Rooms that were to stay empty are used.
    SpareRooms {
        /// How many there are.
        taken: usize,
    },
}

/// What was granted, and may be lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A seat in the first row.
    FrontRow,
    /// A room without steps.
    StepFree,
    /// A seat that a wheelchair reaches.
    Wheelchair,
    /// A room to oneself.
    OwnRoom,
    /// A room only with others who have more time.
    ExtraTime,
}

/// Why something is no plan of this sitting at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// Somebody has two places, or none and is not said to have none.
    #[error("{0:?} does not have exactly one place")]
    Person(String),
    /// Two people have one seat.
    #[error("room {room:?}, seat {seat}: two people")]
    SeatTwice {
        /// The name of the room.
        room: String,
        /// The number of the seat.
        seat: u16,
    },
    /// There is no such seat.
    #[error("room {room:?} has no seat {seat}")]
    NoSuchSeat {
        /// The name of the room.
        room: String,
        /// The number of the seat.
        seat: u16,
    },
}

/// A plan that is possible, by hall and seat.
struct Seated<'a> {
    halls: Vec<Hall<'a>>,
    by_hall: Vec<BTreeMap<usize, &'a Examinee>>,
}

/// Which rules a plan does not keep, in a fixed order.
///
/// # Errors
/// [`Impossible`] when it is no plan: somebody without a place, a seat twice, a seat that does not exist.
pub fn violations(input: &Input, plan: &Plan) -> Result<Vec<Violation>, Impossible> {
    let seated = seated(input, plan)?;
    let mut found: Vec<Violation> = plan.unplaced.iter().map(|id| Violation::Unplaced { id: id.clone() }).collect();
    for (hall, people) in seated.halls.iter().zip(&seated.by_hall) {
        neighbours(input, hall, people, &mut found);
        needs(hall, people, &mut found);
        let room = || hall.room.id.clone();
        let papers: BTreeSet<Option<&str>> = people.values().map(|person| person.paper.as_deref()).collect();
        if input.rules.one_paper_per_room && papers.len() > 1 {
            found.push(Violation::Papers { room: room(), kinds: papers.len() });
        }
        if people.len() > hall.usual && !few_allow(input, people.len() - hall.usual) {
            found.push(Violation::SpareSeats { room: room(), taken: people.len() - hall.usual });
        }
    }
    let used = seated.by_hall.iter().filter(|people| !people.is_empty()).count();
    let usual = input.rooms.len().saturating_sub(usize::from(input.rules.spare_rooms));
    if used > usual {
        found.push(Violation::SpareRooms { taken: used - usual });
    }
    found.sort_unstable();
    Ok(found)
}

/// The few who join the room before sit on its spare seats: that is what the rule says.
fn few_allow(input: &Input, taken: usize) -> bool {
    matches!(input.rules.few, crate::rules::Few::JoinBefore(at_most) if taken <= usize::from(at_most))
}

fn seated<'a>(input: &'a Input, plan: &Plan) -> Result<Seated<'a>, Impossible> {
    let halls = Hall::all(&input.rooms, &input.rules);
    let rooms: BTreeMap<&str, usize> =
        input.rooms.iter().enumerate().map(|(at, room)| (room.id.as_str(), at)).collect();
    let mut without: BTreeMap<&str, &Examinee> =
        input.examinees.iter().map(|person| (person.id.as_str(), person)).collect();
    let mut by_hall = vec![BTreeMap::new(); halls.len()];
    for Assigned { id, room, seat } in &plan.seats {
        let person = without.remove(id.as_str()).ok_or_else(|| Impossible::Person(id.clone()))?;
        let no_seat = || Impossible::NoSuchSeat { room: room.clone(), seat: *seat };
        let hall = *rooms.get(room.as_str()).ok_or_else(no_seat)?;
        let at = usize::from(*seat).checked_sub(1).filter(|at| *at < halls[hall].seats.len()).ok_or_else(no_seat)?;
        if by_hall[hall].insert(at, person).is_some() {
            return Err(Impossible::SeatTwice { room: room.clone(), seat: *seat });
        }
    }
    for id in &plan.unplaced {
        without.remove(id.as_str()).ok_or_else(|| Impossible::Person(id.clone()))?;
    }
    match without.into_keys().next() {
        Some(id) => Err(Impossible::Person(id.to_owned())),
        None => Ok(Seated { halls, by_hall }),
    }
}

fn neighbours(input: &Input, hall: &Hall, people: &BTreeMap<usize, &Examinee>, found: &mut Vec<Violation>) {
    for (seat, person) in people {
        for next in hall.neighbours[*seat].iter().filter(|next| *next > seat) {
            let Some(other) = people.get(next) else { continue };
            for key in input.rules.apart.iter().filter(|key| person.alike(other, **key)) {
                let seats = (crate::arrange::number(*seat), crate::arrange::number(*next));
                found.push(Violation::Neighbours { key: *key, room: hall.room.id.clone(), seats });
            }
        }
    }
}

fn needs(hall: &Hall, people: &BTreeMap<usize, &Examinee>, found: &mut Vec<Violation>) {
    let longer = |person: &&&Examinee| person.needs.extra_time;
    let all_longer = people.values().all(|person| longer(&person));
    for (seat, person) in people {
        let needs = person.needs;
        let lacking = [
            (Need::FrontRow, needs.front_row && !hall.is_front(*seat)),
            (Need::StepFree, needs.step_free && !hall.room.step_free),
            (Need::Wheelchair, needs.wheelchair && !(hall.room.step_free && hall.seats[*seat].wheelchair)),
            (Need::OwnRoom, needs.own_room && people.len() > 1),
            (Need::ExtraTime, needs.extra_time && !all_longer),
        ];
        let lacking = lacking.into_iter().filter_map(|(need, lacks)| lacks.then_some(need));
        found.extend(lacking.map(|need| Violation::Need { id: person.id.clone(), need }));
    }
}
