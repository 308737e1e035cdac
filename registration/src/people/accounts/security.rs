//! What happens to accounts, one line each, for whoever looks into an attack: what, on which account, from which network.
//! No name, number or address of a person stands there.

use std::net::IpAddr;

use super::{AccountNumber, Caller};
use crate::model::ids::AccountId;

/// What happened to an account, for the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    SignedIn,
    WrongPassword,
    WrongCode,
    Waits,
    BudgetSpent,
    SignedUp,
    PasswordChanged,
    PasswordReset,
    MobileChanged,
    EmailChanged,
    SignedOutEverywhere,
    DeviceSignedOut,
    NewDevice,
}

impl Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed in",
            Self::WrongPassword => "wrong password",
            Self::WrongCode => "wrong code",
            Self::Waits => "too many attempts",
            Self::BudgetSpent => "budget of messages spent",
            Self::SignedUp => "signed up",
            Self::PasswordChanged => "password changed",
            Self::PasswordReset => "password reset",
            Self::MobileChanged => "mobile changed",
            Self::EmailChanged => "e-mail changed",
            Self::SignedOutEverywhere => "signed out everywhere",
            Self::DeviceSignedOut => "one device signed out",
            Self::NewDevice => "signed in on a new device",
        }
    }
}

/// Writes the line.
pub(super) fn note(event: Event, account: Option<AccountId>, caller: Option<&Caller<'_>>) {
    let account = account.map(masked).unwrap_or_default();
    let network = caller.and_then(|caller| caller.address).map(network).unwrap_or_default();
    tracing::info!(target: "security", event = event.as_str(), account, network, "an account");
}

/// Enough of the account's number to find it by, and too little to name it by.
pub(crate) fn masked(account: AccountId) -> String {
    let number = AccountNumber::from(account).to_string();
    format!("{}…{}", &number[..8], &number[28..])
}

/// The network of an address: 24 bits of IPv4, 48 of IPv6.
pub(super) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_line_names_nobody() {
        assert_eq!(masked(AccountId(Uuid::from_u128(0xF19F_BD2E_27FB_40F1_A523_94A9_2A48_FE22))), "F19FBD2E…FE22");
        assert_eq!(network("192.0.2.77".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(network("2001:db8:1:2::9".parse().unwrap()), "2001:db8:1::/48");
    }
}
