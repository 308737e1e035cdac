//! Which requests Alipay takes, and what it says to the others.

use serde_json::json;

use super::merchant::{Merchant, form, sign};

const QUERY: &str = "alipay.trade.query";

#[tokio::test]
async fn query_and_form_count_together() {
    let merchant = Merchant::open().await;
    let pairs = merchant.alipay_signed(merchant.alipay_call(QUERY, &json!({ "out_trade_no": "N1" })));
    let url = merchant.variable("SEATHOLD_ALIPAY_GATEWAY_URL").to_owned();
    let (content, others): (Vec<_>, Vec<_>) = pairs.clone().into_iter().partition(|(name, _)| name == "biz_content");
    let post = |url: String, body: String| {
        merchant.client.post(url).header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8").body(body)
    };
    let ways = [
        merchant.client.get(format!("{url}?{}", form(&pairs))),
        post(url.clone(), form(&pairs)),
        post(format!("{url}?{}", form(&others)), form(&content)),
    ];
    for way in ways {
        let text = way.send().await.unwrap().text().await.unwrap();
        assert_eq!(merchant.alipay_opened(QUERY, &text)["sub_code"], "ACQ.TRADE_NOT_EXIST");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_has_a_code_each() {
    let merchant = Merchant::open().await;
    let call = || merchant.alipay_call(QUERY, &json!({ "out_trade_no": "N1" }));
    let without = |name: &str| {
        let pairs = call().into_iter().filter(|(known, _)| known != name).collect();
        merchant.alipay_signed(pairs)
    };
    let with = |name: &str, value: &str| {
        let changed =
            |(known, old): (String, String)| if known == name { (known, value.to_owned()) } else { (known, old) };
        merchant.alipay_signed(call().into_iter().map(changed).collect())
    };
    let unsigned = call();
    let mut changed = merchant.alipay_signed(call());
    changed.iter_mut().filter(|(name, _)| name == "biz_content").for_each(|(_, value)| value.push(' '));
    let mut others = call();
    others.push(("sign".into(), sign(include_str!("../../../assets/pay/alipay.key"), b"anything")));
    let cases = [
        (unsigned, "40001", "isv.missing-signature"),
        (changed, "40002", "isv.invalid-signature"),
        (others, "40002", "isv.invalid-signature"),
        (without("timestamp"), "40001", "isv.missing-timestamp"),
        (without("version"), "40001", "isv.missing-version"),
        (without("sign_type"), "40001", "isv.missing-signature-type"),
        (with("sign_type", "RSA"), "40002", "isv.invalid-signature-type"),
        (with("version", "2.0"), "40002", "isv.invalid-version"),
        (with("format", "XML"), "40002", "isv.invalid-format"),
        (with("charset", "latin1"), "40002", "isv.invalid-charset"),
        // Eight hours before: a clock in another zone.
        (
            with("timestamp", &jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S").to_string()),
            "40002",
            "isv.invalid-timestamp",
        ),
        (with("timestamp", "yesterday"), "40002", "isv.invalid-timestamp"),
        (with("biz_content", "no JSON"), "40002", "isv.invalid-parameter"),
    ];
    for (pairs, code, sub_code) in cases {
        let answer = merchant.alipay_opened(QUERY, &merchant.alipay_text(&pairs).await);
        assert_eq!((&answer["code"], &answer["sub_code"]), (&json!(code), &json!(sub_code)));
    }
    // Who asks, or what for, is not known: there is no envelope of a method, and no signature.
    for (pairs, sub_code) in [
        (with("app_id", "2021999999999999"), "isv.invalid-app-id"),
        (with("method", "alipay.trade.none"), "isv.invalid-method"),
        (without("method"), "isv.missing-method"),
    ] {
        let text = merchant.alipay_text(&pairs).await;
        assert!(text.starts_with("{\"error_response\":{") && text.contains(sub_code), "{text}");
    }
}

#[tokio::test]
async fn empty_values_are_not_signed_and_new_parameters_are() {
    let merchant = Merchant::open().await;
    let mut pairs = merchant.alipay_call(QUERY, &json!({ "out_trade_no": "N1" }));
    pairs.push(("app_auth_token".into(), String::new()));
    pairs.push(("alipay_sdk".into(), "of our own/1 + 2 & more=?".into()));
    let answer = merchant.alipay_opened(QUERY, &merchant.alipay_text(&merchant.alipay_signed(pairs)).await);
    assert_eq!(answer["sub_code"], "ACQ.TRADE_NOT_EXIST");
}

#[tokio::test]
async fn a_request_in_gbk_is_answered_in_gbk() {
    let merchant = Merchant::open().await;
    let mut pairs = merchant.alipay_call(QUERY, &json!({ "out_trade_no": "N1" }));
    pairs.iter_mut().filter(|(name, _)| name == "charset").for_each(|(_, value)| *value = "GBK".into());
    let call = merchant.client.post(merchant.variable("SEATHOLD_ALIPAY_GATEWAY_URL"));
    let call = call.header("Content-Type", "application/x-www-form-urlencoded");
    let answer = call.body(form(&merchant.alipay_signed(pairs))).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/html;charset=GBK");
    let bytes = answer.bytes().await.unwrap();
    let text = encoding_rs::GB18030.decode(&bytes).0;
    assert!(text.contains("交易不存在"), "{text}");
}

#[tokio::test]
async fn certificates_have_numbers_that_must_be_right() {
    let merchant = Merchant::open().await;
    let number = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let app = number("app_cert_sn", "12646f0f01d8c1fe1363ec761e56ee7c");
    let roots = number("alipay_root_cert_sn", "8b6efbd9e37e0809c7c1f901dd6a35ea_99ac8d54f9a72e7c17b98a5a8d59f482");
    // The certificate that is not signed with RSA is among them.
    let too_many = number("alipay_root_cert_sn", &format!("82fe67303cf1d79750f2e4c638b3584e_{}", roots.1));
    let ask = async |added: Vec<(String, String)>| {
        let mut pairs = merchant.alipay_call(QUERY, &json!({ "out_trade_no": "N1" }));
        pairs.extend(added);
        merchant.alipay_text(&merchant.alipay_signed(pairs)).await
    };
    let text = ask(vec![app.clone(), roots.clone()]).await;
    assert!(text.contains(",\"alipay_cert_sn\":\"e0f201d9fe5ffe43962a5e86edaff091\",\"sign\":"), "{text}");
    assert_eq!(merchant.alipay_opened(QUERY, &text)["sub_code"], "ACQ.TRADE_NOT_EXIST");
    assert!(ask(vec![app.clone(), too_many]).await.contains("isv.invalid-alipay-root-cert-sn"));
    assert!(ask(vec![roots]).await.contains("isv.invalid-app-cert-sn"));
    assert!(ask(vec![]).await.contains("ACQ.TRADE_NOT_EXIST"));
    let conduct = sandbox::Conduct { is_certificate_mode: true, ..Default::default() };
    merchant.sandbox.pay().behave(sandbox::Channel::Alipay, conduct);
    assert!(ask(vec![]).await.contains("isv.invalid-app-cert-sn"));
}
