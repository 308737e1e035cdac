//! Keys and certificates of the played channels and of the one merchant that they know. They were made for this sandbox,
//! stand in its source for everybody to read, and open nothing anywhere else.

use std::net::SocketAddr;

pub(crate) const ALIPAY_APP: &str = "2021000000000000";
pub(crate) const ALIPAY_SELLER: &str = "2088000000000001";
pub(crate) const ALIPAY_APP_KEY: &str = include_str!("../../assets/pay/alipay_app.key");
pub(crate) const ALIPAY_KEY: &str = include_str!("../../assets/pay/alipay.key");
const ALIPAY_PUBLIC_KEY: &str = include_str!("../../assets/pay/alipay.pub");
const ALIPAY_APP_CERT: &str = include_str!("../../assets/pay/alipay_app.crt");
const ALIPAY_CERT: &str = include_str!("../../assets/pay/alipay.crt");
const ALIPAY_ROOT_CERT: &str = include_str!("../../assets/pay/alipay_root.crt");
/// The numbers of the certificates, as Alipay makes them: MD5 of the issuer's name, last part first, and the serial in
/// decimal. They were worked out with openssl and agree with Alipay's SDK (`ops/interop`).
pub(crate) const ALIPAY_APP_CERT_SN: &str = "12646f0f01d8c1fe1363ec761e56ee7c";
pub(crate) const ALIPAY_CERT_SN: &str = "e0f201d9fe5ffe43962a5e86edaff091";
/// The third certificate of the file is not signed with RSA, so it does not count.
pub(crate) const ALIPAY_ROOT_CERT_SN: &str = "8b6efbd9e37e0809c7c1f901dd6a35ea_99ac8d54f9a72e7c17b98a5a8d59f482";

pub(crate) const WECHAT_APP: &str = "wx8888888888888888";
pub(crate) const WECHAT_MERCHANT: &str = "1900000001";
pub(crate) const WECHAT_MERCHANT_SERIAL: &str = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C";
pub(crate) const WECHAT_MERCHANT_KEY: &str = include_str!("../../assets/pay/wechat_merchant.key");
pub(crate) const WECHAT_API_V3_KEY: &str = "sandbox-api-v3-key-0000000000000";
pub(crate) const WECHAT_KEY_ID: &str = "PUB_KEY_ID_0119000000012026112900000000000001";
pub(crate) const WECHAT_KEY: &str = include_str!("../../assets/pay/wechat.key");
const WECHAT_PUBLIC_KEY: &str = include_str!("../../assets/pay/wechat.pub");
pub(crate) const WECHAT_PLATFORM_SERIAL: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
pub(crate) const WECHAT_PLATFORM_KEY: &str = include_str!("../../assets/pay/wechat_platform.key");
pub(crate) const WECHAT_PLATFORM_CERT: &str = include_str!("../../assets/pay/wechat_platform.crt");
const _: () = assert!(WECHAT_API_V3_KEY.len() == 32);

pub(crate) const UNIONPAY_MERCHANT: &str = "777290000000001";
pub(crate) const UNIONPAY_MERCHANT_KEY: &str = include_str!("../../assets/pay/unionpay/merchant.key");
const UNIONPAY_MERCHANT_CERT: &str = include_str!("../../assets/pay/unionpay/merchant.crt");
/// Its number, in decimal: how orders name it.
pub(crate) const UNIONPAY_MERCHANT_SERIAL: &str = "68759585097";
pub(crate) const UNIONPAY_KEY: &str = include_str!("../../assets/pay/unionpay/gateway.key");
/// Of UnionPay's test platform, by its name: nobody takes this sandbox for the real one.
pub(crate) const UNIONPAY_CERT: &str = include_str!("../../assets/pay/unionpay/gateway.crt");
const UNIONPAY_MIDDLE_CERT: &str = include_str!("../../assets/pay/unionpay/middle.crt");
const UNIONPAY_ROOT_CERT: &str = include_str!("../../assets/pay/unionpay/root.crt");

/// What points clients of all channels here: Alipay's by its public key, WeChat Pay's by both kinds of keys.
pub(crate) fn variables(http: SocketAddr) -> Vec<(&'static str, String)> {
    let fixed = [
        ("SEATHOLD_ALIPAY_APP_ID", ALIPAY_APP),
        ("SEATHOLD_ALIPAY_SELLER_ID", ALIPAY_SELLER),
        ("SEATHOLD_ALIPAY_APP_KEY", ALIPAY_APP_KEY),
        ("SEATHOLD_ALIPAY_PUBLIC_KEY", ALIPAY_PUBLIC_KEY),
        ("SEATHOLD_WECHAT_PAY_APPID", WECHAT_APP),
        ("SEATHOLD_WECHAT_PAY_MCHID", WECHAT_MERCHANT),
        ("SEATHOLD_WECHAT_PAY_SERIAL", WECHAT_MERCHANT_SERIAL),
        ("SEATHOLD_WECHAT_PAY_KEY", WECHAT_MERCHANT_KEY),
        ("SEATHOLD_WECHAT_PAY_API_V3_KEY", WECHAT_API_V3_KEY),
        ("SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID", WECHAT_KEY_ID),
        ("SEATHOLD_WECHAT_PAY_PUBLIC_KEY", WECHAT_PUBLIC_KEY),
        ("SEATHOLD_WECHAT_PAY_PLATFORM_CERT", WECHAT_PLATFORM_CERT),
        ("SEATHOLD_UNIONPAY_MERCHANT_ID", UNIONPAY_MERCHANT),
        ("SEATHOLD_UNIONPAY_KEY", UNIONPAY_MERCHANT_KEY),
        ("SEATHOLD_UNIONPAY_CERT", UNIONPAY_MERCHANT_CERT),
        ("SEATHOLD_UNIONPAY_MIDDLE_CERT", UNIONPAY_MIDDLE_CERT),
        ("SEATHOLD_UNIONPAY_ROOT_CERT", UNIONPAY_ROOT_CERT),
    ];
    let fixed = fixed.into_iter().map(|(name, value)| (name, value.to_owned()));
    let addresses = [
        ("SEATHOLD_ALIPAY_GATEWAY_URL", format!("http://{http}/gateway.do")),
        ("SEATHOLD_WECHAT_PAY_API_URL", format!("http://{http}")),
        ("SEATHOLD_UNIONPAY_GATEWAY_URL", format!("http://{http}")),
        ("SEATHOLD_UNIONPAY_CASHIER_URL", format!("http://{http}")),
        ("SEATHOLD_UNIONPAY_FILE_URL", format!("http://{http}")),
    ];
    fixed.chain(addresses).collect()
}

/// What Alipay's clients need in its other mode, beside the merchant's key.
pub(crate) fn certificates() -> Vec<(&'static str, String)> {
    let all = [
        ("SEATHOLD_ALIPAY_APP_CERT", ALIPAY_APP_CERT),
        ("SEATHOLD_ALIPAY_CERT", ALIPAY_CERT),
        ("SEATHOLD_ALIPAY_ROOT_CERT", ALIPAY_ROOT_CERT),
    ];
    all.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}
