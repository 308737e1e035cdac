//! The sandbox's keys. They open nothing anywhere else, and it listens on this machine only, so they are no secrets.

use std::net::SocketAddr;

pub(crate) const TENCENT_ID: &str = "AKIDsandboxsandboxsandboxsandbox0000";
pub(crate) const TENCENT_KEY: &str = "sandbox-tencent-secret-key-000000";
pub(crate) const TENCENT_SMS_APP: &str = "1400000000";
pub(crate) const TENCENT_SMS_TEMPLATE: &str = "1000000";
pub(crate) const TENCENT_SMS_NOTICE: &str = "1000001";
pub(crate) const SMS_SIGN: &str = "考务沙盒";
pub(crate) const FACEID_RULE: &str = "1";
pub(crate) const KYC_APP: &str = "SANDBOX0";
pub(crate) const KYC_SECRET: &str = "sandbox-kyc-secret-0000000000000000000000000000000000000000000000";
pub(crate) const ALIYUN_ID: &str = "LTAIsandboxsandbox00";
pub(crate) const ALIYUN_KEY: &str = "sandbox-aliyun-secret-key-0000";
pub(crate) const ALIYUN_SMS_TEMPLATE: &str = "SMS_000000000";
pub(crate) const ALIYUN_SMS_NOTICE: &str = "SMS_000000001";
/// Most characters of a variable that is no code: the strictest of what vendors document.
pub(crate) const SMS_VARIABLE_CHARS_MAX: usize = 12;
pub(crate) const CLOUDAUTH_SCENE: &str = "1000000000";

/// What points every client here.
pub(crate) fn variables(http: SocketAddr, smtp: SocketAddr) -> Vec<(&'static str, String)> {
    let url = format!("http://{http}");
    let fixed = [
        ("TENCENTCLOUD_SECRET_ID", TENCENT_ID),
        ("TENCENTCLOUD_SECRET_KEY", TENCENT_KEY),
        ("TENCENTCLOUD_SMS_APP_ID", TENCENT_SMS_APP),
        ("TENCENTCLOUD_SMS_SIGN", SMS_SIGN),
        ("TENCENTCLOUD_SMS_TEMPLATE", TENCENT_SMS_TEMPLATE),
        ("TENCENTCLOUD_SMS_NOTICE_TEMPLATE", TENCENT_SMS_NOTICE),
        ("TENCENTCLOUD_FACEID_RULE_ID", FACEID_RULE),
        ("TENCENTCLOUD_KYC_APP_ID", KYC_APP),
        ("TENCENTCLOUD_KYC_SECRET", KYC_SECRET),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIYUN_ID),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIYUN_KEY),
        ("ALIBABA_CLOUD_SMS_SIGN", SMS_SIGN),
        ("ALIBABA_CLOUD_SMS_TEMPLATE", ALIYUN_SMS_TEMPLATE),
        ("ALIBABA_CLOUD_SMS_NOTICE_TEMPLATE", ALIYUN_SMS_NOTICE),
        ("ALIBABA_CLOUD_CLOUDAUTH_SCENE_ID", CLOUDAUTH_SCENE),
        ("SEATHOLD_MAIL_FROM", "考务沙盒 <exam@sandbox.example>"),
    ];
    let addresses = [
        "TENCENTCLOUD_SMS_URL",
        "TENCENTCLOUD_OCR_URL",
        "TENCENTCLOUD_IAI_URL",
        "TENCENTCLOUD_FACEID_URL",
        "TENCENTCLOUD_KYC_URL",
        "ALIBABA_CLOUD_SMS_URL",
        "ALIBABA_CLOUD_OCR_URL",
        "ALIBABA_CLOUD_FACEBODY_URL",
        "ALIBABA_CLOUD_CLOUDAUTH_URL",
    ];
    let fixed = fixed.into_iter().map(|(name, value)| (name, value.to_owned()));
    let addresses = addresses.into_iter().map(|name| (name, url.clone()));
    let letters = [("SEATHOLD_SMTP_URL", format!("smtp://{smtp}"))];
    let others = crate::pay::keys::variables(http);
    fixed.chain(addresses).chain(letters).chain(others).collect()
}
