//! What candidates are told without asking: what staff decided, what time has ended, and what was changed of their
//! account, should it not have been them. [`add`] writes it into the outbox, in the transaction of what it tells of; the
//! messenger sends it.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use jiff::civil::Date;
use reservation::ids::ExamId;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::model::exam_rules::ReminderKind;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::outbox::store::outbox::{self, NewRow};
use crate::store::StoreError;

/// The topic of messages among all that leaves.
pub(crate) const TOPIC: &str = "message";
/// The topic of reminders, which wait behind everything else and are never sent at night.
pub(crate) const REMINDER_TOPIC: &str = "reminder";

/// What happened. It is stored in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum MessageKind {
    /// Staff verified an identity.
    IdentityPassed,
    /// Staff did not; why is read after signing in.
    IdentityRefused,
    /// Staff compared a face and said yes.
    FacePassed,
    /// Staff compared a face and said no.
    FaceRefused,
    /// A registration form passed its review.
    FormPassed,
    /// A registration form was refused; it may be changed and handed in again.
    FormRefused,
    /// An earlier score makes further subjects eligible.
    ScorePassed,
    /// An earlier score makes nothing eligible.
    ScoreRefused,
    /// A payment was confirmed: the seat is the candidate's.
    OrderConfirmed,
    /// The picture of a payment was refused; the seat is kept for a while.
    OrderRefused,
    /// No picture of the payment was accepted, or none in time: the seat is given back.
    OrderCancelled,
    /// A seat that could be paid for hours long was not.
    OrderLapsed,
    /// A registration without any subject was deleted.
    RegistrationUnused,
    /// Staff corrected name or number of the account.
    AccountCorrected,
    /// Staff moved the registration from one account to another: both hear of it.
    RegistrationMoved,
    /// The password is another one.
    PasswordChanged,
    /// The mobile is another one.
    MobileChanged,
    /// The e-mail address is another one.
    EmailChanged,
    /// The mobile is another one: said to the one before, should it not have been its owner who changed it.
    MobileReplaced,
    /// The e-mail address is another one: said to the one before, and to the mobile, because the new mailbox is no way to
    /// tell the owner.
    EmailReplaced,
    /// Somebody signed in on a device that the account had not been signed in on before.
    NewDevice,
    /// Another account has the same mobile now, and both get its messages.
    MobileShared,
    /// Another account asked for the person to whom this one is bound.
    BindingAsked,
    /// Money came when the seat had gone: another sitting can be chosen for it.
    OrderOwed,
    /// Money that bought nothing goes back.
    MoneyReturned,
    /// A ticket that the candidate has seen says something else by now.
    TicketChanged,
    /// A sitting was arranged anew, and the candidate has another room or seat.
    PlaceMoved,
    /// Staff said what is granted of a request for accommodations.
    AccommodationDecided,
    /// Staff ask for more about a request for accommodations.
    AccommodationMore,
    /// Staff answered what the candidate had asked in writing.
    InquiryAnswered,
    /// A reminder: registration opens.
    ReminderOpens,
    /// A reminder: registration closes, and it is not finished.
    ReminderCloses,
    /// A reminder: the time to pay for a seat ends.
    ReminderPay,
    /// A reminder: admission tickets can be printed.
    ReminderTicket,
    /// A reminder: the exam is near.
    ReminderExamDay,
    /// A seat came back and is held for whoever waited longest.
    ListOffered,
    /// The offer was let pass: the candidate waits on, at the end of the list.
    ListMissed,
    /// Too many offers were let pass: the candidate waits no more.
    ListOver,
    /// Staff ended every sign-in of the account.
    SignedOutByStaff,
}

impl MessageKind {
    /// The message by which candidates are reminded of this.
    pub(crate) fn of_reminder(kind: ReminderKind) -> Self {
        match kind {
            ReminderKind::Opens => Self::ReminderOpens,
            ReminderKind::Closes => Self::ReminderCloses,
            ReminderKind::Pay => Self::ReminderPay,
            ReminderKind::Ticket => Self::ReminderTicket,
            ReminderKind::ExamDay => Self::ReminderExamDay,
        }
    }
}

/// What a message is about besides its exam. A version that does not know a field leaves it unread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    /// The number of the order, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    /// Where it goes, if not to where the account is reached now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<SealedAddress>,
    /// When a reminder makes no sense any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// Of which day, in China, a reminder of the exam speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<Date>,
}

/// An address to which one message goes: that of the account may be another one by now. Sealed, as text, and forgotten
/// when the message has come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SealedAddress {
    /// A mailbox, for a letter.
    Mail(String),
    /// A mobile, for a message.
    Mobile(String),
}

impl About {
    /// A message about this order.
    pub(crate) fn order(order: OrderId) -> Self {
        Self { order: Some(order.to_string()), ..Self::default() }
    }

    /// A message to this address and no other.
    pub(crate) fn to(address: SealedAddress) -> Self {
        Self { to: Some(address), ..Self::default() }
    }

    /// Where it goes, if not to where the account is reached when it is sent.
    pub(crate) fn address(&self) -> Option<&SealedAddress> {
        self.to.as_ref()
    }

    /// The order, if it is about one.
    pub(crate) fn order_id(&self) -> Option<OrderId> {
        self.order.as_deref().and_then(|number| number.parse().ok())
    }

    /// When it makes no sense any more, if it is a reminder.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// The day of which it speaks, if it is a reminder of the exam.
    pub(crate) fn day(&self) -> Option<Date> {
        self.day
    }

    /// As it was stored; of what another version wrote, as much as can be read.
    pub(crate) fn stored(payload: &str) -> Self {
        serde_json::from_str(payload).unwrap_or_default()
    }
}

/// Tells an account of something, in the transaction that does it.
pub(crate) async fn add(
    client: &impl GenericClient,
    account: AccountId,
    exam: Option<&ExamId>,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    add_about(client, account, exam, kind, &About::default(), now).await
}

/// The same, of an order.
pub(crate) async fn add_about(
    client: &impl GenericClient,
    account: AccountId,
    exam: Option<&ExamId>,
    kind: MessageKind,
    about: &About,
    now: Timestamp,
) -> Result<(), StoreError> {
    let payload = serde_json::to_string(about).map_err(|_| StoreError::Corrupt("what a message is about"))?;
    let row = NewRow { topic: TOPIC, kind: kind.into(), account: Some(account), exam, payload: &payload, now };
    outbox::add(client, &row).await
}

/// The same of many orders of an exam at once, each with whose it is.
pub(crate) async fn add_about_all(
    client: &impl GenericClient,
    exam: &ExamId,
    kind: MessageKind,
    orders: &[(OrderId, AccountId)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let told = orders.iter().map(|(order, account)| {
        let payload = serde_json::to_string(&About::order(*order));
        Ok((*account, payload.map_err(|_| StoreError::Corrupt("what a message is about"))?))
    });
    outbox::add_all(client, (TOPIC, kind.into()), exam, &told.collect::<Result<Vec<_>, StoreError>>()?, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_is_read_back() {
        let mut names: Vec<&str> = Vec::new();
        for kind in MessageKind::VARIANTS {
            let name: &str = kind.into();
            assert_eq!(name.parse(), Ok(*kind));
            names.push(name);
        }
        // The version before reads these names, and wrote them.
        assert_eq!(names[..3], ["identity_passed", "identity_refused", "face_passed"]);
        assert_eq!(
            names[8..13],
            ["order_confirmed", "order_refused", "order_cancelled", "order_lapsed", "registration_unused"]
        );
        assert!("whatever".parse::<MessageKind>().is_err());

        let order = OrderId::from_bits(7);
        let about = About::order(order);
        assert_eq!(About::stored(&serde_json::to_string(&about).unwrap()), about);
        let about = About::to(SealedAddress::Mobile("c2VhbGVk".to_owned()));
        assert_eq!(serde_json::to_string(&about).unwrap(), r#"{"to":{"mobile":"c2VhbGVk"}}"#);
        assert_eq!(About::stored(r#"{"to":{"mobile":"c2VhbGVk"}}"#), about);
        assert_eq!(About::stored(r#"{"order":"0000-0007","later":[1]}"#).order_id(), Some(order));
        for other in ["{}", "", r#"{"order":7}"#] {
            assert_eq!(About::stored(other), About::default(), "{other}");
        }
    }
}
