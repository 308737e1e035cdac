//! What messages to mobiles may cost on a day (of China): for the site, for each network that asks for codes, and for each
//! prefix of mobile numbers. Whoever has codes sent for the money that a carrier pays for them has one network, or one
//! carrier's numbers, and spends no more than that one's share. Rows are bounded: each stands for a message of the day.

use deadpool_postgres::GenericClient;

use crate::model::clock;
use crate::model::person::Mobile;
use crate::people::accounts::security::{self, Event};
use crate::people::accounts::{Accounts, Caller};
use crate::people::store::{account_sending_days, account_tries};
use crate::store::StoreError;

/// Letters that a network may have sent for each account that it may make.
const LETTERS_PER_ACCOUNT: u32 = 2;

/// Which budget is spent until midnight in China.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpentBudget {
    /// That of the caller's network: from another one it goes on.
    #[error("this network has asked for as many codes as it may today")]
    Network,
    /// That of the mobile's first seven digits: to another mobile it goes on.
    #[error("the mobiles of this prefix were sent as many messages as they may be today")]
    Prefix,
    /// That of the site: nobody is sent a code, or nobody who has no account yet.
    #[error("the site has sent as many messages as it may today")]
    Site,
}

/// Whose share of the site's messages is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// That of people without an account: a quarter of the day's messages is kept from them.
    Strangers,
    /// All that there is.
    Everybody,
}

/// Room in a budget, or not.
type Room = Result<(), SpentBudget>;

impl Accounts {
    /// Is there room for a code that this caller asks for? `mobile` is what was typed, if one was: an account's own would
    /// tell that there is an account.
    pub(crate) async fn look_at_budgets(
        &self,
        mobile: Option<&Mobile>,
        of: Share,
        caller: &Caller<'_>,
    ) -> Result<Room, StoreError> {
        let (client, today, settings) = (self.database.client().await?, clock::today(), self.post.settings());
        let subjects = [
            (self.network_subject(caller), settings.network_budget(), SpentBudget::Network),
            (mobile.map(|mobile| self.prefix_subject(mobile)), settings.prefix_budget(), SpentBudget::Prefix),
        ];
        for (subject, budget, spent) in subjects {
            if let Some(subject) = subject
                && account_tries::counted(&client, &subject, today).await? >= bounded(budget)
            {
                return Ok(refused(spent, caller));
            }
        }
        let sent = account_sending_days::sent(&client, today).await?;
        Ok(if sent >= self.site_budget(of) { refused(SpentBudget::Site, caller) } else { Ok(()) })
    }

    /// Takes one of what the caller's network and the mobile's prefix may ask for. What is refused is to be rolled back.
    pub(crate) async fn spend_asked(
        &self,
        transaction: &impl GenericClient,
        mobile: Option<&Mobile>,
        caller: &Caller<'_>,
    ) -> Result<Room, StoreError> {
        if let Some(subject) = self.network_subject(caller)
            && !account_tries::spend(
                transaction,
                &subject,
                clock::today(),
                bounded(self.post.settings().network_budget()),
            )
            .await?
        {
            return Ok(refused(SpentBudget::Network, caller));
        }
        if mobile.is_some() && !self.spend_prefix(transaction, mobile).await? {
            return Ok(refused(SpentBudget::Prefix, caller));
        }
        Ok(Ok(()))
    }

    /// Takes one message of what the site may send for this.
    pub(crate) async fn spend_site(&self, transaction: &impl GenericClient, of: Share) -> Result<Room, StoreError> {
        let budget = self.site_budget(of);
        let is_there = account_sending_days::spend(transaction, clock::today(), budget).await?;
        Ok(if is_there { Ok(()) } else { Err(SpentBudget::Site) })
    }

    fn site_budget(&self, of: Share) -> i32 {
        let settings = self.post.settings();
        bounded(match of {
            Share::Strangers => settings.strangers_budget(),
            Share::Everybody => settings.sms_per_day,
        })
    }

    /// What the accounts of the caller's network are counted under; nothing for a demo's own machine.
    pub(crate) fn sign_ups_subject(&self, caller: &Caller<'_>) -> Option<[u8; 32]> {
        let address = caller.address.filter(|address| !self.is_exempt(*address))?;
        Some(self.vault.index("sign-ups network", &security::network(address)))
    }

    /// Takes one of the accounts that this network may make today. False when there is none left, and nothing was taken.
    pub(crate) async fn spend_sign_up(
        &self,
        transaction: &impl GenericClient,
        subject: Option<[u8; 32]>,
        caller: Option<&Caller<'_>>,
    ) -> Result<bool, StoreError> {
        let Some(subject) = subject else { return Ok(true) };
        let budget = bounded(self.post.settings().sign_ups_per_network);
        let is_there = account_tries::spend(transaction, &subject, clock::today(), budget).await?;
        Ok(is_there || sign_up_refused(caller))
    }

    /// Takes one of the letters that make accounts which the caller's network may have sent today: more than it may make
    /// accounts, because not each is followed, and none once those are made. False when there is none left.
    pub(crate) async fn spend_sign_up_letter(
        &self,
        transaction: &impl GenericClient,
        caller: &Caller<'_>,
    ) -> Result<bool, StoreError> {
        let Some(accounts) = self.sign_ups_subject(caller) else { return Ok(true) };
        let (today, most) = (clock::today(), self.post.settings().sign_ups_per_network);
        let made = account_tries::counted(transaction, &accounts, today).await?;
        let address = caller.address.map(security::network).unwrap_or_default();
        let letters = self.vault.index("sign-up letters network", &address);
        let budget = bounded(most.saturating_mul(LETTERS_PER_ACCOUNT));
        let is_there = made < bounded(most) && account_tries::spend(transaction, &letters, today, budget).await?;
        Ok(is_there || sign_up_refused(Some(caller)))
    }

    /// Takes one message of what the mobiles of one prefix may be sent. False when there is none left. Without a mobile it
    /// takes as long, and what was counted is to be rolled back.
    pub(crate) async fn spend_prefix(
        &self,
        transaction: &impl GenericClient,
        mobile: Option<&Mobile>,
    ) -> Result<bool, StoreError> {
        let subject = mobile.map_or([0; 32], |mobile| self.prefix_subject(mobile));
        let budget = bounded(self.post.settings().prefix_budget());
        account_tries::spend(transaction, &subject, clock::today(), budget).await
    }

    /// Takes a message that tells of something: half of the site's budget is kept for codes, without which nobody gets
    /// in. False when there is none, and nothing was taken.
    pub(crate) async fn spend_for_message(&self, mobile: &Mobile) -> Result<bool, StoreError> {
        self.spend_of_site(mobile, bounded(self.post.settings().sms_per_day / 2)).await
    }

    /// The same for a reminder: three quarters of the site's budget are kept for codes and for what was decided.
    pub(crate) async fn spend_for_reminder(&self, mobile: &Mobile) -> Result<bool, StoreError> {
        self.spend_of_site(mobile, bounded(self.post.settings().sms_per_day / 4)).await
    }

    /// Takes a message of what the mobile's prefix may be sent, as long as the site has sent less than so many.
    async fn spend_of_site(&self, mobile: &Mobile, budget: i32) -> Result<bool, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let is_there = self.spend_prefix(&transaction, Some(mobile)).await?
            && account_sending_days::spend(&transaction, clock::today(), budget).await?;
        if is_there {
            transaction.commit().await?;
        }
        Ok(is_there)
    }

    fn network_subject(&self, caller: &Caller<'_>) -> Option<[u8; 32]> {
        let address = caller.address.filter(|address| !self.is_exempt(*address))?;
        Some(self.vault.index("messages network", &security::network(address)))
    }

    fn prefix_subject(&self, mobile: &Mobile) -> [u8; 32] {
        self.vault.index("messages prefix", mobile.prefix())
    }
}

/// As the database counts.
fn bounded(budget: u32) -> i32 {
    i32::try_from(budget).unwrap_or(i32::MAX)
}

/// That it is not there, told to whoever looks after the site.
fn sign_up_refused(caller: Option<&Caller<'_>>) -> bool {
    metrics::counter!("registration_sign_ups_refused_total").increment(1);
    security::note(Event::BudgetSpent, None, caller);
    false
}

/// Refuses, and says so to whoever looks after the site: somebody may be having messages sent for money.
fn refused(spent: SpentBudget, caller: &Caller<'_>) -> Room {
    let budget = match spent {
        SpentBudget::Network => "network",
        SpentBudget::Prefix => "prefix",
        SpentBudget::Site => "site",
    };
    metrics::counter!("registration_codes_refused_total", "budget" => budget).increment(1);
    security::note(Event::BudgetSpent, None, Some(caller));
    Err(spent)
}
