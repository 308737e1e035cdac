//! Webhooks: other systems are told what has happened, at least once, as Standard Webhooks 1.0 has it (docs/webhooks.md).
//!
//! In reading order: `kind` is what can be told, `endpoint` whom, as staff say and see it; triggers of the store write what is told in
//! the transaction of what it tells of; `deliver` sends it, `schedule` says when it is tried again; `acts` is what staff do.

mod acts;
mod deliver;
mod endpoint;
mod kind;
mod schedule;

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use gateways::WebhookSender;
use gateways::webhooks::{SecretFault, WebhookSecret};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::exams::Exams;
use crate::outbox::store::webhook_endpoints::StoredEndpoint;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use gateways::webhooks::TargetFault;

pub use acts::{PAGE, SECRET_OVERLAP, WebhookError};
pub use endpoint::{
    Attempt, DESCRIPTION_CHARS_MAX, Delivery, DisabledWhy, Endpoint, EndpointFault, EndpointId, WantedEndpoint,
};
pub use kind::{EventKind, TEST};

/// Most endpoints there are.
pub const ENDPOINTS_MAX: i64 = 50;

/// The door to webhooks, and what sends them. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Webhooks {
    database: Database,
    vault: Vault,
    exams: Exams,
    /// `None`: nothing is sent from here.
    sender: Option<WebhookSender>,
    sending: Arc<Sending>,
}

/// Most connections to Postgres that what is sent has at a time: orders and pages share the pool.
const CONNECTIONS_MAX: usize = 4;

/// What is being sent by this process.
struct Sending {
    /// Endpoints that have a task: one each, so that a slow one holds up no other.
    endpoints: Mutex<HashSet<Uuid>>,
    tasks: Mutex<JoinSet<()>>,
    is_ending: AtomicBool,
    /// Who has one of them asks Postgres.
    connections: Semaphore,
}

impl Default for Sending {
    fn default() -> Self {
        let (endpoints, tasks, is_ending) = Default::default();
        Self { endpoints, tasks, is_ending, connections: Semaphore::new(CONNECTIONS_MAX) }
    }
}

impl Webhooks {
    pub(crate) fn new(database: Database, vault: Vault, exams: Exams, sender: Option<WebhookSender>) -> Self {
        Self { database, vault, exams, sender, sending: Arc::default() }
    }

    fn seal(&self, endpoint: Uuid, secret: &WebhookSecret) -> Vec<u8> {
        self.vault.seal(&context(endpoint), secret.shown().as_bytes())
    }

    fn open(&self, endpoint: Uuid, sealed: &[u8]) -> Result<WebhookSecret, StoreError> {
        let plain = self.vault.open(&context(endpoint), sealed)?;
        let text = String::from_utf8(plain).map_err(|_| StoreError::Corrupt("a webhook's secret"))?;
        WebhookSecret::parse(&text).map_err(|SecretFault| StoreError::Corrupt("a webhook's secret"))
    }

    /// The secrets under which an endpoint is told something now, the newest first.
    fn secrets_of(&self, stored: &StoredEndpoint) -> Result<Vec<WebhookSecret>, StoreError> {
        let mut secrets = vec![self.open(stored.id, &stored.secret)?];
        if let Some((sealed, until)) = &stored.old_secret
            && *until > crate::model::clock::now()
        {
            secrets.push(self.open(stored.id, sealed)?);
        }
        Ok(secrets)
    }
}

/// What a sealed secret is, and whose.
fn context(endpoint: Uuid) -> String {
    format!("webhook.secret {endpoint}")
}
