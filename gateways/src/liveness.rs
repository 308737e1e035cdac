//! Liveness: the vendor's page sees that a living person is in front of the camera, and compares the face with the
//! police photo of the name and number.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::aliyun::face_verify::{AliyunFaceVerify, AliyunFaceVerifyConfig};
use crate::faces::FaceError;
use crate::tencent::faceid::{TencentFaceId, TencentFaceIdConfig};
use crate::tencent::kyc_browser::{TencentKyc, TencentKycConfig};

/// Begins liveness checks and fetches their outcome. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct Liveness(Arc<Vendor>);

#[derive(Debug)]
enum Vendor {
    TencentBrowser(TencentKyc),
    TencentWechat(TencentFaceId),
    Aliyun(AliyunFaceVerify),
}

/// Who is to be checked.
#[derive(Clone)]
pub struct LivenessRequest {
    /// Our number of the check: 32 letters and digits, never used twice.
    pub order: String,
    /// The name.
    pub name: String,
    /// The resident identity number.
    pub number: String,
    /// Where the vendor's page sends the browser afterwards. Coming back proves nothing: ask for the outcome.
    pub return_url: String,
    /// What the browser told of itself, as the vendor's script collects it; only some vendors ask for it.
    pub meta_info: Option<String>,
}

impl fmt::Debug for LivenessRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LivenessRequest").field("order", &self.order).finish_non_exhaustive()
    }
}

/// A check that may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivenessStart {
    /// What [`Liveness::outcome`] asks by; at most 128 characters.
    pub token: String,
    /// The vendor's page, good once and for a short time.
    pub url: String,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq)]
pub enum LivenessOutcome {
    /// Not finished.
    Pending,
    /// A living person whose face is that of the police photo.
    Passed {
        /// 0 to 100, if the vendor tells.
        similarity: Option<f32>,
        /// The best picture of the face (JPEG), if the vendor gives one.
        photo: Option<Bytes>,
    },
    /// Finished otherwise.
    Failed(LivenessFailure),
}

/// Why a check failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LivenessFailure {
    /// Name and number do not belong together.
    Mismatch,
    /// No living person.
    Spoof,
    /// A living person, but another one.
    NotSame,
    /// There is no police photo, or no such person.
    NoRecord,
    /// The person gave up, refused the camera, or ran out of time.
    Cancelled,
    /// Anything else. Holds the vendor's code.
    Other(String),
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
