//! How the sandbox is told to fail: per service, in one of the documented ways, a number of times.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

/// Who can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Service {
    #[serde(rename = "tencent.sms")]
    TencentSms,
    #[serde(rename = "tencent.ocr")]
    TencentOcr,
    #[serde(rename = "tencent.face")]
    TencentFace,
    #[serde(rename = "tencent.faceid")]
    TencentFaceId,
    #[serde(rename = "tencent.kyc")]
    TencentKyc,
    #[serde(rename = "aliyun.sms")]
    AliyunSms,
    #[serde(rename = "aliyun.ocr")]
    AliyunOcr,
    #[serde(rename = "aliyun.face")]
    AliyunFace,
    #[serde(rename = "aliyun.cloudauth")]
    AliyunCloudauth,
    #[serde(rename = "smtp")]
    Smtp,
}

/// How a service fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fail {
    /// No answer until long after every client has given up.
    Timeout,
    /// Too many calls, or too many messages to one number.
    Throttle,
    /// The signature is called wrong.
    Signature,
    /// Name and number do not belong together.
    Mismatch,
    /// No face, or no card.
    NoFace,
    /// Blurred, dark, small.
    PoorQuality,
    /// The account has no money.
    Balance,
    /// The number or the address is refused.
    Number,
    /// An inner error.
    Unavailable,
}

pub(crate) const SERVICES: [Service; 10] = [
    Service::TencentSms,
    Service::TencentOcr,
    Service::TencentFace,
    Service::TencentFaceId,
    Service::TencentKyc,
    Service::AliyunSms,
    Service::AliyunOcr,
    Service::AliyunFace,
    Service::AliyunCloudauth,
    Service::Smtp,
];

pub(crate) const FAILS: [Fail; 9] = [
    Fail::Timeout,
    Fail::Throttle,
    Fail::Signature,
    Fail::Mismatch,
    Fail::NoFace,
    Fail::PoorQuality,
    Fail::Balance,
    Fail::Number,
    Fail::Unavailable,
];

/// What `/control` takes. Without `fail` the service works again; without `times` it fails once.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) service: Service,
    #[serde(default)]
    pub(crate) fail: Option<Fail>,
    #[serde(default)]
    pub(crate) times: Option<u32>,
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<BTreeMap<Service, (Fail, u32)>>);

impl Faults {
    pub(crate) fn set(&self, order: &Order) {
        let mut faults = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match order.fail {
            Some(fail) => faults.insert(order.service, (fail, order.times.unwrap_or(1).clamp(1, 1_000_000))),
            None => faults.remove(&order.service),
        };
    }

    /// Should this call fail? Counts it.
    pub(crate) fn take(&self, service: Service) -> Option<Fail> {
        let mut faults = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (fail, times) = faults.get_mut(&service)?;
        let fail = *fail;
        *times -= 1;
        if *times == 0 {
            faults.remove(&service);
        }
        Some(fail)
    }

    pub(crate) fn all(&self) -> Vec<(Service, Fail, u32)> {
        let faults = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        faults.iter().map(|(service, (fail, times))| (*service, *fail, *times)).collect()
    }
}

/// The word for it on the wire and on the page.
pub(crate) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
