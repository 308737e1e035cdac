//! Who is asked for a captcha, and who must wait: counted by login name, by network, and by device. A device that signed
//! in to the account before has a count of its own, so that a stranger's wrong passwords never keep the owner out.

use std::net::IpAddr;

use jiff::SignedDuration;
use uuid::Uuid;

use super::Accounts;
use crate::model::clock;
use crate::model::exam_rules::CaptchaRule;
use crate::model::ids::AccountId;
use crate::secrets::attempts::{Counted, network_of};
use crate::secrets::captcha::{Answer, CaptchaError};

/// Wrong passwords of a login name, from wherever, after which strangers are asked for a captcha.
const LOGIN_FREE: u32 = 5;
/// Wrong passwords of one network for one login name, after which it must wait; and of one device of the owner.
const WAIT_FREE: u32 = 5;
/// Most accounts that a device is known to.
const DEVICE_ACCOUNTS_MAX: usize = 8;

/// What somebody does who is not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Signs in by login name and password.
    SignIn,
    /// Hands a sign-up form in.
    SignUp,
    /// Has a code sent to a mobile.
    Code,
    /// Asks for an account or its password.
    Forgotten,
    /// Types the code for another password.
    Reset,
}

impl Act {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign in",
            Self::SignUp => "sign up",
            Self::Code => "code",
            Self::Forgotten => "forgotten",
            Self::Reset => "reset",
        }
    }

    /// So many of one network within a quarter of an hour arouse no suspicion: a school's candidates share an address.
    fn network_free(self) -> u32 {
        match self {
            Self::SignIn => 20,
            Self::SignUp => 30,
            Self::Code => 15,
            Self::Forgotten => 10,
            Self::Reset => 5,
        }
    }
}

/// A browser that signed in before, as its long-lived cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The id in its cookie.
    pub id: Uuid,
    /// Who signed in on it, the latest last, at most eight.
    pub accounts: Vec<AccountId>,
}

impl Device {
    /// A new one, or this one, after somebody signed in on it.
    pub fn after_sign_in(before: Option<&Self>, account: AccountId) -> Self {
        let mut device = before.cloned().unwrap_or_else(|| Self { id: Uuid::new_v4(), accounts: Vec::new() });
        device.accounts.retain(|known| *known != account);
        device.accounts.push(account);
        let surplus = device.accounts.len().saturating_sub(DEVICE_ACCOUNTS_MAX);
        device.accounts.drain(..surplus);
        device
    }
}

/// Who asks, and what they bring.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The address that the request came from, if it is known.
    pub address: Option<IpAddr>,
    /// The device, if it signed in here before.
    pub device: Option<&'a Device>,
    /// The captcha that came with the form.
    pub captcha: Answer<'a>,
    /// When the page asks for a captcha.
    pub rule: CaptchaRule,
}

impl Caller<'_> {
    /// Somebody of whom nothing is known, neither address nor device, and who brings no captcha.
    pub fn stranger(rule: CaptchaRule) -> Self {
        Self { address: None, device: None, captcha: Answer::default(), rule }
    }
}

impl Accounts {
    /// Will a form be asked for a captcha? `login` is what was typed, if anything was.
    pub fn wants_captcha(&self, act: Act, login: &str, caller: &Caller<'_>) -> bool {
        caller.rule == CaptchaRule::Always
            || self.network(act, caller).is_some_and(|network| self.attempts.count(&network) >= act.network_free())
            || (act == Act::SignIn && self.attempts.count(&self.login_count(login)) >= LOGIN_FREE)
    }

    /// Takes the captcha of a form that needs one.
    pub(super) fn pass(&self, act: Act, login: &str, caller: &Caller<'_>) -> Result<(), CaptchaError> {
        if self.wants_captcha(act, login, caller) {
            return self.captcha.take(caller.captcha, clock::now());
        }
        Ok(())
    }

    /// Counts an act of this network.
    pub(super) fn note(&self, act: Act, caller: &Caller<'_>) {
        if let Some(network) = self.network(act, caller) {
            self.attempts.note(network);
        }
    }

    /// Counts an attempt at a password before it is looked at.
    pub(super) fn begin_attempt(
        &self,
        login: &str,
        owner: Option<(&Device, AccountId)>,
        caller: &Caller<'_>,
    ) -> Result<(), SignedDuration> {
        if let Some((device, account)) = owner {
            return self.attempts.begin(self.device_count(device, account), WAIT_FREE);
        }
        self.attempts.begin(self.login_count_here(login, caller), WAIT_FREE)?;
        self.attempts.note(self.login_count(login));
        Ok(())
    }

    /// The password was right: what its owner typed wrong before is forgotten.
    pub(super) fn end_attempt(&self, login: &str, owner: Option<(&Device, AccountId)>, caller: &Caller<'_>) {
        if let Some((device, account)) = owner {
            self.attempts.forget(&self.device_count(device, account));
        } else {
            self.attempts.forget(&self.login_count_here(login, caller));
            self.attempts.forget(&self.login_count(login));
        }
    }

    /// Is this a device on which the account's owner signed in before?
    pub(super) fn owner<'a>(caller: &Caller<'a>, account: Option<AccountId>) -> Option<(&'a Device, AccountId)> {
        let (device, account) = (caller.device?, account?);
        device.accounts.contains(&account).then_some((device, account))
    }

    /// Counts a code for another password before it is looked at: from one network for one login name it must wait ever
    /// longer, as a wrong password does.
    pub(super) fn begin_reset(&self, login: &str, caller: &Caller<'_>) -> Result<(), SignedDuration> {
        let network = caller.address.map(network_of).unwrap_or_default();
        let counted = self.vault.index("attempts reset network", &format!("{network} {}", folded(login)));
        self.attempts.begin(counted, WAIT_FREE)
    }

    fn login_count(&self, login: &str) -> Counted {
        self.vault.index("attempts login", &folded(login))
    }

    fn login_count_here(&self, login: &str, caller: &Caller<'_>) -> Counted {
        let network = caller.address.map(network_of).unwrap_or_default();
        self.vault.index("attempts login network", &format!("{network} {}", folded(login)))
    }

    fn device_count(&self, device: &Device, account: AccountId) -> Counted {
        self.vault.index("attempts device", &format!("{} {}", device.id, account.0))
    }

    fn network(&self, act: Act, caller: &Caller<'_>) -> Option<Counted> {
        let network = caller.address.filter(|address| !self.is_exempt(*address)).map(network_of)?;
        Some(self.vault.index("attempts network", &format!("{} {network}", act.as_str())))
    }

    /// Is it this machine, in a demo, where everybody is on it?
    pub(super) fn is_exempt(&self, address: IpAddr) -> bool {
        self.post.settings().exempts_loopback && address.to_canonical().is_loopback()
    }
}

/// What was typed, as attempts are counted by it: at most so long, without case and spaces.
fn folded(login: &str) -> String {
    login.chars().filter(|c| !c.is_whitespace()).take(64).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_remembers_the_latest_accounts() {
        let account = |number| AccountId(Uuid::from_u128(number));
        let mut device = Device::after_sign_in(None, account(0));
        for number in 1..20 {
            device = Device::after_sign_in(Some(&device), account(number));
        }
        device = Device::after_sign_in(Some(&device), account(15));
        let numbers: Vec<u128> = device.accounts.iter().map(|id| id.0.as_u128()).collect();
        assert_eq!(numbers, [12, 13, 14, 16, 17, 18, 19, 15]);
    }

    #[test]
    fn an_ipv6_network_is_one() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_eq!(folded(" 1101 05X "), "110105x");
    }
}
