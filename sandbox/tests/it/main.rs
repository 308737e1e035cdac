//! Every client against the sandbox: through success, through every documented failure, and against servers that mean
//! harm.

mod cards_and_faces;
mod hostile;
mod liveness;
mod messages;
mod world;
