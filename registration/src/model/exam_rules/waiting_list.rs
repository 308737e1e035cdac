//! What is done with seats that come back when a sitting was full (候补).

use jiff::SignedDuration;
use reservation::waiting_list::{ListPer, Returns, WaitingListSettings};
use serde::{Deserialize, Serialize};

/// The longest time that an offered seat is held.
pub const OFFER_MINUTES_MAX: u16 = 3 * 24 * 60;
/// Most offers that an exam may let somebody miss.
pub const OFFERS_MAX: u16 = 10;
/// Unless the exam says otherwise.
const OFFERS: u16 = 3;

/// The waiting lists of an exam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingListRules {
    /// One list for each sitting, or one for each group of them.
    pub per: ListPer,
    /// How many minutes an offered seat is held.
    pub offer_minutes: u16,
    /// To whom a seat goes that comes back: to the list first, or to everybody.
    pub returns: Returns,
    /// Who let so many offers pass, or gave them back, is off the list.
    #[serde(default = "offers")]
    pub offers: u16,
}

fn offers() -> u16 {
    OFFERS
}

impl WaitingListRules {
    /// How long an offered seat is held, as shown.
    pub fn offer(&self) -> SignedDuration {
        SignedDuration::from_mins(self.offer_minutes.into())
    }

    /// The rules as the engine takes them.
    pub fn settings(&self) -> WaitingListSettings {
        WaitingListSettings {
            per: self.per,
            offer: self.offer(),
            returns: self.returns,
            lapses_max: self.offers.into(),
        }
    }
}
