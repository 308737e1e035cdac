//! What is asked of a channel, and how the payer goes on.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

/// Where the payer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// In the browser of a phone that has the channel's app.
    Phone,
    /// At another screen: a code is shown, and scanned with a phone.
    Desk,
}

/// What is to be paid.
#[derive(Debug, Clone, Copy)]
pub struct Charge<'a> {
    /// Our number of this attempt, 6 to 32 ASCII letters and digits. Stored before the channel hears of it.
    pub number: &'a str,
    /// How much, in fen.
    pub amount_fen: u64,
    /// What for, as the payer reads it.
    pub subject: &'a str,
    /// After this the channel takes no money for it.
    pub expires_at: Timestamp,
    /// Where the payer's connection comes from.
    pub payer_ip: IpAddr,
    /// Where the payer is.
    pub surface: Surface,
    /// Where the channel tells us what became of it. Without a query.
    pub notify_url: &'a str,
    /// Where the payer's browser goes afterwards. Coming back proves nothing.
    pub return_url: &'a str,
}

/// An order call as it is sent, the first time and every time again: a channel refuses one that differs. Whoever asks
/// stores it first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCall {
    /// Which of the channel's calls it is.
    pub product: String,
    /// What is sent, without signature and time.
    pub body: String,
}

/// How the payer goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The browser goes there, as an address.
    Go {
        /// The address, at the channel.
        url: String,
        /// From then on the order call must be sent again to get another one.
        until: Option<Timestamp>,
    },
    /// This text is shown as a QR code and scanned by the channel's app.
    Scan {
        /// What the code says.
        code: String,
        /// From then on the order call must be sent again to get another one.
        until: Option<Timestamp>,
    },
    /// The browser sends this form there, as a page with it.
    Send(Form),
}

impl Start {
    /// From then on the order call must be sent again to get another one.
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Go { until, .. } | Self::Scan { until, .. } => *until,
            Self::Send(_) => None,
        }
    }

    /// The word of the bank that it leads to, where the payer has chosen one.
    pub fn bank(&self) -> Option<&str> {
        match self {
            Self::Send(form) => form.bank.as_deref(),
            Self::Go { .. } | Self::Scan { .. } => None,
        }
    }
}

/// What a browser carries to a channel: a form that is posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Where it is sent to.
    pub url: String,
    /// Its fields, in UTF-8.
    pub fields: Vec<(String, String)>,
    /// Where the channel sends the browser on to at once, beside `url`: an origin. Whoever restricts where forms go allows both.
    pub onward: Option<String>,
    /// The word of the bank that it leads to, where the payer has chosen one.
    pub bank: Option<String>,
}

impl Form {
    /// The origins to which the browser goes with it.
    pub fn origins(&self) -> Vec<String> {
        let of = |text: &str| Url::parse(text).ok().map(|url| url.origin().ascii_serialization());
        let mut origins: Vec<String> =
            [Some(self.url.as_str()), self.onward.as_deref()].into_iter().flatten().filter_map(of).collect();
        origins.dedup();
        origins
    }
}

/// What is known only when the payer goes on.
#[derive(Debug, Clone, Copy)]
pub struct Onward<'a> {
    /// Where the payer's browser comes back to.
    pub return_url: &'a str,
    /// The word of the bank that the payer chose; channels without banks pass it over.
    pub bank: Option<&'a str>,
}

impl<'a> Onward<'a> {
    /// Back to there, by no certain bank.
    pub fn to(return_url: &'a str) -> Self {
        Self { return_url, bank: None }
    }
}
