//! The tables of what must leave.

pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod outbox_attempts;
pub(crate) mod reminder_choices;
pub(crate) mod reminder_wishes;
pub(crate) mod reminders;
pub(crate) mod webhook_attempts;
pub(crate) mod webhook_deliveries;
pub(crate) mod webhook_endpoints;
pub(crate) mod webhook_events;
