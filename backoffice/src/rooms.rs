//! Sites and rooms, and who sits where, for administrators. In reading order: `sites`, `site` and `room` are where exams take
//! place, `exams` the sittings, `sitting` one of them with its rooms and rules, `draft` the plan before it is published, `seats`
//! a room of it afterwards, `papers` what is printed of it for each site; `plan` draws rooms, `forms` is what is entered, `parts` and `words` are what all of them share.

pub(crate) mod draft;
pub(crate) mod exams;
pub(crate) mod forms;
pub(crate) mod papers;
pub(crate) mod parts;
pub(crate) mod plan;
pub(crate) mod room;
pub(crate) mod seats;
pub(crate) mod site;
pub(crate) mod sites;
pub(crate) mod sitting;
pub(crate) mod words;
