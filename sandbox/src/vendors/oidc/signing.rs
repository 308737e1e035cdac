//! Tokens, signed with RS256. Written apart from the client's way of reading them.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const KEY: &str = include_str!("../../../assets/oidc/provider.key");
/// Its modulus, as a key set writes it.
const MODULUS: &str = include_str!("../../../assets/oidc/provider.n");
pub(super) const KEY_NAME: &str = "sandbox-1";

static PAIR: LazyLock<KeyPair> = LazyLock::new(|| {
    let text: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let bytes = STANDARD.decode(text).expect("the sandbox's own keys are base64");
    KeyPair::from_pkcs8(&bytes).expect("the sandbox's own keys are PKCS #8")
});

/// The key set: what every client may know.
pub(super) fn public() -> Value {
    let key = json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_NAME, "n": MODULUS.trim(), "e": "AQAB",
    });
    json!({ "keys": [key] })
}

/// Header and claims, not signed yet.
pub(super) fn text(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// The signature of a text, as a token has it at its end.
pub(super) fn sign(text: &str) -> String {
    let mut signature = vec![0; PAIR.public_modulus_len()];
    let signed = PAIR.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature);
    signed.expect("a key of 2048 bits signs a digest of 256");
    URL_SAFE_NO_PAD.encode(signature)
}
