//! Signatures of API v3, ours and WeChat Pay's, and its sealed texts:
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012365342>, <https://pay.weixin.qq.com/doc/v3/merchant/4012071382>.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use reqwest::Request;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::config::WechatPayConfig;
use crate::keys::PublicKey;
use crate::pay::news::NotGenuine;

/// What signatures begin with that test whether we look.
const PROBE: &str = "WECHATPAY/SIGNTEST/";
const KIND: &str = "WECHATPAY2-SHA256-RSA2048";
/// How old, and how far ahead, a signature may be.
const SECONDS_MAX: u64 = 300;

/// A text that only who has the APIv3 key can read and could have written.
#[derive(Deserialize)]
pub(super) struct Sealed {
    algorithm: String,
    ciphertext: String,
    #[serde(default)]
    associated_data: String,
    nonce: String,
}

/// What is signed of a request: its own bytes, in the address as in the body.
pub(super) fn text_to_sign(request: &Request, seconds: i64, nonce: &str) -> Vec<u8> {
    let url = request.url();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let head = format!("{}\n{}{query}\n{seconds}\n{nonce}\n", request.method(), url.path());
    let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
    [head.as_bytes(), body, b"\n"].concat()
}

/// The header `Authorization`.
pub(super) fn authorization(config: &WechatPayConfig, request: &Request, seconds: i64, nonce: &str) -> String {
    let signature = config.key.sign(&text_to_sign(request, seconds, nonce));
    let (mchid, serial) = (&config.mchid, &config.serial);
    format!(
        "{KIND} mchid=\"{mchid}\",nonce_str=\"{nonce}\",signature=\"{signature}\",timestamp=\"{seconds}\",serial_no=\"{serial}\""
    )
}

/// Did WeChat Pay sign these bytes, just now, by the key that it names? `key` gives one by its number.
pub(super) fn verify(
    key: &dyn Fn(&str) -> Option<PublicKey>,
    header: &dyn Fn(&str) -> Option<String>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), NotGenuine> {
    let must = |name: &str| header(name).ok_or(NotGenuine::Signature);
    let signature = must("wechatpay-signature")?;
    if signature.starts_with(PROBE) {
        return Err(NotGenuine::Probe);
    }
    if header("wechatpay-signature-type").is_some_and(|kind| kind != KIND) {
        return Err(NotGenuine::Signature);
    }
    let (timestamp, nonce) = (must("wechatpay-timestamp")?, must("wechatpay-nonce")?);
    let key = key(&must("wechatpay-serial")?).ok_or(NotGenuine::Signature)?;
    let signed = [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body, b"\n"].concat();
    if !key.verifies(&signed, &signature) {
        return Err(NotGenuine::Signature);
    }
    let seconds: i64 = timestamp.parse().map_err(|_| NotGenuine::Time)?;
    if now.as_second().abs_diff(seconds) > SECONDS_MAX {
        return Err(NotGenuine::Time);
    }
    Ok(())
}

impl Sealed {
    /// The text in it. A nonce of another length than twelve is not the vendor's, and no reason to fall over.
    pub(super) fn open(&self, config: &WechatPayConfig) -> Option<Vec<u8>> {
        if self.algorithm != "AEAD_AES_256_GCM" {
            return None;
        }
        let key = UnboundKey::new(&AES_256_GCM, config.api_v3_key.expose_secret().as_bytes()).ok()?;
        let nonce = Nonce::try_assume_unique_for_key(self.nonce.as_bytes()).ok()?;
        let mut text = BASE64_STANDARD.decode(&self.ciphertext).ok()?;
        let aad = Aad::from(self.associated_data.as_bytes());
        let length = LessSafeKey::new(key).open_in_place(nonce, aad, &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

#[cfg(test)]
mod signature_tests;
