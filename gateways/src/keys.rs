//! RSA keys and certificates in the forms in which payment channels hand them out: PEM or bare base64, PKCS#8, PKCS#1
//! or X.509.

pub(crate) mod digests;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    KeyPair, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaParameters, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use x509_cert::Certificate as X509;
use x509_cert::der::Decode;

use crate::keys::digests::{hex, sha256_hex};
use crate::settings::{SettingError, Variables, wrong};

/// Most certificates in one value.
const CERTIFICATES_MAX: usize = 32;
/// RSA signature algorithms of PKCS#1.
const RSA_SIGNATURES: &str = "1.2.840.113549.1.1.";
/// Of them, the two with which certificates are signed: the authority behind one channel still uses the older one.
const SHA1_WITH_RSA: &str = "1.2.840.113549.1.1.5";
const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";

/// Our private key.
#[derive(Clone)]
pub(crate) struct PrivateKey(Arc<RsaKeyPair>);

/// Somebody's public key: PKCS#1's DER.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey(Vec<u8>);

/// What we need of a certificate.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    /// None where it is not an RSA key.
    pub(crate) key: Option<PublicKey>,
    /// Big-endian, without leading zeros.
    serial: Vec<u8>,
    /// By RFC 2253, the last part first.
    issuer: String,
    pub(crate) subject: String,
    pub(crate) is_rsa_signed: bool,
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    signed: Signed,
}

/// Who vouches for a certificate, and how.
#[derive(Debug, Clone)]
struct Signed {
    /// What is signed, as it stands there.
    text: Vec<u8>,
    /// The algorithm's number.
    by: String,
    signature: Vec<u8>,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public().fingerprint())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

impl PrivateKey {
    pub(crate) fn of(variables: &Variables, name: &str) -> Result<Self, SettingError> {
        let text: SecretString = variables.secret(name)?;
        let no_key = || wrong(name, "is no RSA private key of 2048 bits or more: give the PEM, or its base64");
        let der = blocks(text.expose_secret()).into_iter().next().ok_or_else(no_key)?;
        let pair = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).map_err(|_| no_key())?;
        if pair.public_modulus_len() < 256 {
            return Err(no_key());
        }
        Ok(Self(Arc::new(pair)))
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, in base64.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("a whole key signs into a buffer of its own length");
        BASE64_STANDARD.encode(signature)
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().to_vec())
    }
}

impl PublicKey {
    pub(crate) fn of(variables: &Variables, name: &str) -> Result<Option<Self>, SettingError> {
        let Some(text) = variables.optional(name)? else { return Ok(None) };
        if text.contains("PRIVATE KEY") {
            return Err(wrong(name, "holds a private key: give the public key, and make a new pair"));
        }
        let key = blocks(&text).first().and_then(|der| Self::of_der(der));
        key.map(Some).ok_or_else(|| wrong(name, "is no RSA public key: give the PEM, or its base64"))
    }

    fn of_der(der: &[u8]) -> Option<Self> {
        let key = rsa::PublicKey::from_der(der).ok()?;
        // The modulus alone of a key of 2048 bits fills so many bytes.
        Some(Self(key.as_ref().to_vec())).filter(|key| key.0.len() > 256)
    }

    /// Is this base64 a signature of the message by this key?
    pub(crate) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = BASE64_STANDARD.decode(signature) else { return false };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.0).verify(message, &signature).is_ok()
    }

    /// Sixteen digits that tell it from others.
    pub(crate) fn fingerprint(&self) -> String {
        sha256_hex(&self.0)[..16].to_owned()
    }
}

impl Certificate {
    /// Those in a variable, which may hold several PEM blocks; none where it is not set.
    pub(crate) fn all_of(variables: &Variables, name: &str) -> Result<Vec<Self>, SettingError> {
        let Some(text) = variables.optional(name)? else { return Ok(Vec::new()) };
        let all = Self::all_in(&text);
        if all.is_empty() {
            return Err(wrong(name, "holds no certificate: give the .crt or .pem file as it was downloaded"));
        }
        Ok(all)
    }

    /// Those that can be read; others, of other kinds of signature, are passed over.
    pub(crate) fn all_in(text: &str) -> Vec<Self> {
        blocks(text).iter().take(CERTIFICATES_MAX).filter_map(|der| Self::of_der(der)).collect()
    }

    fn of_der(der: &[u8]) -> Option<Self> {
        let certificate = X509::from_der(der).ok()?;
        let of = certificate.tbs_certificate();
        let serial = of.serial_number().as_bytes();
        let zeros = serial.iter().take_while(|byte| **byte == 0).count();
        let at = |seconds: u64| Timestamp::from_second(i64::try_from(seconds).ok()?).ok();
        let validity = of.validity();
        let by = certificate.signature_algorithm().oid.to_string();
        let signature = certificate.signature().raw_bytes().to_vec();
        Some(Self {
            key: PublicKey::of_der(of.subject_public_key_info().subject_public_key.raw_bytes()),
            serial: serial[zeros..].to_vec(),
            issuer: of.issuer().to_string(),
            subject: of.subject().to_string(),
            is_rsa_signed: by.starts_with(RSA_SIGNATURES),
            begins_at: at(validity.not_before.to_unix_duration().as_secs())?,
            ends_at: at(validity.not_after.to_unix_duration().as_secs())?,
            signed: Signed { text: signed_part(der)?.to_vec(), by, signature },
        })
    }

    /// Does the other one vouch for it?
    pub(crate) fn is_signed_by(&self, other: &Self) -> bool {
        let algorithm: &RsaParameters = match self.signed.by.as_str() {
            SHA256_WITH_RSA => &RSA_PKCS1_2048_8192_SHA256,
            SHA1_WITH_RSA => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            _ => return false,
        };
        let Some(key) = other.key.as_ref().filter(|_| self.issuer == other.subject) else { return false };
        UnparsedPublicKey::new(algorithm, &key.0).verify(&self.signed.text, &self.signed.signature).is_ok()
    }

    /// Its number in decimal digits, as UnionPay writes it.
    pub(crate) fn serial_decimal(&self) -> String {
        decimal(&self.serial)
    }

    /// Its number in upper-case hexadecimal digits, as WeChat Pay writes it.
    pub(crate) fn serial_hex(&self) -> String {
        hex(&self.serial).to_uppercase()
    }

    /// Its number as Alipay makes one: MD5 of the issuer's name and the decimal serial.
    pub(crate) fn alipay_number(&self) -> String {
        hex(&Md5::digest(format!("{}{}", self.issuer, decimal(&self.serial))))
    }
}

/// The first element within the outermost one: the part of a certificate that is signed (X.690, 8.1; RFC 5280, 4.1).
fn signed_part(der: &[u8]) -> Option<&[u8]> {
    let inside = der.get(head_of(der)?.0..)?;
    let (head, content) = head_of(inside)?;
    inside.get(..head.checked_add(content)?)
}

/// How long the head of an element is, and how long what follows it.
fn head_of(der: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*der.get(1)?);
    if first < 0x80 {
        return Some((2, first));
    }
    let count = first & 0x7f;
    let digits = der.get(2..2 + count).filter(|_| (1..=4).contains(&count))?;
    Some((2 + count, digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit))))
}

/// What stands in PEM blocks, or the whole text as base64.
fn blocks(text: &str) -> Vec<Vec<u8>> {
    let decode = |lines: String| BASE64_STANDARD.decode(lines).ok();
    let is_frame = |line: &&str| line.starts_with("-----");
    if !text.contains("-----BEGIN") {
        return decode(text.split_whitespace().collect()).into_iter().collect();
    }
    let mut blocks = Vec::new();
    let mut inside: Option<String> = None;
    for line in text.lines().map(str::trim) {
        match (&mut inside, is_frame(&line)) {
            (None, true) if line.starts_with("-----BEGIN") => inside = Some(String::new()),
            (Some(_), true) => blocks.extend(inside.take().and_then(decode)),
            (Some(lines), false) => lines.push_str(line),
            (None, _) => {}
        }
    }
    blocks
}

/// A big-endian number in decimal digits.
fn decimal(number: &[u8]) -> String {
    let mut digits = vec![0_u8];
    for byte in number {
        let mut carry = u16::from(*byte);
        for digit in &mut digits {
            let value = u16::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 10).expect("below ten");
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).expect("below ten"));
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod keys_tests;
