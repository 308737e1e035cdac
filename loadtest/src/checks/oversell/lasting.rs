//! A witness that needs no hold's id: seats that surely stay taken and the free seats of the public list.

use super::some_of;
use crate::measured::results::{Check, CheckKind, CheckState, SittingReport};
use crate::server::wire::SittingReply;
use crate::shown::numbers::grouped;

/// Seats that stay taken and free seats are no more than there are, in every sitting. Notes the free seats.
pub fn lasting(sittings: &mut [SittingReport], seen: &[SittingReply]) -> Check {
    let mut wrong = Vec::new();
    let (mut kept, mut free) = (0, 0);
    for ours in sittings {
        let Some(theirs) = seen.iter().find(|sitting| sitting.id.as_str() == ours.id) else {
            wrong.push(format!("{} is gone", ours.id));
            continue;
        };
        ours.free = Some(theirs.free);
        kept += ours.for_good;
        free += theirs.free;
        if ours.for_good + theirs.free > theirs.capacity {
            wrong.push(format!(
                "{}: {} free and {} kept out of {}",
                ours.id, theirs.free, ours.for_good, theirs.capacity
            ));
        }
    }
    let (state, detail) = if wrong.is_empty() {
        let detail =
            format!("{} lasting holds and {} free seats are no more than there are", grouped(kept), grouped(free));
        (CheckState::Passed, detail)
    } else {
        (CheckState::Failed, some_of(&wrong))
    };
    Check { kind: CheckKind::Census, state, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(free: u64, for_good: u64) -> CheckState {
        let mut sittings = [SittingReport {
            id: "s1".into(),
            capacity: 10,
            given: 9,
            confirmed: 9,
            released: 0,
            peak: 9,
            for_good,
            free: None,
        }];
        lasting(&mut sittings, &[SittingReply { id: "s1".parse().unwrap(), capacity: 10, free }]).state
    }

    #[test]
    fn lasting_holds_and_free_seats_are_no_more_than_seats() {
        assert_eq!(compared(1, 9), CheckState::Passed);
        assert_eq!(compared(0, 9), CheckState::Passed);
        assert_eq!(compared(2, 9), CheckState::Failed);
    }
}
