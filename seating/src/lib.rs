//! Who sits where: rooms with their seats, a draw that anybody can do again, and what of the rules could not be kept.
//!
//! In reading order: [`room`] and [`examinee`] are what is arranged, [`rules`] how, [`draw`] the chance in it. [`arrange()`] is a
//! pure function of those, [`late`] adds somebody and moves nobody, [`check`] holds any plan against the rules, whoever made
//! it, and [`record`] is what came of it, so that the draw can be verified. [`aside`] seats those who need something outside of
//! the draw, and [`public`] is what is published then. Nothing here knows a name, a store or a clock.

pub mod arrange;
pub mod aside;
pub mod check;
pub mod draw;
pub mod examinee;
pub mod late;
pub mod plan;
pub mod public;
pub mod record;
pub mod room;
pub mod rules;

mod hall;

pub use arrange::arrange;
pub use aside::{Lots, arrange_aside};
pub use check::{Violation, violations};
pub use draw::Seed;
pub use examinee::{Examinee, Key, Needs};
pub use late::seat_late;
pub use plan::{Assigned, Input, InputError, Plan};
pub use public::PublicDraw;
pub use record::{Record, RecordError};
pub use room::{Layout, LayoutError, Room, Seat, SeatOrder, Spacing};
pub use rules::{Few, Rules};
