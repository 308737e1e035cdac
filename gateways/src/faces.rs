//! Comparing two faces, by a vendor.

pub(crate) mod error;
pub(crate) mod similarity;

use std::sync::Arc;

use bytes::Bytes;

use crate::vendors::aliyun::face_compare::{AliyunFaceConfig, AliyunFaces};
use crate::vendors::tencent::face_compare::{TencentFaceConfig, TencentFaces};
pub use error::FaceError;
pub use similarity::Similarity;

/// Compares faces. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct FaceComparer(Arc<Vendor>);

#[derive(Debug)]
enum Vendor {
    Tencent(TencentFaces),
    Aliyun(AliyunFaces),
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
