//! Asking channels what became of attempts, and closing them.

use futures_util::stream::{self, StreamExt};
use gateways::pay::{PayError, PaymentStatus};
use jiff::SignedDuration;

use super::channels::{Channels, speaker};
use super::hear::{Hearing, Told, said};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::order::OrderId;
use crate::model::payment::{PaymentId, PaymentState};
use crate::payments::store::payments::attempts::{self, StoredAttempt};
use crate::rules::paying::attempt::{Heard, Said};
use crate::rules::paying::schedule;
use crate::store::StoreError;

/// Most attempts that are taken in one go, how many are asked after at once, and most full batches in one round.
const BATCH: i64 = 80;
const AT_ONCE: usize = 16;
const BATCHES_MAX: usize = 5;
/// So long nobody else asks after an attempt that one process has taken. Should it die, whoever has paid waits so much longer,
/// within the half minute that they are promised; of two questions one is to spare.
const TAKEN: SignedDuration = SignedDuration::from_secs(5);
/// While somebody looks at the page, an attempt is asked after no more often than this.
const LOOK_PAUSE: SignedDuration = SignedDuration::from_secs(3);

/// What became of the attempts of an order that should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// None is under way any more, and none was paid.
    All,
    /// Money has come.
    Paid,
    /// Nobody can say yet.
    NotYet,
}

/// Did a channel say anything?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It did, and that was heard.
    Answered,
    /// It did not, or not clearly.
    Silent,
}

/// Asks channels. Cloning is a few reference counts.
#[derive(Clone)]
pub(crate) struct Asking {
    pub(crate) channels: Channels,
    pub(crate) hearing: Hearing,
}

impl Asking {
    /// Asks after everything that is due. In a rush full batches follow each other.
    pub(crate) async fn ask_due(&self) -> Result<(), StoreError> {
        let methods = self.channels.methods();
        let mut failed = Ok(());
        for _ in 0..BATCHES_MAX {
            let now = clock::now();
            let client = self.hearing.database.client().await?;
            let due = attempts::take_due(&client, &methods, (now, now + TAKEN), BATCH).await?;
            drop(client);
            let is_full = i64::try_from(due.len()).is_ok_and(|count| count >= BATCH);
            let asked = stream::iter(due).map(|id| self.ask(id));
            let mut asked = std::pin::pin!(asked.buffer_unordered(AT_ONCE));
            while let Some(done) = asked.next().await {
                failed = failed.and(done);
            }
            if !is_full {
                break;
            }
        }
        failed
    }

    /// Asks after the attempts of an order because somebody looks at it, unless somebody just has.
    pub(crate) async fn ask_on_look(&self, order: OrderId) -> Result<(), StoreError> {
        let client = self.hearing.database.client().await?;
        let under_way = attempts::under_way(&client, order).await?;
        drop(client);
        self.ask_these_on_look(under_way).await
    }

    /// The same of these attempts.
    pub(crate) async fn ask_these_on_look(&self, under_way: Vec<StoredAttempt>) -> Result<(), StoreError> {
        for attempt in under_way {
            let now = clock::now();
            let client = self.hearing.database.client().await?;
            let is_taken = attempts::take(&client, attempt.id, now - LOOK_PAUSE, now + LOOK_PAUSE).await?;
            drop(client);
            if is_taken {
                self.ask(attempt.id).await?;
            }
        }
        Ok(())
    }

    /// Asks after one attempt; one whose time is up is closed first.
    pub(crate) async fn ask(&self, id: PaymentId) -> Result<(), StoreError> {
        let Some(attempt) = self.find(id).await? else { return Ok(()) };
        let is_over = attempt.expires_at.is_some_and(|at| clock::now() >= at + schedule::CLOSE_AFTER);
        match attempt.state {
            PaymentState::Created if is_over => {
                self.hearing.hear(id, &Actor::System, &Heard::GivenUp, None).await.map(drop)
            }
            PaymentState::Pending | PaymentState::Unknown if is_over => self.close(&attempt).await.map(drop),
            PaymentState::Pending | PaymentState::Unknown => self.query(&attempt).await.map(drop),
            // Money may come for it all the same, and only the channel knows: staff ask.
            PaymentState::Closed | PaymentState::Failed => self.query(&attempt).await.map(drop),
            PaymentState::Created | PaymentState::Received => Ok(()),
        }
    }

    /// Ends the attempts of an order: closed there, then asked after.
    pub(crate) async fn end_all(&self, order: OrderId, actor: &Actor) -> Result<Ended, StoreError> {
        let client = self.hearing.database.client().await?;
        let under_way = attempts::under_way(&client, order).await?;
        drop(client);
        self.end_these(under_way, actor).await
    }

    /// Ends these attempts.
    pub(crate) async fn end_these(&self, under_way: Vec<StoredAttempt>, actor: &Actor) -> Result<Ended, StoreError> {
        let mut ended = Ended::All;
        for attempt in under_way {
            let told = self.end(&attempt, actor).await?;
            ended = match told.map(|told| told.state) {
                Some(PaymentState::Received) => Ended::Paid,
                Some(state) if state.is_under_way() && ended == Ended::All => Ended::NotYet,
                _ => ended,
            };
        }
        Ok(ended)
    }

    /// Ends one attempt. One that nobody outside has heard of needs nobody's word.
    pub(crate) async fn end(&self, attempt: &StoredAttempt, actor: &Actor) -> Result<Option<Told>, StoreError> {
        match attempt.state {
            PaymentState::Created => self.hearing.hear(attempt.id, actor, &Heard::GivenUp, None).await,
            _ => self.close(attempt).await,
        }
    }

    async fn close(&self, attempt: &StoredAttempt) -> Result<Option<Told>, StoreError> {
        let answer = match self.channels.get(attempt.method) {
            Some(channel) => channel.close(&attempt.id.number()).await,
            None => Err(PayError::Unclear("the channel is not configured".to_owned())),
        };
        let heard = heard(attempt, answer, Heard::AfterClosing);
        self.hearing.hear(attempt.id, &speaker(attempt.method), &heard, None).await
    }

    /// Asks after one attempt, and hears the answer.
    pub(crate) async fn query(&self, attempt: &StoredAttempt) -> Result<Asked, StoreError> {
        let answer = match self.channels.get(attempt.method) {
            Some(channel) => channel.query(&attempt.id.number()).await,
            None => Err(PayError::Unclear("the channel is not configured".to_owned())),
        };
        let heard = heard(attempt, answer, Heard::Said);
        self.hearing.hear(attempt.id, &speaker(attempt.method), &heard, None).await?;
        Ok(if heard == Heard::NoAnswer { Asked::Silent } else { Asked::Answered })
    }

    async fn find(&self, id: PaymentId) -> Result<Option<StoredAttempt>, StoreError> {
        attempts::get(&self.hearing.database.client().await?, id).await
    }
}

fn heard(attempt: &StoredAttempt, answer: Result<PaymentStatus, PayError>, as_heard: fn(Said) -> Heard) -> Heard {
    match answer {
        Ok(status) => as_heard(said(&status)),
        Err(error) => {
            tracing::warn!(payment = %attempt.id.0, method = %attempt.method, %error, "a channel gave no answer");
            Heard::NoAnswer
        }
    }
}
