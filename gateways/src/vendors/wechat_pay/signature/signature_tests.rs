//! Our signatures against those that libraries made, byte for byte; probes, windows, sealed texts.

use proptest::prelude::*;
use reqwest::{Method, Url};

use super::*;
use crate::pay::samples::{self, KEY_ID, VENDOR_SERIAL, by_vendor};

const AT: i64 = 1_795_831_200;

fn config() -> WechatPayConfig {
    WechatPayConfig::of(&samples::wechat_pay()).unwrap()
}

fn request(method: &str, path: &str, body: Option<&str>) -> Request {
    let url = Url::parse(&format!("https://api.mch.weixin.qq.com{path}")).unwrap();
    let mut request = Request::new(Method::from_bytes(method.as_bytes()).unwrap(), url);
    *request.body_mut() = body.map(|body| body.to_owned().into());
    request
}

#[test]
fn three_libraries_sign_alike() {
    let vectors = samples::vectors(include_str!("../../../../tests/vectors/wechat_pay.json"));
    let nonce = vectors["nonce"].as_str().unwrap();
    assert_eq!(vectors["seconds"], AT);
    for call in vectors["calls"].as_array().unwrap() {
        let text = |name: &str| call[name].as_str();
        let request = request(text("method").unwrap(), text("path").unwrap(), text("body"));
        assert_eq!(text_to_sign(&request, AT, nonce), text("text").unwrap().as_bytes());
        let ours = authorization(&config(), &request, AT, nonce);
        assert_eq!(ours, text("by_wechatpayv3").unwrap());
        // The others put the same parts in another order, and one writes the serial in lower case.
        let parts = |header: &str| {
            let header = header.replace(&samples::MERCHANT_SERIAL.to_lowercase(), samples::MERCHANT_SERIAL);
            let mut parts: Vec<_> = header.split_once(' ').unwrap().1.split(',').map(str::to_owned).collect();
            parts.sort();
            parts
        };
        assert_eq!(parts(&ours), parts(text("by_node_v3").unwrap()));
        assert_eq!(parts(&ours), parts(text("by_axios_plugin").unwrap()));
    }
}

#[test]
fn an_empty_query_is_signed_as_it_goes_out() {
    let of = |path: &str| String::from_utf8(text_to_sign(&request("GET", path, None), 1, "n")).unwrap();
    assert_eq!(of("/v3/x"), "GET\n/v3/x\n1\nn\n\n");
    assert_eq!(of("/v3/x?"), "GET\n/v3/x?\n1\nn\n\n");
    assert_eq!(of("/v3/x?a=%2B"), "GET\n/v3/x?a=%2B\n1\nn\n\n");
}

fn verdict(changes: &[(&str, Option<&str>)], seconds: i64, now: i64) -> Result<(), NotGenuine> {
    let body = b"{\"a\": 1}";
    let signature = by_vendor(&[format!("{seconds}\nnonce\n").as_bytes(), body, b"\n"].concat());
    let seconds = seconds.to_string();
    let header = |name: &str| {
        let changed = changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
        let value = changed.unwrap_or(match name {
            "wechatpay-signature" => Some(&signature),
            "wechatpay-timestamp" => Some(&seconds),
            "wechatpay-nonce" => Some("nonce"),
            "wechatpay-serial" => Some(KEY_ID),
            _ => None,
        });
        value.map(str::to_owned)
    };
    let keys = config().keys();
    verify(&|serial| keys.get(serial).cloned(), &header, body, Timestamp::from_second(now).unwrap())
}

#[test]
fn either_kind_of_key_is_believed_by_its_number_alone() {
    for serial in [KEY_ID, VENDOR_SERIAL] {
        assert_eq!(verdict(&[("wechatpay-serial", Some(serial))], AT, AT), Ok(()), "{serial}");
    }
    let short = KEY_ID.strip_prefix("PUB_KEY_ID_");
    for serial in
        [Some(""), Some("0"), short, Some("PUB_KEY_ID_"), Some(samples::MERCHANT_SERIAL), Some("0x\u{fc}"), None]
    {
        assert_eq!(verdict(&[("wechatpay-serial", serial)], AT, AT), Err(NotGenuine::Signature), "{serial:?}");
    }
}

#[test]
fn a_probe_is_told_before_anything_else() {
    for rest in ["", "x", "AAAA", "\u{fc}"] {
        let probe = format!("WECHATPAY/SIGNTEST/{rest}");
        let changes =
            [("wechatpay-signature", Some(probe.as_str())), ("wechatpay-serial", None), ("wechatpay-timestamp", None)];
        assert_eq!(verdict(&changes, AT, AT), Err(NotGenuine::Probe));
    }
}

#[test]
fn every_header_is_needed() {
    for name in ["wechatpay-signature", "wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial"] {
        assert_eq!(verdict(&[(name, None)], AT, AT), Err(NotGenuine::Signature), "{name}");
        assert_eq!(verdict(&[(name, Some("1"))], AT, AT), Err(NotGenuine::Signature), "{name}");
    }
    assert_eq!(
        verdict(&[("wechatpay-signature-type", Some("WECHATPAY2-SM2-WITH-SM3"))], AT, AT),
        Err(NotGenuine::Signature)
    );
    assert_eq!(verdict(&[("wechatpay-signature-type", Some(KIND))], AT, AT), Ok(()));
}

#[test]
fn the_window_is_five_minutes_both_ways() {
    for (late, is_in) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
        let told = verdict(&[], AT, AT + late);
        assert_eq!(told, if is_in { Ok(()) } else { Err(NotGenuine::Time) }, "{late}");
    }
}

fn sealed(nonce: &str, ciphertext: &str) -> Sealed {
    Sealed {
        algorithm: "AEAD_AES_256_GCM".into(),
        ciphertext: ciphertext.into(),
        associated_data: "transaction".into(),
        nonce: nonce.into(),
    }
}

proptest! {
    #[test]
    fn no_nonce_and_no_text_makes_it_fall(nonce in "\\PC{0,40}", text in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(sealed(&nonce, &BASE64_STANDARD.encode(&text)).open(&config()).is_none());
        prop_assert!(sealed("fdasflkja484", &String::from_utf8_lossy(&text)).open(&config()).is_none());
    }

    #[test]
    fn serials_are_opaque(serial in "\\PC{0,60}") {
        prop_assume!(serial != KEY_ID && serial != VENDOR_SERIAL);
        prop_assert_eq!(verdict(&[("wechatpay-serial", Some(&serial))], AT, AT), Err(NotGenuine::Signature));
    }
}
