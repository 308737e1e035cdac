//! The books of all channels: every trade, what becomes of it when the buyer, the merchant or the clock does something,
//! and what the merchant has to be told. In memory and bounded: the oldest trades are forgotten first.

mod refunds;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::clock::china;
use super::conduct::PayTwist;
use super::trade::{Channel, Product, Refund, RefundState, Trade, TradeState};
pub(crate) use refunds::{NewRefund, NotRefundable};

const TRADES_MAX: usize = 50_000;
/// Pages of one trade that are open at once.
const CODES_MAX: usize = 20;

/// Names a trade.
pub(crate) type Key = (Channel, String);

/// An order as it comes in.
pub(crate) struct NewTrade<'a> {
    pub(crate) channel: Channel,
    pub(crate) product: Product,
    pub(crate) number: &'a str,
    pub(crate) amount_fen: u64,
    pub(crate) subject: &'a str,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) notify_url: Option<&'a str>,
    pub(crate) return_url: Option<&'a str>,
    pub(crate) asked: Value,
}

/// Why an order is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clash {
    Paid,
    Closed,
    /// The same number was ordered otherwise.
    Differs,
}

/// Why nobody can pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPayable {
    /// The channel has never heard of it.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was closed.
    Closed,
    /// It is paid already: no channel takes money twice for one number.
    Paid,
}

/// What the merchant has to be told.
#[derive(Debug, Clone)]
pub(crate) struct Happened {
    pub(crate) trade: Trade,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Paid,
    Closed,
    /// The refund with this number came to its end.
    Refund(String),
}

#[derive(Debug, Default)]
pub(crate) struct Books {
    trades: BTreeMap<Key, Trade>,
    ages: VecDeque<Key>,
    codes: HashMap<String, Key>,
    /// When something happens by itself.
    agenda: BTreeSet<(Timestamp, Key)>,
    happened: Vec<Happened>,
    /// What the merchant has at each channel, in fen; without an entry, as much as is needed.
    balances: BTreeMap<Channel, u64>,
    counted: u64,
}

impl Books {
    pub(crate) fn trade(&self, channel: Channel, number: &str) -> Option<&Trade> {
        self.trades.get(&(channel, number.to_owned()))
    }

    pub(crate) fn by_reference(&self, channel: Channel, reference: &str) -> Option<&Trade> {
        self.all().find(|trade| trade.channel == channel && trade.reference.as_deref() == Some(reference))
    }

    /// All trades, the newest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Trade> {
        self.ages.iter().rev().filter_map(|key| self.trades.get(key))
    }

    pub(crate) fn take_happened(&mut self) -> Vec<Happened> {
        std::mem::take(&mut self.happened)
    }

    pub(crate) fn balance(&self, channel: Channel) -> Option<u64> {
        self.balances.get(&channel).copied()
    }

    pub(crate) fn set_balance(&mut self, channel: Channel, balance: Option<u64>) {
        match balance {
            Some(balance) => self.balances.insert(channel, balance),
            None => self.balances.remove(&channel),
        };
    }

    /// Takes an order, or the same one again. At WeChat Pay it must be the same to the letter; at Alipay the sum counts.
    pub(crate) fn offer(&mut self, new: NewTrade<'_>, now: Timestamp) -> Result<Trade, Clash> {
        let key = (new.channel, new.number.to_owned());
        if let Some(trade) = self.trades.get_mut(&key) {
            return again(trade, new);
        }
        let is_known = matches!(new.channel, Channel::WechatPay | Channel::Unionpay);
        let trade = Trade {
            channel: new.channel,
            product: new.product,
            number: new.number.to_owned(),
            reference: None,
            amount_fen: new.amount_fen,
            paid_fen: None,
            subject: new.subject.to_owned(),
            state: if is_known { TradeState::Waiting } else { TradeState::Offered },
            created_at: now,
            expires_at: new.expires_at,
            paid_at: None,
            closed_at: None,
            payer: None,
            refunds: Vec::new(),
            notify_url: new.notify_url.map(str::to_owned),
            return_url: new.return_url.map(str::to_owned),
            asked: new.asked,
            codes: Vec::new(),
        };
        self.forget_oldest();
        self.note(&trade);
        self.ages.push_back(key.clone());
        Ok(self.trades.entry(key).or_insert(trade).clone())
    }

    fn forget_oldest(&mut self) {
        while self.ages.len() >= TRADES_MAX {
            let Some(oldest) = self.ages.pop_front() else { return };
            let codes = self.trades.remove(&oldest).map(|trade| trade.codes).unwrap_or_default();
            codes.iter().for_each(|(code, _)| drop(self.codes.remove(code)));
        }
    }

    /// Puts what will happen by itself on the agenda.
    fn note(&mut self, trade: &Trade) {
        let key = (trade.channel, trade.number.clone());
        let refunds = trade.refunds.iter().filter_map(|refund| Some(refund.ends?.0));
        self.agenda.extend(refunds.chain(trade.expires_at).map(|at| (at, key.clone())));
    }

    /// A new code or page that opens the trade. WeChat Pay's older ones are dead from then on.
    pub(crate) fn issue(&mut self, key: &Key, code: &str, now: Timestamp) {
        let Some(trade) = self.trades.get_mut(key) else { return };
        let dead = match key.0 {
            Channel::WechatPay => trade.codes.len(),
            Channel::Alipay | Channel::Unionpay => (trade.codes.len() + 1).saturating_sub(CODES_MAX),
        };
        for (dead, _) in trade.codes.drain(..dead) {
            self.codes.remove(&dead);
        }
        trade.codes.push((code.to_owned(), now));
        self.codes.insert(code.to_owned(), key.clone());
    }

    /// Where the buyer's browser goes afterwards, when only the page learns it.
    pub(crate) fn set_return(&mut self, key: &Key, address: &str) {
        if let Some(trade) = self.trades.get_mut(key) {
            trade.return_url = Some(address.to_owned());
        }
    }

    /// The trade that a code opens, and since when the code is good.
    pub(crate) fn by_code(&self, code: &str) -> Option<(&Trade, Timestamp)> {
        let trade = self.trades.get(self.codes.get(code)?)?;
        let (_, since) = trade.codes.iter().find(|(known, _)| known == code)?;
        Some((trade, *since))
    }

    /// Closes what is over and ends refunds whose time has come.
    pub(crate) fn pass_time(&mut self, now: Timestamp) {
        while let Some((at, _)) = self.agenda.first()
            && *at <= now
            && let Some((at, key)) = self.agenda.pop_first()
        {
            let Some(trade) = self.trades.get_mut(&key) else { continue };
            if trade.state == TradeState::Waiting && trade.expires_at.is_some_and(|end| end <= at) {
                (trade.state, trade.closed_at) = (TradeState::Closed, Some(at));
                self.happened.push(Happened { trade: trade.clone(), what: What::Closed });
            }
            let due = |refund: &Refund| refund.ends.is_some_and(|(end, _)| end <= at);
            let ended: Vec<usize> = (0..trade.refunds.len()).filter(|&index| due(&trade.refunds[index])).collect();
            for index in ended {
                let refund = &mut trade.refunds[index];
                let Some((end, state)) = refund.ends.take() else { continue };
                (refund.state, refund.ended_at) = (state, Some(end));
                // What came to nothing is the merchant's again; what a card did not take is still on its way.
                if state == RefundState::Closed
                    && let Some(balance) = self.balances.get_mut(&key.0)
                {
                    *balance += refund.amount_fen;
                }
                let what = What::Refund(refund.number.clone());
                self.happened.push(Happened { trade: trade.clone(), what });
            }
        }
    }

    /// The buyer has logged in or scanned: from now on Alipay knows of the trade.
    pub(crate) fn act(&mut self, key: &Key, now: Timestamp) -> Result<Trade, NotPayable> {
        let reference = self.reference(key.0, now);
        let trade = self.trades.get_mut(key).ok_or(NotPayable::Unknown)?;
        payable(trade, now)?;
        if trade.state == TradeState::Offered {
            (trade.state, trade.reference) = (TradeState::Waiting, Some(reference));
            // A time that is told as a length runs from here.
            let length = trade.asked_text("timeout_express").and_then(length);
            if let (None, Some(length)) = (trade.expires_at, length) {
                trade.expires_at = now.checked_add(length).ok();
            }
        }
        let trade = trade.clone();
        self.note(&trade);
        Ok(trade)
    }

    /// The buyer pays. `is_late`: the money was on its way when the time ran out, or when the order was closed. `twist`: it is
    /// another sum.
    pub(crate) fn pay(
        &mut self,
        key: &Key,
        (payer, is_late): (&str, bool),
        twist: Option<PayTwist>,
        now: Timestamp,
    ) -> Result<Trade, NotPayable> {
        let reference = self.reference(key.0, now);
        let trade = self.trades.get_mut(key).ok_or(NotPayable::Unknown)?;
        match payable(trade, now) {
            Err(NotPayable::Expired | NotPayable::Closed) if is_late => {}
            other => other?,
        }
        trade.reference.get_or_insert(reference);
        (trade.state, trade.paid_at, trade.closed_at) = (TradeState::Paid, Some(now), None);
        trade.payer = Some(payer.to_owned());
        trade.paid_fen = twist.map(|twist| twist.sum(trade.amount_fen));
        if let Some(balance) = self.balances.get_mut(&key.0) {
            *balance += trade.told_fen();
        }
        self.happened.push(Happened { trade: trade.clone(), what: What::Paid });
        Ok(trade.clone())
    }

    /// The merchant closes it; why not, otherwise. Closing again is no fault here: the channels differ.
    pub(crate) fn close(&mut self, key: &Key, now: Timestamp) -> Result<Trade, NotPayable> {
        let trade = self.trades.get_mut(key).ok_or(NotPayable::Unknown)?;
        match trade.state {
            TradeState::Paid | TradeState::Finished => return Err(NotPayable::Paid),
            TradeState::Closed => return Err(NotPayable::Closed),
            TradeState::Offered | TradeState::Waiting => {}
        }
        (trade.state, trade.closed_at) = (TradeState::Closed, Some(now));
        if key.0 == Channel::Alipay {
            self.happened.push(Happened { trade: trade.clone(), what: What::Closed });
        }
        Ok(trade.clone())
    }

    /// So long after the payment that nothing goes back any more. It is told as a second success.
    pub(crate) fn finish(&mut self, key: &Key) -> Option<Trade> {
        let trade = self.trades.get_mut(key).filter(|trade| trade.state == TradeState::Paid)?;
        trade.state = TradeState::Finished;
        self.happened.push(Happened { trade: trade.clone(), what: What::Paid });
        Some(trade.clone())
    }

    /// Tells once more that it was paid, if it was.
    pub(crate) fn tell_again(&mut self, key: &Key) -> bool {
        let Some(trade) = self.trades.get(key).filter(|trade| trade.is_paid()) else { return false };
        self.happened.push(Happened { trade: trade.clone(), what: What::Paid });
        true
    }

    fn reference(&mut self, channel: Channel, now: Timestamp) -> String {
        self.counted += 1;
        let day = china(now).strftime("%Y%m%d").to_string();
        match channel {
            Channel::Alipay => format!("{day}22001{:015}", self.counted),
            Channel::WechatPay => format!("4200001234{day}{:010}", self.counted),
            Channel::Unionpay => format!("78{}{:07}", china(now).strftime("%y%m%d%H%M%S"), self.counted),
        }
    }
}

/// The same number again.
fn again(trade: &mut Trade, new: NewTrade<'_>) -> Result<Trade, Clash> {
    match trade.state {
        TradeState::Paid | TradeState::Finished => return Err(Clash::Paid),
        TradeState::Closed => return Err(Clash::Closed),
        TradeState::Offered | TradeState::Waiting => {}
    }
    if trade.channel == Channel::WechatPay {
        let is_same = trade.asked == new.asked && trade.product == new.product;
        return if is_same { Ok(trade.clone()) } else { Err(Clash::Differs) };
    }
    if trade.amount_fen != new.amount_fen {
        return Err(Clash::Differs);
    }
    if trade.state == TradeState::Offered {
        trade.expires_at = new.expires_at;
    }
    trade.notify_url = new.notify_url.map(str::to_owned);
    trade.return_url = new.return_url.map(str::to_owned);
    trade.asked = new.asked;
    Ok(trade.clone())
}

fn payable(trade: &Trade, now: Timestamp) -> Result<(), NotPayable> {
    match trade.state {
        TradeState::Paid | TradeState::Finished => Err(NotPayable::Paid),
        TradeState::Closed if trade.expires_at.is_some_and(|end| end <= now) => Err(NotPayable::Expired),
        TradeState::Closed => Err(NotPayable::Closed),
        TradeState::Offered | TradeState::Waiting => {
            if trade.expires_at.is_some_and(|end| end <= now) {
                Err(NotPayable::Expired)
            } else {
                Ok(())
            }
        }
    }
}

/// `90m`, `2h`, `15d`; `1c` is until the end of the day, which is taken as a day.
pub(crate) fn length(text: &str) -> Option<SignedDuration> {
    let split = text.len().checked_sub(1)?;
    let (count, unit) = (text.get(..split)?.parse::<i64>().ok()?, text.get(split..)?);
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" | "c" => 1_440,
        _ => return None,
    };
    Some(SignedDuration::from_mins(count.checked_mul(minutes)?))
}
