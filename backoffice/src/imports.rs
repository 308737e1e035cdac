//! Files that administrators bring: chosen and sent, looked through, applied or given up; the list of all of them; templates
//! to fill in, and the file with what is wrong beside each line. And lists that they take out (`out`).

pub(crate) mod acts;
pub(crate) mod all;
pub(crate) mod corrected;
pub(crate) mod found;
pub(crate) mod frame;
pub(crate) mod one;
pub(crate) mod out;
pub(crate) mod parts;
pub(crate) mod take;
pub(crate) mod template;
pub(crate) mod words;
