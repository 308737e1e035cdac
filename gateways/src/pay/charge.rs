//! What is asked of a channel, and how the payer goes on.

use std::net::IpAddr;

use jiff::Timestamp;

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
}
