//! One file per route.

pub mod confirm_hold;
pub mod delete_hold;
pub mod freeze_hold;
pub mod get_hold;
pub mod get_waiting_room;
pub mod health;
pub mod list_sittings;
pub mod metrics;
pub mod post_hold;
pub mod post_place;
pub mod put_exam;
pub mod put_sitting;
pub mod sitting_events;

use crate::api::problem::Problem;
use crate::ids::ExamId;

/// An exam out of a path. What is no name cannot exist.
fn exam_of(text: &str) -> Result<ExamId, Problem> {
    text.parse().map_err(|_| Problem::unknown_exam(text))
}
