//! Other systems: the keys that let them in, and the webhooks that tell them what has happened.

use gateways::WebhookSender;

use crate::exams::Exams;
use crate::outbox::webhooks::Webhooks;
use crate::secrets::api_keys::ApiKeys;
use crate::secrets::vault::Vault;
use crate::store::Database;

/// What other systems are let in with, and what they are told.
pub struct Outward {
    /// Keys of the API.
    pub api_keys: ApiKeys,
    /// Other systems that are told what has happened.
    pub webhooks: Webhooks,
}

impl Outward {
    pub(crate) fn new(database: &Database, vault: &Vault, exams: &Exams, sender: Option<WebhookSender>) -> Self {
        let api_keys = ApiKeys { database: database.clone(), exams: exams.clone() };
        Self { api_keys, webhooks: Webhooks::new(database.clone(), vault.clone(), exams.clone(), sender) }
    }
}
