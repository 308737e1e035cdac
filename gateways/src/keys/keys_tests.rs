//! Tests of keys and certificates.

use super::*;
use crate::pay::samples;

fn private(text: &str) -> Result<PrivateKey, SettingError> {
    PrivateKey::of(&Variables::default().with([("KEY", text)]), "KEY")
}

fn public(text: &str) -> Result<Option<PublicKey>, SettingError> {
    PublicKey::of(&Variables::default().with([("KEY", text)]), "KEY")
}

/// As consoles show keys: without the frame, in one line or in many.
fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

#[test]
fn a_key_is_read_in_every_form_in_which_it_is_handed_out() {
    let ours = private(samples::MERCHANT).unwrap().public();
    for text in [samples::MERCHANT_PKCS1, &bare(samples::MERCHANT), &bare(samples::MERCHANT_PKCS1)] {
        assert_eq!(private(text).unwrap().public(), ours);
    }
    assert_eq!(private(&samples::MERCHANT.replace('\n', "\r\n")).unwrap().public(), ours);
    assert_eq!(public(samples::MERCHANT_PUBLIC).unwrap().unwrap(), ours);
    assert_eq!(public(&bare(samples::MERCHANT_PUBLIC)).unwrap().unwrap(), ours);
    let certificate = &Certificate::all_in(samples::MERCHANT_CERT)[0];
    assert_eq!(certificate.key.as_ref().unwrap(), &ours);
    assert_eq!(certificate.serial_hex(), samples::MERCHANT_SERIAL);
}

#[test]
fn what_is_no_key_is_refused_in_words_and_never_shown() {
    for text in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", samples::MERCHANT_PUBLIC] {
        assert!(private(text).is_err());
        if text != samples::MERCHANT_PUBLIC {
            assert!(public(text).is_ok_and(|key| key.is_none()) || public(text).is_err());
        }
    }
    let told = public(samples::MERCHANT).unwrap_err().to_string();
    assert_eq!(told, "KEY holds a private key: give the public key, and make a new pair");
    let shown = format!("{:?}", private(samples::MERCHANT).unwrap());
    assert!(shown.starts_with("PrivateKey(of ") && shown.len() < 40, "{shown}");
}

#[test]
fn what_one_key_signs_only_its_other_half_verifies() {
    let signature = samples::by_vendor(b"text");
    let theirs = public(samples::VENDOR_PUBLIC).unwrap().unwrap();
    assert!(theirs.verifies(b"text", &signature));
    assert!(!theirs.verifies(b"texT", &signature));
    assert!(!public(samples::MERCHANT_PUBLIC).unwrap().unwrap().verifies(b"text", &signature));
    for wrong in ["", "AAAA", "WECHATPAY/SIGNTEST/x", "ü", &signature[1..]] {
        assert!(!theirs.verifies(b"text", wrong), "{wrong}");
    }
}

#[test]
fn serials_become_decimal() {
    for (bytes, text) in
        [(&[][..], "0"), (&[0], "0"), (&[255], "255"), (&[1, 0], "256"), (&[0xff; 8], "18446744073709551615")]
    {
        assert_eq!(decimal(bytes), text);
    }
}

#[test]
fn certificates_of_other_kinds_are_read_and_told_apart() {
    let roots = Certificate::all_in(samples::ROOTS);
    assert_eq!(roots.iter().map(|root| root.is_rsa_signed).collect::<Vec<_>>(), [true, false, true]);
    assert!(roots[1].key.is_none());
    assert!(Certificate::all_in("nothing").is_empty());
}
