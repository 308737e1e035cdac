//! How the fee of an exam is paid on the school's own page, and who may pay it.

use serde::{Deserialize, Serialize};

use crate::model::text::Text;

/// What candidates must know to pay. The default is what handbooks ask: the payer is the candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaymentRules {
    /// What the school's payment page calls the fee (缴费项目), where several are listed there.
    pub item: Option<Text>,
    /// Must the payer be the candidate, with the same name and number?
    pub payer_is_candidate: bool,
    /// May somebody who paid too little pay the rest, when staff refused the screenshot for that?
    pub can_pay_rest: bool,
}

impl Default for PaymentRules {
    fn default() -> Self {
        Self { item: None, payer_is_candidate: true, can_pay_rest: true }
    }
}
