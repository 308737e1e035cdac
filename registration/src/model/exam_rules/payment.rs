//! How the fee of an exam is paid: by which channels, on the school's own page, and who may pay it.

use serde::{Deserialize, Serialize};

use crate::model::payment::Method;
use crate::model::text::Text;

/// Unless the exam says otherwise, so long other sittings are offered to whoever paid when the seat had gone.
const CHOICE_HOURS: u16 = 24;
/// Most names that the payee of an exam has: one for each channel and campus.
pub const PAYEES_MAX: usize = 20;
/// The longest such time.
pub const CHOICE_HOURS_MAX: u16 = 30 * 24;

/// What candidates must know to pay. The default is what handbooks ask: the payer is the candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaymentRules {
    /// By which ways one can pay, in the order in which they are offered.
    #[serde(skip_serializing_if = "is_only_screenshot")]
    pub channels: Vec<Method>,
    /// So many hours other sittings are offered to whoever paid when the seat had gone, before the money goes back.
    #[serde(skip_serializing_if = "is_usual_choice")]
    pub choice_hours: u16,
    /// What the school's payment page calls the fee (缴费项目), where several are listed there.
    pub item: Option<Text>,
    /// What payment apps call the one who is paid (收款方), where staff compare it with what a screenshot shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payees: Vec<String>,
    /// Must the payer be the candidate, with the same name and number?
    pub payer_is_candidate: bool,
    /// May somebody who paid too little pay the rest, when staff refused the screenshot for that?
    pub can_pay_rest: bool,
}

impl Default for PaymentRules {
    fn default() -> Self {
        Self {
            channels: vec![Method::Screenshot],
            choice_hours: CHOICE_HOURS,
            item: None,
            payees: Vec::new(),
            payer_is_candidate: true,
            can_pay_rest: true,
        }
    }
}

impl PaymentRules {
    /// Can one pay on the school's own page, and hand in a picture of it?
    pub fn takes_screenshots(&self) -> bool {
        self.channels.contains(&Method::Screenshot)
    }

    /// Can one pay by a channel that says itself whether the money has come?
    pub fn takes_channels(&self) -> bool {
        self.channels.iter().any(|method| !matches!(method, Method::Screenshot | Method::School))
    }
}

// What an exam does not use is not written, so that the version before goes on reading its rules.
fn is_only_screenshot(channels: &[Method]) -> bool {
    channels == [Method::Screenshot]
}

fn is_usual_choice(hours: &u16) -> bool {
    *hours == CHOICE_HOURS
}
