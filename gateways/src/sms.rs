//! Codes and notices to mobiles, over whichever vendor is configured.

pub(crate) mod error;

use std::sync::Arc;

use crate::vendors::aliyun::sms::{AliyunSms, AliyunSmsConfig};
use crate::vendors::tencent::sms::{TencentSms, TencentSmsConfig};
pub use error::SmsError;

/// Sends codes. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct Sms(Arc<Vendor>);

#[derive(Debug)]
enum Vendor {
    Tencent(TencentSms),
    Aliyun(AliyunSms),
}

impl Sms {
    /// Over Tencent Cloud SMS.
    pub fn tencent(config: TencentSmsConfig) -> Self {
        Self(Arc::new(Vendor::Tencent(TencentSms::new(config))))
    }

    /// Over Alibaba Cloud SMS.
    pub fn aliyun(config: AliyunSmsConfig) -> Self {
        Self(Arc::new(Vendor::Aliyun(AliyunSms::new(config))))
    }

    /// Is a template for notices configured?
    pub fn can_notify(&self) -> bool {
        match &*self.0 {
            Vendor::Tencent(tencent) => tencent.can_notify(),
            Vendor::Aliyun(aliyun) => aliyun.can_notify(),
        }
    }

    /// Tells a mainland mobile that something happened: `event` of at most 12 characters goes into the template for
    /// notices. Without one it is [`SmsError::Rejected`].
    pub async fn send_notice(&self, mobile: &str, event: &str) -> Result<(), SmsError> {
        match &*self.0 {
            Vendor::Tencent(tencent) => tencent.send_notice(mobile, event).await,
            Vendor::Aliyun(aliyun) => aliyun.send_notice(mobile, event).await,
        }
    }

    /// Sends `code` (up to 6 digits) to a mainland mobile (11 digits, no country code).
    pub async fn send_code(&self, mobile: &str, code: &str) -> Result<(), SmsError> {
        match &*self.0 {
            Vendor::Tencent(tencent) => tencent.send_code(mobile, code).await,
            Vendor::Aliyun(aliyun) => aliyun.send_code(mobile, code).await,
        }
    }
}
