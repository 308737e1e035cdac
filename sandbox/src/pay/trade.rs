//! What a channel knows of a trade, in plain values: they are the sandbox's books, and what `/pay/books.json` shows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who takes the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Alipay, by its gateway of the second version.
    Alipay,
    /// WeChat Pay, by its interface of the third version.
    WechatPay,
    /// UnionPay, by its gateway for cards of every bank.
    Unionpay,
}

/// All of them.
pub(crate) const CHANNELS: [Channel; 3] = [Channel::Alipay, Channel::WechatPay, Channel::Unionpay];

impl Channel {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alipay => "支付宝",
            Self::WechatPay => "微信支付",
            Self::Unionpay => "银联在线",
        }
    }
}

/// What was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Alipay's page for browsers of phones.
    Wap,
    /// Alipay's code to scan.
    Precreate,
    /// WeChat Pay's page for browsers of phones.
    H5,
    /// WeChat Pay's code.
    Native,
    /// UnionPay's page, which leads on to banks.
    Gateway,
}

/// Where a trade stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeState {
    /// A page or a code exists, but the buyer has not acted: Alipay says that there is no such trade.
    Offered,
    /// Nobody has paid yet.
    Waiting,
    /// Paid. What was refunded stands with the refunds.
    Paid,
    /// Not paid, and it cannot be any more.
    Closed,
    /// Paid, and too long ago for a refund.
    Finished,
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// On its way.
    Processing,
    /// The buyer has the money.
    Done,
    /// The buyer's card takes none.
    Abnormal,
    /// It came to nothing.
    Closed,
}

/// Money on its way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The merchant's number of it.
    pub number: String,
    /// The channel's own.
    pub reference: String,
    /// How much, in fen.
    pub amount_fen: u64,
    /// Where it stands.
    pub state: RefundState,
    /// Why, as the merchant said.
    pub reason: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// Where the end is told, if elsewhere than the payment.
    pub notify_url: Option<String>,
    /// What will become of it, and when, while it is on its way.
    #[serde(skip)]
    pub(crate) ends: Option<(Timestamp, RefundState)>,
}

/// One trade as the channel knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Whose books it is in.
    pub channel: Channel,
    /// What was ordered.
    pub product: Product,
    /// The merchant's number.
    pub number: String,
    /// The channel's own, once it gave one.
    pub reference: Option<String>,
    /// How much was ordered, in fen.
    pub amount_fen: u64,
    /// How much was paid, in fen, where it is another sum: no true channel lets that happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_fen: Option<u64>,
    /// What is paid for.
    pub subject: String,
    /// Where it stands.
    pub state: TradeState,
    /// When the channel first heard of it.
    pub created_at: Timestamp,
    /// After this nobody can pay.
    pub expires_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it was closed without having been paid.
    pub closed_at: Option<Timestamp>,
    /// The channel's opaque name of the buyer.
    pub payer: Option<String>,
    /// What went back.
    pub refunds: Vec<Refund>,
    /// Where the merchant wants to hear of it.
    pub notify_url: Option<String>,
    /// Where the browser goes afterwards.
    pub return_url: Option<String>,
    /// The order as it was asked for.
    #[serde(skip)]
    pub(crate) asked: Value,
    /// The codes and pages that open it, and since when each is good.
    #[serde(skip)]
    pub(crate) codes: Vec<(String, Timestamp)>,
}

impl Trade {
    /// Was it paid, whatever went back since?
    pub fn is_paid(&self) -> bool {
        matches!(self.state, TradeState::Paid | TradeState::Finished)
    }

    /// How much it is of as the channel tells it, in fen: what was paid, or else what was ordered.
    pub fn told_fen(&self) -> u64 {
        self.paid_fen.unwrap_or(self.amount_fen)
    }

    /// What has reached the buyer again, in fen.
    pub fn refunded_fen(&self) -> u64 {
        self.refunds.iter().filter(|refund| refund.state == RefundState::Done).map(|refund| refund.amount_fen).sum()
    }

    /// What can still go back, in fen: what is on its way counts as gone.
    pub fn refundable_fen(&self) -> u64 {
        let gone = self.refunds.iter().filter(|refund| refund.state != RefundState::Closed);
        self.told_fen().saturating_sub(gone.map(|refund| refund.amount_fen).sum())
    }

    /// A text of the order as it was asked for.
    pub(crate) fn asked_text(&self, name: &str) -> Option<&str> {
        self.asked.get(name).and_then(Value::as_str)
    }
}

/// Fen as yuan with two places: how Alipay, and every bill, writes money.
pub(crate) fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// Yuan with at most two places as fen.
pub(crate) fn fen(yuan: &str) -> Option<u64> {
    let (whole, part) = yuan.split_once('.').unwrap_or((yuan, "00"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(part) || part.len() > 2 || whole.len() > 9 {
        return None;
    }
    let part = format!("{part:0<2}");
    Some(whole.parse::<u64>().ok()? * 100 + part.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_without_floats() {
        let cases = [
            ("88.00", Some(8_800)),
            ("0.1", Some(10)),
            ("5", Some(500)),
            ("0.01", Some(1)),
            ("100000000", Some(10_000_000_000)),
        ];
        for (text, wanted) in cases {
            assert_eq!(fen(text), wanted, "{text}");
        }
        for wrong in ["", ".", "1.", ".5", "1.234", "-1", "1e3", "１", "1,000", " 1"] {
            assert_eq!(fen(wrong), None, "{wrong}");
        }
        assert_eq!(yuan(8_805), "88.05");
    }
}
