//! What webhooks tell: kinds of events, by the words that receivers know. Triggers of the store write them.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
pub enum EventKind {
    /// An order is confirmed: its seats are the candidate's.
    #[strum(serialize = "order.confirmed")]
    OrderConfirmed,
    /// An order has ended: its time was up, it was given back, or it was cancelled.
    #[strum(serialize = "order.ended")]
    OrderEnded,
    /// Money came in.
    #[strum(serialize = "payment.received")]
    PaymentReceived,
    /// Money went back.
    #[strum(serialize = "refund.done")]
    RefundDone,
    /// A form was handed in, or handed in anew.
    #[strum(serialize = "application.handed_in")]
    ApplicationHandedIn,
    /// Staff have decided on a form.
    #[strum(serialize = "application.decided")]
    ApplicationDecided,
    /// It is published who sits where in a sitting.
    #[strum(serialize = "seating.published")]
    SeatingPublished,
    /// An admission ticket was issued, or issued anew.
    #[strum(serialize = "ticket.issued")]
    TicketIssued,
    /// An admission ticket lets nobody in any more.
    #[strum(serialize = "ticket.voided")]
    TicketVoided,
}

/// What a test tells; no endpoint asks for it, each is told it on asking.
pub const TEST: &str = "webhook.test";

impl EventKind {
    /// All of them, in the order in which they can be chosen.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its word, as receivers know it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_and_written_by_a_trigger_and_documented() {
        let triggers = include_str!("../../../migrations/V49__webhooks.sql");
        let document = include_str!("../../../../docs/webhooks.md");
        for kind in EventKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert!(triggers.contains(&format!("'{}'", kind.as_str())), "{kind:?}");
            assert!(document.contains(&format!("`{}`", kind.as_str())), "{kind:?}");
        }
        assert!(document.contains(TEST));
    }
}
