//! Sends what is due: a task for each endpoint that has something, so that one that is slow, or far behind, holds up no other. Each
//! try is written down after it. A crash between sending and that sends it once more, under the same id, and loses none.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use deadpool_postgres::Object;
use futures_util::future::join_all;
use gateways::WebhookSender;
use gateways::webhooks::{Webhook, WebhookAnswer, WebhookError, WebhookSecret};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::SemaphorePermit;
use uuid::Uuid;

use super::Webhooks;
use super::endpoint::DisabledWhy;
use super::schedule::pause_after;
use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::outbox::store::webhook_attempts::{self, StoredAttempt};
use crate::outbox::store::webhook_deliveries::{self, Claimed};
use crate::outbox::store::{webhook_endpoints, webhook_events};
use crate::store::StoreError;

/// Most that are on their way to one endpoint at a time; never two about the same thing.
const TOGETHER: usize = 8;
/// Most that are put behind the ones they wait for in one round.
const BEHIND_MAX: i64 = 10_000;
/// What is being sent is nobody else's for so long: longer than a try may take (15 s), so that two processes do not send it at once.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// An endpoint at which every try has failed for so long is told nothing more. Longer than one event is tried.
const FAILING_MAX: SignedDuration = SignedDuration::from_hours(5 * 24);
/// What was due to an endpoint that is told nothing is given up after so long.
const WAITS_DISABLED: SignedDuration = SignedDuration::from_hours(4 * 24);
/// So long it can be seen what was told, and told again.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Most deliveries that wait for one endpoint; beyond it the endpoint is told nothing more.
const WAITING_MAX: i64 = 100_000;
/// What was taken so often and never came to an end is given up: whoever sends it dies each time.
const TRIES_MAX: i16 = 20;
/// Most rows that are tidied in one round.
const TIDIED_MAX: i64 = 1_000;

impl Webhooks {
    /// Begins to send what is due, and waits for none of it.
    pub(crate) async fn send_due(&self) -> Result<(), StoreError> {
        let Some(sender) = &self.sender else { return Ok(()) };
        let due = webhook_deliveries::due(&self.database.client().await?, clock::now()).await?;
        let mut tasks = self.sending.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        for endpoint in due {
            if let Some(place) = self.place(endpoint) {
                tasks.spawn(place.work(sender.clone()));
            }
        }
        Ok(())
    }

    /// The place of an endpoint's task, unless it is taken.
    fn place(&self, endpoint: Uuid) -> Option<Place> {
        let mut endpoints = self.sending.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        endpoints.insert(endpoint).then(|| Place { webhooks: self.clone(), endpoint })
    }

    /// Begins nothing more, and waits for what is on its way.
    pub(crate) async fn end(&self) {
        self.sending.is_ending.store(true, Ordering::Release);
        let mut tasks = std::mem::take(&mut *self.sending.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }

    /// A connection, once few others have one for what is sent.
    async fn connection(&self) -> Result<(SemaphorePermit<'_>, Object), StoreError> {
        let place = self.sending.connections.acquire().await.map_err(|error| StoreError::Pool(error.to_string()))?;
        Ok((place, self.database.client().await?))
    }

    /// Takes some of what is due to an endpoint, up to `most`, which is sent now. `None`: it is told nothing.
    async fn take(&self, endpoint: Uuid, most: usize) -> Result<Option<Taken>, StoreError> {
        let (_place, client) = self.connection().await?;
        let stored = webhook_endpoints::get(&client, endpoint).await?.filter(|stored| stored.disabled.is_none());
        let Some(stored) = stored else { return Ok(None) };
        let secrets = self.secrets_of(&stored)?;
        let (now, most) = (clock::now(), i64::try_from(most).unwrap_or(1));
        let claimed = webhook_deliveries::claim(&client, endpoint, (now, now + LEASE), most).await?;
        if claimed.is_empty() {
            // What is due all the same waits behind others, and is not looked through again before those are due.
            webhook_deliveries::put_behind(&client, endpoint, now, BEHIND_MAX).await?;
        }
        Ok(Some(Taken { url: stored.url, secrets, claimed }))
    }

    /// Sends some of what is due to an endpoint; how many.
    async fn send_some(&self, sender: &WebhookSender, endpoint: Uuid) -> Result<usize, StoreError> {
        let places = sender.places(TOGETHER);
        let taken = self.take(endpoint, places.count()).await?;
        let Some(Taken { url, secrets, claimed }) = taken else { return Ok(0) };
        let sent = claimed.iter().map(|delivery| self.send_one(sender, (endpoint, &url), &secrets, delivery));
        join_all(sent).await.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(claimed.len())
    }

    async fn send_one(
        &self,
        sender: &WebhookSender,
        (endpoint, url): (Uuid, &str),
        secrets: &[WebhookSecret],
        delivery: &Claimed,
    ) -> Result<(), StoreError> {
        let id = format!("msg_{}", delivery.message.simple());
        let payload = payload(delivery)?;
        let began = Instant::now();
        let outcome = sender.send(url, &Webhook { id: &id, payload: &payload, secrets }).await;
        self.note(endpoint, delivery, outcome, began.elapsed()).await
    }

    /// Writes down what came of a try, and what follows.
    async fn note(
        &self,
        endpoint: Uuid,
        delivery: &Claimed,
        outcome: Result<WebhookAnswer, WebhookError>,
        took: Duration,
    ) -> Result<(), StoreError> {
        let now = clock::now();
        let (_place, mut client) = self.connection().await?;
        let transaction = client.transaction().await?;
        webhook_attempts::add(&transaction, &attempt(delivery.id, now, &outcome, took)).await?;
        let status = outcome.as_ref().map_or(0, |answer| answer.status);
        let is_sent = (200..300).contains(&status);
        let failing_since = webhook_endpoints::note(&transaction, endpoint, is_sent, now).await?;
        let asked = outcome.as_ref().ok().and_then(|answer| answer.retry_after);
        // What is too large, or no longer wanted, is so at the next try, too.
        let is_hopeless = status == 410 || outcome == Err(WebhookError::TooLarge);
        let dice = Uuid::new_v4().as_u64_pair().0;
        let pause = pause_after(delivery.tries, asked, dice).filter(|_| !is_hopeless);
        let counted = match pause {
            _ if is_sent => {
                webhook_deliveries::finish(&transaction, delivery.id, "sent", now).await?;
                "sent"
            }
            Some(pause) => {
                webhook_deliveries::put_off(&transaction, delivery.id, now + pause).await?;
                "failed"
            }
            None => {
                webhook_deliveries::finish(&transaction, delivery.id, "given_up", now).await?;
                "given_up"
            }
        };
        let is_failing = failing_since.is_some_and(|since| now.duration_since(since) >= FAILING_MAX);
        if status == 410 {
            disable(&transaction, endpoint, DisabledWhy::Gone, now).await?;
        } else if is_failing {
            disable(&transaction, endpoint, DisabledWhy::Failing, now).await?;
        }
        transaction.commit().await?;
        metrics::counter!("registration_webhooks_total", "outcome" => counted).increment(1);
        Ok(())
    }

    /// Forgets what is old, gives up what waits for nothing, and tells nothing more to whoever is too far behind.
    pub(crate) async fn tidy(&self) -> Result<(), StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        webhook_events::delete_old(&client, now - KEPT, TIDIED_MAX).await?;
        webhook_deliveries::give_up(&client, (now - WAITS_DISABLED, TRIES_MAX), now, TIDIED_MAX).await?;
        for endpoint in webhook_endpoints::all(&client, super::ENDPOINTS_MAX).await? {
            let is_told = endpoint.disabled.is_none();
            if is_told && webhook_deliveries::waiting(&client, endpoint.id, WAITING_MAX + 1).await? > WAITING_MAX {
                let transaction = client.transaction().await?;
                disable(&transaction, endpoint.id, DisabledWhy::Overflow, now).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}

/// What is to be sent now, where to, and signed under what.
struct Taken {
    url: String,
    secrets: Vec<WebhookSecret>,
    claimed: Vec<Claimed>,
}

/// The task of one endpoint in this process; the next one may begin when it is gone.
struct Place {
    webhooks: Webhooks,
    endpoint: Uuid,
}

impl Place {
    /// Sends until nothing is due.
    async fn work(self, sender: WebhookSender) {
        while !self.webhooks.sending.is_ending.load(Ordering::Acquire) {
            match self.webhooks.send_some(&sender, self.endpoint).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, endpoint = %self.endpoint, "webhooks to an endpoint break off; the next round goes on");
                    return;
                }
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.webhooks.sending.endpoints.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.endpoint);
    }
}

/// The body as it is signed and sent: the same at every try.
fn payload(delivery: &Claimed) -> Result<String, StoreError> {
    let data: Value = serde_json::from_str(&delivery.data).map_err(|_| StoreError::Corrupt("a webhook's data"))?;
    Ok(json!({ "type": delivery.kind, "timestamp": delivery.at, "data": data }).to_string())
}

fn attempt(
    delivery: i64,
    at: Timestamp,
    outcome: &Result<WebhookAnswer, WebhookError>,
    took: Duration,
) -> StoredAttempt {
    let (ended, answer) = match outcome {
        Ok(answer) => (Ok(i16::try_from(answer.status).unwrap_or(i16::MAX)), answer.body.clone()),
        Err(error) => (Err(error.as_str().to_owned()), String::new()),
    };
    StoredAttempt { delivery, at, ended, took_ms: i32::try_from(took.as_millis()).unwrap_or(i32::MAX), answer }
}

/// Tells an endpoint nothing more, and says so where staff and operators look.
async fn disable(
    transaction: &impl deadpool_postgres::GenericClient,
    endpoint: Uuid,
    why: DisabledWhy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let word: &str = why.into();
    if webhook_endpoints::disable(transaction, endpoint, word, now).await? {
        let subject = format!("webhook.{endpoint}");
        Entry::new(Actor::System, AuditAction::WebhookDisabled, &subject).detail(word).write(transaction).await?;
        metrics::counter!("registration_webhook_endpoints_disabled_total", "why" => why_label(why)).increment(1);
        tracing::warn!(%endpoint, why = word, "an endpoint of webhooks is told nothing more: see /webhooks of the staff's pages");
    }
    Ok(())
}

fn why_label(why: DisabledWhy) -> &'static str {
    why.into()
}
