//! What a waiting room does to a visitor.

use jiff::Timestamp;
use registration::model::exam::{Exam, Window};
use reservation::engine::waiting_room::{TurnState, WaitingRoomPosition};
use reservation::waiting_room::WaitingRoomMode;

use crate::request::visit::Visit;

/// What a waiting room does to this visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// There is none.
    None,
    /// It will be there before the opening.
    Later,
    /// It must be passed first.
    Closed {
        /// Is the visitor in its line?
        has_position: bool,
    },
    /// It was passed; seats may be taken until then.
    Admitted(Timestamp),
}

/// What the waiting room means for whoever is not signed in.
pub(crate) fn gate_of_guest(visit: &Visit, exam: &Exam) -> Gate {
    let engine = &visit.app.outside.engine;
    let has_room = engine.exam(&exam.id).is_some_and(|exam| exam.waiting_room.mode != WaitingRoomMode::Off);
    if !has_room || exam.window(visit.now) == Window::Closed {
        return Gate::None;
    }
    match engine.is_waiting_room_on(&exam.id) {
        true => Gate::Closed { has_position: false },
        false if exam.window(visit.now) == Window::NotYet => Gate::Later,
        false => Gate::None,
    }
}

/// Asks the waiting room, if one is before the exam.
pub(crate) async fn gate(visit: &Visit, exam: &Exam) -> Gate {
    let gate = gate_of_guest(visit, exam);
    let Some(account) = visit.account.as_ref().filter(|_| matches!(gate, Gate::Closed { .. })) else { return gate };
    match visit.app.outside.engine.look_for_position(&exam.id, &account.id.candidate_id()).await {
        Ok(WaitingRoomPosition { state: TurnState::Open, .. }) => Gate::None,
        Ok(WaitingRoomPosition { state: TurnState::Admitted { expires_at, .. }, .. }) => Gate::Admitted(expires_at),
        Ok(WaitingRoomPosition { state: TurnState::Waiting { .. }, .. }) => Gate::Closed { has_position: true },
        // The waiting page says what is the matter, and comes back by itself.
        Ok(WaitingRoomPosition { state: TurnState::Nowhere, .. }) | Err(_) => gate,
    }
}
