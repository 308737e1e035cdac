//! Comparing two faces, by a vendor.

use std::sync::Arc;

use bytes::Bytes;

use crate::aliyun::face_compare::{AliyunFaceConfig, AliyunFaces};
use crate::tencent::face_compare::{TencentFaceConfig, TencentFaces};

/// Compares faces. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct FaceComparer(Arc<Vendor>);

#[derive(Debug)]
enum Vendor {
    Tencent(TencentFaces),
    Aliyun(AliyunFaces),
}

/// How alike two faces are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// 0 to 100, on the vendor's scale.
    pub score: f32,
    /// Does the vendor's documented threshold call it one person?
    pub same: bool,
}

/// Why there is no answer about a face.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// A picture shows no face.
    #[error("the picture shows no face: look straight into the camera")]
    NoFace,
    /// A face is too small, dark, covered or blurred.
    #[error("the face cannot be seen well enough: go to even light, uncover the face, come closer")]
    PoorQuality,
    /// The vendor has too much to do.
    #[error("many faces are being compared: try again in a moment")]
    Busy,
    /// The vendor cannot be reached or does not work. Holds its code, or what went wrong.
    #[error("the face service does not answer as it should ({0}): try again later")]
    Unavailable(String),
}

impl FaceComparer {
    /// By Tencent Cloud.
    pub fn tencent(config: TencentFaceConfig) -> Self {
        Self(Arc::new(Vendor::Tencent(TencentFaces::new(config))))
    }

    /// By Alibaba Cloud.
    pub fn aliyun(config: AliyunFaceConfig) -> Self {
        Self(Arc::new(Vendor::Aliyun(AliyunFaces::new(config))))
    }

    /// Compares the largest faces of two pictures (JPEG or PNG).
    pub async fn compare(&self, a: Bytes, b: Bytes) -> Result<Similarity, FaceError> {
        match &*self.0 {
            Vendor::Tencent(tencent) => tencent.compare(a, b).await,
            Vendor::Aliyun(aliyun) => aliyun.compare(a, b).await,
        }
    }
}
