//! RSA signatures of the channels: PKCS #1 v1.5 over SHA-256, written in base64. Written apart from the clients'.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::keys;

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The merchant's at Alipay.
    AlipayApp,
    /// The key of Alipay.
    Alipay,
    /// The merchant's at WeChat Pay.
    WechatMerchant,
    /// WeChat Pay's public key with a `PUB_KEY_ID_`.
    Wechat,
    /// That of WeChat Pay's platform certificate.
    WechatPlatform,
    /// The merchant's at UnionPay.
    UnionpayMerchant,
    /// As UnionPay signs.
    Unionpay,
}

fn pair(key: Key) -> &'static KeyPair {
    static PAIRS: [LazyLock<KeyPair>; 7] = [
        LazyLock::new(|| read(keys::ALIPAY_APP_KEY)),
        LazyLock::new(|| read(keys::ALIPAY_KEY)),
        LazyLock::new(|| read(keys::WECHAT_MERCHANT_KEY)),
        LazyLock::new(|| read(keys::WECHAT_KEY)),
        LazyLock::new(|| read(keys::WECHAT_PLATFORM_KEY)),
        LazyLock::new(|| read(keys::UNIONPAY_MERCHANT_KEY)),
        LazyLock::new(|| read(keys::UNIONPAY_KEY)),
    ];
    &PAIRS[match key {
        Key::AlipayApp => 0,
        Key::Alipay => 1,
        Key::WechatMerchant => 2,
        Key::Wechat => 3,
        Key::WechatPlatform => 4,
        Key::UnionpayMerchant => 5,
        Key::Unionpay => 6,
    }]
}

fn read(pem: &str) -> KeyPair {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let bytes = STANDARD.decode(text).expect("the sandbox's own keys are base64");
    KeyPair::from_pkcs8(&bytes).expect("the sandbox's own keys are PKCS #8")
}

/// The signature of the text, in base64.
pub(crate) fn sign(key: Key, text: &[u8]) -> String {
    let pair = pair(key);
    let mut signature = vec![0; pair.public_modulus_len()];
    let signed = pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature);
    signed.expect("a key of 2048 bits signs a digest of 256");
    STANDARD.encode(signature)
}

/// Is it the key's signature of the text?
pub(crate) fn is_signed(key: Key, text: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair(key).public_key().as_ref());
    public.verify(text, &signature).is_ok()
}

/// A signature that is none, in the same shape.
pub(crate) fn spoiled(signature: &str) -> String {
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    signature.chars().enumerate().map(|(index, c)| if index == 0 { first } else { c }).collect()
}
