//! Secrets of endpoints, and signatures under them: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.payload`, as Standard
//! Webhooks 1.0 has it.

use std::fmt;

use aws_lc_rs::{hmac, rand};
use base64::prelude::{BASE64_STANDARD, Engine};
use secrecy::{ExposeSecret, SecretBox};

/// What a secret begins with where people see it.
const PREFIX: &str = "whsec_";
/// Bytes of one that we make; the specification wants 24 to 64.
const NEW_BYTES: usize = 32;
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is whsec_ and 24 to 64 bytes in base64")]
pub struct SecretFault;

/// The secret of one endpoint. `Debug` does not show it.
pub struct WebhookSecret(SecretBox<[u8]>);

impl WebhookSecret {
    /// A new one, of 256 random bits.
    pub fn new() -> Self {
        let mut bytes = vec![0; NEW_BYTES];
        rand::fill(&mut bytes).expect("a system has random bytes, or nothing here would run");
        Self(bytes.into_boxed_slice().into())
    }

    /// Reads [`Self::shown`] back.
    ///
    /// # Errors
    /// [`SecretFault`], when it is none.
    pub fn parse(text: &str) -> Result<Self, SecretFault> {
        let bytes = BASE64_STANDARD.decode(text.strip_prefix(PREFIX).ok_or(SecretFault)?).map_err(|_| SecretFault)?;
        if BYTES.contains(&bytes.len()) { Ok(Self(bytes.into_boxed_slice().into())) } else { Err(SecretFault) }
    }

    /// The secret as its owner enters it.
    pub fn shown(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(self.0.expose_secret()))
    }

    /// The signature of a payload that is sent at this second.
    pub fn sign(&self, id: &str, second: i64, payload: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose_secret());
        let mut context = hmac::Context::with_key(&key);
        for part in [id, ".", &second.to_string(), ".", payload] {
            context.update(part.as_bytes());
        }
        format!("v1,{}", BASE64_STANDARD.encode(context.sign()))
    }
}

impl Default for WebhookSecret {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the reference libraries (libraries/go/webhook_symmetric_test.go, `TestSymmetricWebhookSign`).
    #[test]
    fn a_payload_is_signed_as_the_specification_has_it() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_long_enough_and_shown_to_its_owner_alone() {
        let new = WebhookSecret::new();
        assert_ne!(new.shown(), WebhookSecret::new().shown());
        let again = WebhookSecret::parse(&new.shown()).unwrap();
        assert_eq!(again.sign("a", 1, "{}"), new.sign("a", 1, "{}"));
        assert_eq!(format!("{new:?}"), "WebhookSecret(…)");
        let of = |bytes: usize| format!("whsec_{}", BASE64_STANDARD.encode(vec![7; bytes]));
        assert!(WebhookSecret::parse(&of(24)).is_ok() && WebhookSecret::parse(&of(64)).is_ok());
        for wrong in [of(23), of(65), of(24).replace("whsec_", "whsk_"), "whsec_???".to_owned(), String::new()] {
            assert_eq!(WebhookSecret::parse(&wrong).unwrap_err(), SecretFault, "{wrong}");
        }
    }
}
