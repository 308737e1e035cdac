//! RSA2: what is signed, and how requests carry it. <https://opendocs.alipay.com/common/02kf5q>,
//! <https://opendocs.alipay.com/common/02mse7>.

use std::collections::BTreeMap;

use jiff::Timestamp;
use url::form_urlencoded::Serializer;

use super::config::{AlipayConfig, Trust};
use crate::pay::words::in_china;

/// A request's parameters; an empty value is none.
pub(super) type Parameters<'a> = BTreeMap<&'a str, String>;

/// Those of every request, without signature.
pub(super) fn common(config: &AlipayConfig, method: &str, now: Timestamp) -> Parameters<'static> {
    let mut parameters = BTreeMap::from([
        ("app_id", config.app_id.clone()),
        ("method", method.to_owned()),
        ("format", "JSON".to_owned()),
        ("charset", "utf-8".to_owned()),
        ("sign_type", "RSA2".to_owned()),
        ("timestamp", in_china(now).strftime("%Y-%m-%d %H:%M:%S").to_string()),
        ("version", "1.0".to_owned()),
    ]);
    if let Trust::Certificates { app, roots, .. } = &config.trust {
        let roots: Vec<_> = roots.iter().map(|root| root.alipay_number()).collect();
        parameters.insert("app_cert_sn", app.alipay_number());
        parameters.insert("alipay_root_cert_sn", roots.join("_"));
    }
    parameters
}

/// Sorted by name, joined, not encoded.
pub(super) fn text_to_sign(parameters: &Parameters<'_>) -> String {
    let pairs = parameters.iter().filter(|(name, value)| **name != "sign" && !value.is_empty());
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Adds the signature.
pub(super) fn sign(config: &AlipayConfig, parameters: &mut Parameters<'_>) {
    let signature = config.key.sign(text_to_sign(parameters).as_bytes());
    parameters.insert("sign", signature);
}

/// As a query or a form has them.
pub(super) fn encoded<'a>(parameters: impl IntoIterator<Item = (&'a &'a str, &'a String)>) -> String {
    let pairs = parameters.into_iter().filter(|(_, value)| !value.is_empty());
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Did Alipay sign this, as `signature` says, by the certificate of this number if it names one?
pub(super) fn is_alipays(trust: &Trust, signed: &[u8], signature: &str, certificate: Option<&str>) -> bool {
    match (trust, certificate) {
        (Trust::Key(key), _) => key.verifies(signed, signature),
        (Trust::Certificates { alipay, .. }, Some(number)) => {
            let key = alipay.get(number).and_then(|certificate| certificate.key.as_ref());
            key.is_some_and(|key| key.verifies(signed, signature))
        }
        (Trust::Certificates { alipay, .. }, None) => {
            let mut keys = alipay.values().filter_map(|certificate| certificate.key.as_ref());
            keys.any(|key| key.verifies(signed, signature))
        }
    }
}

#[cfg(test)]
mod signature_tests;
