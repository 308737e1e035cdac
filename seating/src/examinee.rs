//! Who is to be seated: a number of the draw, what neighbours are told apart by, and what somebody needs.

use serde::{Deserialize, Serialize};

/// Somebody with a seat in the sitting, but no place in a room yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examinee {
    /// A number of the draw, 1–64 characters. It is published, so it says nothing of who it is.
    pub id: String,
    /// Their school, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<String>,
    /// Their class within the school, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The kind of paper that they write, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// What they need.
    #[serde(default, skip_serializing_if = "Needs::is_none")]
    pub needs: Needs,
}

/// What was granted to somebody (便利). Each is kept if it can be, and listed as a violation if it cannot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Needs {
    /// A seat in the first row.
    pub front_row: bool,
    /// A room that is reached without steps: on the ground floor, or by a lift.
    pub step_free: bool,
    /// A seat that a wheelchair reaches, in a room without steps.
    pub wheelchair: bool,
    /// A room with nobody else in it.
    pub own_room: bool,
    /// More time: a room shared only with others who have more time.
    pub extra_time: bool,
}

impl Needs {
    /// True for most people.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether only a room without steps will do.
    pub(crate) fn no_steps(self) -> bool {
        self.step_free || self.wheelchair
    }
}

/// By what people are kept together, or neighbours told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The school that they come from.
    School,
    /// The class within the school: two schools may each have a class 1.
    Class,
    /// The kind of paper.
    Paper,
}

impl Examinee {
    /// The value of a key; `None` is like nobody's, so it is never the same as another.
    pub(crate) fn value(&self, key: Key) -> Option<(&str, &str)> {
        match key {
            Key::School => self.school.as_deref().map(|school| (school, "")),
            Key::Class => self.class.as_deref().map(|class| (self.school.as_deref().unwrap_or_default(), class)),
            Key::Paper => self.paper.as_deref().map(|paper| (paper, "")),
        }
    }

    /// Whether two have the same value of a key.
    pub(crate) fn alike(&self, other: &Self, key: Key) -> bool {
        self.value(key).is_some_and(|value| other.value(key) == Some(value))
    }
}
