//! Of an exam, what several pages draw.

pub(crate) mod agree;
pub(crate) mod draws;
pub(crate) mod facts;
pub(crate) mod person;
pub(crate) mod sitting_card;
pub(crate) mod waiting_list;
pub(crate) mod window;
