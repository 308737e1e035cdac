//! Admission tickets (准考证) of an exam: their numbers, and what candidates are told to do on the day.

mod number;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use number::{NumberError, NumberFields, NumberPart, NumberPattern};

use super::SubjectId;
use crate::model::text::Paragraphs;

/// Most rules on a ticket, in each language.
pub const TICKET_RULES_MAX: usize = 20;
/// Most minutes that candidates are asked to be early.
pub const ARRIVE_MINUTES_MAX: u16 = 240;
/// Most minutes that a sitting lasts.
pub const SITTING_MINUTES_MAX: u16 = 720;

/// How tickets are laid out on paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketDesign {
    /// Seat, room and time large, the rules below: exams at sites that candidates choose.
    #[default]
    Sheet,
    /// A ruled form with school and campus: exams that candidates sit at their schools.
    School,
}

impl TicketDesign {
    fn is_sheet(&self) -> bool {
        *self == Self::Sheet
    }
}

/// What stands on an exam's tickets. The default is a number of eight letters and digits, and nothing said of the day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TicketRules {
    /// What the numbers are made of.
    pub number: NumberPattern,
    /// How they are laid out.
    #[serde(skip_serializing_if = "TicketDesign::is_sheet")]
    pub design: TicketDesign,
    /// By what numbers call a subject, where they name it: `cet4-written` → `1`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub subject_codes: BTreeMap<SubjectId, String>,
    /// So many minutes before the start candidates are asked to be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrive_minutes: Option<u16>,
    /// From so many minutes before the start on nobody is let in; `None`: the rules say when, if at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_minutes: Option<u16>,
    /// How long a sitting lasts, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u16>,
    /// What candidates must know, as the ticket prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Paragraphs>,
}
