//! Those who need something are seated outside of the public draw: in rooms that are set aside, among others.
//!
//! **Why.** A record by which anybody does the draw again needs what was granted to whom, and that speaks of health. Without
//! names it still would: on the day everybody sees who sits where, and who knows somebody's number finds the line. So whoever
//! needs something must not be in the public record at all, and nothing that is in it may follow from what they need.
//!
//! **How.** Before the draw rooms are set aside: those of one's own, those for more time, and for everybody else who needs
//! something as many rooms as make it, with those, [`AMONG`] times as many people. What is left of their seats goes to companions:
//! people who need nothing, chosen by another seed that is never published, the same ones first in all sittings of an exam and however often it is
//! drawn: whoever compares two records finds the same companions missing in both. The rest, people and rooms, is drawn by the public seed, and
//! that draw alone is the public record, with the rooms that were set aside and all of their seats, the empty ones too. Whoever
//! is not in the record sat in such a room, four of five of them for no reason but the lot; or they came later, which
//! is published of nobody, because where a late seat differs from the first free one it would say why.
//!
//! What companions give up for it: that anybody can verify *their* seat. They are chosen and seated by secret seeds, which follow from
//! the key of the vault: whoever holds the key can do all of it again, and staff cannot choose.
//!
//! A sitting that is arranged anew after it was published, while somebody in it needs something, is for its caller to keep from the
//! public: whoever was granted something in between would be the only one who is newly missing.
//!
//! **What it does not hide.** Who is seen in a room where people write longer, or alone. That somebody came later and was
//! granted something, from whoever compares all free seats of a room with that person's own, where no room that was set aside
//! had a seat that suits: [`crate::late`] looks there first. That somebody in a sitting needs something at all, and perhaps a room
//! without steps, where one was set aside before others of the list.
//!
//! Where people and rooms are too few for it, everybody is arranged at once, and the record is not public.

use std::collections::{BTreeMap, BTreeSet};

use crate::arrange::arrange;
use crate::check::violations;
use crate::draw::Seed;
use crate::examinee::Examinee;
use crate::hall::Hall;
use crate::plan::{Assigned, Input, InputError, Plan};
use crate::room::Room;
use crate::rules::{Few, Rules};

/// One of so many in a room that is set aside needs something, where people and rooms are enough for that.
pub const AMONG: usize = 5;

/// The seeds by which those are chosen and seated who are not drawn in public. Nobody is told them.
#[derive(Debug, Clone)]
pub struct Lots {
    /// Who is a companion: the same one for all sittings of an exam, and whatever is drawn anew.
    pub companions: Seed,
    /// Who sits where in the rooms that are set aside.
    pub seats: Seed,
}

/// What is drawn in public, and what is not.
struct Split {
    /// People who need nothing, and the rooms that were not set aside.
    drawn: Input,
    /// Everybody else, in parts that share no room.
    aside: Vec<Input>,
}

/// A sitting of which a part is seated outside of the public draw.
#[derive(Debug, Clone)]
pub(crate) struct Seated {
    /// What is drawn in public.
    pub(crate) drawn: Input,
    /// What came of that.
    pub(crate) plan: Plan,
    /// The places of all others, who sit in rooms of their own.
    aside: Vec<Assigned>,
}

/// Seats everybody: those who need something and their companions by `lots`, all others by `seed`. Where nobody needs
/// anything, or there is too little room for setting some aside, it is [`arrange()`] alone.
///
/// # Errors
/// Any [`InputError`].
pub fn arrange_aside(input: &Input, seed: &Seed, lots: &Lots) -> Result<Plan, InputError> {
    match seat(input, seed, lots)? {
        Some(seated) => Ok(seated.whole(input)),
        None => arrange(input, seed),
    }
}

/// Seats the parts. `None` where everybody is arranged at once: nobody needs anything, or somebody would be left without a
/// seat for the sake of the parts.
///
/// # Errors
/// Any [`InputError`].
pub(crate) fn seat(input: &Input, seed: &Seed, lots: &Lots) -> Result<Option<Seated>, InputError> {
    input.check()?;
    let Some(Split { drawn, aside: parts }) = split(input, lots)? else { return Ok(None) };
    let plan = arrange(&drawn, seed)?;
    let (mut aside, mut is_all) = (Vec::new(), plan.unplaced.is_empty());
    for part in &parts {
        let plan = arrange(part, &lots.seats)?;
        is_all &= plan.unplaced.is_empty();
        aside.extend(plan.seats);
    }
    Ok(is_all.then_some(Seated { drawn, plan, aside }))
}

impl Seated {
    /// The plan of all: what was drawn, and the places of those who were not.
    pub(crate) fn whole(&self, input: &Input) -> Plan {
        let rooms: BTreeMap<&str, usize> = input.rooms.iter().enumerate().map(|(at, room)| (&*room.id, at)).collect();
        let mut seats: Vec<Assigned> = self.plan.seats.iter().chain(&self.aside).cloned().collect();
        seats.sort_by_key(|assigned| (rooms.get(assigned.room.as_str()).copied(), assigned.seat));
        Plan { seats, unplaced: Vec::new() }
    }

    /// The rooms that were set aside, in the order of the list.
    pub(crate) fn rooms_aside(&self, input: &Input) -> Vec<Room> {
        let drawn: BTreeSet<&str> = self.drawn.rooms.iter().map(|room| room.id.as_str()).collect();
        input.rooms.iter().filter(|room| !drawn.contains(room.id.as_str())).cloned().collect()
    }
}

fn split(input: &Input, lots: &Lots) -> Result<Option<Split>, InputError> {
    let (needy, others): (Vec<&Examinee>, Vec<&Examinee>) =
        input.examinees.iter().partition(|person| !person.needs.is_none());
    if needy.is_empty() {
        return Ok(None);
    }
    let usual = input.rooms.len().saturating_sub(usize::from(input.rules.spare_rooms));
    let mut free: BTreeSet<usize> = (0..usual).collect();
    let (special, mixed): (Vec<&Examinee>, Vec<&Examinee>) =
        needy.into_iter().partition(|person| person.needs.own_room || person.needs.extra_time);
    let mut companions: Vec<&Examinee> = others;
    companions.sort_by_cached_key(|person| (lots.companions.rank("", &person.id), &person.id));
    let mut aside = Vec::new();
    if !special.is_empty() {
        aside.push(of_their_own(input, &mut free, &special, &lots.seats)?);
    }
    let mut groups = by_paper(&input.rules, mixed);
    if groups.is_empty() {
        // Nobody shares a room with companions: there are some all the same, or whoever is missing in the record would be known.
        groups.push(Vec::new());
    }
    let mut more = special.len() * (AMONG - 1);
    for group in groups {
        aside.push(among_others(input, &mut free, (group, std::mem::take(&mut more)), &mut companions));
    }
    let taken: BTreeSet<&str> = aside.iter().flat_map(|part| &part.rooms).map(|room| room.id.as_str()).collect();
    let rooms = input.rooms.iter().filter(|room| !taken.contains(room.id.as_str())).cloned().collect();
    let examinees = companions.into_iter().cloned().collect();
    let drawn = Input { sitting: input.sitting.clone(), rules: input.rules.clone(), rooms, examinees };
    Ok(Some(Split { drawn, aside }))
}

/// Those with rooms of their own, or only with their like: the rooms are those that the arrangement gives them alone. Rooms
/// without steps are rare, and left to others if they can be.
fn of_their_own(
    input: &Input,
    free: &mut BTreeSet<usize>,
    people: &[&Examinee],
    secret: &Seed,
) -> Result<Input, InputError> {
    let with_steps = part(input, &free.iter().copied().filter(|at| !input.rooms[*at].step_free).collect(), people);
    let mut plan = arrange(&with_steps, secret)?;
    let is_kept = violations(&with_steps, &plan).is_ok_and(|found| found.is_empty());
    if !is_kept {
        plan = arrange(&part(input, free, people), secret)?;
    }
    let taken: BTreeSet<&str> = plan.seats.iter().map(|assigned| assigned.room.as_str()).collect();
    let rooms: BTreeSet<usize> =
        free.iter().copied().filter(|at| taken.contains(input.rooms[*at].id.as_str())).collect();
    free.retain(|at| !rooms.contains(at));
    Ok(part(input, &rooms, people))
}

/// Those who share rooms with companions, who are taken from the front of the list; and with so many more, for the sake of
/// those who share with nobody.
fn among_others(
    input: &Input,
    free: &mut BTreeSet<usize>,
    (group, more): (Vec<&Examinee>, usize),
    companions: &mut Vec<&Examinee>,
) -> Input {
    let rooms = rooms_for(input, free, &group, group.len() * AMONG + more);
    free.retain(|at| !rooms.contains(at));
    let seats: usize = rooms.iter().map(|at| input.rooms[*at].usual(&input.rules)).sum();
    let mut left = seats.saturating_sub(group.len());
    if free.is_empty() && input.rules.spare_rooms == 0 {
        // There is nowhere else to go: spare seats are used before somebody has none.
        left = usize::MAX;
    }
    let paper = group.first().or(companions.first()).and_then(|person| person.paper.as_deref());
    let mut people: Vec<Examinee> = group.iter().map(|person| (*person).clone()).collect();
    companions.retain(|person| {
        let joins = left > 0 && (!input.rules.one_paper_per_room || person.paper.as_deref() == paper);
        if joins {
            left -= 1;
            people.push((*person).clone());
        }
        !joins
    });
    Input { examinees: people, ..part(input, &rooms, &[]) }
}

/// Some people in some rooms of a sitting, by its rules but for those about its last rooms.
fn part(input: &Input, rooms: &BTreeSet<usize>, people: &[&Examinee]) -> Input {
    Input {
        sitting: input.sitting.clone(),
        rules: Rules { few: Few::Stay, spare_rooms: 0, ..input.rules.clone() },
        rooms: rooms.iter().map(|at| input.rooms[*at].clone()).collect(),
        examinees: people.iter().map(|person| (*person).clone()).collect(),
    }
}

/// One group for each paper where a room has only one, else one of all.
fn by_paper<'a>(rules: &Rules, people: Vec<&'a Examinee>) -> Vec<Vec<&'a Examinee>> {
    let mut groups: BTreeMap<Option<&str>, Vec<&Examinee>> = BTreeMap::new();
    for person in people {
        groups.entry(person.paper.as_deref().filter(|_| rules.one_paper_per_room)).or_default().push(person);
    }
    groups.into_values().collect()
}

/// Rooms for those who share one with companions: what they need first, then as many as have so many seats, in the order of
/// the list.
fn rooms_for(input: &Input, free: &BTreeSet<usize>, people: &[&Examinee], mut seats: usize) -> BTreeSet<usize> {
    let count = |needs: fn(&Examinee) -> bool| people.iter().filter(|person| needs(person)).count();
    let (mut wheelchairs, mut fronts) = (count(|one| one.needs.wheelchair), count(|one| one.needs.front_row));
    let mut no_steps = count(|one| one.needs.no_steps()) * AMONG;
    let halls: Vec<(usize, Hall)> = free.iter().map(|at| (*at, Hall::new(&input.rooms[*at], &input.rules))).collect();
    let mut chosen = BTreeSet::new();
    // Those with seats for wheelchairs are asked first, so that one room may do for all.
    for turn in 0..3 {
        for (at, hall) in halls.iter().filter(|(_, hall)| hall.usual > 0) {
            let is_wanted = match turn {
                0 => wheelchairs > 0 && hall.wheelchairs() > 0,
                1 => no_steps > 0 && hall.room.step_free,
                _ => seats > 0 || fronts > 0,
            };
            if is_wanted && chosen.insert(*at) {
                wheelchairs = wheelchairs.saturating_sub(hall.wheelchairs());
                fronts = fronts.saturating_sub(hall.fronts());
                seats = seats.saturating_sub(hall.usual);
                no_steps = no_steps.saturating_sub(if hall.room.step_free { hall.usual } else { 0 });
            }
        }
    }
    chosen
}
