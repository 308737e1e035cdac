//! Answers: pairs that are not encoded, and all that comes in their place.

use bytes::Bytes;
use proptest::prelude::*;
use reqwest::header::HeaderMap;

use super::*;
use crate::pay::samples::{self, UNIONPAY_CERT, UNIONPAY_MERCHANT, by_unionpay};

fn reply(status: u16, body: impl Into<Bytes>) -> Reply {
    Reply { status, headers: HeaderMap::new(), body: body.into() }
}

fn config() -> UnionPayConfig {
    UnionPayConfig::of(&samples::unionpay()).unwrap()
}

fn read_now(body: impl Into<Bytes>) -> Result<Fields, PayError> {
    read(&config(), &reply(200, body), Timestamp::now())
}

fn said(more: &[(&str, &str)]) -> String {
    let mut fields: BTreeMap<String, String> =
        [("version", "5.1.0"), ("signMethod", "01"), ("merId", UNIONPAY_MERCHANT), ("respCode", "00")]
            .into_iter()
            .chain(more.iter().copied())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
    fields = by_unionpay(fields, UNIONPAY_CERT);
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[test]
fn pairs_stand_as_they_are_and_braces_keep_theirs_together() {
    let fields = read_now(said(&[("accNo", "a+b/c=="), ("of", "{x=1&y=2}"), ("more", "[a&b]&c"), ("none", "")]));
    // The bracket is closed before the last one, so that a pair without a name is left.
    assert!(matches!(fields, Err(PayError::Unclear(_))));
    let fields = read_now(said(&[("accNo", "a+b/c=="), ("of", "{x=1&y=2}"), ("none", "")])).unwrap();
    assert_eq!((fields.get("accNo"), fields.get("of"), fields.get("none")), (Some("a+b/c=="), Some("{x=1&y=2}"), None));
    assert!(fields.get("signPubKeyCert").unwrap().starts_with("-----BEGIN CERTIFICATE-----\r\n"));
    assert_eq!(fields.code(), "00");
}

#[test]
fn what_comes_in_the_place_of_an_answer_is_unclear() {
    for body in ["", "<html><body>502</body></html>", "respCode=00&respMsg=ok", "respCode", "=1", "respCode=06"] {
        assert!(matches!(read_now(body.to_owned()), Err(PayError::Unclear(_))), "{body}");
    }
    for status in [302, 404, 500, 502] {
        let told = read(&config(), &reply(status, said(&[])), Timestamp::now());
        assert_eq!(told, Err(PayError::Unclear(format!("http {status}"))));
    }
    let twice = format!("{}&respCode=01", said(&[]));
    assert_eq!(read_now(twice), Err(PayError::Unclear("garbled answer".into())));
    let spoiled = said(&[]).replace("respCode=00", "respCode=34");
    assert_eq!(read_now(spoiled), Err(PayError::Unclear("the signature is not UnionPay's".into())));
    let other = said(&[]).replace(UNIONPAY_MERCHANT, "777290058167152");
    assert!(matches!(read_now(other), Err(PayError::Unclear(_))));
    let foreign = said(&[("merId", "777290058167152")]);
    assert_eq!(read_now(foreign), Err(PayError::Unclear("an answer about another merchant".into())));
}

#[test]
fn a_refusal_at_the_door_needs_no_signature() {
    let told = read_now("respCode=11&respMsg=Signature verification failed[9100004]");
    assert_eq!(told, Err(PayError::Refused("11".into())));
    assert_eq!(read_now("respCode=34"), Err(PayError::Unclear("an answer without signature".into())));
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_it_fall(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let is_done = read_now(body).is_ok();
        prop_assert!(!is_done);
    }

    #[test]
    fn nothing_like_pairs_makes_it_fall(body in "([a-z]{0,3}=?[{}\\[\\]a-z]{0,4}&?){0,12}") {
        let is_done = read_now(body).is_ok();
        prop_assert!(!is_done);
    }
}
