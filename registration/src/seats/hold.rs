//! Choosing seats: what is asked for against what the candidate has already.

pub(super) mod from_network;
pub(super) mod waiting;

use reservation::ids::{ExamId, GroupId, SittingId};

use super::error::OrderError;
use super::take::Taking;
use super::{ConfirmError, OPEN_MAX, Orders};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::TaskKind;
use crate::model::facts::EligibilityState;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderState, SITTINGS_MAX};
use crate::people::accounts::Network;
use crate::rules::choosing;
use crate::rules::steps::{blocked_by, steps};
use crate::seats::store;
use crate::seats::store::orders::{StoredOrder, StoredState};
use crate::store::StoreError;

/// How often an taking begins anew because another request of the same candidate got in between.
const ROUNDS_MAX: usize = 8;

impl Orders {
    /// Takes a seat in each of the sittings, all or none. Again with the same sittings: the same order. The seats of an
    /// unpaid order for other sittings are given for these when `replace` says so, in one step and under the deadline
    /// that they had; should the new ones not be to be had, the old ones stay.
    pub async fn hold(
        &self,
        account: AccountId,
        exam: &ExamId,
        sittings: &[SittingId],
        replace: bool,
    ) -> Result<Order, OrderError> {
        self.hold_as((account, None), exam, sittings, replace).await
    }

    /// The same, counted for this network where seats are counted by them.
    async fn hold_as(
        &self,
        (account, network): (AccountId, Option<Network>),
        exam: &ExamId,
        sittings: &[SittingId],
        replace: bool,
    ) -> Result<Order, OrderError> {
        let page = self.exams.get(exam).ok_or_else(|| OrderError::UnknownExam(exam.clone()))?;
        let choice = check_choice(&page, sittings)?;
        let part = page.part_of(choice[0]);
        if choice.iter().any(|sitting| page.part_of(sitting) != part) {
            return Err(OrderError::Choice);
        }
        let taking = Taking { account, page: &page, part: &part, bound_at: None, network };
        for _ in 0..ROUNDS_MAX {
            let found = match page.is_many(&part) {
                true => self.try_hold_more(&taking, &choice).await?,
                false => self.try_hold(&taking, &choice, replace).await?,
            };
            if let Some(order) = found {
                return self.confirm_free(order.view(clock::now())).await;
            }
        }
        Err(OrderError::Unavailable("other requests of the same candidate are under way".to_owned()))
    }

    /// Who has nothing to pay has the seats at once, unless what they need is not confirmed yet, or the engine is away; then
    /// in a moment.
    async fn confirm_free(&self, order: Order) -> Result<Order, OrderError> {
        if order.amount > Fen(0) || order.state != OrderState::Unpaid {
            return Ok(order);
        }
        match self.confirm(order.id, &Actor::System).await {
            Ok(confirmed) => Ok(confirmed),
            Err(ConfirmError::Store(error)) => Err(error.into()),
            Err(_) => Ok(order),
        }
    }

    /// One round. `None`: another request of the same candidate got in between.
    async fn try_hold(
        &self,
        taking: &Taking<'_>,
        choice: &[&ExamSitting],
        replace: bool,
    ) -> Result<Option<StoredOrder>, OrderError> {
        let open = self.open_orders(taking).await?;
        let taking = &self.check_rules(taking, choice, &open).await?;
        let live = open.into_iter().find(|order| order.part == *taking.part);
        match live {
            Some(order) if order.state == StoredState::Unpaid => {
                if order.sittings.iter().map(|seat| &seat.sitting).eq(choice.iter().map(|sitting| &sitting.id)) {
                    self.take(taking, choice, Some(&order)).await
                } else if replace {
                    self.exchange(taking, choice, &order).await
                } else {
                    Err(OrderError::HoldsOther(order.id))
                }
            }
            Some(order) if order.state_at(clock::now()).is_live() => Err(OrderError::AlreadyRegistered(order.id)),
            _ => self.take(taking, choice, None).await,
        }
    }

    /// The candidate's open orders of the exam, as time has decided them; seats that are owed go back first: the engine would give the
    /// same holds, which are about to end, out again.
    pub(super) async fn open_orders(&self, taking: &Taking<'_>) -> Result<Vec<StoredOrder>, StoreError> {
        let (account, exam) = (taking.account, &taking.page.id);
        let open = store::orders::open(&self.database.client().await?, account, exam, OPEN_MAX).await?;
        let mut live = Vec::with_capacity(open.len());
        for order in open {
            if order.seats_owed {
                self.return_seats(&order).await?;
            } else {
                live.push(self.catch_up(order).await?);
            }
        }
        Ok(live)
    }

    /// What the exam's rules say: the steps before, then the choice itself beside the orders of other parts. The taking
    /// that goes on knows under which binding it was checked.
    pub(super) async fn check_rules<'a>(
        &self,
        taking: &Taking<'a>,
        choice: &[&ExamSitting],
        open: &[StoredOrder],
    ) -> Result<Taking<'a>, OrderError> {
        let (page, now) = (taking.page, clock::now());
        let orders: Vec<Order> = open.iter().map(|order| order.clone().view(now)).collect();
        let facts = self.applications.facts(taking.account, page, &orders).await?;
        let task = TaskKind::Sittings(taking.part.clone());
        if let Some(first) = blocked_by(&steps(page, &facts, now), &task) {
            return Err(OrderError::Blocked(first.kind.clone()));
        }
        let others: Vec<&Order> = orders
            .iter()
            .filter(|order| order.state.is_live() && (order.part != *taking.part || page.is_many(taking.part)))
            .collect();
        choosing::check(page, &facts.eligibility, &others, choice, now)?;
        let bound_at = match facts.eligibility {
            EligibilityState::Bound { at, .. } => Some(at),
            EligibilityState::None => None,
        };
        Ok(Taking { bound_at, ..*taking })
    }
}

/// The chosen sittings in the exam's order, so that the same choice always looks the same.
fn check_choice<'a>(page: &'a Exam, sittings: &[SittingId]) -> Result<Vec<&'a ExamSitting>, OrderError> {
    if sittings.is_empty() || sittings.len() > SITTINGS_MAX {
        return Err(OrderError::Choice);
    }
    if let Some(unknown) = sittings.iter().find(|id| page.sitting(id).is_none()) {
        return Err(OrderError::UnknownSitting(unknown.clone()));
    }
    let choice: Vec<&ExamSitting> = page.sittings.iter().filter(|sitting| sittings.contains(&sitting.id)).collect();
    if choice.len() != sittings.len() {
        return Err(OrderError::Choice);
    }
    let mut groups: Vec<&GroupId> = Vec::new();
    for sitting in &choice {
        let Some(group) = &sitting.group else { continue };
        if groups.contains(&group) {
            return Err(OrderError::GroupTaken(sitting.id.clone()));
        }
        groups.push(group);
    }
    Ok(choice)
}
