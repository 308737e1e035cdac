//! Money, for whoever may see it: payments and each by itself, what people must see to, reconciliation by day, the books, and
//! files to take out.

pub(crate) mod books;
pub(crate) mod day;
pub(crate) mod days;
pub(crate) mod export;
pub(crate) mod list;
pub(crate) mod open;
pub(crate) mod parts;
pub(crate) mod payment;
pub(crate) mod sheet;
pub(crate) mod words;
