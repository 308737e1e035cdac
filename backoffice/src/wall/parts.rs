//! The parts of a drawn wall, as they are sent: each anew only where it has changed.

use std::sync::Arc;

use maud::Markup;

/// What is drawn of a scene, each part by the name of the element that it stands in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parts([Arc<str>; NAMES.len()]);

/// The names of the parts, from top to bottom.
const NAMES: [&str; 4] = ["live", "strip", "needs", "foot"];

/// A part: its name, and its markup.
pub(crate) type Part = (&'static str, Arc<str>);

impl Parts {
    /// Of their markup, from top to bottom.
    pub(super) fn of(parts: [Markup; NAMES.len()]) -> Self {
        Self(parts.map(|part| part.into_string().into()))
    }

    /// The parts in their order.
    pub(crate) fn all(&self) -> impl Iterator<Item = Part> {
        NAMES.into_iter().zip(self.0.iter().cloned())
    }

    /// Those that are not as in `before`.
    pub(crate) fn changed_since(&self, before: &Self) -> Vec<Part> {
        self.all().zip(&before.0).filter(|((_, now), before)| now != *before).map(|(part, _)| part).collect()
    }
}
