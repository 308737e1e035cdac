//! Which requests WeChat Pay takes, how it answers, and which page it opens.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::{Channel, Conduct};
use serde_json::{Value, json};

use super::merchant::Merchant;

const H5: &str = "/v3/pay/transactions/h5";
const NATIVE: &str = "/v3/pay/transactions/native";

fn query(merchant: &Merchant, number: &str) -> String {
    let of = merchant.variable("SEATHOLD_WECHAT_PAY_MCHID");
    format!("/v3/pay/transactions/out-trade-no/{number}?mchid={of}")
}

#[tokio::test]
async fn the_authorization_is_checked_over_the_raw_bytes() {
    let merchant = Merchant::open().await;
    let order = merchant.native("RAW001", 8_800).to_string();
    let spaced = order.replace(':', ": ");
    let url = format!("{}{NATIVE}", merchant.variable("SEATHOLD_WECHAT_PAY_API_URL"));
    let send = async |authorization: &str, body: &str| {
        let call = merchant.client.post(&url).body(body.to_owned()).header("Content-Type", "application/json");
        let call = call.header("Accept", "application/json").header("User-Agent", "tests");
        let answer = call.header("Authorization", authorization).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["code"].clone())
    };
    let right = merchant.authorization("POST", NATIVE, &order);
    let refused = (401, json!("SIGN_ERROR"));
    assert_eq!(send(&right, &spaced).await, refused, "the same JSON in other bytes");
    assert_eq!(send(&merchant.authorization("POST", H5, &order), &order).await, refused, "another path");
    assert_eq!(send(&merchant.authorization("GET", NATIVE, &order), &order).await, refused, "another method");
    assert_eq!(send(&right.replace("mchid=\"19", "mchid=\"18"), &order).await, refused, "another merchant");
    assert_eq!(send(&right.replace("serial_no=\"1", "serial_no=\"2"), &order).await, refused, "another certificate");
    assert_eq!(send(&right.replace("WECHATPAY2-SHA256-RSA2048", "Bearer"), &order).await, refused);
    assert_eq!(send(&right.replace("timestamp=", "time="), &order).await, refused, "a field is missing");
    let at = Timestamp::now().as_second();
    let old = right.replace(&format!("timestamp=\"{at}"), &format!("timestamp=\"{}", at - 301));
    if old != right {
        assert_eq!(send(&old, &order).await, refused, "too long ago");
    }
    assert_eq!(send(&right, &order).await, (200, Value::Null));
}

#[tokio::test]
async fn answers_are_signed_by_the_key_that_the_request_names() {
    let merchant = Merchant::open().await;
    let path = query(&merchant, "NONE01");
    let ask = async |serial: Option<&str>| {
        let url = format!("{}{path}", merchant.variable("SEATHOLD_WECHAT_PAY_API_URL"));
        let call = merchant.client.get(url).header("Authorization", merchant.authorization("GET", &path, ""));
        let call = call.header("Accept", "application/json").header("User-Agent", "tests");
        let call = serial.into_iter().fold(call, |call, serial| call.header("Wechatpay-Serial", serial));
        let answer = call.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.unwrap();
        assert!(merchant.is_wechats(&headers, &body));
        (status, headers["wechatpay-serial"].to_str().unwrap().to_owned())
    };
    let (key, certificate) =
        (merchant.variable("SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID"), "5157F09EFDC096DE15EBE81A47057A7232F1B8E1");
    assert_eq!(ask(Some(key)).await, (404, key.to_owned()));
    assert_eq!(ask(Some(certificate)).await, (404, certificate.to_owned()));
    assert_eq!(ask(None).await, (404, key.to_owned()));
    // Without its prefix, or the merchant's own number: whoever mixes them up is told.
    assert_eq!(ask(Some(key.strip_prefix("PUB_KEY_ID_").unwrap())).await.0, 400);
    assert_eq!(ask(Some(merchant.variable("SEATHOLD_WECHAT_PAY_SERIAL"))).await.0, 400);
    let (status, told) = merchant.wechat("GET", "/v3/certificates", Value::Null).await;
    assert_eq!((status, &told["data"][0]["serial_no"]), (200, &json!(certificate)));
    let opened = merchant.opened(&told["data"][0]["encrypt_certificate"]);
    assert!(opened.as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    // New merchants have no certificate at all.
    let conduct = Conduct { has_no_certificate: true, ..Default::default() };
    merchant.sandbox.pay().behave(Channel::WechatPay, conduct);
    assert_eq!(ask(Some(certificate)).await.0, 400);
    assert_eq!(merchant.wechat("GET", "/v3/certificates", Value::Null).await.0, 404);
}

#[tokio::test]
async fn what_is_not_documented_is_refused() {
    let merchant = Merchant::open().await;
    let with = |name: &str, value: Value| {
        let mut order = merchant.order("FIELD1", 8_800);
        order[name] = value;
        order
    };
    let soon = Timestamp::now().checked_add(SignedDuration::from_secs(30)).unwrap().to_string();
    let site = &merchant.site;
    let cases = [
        with("goods_tag", Value::Null),
        with("attach", json!("")),
        with("spbill_create_ip", json!("127.0.0.1")),
        with("out_trade_no", json!("short")),
        with("out_trade_no", json!("x".repeat(33))),
        with("out_trade_no", json!("with space")),
        with("description", json!("名".repeat(128))),
        with("attach", json!("a".repeat(129))),
        with("notify_url", json!(format!("{site}/wechat?a=1"))),
        with("notify_url", json!("ftp://here")),
        with("amount", json!({ "total": "8800" })),
        with("amount", json!({ "total": 0 })),
        with("amount", json!({ "total": 88.5 })),
        with("amount", json!({ "total": 8_800, "currency": "USD" })),
        with("time_expire", json!("2026-11-29 12:00:00")),
        with("time_expire", json!(soon)),
        with("scene_info", json!({ "payer_client_ip": "nowhere", "h5_info": { "type": "Wap" } })),
        with("scene_info", json!({ "payer_client_ip": "127.0.0.1", "h5_info": { "type": "Web" } })),
        with("scene_info", json!({ "payer_client_ip": "127.0.0.1" })),
    ];
    for order in cases {
        let (status, told) = merchant.wechat("POST", H5, order.clone()).await;
        assert_eq!((status, &told["code"]), (400, &json!("PARAM_ERROR")), "{order}");
    }
    let (status, told) = merchant.wechat("POST", H5, with("appid", json!("wx1"))).await;
    assert_eq!((status, &told["code"]), (400, &json!("APPID_MCHID_NOT_MATCH")));
    assert_eq!(merchant.wechat("POST", H5, merchant.order("FIELD1", 8_800)).await.0, 200);
    assert_eq!(merchant.wechat("GET", "/v3/pay/none", Value::Null).await.0, 404);
    let conduct = Conduct { is_address_checked: true, ..Default::default() };
    merchant.sandbox.pay().behave(Channel::WechatPay, conduct);
    let (_, told) = merchant.wechat("POST", H5, merchant.order("FIELD2", 8_800)).await;
    assert_eq!(told["detail"]["field"], "/body/payer_client_ip", "the address of a proxy");
}

#[tokio::test]
async fn the_page_for_phones_looks_where_one_comes_from() {
    let merchant = Merchant::open().await;
    let (_, made) = merchant.wechat("POST", H5, merchant.order("PAGE01", 8_800)).await;
    let url = made["h5_url"].as_str().unwrap();
    assert!(url.contains("/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx") && url.contains("&package="), "{url}");
    let open = async |url: &str, referer: &str, agent: &str| {
        let call = merchant.client.get(url).header("User-Agent", agent);
        let call = if referer.is_empty() { call } else { call.header("Referer", referer) };
        call.send().await.unwrap().status().as_u16()
    };
    let site = format!("{}/", merchant.site);
    assert_eq!(open(url, "", "Safari").await, 403, "no Referer");
    assert_eq!(open(url, "https://elsewhere.example/", "Safari").await, 403, "a site that is not registered");
    assert_eq!(open(url, &site, "Mozilla/5.0 MicroMessenger/8.0").await, 403, "inside WeChat");
    let back: String = url::form_urlencoded::byte_serialize(b"https://elsewhere.example/back").collect();
    assert_eq!(open(&format!("{url}&redirect_url={back}"), &site, "Safari").await, 403, "back to elsewhere");
    assert_eq!(open(&format!("{url}&redirect_url=back"), &site, "Safari").await, 403, "no address");
    let page = merchant.client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("商家参数格式有误"), "who sends no Referer is told so: {page}");
    assert_eq!(open(url, &site, "Safari").await, 303);
    let back: String = url::form_urlencoded::byte_serialize(format!("{site}orders/1").as_bytes()).collect();
    let buyer = merchant.sandbox.buyer(&site);
    // It dies after five minutes; the same order gives another one.
    merchant.sandbox.pay().advance(Duration::from_mins(6));
    assert!(buyer.open(url).await.unwrap_err().page.contains("支付请求已失效"));
    let (status, made) = merchant.wechat("POST", H5, merchant.order("PAGE01", 8_800)).await;
    assert_eq!(status, 200);
    let fresh = format!("{}&redirect_url={back}", made["h5_url"].as_str().unwrap());
    assert_eq!(buyer.open(&fresh).await.unwrap().pay().await.unwrap(), Some(format!("{site}orders/1")));
}
