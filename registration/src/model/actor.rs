//! Who did something: a candidate, somebody of the staff, the program by itself, or a payment gateway. Plain values.

mod member;
mod reach;

use std::fmt;
use std::str::FromStr;

pub use member::{Role, StaffMember};
pub(crate) use reach::Within;
pub use reach::{REACH_MAX, Reach};

use super::ids::{AccountId, StaffId};

/// Longest name of a gateway.
const GATEWAY_CHARS_MAX: usize = 32;

/// Who did something. As stored: a kind and, where the kind has several, who of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The candidate with this account.
    Candidate(AccountId),
    /// This member of staff.
    Staff(StaffId),
    /// The program: what time decides, or a rule.
    System,
    /// A payment gateway that said so itself.
    Gateway(GatewayName),
}

/// A gateway's name, like `alipay`: 1 to 32 of a-z, 0-9 and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GatewayName(String);

/// The text is no actor, or no gateway's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an actor is a candidate, a member of staff, the system, or a gateway named with a-z, 0-9 and _")]
pub struct ActorError;

impl Actor {
    /// The kind's word in the store.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Candidate(_) => "candidate",
            Self::Staff(_) => "staff",
            Self::System => "system",
            Self::Gateway(_) => "gateway",
        }
    }

    /// Which of its kind, as stored: an id or a name; `None` for the system.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Candidate(account) => Some(account.0.to_string()),
            Self::Staff(staff) => Some(staff.0.to_string()),
            Self::System => None,
            Self::Gateway(name) => Some(name.0.clone()),
        }
    }

    /// The actor that [`kind`](Self::kind) and [`id`](Self::id) were stored of.
    pub fn from_stored(kind: &str, id: Option<&str>) -> Result<Self, ActorError> {
        match (kind, id) {
            ("candidate", Some(id)) => id.parse().map(|id| Self::Candidate(AccountId(id))).map_err(|_| ActorError),
            ("staff", Some(id)) => id.parse().map(|id| Self::Staff(StaffId(id))).map_err(|_| ActorError),
            ("system", None) => Ok(Self::System),
            ("gateway", Some(name)) => name.parse().map(Self::Gateway),
            _ => Err(ActorError),
        }
    }

    /// The member of staff, if it is one.
    pub fn staff(&self) -> Option<StaffId> {
        match self {
            Self::Staff(staff) => Some(*staff),
            Self::Candidate(_) | Self::System | Self::Gateway(_) => None,
        }
    }
}

impl FromStr for GatewayName {
    type Err = ActorError;

    fn from_str(text: &str) -> Result<Self, ActorError> {
        let fits = (1..=GATEWAY_CHARS_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if fits { Ok(Self(text.to_owned())) } else { Err(ActorError) }
    }
}

impl fmt::Display for GatewayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_actor_is_read_back() {
        let id = Uuid::from_u128(7);
        let gateway = Actor::Gateway("wechat_pay".parse().unwrap());
        for actor in [Actor::Candidate(AccountId(id)), Actor::Staff(StaffId(id)), Actor::System, gateway] {
            assert_eq!(Actor::from_stored(actor.kind(), actor.id().as_deref()), Ok(actor));
        }
    }

    #[test]
    fn what_is_no_actor_is_refused() {
        let long = "a".repeat(33);
        for (kind, id) in [
            ("staff", None),
            ("system", Some("x")),
            ("gateway", Some("Ali pay")),
            ("gateway", Some("")),
            ("gateway", Some(&long)),
            ("candidate", Some("7")),
            ("nobody", None),
        ] {
            assert_eq!(Actor::from_stored(kind, id), Err(ActorError), "{kind} {id:?}");
        }
    }
}
