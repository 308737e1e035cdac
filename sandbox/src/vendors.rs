//! Who is played: each vendor's gateway, with its signatures and its refusals.

pub(crate) mod alipay;
pub(crate) mod aliyun;
pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod kyc;
pub(crate) mod oidc;
mod residents;
pub(crate) mod tencent;
pub(crate) mod unionpay;
pub(crate) mod wechat_pay;
pub(crate) mod zip;
