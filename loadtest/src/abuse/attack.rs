//! The attacks, and what each is after.

use std::net::{IpAddr, Ipv4Addr};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attack {
    /// Few passwords for many accounts, from one address
    Spray,
    /// One password for each of many login names, from sixteen networks
    Stuffing,
    /// Codes to ever other mobiles, from one address
    Messages,
    /// Many accounts from one address, each with a seat
    Farm,
    /// One account gives its seat back and takes it again
    Release,
    /// Pictures of captchas, read by a program
    Captcha,
    /// Codes for another account's new password, guessed
    ResetCodes,
}

impl Attack {
    /// All of them, in the order in which they are played: those that arouse a network's suspicion come last.
    pub const ALL: [Self; 7] =
        [Self::Release, Self::Farm, Self::Captcha, Self::Messages, Self::ResetCodes, Self::Stuffing, Self::Spray];

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spray => "spray",
            Self::Stuffing => "stuffing",
            Self::Messages => "messages",
            Self::Farm => "farm",
            Self::Release => "release",
            Self::Captcha => "captcha",
            Self::ResetCodes => "reset-codes",
        }
    }

    /// What is counted as got.
    pub fn gain(self) -> &'static str {
        match self {
            Self::Spray | Self::Stuffing => "passwords looked at",
            Self::Messages => "messages sent",
            Self::Farm => "seats held",
            Self::Release => "seconds won",
            Self::Captcha => "pictures read",
            Self::ResetCodes => "codes looked at",
        }
    }

    /// From how many networks it comes.
    pub fn addresses(self) -> u8 {
        if self == Self::Stuffing { 16 } else { 1 }
    }

    /// The address of an attacker, of those of the attack. Networks for documentation and benchmarks (RFC 5737, 2544).
    pub(super) fn address(self, number: u64) -> IpAddr {
        let network = u8::try_from(number % u64::from(self.addresses())).unwrap_or_default();
        let place = Self::ALL.iter().position(|known| *known == self).and_then(|at| u8::try_from(at).ok());
        Ipv4Addr::new(198, 18, place.unwrap_or_default() * 16 + network, 7).into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_attacks_share_a_network() {
        let networks = |attack: Attack| (0..64).map(move |number| attack.address(number));
        let all: HashSet<IpAddr> = Attack::ALL.into_iter().flat_map(networks).collect();
        let expected: usize = Attack::ALL.iter().map(|attack| usize::from(attack.addresses())).sum();
        assert_eq!(all.len(), expected, "{all:?}");
    }
}
