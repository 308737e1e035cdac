//! What staff do with endpoints: enter them, change them, give them another secret, try them, tell them again. Whatever is done is in
//! the audit; a secret is shown once.

use gateways::webhooks::WebhookSecret;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::endpoint::{Delivery, DisabledWhy, Endpoint, EndpointFault, EndpointId, WantedEndpoint};
use super::kind::{EventKind, TEST};
use super::{ENDPOINTS_MAX, Webhooks};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::model::actor::StaffMember;
use crate::model::clock;
use crate::outbox::store::webhook_endpoints::{self, Said};
use crate::outbox::store::{webhook_attempts, webhook_deliveries, webhook_events};
use crate::store::StoreError;

/// So long a secret signs beside the one that replaces it.
pub const SECRET_OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// Deliveries on a page.
pub const PAGE: i64 = 50;
/// Waiting deliveries are counted up to here.
const COUNTED_MAX: i64 = 1_000;
/// Most deliveries that one act sends again.
const AGAIN_MAX: i64 = 10_000;

/// Why something was not done with an endpoint.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Not theirs to do.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Such an endpoint cannot be.
    #[error(transparent)]
    Fault(#[from] EndpointFault),
    /// There is no such endpoint, or no such delivery of it.
    #[error("there is no such endpoint")]
    Unknown,
    /// There are as many as there may be.
    #[error("there are {ENDPOINTS_MAX} endpoints, and more there cannot be")]
    TooMany,
    /// This process sends no webhooks.
    #[error("nothing is sent from here")]
    Off,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for WebhookError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

fn demanded(member: &StaffMember) -> Result<(), WebhookError> {
    Ok(demand(member, Right::ManageWebhooks, Scope::Everything)?)
}

/// Writes down what was done to an endpoint.
async fn write(
    transaction: &impl deadpool_postgres::GenericClient,
    member: &StaffMember,
    action: AuditAction,
    id: Uuid,
    detail: &str,
) -> Result<(), StoreError> {
    Entry::by_staff(member.id, action, &format!("webhook.{id}")).detail(detail).write(transaction).await
}

impl Webhooks {
    /// All endpoints, the newest first.
    pub async fn list(&self, member: &StaffMember) -> Result<Vec<Endpoint>, WebhookError> {
        demanded(member)?;
        let client = self.database.client().await?;
        let mut all = Vec::new();
        for stored in webhook_endpoints::all(&client, ENDPOINTS_MAX).await? {
            let waiting = webhook_deliveries::waiting(&client, stored.id, COUNTED_MAX).await?;
            all.push(Endpoint::of(stored, waiting, clock::now()));
        }
        Ok(all)
    }

    /// One endpoint with a page of its deliveries before a number, the newest first; one more than [`PAGE`] where there are more.
    ///
    /// # Errors
    /// [`WebhookError::Unknown`] where there is none.
    pub async fn one(
        &self,
        member: &StaffMember,
        id: EndpointId,
        before: Option<i64>,
    ) -> Result<(Endpoint, Vec<Delivery>), WebhookError> {
        demanded(member)?;
        let client = self.database.client().await?;
        let stored = webhook_endpoints::get(&client, id.0).await?.ok_or(WebhookError::Unknown)?;
        let waiting = webhook_deliveries::waiting(&client, id.0, COUNTED_MAX).await?;
        let page = webhook_deliveries::page(&client, id.0, before.unwrap_or(i64::MAX), PAGE + 1).await?;
        let ids: Vec<i64> = page.iter().map(|one| one.id).collect();
        let mut last = webhook_attempts::last_of(&client, &ids).await?;
        let deliveries = page.into_iter().map(|one| {
            let at = last.iter().position(|attempt| attempt.delivery == one.id);
            Delivery::of(one, at.map(|at| last.swap_remove(at)))
        });
        Ok((Endpoint::of(stored, waiting, clock::now()), deliveries.collect()))
    }

    /// Makes an endpoint; its secret is shown once.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn make(
        &self,
        member: &StaffMember,
        wanted: &WantedEndpoint,
    ) -> Result<(EndpointId, WebhookSecret), WebhookError> {
        demanded(member)?;
        let url = self.checked(wanted)?;
        let (id, secret, now) = (Uuid::now_v7(), WebhookSecret::new(), clock::now());
        let kinds: Vec<&'static str> = wanted.kinds.iter().map(|kind| kind.as_str()).collect();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let said = said(&url, wanted, &kinds);
        let sealed = self.seal(id, &secret);
        if !webhook_endpoints::add(&transaction, id, &said, &sealed, (member.id, now), ENDPOINTS_MAX).await? {
            return Err(WebhookError::TooMany);
        }
        write(&transaction, member, AuditAction::WebhookMade, id, &detail(&url, &wanted.kinds)).await?;
        transaction.commit().await?;
        Ok((EndpointId(id), secret))
    }

    /// Changes where an endpoint is and what it is told.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn change(
        &self,
        member: &StaffMember,
        id: EndpointId,
        wanted: &WantedEndpoint,
    ) -> Result<(), WebhookError> {
        demanded(member)?;
        let url = self.checked(wanted)?;
        let kinds: Vec<&'static str> = wanted.kinds.iter().map(|kind| kind.as_str()).collect();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !webhook_endpoints::change(&transaction, id.0, &said(&url, wanted, &kinds)).await? {
            return Err(WebhookError::Unknown);
        }
        write(&transaction, member, AuditAction::WebhookChanged, id.0, &detail(&url, &wanted.kinds)).await?;
        Ok(transaction.commit().await?)
    }

    /// Gives an endpoint another secret, shown once; the one that it has signs for [`SECRET_OVERLAP`], too. Renewed again within that
    /// time, the first one goes on, and the one in between is dropped.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn renew_secret(&self, member: &StaffMember, id: EndpointId) -> Result<WebhookSecret, WebhookError> {
        demanded(member)?;
        let secret = WebhookSecret::new();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (sealed, now) = (self.seal(id.0, &secret), clock::now());
        let until = webhook_endpoints::set_secret(&transaction, id.0, &sealed, (now, now + SECRET_OVERLAP)).await?;
        let until = until.ok_or(WebhookError::Unknown)?;
        write(&transaction, member, AuditAction::WebhookSecret, id.0, &format!("until {until:.0}")).await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// Tells an endpoint nothing from now on, or tells it again. False when that was so already.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn set_told(&self, member: &StaffMember, id: EndpointId, is_told: bool) -> Result<bool, WebhookError> {
        demanded(member)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        webhook_endpoints::get(&transaction, id.0).await?.ok_or(WebhookError::Unknown)?;
        let (has_changed, action, word) = if is_told {
            (webhook_endpoints::enable(&transaction, id.0).await?, AuditAction::WebhookEnabled, "staff")
        } else {
            let why: &'static str = DisabledWhy::Staff.into();
            let now = clock::now();
            (webhook_endpoints::disable(&transaction, id.0, why, now).await?, AuditAction::WebhookDisabled, why)
        };
        if has_changed {
            write(&transaction, member, action, id.0, word).await?;
            transaction.commit().await?;
        }
        Ok(has_changed)
    }

    /// Tells an endpoint something that means nothing, whatever else it is told.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn test(&self, member: &StaffMember, id: EndpointId) -> Result<(), WebhookError> {
        demanded(member)?;
        self.sender.as_ref().ok_or(WebhookError::Off)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        webhook_endpoints::get(&transaction, id.0).await?.ok_or(WebhookError::Unknown)?;
        // Each test is about something of its own: it waits behind nothing.
        let subject = format!("test.{}", Uuid::new_v4());
        let data = json!({ "endpoint": id.0 }).to_string();
        let event = webhook_events::add(&transaction, TEST, &subject, &data).await?;
        webhook_deliveries::add(&transaction, id.0, event, &subject).await?;
        write(&transaction, member, AuditAction::WebhookReplayed, id.0, TEST).await?;
        Ok(transaction.commit().await?)
    }

    /// Sends again, from the first try on: one delivery, or all that were given up of events since a moment. How many.
    ///
    /// # Errors
    /// [`WebhookError::Unknown`] when it was to be one, and that is not there.
    pub async fn again(
        &self,
        member: &StaffMember,
        id: EndpointId,
        which: Result<i64, Timestamp>,
    ) -> Result<u64, WebhookError> {
        demanded(member)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (one, since) = (which.ok(), which.err().unwrap_or(Timestamp::UNIX_EPOCH));
        let count = webhook_deliveries::again(&transaction, id.0, (one, since), clock::now(), AGAIN_MAX).await?;
        if count == 0 && one.is_some() {
            return Err(WebhookError::Unknown);
        }
        let detail = one.map_or_else(|| format!("{count} since {since:.0}"), |one| format!("delivery {one}"));
        write(&transaction, member, AuditAction::WebhookReplayed, id.0, &detail).await?;
        transaction.commit().await?;
        Ok(count)
    }

    /// The address as it is kept, when all of it can be.
    fn checked(&self, wanted: &WantedEndpoint) -> Result<String, WebhookError> {
        wanted.check(|exam| self.exams.get(exam).is_some())?;
        let sender = self.sender.as_ref().ok_or(WebhookError::Off)?;
        let target = sender.target(&wanted.url).map_err(EndpointFault::from)?;
        Ok(target.as_str().to_owned())
    }
}

fn said<'a>(url: &'a str, wanted: &'a WantedEndpoint, kinds: &'a [&'static str]) -> Said<'a> {
    Said { url, description: wanted.description.trim(), kinds, exams: wanted.exams.as_deref() }
}

/// Where to and what, as the audit has it: without the path, which may hold what lets somebody in.
fn detail(url: &str, kinds: &[EventKind]) -> String {
    let origin = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    format!("{origin} {}", kinds.join(","))
}
