//! Pure rules over the model: what comes next, what may be chosen, what a form lacks.

pub mod admission;
pub mod choosing;
pub mod details;
pub mod paying;
pub mod reminders;
pub mod standing;
pub mod steps;
pub mod tickets;
