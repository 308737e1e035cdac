//! Something that has happened to a candidate, and where a time line of such goes on. Plain values.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::model::actor::Actor;
use crate::model::fen::Fen;
use crate::model::text::Text;
use crate::outbox::messages::MessageKind;
use crate::outbox::words;

/// What remembers an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Source {
    /// The account itself.
    Account,
    /// An application for an exam.
    Application,
    /// The roster, to a person of which the account was bound.
    Binding,
    /// A check of the identity that no staff decided.
    Identity,
    /// A check of the face that no staff decided.
    Face,
    /// A case of staff.
    Case,
    /// An order of theirs.
    Order,
    /// A payment of theirs.
    Payment,
    /// Money on its way back.
    Refund,
    /// A message that was sent, or waits.
    Message,
    /// A reminder that was sent, or waits.
    Reminder,
    /// An admission ticket.
    Ticket,
    /// A place in a room.
    Place,
    /// A door of an exam.
    Door,
    /// The audit: what staff did.
    Audit,
    /// What a later version remembers.
    Other,
}

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    /// What remembers it.
    pub source: Source,
    /// What it was, in the word of the table that remembers it; pages show a word that they do not know as it is.
    pub word: String,
    /// In which exam, if in one.
    pub exam: Option<ExamId>,
    /// What it happened to: the number of an order, a payment or a ticket, the subject of a case, a seat, a way.
    pub about: Option<String>,
    /// Who did it, where that is remembered.
    pub actor: Option<Actor>,
    /// The login name, where staff did it.
    pub staff_name: Option<String>,
    /// Why, or what else there is to say.
    pub detail: Option<String>,
    /// Until when it holds.
    pub until: Option<Timestamp>,
    /// How much money it is about.
    pub amount: Option<Fen>,
}

impl Event {
    /// What a message said happened, in both languages; `None` of what is no message, or a later version's.
    pub fn told(&self) -> Option<Text> {
        let is_message = matches!(self.source, Source::Message | Source::Reminder);
        let kind: MessageKind = self.word.parse().ok().filter(|_| is_message)?;
        let (zh, en) = words::event(kind);
        Some(Text { zh: zh.to_owned(), en: en.to_owned() })
    }
}

/// Where a time line goes on: at a moment, behind so many events of that very moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub(super) at: Timestamp,
    pub(super) skip: u16,
}

/// The text is no place of a time line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a place of a time line is microseconds and a count, like 1767225600000000.1")]
pub struct PlaceError;

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_microsecond(), self.skip)
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (at, skip) = text.split_once('.').ok_or(PlaceError)?;
        let at = at.parse().ok().and_then(|micros| Timestamp::from_microsecond(micros).ok());
        at.zip(skip.parse().ok()).map(|(at, skip)| Self { at, skip }).ok_or(PlaceError)
    }
}
