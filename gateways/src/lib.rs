//! Clients of the outside world: SMS, mail, reading of identity cards and of order pictures, names and numbers, comparing of
//! faces, liveness, payment, staff's identity provider.
//! No domain: plain strings and bytes go in and out, and every call is bounded in time and in size.
//!
//! In reading order: [`sms`], [`mail`], [`cards`], [`screenshots`], [`faces`], [`liveness`], [`two_elements`], [`pay`],
//! [`oidc`] and [`webhooks`] are what callers know;
//! [`settings`] is where configuration comes from; `vendors` has a folder for each vendor, and of each product a file,
//! which says on top which variables configure it. Errors carry vendors' codes and never personal data.

pub mod cards;
pub mod faces;
pub mod liveness;
pub mod mail;
pub mod oidc;
pub mod pay;
pub mod screenshots;
pub mod settings;
pub mod sms;
pub mod two_elements;
pub mod webhooks;

mod http;
mod keys;
mod vendors;

pub use cards::{Asked, CardError, CardReader, CardSide, CardText, CardWarning, ReadingPlace, Unread};
pub use faces::{FaceComparer, FaceError, Similarity};
pub use liveness::{Liveness, LivenessFailure, LivenessOutcome, LivenessRequest, LivenessStart};
pub use mail::{Letter, MailError, Mailer};
pub use ocr::{ModelsError, Verdict};
pub use oidc::IdentityProvider;
pub use pay::Channel;
pub use screenshots::{OrderText, ScreenshotError, ScreenshotReader, ShownTime};
pub use sms::{Sms, SmsError};
pub use two_elements::{Belonging, TwoElements, TwoElementsError};
pub use vendors::{alipay, aliyun, tencent, unionpay, wechat_pay};
pub use webhooks::WebhookSender;

/// What of the outside world is configured; `None` where nothing is. Cloning is a few reference counts.
#[derive(Debug, Clone, Default)]
pub struct Gateways {
    /// Codes to mobiles.
    pub sms: Option<Sms>,
    /// Who sends letters.
    pub mail: Option<Mailer>,
    /// Reads identity cards.
    pub cards: Option<CardReader>,
    /// Reads pictures of orders.
    pub screenshots: Option<ScreenshotReader>,
    /// Compares two faces.
    pub faces: Option<FaceComparer>,
    /// Sees that a living person is in front of the camera, and who.
    pub liveness: Option<Liveness>,
    /// Knows which name and number belong together.
    pub two_elements: Option<TwoElements>,
    /// Take money, in the order in which they are offered; at most one of a word.
    pub pay: Vec<Channel>,
    /// Tells other systems what has happened.
    pub webhooks: Option<WebhookSender>,
    /// Says who of the staff sits before a browser.
    pub provider: Option<IdentityProvider>,
}
