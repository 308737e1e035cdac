//! Paying for a list: by a channel, or by a transfer that staff write down.

use gateways::pay::Charge;
use jiff::Timestamp;
use uuid::Uuid;

use super::{GroupError, numbers, text};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::staff::StaffMember;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::payment::group::{GroupId, GroupPayment, GroupState, LineState};
use crate::model::payment::{Method, Payment, PaymentEvent, PaymentId, PaymentState};
use crate::payments::pay::{refused, word};
use crate::payments::store::payments as rows;
use crate::payments::store::payments::attempts::{self, NewAttempt, StoredAttempt};
use crate::payments::store::payments::{Ended, Ending, NewPayment};
use crate::payments::store::{group_payments, payment_events, payment_orders};
use crate::payments::{Going, PayRefusal, Payer, Payments, moves};
use crate::store::StoreError;

impl Payments {
    /// Pays for an open list by a channel, all orders in one sum. Should one of them not be to be paid for any more, nothing
    /// is begun, and every line is told; [leaving out](Payments::leave_out) what has gone goes on with the others.
    pub async fn pay_group(
        &self,
        member: &StaffMember,
        id: GroupId,
        method: Method,
        payer: &Payer<'_>,
    ) -> Result<Going, GroupError> {
        let group = self.open_group(member, id).await?;
        let exam = self.exams.get(&group.exam).ok_or_else(|| GroupError::UnknownExam(group.exam.clone()))?;
        let is_offered = method != Method::Bank && exam.rules.payment.channels.contains(&method);
        if !is_offered || self.channels().get(method).is_none() {
            return Err(PayRefusal::NotOffered(method).into());
        }
        let expires_at = self.expiry(&group).await?;
        let under_way = attempts::under_way_of_group(&self.database.client().await?, id).await?;
        let is_same = |attempt: &StoredAttempt| {
            (attempt.method, attempt.amount, attempt.expires_at) == (method, group.amount(), Some(expires_at))
                && attempt.surface.as_deref() == Some(word(payer.surface))
        };
        let mut fitting = None;
        for attempt in under_way {
            if fitting.is_none() && is_same(&attempt) {
                fitting = Some(attempt);
                continue;
            }
            let told = self.asking.end(&attempt, &Actor::Staff(member.id)).await?;
            if told.is_some_and(|told| told.state == PaymentState::Received) {
                return Ok(Going::Paid);
            }
        }
        let attempt = match fitting {
            Some(attempt) => attempt,
            None => self.begin_for_group(member, &group, (method, expires_at), payer).await?,
        };
        Ok(self.start(attempt, &payer.onward()).await?)
    }

    /// Writes down that a school's transfer for a list has come. It must be what the list costs; `reference` is what the bank
    /// calls it, which no other transfer has. It may come when the list is over: then each order is settled as far as it
    /// can be, and the rest goes back. Again with the same reference: the same answer.
    pub async fn receive_group(
        &self,
        member: &StaffMember,
        id: GroupId,
        amount: Fen,
        reference: &str,
    ) -> Result<Payment, GroupError> {
        let group = self.find_group(member, id).await?;
        let reference = text(reference)?;
        if amount != group.amount() || group.orders.is_empty() {
            return Err(GroupError::Amount(group.amount()));
        }
        let (now, actor) = (clock::now(), Actor::Staff(member.id));
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let locked = group_payments::lock(&transaction, id, now).await?.ok_or(GroupError::Unknown)?;
        if locked.orders != group.orders {
            return Err(GroupError::Amount(locked.amount()));
        }
        let made = rows::of_group(&transaction, id).await?;
        let is_it = |one: &&Payment| one.method == Method::School && one.reference.as_deref() == Some(reference);
        if let Some(again) = made.iter().find(is_it) {
            return Ok(again.clone());
        }
        if let GroupState::Paid(_) = locked.state {
            return Err(GroupError::NotOpen(locked.state));
        }
        let payment = PaymentId(Uuid::now_v7());
        let (method, state) = (Method::School, PaymentState::Created);
        moves::begin(
            &transaction,
            &actor,
            &NewPayment { id: payment, method, amount, state, created_at: now },
            &group.orders,
        )
        .await?;
        rows::set_group(&transaction, payment, id).await?;
        let ending =
            Ending { state: PaymentState::Received, actor: &actor, at: now, reference: Some(reference), reason: None };
        if moves::end(&transaction, payment, &ending).await? == Ended::ReferenceTaken {
            return Err(GroupError::ReferenceTaken);
        }
        let subject = id.0.simple().to_string();
        Entry::by_staff(member.id, AuditAction::GroupReceived, &subject).write(&transaction).await?;
        let received = rows::get(&transaction, payment).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        metrics::counter!("registration_payments_received_total").increment(1);
        self.asking.hearing.wake.notify_one();
        Ok(received.ok_or(StoreError::Corrupt("a transfer that was just written down"))?)
    }

    /// Until when a channel may take money for a list: all its lines are ready until then.
    async fn expiry(&self, group: &GroupPayment) -> Result<Timestamp, GroupError> {
        let numbers = numbers(group);
        let lines = self.lines(&group.exam, group.organisation.as_ref(), &numbers, Some(group)).await?;
        let until = |state: &LineState| match state {
            LineState::Ready { expires_at, .. } => Some(*expires_at),
            _ => None,
        };
        let all: Option<Vec<Timestamp>> = lines.iter().map(|line| until(&line.state)).collect();
        let first = all.and_then(|all| all.into_iter().min());
        Ok(first.ok_or(GroupError::Lines(lines))?.min(group.locked_until))
    }

    /// Stores an attempt with its order call. Should another request have been faster, nothing is begun.
    async fn begin_for_group(
        &self,
        member: &StaffMember,
        group: &GroupPayment,
        (method, expires_at): (Method, Timestamp),
        payer: &Payer<'_>,
    ) -> Result<StoredAttempt, GroupError> {
        let channel = self.channels().get(method).ok_or(PayRefusal::NotOffered(method))?;
        let (id, now) = (PaymentId(Uuid::now_v7()), clock::now());
        let (number, amount) = (id.number(), group.amount());
        let charge = Charge {
            number: &number,
            amount_fen: amount.0.unsigned_abs(),
            subject: payer.subject,
            expires_at,
            payer_ip: payer.ip,
            surface: payer.surface,
            notify_url: payer.notify_url,
            return_url: payer.return_url,
        };
        let call = channel.prepare(&charge).map_err(refused)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let locked = group_payments::lock(&transaction, group.id, now).await?.ok_or(GroupError::Unknown)?;
        if locked.state != GroupState::Open {
            return Err(GroupError::NotOpen(locked.state));
        }
        let is_beaten =
            attempts::under_way_of_group(&transaction, group.id).await?.iter().any(|one| one.method == method);
        if is_beaten || locked.orders != group.orders {
            return Err(GroupError::UnderWay);
        }
        let new = NewAttempt {
            id,
            method,
            amount,
            call: &call,
            surface: word(payer.surface),
            notify_url: payer.notify_url,
            expires_at,
            created_at: now,
        };
        attempts::insert(&transaction, &new).await?;
        rows::set_group(&transaction, id, group.id).await?;
        payment_orders::insert(&transaction, id, &group.orders).await?;
        let (staff, subject) = (Actor::Staff(member.id), group.id.0.simple().to_string());
        let entry = Entry::by_staff(member.id, AuditAction::GroupPaying, &subject);
        entry.detail(method.to_string().as_str()).write(&transaction).await?;
        payment_events::insert(&transaction, id, now, &staff, PaymentEvent::Created, None).await?;
        let begun = attempts::get(&transaction, id).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(begun.ok_or(StoreError::Corrupt("an attempt that was just begun"))?)
    }
}
