//! Who comes into which room: rooms of one's own and those for more time first, then everybody else, paper by paper where a
//! room has only one. A seat somewhere comes before every rule, so spare seats and rooms are used when nothing else is left.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Crowd;
use super::spread::sequence;
use crate::hall::Hall;
use crate::rules::Few;

/// Who is in a hall.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) hall: usize,
    /// In the order in which they came in.
    pub(super) members: Vec<usize>,
}

/// Gives everybody a hall; those for whom there is no seat at all come back beside.
pub(super) fn share_out(crowd: &Crowd, halls: &[Hall]) -> (Vec<Share>, Vec<usize>) {
    let mut rooms = Rooms::new(crowd, halls);
    let needs = |who: &usize| crowd.people[*who].needs;
    let (alone, others): (Vec<usize>, Vec<usize>) = crowd.drawn.iter().partition(|who| needs(who).own_room);
    let mut others = others;
    for who in alone {
        if !rooms.alone(who) {
            others.push(who);
        }
    }
    let (longer, others): (Vec<usize>, Vec<usize>) = others.into_iter().partition(|who| needs(who).extra_time);
    let mut left = Vec::new();
    for group in by_paper(crowd, longer) {
        left.extend(rooms.longer(group));
    }
    let mut others: Vec<usize> = others.into_iter().chain(left).collect();
    others.sort_unstable_by_key(|who| crowd.ranks[*who]);
    let mut left = Vec::new();
    for group in by_paper(crowd, others) {
        left.extend(rooms.together(group));
    }
    let unplaced = rooms.anywhere(left);
    let shares = rooms.shares.into_iter().filter(|share| !share.members.is_empty()).collect();
    (shares, unplaced)
}

/// One group for each paper where a room has only one, else one of all.
fn by_paper(crowd: &Crowd, members: Vec<usize>) -> Vec<Vec<usize>> {
    if !crowd.rules.one_paper_per_room {
        return vec![members];
    }
    let mut groups: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for who in members {
        groups.entry(crowd.people[who].paper.as_deref()).or_default().push(who);
    }
    groups.into_values().collect()
}

/// The halls that nobody has yet, and those that are taken.
struct Rooms<'a> {
    crowd: &'a Crowd<'a>,
    halls: &'a [Hall<'a>],
    free: BTreeSet<usize>,
    /// Kept empty as long as there are others.
    spare: BTreeSet<usize>,
    shares: Vec<Share>,
    /// Taken by those who share with nobody else, or only with their like.
    closed: BTreeSet<usize>,
}

impl<'a> Rooms<'a> {
    fn new(crowd: &'a Crowd<'a>, halls: &'a [Hall<'a>]) -> Self {
        let usual = halls.len().saturating_sub(usize::from(crowd.rules.spare_rooms));
        let with_seats = |range: std::ops::Range<usize>| range.filter(|hall| !halls[*hall].seats.is_empty()).collect();
        let (free, spare) = (with_seats(0..usual), with_seats(usual..halls.len()));
        Self { crowd, halls, free, spare, shares: Vec::new(), closed: BTreeSet::new() }
    }

    /// The smallest hall that suits; of equal ones the last of the list.
    fn alone(&mut self, who: usize) -> bool {
        let needs = self.crowd.people[who].needs;
        let suits =
            |hall: &&usize| (0..self.halls[**hall].seats.len()).any(|seat| self.halls[**hall].suits(seat, needs));
        let small = |hall: &&usize| (self.halls[**hall].seats.len(), Reverse(**hall));
        let Some(hall) = self.free.iter().filter(suits).min_by_key(small).copied() else { return false };
        self.close(hall, vec![who]);
        true
    }

    fn close(&mut self, hall: usize, members: Vec<usize>) {
        self.free.remove(&hall);
        self.closed.insert(hall);
        self.shares.push(Share { hall, members });
    }

    /// Those with more time, into as few and as small halls as will do; those for whom there is none come back.
    fn longer(&mut self, mut group: Vec<usize>) -> Vec<usize> {
        while !group.is_empty() {
            let no_steps = group.iter().any(|who| self.crowd.people[*who].needs.no_steps());
            let suits = |hall: &&usize| !no_steps || self.halls[**hall].room.step_free;
            let usual = |hall: usize| self.halls[hall].usual;
            let enough = self.free.iter().filter(suits).filter(|hall| usual(**hall) >= group.len());
            let smallest = enough.min_by_key(|hall| (usual(**hall), Reverse(**hall))).copied();
            let largest = || self.free.iter().filter(suits).max_by_key(|hall| (usual(**hall), **hall)).copied();
            let Some(hall) = smallest.or_else(largest).filter(|hall| usual(*hall) > 0) else { break };
            let rest = group.split_off(usual(hall).min(group.len()));
            self.close(hall, std::mem::replace(&mut group, rest));
        }
        group
    }

    /// A group into halls of its own, in the order of the list; those for whom there is no usual seat come back.
    fn together(&mut self, group: Vec<usize>) -> Vec<usize> {
        let chosen = self.choose(&group);
        let mut shares: Vec<Share> = chosen.iter().map(|hall| Share { hall: *hall, members: Vec::new() }).collect();
        let needs = |who: &usize| !self.crowd.people[*who].needs.is_none();
        let (needy, others): (Vec<usize>, Vec<usize>) = group.into_iter().partition(needs);
        let mut left = Vec::new();
        let mut tallies: Vec<Tally> = chosen.iter().map(|hall| Tally::of(&self.halls[*hall])).collect();
        for who in needy {
            match self.for_needs(who, &shares, &mut tallies) {
                Some(at) => shares[at].members.push(who),
                None => left.push(who),
            }
        }
        let mut others = sequence(self.crowd, &others).into_iter().peekable();
        for (share, tally) in shares.iter_mut().zip(&tallies) {
            share.members.extend(others.by_ref().take(tally.seats));
        }
        left.extend(others);
        self.few(&mut shares);
        let (used, empty): (Vec<Share>, Vec<Share>) = shares.into_iter().partition(|share| !share.members.is_empty());
        self.free.extend(empty.into_iter().map(|share| share.hall));
        self.shares.extend(used);
        left
    }

    /// Halls for a group: first as many without steps as those need who cannot climb any, then in the order of the list.
    fn choose(&mut self, group: &[usize]) -> BTreeSet<usize> {
        let count = |needs: fn(&crate::examinee::Needs) -> bool| {
            group.iter().filter(|who| needs(&self.crowd.people[**who].needs)).count()
        };
        let (mut no_steps, mut wheelchairs) = (count(|needs| needs.no_steps()), count(|needs| needs.wheelchair));
        let mut chosen = BTreeSet::new();
        let mut seats = 0;
        // Those with seats for wheelchairs are asked first, so that one hall may do for both.
        for for_wheelchairs in [true, false] {
            for hall in self.free.clone() {
                let (room, reached) = (&self.halls[hall], self.halls[hall].wheelchairs());
                let wanted = if for_wheelchairs { wheelchairs > 0 && reached > 0 } else { no_steps > 0 };
                if wanted && room.room.step_free && chosen.insert(hall) {
                    wheelchairs = wheelchairs.saturating_sub(reached);
                    no_steps = no_steps.saturating_sub(room.usual);
                    seats += room.usual;
                }
            }
        }
        for hall in &self.free {
            if seats >= group.len() {
                break;
            }
            if chosen.insert(*hall) {
                seats += self.halls[*hall].usual;
            }
        }
        self.free.retain(|hall| !chosen.contains(hall));
        chosen
    }

    /// The first hall that has what somebody needs; else one without steps, if that is among it; else any.
    fn for_needs(&self, who: usize, shares: &[Share], tallies: &mut [Tally]) -> Option<usize> {
        let needs = self.crowd.people[who].needs;
        let no_steps = |at: &usize| !needs.no_steps() || self.halls[shares[*at].hall].room.step_free;
        let all = |at: &usize| {
            no_steps(at)
                && (!needs.wheelchair || tallies[*at].wheelchairs > 0)
                && (!needs.front_row || tallies[*at].fronts > 0)
        };
        let free = || (0..tallies.len()).filter(|at| tallies[*at].seats > 0);
        let at = free().find(all).or_else(|| free().find(no_steps)).or_else(|| free().next())?;
        let tally = &mut tallies[at];
        tally.seats -= 1;
        tally.wheelchairs = tally.wheelchairs.saturating_sub(usize::from(needs.wheelchair));
        tally.fronts = tally.fronts.saturating_sub(usize::from(needs.front_row));
        Some(at)
    }

    /// What becomes of the few in the last hall. Who needs something stays where that is.
    fn few(&self, shares: &mut [Share]) {
        let mut used = shares.iter_mut().rev().filter(|share| !share.members.is_empty());
        let (Some(last), Some(before)) = (used.next(), used.next()) else { return };
        let movable = |who: &usize| self.crowd.people[*who].needs.is_none();
        match self.crowd.rules.few {
            Few::Stay => {}
            Few::JoinBefore(at_most) => {
                let free = self.halls[before.hall].seats.len() - before.members.len();
                if last.members.len() <= usize::from(at_most).min(free) && last.members.iter().all(movable) {
                    before.members.append(&mut last.members);
                }
            }
            Few::Even => {
                while before.members.len() > last.members.len() + 1 && last.members.len() < self.halls[last.hall].usual
                {
                    let Some(at) = before.members.iter().rposition(movable) else { break };
                    last.members.insert(0, before.members.remove(at));
                }
            }
        }
    }

    /// Those who are left: spare seats of halls with their paper, then halls that nobody has, spare ones last, then whatever has
    /// a seat; but no hall of others' own.
    fn anywhere(&mut self, left: Vec<usize>) -> Vec<usize> {
        let mut queues: VecDeque<VecDeque<usize>> =
            by_paper(self.crowd, left).into_iter().map(VecDeque::from).collect();
        let paper = |who: usize| self.crowd.people[who].paper.as_deref();
        for share in self.shares.iter_mut().filter(|share| !self.closed.contains(&share.hall)) {
            let seats = self.halls[share.hall].seats.len();
            let same = |queue: &&mut VecDeque<usize>| match (queue.front(), share.members.first()) {
                (Some(one), Some(other)) => !self.crowd.rules.one_paper_per_room || paper(*one) == paper(*other),
                _ => false,
            };
            if let Some(queue) = queues.iter_mut().find(same) {
                top_up(share, queue, seats);
            }
        }
        queues.retain(|queue| !queue.is_empty());
        while let Some(mut queue) = queues.pop_front() {
            let Some(hall) = self.free.pop_first().or_else(|| self.spare.pop_first()) else {
                queues.push_front(queue);
                break;
            };
            let mut share = Share { hall, members: Vec::new() };
            top_up(&mut share, &mut queue, self.halls[hall].seats.len());
            self.shares.push(share);
            if !queue.is_empty() {
                queues.push_front(queue);
            }
        }
        let mut left: VecDeque<usize> = queues.into_iter().flatten().collect();
        for share in self.shares.iter_mut().filter(|share| !self.closed.contains(&share.hall)) {
            top_up(share, &mut left, self.halls[share.hall].seats.len());
        }
        left.into()
    }
}

/// Takes people from the queue into a hall as long as it has seats.
fn top_up(share: &mut Share, queue: &mut VecDeque<usize>, seats: usize) {
    let free = seats.saturating_sub(share.members.len()).min(queue.len());
    share.members.extend(queue.drain(..free));
}

/// What a hall still has to give.
#[derive(Debug)]
struct Tally {
    seats: usize,
    wheelchairs: usize,
    fronts: usize,
}

impl Tally {
    fn of(hall: &Hall) -> Self {
        Self { seats: hall.usual, wheelchairs: hall.wheelchairs(), fronts: hall.fronts() }
    }
}
