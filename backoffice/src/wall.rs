//! The wall: one page on which an opening can be watched from across a room, live or as it was.
//!
//! In reading order: `list` names the exams; `show` is one exam's page, `stream` what keeps it going, `replay` the same of any
//! moment that is kept, `export` as one file. `draw` makes the parts: the sentence on top (`sentence`), what somebody has to do
//! (`needs`), the band of seats (`band`) and the small charts on its axis (`charts`), the sittings, the waiting room's line and networks' shares of the seats (`strip`), the foot. Each
//! is a pure function of a scene; whoever draws once draws for all who look.

mod band;
mod charts;
pub(crate) mod draw;
pub(crate) mod export;
pub(crate) mod frame;
pub(crate) mod list;
mod needs;
mod numbers;
pub(crate) mod parts;
pub(crate) mod replay;
pub(crate) mod screens;
mod sentence;
pub(crate) mod show;
pub(crate) mod stream;
mod strip;
