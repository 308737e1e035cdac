//! Do a name and a number belong together (二要素核验)? By a vendor that asks the register of residents. Says nothing of who
//! holds the card.

pub(crate) mod answer;

use std::sync::Arc;

use crate::vendors::aliyun::two_elements::{AliyunTwoElements, AliyunTwoElementsConfig};
use crate::vendors::tencent::two_elements::{TencentTwoElements, TencentTwoElementsConfig};
pub use answer::{Belonging, TwoElementsError};

/// Asks whether a name and a number belong together. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct TwoElements(Arc<Vendor>);

#[derive(Debug)]
enum Vendor {
    Tencent(TencentTwoElements),
    Aliyun(AliyunTwoElements),
}

impl TwoElements {
    /// By Tencent Cloud.
    pub fn tencent(config: TencentTwoElementsConfig) -> Self {
        Self(Arc::new(Vendor::Tencent(TencentTwoElements::new(config))))
    }

    /// By Alibaba Cloud.
    pub fn aliyun(config: AliyunTwoElementsConfig) -> Self {
        Self(Arc::new(Vendor::Aliyun(AliyunTwoElements::new(config))))
    }

    /// Asks for a name and a resident identity number of 18 characters.
    ///
    /// # Errors
    ///
    /// When the vendor has no answer; what it makes of the two is none.
    pub async fn check(&self, name: &str, number: &str) -> Result<Belonging, TwoElementsError> {
        match &*self.0 {
            Vendor::Tencent(tencent) => tencent.check(name, number).await,
            Vendor::Aliyun(aliyun) => aliyun.check(name, number).await,
        }
    }
}
