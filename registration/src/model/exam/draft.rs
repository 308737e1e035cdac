//! A definition that staff work on before it changes an exam. Plain values.

use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

/// Which draft it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DraftId(pub Uuid);

/// What a draft was begun from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum DraftOrigin {
    /// The exam that it changes.
    Exam,
    /// Another exam, of which it makes a new one.
    Clone,
    /// An exam that comes with the program.
    Shipped,
    /// Files that somebody brought.
    Files,
}

/// What has become of a draft. Its words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum DraftState {
    /// Somebody may go on with it.
    Open,
    /// The exam is as it says.
    Applied,
    /// It was given up.
    Dropped,
}

/// A draft, without its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which one it is.
    pub id: DraftId,
    /// The exam that it changes; `None`: it makes one.
    pub exam: Option<ExamId>,
    /// By which what stood was known when it was begun; `None` where nothing did.
    pub base: Option<String>,
    /// What it was begun from.
    pub origin: DraftOrigin,
    /// What has become of it.
    pub state: DraftState,
    /// Raised by each change of its texts.
    pub version: i64,
    /// When it was begun.
    pub made_at: Timestamp,
    /// The login name of whoever began it.
    pub made_by: String,
    /// When it was changed last, applied or given up.
    pub changed_at: Timestamp,
    /// The login name of whoever did that.
    pub changed_by: String,
}
