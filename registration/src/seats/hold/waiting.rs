//! Waiting lists: joining one when a sitting is full, leaving it, and where one stands.

use reservation::engine::waiting_list::Waiting;
use reservation::ids::{ExamId, SittingId};
use reservation::store::WaitAnswer;

use super::check_choice;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::seats::error::OrderError;
use crate::seats::store::orders::StoredState;
use crate::seats::take::Taking;
use crate::seats::{OPEN_MAX, Orders, store};
use crate::store::StoreError;

/// What came of joining a waiting list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// The candidate is on the list, since now or before.
    Waiting,
    /// A seat can be taken at once.
    Free,
    /// The candidate waits for another sitting of the group, and can do so for one only.
    Elsewhere,
    /// A seat is being held for the candidate, or they have one of the group.
    Seated,
    /// The candidate let too many offers pass.
    Spent,
    /// The exam has no waiting list, or nobody else fits on it.
    NotOffered,
}

impl Orders {
    /// Puts the candidate on the list of a sitting that is full. Asked of them is what is asked of whoever takes a seat:
    /// an offer is one, and waits for nothing but its payment.
    pub async fn join_list(
        &self,
        account: AccountId,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<Joined, OrderError> {
        let page = self.exams.get(exam).ok_or_else(|| OrderError::UnknownExam(exam.clone()))?;
        if page.rules.waiting_list.is_none() {
            return Ok(Joined::NotOffered);
        }
        let choice = check_choice(&page, std::slice::from_ref(sitting))?;
        let part = page.part_of(choice[0]);
        let taking = Taking { account, page: &page, part: &part, bound_at: None, network: None };
        let open = self.open_orders(&taking).await?;
        self.check_rules(&taking, &choice, &open).await?;
        let is_sole = !page.is_many(&part);
        let live = open.iter().find(|order| is_sole && order.part == part && order.state_at(clock::now()).is_live());
        match live {
            Some(order) if order.state == StoredState::Unpaid => return Err(OrderError::HoldsOther(order.id)),
            Some(order) => return Err(OrderError::AlreadyRegistered(order.id)),
            None => {}
        }
        Ok(match self.engine.join_list(exam, &account.candidate_id(), sitting).await? {
            WaitAnswer::Waiting => Joined::Waiting,
            WaitAnswer::Free => Joined::Free,
            WaitAnswer::Elsewhere => Joined::Elsewhere,
            WaitAnswer::Seated | WaitAnswer::Offered => Joined::Seated,
            WaitAnswer::Spent => Joined::Spent,
            WaitAnswer::Crowded | WaitAnswer::Left | WaitAnswer::Gone => Joined::NotOffered,
        })
    }

    /// Takes the candidate off the list of the sitting's group. An offer stays: its order is given back as any other.
    pub async fn leave_list(&self, account: AccountId, exam: &ExamId, sitting: &SittingId) -> Result<(), OrderError> {
        self.engine.leave_list(exam, &account.candidate_id(), sitting).await?;
        Ok(())
    }

    /// The candidate's waits in the exam, those that are over among them; none where the exam has no list, and none
    /// while the engine is away: the page goes on without.
    pub async fn waits(&self, account: AccountId, page: &Exam) -> Vec<Waiting> {
        if page.rules.waiting_list.is_none() {
            return Vec::new();
        }
        let waits = self.engine.waits_of(&page.id, &account.candidate_id()).await;
        waits
            .inspect_err(|error| tracing::warn!(exam = %page.id, %error, "where somebody waits cannot be told now"))
            .unwrap_or_default()
    }

    /// The order that an offer has become, once it is written.
    pub async fn order_of_offer(
        &self,
        account: AccountId,
        exam: &ExamId,
        waiting: &Waiting,
    ) -> Result<Option<OrderId>, StoreError> {
        let Some(hold) = &waiting.offer else { return Ok(None) };
        let open = store::orders::open(&self.database.client().await?, account, exam, OPEN_MAX).await?;
        Ok(open.iter().find(|order| order.sittings.iter().any(|seat| seat.hold == *hold)).map(|order| order.id))
    }
}
