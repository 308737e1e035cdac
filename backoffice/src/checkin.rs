//! Check-in at doors. In reading order: `address` is which door, `sittings` where one begins, `attendance` who has come (`export`
//! as files), `doubts` and `doubt` who was let in with a doubt, `workers` who works there; `page` and `words` are what these
//! share. `scan` is the page at the door, `device` what devices ask and bring, `answer` how programs are answered.

pub(crate) mod address;
pub(crate) mod answer;
pub(crate) mod attendance;
pub(crate) mod device;
pub(crate) mod doubt;
pub(crate) mod doubts;
pub(crate) mod export;
pub(crate) mod page;
pub(crate) mod scan;
pub(crate) mod sittings;
pub(crate) mod words;
pub(crate) mod workers;
