//! Typed names and ids: what a caller may send, parsed once at the edge.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest name of an exam, a sitting or a candidate, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Longest payment reference, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 128;

/// Why a text is no name or id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, longer than 64, or with a character outside `A–Z a–z 0–9 _ -`.
    #[error("{0} is 1 to 64 characters out of A-Z a-z 0-9 _ -")]
    Name(&'static str),
    /// The text is not of the form `candidate.sitting.generation`.
    #[error("this is no hold id")]
    Hold,
    /// Empty, longer than 128 bytes, or with a control character.
    #[error("a reference is 1 to 128 visible ASCII characters")]
    Reference,
}

/// Is it 1 to [`NAME_BYTES_MAX`] of `A–Z a–z 0–9 _ -`, as every typed name is?
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_BYTES_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Reads a text as a name, without a copy in between. For [`typed_name`](crate::ids::typed_name) alone.
#[doc(hidden)]
#[derive(Debug)]
pub struct Parsed<T>(pub PhantomData<T>);

impl<T: FromStr<Err = IdError>> Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Makes a typed name: read with [`FromStr`], which refuses with [`IdError::Name`], and as a plain string by serde. Crates
/// above have names of their own, of the same form.
#[macro_export]
macro_rules! typed_name {
    ($(#[$doc:meta])* $type:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// 1–64 of `A–Z a–z 0–9 _ -`. Cloning is a reference count.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(::std::sync::Arc<str>);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl ::std::str::FromStr for $type {
            type Err = $crate::ids::IdError;
            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::ids::IdError> {
                if $crate::ids::is_name(text) { Ok(Self(text.into())) } else { Err($crate::ids::IdError::Name($what)) }
            }
        }
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                deserializer.deserialize_str($crate::ids::Parsed(::std::marker::PhantomData))
            }
        }
        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl ::std::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

pub use typed_name;

typed_name!(
    /// An exam: one registration programme.
    ExamId, "an exam"
);
typed_name!(
    /// A sitting: one subject at one venue at one time. Unique within its exam.
    SittingId, "a sitting"
);
typed_name!(
    /// Whoever a seat is held for. The engine knows nothing else about a person.
    CandidateId, "a candidate"
);
typed_name!(
    /// A group: sittings of which one candidate may occupy one. Unique within its exam.
    GroupId, "a group"
);
typed_name!(
    /// A pool: what changes together atomically; one Redis hash tag. Unique among all exams.
    PoolId, "a pool"
);

/// A sitting's number within its exam: what Redis and the ledger keep instead of its name.
/// A group has a number of the same kind, that of the first sitting which named it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SittingNumber(pub i32);

impl fmt::Display for SittingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which hold it is of all that a candidate ever had on a sitting: `epoch << 32 | counter`,
/// so that no generation comes twice, even when Redis went back in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub i64);

impl Generation {
    /// The `counter`-th of an epoch, from 1 on.
    pub fn of(epoch: i64, counter: i64) -> Self {
        Self((epoch << 32) + counter)
    }
}

/// A hold's id, `candidate.sitting.generation`: it says where its record is, so that
/// no second index is needed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HoldId {
    /// The candidate who has the hold.
    pub candidate: CandidateId,
    /// What is held, by its number within the exam.
    pub sitting: SittingNumber,
    /// The generation, which tells the candidate's holds on the sitting apart.
    pub generation: Generation,
}

impl fmt::Display for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{:x}", self.candidate, self.sitting, self.generation.0)
    }
}

impl FromStr for HoldId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut parts = text.split('.');
        let (Some(candidate), Some(sitting), Some(generation), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(IdError::Hold);
        };
        let id = Self {
            candidate: candidate.parse().map_err(|_| IdError::Hold)?,
            sitting: SittingNumber(sitting.parse().map_err(|_| IdError::Hold)?),
            generation: Generation(i64::from_str_radix(generation, 16).map_err(|_| IdError::Hold)?),
        };
        // One hold, one id: "+1" and "01" parse as numbers but are no ids.
        if id.sitting.0 > 0 && id.generation.0 > 0 && id.to_string() == text { Ok(id) } else { Err(IdError::Hold) }
    }
}

impl Serialize for HoldId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HoldId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed(PhantomData))
    }
}

/// What a payment is known by outside: an order number, a transaction id. 1–128 visible
/// ASCII characters without spaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reference {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = !text.is_empty() && text.len() <= REFERENCE_BYTES_MAX && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError::Reference) }
    }
}

impl TryFrom<String> for Reference {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> String {
        reference.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert!("cet-4_2026".parse::<ExamId>().is_ok());
        for bad in ["", "a b", "a.b", "考试", &"x".repeat(65)] {
            assert!(bad.parse::<ExamId>().is_err(), "{bad:?}");
        }
        assert!("x".repeat(64).parse::<CandidateId>().is_ok());
    }

    #[test]
    fn a_hold_id_reads_back_and_has_one_spelling() {
        let id = HoldId {
            candidate: "c-1".parse().unwrap(),
            sitting: SittingNumber(3),
            generation: Generation((7 << 32) | 1),
        };
        assert_eq!(id.to_string().parse::<HoldId>(), Ok(id));
        for bad in ["", "c.1", "c.1.1.1", "c.+1.1", "c.01.1", "c.1.0", "c.-1.1", "c.1.G", "c.1.A", ".1.1"] {
            assert_eq!(bad.parse::<HoldId>(), Err(IdError::Hold), "{bad:?}");
        }
    }
}
