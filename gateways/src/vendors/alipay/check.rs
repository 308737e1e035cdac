//! What can be seen of Alipay's settings without asking: which key is which, and the mistakes that everybody makes.

use jiff::{SignedDuration, Timestamp};

use super::config::{APP_CERT, APP_ID, APP_KEY, AlipayConfig, CERT, GATEWAY_URL, PUBLIC_KEY, SELLER_ID, Trust};
use crate::pay::remark::Remark;

/// A certificate that ends sooner is spoken of.
const CERTIFICATE_LEFT_MIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Looks at the configuration, and says what is the matter with it.
pub(super) fn check(config: &AlipayConfig, now: Timestamp) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let ours = config.key.public();
    remarks
        .push(Remark::fact(APP_KEY, format!("is the app's private key; its public half is {}.", ours.fingerprint())));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(&config.app_id) || config.app_id.len() != 16 {
        remarks.push(Remark::warning(APP_ID, "should have 16 digits: copy it from the app's page in the console."));
    }
    if !is_digits(&config.seller_id) || config.seller_id.len() != 16 || !config.seller_id.starts_with("2088") {
        remarks.push(Remark::warning(SELLER_ID, "should have 16 digits, 2088 first: it is the account's PID."));
    }
    if config.gateway.host().ends_with("alipaydev.com") {
        remarks.push(Remark::warning(GATEWAY_URL, "is Alipay's sandbox: no real money moves."));
    } else if config.gateway.is_local() {
        remarks.push(Remark::warning(GATEWAY_URL, "is on this machine: it is not Alipay."));
    }
    match &config.trust {
        Trust::Key(key) if *key == ours => remarks.push(Remark::fault(
            PUBLIC_KEY,
            "is your app's own public key. Requests would work and every answer be refused: put Alipay's public key \
             (支付宝公钥) there, which the console shows after yours was uploaded.",
        )),
        Trust::Key(key) => {
            remarks.push(Remark::fact(PUBLIC_KEY, format!("is Alipay's public key; it is {}.", key.fingerprint())));
        }
        Trust::Certificates { app, alipay, .. } => {
            if app.key.as_ref() != Some(&ours) {
                let text = format!("is not of the key in {APP_KEY}: take the pair that was made together.");
                remarks.push(Remark::fault(APP_CERT, text));
            }
            let all = alipay.values().map(|certificate| (CERT, certificate));
            for (setting, certificate) in all.chain([(APP_CERT, app.as_ref())]) {
                let (subject, until) = (&certificate.subject, certificate.ends_at);
                remarks.push(Remark::fact(setting, format!("is the certificate of {subject}, valid until {until}.")));
                if setting == CERT && certificate.key.as_ref() == Some(&ours) {
                    let text = "is your app's own certificate: put alipayCertPublicKey_RSA2.crt there.";
                    remarks.push(Remark::fault(setting, text));
                }
                if until < now {
                    remarks.push(Remark::fault(setting, "has ended: download the new one from the console."));
                } else if until < now + CERTIFICATE_LEFT_MIN {
                    remarks.push(Remark::warning(setting, "ends within 30 days: download the new one in time."));
                }
            }
        }
    }
    remarks
}

#[cfg(test)]
mod check_tests;
