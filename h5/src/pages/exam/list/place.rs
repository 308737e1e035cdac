//! Where a candidate stands on the waiting list of a sitting. Pure.

use jiff::Timestamp;
use registration::model::exam::{Exam, ExamSitting, Window};
use registration::model::exam_rules::WaitingListRules;
use reservation::engine::waiting_list::Waiting;
use reservation::waiting_list::WaitState;

/// Where the candidate stands on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Not on it; the sitting is full.
    Out,
    /// On it: how many wait before them, how many in all, how many offers they let pass.
    Waiting { ahead: u64, all: u64, lapses: u32 },
    /// A seat is being held for them, and its order is just being written.
    Moving,
    /// Not on it, and a seat is free.
    Free,
    /// Registration has not begun.
    Early,
    /// Nobody gets a seat in the sitting any more.
    Closed,
    /// On the list of another sitting of the group.
    Elsewhere(ExamSitting),
    /// They have a seat of the group.
    Seated,
    /// Off it for good.
    Spent,
    /// Nobody is taken on it now.
    Off,
}

/// Where the candidate stands at `now`, whose waits these are, in a sitting with so many free seats.
pub(crate) fn place_of(
    (exam, sitting, rules): (&Exam, &ExamSitting, &WaitingListRules),
    waits: &[Waiting],
    free: u32,
    now: Timestamp,
) -> Place {
    let is_open = exam.window(now) == Window::Open && now < sitting.starts_at - rules.offer();
    let waiting = waits.iter().find(|waiting| waiting.sittings.contains(&sitting.id));
    match waiting.map(|waiting| (waiting.state, waiting.place, waiting)) {
        // The ledger is a moment behind Redis, where it waits no more.
        Some((WaitState::Offered, ..) | (WaitState::Waiting, None, _)) => return Place::Moving,
        _ if exam.window(now) == Window::NotYet => return Place::Early,
        _ if !is_open => return Place::Closed,
        Some((WaitState::Waiting, Some((ahead, all)), waiting)) => {
            return Place::Waiting { ahead, all, lapses: waiting.lapses };
        }
        Some((WaitState::Left, _, waiting)) if waiting.lapses >= u32::from(rules.offers) => return Place::Spent,
        _ => {}
    }
    let otherwise = if free > 0 { Place::Free } else { Place::Out };
    elsewhere(exam, sitting, waits).unwrap_or(otherwise)
}

/// The other sitting of the group for which the candidate waits.
pub(crate) fn elsewhere(exam: &Exam, sitting: &ExamSitting, waits: &[Waiting]) -> Option<Place> {
    sitting.group.as_ref()?;
    let mut others = waits.iter().filter(|waiting| waiting.place.is_some()).flat_map(|waiting| &waiting.sittings);
    let other = others.find_map(|id| exam.sitting(id).filter(|other| other.group == sitting.group))?;
    (other.id != sitting.id).then(|| Place::Elsewhere(other.clone()))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use reservation::ids::SittingNumber;
    use reservation::waiting_list::{ListPer, Returns, Wait, WaitOf};

    use super::*;
    use crate::tests::gallery::exam_page;

    fn wait(sitting: &str, state: WaitState, place: Option<(u64, u64)>, lapses: u32) -> Waiting {
        let wait = Wait { state, list: SittingNumber(1), number: 1, lapses, offer: None };
        let of = WaitOf { candidate: "c".parse().unwrap(), group: SittingNumber(1), wait };
        let sittings = vec![sitting.parse().unwrap()];
        Waiting { sittings, state, place, lapses, offer: None, changed_at: Timestamp::UNIX_EPOCH, of }
    }

    #[test]
    fn d8_what_is_said_is_what_is_so() {
        let exam = exam_page();
        let rules =
            WaitingListRules { per: ListPer::Sitting, offer_minutes: 60, returns: Returns::ListFirst, offers: 2 };
        let sitting = &exam.sittings[0];
        let at = |waits: &[Waiting], free, now| place_of((&exam, sitting, &rules), waits, free, now);
        let open = exam.opens_at + SignedDuration::from_hours(1);
        assert_eq!((at(&[], 0, open), at(&[], 1, open)), (Place::Out, Place::Free));
        let waiting = wait("en-1", WaitState::Waiting, Some((4, 9)), 1);
        let place = Place::Waiting { ahead: 4, all: 9, lapses: 1 };
        assert_eq!(at(std::slice::from_ref(&waiting), 0, open), place);
        assert_eq!(at(&[wait("en-1", WaitState::Waiting, None, 0)], 0, open), Place::Moving);
        assert_eq!(at(&[wait("en-1", WaitState::Offered, None, 0)], 0, open), Place::Moving);
        assert_eq!(at(&[wait("en-1", WaitState::Left, None, 1)], 0, open), Place::Out);
        assert_eq!(at(&[wait("en-1", WaitState::Left, None, 2)], 1, open), Place::Spent);
        let elsewhere = wait("en-2", WaitState::Waiting, Some((0, 1)), 0);
        assert_eq!(at(&[elsewhere], 0, open), Place::Elsewhere(exam.sittings[1].clone()));
        // Nothing before the window, after it, or when an offer would end after the sitting has begun.
        assert_eq!(at(&[], 0, exam.opens_at - SignedDuration::from_secs(1)), Place::Early);
        assert_eq!(at(std::slice::from_ref(&waiting), 0, exam.closes_at), Place::Closed);
        let mut late = exam.clone();
        late.closes_at = sitting.starts_at;
        let late_place =
            |before: SignedDuration| place_of((&late, sitting, &rules), &[], 0, sitting.starts_at - before);
        assert_eq!(late_place(SignedDuration::from_mins(60)), Place::Closed);
        assert_eq!(late_place(SignedDuration::from_mins(61)), Place::Out);
    }
}
