//! What there is to say of a channel's settings once they were looked at, in plain words.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Said so that one can compare: which key is which.
    Fact,
    /// It works, and should be looked at.
    Warning,
    /// Payments will fail.
    Fault,
}

/// One thing that is said of a channel's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// How bad it is.
    pub gravity: Gravity,
    /// The variable that it is about.
    pub setting: &'static str,
    /// What is so, and what to do. Never a secret.
    pub text: String,
}

impl Remark {
    pub(crate) fn fact(setting: &'static str, text: impl Into<String>) -> Self {
        Self { gravity: Gravity::Fact, setting, text: text.into() }
    }

    pub(crate) fn warning(setting: &'static str, text: impl Into<String>) -> Self {
        Self { gravity: Gravity::Warning, setting, text: text.into() }
    }

    pub(crate) fn fault(setting: &'static str, text: impl Into<String>) -> Self {
        Self { gravity: Gravity::Fault, setting, text: text.into() }
    }
}
