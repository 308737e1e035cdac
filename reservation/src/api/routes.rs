//! One file per route.

pub mod confirm_hold;
pub mod delete_hold;
pub mod freeze_hold;
pub mod get_hold;
pub mod get_waiting_room;
pub mod health;
pub mod list_sittings;
pub mod metrics;
pub mod openapi;
pub mod post_hold;
pub mod post_position;
pub mod put_exam;
pub mod put_sitting;
pub mod sitting_events;
