//! What a passkey proves (WebAuthn level 2, sections 7.1 and 7.2), as far as is needed where nobody asks who made the device: no
//! attestation, so nothing of CBOR is read. Browsers give the public key as SubjectPublicKeyInfo (section 5.2.1.1), which is what
//! the library of signatures in the tree takes.
//!
//! The libraries for it were looked at: they bring forty crates, RSA in software with a known hole among them, or OpenSSL.

use aws_lc_rs::signature::{self, ParsedPublicKey, UnparsedPublicKey, VerificationAlgorithm};
use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// Bytes before the flags: a hash of the site.
const SITE_HASH_BYTES: usize = 32;
/// Flags: somebody was there; the device knew who; a new key follows.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const NEW_KEY: u8 = 0x40;
/// Bytes that say which model of device it is. Nobody asks.
const MODEL_BYTES: usize = 16;
/// Longest name that an authenticator gives a key (section 4).
const CREDENTIAL_BYTES_MAX: usize = 1023;

/// What a ceremony is for, in the words of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ceremony {
    Create,
    Get,
}

/// How a key signs, by its number in COSE (RFC 9053, RFC 8812).
pub(super) fn algorithm(number: i32) -> Option<&'static dyn VerificationAlgorithm> {
    match number {
        -7 => Some(&signature::ECDSA_P256_SHA256_ASN1),
        -8 => Some(&signature::ED25519),
        -257 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        _ => None,
    }
}

/// What the browser says of a ceremony.
#[derive(Deserialize)]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

/// Does the browser say that this ceremony was on this site, about this challenge?
pub(super) fn is_of(client: &[u8], ceremony: Ceremony, challenge: &[u8; 32], origin: &str) -> bool {
    let Ok(said) = serde_json::from_slice::<ClientData>(client) else { return false };
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    let answered = URL_SAFE_NO_PAD.decode(said.challenge.as_bytes()).unwrap_or_default();
    let is_asked = constant_time::verify_slices_are_equal(&answered, challenge).is_ok();
    said.r#type == kind && is_asked && said.origin == origin && !said.cross_origin
}

/// The name of a site that keys are for: the host of its origin, where browsers let one have passkeys.
pub(super) fn site_of(origin: &str) -> Option<&str> {
    let (host, is_secure) = match origin.strip_prefix("https://") {
        Some(host) => (host, true),
        None => (origin.strip_prefix("http://")?, false),
    };
    let host = host.split(':').next().filter(|host| !host.is_empty())?;
    (is_secure || host == "localhost").then_some(host)
}

/// What an authenticator says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said<'a> {
    /// How often it has signed; zero where it does not count.
    pub(super) signs: u32,
    /// What it calls the new key; `None` where it signs with one that is known.
    pub(super) credential: Option<&'a [u8]>,
}

/// Reads what an authenticator says (section 6.1), of this site, where it knew who was there.
pub(super) fn said<'a>(data: &'a [u8], site: &str) -> Option<Said<'a>> {
    let (hash, rest) = data.split_at_checked(SITE_HASH_BYTES)?;
    let (flags, rest) = rest.split_first()?;
    let (signs, rest) = rest.split_first_chunk::<4>()?;
    let is_here = hash == digest::digest(&digest::SHA256, site.as_bytes()).as_ref();
    if !is_here || flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return None;
    }
    let credential = match flags & NEW_KEY {
        0 => None,
        _ => {
            let (length, rest) = rest.get(MODEL_BYTES..)?.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let name = rest.get(..length).filter(|name| !name.is_empty() && name.len() <= CREDENTIAL_BYTES_MAX)?;
            Some(name)
        }
    };
    Some(Said { signs: u32::from_be_bytes(*signs), credential })
}

/// Is this a key of that kind? Nothing is signed yet, and a signature of nothing is wrong either way: what is asked is whether the
/// key can be read.
pub(super) fn is_key(number: i32, key: &[u8]) -> bool {
    algorithm(number).is_some_and(|kind| ParsedPublicKey::new(kind, key).is_ok())
}

/// Did this key sign what the authenticator and the browser say?
pub(super) fn is_signed(number: i32, key: &[u8], (data, client): (&[u8], &[u8]), signed: &[u8]) -> bool {
    let Some(kind) = algorithm(number) else { return false };
    let message = [data, digest::digest(&digest::SHA256, client).as_ref()].concat();
    UnparsedPublicKey::new(kind, key).verify(&message, signed).is_ok()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

    use super::*;

    const ORIGIN: &str = "https://staff.example.edu";
    const SITE: &str = "staff.example.edu";

    fn client(kind: &str, challenge: &[u8], origin: &str, more: &str) -> Vec<u8> {
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        format!("{{\"type\":\"{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\"{more}}}").into_bytes()
    }

    fn data(site: &str, flags: u8, signs: u32, more: &[u8]) -> Vec<u8> {
        let hash = digest::digest(&digest::SHA256, site.as_bytes());
        [hash.as_ref(), &[flags], &signs.to_be_bytes(), more].concat()
    }

    #[test]
    fn a_ceremony_is_of_its_challenge_and_of_its_site() {
        let asked = [7; 32];
        let is_good = |client: Vec<u8>| is_of(&client, Ceremony::Get, &asked, ORIGIN);
        assert!(is_good(client("webauthn.get", &asked, ORIGIN, ",\"crossOrigin\":false,\"new\":1")));
        assert!(!is_good(client("webauthn.create", &asked, ORIGIN, "")));
        assert!(!is_good(client("webauthn.get", &[8; 32], ORIGIN, "")));
        assert!(!is_good(client("webauthn.get", &[], ORIGIN, "")));
        assert!(!is_good(client("webauthn.get", &asked, "https://staff.example.edu.evil.example", "")));
        assert!(!is_good(client("webauthn.get", &asked, "http://staff.example.edu", "")));
        assert!(!is_good(client("webauthn.get", &asked, ORIGIN, ",\"crossOrigin\":true")));
        assert!(!is_good(b"{}".to_vec()));
        for (origin, site) in [
            (ORIGIN, Some(SITE)),
            ("https://staff.example.edu:8443", Some(SITE)),
            ("http://localhost:8081", Some("localhost")),
            ("http://staff.example.edu", None),
            ("null", None),
            ("https://", None),
        ] {
            assert_eq!(site_of(origin), site, "{origin}");
        }
    }

    #[test]
    fn an_authenticator_says_who_was_there_and_what_it_made() {
        let known = data(SITE, PRESENT | VERIFIED, 9, &[]);
        assert_eq!(said(&known, SITE), Some(Said { signs: 9, credential: None }));
        assert_eq!(said(&known, "other.example.edu"), None);
        assert_eq!(said(&data(SITE, PRESENT, 9, &[]), SITE), None, "it did not know who was there");
        assert_eq!(said(&data(SITE, VERIFIED, 9, &[]), SITE), None);
        let made = [&[0; MODEL_BYTES][..], &[0, 4], b"nameCBOR"].concat();
        let new = data(SITE, PRESENT | VERIFIED | NEW_KEY, 0, &made);
        assert_eq!(said(&new, SITE), Some(Said { signs: 0, credential: Some(b"name") }));
        for cut in 0..SITE_HASH_BYTES + 1 + 4 + MODEL_BYTES + 2 + 4 {
            assert_eq!(said(&new[..cut], SITE), None, "{cut}");
        }
    }

    #[test]
    fn a_signature_is_of_the_key_and_of_all_that_was_said() {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let pair = EcdsaKeyPair::generate(kind).unwrap();
        let key = AsDer::as_der(pair.public_key()).unwrap().as_ref().to_vec();
        let (data, client) = (data(SITE, PRESENT | VERIFIED, 1, &[]), client("webauthn.get", &[7; 32], ORIGIN, ""));
        let message = [&data[..], digest::digest(&digest::SHA256, &client).as_ref()].concat();
        let signed = pair.sign(&random, &message).unwrap();
        assert!(is_key(-7, &key) && !is_key(-257, &key) && !is_key(-7, &key[1..]) && !is_key(-65_535, &key));
        assert!(is_signed(-7, &key, (&data, &client), signed.as_ref()));
        assert!(!is_signed(-7, &key, (&data[1..], &client), signed.as_ref()));
        assert!(!is_signed(-7, &key, (&data, &client[1..]), signed.as_ref()));
        assert!(!is_signed(-8, &key, (&data, &client), signed.as_ref()));
        assert!(!is_signed(-7, &key, (&data, &client), &[]));
    }
}
