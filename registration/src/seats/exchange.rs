//! Changing sittings: the seats of an unpaid order for others, in one step of the engine. What would be refused anyway is
//! refused before.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reservation::engine::HoldError;
use reservation::engine::waiting_room::Admission;
use reservation::hold::HoldState;
use reservation::ids::{HoldId, SittingId};

use super::Orders;
use super::error::OrderError;
use super::take::{Replaced, Taking, live_orders_of, new_order};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::exam::{Exam, ExamSitting, Window};
use crate::payments::moves;
use crate::payments::store::group_payments;
use crate::rules::choosing;
use crate::rules::choosing::ChoiceRefusal;
use crate::seats::store;
use crate::seats::store::orders::{StoredOrder, StoredState, change};
use crate::store::StoreError;

/// Before the end of registration a seat is not given back for one in another pool: nobody knows whether there is still
/// time.
const CLOSING: SignedDuration = SignedDuration::from_secs(10);
/// By how much an order lapses later at least with every exchange: the moment tells its seats from those before.
const TICK: SignedDuration = SignedDuration::from_micros(1);
/// How long another request of the candidate, which has the seats and is about to write its row, is waited for.
const WRITING_WAIT: Duration = Duration::from_millis(300);

impl Orders {
    /// Gives the seats of an unpaid order for others. Where that is refused, the order stays as it is. `None`: another
    /// request of the same candidate got in between.
    pub(super) async fn exchange(
        &self,
        taking: &Taking<'_>,
        choice: &[&ExamSitting],
        old: &StoredOrder,
    ) -> Result<Option<StoredOrder>, OrderError> {
        let exam = &taking.page.id;
        let ids: Vec<SittingId> = choice.iter().map(|sitting| sitting.id.clone()).collect();
        let all: Vec<SittingId> = old.sittings.iter().map(|seat| &seat.sitting).chain(&ids).cloned().collect();
        refuse_closed(taking.page, clock::now())?;
        if let Some(lock) = group_payments::lock_of(&self.database.client().await?, old.id, clock::now()).await? {
            return Err(OrderError::Locked(lock));
        }
        self.asking.end_all(old.id, &Actor::Candidate(taking.account)).await?;
        if moves::binds(&self.database.client().await?, old.id).await? {
            return Err(OrderError::Paying(old.id));
        }
        self.refuse_unsupported(taking, choice, old).await?;
        // Nobody waits in a line for what is known to be gone.
        self.refuse_full(taking, choice, old)?;
        if !self.engine.share_a_pool(exam, &all)? {
            return self.give_back_first(taking, choice, old).await;
        }
        let pass = self.pass(taking).await?;
        let holds: Vec<HoldId> = old.sittings.iter().map(|seat| seat.hold.clone()).collect();
        match self.engine.exchange(exam, &holds, &ids, Admission::Pass(pass.as_ref())).await {
            Ok(taken) => {
                let new = new_order(taking, choice, &taken);
                let lapses_at = new.lapses_at.max(old.lapses_at + TICK);
                let new = StoredOrder { id: old.id, created_at: old.created_at, lapses_at, ..new };
                self.write(taking, new, Some(Replaced::Exchanged(old))).await
            }
            // They have lapsed this moment, or another exchange has them and has not written its row yet.
            Err(HoldError::Expired(_)) => self.is_lost(old).await.map(|_| None).map_err(OrderError::from),
            Err(HoldError::GroupTaken(sitting)) => match self.recover(taking, &sitting).await? {
                true => Ok(None),
                false => Err(OrderError::GroupTaken(sitting)),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Has an exchange taken the seats of this order and not written its own? A live request is waited for; the order of
    /// one that died is ended, so that its seats are found. True: look again.
    pub(super) async fn is_lost(&self, old: &StoredOrder) -> Result<bool, StoreError> {
        tokio::time::sleep(WRITING_WAIT).await;
        let now = store::orders::get(&self.database.client().await?, old.id).await?;
        let is_as_it_was = |order: &StoredOrder| order.state == StoredState::Unpaid && order.sittings == old.sittings;
        let Some(order) = now.filter(is_as_it_was) else { return Ok(true) };
        let Some(states) = self.hold_states(&order).await else { return Ok(false) };
        if states.iter().flatten().any(|state| state.is_live()) {
            return Ok(false);
        }
        let is_over = states.contains(&Some(HoldState::Expired));
        let is_ended = change::lapse(&self.database.client().await?, &order, is_over).await?;
        if is_ended && is_over {
            self.return_seats(&order).await?;
        }
        Ok(is_ended)
    }

    /// Where the sittings are in different pools no one step does it: the old seats are given back, then the new ones are
    /// taken; should they then be full, the old ones are taken again if nobody was faster.
    async fn give_back_first(
        &self,
        taking: &Taking<'_>,
        choice: &[&ExamSitting],
        old: &StoredOrder,
    ) -> Result<Option<StoredOrder>, OrderError> {
        let soon = clock::now() + CLOSING;
        refuse_closed(taking.page, soon)?;
        // The old seats are taken again should the new ones not be to be had, so they must be to be had, too.
        let old_sittings = old.sittings.iter().filter_map(|seat| taking.page.sitting(&seat.sitting));
        if let Some(late) = choice.iter().copied().chain(old_sittings).find(|one| taking.page.is_too_late(one, soon)) {
            return Err(ChoiceRefusal::TooLate(late.id.clone()).into());
        }
        self.pass(taking).await?;
        if !change::release(&self.database.client().await?, old.id).await? {
            return Ok(None);
        }
        self.return_only_seats(old).await?;
        // They were given to the candidate before: nobody has another one for it.
        let taking = &Taking { network: None, ..*taking };
        let taken = self.take(taking, choice, None).await;
        if taken.is_err() {
            let back: Vec<&ExamSitting> =
                old.sittings.iter().filter_map(|seat| taking.page.sitting(&seat.sitting)).collect();
            // If somebody was faster, the candidate is told all the same why the new ones were not to be had.
            if let Err(error) = self.take(taking, &back, None).await {
                tracing::info!(order = %old.id, %error, "seats given back for others were not to be had again");
            }
        }
        taken
    }

    /// Refuses, before anything is given back, what would leave another order without the subject that it needs.
    async fn refuse_unsupported(
        &self,
        taking: &Taking<'_>,
        choice: &[&ExamSitting],
        old: &StoredOrder,
    ) -> Result<(), OrderError> {
        if !taking.page.rules.has_requirements() {
            return Ok(());
        }
        let live = live_orders_of(&self.database.client().await?, taking.account, &taking.page.id).await?;
        let others = live.iter().filter(|order| order.id != old.id).flat_map(|order| &order.sittings);
        let mut left: Vec<&ExamSitting> = others.filter_map(|seat| taking.page.sitting(&seat.sitting)).collect();
        left.extend(choice);
        match choosing::unsupported(taking.page, &left).next() {
            Some((_, subject)) => {
                let (subject, needs) = (subject.id.clone(), subject.requires.clone());
                Err(ChoiceRefusal::Requires { subject, needs }.into())
            }
            None => Ok(()),
        }
    }

    /// Refuses, before anything is given back, what the board already shows as full.
    fn refuse_full(&self, taking: &Taking<'_>, choice: &[&ExamSitting], old: &StoredOrder) -> Result<(), OrderError> {
        let board = self.engine.availability(&taking.page.id)?;
        let is_wanted = |id: &SittingId| {
            choice.iter().any(|sitting| sitting.id == *id) && !old.sittings.iter().any(|seat| seat.sitting == *id)
        };
        match board.iter().find(|line| line.free == 0 && is_wanted(&line.sitting.id)) {
            Some(line) => {
                Err(OrderError::Full { sitting: line.sitting.id.clone(), next_release_at: line.next_release_at })
            }
            None => Ok(()),
        }
    }
}

/// Refuses what the engine would refuse at that time; it hears of a changed end a moment later than we do.
fn refuse_closed(page: &Exam, at: Timestamp) -> Result<(), OrderError> {
    if page.window(at) == Window::Open {
        Ok(())
    } else {
        Err(OrderError::NotOpen { opens_at: Some(page.opens_at), closes_at: Some(page.closes_at) })
    }
}
