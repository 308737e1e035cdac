//! Refunds in the books: one a number, never more than is left, and out of what the merchant has.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Books, Key};
use crate::pay::clock::china;
use crate::pay::trade::{Channel, Refund, RefundState, Trade, TradeState};

/// Refunds of one trade, as WeChat Pay has it.
const REFUNDS_MAX: usize = 50;

pub(crate) struct NewRefund<'a> {
    pub(crate) number: &'a str,
    pub(crate) amount_fen: u64,
    pub(crate) reason: &'a str,
    pub(crate) notify_url: Option<&'a str>,
    /// How long it takes, and how it ends.
    pub(crate) takes: Duration,
    pub(crate) ends_as: RefundState,
}

/// Why nothing goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotRefundable {
    Unknown,
    NotPaid,
    Finished,
    /// More than what is left of it.
    TooMuch,
    /// The same number was asked for otherwise.
    Differs,
    /// The merchant's account has too little.
    Short,
}

impl Books {
    /// Money goes back. True when it does by this very call.
    pub(crate) fn refund(
        &mut self,
        key: &Key,
        new: &NewRefund<'_>,
        now: Timestamp,
    ) -> Result<(Trade, Refund, bool), NotRefundable> {
        let reference = self.refund_reference(key.0, now);
        let trade = self.trades.get_mut(key).ok_or(NotRefundable::Unknown)?;
        if let Some(known) = trade.refunds.iter().find(|refund| refund.number == new.number) {
            let is_same = known.amount_fen == new.amount_fen;
            return if is_same { Ok((trade.clone(), known.clone(), false)) } else { Err(NotRefundable::Differs) };
        }
        match trade.state {
            TradeState::Offered => return Err(NotRefundable::Unknown),
            TradeState::Waiting | TradeState::Closed => return Err(NotRefundable::NotPaid),
            TradeState::Finished => return Err(NotRefundable::Finished),
            TradeState::Paid => {}
        }
        if new.amount_fen == 0 || new.amount_fen > trade.refundable_fen() || trade.refunds.len() >= REFUNDS_MAX {
            return Err(NotRefundable::TooMuch);
        }
        if let Some(balance) = self.balances.get_mut(&key.0) {
            *balance = balance.checked_sub(new.amount_fen).ok_or(NotRefundable::Short)?;
        }
        let ends = now.checked_add(SignedDuration::try_from(new.takes).unwrap_or(SignedDuration::MAX));
        let refund = Refund {
            number: new.number.to_owned(),
            reference,
            amount_fen: new.amount_fen,
            state: RefundState::Processing,
            reason: new.reason.to_owned(),
            created_at: now,
            ended_at: None,
            notify_url: new.notify_url.map(str::to_owned),
            ends: Some((ends.unwrap_or(Timestamp::MAX), new.ends_as)),
        };
        trade.refunds.push(refund);
        let trade = trade.clone();
        self.note(&trade);
        self.pass_time(now);
        let trade = self.trades.get(key).ok_or(NotRefundable::Unknown)?;
        let refund = trade.refunds.last().ok_or(NotRefundable::Unknown)?;
        Ok((trade.clone(), refund.clone(), true))
    }

    /// A refund that the buyer's card did not take is on its way again, to another one. None when there is no such refund.
    pub(crate) fn redirect_refund(&mut self, key: &Key, number: &str, end: Timestamp) -> Option<(Trade, Refund)> {
        let trade = self.trades.get_mut(key)?;
        let is_meant = |refund: &&mut Refund| refund.number == number && refund.state == RefundState::Abnormal;
        let refund = trade.refunds.iter_mut().find(is_meant)?;
        (refund.state, refund.ended_at, refund.ends) = (RefundState::Processing, None, Some((end, RefundState::Done)));
        let (refund, trade) = (refund.clone(), trade.clone());
        self.note(&trade);
        Some((trade, refund))
    }

    fn refund_reference(&mut self, channel: Channel, now: Timestamp) -> String {
        // At UnionPay a refund is an order like others.
        if channel == Channel::Unionpay {
            return self.reference(channel, now);
        }
        self.counted += 1;
        format!("5030000{}{:014}", china(now).strftime("%Y%m%d"), self.counted)
    }
}
