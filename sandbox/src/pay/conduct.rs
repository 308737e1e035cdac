//! How a channel behaves: well, or not, by a schedule or at random with a seed, so that every run can be run again.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::trade::RefundState;

/// What happens to news on its way to the merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewsTwist {
    /// It never comes, however often the channel would repeat it.
    Lost,
    /// It comes twice at once.
    Doubled,
    /// It comes `late_ms` later.
    Late,
    /// It comes after the next one.
    Reordered,
    /// It comes once with a signature that is none, then rightly.
    WrongSignature,
    /// Before it comes the same with another amount, signed rightly.
    WrongAmount,
    /// Before it comes one that is for another merchant, signed rightly.
    OtherMerchant,
    /// It has fields that nobody documented, under the signature.
    UnknownFields,
    /// Before it comes a test of whether signatures are looked at. Alipay has none: there it is a wrong signature.
    Probe,
    /// WeChat Pay: signed by the other kind of key than `callback_key` says.
    OtherKey,
    /// WeChat Pay: signed six minutes ago.
    Stale,
    /// WeChat Pay: the nonce of what is encrypted has another length than twelve.
    OddNonce,
}

/// What happens to the answer of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerTwist {
    /// None comes for `silence_ms`, then the connection ends.
    Silence,
    /// The channel's own word for a fault of its own.
    SystemError,
    /// A page of a proxy, 502.
    BadGateway,
    /// The connection ends in the middle of it.
    CutOff,
    /// Its signature is none.
    WrongSignature,
    /// It has no signature.
    Unsigned,
    /// WeChat Pay tests whether signatures of answers are looked at, too. At Alipay a wrong signature.
    Probe,
    /// Too many calls.
    Throttled,
    /// Nothing is in it.
    Empty,
    /// Alipay: `error_response` stands where the answer would.
    ErrorResponse,
    /// It has fields that nobody documented.
    UnknownFields,
    /// Alipay: it is written in GBK, and says so.
    Gbk,
}

/// What becomes of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundTwist {
    /// It is under way for `refund_ms`, then done. At WeChat Pay every refund is.
    Slow,
    /// It is under way, then the buyer's card takes none.
    Abnormal,
    /// It is under way, then closed.
    Closed,
    /// The merchant's account has too little at this call.
    Short,
}

/// Another sum than the order's: no true channel takes one, and the site must bear it all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayTwist {
    /// The buyer pays half of it.
    Less,
    /// The buyer pays a yuan too much.
    More,
}

impl PayTwist {
    /// What is paid in place of this sum, in fen; never nothing.
    pub(crate) fn sum(self, amount_fen: u64) -> u64 {
        match self {
            Self::Less => (amount_fen / 2).max(1),
            Self::More => amount_fen.saturating_add(100),
        }
    }
}

/// What a channel is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// An order: `precreate`, H5, Native. (Alipay's page for phones is no call.)
    Order,
    /// Asks after a trade.
    Query,
    /// Closes a trade.
    Close,
    /// Calls about refunds.
    Refund,
    /// Asks after a refund.
    RefundQuery,
    /// Where a bill is.
    Bill,
    /// The bill itself.
    BillFile,
    /// WeChat Pay's certificates.
    Certificates,
}

/// One answer that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// Of which call; of any, when absent.
    #[serde(default)]
    pub call: Option<Call>,
    /// How the answer is twisted.
    pub twist: AnswerTwist,
    /// Nothing was done, either. Otherwise the channel did what it was asked, and only the answer is wrong.
    #[serde(default)]
    pub is_undone: bool,
}

/// By which kind of key WeChat Pay signs what it tells by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackKey {
    /// The public key with a `PUB_KEY_ID_`.
    PublicKey,
    /// The platform certificate.
    Certificate,
}

/// How one channel behaves from now on. As it is by default it behaves well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conduct {
    /// What chance is made of.
    pub seed: u64,
    /// Each of the channel's waits before it repeats news is so many times shorter.
    pub hurry: u32,
    /// How late news is that is late.
    pub late_ms: u64,
    /// How long a refund is under way.
    pub refund_ms: u64,
    /// How long a call waits that gets no answer.
    pub silence_ms: u64,
    /// Which other sums the next buyers pay, one after the other; `null` is the right one.
    pub payments: Vec<Option<PayTwist>>,
    /// Which other sums later ones pay, in so many of a hundred cases.
    pub payments_often: BTreeMap<PayTwist, u8>,
    /// What happens to the next news, one after the other; `null` is nothing.
    pub news: Vec<Option<NewsTwist>>,
    /// What happens to later news, in so many of a hundred cases.
    pub news_often: BTreeMap<NewsTwist, u8>,
    /// The next answers that go wrong.
    pub answers: Vec<Wrong>,
    /// How other answers go wrong, in so many of a hundred cases; what was asked is done.
    pub answers_often: BTreeMap<AnswerTwist, u8>,
    /// What becomes of the next refunds; `null` is nothing.
    pub refunds: Vec<Option<RefundTwist>>,
    /// What becomes of later ones, in so many of a hundred cases.
    pub refunds_often: BTreeMap<RefundTwist, u8>,
    /// Alipay: the app works with certificates, so calls without their numbers are refused.
    pub is_certificate_mode: bool,
    /// Alipay: buyers have the old `user_id`, not an `open_id`.
    pub has_user_ids: bool,
    /// WeChat Pay: the merchant has no platform certificate, as new ones have not.
    pub has_no_certificate: bool,
    /// WeChat Pay: signs callbacks so.
    pub callback_key: CallbackKey,
    /// WeChat Pay: hosts that may open its page for phones.
    pub h5_hosts: Vec<String>,
    /// WeChat Pay: the payer's address must be a public one, and the one that the page is opened from.
    pub is_address_checked: bool,
    /// WeChat Pay: the digest of a compressed bill is that of the compressed bytes.
    pub is_digest_of_compressed: bool,
}

impl Default for Conduct {
    fn default() -> Self {
        Self {
            seed: 1,
            hurry: 60,
            late_ms: 3_000,
            refund_ms: 800,
            silence_ms: 40_000,
            payments: Vec::new(),
            payments_often: BTreeMap::new(),
            news: Vec::new(),
            news_often: BTreeMap::new(),
            answers: Vec::new(),
            answers_often: BTreeMap::new(),
            refunds: Vec::new(),
            refunds_often: BTreeMap::new(),
            is_certificate_mode: false,
            has_user_ids: false,
            has_no_certificate: false,
            callback_key: CallbackKey::PublicKey,
            h5_hosts: ["127.0.0.1", "localhost", "[::1]"].map(str::to_owned).to_vec(),
            is_address_checked: false,
            is_digest_of_compressed: false,
        }
    }
}

/// A channel's conduct and where in it the channel is.
#[derive(Debug, Default)]
pub(crate) struct Conducted(Mutex<(Conduct, u64)>);

impl Conducted {
    pub(crate) fn set(&self, conduct: Conduct) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let seed = conduct.seed;
        *now = (conduct, seed);
    }

    pub(crate) fn get(&self) -> Conduct {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0.clone()
    }

    pub(crate) fn take_payment(&self) -> Option<PayTwist> {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (conduct, chance) = &mut *now;
        next(&mut conduct.payments, &conduct.payments_often, chance)
    }

    pub(crate) fn take_news(&self) -> Option<NewsTwist> {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (conduct, chance) = &mut *now;
        next(&mut conduct.news, &conduct.news_often, chance)
    }

    pub(crate) fn take_refund(&self) -> Option<RefundTwist> {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (conduct, chance) = &mut *now;
        next(&mut conduct.refunds, &conduct.refunds_often, chance)
    }

    pub(crate) fn take_answer(&self, call: Call) -> Option<Wrong> {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (conduct, chance) = &mut *now;
        let is_meant = |wrong: &Wrong| wrong.call.is_none_or(|meant| meant == call);
        if let Some(index) = conduct.answers.iter().position(is_meant) {
            return Some(conduct.answers.remove(index));
        }
        let twist = drawn(&conduct.answers_often, chance)?;
        Some(Wrong { call: Some(call), twist, is_undone: false })
    }
}

fn next<T: Copy>(planned: &mut Vec<Option<T>>, often: &BTreeMap<T, u8>, chance: &mut u64) -> Option<T> {
    if planned.is_empty() { drawn(often, chance) } else { planned.remove(0) }
}

fn drawn<T: Copy>(often: &BTreeMap<T, u8>, chance: &mut u64) -> Option<T> {
    if often.is_empty() {
        return None;
    }
    let drawn = draw(chance) % 100;
    let mut sum = 0;
    for (twist, percent) in often {
        sum += u64::from(*percent);
        if drawn < sum {
            return Some(*twist);
        }
    }
    None
}

/// `SplitMix64`: the same seed draws the same numbers.
fn draw(chance: &mut u64) -> u64 {
    *chance = chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*chance ^ (*chance >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// How a refund ends.
pub(crate) fn end_of(twist: Option<RefundTwist>) -> RefundState {
    match twist {
        Some(RefundTwist::Abnormal) => RefundState::Abnormal,
        Some(RefundTwist::Closed) => RefundState::Closed,
        Some(RefundTwist::Slow | RefundTwist::Short) | None => RefundState::Done,
    }
}
