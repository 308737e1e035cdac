//! How the orders of a list stand, one by one.

use reservation::ids::ExamId;

use super::GroupError;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::{OrganisationCode, SubjectId};
use crate::model::facts::EligibilityState;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderState};
use crate::model::organisation::ancestry;
use crate::model::payment::group::{GroupId, GroupLine, GroupPayment, LineState};
use crate::payments::store::group_payments;
use crate::payments::store::payments::attempts;
use crate::payments::{Payments, moves, pay};
use crate::rules::choosing;
use crate::seats::store::orders::{self, StoredOrder};
use crate::store::StoreError;

/// Most live orders of a candidate in one exam that are looked at.
const OPEN_MAX: i64 = 40;

impl Payments {
    /// How these orders of an exam stand: for a list that is to be made, or for one that is there.
    pub(super) async fn lines(
        &self,
        exam: &ExamId,
        organisation: Option<&OrganisationCode>,
        numbers: &[OrderId],
        group: Option<&GroupPayment>,
    ) -> Result<Vec<GroupLine>, GroupError> {
        let exam = self.exams.get(exam).ok_or_else(|| GroupError::UnknownExam(exam.clone()))?;
        let mut lines = Vec::with_capacity(numbers.len());
        for order in numbers {
            let state = self.line(&exam, organisation, (*order, numbers), group).await?;
            lines.push(GroupLine { order: *order, state });
        }
        Ok(lines)
    }

    /// The same where all are ready: what each costs. Otherwise the lines are the refusal.
    pub(super) async fn ready(
        &self,
        exam: &ExamId,
        organisation: Option<&OrganisationCode>,
        numbers: &[OrderId],
        group: Option<&GroupPayment>,
    ) -> Result<Vec<(OrderId, Fen)>, GroupError> {
        let lines = self.lines(exam, organisation, numbers, group).await?;
        let amount = |line: &GroupLine| match line.state {
            LineState::Ready { amount, .. } => Some((line.order, amount)),
            _ => None,
        };
        let ready: Option<Vec<_>> = lines.iter().map(amount).collect();
        ready.ok_or(GroupError::Lines(lines))
    }

    async fn line(
        &self,
        exam: &Exam,
        organisation: Option<&OrganisationCode>,
        (order, numbers): (OrderId, &[OrderId]),
        group: Option<&GroupPayment>,
    ) -> Result<LineState, StoreError> {
        let now = clock::now();
        let client = self.database.client().await?;
        let found = orders::get(&client, order).await?.filter(|found| found.exam == exam.id);
        let Some(found) = found else { return Ok(LineState::Unknown) };
        let lock = group_payments::lock_of(&client, order, now).await?;
        // What is under way for the list itself stands in nobody's way; what a candidate has begun does.
        let is_others = |of: Option<GroupId>| of.is_none_or(|of| group.is_none_or(|group| group.id != of));
        let is_paying = attempts::under_way(&client, order).await?.iter().any(|attempt| is_others(attempt.group))
            || moves::is_owed(&client, order).await?;
        drop(client);
        if let Some(organisation) = organisation
            && !self.belongs(exam, found.account, organisation).await?
        {
            return Ok(LineState::OtherSchool);
        }
        let state = found.state_at(now);
        if !pay::is_payable(&found, &state) {
            // In the moment of grace nobody pays any more.
            let is_over = state == OrderState::Unpaid && now >= found.expires_at;
            return Ok(LineState::NotPayable(if is_over { OrderState::Lapsed } else { state }));
        }
        if let Some(lock) = lock.filter(|lock| is_others(Some(lock.group))) {
            return Ok(LineState::Locked(lock));
        }
        if is_paying {
            return Ok(LineState::Paying);
        }
        if let Some(first) = self.needs_first(exam, &found, numbers).await? {
            return Ok(LineState::NeedsFirst(first));
        }
        let listed = group.and_then(|group| group.orders.iter().find(|(number, _)| *number == order));
        if listed.is_some_and(|(_, amount)| *amount != found.amount) {
            return Ok(LineState::OtherAmount(found.amount));
        }
        Ok(LineState::Ready { amount: found.amount, expires_at: found.expires_at })
    }

    /// Is the candidate one of the organisation's, as the roster says?
    async fn belongs(
        &self,
        exam: &Exam,
        account: AccountId,
        organisation: &OrganisationCode,
    ) -> Result<bool, StoreError> {
        let facts = self.applications.facts(account, exam, &[]).await?;
        let EligibilityState::Bound { campus: Some(campus), .. } = facts.eligibility else { return Ok(false) };
        Ok(ancestry(&exam.organisations, &campus).iter().any(|one| one.code == *organisation))
    }

    /// The subject that must be paid for before this order. What is on the same list is paid for with it.
    async fn needs_first(
        &self,
        exam: &Exam,
        order: &StoredOrder,
        numbers: &[OrderId],
    ) -> Result<Option<SubjectId>, StoreError> {
        if !exam.rules.has_requirements() {
            return Ok(None);
        }
        let now = clock::now();
        let open = orders::open(&self.database.client().await?, order.account, &order.exam, OPEN_MAX).await?;
        let mut live: Vec<Order> = open.into_iter().map(|order| order.view(now)).collect();
        live.retain(|order| order.state.is_live());
        for other in live.iter_mut().filter(|other| numbers.contains(&other.id)) {
            other.state = OrderState::WaitingReview;
        }
        let live: Vec<&Order> = live.iter().collect();
        Ok(choosing::pay_first(exam, &live, &order.clone().view(now)))
    }
}
