//! Reminders: which ones an exam sends, and what candidates must bring.

use serde::{Deserialize, Serialize};

use crate::model::text::Text;

/// Of what candidates are reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::AsRefStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ReminderKind {
    /// Registration opens: told to whoever asked for it.
    Opens,
    /// Registration closes, and something was begun and no seat chosen.
    Closes,
    /// A seat is held, and the time to pay for it ends.
    Pay,
    /// Admission tickets can be printed.
    Ticket,
    /// The exam is on the next day.
    ExamDay,
}

impl std::fmt::Display for ReminderKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_ref())
    }
}

/// The reminders of an exam: `[reminders]` in its file. All are sent that are not turned off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReminderRules {
    /// Those that are not sent.
    pub off: Vec<ReminderKind>,
    /// What to bring to the exam, as a sentence.
    pub bring: Option<Text>,
}
