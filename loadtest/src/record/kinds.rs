//! Kinds of operations, and how they may end.

use serde::{Deserialize, Serialize};

/// Something a candidate or a viewer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A seat, please.
    Hold,
    /// Payment has begun: stop the clock.
    Freeze,
    /// It is paid.
    Confirm,
    /// The seat is not wanted any more.
    Release,
    /// The list of sittings.
    List,
    /// A page.
    Page,
    /// A stream of events; its latency is the time until the first event.
    Stream,
}

impl Operation {
    /// All of them, in the order of a candidate's way.
    pub const ALL: [Self; 7] =
        [Self::Hold, Self::Freeze, Self::Confirm, Self::Release, Self::List, Self::Page, Self::Stream];

    /// Its word in tables and conditions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Freeze => "freeze",
            Self::Confirm => "confirm",
            Self::Release => "release",
            Self::List => "list",
            Self::Page => "page",
            Self::Stream => "stream",
        }
    }
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 201: a seat was given.
    Given,
    /// 200 to a repeated request for a seat: it had been given, but the answer was lost.
    Kept,
    /// Any other wish was fulfilled.
    Done,
    /// 409 `full`: no seat left.
    Full,
    /// Another 409: lapsed, not open, group taken.
    Refused,
    /// 429 or 503 until patience ran out.
    Busy,
    /// Any other answer.
    Failed,
    /// No answer in time.
    TimedOut,
    /// No connection, or one that broke.
    Broken,
    /// Not even sent: too many were waiting for a connection.
    NotSent,
}

impl Outcome {
    /// All of them, the good ones first.
    pub const ALL: [Self; 10] = [
        Self::Given,
        Self::Kept,
        Self::Done,
        Self::Full,
        Self::Refused,
        Self::Busy,
        Self::Failed,
        Self::TimedOut,
        Self::Broken,
        Self::NotSent,
    ];

    /// Its words in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Kept => "kept",
            Self::Done => "done",
            Self::Full => "full",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Broken => "broken",
            Self::NotSent => "not sent",
        }
    }

    /// Did the server, or the generator, fall short? A clear refusal is no error.
    pub fn is_error(self) -> bool {
        matches!(self, Self::Busy | Self::Failed | Self::TimedOut | Self::Broken | Self::NotSent)
    }
}
