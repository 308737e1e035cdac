//! What can be seen of WeChat Pay's settings without asking: which key and which number is which, and the mistakes
//! that everybody makes.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::config::{
    API_URL, APPID, CERT, H5_DOMAIN, KEY, KEY_ID_PREFIX, MCHID, PLATFORM_CERT, PUBLIC_KEY, PUBLIC_KEY_ID, SERIAL,
    VERIFY_WITH, VerifyWith, WechatPayConfig,
};
use crate::pay::remark::Remark;

/// A certificate that ends sooner is spoken of.
const CERTIFICATE_LEFT_MIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Looks at the configuration, and says what is the matter with it.
pub(super) fn check(config: &WechatPayConfig, now: Timestamp) -> Vec<Remark> {
    let mut remarks = Vec::new();
    check_merchant(config, now, &mut remarks);
    check_public_key(config, &mut remarks);
    check_platform(config, now, &mut remarks);
    if config.api.is_local() {
        remarks.push(Remark::warning(API_URL, "is on this machine: it is not WeChat Pay."));
    }
    if config.h5_domain.is_none() {
        let text = "is not set: set it to the host that is registered for H5 payment, to have addresses compared.";
        remarks.push(Remark::warning(H5_DOMAIN, text));
    }
    remarks
}

/// Who we are: number, key, certificate.
fn check_merchant(config: &WechatPayConfig, now: Timestamp, remarks: &mut Vec<Remark>) {
    let ours = config.key.public();
    let text = format!("is the merchant's private key; its public half is {}.", ours.fingerprint());
    remarks.push(Remark::fact(KEY, text));
    if !(8..=10).contains(&config.mchid.len()) || !config.mchid.bytes().all(|byte| byte.is_ascii_digit()) {
        remarks.push(Remark::warning(MCHID, "should have 8 to 10 digits: it is the merchant's number (商户号)."));
    }
    if !config.appid.starts_with("wx") || config.appid.len() != 18 {
        remarks.push(Remark::warning(APPID, "should have 18 characters, wx first: it is the app's AppID."));
    }
    let serial = &config.serial;
    let is_hex = serial.len() == 40 && serial.bytes().all(|byte| byte.is_ascii_hexdigit());
    if serial.starts_with(KEY_ID_PREFIX) {
        let text = "is the number of WeChat Pay's public key: put the number of your own certificate there \
                    (商户API证书序列号).";
        remarks.push(Remark::fault(SERIAL, text));
    } else if !is_hex {
        let text = "should have 40 hexadecimal digits: copy it from the console, or from `openssl x509 -serial`, and \
                    not in decimal.";
        remarks.push(Remark::fault(SERIAL, text));
    }
    if config.platform.iter().any(|one| one.serial_hex().eq_ignore_ascii_case(serial)) {
        let text = format!("is the number of a certificate in {PLATFORM_CERT}: it must be that of your own.");
        remarks.push(Remark::fault(SERIAL, text));
    }
    let Some(own) = &config.own else {
        let text = format!("is not set: set it to apiclient_cert.pem, to have {SERIAL} and {KEY} compared with it.");
        remarks.push(Remark::warning(CERT, text));
        return;
    };
    remarks.push(Remark::fact(CERT, format!("is the certificate of {}, number {}.", own.subject, own.serial_hex())));
    if own.key.as_ref() != Some(&ours) {
        let text = format!("is not of the key in {KEY}: take the pair that was made together.");
        remarks.push(Remark::fault(CERT, text));
    }
    if !own.serial_hex().eq_ignore_ascii_case(serial) {
        let text = format!("is not the number of the certificate in {CERT}, which is {}.", own.serial_hex());
        remarks.push(Remark::fault(SERIAL, text));
    }
    check_end(CERT, own.ends_at, now, remarks);
}

/// WeChat Pay's public key and its number.
fn check_public_key(config: &WechatPayConfig, remarks: &mut Vec<Remark>) {
    let Some((id, key)) = &config.public_key else { return };
    remarks.push(Remark::fact(PUBLIC_KEY, format!("is WeChat Pay's public key {id}; it is {}.", key.fingerprint())));
    if !id.starts_with(KEY_ID_PREFIX) {
        let text = format!("must begin with {KEY_ID_PREFIX}: copy the whole number, prefix and all.");
        remarks.push(Remark::fault(PUBLIC_KEY_ID, text));
    }
    let is_ours = *key == config.key.public();
    let is_certificates = config.own.iter().any(|own| own.key.as_ref() == Some(key));
    if is_ours || is_certificates {
        let text = "is your own public key: download WeChat Pay's (微信支付公钥) from the console, pub_key.pem.";
        remarks.push(Remark::fault(PUBLIC_KEY, text));
    }
}

/// The certificates of the platform.
fn check_platform(config: &WechatPayConfig, now: Timestamp, remarks: &mut Vec<Remark>) {
    let ours = config.key.public();
    for one in &config.platform {
        let (subject, serial) = (&one.subject, one.serial_hex());
        let text = format!("is the certificate of {subject}, number {serial}, valid until {}.", one.ends_at);
        remarks.push(Remark::fact(PLATFORM_CERT, text));
        if one.key.as_ref() == Some(&ours) {
            let text = "is your own certificate (apiclient_cert.pem): put WeChat Pay's platform certificate there.";
            remarks.push(Remark::fault(PLATFORM_CERT, text));
        }
        if one.key.is_none() {
            remarks.push(Remark::fault(PLATFORM_CERT, "is no certificate of an RSA key of 2048 bits or more."));
        }
        check_end(PLATFORM_CERT, one.ends_at, now, remarks);
    }
    match (config.verify_with, &config.public_key, config.platform.is_empty()) {
        (VerifyWith::Certificate, Some(_), _) => {
            let text = "is certificate although there is a public key: set it to key once the console has switched.";
            remarks.push(Remark::warning(VERIFY_WITH, text));
        }
        (VerifyWith::Certificate, None, true) => {
            let text = format!(
                "and {PLATFORM_CERT} are both not set: certificates will be fetched. A merchant of 2024 or later has \
                 none, and needs the public key."
            );
            remarks.push(Remark::warning(PUBLIC_KEY, text));
        }
        _ => {}
    }
}

fn check_end(setting: &'static str, ends_at: Timestamp, now: Timestamp, remarks: &mut Vec<Remark>) {
    if ends_at < now {
        remarks.push(Remark::fault(setting, "has ended: download the new one."));
    } else if ends_at < now + CERTIFICATE_LEFT_MIN {
        remarks.push(Remark::warning(setting, "ends within 30 days: download the new one in time."));
    }
}

/// The browser must come back to the host that is registered.
pub(super) fn check_return(config: &WechatPayConfig, return_url: &str) -> Option<Remark> {
    let domain = config.h5_domain.as_deref()?;
    let host = Url::parse(return_url).ok().and_then(|url| url.host_str().map(str::to_owned))?;
    let text = format!(
        "is {domain}, and the site is at {host}: WeChat Pay refuses to come back to a host that is not registered."
    );
    (!host.eq_ignore_ascii_case(domain)).then(|| Remark::fault(H5_DOMAIN, text))
}

#[cfg(test)]
mod check_tests;
