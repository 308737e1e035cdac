//! Where a candidate stands on the waiting list of a sitting. Pure.

use jiff::Timestamp;
use registration::model::exam::{Exam, ExamSitting, Window};
use registration::model::exam_rules::WaitingListRules;
use registration::model::order::Order;
use reservation::engine::waiting_list::Waiting;
use reservation::ids::SittingId;
use reservation::waiting_list::WaitState;

/// Where the candidate stands on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListState {
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

/// What is known of the candidate.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Standing<'a> {
    /// Their waits in the exam.
    pub(crate) waits: &'a [Waiting],
    /// Do they have a seat, paid or not, beside which no other one of the list can be had?
    pub(crate) has_seat: bool,
}

/// Where the candidate stands at `now` in a sitting with so many free seats.
pub(crate) fn state_of(
    (exam, sitting, rules): (&Exam, &ExamSitting, &WaitingListRules),
    candidate: &Standing<'_>,
    free: u32,
    now: Timestamp,
) -> ListState {
    let waits = candidate.waits;
    let is_open = exam.window(now) == Window::Open && now < sitting.starts_at - rules.offer();
    let waiting = waits.iter().find(|waiting| waiting.sittings.contains(&sitting.id));
    match waiting.map(|waiting| (waiting.state, waiting.position, waiting)) {
        // The ledger is a moment behind Redis, where it waits no more.
        Some((WaitState::Offered, ..) | (WaitState::Waiting, None, _)) => return ListState::Moving,
        _ if candidate.has_seat => return ListState::Seated,
        _ if exam.window(now) == Window::NotYet => return ListState::Early,
        _ if !is_open => return ListState::Closed,
        Some((WaitState::Waiting, Some((ahead, all)), waiting)) => {
            return ListState::Waiting { ahead, all, lapses: waiting.lapses };
        }
        Some((WaitState::Left, _, waiting)) if waiting.lapses >= u32::from(rules.offers) => return ListState::Spent,
        _ => {}
    }
    let otherwise = if free > 0 { ListState::Free } else { ListState::Out };
    elsewhere(exam, sitting, waits).unwrap_or(otherwise)
}

/// Do these orders of the candidate have a seat beside which none of the sitting can be had: of its group, or, where a part is
/// chosen once, of its part?
pub(crate) fn has_seat(exam: &Exam, sitting: &ExamSitting, orders: &[Order]) -> bool {
    let part = exam.part_of(sitting);
    let in_group = |id: &SittingId| {
        *id == sitting.id || exam.sitting(id).is_some_and(|other| other.group.is_some() && other.group == sitting.group)
    };
    let is_beside = |order: &Order| {
        (order.part == part && !exam.is_many(&part)) || order.sittings.iter().any(|seat| in_group(&seat.sitting))
    };
    orders.iter().filter(|order| order.state.is_live()).any(is_beside)
}

/// The other sitting of the group for which the candidate waits.
pub(crate) fn elsewhere(exam: &Exam, sitting: &ExamSitting, waits: &[Waiting]) -> Option<ListState> {
    sitting.group.as_ref()?;
    let mut others = waits.iter().filter(|waiting| waiting.position.is_some()).flat_map(|waiting| &waiting.sittings);
    let other = others.find_map(|id| exam.sitting(id).filter(|other| other.group == sitting.group))?;
    (other.id != sitting.id).then(|| ListState::Elsewhere(other.clone()))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use reservation::ids::SittingNumber;
    use reservation::waiting_list::{ListPer, Returns, Wait, WaitOf};

    use super::*;
    use crate::tests::gallery::exam_page;

    fn wait(sitting: &str, state: WaitState, position: Option<(u64, u64)>, lapses: u32) -> Waiting {
        let wait = Wait { state, list: SittingNumber(1), number: 1, lapses, offer: None };
        let of = WaitOf { candidate: "c".parse().unwrap(), group: SittingNumber(1), wait };
        let sittings = vec![sitting.parse().unwrap()];
        Waiting { sittings, state, position, lapses, offer: None, changed_at: Timestamp::UNIX_EPOCH, of }
    }

    #[test]
    fn d8_what_is_said_is_what_is_so() {
        let exam = exam_page();
        let rules =
            WaitingListRules { per: ListPer::Sitting, offer_minutes: 60, returns: Returns::ListFirst, offers: 2 };
        let sitting = &exam.sittings[0];
        let at = |waits: &[Waiting], free, now| {
            state_of((&exam, sitting, &rules), &Standing { waits, has_seat: false }, free, now)
        };
        let open = exam.opens_at + SignedDuration::from_hours(1);
        assert_eq!((at(&[], 0, open), at(&[], 1, open)), (ListState::Out, ListState::Free));
        let waiting = wait("en-1", WaitState::Waiting, Some((4, 9)), 1);
        let waits = ListState::Waiting { ahead: 4, all: 9, lapses: 1 };
        assert_eq!(at(std::slice::from_ref(&waiting), 0, open), waits);
        assert_eq!(at(&[wait("en-1", WaitState::Waiting, None, 0)], 0, open), ListState::Moving);
        assert_eq!(at(&[wait("en-1", WaitState::Offered, None, 0)], 0, open), ListState::Moving);
        assert_eq!(at(&[wait("en-1", WaitState::Left, None, 1)], 0, open), ListState::Out);
        assert_eq!(at(&[wait("en-1", WaitState::Left, None, 2)], 1, open), ListState::Spent);
        let elsewhere = wait("en-2", WaitState::Waiting, Some((0, 1)), 0);
        assert_eq!(at(&[elsewhere], 0, open), ListState::Elsewhere(exam.sittings[1].clone()));
        // Whoever has a seat is not asked to join; but one that is just being held is told of first.
        let seated =
            |waits: &[Waiting]| state_of((&exam, sitting, &rules), &Standing { waits, has_seat: true }, 0, open);
        assert_eq!(seated(&[]), ListState::Seated);
        assert_eq!(seated(&[wait("en-1", WaitState::Seated, None, 0)]), ListState::Seated);
        assert_eq!(seated(&[wait("en-1", WaitState::Offered, None, 0)]), ListState::Moving);
        // Nothing before the window, after it, or when an offer would end after the sitting has begun.
        assert_eq!(at(&[], 0, exam.opens_at - SignedDuration::from_secs(1)), ListState::Early);
        assert_eq!(at(std::slice::from_ref(&waiting), 0, exam.closes_at), ListState::Closed);
        let mut late = exam.clone();
        late.closes_at = sitting.starts_at;
        let late_state = |before: SignedDuration| {
            state_of((&late, sitting, &rules), &Standing::default(), 0, sitting.starts_at - before)
        };
        assert_eq!(late_state(SignedDuration::from_mins(60)), ListState::Closed);
        assert_eq!(late_state(SignedDuration::from_mins(61)), ListState::Out);
    }
}
