//! Papers as tagged PDF: admission tickets, proofs of registration, and what staff hang on doors and lay on desks. Values
//! come as plain text, templates are typst's and stand under `templates/`; nothing here knows a database or a clock.

mod clean;
mod code;
mod error;
mod faces;
mod photo;
mod press;
mod proof;
mod site;
mod specimen;
mod ticket;
mod world;

pub use error::{FontError, PaperError};
pub use faces::{FontPaths, Lack};
pub use press::{PICTURE_WIDTH, Paper, Picture, Press, ROOMS_MAX, SEATS_MAX, TICKETS_MAX};
pub use proof::{Proof, ProofSitting};
pub use site::{PaperCount, RoomPapers, SeatPaper, Sheet, SitePapers};
pub use ticket::{Design, Language, Ticket};
