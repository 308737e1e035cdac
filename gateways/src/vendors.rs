//! Whom the clients talk to: one folder a vendor, one file a product, which says on top which variables configure it.

pub mod alipay;
pub mod aliyun;
pub mod tencent;
pub mod unionpay;
pub mod wechat_pay;
