//! The tables of what must leave.

pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod outbox_attempts;
pub(crate) mod reminder_choices;
pub(crate) mod reminder_wishes;
pub(crate) mod reminders;
