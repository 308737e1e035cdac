//! Alipay's open platform, gateway of version 1.0, signed by RSA2:
//! <https://opendocs.alipay.com/open/203>, <https://opendocs.alipay.com/open/194>.
//!
//! Variables: `SEATHOLD_ALIPAY_APP_ID`; `SEATHOLD_ALIPAY_SELLER_ID` (2088…, the account that the money goes to);
//! `SEATHOLD_ALIPAY_APP_KEY` (secret: the app's private key, PEM or bare base64, PKCS#8 or PKCS#1). By keys:
//! `SEATHOLD_ALIPAY_PUBLIC_KEY` (Alipay's public key, from the console; not the app's own). By certificates instead:
//! `SEATHOLD_ALIPAY_APP_CERT` (appCertPublicKey_….crt), `SEATHOLD_ALIPAY_CERT` (alipayCertPublicKey_RSA2.crt) and
//! `SEATHOLD_ALIPAY_ROOT_CERT` (alipayRootCert.crt). `SEATHOLD_ALIPAY_GATEWAY_URL` (default
//! `https://openapi.alipay.com/gateway.do`).

use jiff::civil;

use crate::pay::{
    Bill, BillError, Charge, Finding, News, NotGenuine, OrderCall, PayError, RefundOrder, RefundStanding, Standing,
    Start,
};
use crate::settings::{SettingError, Variables};

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct AlipayConfig {}

impl AlipayConfig {
    /// Reads the variables above.
    pub fn of(_variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {})
    }
}

#[derive(Debug)]
pub(crate) struct Alipay {}

fn not_yet() -> PayError {
    PayError::Unclear("not built yet".into())
}

#[allow(clippy::unused_async)]
impl Alipay {
    pub(crate) fn new(_config: AlipayConfig) -> Self {
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
    pub(crate) async fn query_refund(&self, _number: &str, _payment: &str) -> Result<RefundStanding, PayError> {
        Err(not_yet())
    }
    pub(crate) fn read_notification(&self, _body: &[u8]) -> Result<News, NotGenuine> {
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
