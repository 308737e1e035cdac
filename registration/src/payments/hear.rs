//! The one way in which an attempt moves: its row is locked, the rules say what follows from what was heard, and that is
//! written. Notification, question, closing, payer, clock and staff all come through here; what they are answered is
//! committed first.

use std::sync::Arc;

use deadpool_postgres::Transaction;
use gateways::pay::{Paid, PaymentStatus, Start};
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::Notify;

use super::channels::speaker;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::payment::{PaymentEvent, PaymentId, PaymentState};
use crate::payments::store::payments::attempts::{self, End, StoredAttempt};
use crate::payments::store::{payment_events, payment_orders};
use crate::rules::paying::attempt::{self, Attempt, Came, Heard, Said, Step};
use crate::rules::paying::schedule::{self, CLOSE_AFTER, Next};
use crate::store::{Database, StoreError};

/// What became of what was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// Where the attempt stands now.
    pub(crate) state: PaymentState,
    /// What followed from it.
    pub(crate) step: Step,
}

/// Moves attempts. Cloning is two reference counts.
#[derive(Clone)]
pub(crate) struct Hearing {
    pub(crate) database: Database,
    /// Wakes whoever settles money that came.
    pub(crate) wake: Arc<Notify>,
}

impl Hearing {
    /// Hears something of an attempt, and commits what follows. `None`: there is no such attempt, or none of the
    /// channel that speaks.
    pub(crate) async fn hear(
        &self,
        id: PaymentId,
        actor: &Actor,
        heard: &Heard,
        start: Option<&Start>,
    ) -> Result<Option<Told>, StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let Some(stored) = attempts::lock(&transaction, id).await? else { return Ok(None) };
        if matches!(actor, Actor::Gateway(_)) && *actor != speaker(stored.method) {
            return Ok(None);
        }
        let known = Attempt { state: stored.state, calls: stored.calls, reference: stored.reference.clone() };
        let step = attempt::step(&known, heard);
        let moved = Moved { stored: &stored, actor, heard, now };
        let is_written = match &step {
            Step::Stay => moved.stay(&transaction, stored.state).await.map(|()| true)?,
            Step::Call => moved.call(&transaction, stored.state).await.map(|()| true)?,
            Step::To(state) if state.is_final() => moved.end(&transaction, *state, None).await?,
            Step::To(state) if *heard == Heard::Sending => moved.call(&transaction, *state).await.map(|()| true)?,
            Step::To(state) => moved.stay(&transaction, *state).await.map(|()| true)?,
            Step::Receive(came) => moved.end(&transaction, PaymentState::Received, Some(came)).await?,
            Step::ReceiveLate(came) => moved.late(&transaction, came).await?,
            Step::Strange => false,
        };
        if !is_written {
            // Another payment has the reference, or this one has another: the money is not ours to count twice.
            drop(transaction);
            payment_events::insert(&client, id, now, actor, PaymentEvent::Strange, None).await?;
            metrics::counter!("registration_payments_strange_total").increment(1);
            tracing::error!(payment = %id.0, "money is said to have come under a reference that does not fit");
            return Ok(Some(Told { state: stored.state, step: Step::Strange }));
        }
        if let Some(start) = start {
            attempts::note_start(&transaction, id, start).await?;
        }
        transaction.commit().await?;
        if matches!(step, Step::Receive(_) | Step::ReceiveLate(_)) {
            metrics::counter!("registration_payments_received_total").increment(1);
            self.wake.notify_one();
        }
        let state = match &step {
            Step::To(state) => *state,
            Step::Receive(_) => PaymentState::Received,
            Step::Stay | Step::Call | Step::ReceiveLate(_) | Step::Strange => stored.state,
        };
        Ok(Some(Told { state, step }))
    }
}

/// A move under way.
struct Moved<'a> {
    stored: &'a StoredAttempt,
    actor: &'a Actor,
    heard: &'a Heard,
    now: Timestamp,
}

impl Moved<'_> {
    /// It is under way still, in this state.
    async fn stay(&self, transaction: &Transaction<'_>, state: PaymentState) -> Result<(), StoreError> {
        if self.stored.call.is_none() {
            return Ok(());
        }
        if self.stored.state.is_final() {
            return self.stay_over(transaction).await;
        }
        let is_word = matches!(self.heard, Heard::Begun | Heard::Said(_) | Heard::AfterClosing(_));
        let heard_at = is_word.then_some(self.now);
        let next = self.next().filter(|_| state != PaymentState::Created || self.stored.ask_at.is_some());
        attempts::note_state(transaction, self.stored.id, state, heard_at, next).await?;
        if state != self.stored.state {
            let event = if state == PaymentState::Unknown { PaymentEvent::Unknown } else { PaymentEvent::Pending };
            payment_events::insert(transaction, self.stored.id, self.now, self.actor, event, None).await?;
        }
        Ok(())
    }

    /// It is over, and was asked after once more, because it could be paid for all the same.
    async fn stay_over(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let Some(ask_at) = self.stored.ask_at else { return Ok(()) };
        let next = match self.heard {
            Heard::Said(_) if self.may_be_paid() => Some(ask_at),
            Heard::NoAnswer => self.next().filter(|next| !next.is_stuck).map(|next| next.at),
            Heard::Said(_) => None,
            _ => Some(ask_at),
        };
        attempts::note_ask(transaction, self.stored.id, next).await
    }

    /// Does the channel take money for it still, should somebody have its address?
    fn may_be_paid(&self) -> bool {
        self.stored.expires_at.is_some_and(|at| self.now < at + CLOSE_AFTER)
    }

    /// Its order call goes out.
    async fn call(&self, transaction: &Transaction<'_>, state: PaymentState) -> Result<(), StoreError> {
        let next = self.next().unwrap_or(Next { at: self.now, is_stuck: false });
        attempts::note_call(transaction, self.stored.id, state, next).await?;
        payment_events::insert(transaction, self.stored.id, self.now, self.actor, PaymentEvent::Sent, None).await
    }

    /// It has come to an end. False when another payment has the reference.
    async fn end(
        &self,
        transaction: &Transaction<'_>,
        state: PaymentState,
        came: Option<&Came>,
    ) -> Result<bool, StoreError> {
        let reason = match self.heard {
            Heard::Refused(code) => Some(code.as_str()),
            _ => None,
        };
        // Closing proves nothing where the channel hears of an attempt only once the payer acts: it is asked after again.
        let is_sent = self.stored.calls > 0 && state != PaymentState::Received && self.may_be_paid();
        let ask_at = self.stored.expires_at.filter(|_| is_sent).map(|at| at + CLOSE_AFTER);
        let end = End { state, actor: self.actor, at: self.now, came, reason, ask_at };
        if !attempts::end(transaction, self.stored.id, &end).await? {
            return Ok(false);
        }
        let event = match state {
            PaymentState::Received => PaymentEvent::Received,
            PaymentState::Failed => PaymentEvent::Failed,
            _ => PaymentEvent::Closed,
        };
        let detail = reason.map(|reason| json!({ "reason": reason }));
        payment_events::insert(transaction, self.stored.id, self.now, self.actor, event, detail).await?;
        Ok(true)
    }

    /// Money came for what had come to its end. False when the reference is another payment's.
    async fn late(&self, transaction: &Transaction<'_>, came: &Came) -> Result<bool, StoreError> {
        let Some(late) = attempts::insert_late(transaction, self.stored.id, self.actor, came, self.now).await? else {
            return attempts::has_late(transaction, self.stored.id).await;
        };
        payment_orders::copy(transaction, self.stored.id, late).await?;
        payment_events::insert(transaction, late, self.now, self.actor, PaymentEvent::Received, None).await?;
        tracing::info!(payment = %late.0, attempt = %self.stored.id.0, "money came for an attempt that was over");
        Ok(true)
    }

    fn next(&self) -> Option<Next> {
        let expires_at = self.stored.expires_at?;
        Some(schedule::of_attempt(self.now, self.stored.created_at, expires_at))
    }
}

/// What a channel's answer says, in the words of the rules.
pub(crate) fn said(status: &PaymentStatus) -> Said {
    match status {
        PaymentStatus::NotThere => Said::NotThere,
        PaymentStatus::Waiting => Said::Waiting,
        PaymentStatus::Closed => Said::Closed,
        PaymentStatus::Paid(paid) => Said::Paid(came(paid)),
    }
}

fn came(paid: &Paid) -> Came {
    let amount = Fen(i64::try_from(paid.amount_fen).unwrap_or(i64::MAX));
    Came { reference: Some(paid.reference.clone()).filter(|text| !text.is_empty()), amount, at: paid.at }
}
