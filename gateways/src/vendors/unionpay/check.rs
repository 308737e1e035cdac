//! What can be seen of UnionPay's settings without asking: which key is which, and the mistakes that everybody makes.

use jiff::{SignedDuration, Timestamp};

use super::config::{
    CASHIER_URL, CERT, FILE_URL, GATEWAY_HOST, GATEWAY_URL, KEY, MERCHANT_ID, MIDDLE_CERT, ROOT_CERT, UnionPayConfig,
};
use crate::keys::Certificate;
use crate::pay::remark::Remark;

/// A certificate that ends sooner is spoken of.
const CERTIFICATE_LEFT_MIN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The domain of all that is UnionPay's.
const DOMAIN: &str = ".95516.com";

/// Looks at the settings: what will not work, and which key is which.
pub(super) fn check(config: &UnionPayConfig, now: Timestamp) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let ours = config.key.public();
    remarks
        .push(Remark::fact(KEY, format!("is the merchant's private key; its public half is {}.", ours.fingerprint())));
    if config.merchant.len() != 15 || !config.merchant.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let text = "should have 15 digits: it is the merchant's number (商户号) at UnionPay.";
        remarks.push(Remark::warning(MERCHANT_ID, text));
    }
    let own = &config.own;
    let text = format!("is the certificate of {}; orders name it by {}.", own.subject, own.serial_decimal());
    remarks.push(Remark::fact(CERT, text));
    if own.key.as_ref() != Some(&ours) {
        let text = format!("is not of the key in {KEY}: take both out of the same .pfx file.");
        remarks.push(Remark::fault(CERT, text));
    }
    check_end(CERT, own, now, &mut remarks);
    for (setting, all) in [(MIDDLE_CERT, &config.middles), (ROOT_CERT, &config.roots)] {
        for one in all {
            remarks.push(Remark::fact(
                setting,
                format!("is the certificate of {}, valid until {}.", one.subject, one.ends_at),
            ));
            if one.key.as_ref() == Some(&ours) {
                let text = "is your own certificate: put UnionPay's there (acp_prod_middle.cer, acp_prod_root.cer).";
                remarks.push(Remark::fault(setting, text));
            }
            check_end(setting, one, now, &mut remarks);
        }
    }
    check_hosts(config, &mut remarks);
    remarks
}

/// Is it UnionPay that is asked, and all of it of the same platform?
fn check_hosts(config: &UnionPayConfig, remarks: &mut Vec<Remark>) {
    let hosts = [(GATEWAY_URL, &config.gateway), (CASHIER_URL, &config.cashier), (FILE_URL, &config.files)];
    let is_test = |host: &str| host.contains(".test.");
    for (setting, endpoint) in hosts {
        let host = endpoint.host();
        if endpoint.is_local() {
            remarks.push(Remark::warning(setting, "is on this machine: it is not UnionPay."));
        } else if !host.ends_with(DOMAIN) {
            let text =
                format!("is {host}, which is no host of UnionPay's: it should be {GATEWAY_HOST} or a neighbour of it.");
            remarks.push(Remark::fault(setting, text));
        } else if is_test(&host) != is_test(&config.gateway.host()) {
            let text = format!("is of another platform than {GATEWAY_URL}: set all three to the same one.");
            remarks.push(Remark::fault(setting, text));
        }
    }
    if is_test(&config.gateway.host()) {
        remarks.push(Remark::warning(GATEWAY_URL, "is UnionPay's test platform: no real money moves."));
    }
}

fn check_end(setting: &'static str, certificate: &Certificate, now: Timestamp, remarks: &mut Vec<Remark>) {
    if now < certificate.begins_at {
        remarks.push(Remark::fault(setting, format!("begins only at {}.", certificate.begins_at)));
    } else if certificate.ends_at < now {
        remarks.push(Remark::fault(setting, "has ended: download the new one."));
    } else if certificate.ends_at < now + CERTIFICATE_LEFT_MIN {
        remarks.push(Remark::warning(setting, "ends within 30 days: download the new one in time."));
    }
}

#[cfg(test)]
mod check_tests;
