//! Banks that a payer can choose before going to a channel. What they are called is for pages.

/// A bank that a channel leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bank {
    /// Its word here, and in the names of texts: lower-case letters.
    pub word: &'static str,
    /// Among which ones it is shown.
    pub kind: BankKind,
}

/// Groups of banks, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BankKind {
    /// The six large ones, which belong to the state.
    Large,
    /// Those with shareholders in the whole country.
    National,
}
