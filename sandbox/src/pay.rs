//! Payment channels as their merchants never see them from inside: their books, how they behave, and what they tell.
//!
//! [`Pay`] is what tests hold. The wire stands in `vendors::{alipay, wechat_pay, unionpay}`, the pages to pay on in `pages::pay`.

pub(crate) mod books;
pub(crate) mod clock;
pub(crate) mod conduct;
pub(crate) mod courier;
pub(crate) mod keys;
pub(crate) mod rsa;
pub(crate) mod trade;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::vendors::alipay::notice as alipay_notice;
use crate::vendors::unionpay::notice as unionpay_notice;
use crate::vendors::wechat_pay::notice as wechat_pay_notice;
use books::{Books, Happened, Key, NotPayable, What};
use clock::Clock;
use conduct::{Conduct, Conducted};
use courier::{Courier, Delivery, Sealed};
use trade::{Channel, Trade};

/// How soon it is seen that a time has come.
const TICK: Duration = Duration::from_millis(100);

/// A notification as it is sent once.
#[derive(Debug, Clone)]
pub struct News {
    /// The address that it goes to.
    pub to: String,
    /// The headers, signed.
    pub headers: Vec<(&'static str, String)>,
    /// The body as it goes out.
    pub body: String,
}

/// The channels' inside: what they know, and how they behave. Clones are the same.
#[derive(Debug, Clone)]
pub struct Pay(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Clock,
    books: Mutex<Books>,
    alipay: Conducted,
    wechat_pay: Conducted,
    unionpay: Conducted,
    courier: Courier,
}

impl Pay {
    /// Only inside a runtime.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self(Arc::new(Shared {
            clock: Clock::default(),
            books: Mutex::default(),
            alipay: Conducted::default(),
            wechat_pay: Conducted::default(),
            unionpay: Conducted::default(),
            courier: Courier::new(stop),
        }))
    }

    /// Every trade that the channels know of or offer, newest first.
    pub fn trades(&self) -> Vec<Trade> {
        self.with(|books, _| books.all().cloned().collect())
    }

    /// The trade with the merchant's number.
    pub fn trade(&self, channel: Channel, number: &str) -> Option<Trade> {
        self.with(|books, _| books.trade(channel, number).cloned())
    }

    /// The buyer pays, once a page or a code of the trade exists.
    ///
    /// # Errors
    ///
    /// When the channel takes no money for it (any more).
    pub fn pay(&self, channel: Channel, number: &str) -> Result<Trade, NotPayable> {
        self.pay_as(channel, number, "sandbox-buyer")
    }

    /// The same, by a certain buyer.
    ///
    /// # Errors
    ///
    /// When the channel takes no money for it (any more).
    pub fn pay_as(&self, channel: Channel, number: &str, buyer: &str) -> Result<Trade, NotPayable> {
        let key = (channel, number.to_owned());
        self.with(|books, now| {
            books.act(&key, now)?;
            books.pay(&key, (buyer, false), self.conducted(channel).take_payment(), now)
        })
    }

    /// Money that was on its way when the time ran out, or when the order was closed.
    ///
    /// # Errors
    ///
    /// When nothing was ever ordered under this number, or when it is paid.
    pub fn pay_late(&self, channel: Channel, number: &str) -> Result<Trade, NotPayable> {
        let key = (channel, number.to_owned());
        self.with(|books, now| books.pay(&key, ("sandbox-buyer", true), self.conducted(channel).take_payment(), now))
    }

    /// The buyer logs in or scans, and does not pay. From then on Alipay knows of the trade.
    ///
    /// # Errors
    ///
    /// When the channel takes no money for it (any more).
    pub fn act(&self, channel: Channel, number: &str) -> Result<Trade, NotPayable> {
        self.with(|books, now| books.act(&(channel, number.to_owned()), now))
    }

    /// So long after the payment that nothing can go back any more; Alipay tells it as a second success.
    pub fn finish(&self, channel: Channel, number: &str) -> Option<Trade> {
        self.with(|books, _| books.finish(&(channel, number.to_owned())))
    }

    /// Tells once more that it was paid; false when it was not.
    pub fn tell_again(&self, channel: Channel, number: &str) -> bool {
        self.with(|books, _| books.tell_again(&(channel, number.to_owned())))
    }

    /// What it would tell of a payment now, signed, without telling it: for whoever tells at a time of their own. Nothing when
    /// it was not paid, or nobody is to be told.
    pub fn news(&self, channel: Channel, number: &str) -> Option<News> {
        let trade = self.trade(channel, number).filter(Trade::is_paid)?;
        let (happened, conduct) = (Happened { trade, what: What::Paid }, self.conduct(channel));
        let letter = match channel {
            Channel::Alipay => alipay_notice::letter(happened, &conduct),
            Channel::WechatPay => wechat_pay_notice::letter(happened, &conduct),
            Channel::Unionpay => unionpay_notice::letter(happened, &conduct),
        }?;
        let Sealed { headers, body } = (letter.seal)(None);
        Some(News { to: letter.to, headers, body })
    }

    /// From now on the channel behaves so.
    pub fn behave(&self, channel: Channel, conduct: Conduct) {
        self.conducted(channel).set(conduct);
    }

    /// How the channel behaves, less what has happened of its schedule.
    pub fn conduct(&self, channel: Channel) -> Conduct {
        self.conducted(channel).get()
    }

    /// What the merchant has at the channel, in fen; without one, as much as is needed. Payments add to it.
    pub fn set_balance(&self, channel: Channel, balance: Option<u64>) {
        self.with(|books, _| books.set_balance(channel, balance));
    }

    /// What the merchant has at the channel.
    pub fn balance(&self, channel: Channel) -> Option<u64> {
        self.with(|books, _| books.balance(channel))
    }

    /// Sets the channels' clock forward. Signatures are still timed by the true one.
    pub fn advance(&self, by: Duration) {
        self.0.clock.advance(by);
        self.with(|_, _| ());
    }

    /// What time it is for the channels.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The last tries to tell the merchant something, newest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.0.courier.deliveries()
    }

    pub(crate) fn conducted(&self, channel: Channel) -> &Conducted {
        match channel {
            Channel::Alipay => &self.0.alipay,
            Channel::WechatPay => &self.0.wechat_pay,
            Channel::Unionpay => &self.0.unionpay,
        }
    }

    /// Everything that reads or changes the books goes through here, so that whatever happened is told.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Books, Timestamp) -> T) -> T {
        let now = self.now();
        let (done, happened) = {
            let mut books = self.0.books.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            books.pass_time(now);
            let done = work(&mut books, now);
            (done, books.take_happened())
        };
        for happened in happened {
            let channel = happened.trade.channel;
            let conducted = self.conducted(channel);
            let letter = match channel {
                Channel::Alipay => alipay_notice::letter(happened, &conducted.get()),
                Channel::WechatPay => wechat_pay_notice::letter(happened, &conducted.get()),
                Channel::Unionpay => unionpay_notice::letter(happened, &conducted.get()),
            };
            if let Some(letter) = letter {
                self.0.courier.carry(letter, conducted.take_news());
            }
        }
        done
    }

    /// The trade that a code opens, and since when the code is good.
    pub(crate) fn by_code(&self, code: &str) -> Option<(Trade, Timestamp)> {
        self.with(|books, _| books.by_code(code).map(|(trade, since)| (trade.clone(), since)))
    }

    /// What happens by itself does so, though nobody asks.
    pub(crate) async fn tick(self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => self.with(|_, _| ()),
            }
        }
    }
}

/// The key of a trade.
pub(crate) fn key_of(trade: &Trade) -> Key {
    (trade.channel, trade.number.clone())
}
