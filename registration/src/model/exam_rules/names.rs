//! Names within an exam's definition.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Longest name, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 64 characters out of A-Z a-z 0-9 _ -")]
pub struct NameError;

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        ///
        /// 1–64 of `A–Z a–z 0–9 _ -`. Cloning is a reference count.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(Arc<str>);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $type {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
                let fits = (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_part);
                if fits { Ok(Self(text.into())) } else { Err(NameError) }
            }
        }
        impl TryFrom<String> for $type {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }
        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0.as_ref().to_owned()
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

name!(
    /// A part of an exam, chosen and paid for by itself: the written test, the oral test.
    PartId
);
name!(
    /// A subject that can be sat: English, CET-4 written.
    SubjectId
);
name!(
    /// A field of the registration form, or a column of the roster.
    FieldName
);
name!(
    /// A province, a school or a campus, by its code.
    OrganisationCode
);

impl PartId {
    /// The part of exams that have only one.
    pub fn main() -> Self {
        Self("main".into())
    }
}
