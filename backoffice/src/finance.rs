//! Money, for whoever may see it: payments and each by itself, what people must see to, reconciliation by day, the books,
//! lists that schools pay for, invoices, and files to take out.

pub(crate) mod books;
pub(crate) mod day;
pub(crate) mod days;
pub(crate) mod export;
pub(crate) mod frame;
pub(crate) mod groups;
pub(crate) mod import;
pub(crate) mod invoices;
pub(crate) mod list;
pub(crate) mod numbered;
pub(crate) mod open;
pub(crate) mod parts;
pub(crate) mod payment;
pub(crate) mod sheet;
pub(crate) mod words;
