//! Who is asked for a captcha and what it weighs, and who must wait: counted by login name, by network, and by device. A
//! device that signed in to the account before has a count of its own, so that a stranger's wrong passwords never keep the
//! owner out. Whoever signs in is not refused for what others did from the same network: the captcha only grows, up to sums
//! that a robot's owner pays for in electricity. What a network may have on a day is another thing, and does refuse: accounts
//! and letters for them (`--sign-ups-per-network`), codes (`--sms-per-network`), and seats, where an exam bounds them.

use std::net::IpAddr;

use jiff::SignedDuration;
use uuid::Uuid;

use super::Accounts;
use crate::model::clock;
use crate::model::exam_rules::CaptchaRule;
use crate::model::ids::AccountId;
use crate::secrets::attempts::{Counted, network_of, wide_network_of};
use crate::secrets::captcha::{Answer, CaptchaError, Weight};

/// Wrong passwords of a login name, from wherever, after which strangers are asked for a captcha, and from which on it
/// weighs more. Never sums alone: whoever wants to annoy an owner could shut out the devices of theirs that do none.
const LOGIN_FREE: u32 = 5;
const LOGIN_STEPS: [(u32, Weight); 2] = [(LOGIN_FREE, Weight::Light), (20, Weight::Heavy)];
/// What is wrong from one network (/24 of IPv4, /48 of IPv6) within half a day, and what a captcha weighs there from then
/// on: a robot with a solver reads pictures for nothing.
const DAY_STEPS: [(u32, Weight); 3] = [(300, Weight::Heavy), (1_000, Weight::Sums), (3_000, Weight::LongSums)];
/// From so many times what is free, a network's captcha weighs more.
const HEAVY_FROM: u32 = 4;
/// Each account that signs in from a network takes so many wrong passwords off its count: where ten thousand candidates
/// share an address, hundreds of them mistype.
const CREDIT: u32 = 2;
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

    /// Is it only counted when it is wrong? The captcha of what candidates of one school rightly do stays a light one; what
    /// they may do on a day has budgets of its own.
    fn is_of_wrong_ones(self) -> bool {
        matches!(self, Self::SignIn | Self::Reset)
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

/// The network that somebody asks from (/24 of IPv4, /48 of IPv6), as a keyed index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(pub(crate) [u8; 32]);

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
    /// What the captcha weighs that a form will be asked for; `None` when it will not. `login` is what was typed, if
    /// anything was.
    pub fn captcha_weight(&self, act: Act, login: &str, caller: &Caller<'_>) -> Option<Weight> {
        let here = self.network(act, caller).map_or(0, |network| self.attempts.count(&network));
        let by_network = (here >= act.network_free()).then_some(match act.is_of_wrong_ones() {
            true if here >= act.network_free() * HEAVY_FROM => Weight::Heavy,
            _ => Weight::Light,
        });
        let of_day = self.day(caller).filter(|_| act.is_of_wrong_ones());
        let by_day = of_day.and_then(|network| step(&DAY_STEPS, self.days.count(&network)));
        let of_login = if act == Act::SignIn { self.attempts.count(&self.login_count(login)) } else { 0 };
        let of_sign_ups = self.sign_ups(caller).filter(|_| act == Act::SignUp);
        let by_sign_ups = of_sign_ups
            .and_then(|network| sign_up_step(self.days.count(&network), self.post.settings().sign_ups_per_network));
        let by_rule = (caller.rule == CaptchaRule::Always).then_some(Weight::Light);
        by_network.max(by_day).max(step(&LOGIN_STEPS, of_login)).max(by_sign_ups).max(by_rule)
    }

    /// The network of an address, for what one network may have; `None` for a demo's own machine.
    pub fn network_of(&self, address: IpAddr) -> Option<Network> {
        let is_exempt = self.is_exempt(address);
        (!is_exempt).then(|| Network(self.vault.index("seats network", &wide_network_of(address).to_string())))
    }

    /// Will a form be asked for a captcha?
    pub fn wants_captcha(&self, act: Act, login: &str, caller: &Caller<'_>) -> bool {
        self.captcha_weight(act, login, caller).is_some()
    }

    /// Takes the captcha of a form that needs one. A wrong answer counts: solvers guess. What is no answer to a captcha of
    /// ours, or to one that was answered before, does not: that costs nothing, and a form tapped twice does it.
    pub(super) fn pass(&self, act: Act, login: &str, caller: &Caller<'_>) -> Result<(), CaptchaError> {
        let Some(weight) = self.captcha_weight(act, login, caller) else { return Ok(()) };
        let taken = self.captcha.take(caller.captcha, weight, clock::now());
        if taken == Err(CaptchaError::Wrong) {
            self.note(act, caller);
        }
        taken
    }

    /// Counts an act of this network.
    pub(super) fn note(&self, act: Act, caller: &Caller<'_>) {
        if let Some(network) = self.network(act, caller) {
            self.attempts.note(network);
        }
        if let Some(network) = self.day(caller).filter(|_| act.is_of_wrong_ones()) {
            self.days.note(network);
        }
    }

    /// Counts an account that this network made, or a letter that will make one.
    pub(super) fn note_sign_up(&self, caller: &Caller<'_>) {
        if let Some(network) = self.sign_ups(caller) {
            self.days.note(network);
        }
    }

    /// Somebody signed in rightly from this network: once for each account.
    pub(super) fn credit(&self, account: AccountId, caller: &Caller<'_>) {
        let Some(network) = self.day(caller) else { return };
        let once = self.vault.index("attempts credit", &format!("{network:?} {}", account.0));
        if self.days.count(&once) == 0 {
            self.days.note(once);
            self.days.take_off(&network, CREDIT);
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

    /// What is counted for half a day: a whole network, of which one subscriber may have many addresses.
    fn day(&self, caller: &Caller<'_>) -> Option<Counted> {
        let address = caller.address.filter(|address| !self.is_exempt(*address))?;
        Some(self.vault.index("attempts day", &wide_network_of(address).to_string()))
    }

    /// What a whole network signed up is counted under.
    fn sign_ups(&self, caller: &Caller<'_>) -> Option<Counted> {
        let address = caller.address.filter(|address| !self.is_exempt(*address))?;
        Some(self.vault.index("attempts sign-ups", &wide_network_of(address).to_string()))
    }

    /// Is it this machine, in a demo, where everybody is on it?
    pub(super) fn is_exempt(&self, address: IpAddr) -> bool {
        self.post.settings().exempts_loopback && address.to_canonical().is_loopback()
    }
}

/// The last step that the count has reached.
fn step(steps: &[(u32, Weight)], count: u32) -> Option<Weight> {
    steps.iter().rev().find(|(from, _)| count >= *from).map(|(_, weight)| *weight)
}

/// From half of what a network may sign up on a day a robot is to have harder work; a few are nobody's robot.
fn sign_up_step(count: u32, budget: u32) -> Option<Weight> {
    (count >= (budget / 2).max(Act::SignUp.network_free())).then_some(Weight::Heavy)
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
    fn a_captcha_weighs_what_the_last_step_says() {
        let weights = [0, 4, 5, 19, 20, 99, 100, u32::MAX].map(|count| step(&LOGIN_STEPS, count));
        let (light, heavy) = (Some(Weight::Light), Some(Weight::Heavy));
        assert_eq!(
            weights,
            [None, None, light, light, heavy, heavy, heavy, heavy],
            "of a name there is always a picture"
        );
        let weights = [999, 1_000, 2_000].map(|count| sign_up_step(count, 2_000));
        assert_eq!(weights, [None, heavy, heavy]);
        assert_eq!([2, 29, 30].map(|count| sign_up_step(count, 2)), [None, None, heavy], "a few arouse no suspicion");
    }

    #[test]
    fn an_ipv6_network_is_one() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        let wide = |text: &str| wide_network_of(text.parse().unwrap());
        assert_eq!(wide("2001:db8:1:1::1"), wide("2001:db8:1:ffff::2"));
        assert_ne!(wide("2001:db8:1::1"), wide("2001:db8:2::1"));
        assert_eq!(wide("::ffff:192.0.2.1"), wide("192.0.2.200"));
        assert_ne!(wide("192.0.2.1"), wide("192.0.3.1"));
        assert_eq!(folded(" 1101 05X "), "110105x");
    }
}
