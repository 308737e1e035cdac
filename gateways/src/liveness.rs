//! Liveness: the vendor's page sees that a living person is in front of the camera, and compares the face with the
//! police photo of the name and number.

pub(crate) mod check;

use std::sync::Arc;

use crate::faces::error::FaceError;
use crate::vendors::aliyun::face_verify::{AliyunFaceVerify, AliyunFaceVerifyConfig};
use crate::vendors::tencent::faceid::{TencentFaceId, TencentFaceIdConfig};
use crate::vendors::tencent::kyc_browser::{TencentKyc, TencentKycConfig};
pub use check::{LivenessFailure, LivenessOutcome, LivenessRequest, LivenessStart};

/// Begins liveness checks and fetches their outcome. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct Liveness(Arc<Vendor>);

#[derive(Debug)]
enum Vendor {
    TencentBrowser(TencentKyc),
    TencentWechat(TencentFaceId),
    Aliyun(AliyunFaceVerify),
}

impl Liveness {
    /// By Tencent Cloud, in ordinary mobile browsers.
    pub fn tencent_browser(config: TencentKycConfig) -> Self {
        Self(Arc::new(Vendor::TencentBrowser(TencentKyc::new(config))))
    }

    /// By Tencent Cloud, inside WeChat.
    pub fn tencent_wechat(config: TencentFaceIdConfig) -> Self {
        Self(Arc::new(Vendor::TencentWechat(TencentFaceId::new(config))))
    }

    /// By Alibaba Cloud, in ordinary mobile browsers.
    pub fn aliyun(config: AliyunFaceVerifyConfig) -> Self {
        Self(Arc::new(Vendor::Aliyun(AliyunFaceVerify::new(config))))
    }

    /// Registers a check and returns the page to send the browser to.
    pub async fn begin(&self, request: LivenessRequest) -> Result<LivenessStart, FaceError> {
        match &*self.0 {
            Vendor::TencentBrowser(tencent) => tencent.begin(&request).await,
            Vendor::TencentWechat(tencent) => tencent.begin(&request).await,
            Vendor::Aliyun(aliyun) => aliyun.begin(&request).await,
        }
    }

    /// What came of the check.
    pub async fn outcome(&self, token: &str) -> Result<LivenessOutcome, FaceError> {
        match &*self.0 {
            Vendor::TencentBrowser(tencent) => tencent.outcome(token).await,
            Vendor::TencentWechat(tencent) => tencent.outcome(token).await,
            Vendor::Aliyun(aliyun) => aliyun.outcome(token).await,
        }
    }
}
