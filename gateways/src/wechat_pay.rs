//! WeChat Pay's API v3: <https://pay.weixin.qq.com/doc/v3/merchant/4012062524>.
//!
//! Variables: `SEATHOLD_WECHAT_PAY_MCHID`, `SEATHOLD_WECHAT_PAY_APPID`; `SEATHOLD_WECHAT_PAY_KEY` (secret: the
//! merchant's private key, apiclient_key.pem) and `SEATHOLD_WECHAT_PAY_SERIAL` (the number of the merchant's
//! certificate) or `SEATHOLD_WECHAT_PAY_CERT` (the certificate itself, apiclient_cert.pem);
//! `SEATHOLD_WECHAT_PAY_API_V3_KEY` (secret, 32 characters). WeChat Pay's own signatures are verified by
//! `SEATHOLD_WECHAT_PAY_PUBLIC_KEY` with `SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID` (PUB_KEY_ID_…), by
//! `SEATHOLD_WECHAT_PAY_PLATFORM_CERT` (one certificate or several), or by both;
//! `SEATHOLD_WECHAT_PAY_VERIFY_WITH` (`key` or `certificate`) says with which of them answers are asked for (default:
//! the key, if there is one). `SEATHOLD_WECHAT_PAY_API_URL` (default `https://api.mch.weixin.qq.com`).
//! `SEATHOLD_WECHAT_PAY_H5_DOMAIN` (the host registered for H5 payment, if it shall be compared) and
//! `SEATHOLD_WECHAT_PAY_REFUND_FROM` (`AVAILABLE`: refunds come from the available balance).

use jiff::civil;

use crate::pay::{
    Bill, BillError, Charge, Finding, News, NotGenuine, OrderCall, PayError, RefundOrder, RefundStanding, Standing,
    Start,
};
use crate::settings::{SettingError, Variables};

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct WechatPayConfig {}

impl WechatPayConfig {
    /// Reads the variables above.
    pub fn of(_variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {})
    }
}

#[derive(Debug)]
pub(crate) struct WechatPay {}

fn not_yet() -> PayError {
    PayError::Unclear("not built yet".into())
}

#[allow(clippy::unused_async)]
impl WechatPay {
    pub(crate) fn new(_config: WechatPayConfig) -> Self {
        Self {}
    }
    pub(crate) fn prepare(&self, _charge: &Charge<'_>) -> Result<OrderCall, PayError> {
        Err(not_yet())
    }
    pub(crate) async fn begin(&self, _call: &OrderCall, _return_url: &str) -> Result<Start, PayError> {
        Err(not_yet())
    }
    pub(crate) async fn query(&self, _number: &str) -> Result<Standing, PayError> {
        Err(not_yet())
    }
    pub(crate) async fn close(&self, _number: &str) -> Result<Standing, PayError> {
        Err(not_yet())
    }
    pub(crate) async fn refund(&self, _order: &RefundOrder<'_>) -> Result<RefundStanding, PayError> {
        Err(not_yet())
    }
    pub(crate) async fn query_refund(&self, _number: &str) -> Result<RefundStanding, PayError> {
        Err(not_yet())
    }
    pub(crate) fn read_notification(
        &self,
        _header: &dyn Fn(&str) -> Option<String>,
        _body: &[u8],
        _now: jiff::Timestamp,
    ) -> Result<News, NotGenuine> {
        Err(NotGenuine::Unreadable)
    }
    pub(crate) async fn bill(&self, _day: civil::Date) -> Result<Bill, BillError> {
        Err(BillError::NotThere)
    }
    pub(crate) fn read_bill(&self, _file: &[u8]) -> Result<Bill, BillError> {
        Err(BillError::NotThere)
    }
    pub(crate) fn check(&self) -> Vec<Finding> {
        Vec::new()
    }
    pub(crate) fn check_addresses(&self, _notify_url: &str, _return_url: &str) -> Vec<Finding> {
        Vec::new()
    }
}
