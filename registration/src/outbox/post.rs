//! How the site reaches people: its gateways for codes and letters, and the addresses that letters link to.

use std::sync::Arc;

use gateways::{Gateways, Letter, MailError, Mailer, Sms, SmsError};
use jiff::SignedDuration;
use tokio::sync::Semaphore;

/// How somebody hears of what was decided without looking at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hears {
    /// By letter, to the proved mailbox.
    Letter,
    /// By message, to the proved mobile.
    Message,
    /// Not at all: pages say it.
    Nothing,
}

/// Most messages that are on their way behind answered requests.
const BACKGROUND_MAX: usize = 256;

/// Of however small a budget one network, and one prefix of mobiles, may have so many messages a day.
const SMS_SHARE_MIN: u32 = 20;

/// How long sign-ins of candidates live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Unused for so long one is over, unless a seat waits for its candidate, or the candidate for staff.
    pub idle: SignedDuration,
    /// However much it is used, it lasts so long.
    pub absolute: SignedDuration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { idle: SignedDuration::from_hours(2), absolute: SignedDuration::from_hours(12) }
    }
}

/// What an operator may decide about accounts.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// Where the links in letters lead, one or two (`https://exam.example.edu`): of a site that is reached over two
    /// networks a letter names both. Without any no letter is sent. Never what a request claims its host to be:
    /// somebody else's letter would lead to the claimer.
    pub mail_hosts: Vec<String>,
    /// Most messages to mobiles a day, for the whole site.
    pub sms_per_day: u32,
    /// Most codes a day that one network (/24 of IPv4, /48 of IPv6) may ask for; without it a tenth of the site's, and 20
    /// at least.
    pub sms_per_network: Option<u32>,
    /// Most messages a day to the mobiles of one prefix of seven digits; without it a twentieth of the site's, and 20 at
    /// least.
    pub sms_per_prefix: Option<u32>,
    /// Most accounts a day that are made from one network (/24 of IPv4, /48 of IPv6).
    pub sign_ups_per_network: u32,
    /// Do acts from this machine itself arouse no suspicion? Only where everybody is on it: behind a proxy that nobody
    /// named, the whole world comes from there.
    pub exempts_loopback: bool,
    /// How long sign-ins live.
    pub sessions: SessionLimits,
    /// Most owners an hour whom one process tells of a sign-in on a new device; 0: nobody is told.
    pub new_device_messages_per_hour: u32,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            mail_hosts: Vec::new(),
            sms_per_day: 20_000,
            sms_per_network: None,
            sms_per_prefix: None,
            sign_ups_per_network: 2_000,
            exempts_loopback: false,
            sessions: SessionLimits::default(),
            new_device_messages_per_hour: 600,
        }
    }
}

impl AccountSettings {
    /// What one network may ask for on a day.
    pub(crate) fn network_budget(&self) -> u32 {
        self.sms_per_network.unwrap_or((self.sms_per_day / 10).max(SMS_SHARE_MIN))
    }

    /// What strangers may be sent on a day. A quarter is kept for those who have an account: with a seat on hold, nobody is
    /// to hear that robots have spent it all.
    pub(crate) fn strangers_budget(&self) -> u32 {
        self.sms_per_day - self.sms_per_day / 4
    }

    /// What the mobiles of one prefix may be sent on a day.
    pub(crate) fn prefix_budget(&self) -> u32 {
        self.sms_per_prefix.unwrap_or((self.sms_per_day / 20).max(SMS_SHARE_MIN))
    }
}

/// How the site reaches people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// It sends codes: a mobile can be proved.
    pub sms: bool,
    /// It sends letters: a mailbox can be proved.
    pub mail: bool,
}

/// The gateways as accounts need them.
pub(crate) struct Post {
    sms: Option<Sms>,
    mail: Option<Mailer>,
    /// Letters to staff name no host of candidates.
    staff_mail: Option<Mailer>,
    settings: AccountSettings,
    background: Arc<Semaphore>,
}

impl Post {
    pub(crate) fn new(gateways: &Gateways, settings: AccountSettings) -> Self {
        let (sms, staff_mail) = (gateways.sms.clone(), gateways.mail.clone());
        let mail = staff_mail.clone().filter(|_| !settings.mail_hosts.is_empty());
        Self { sms, mail, staff_mail, settings, background: Arc::new(Semaphore::new(BACKGROUND_MAX)) }
    }

    pub(crate) fn ways(&self) -> Ways {
        Ways { sms: self.sms.is_some(), mail: self.mail.is_some() }
    }

    /// Can it tell a mobile something else than a code?
    pub(crate) fn can_message(&self) -> bool {
        self.sms.as_ref().is_some_and(Sms::can_notify)
    }

    /// Tells a mobile what happened, and waits for how it went.
    pub(crate) async fn send_message(&self, mobile: &str, event: &str) -> Result<(), SmsError> {
        match &self.sms {
            Some(sms) => sms.send_notice(mobile, event).await,
            None => Err(SmsError::Unavailable("none is configured".to_owned())),
        }
    }

    /// Sends a letter, and waits for how it went.
    pub(crate) async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        send_by(self.mail.as_ref(), letter).await
    }

    /// Can letters be sent to staff?
    pub(crate) fn writes_to_staff(&self) -> bool {
        self.staff_mail.is_some()
    }

    /// Sends a letter to staff, and waits for how it went.
    pub(crate) async fn send_to_staff(&self, letter: &Letter) -> Result<(), MailError> {
        send_by(self.staff_mail.as_ref(), letter).await
    }

    pub(crate) fn settings(&self) -> &AccountSettings {
        &self.settings
    }

    /// The addresses of one page on each host.
    pub(crate) fn links(&self, path: &str) -> Vec<String> {
        self.settings.mail_hosts.iter().map(|host| format!("{}{path}", host.trim_end_matches('/'))).collect()
    }

    /// Sends a code, and waits for how it went.
    pub(crate) async fn send_code(&self, mobile: &str, code: &str) -> Result<(), SmsError> {
        match &self.sms {
            Some(sms) => sms.send_code(mobile, code).await,
            None => Err(SmsError::Unavailable("none is configured".to_owned())),
        }
    }

    /// Sends a code after the answer: how long it takes tells nobody that there is a mobile. `withdraw` is done when the
    /// gateway does not take it.
    pub(crate) fn send_code_later(
        &self,
        mobile: String,
        code: String,
        withdraw: impl Future<Output = ()> + Send + 'static,
    ) {
        let sms = self.sms.clone();
        let place = Arc::clone(&self.background).try_acquire_owned();
        tokio::spawn(async move {
            let sent = match (&sms, &place) {
                (Some(sms), Ok(_)) => sms.send_code(&mobile, &code).await.map_err(|error| error.to_string()),
                (Some(_), Err(_)) => Err("too many messages are on their way".to_owned()),
                (None, _) => Err("none is configured".to_owned()),
            };
            if let Err(error) = sent {
                metrics::counter!("registration_messages_failed_total").increment(1);
                tracing::warn!(what = "code", error, "a message was not sent");
                withdraw.await;
            }
        });
    }
}

async fn send_by(mail: Option<&Mailer>, letter: &Letter) -> Result<(), MailError> {
    match mail {
        Some(mail) => mail.send(letter).await,
        None => Err(MailError::Unavailable("none is configured".to_owned())),
    }
}
