//! Answers that go wrong after the work was done, or before; and books that tests can read.

use std::time::{Duration, Instant};

use sandbox::{AnswerTwist, Call, Channel, Conduct, TradeState, Wrong};
use serde_json::{Value, json};

use super::merchant::Merchant;

const QUERY: &str = "alipay.trade.query";
const REFUND: &str = "alipay.trade.refund";
const NATIVE: &str = "/v3/pay/transactions/native";
const TWISTS: [AnswerTwist; 12] = [
    AnswerTwist::Silence,
    AnswerTwist::SystemError,
    AnswerTwist::BadGateway,
    AnswerTwist::CutOff,
    AnswerTwist::WrongSignature,
    AnswerTwist::Unsigned,
    AnswerTwist::Probe,
    AnswerTwist::Throttled,
    AnswerTwist::Empty,
    AnswerTwist::ErrorResponse,
    AnswerTwist::UnknownFields,
    AnswerTwist::Gbk,
];

fn next(call: Call, twist: AnswerTwist, is_undone: bool) -> Conduct {
    Conduct { answers: vec![Wrong { call: Some(call), twist, is_undone }], silence_ms: 200, ..Default::default() }
}

#[tokio::test]
async fn alipays_refund_is_done_though_its_answer_is_lost() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    for (index, twist) in (0..).zip(TWISTS) {
        let number = format!("TWIST{index}");
        let order = json!({ "out_trade_no": number, "total_amount": "88.00", "subject": "报名费" });
        merchant.alipay("alipay.trade.precreate", order).await;
        pay.pay(Channel::Alipay, &number).unwrap();
        let business = json!({ "out_trade_no": number, "refund_amount": "88.00", "out_request_no": "a" });
        let refund = merchant.alipay_signed(merchant.alipay_call(REFUND, &business));
        let send = async || {
            let call = merchant.client.post(merchant.variable("SEATHOLD_ALIPAY_GATEWAY_URL"));
            let call = call.header("Content-Type", "application/x-www-form-urlencoded");
            let answer = call.body(super::merchant::form(&refund)).send().await.ok()?;
            let status = answer.status().as_u16();
            Some((status, answer.bytes().await.ok()?))
        };
        pay.behave(Channel::Alipay, next(Call::Refund, twist, true));
        let begun = Instant::now();
        send().await;
        assert!(merchant.trade(Channel::Alipay, &number).refunds.is_empty(), "{twist:?}: nothing was done");
        pay.behave(Channel::Alipay, next(Call::Refund, twist, false));
        let answer = send().await;
        assert_eq!(merchant.trade(Channel::Alipay, &number).refunded_fen(), 8_800, "{twist:?}: it was done");
        let text = answer.as_ref().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
        let text = text.as_deref();
        match twist {
            AnswerTwist::Silence => assert!(answer.is_none() && begun.elapsed() >= Duration::from_millis(400)),
            AnswerTwist::CutOff => assert!(answer.is_none()),
            AnswerTwist::BadGateway => assert_eq!(answer.unwrap().0, 502),
            AnswerTwist::Empty => assert_eq!(text, Some("")),
            AnswerTwist::Unsigned => assert!(!text.unwrap().contains("\"sign\"")),
            AnswerTwist::ErrorResponse => assert!(text.unwrap().starts_with("{\"error_response\"")),
            AnswerTwist::SystemError => assert_eq!(merchant.alipay_opened(REFUND, text.unwrap())["code"], "20000"),
            AnswerTwist::Throttled => {
                assert_eq!(merchant.alipay_opened(REFUND, text.unwrap())["sub_code"], "isv.app-call-limited")
            }
            AnswerTwist::UnknownFields => {
                assert!(merchant.alipay_opened(REFUND, text.unwrap())["a_new_field"].is_object())
            }
            AnswerTwist::WrongSignature | AnswerTwist::Probe => {
                let (inner, _) = text.unwrap().rsplit_once(",\"sign\":\"").unwrap();
                let signature = text.unwrap().rsplit_once("\"sign\":\"").unwrap().1.trim_end_matches("\"}");
                let inner = inner.split_once("_response\":").unwrap().1;
                let key = merchant.variable("SEATHOLD_ALIPAY_PUBLIC_KEY");
                assert!(!super::merchant::is_signed(key, inner.as_bytes(), signature));
            }
            AnswerTwist::Gbk => assert_eq!(answer.unwrap().0, 200),
        }
        // One answer only; and the same refund is still the same.
        assert_eq!(merchant.alipay(REFUND, business).await["fund_change"], "N", "{twist:?}");
    }
}

#[tokio::test]
async fn wechats_order_is_there_though_its_answer_is_lost() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    for (index, twist) in (0..).zip(TWISTS) {
        let number = format!("TWIST{index:03}");
        let order = merchant.native(&number, 8_800).to_string();
        let send = async || {
            let answer = merchant.wechat_request("POST", NATIVE, &order).send().await.ok()?;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Some((status, headers, answer.bytes().await.ok()?))
        };
        pay.behave(Channel::WechatPay, next(Call::Order, twist, true));
        send().await;
        assert!(pay.trade(Channel::WechatPay, &number).is_none(), "{twist:?}: nothing was done");
        pay.behave(Channel::WechatPay, next(Call::Order, twist, false));
        let answer = send().await;
        assert_eq!(merchant.trade(Channel::WechatPay, &number).state, TradeState::Waiting, "{twist:?}: it was done");
        match (twist, answer) {
            (AnswerTwist::Silence | AnswerTwist::CutOff, answer) => assert!(answer.is_none()),
            (_, None) => panic!("{twist:?}: no answer"),
            (AnswerTwist::SystemError | AnswerTwist::ErrorResponse, Some((status, ..))) => assert_eq!(status, 500),
            (AnswerTwist::BadGateway, Some((status, ..))) => assert_eq!(status, 502),
            (AnswerTwist::Throttled, Some((status, ..))) => assert_eq!(status, 429),
            (AnswerTwist::Empty, Some((.., body))) => assert!(body.is_empty()),
            (AnswerTwist::Unsigned, Some((_, headers, _))) => assert!(!headers.contains_key("wechatpay-signature")),
            (AnswerTwist::Probe, Some((_, headers, body))) => {
                assert!(headers["wechatpay-signature"].to_str().unwrap().starts_with("WECHATPAY/SIGNTEST/"));
                assert!(!merchant.is_wechats(&headers, &body));
            }
            (AnswerTwist::WrongSignature, Some((_, headers, body))) => assert!(!merchant.is_wechats(&headers, &body)),
            (AnswerTwist::UnknownFields | AnswerTwist::Gbk, Some((status, headers, body))) => {
                assert!(status == 200 && merchant.is_wechats(&headers, &body));
            }
        }
        let (status, _) = merchant.wechat("POST", NATIVE, serde_json::from_str(&order).unwrap()).await;
        assert_eq!(status, 200, "{twist:?}: the same order again");
    }
}

#[tokio::test]
async fn chance_has_a_seed() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    let run = async |seed: u64| {
        let answers_often = [(AnswerTwist::Throttled, 30), (AnswerTwist::SystemError, 20)].into();
        pay.behave(Channel::Alipay, Conduct { seed, answers_often, ..Default::default() });
        let mut codes = Vec::new();
        for _ in 0..60 {
            codes.push(
                merchant.alipay(QUERY, json!({ "out_trade_no": "N1" })).await["code"].as_str().unwrap().to_owned(),
            );
        }
        codes
    };
    let (one, again, other) = (run(7).await, run(7).await, run(8).await);
    assert_eq!(one, again);
    assert_ne!(one, other);
    let often = |code: &str| one.iter().filter(|told| *told == code).count();
    assert!((8..30).contains(&often("40005")) && (3..25).contains(&often("20000")), "{one:?}");
}

#[tokio::test]
async fn tests_set_the_conduct_and_read_the_books_over_http() {
    let merchant = Merchant::open().await;
    let control = format!("{}control", merchant.sandbox.url());
    let set = async |order: Value| {
        merchant.client.post(&control).body(order.to_string()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(set(json!({ "channel": "wechat_pay", "news": ["lost", null], "balance_fen": 500 })).await, 200);
    assert_eq!(set(json!({ "channel": "wechat_pay", "news": ["eaten"] })).await, 422);
    assert_eq!(set(json!({ "channel": "wechat_pay", "nwes": [] })).await, 422, "a word that is none");
    assert_eq!(merchant.sandbox.pay().balance(Channel::WechatPay), Some(500));
    merchant.wechat("POST", NATIVE, merchant.native("BOOKS01", 8_800)).await;
    merchant.sandbox.pay().pay(Channel::WechatPay, "BOOKS01").unwrap();
    let books = merchant.client.get(format!("{}pay/books.json", merchant.sandbox.url())).send().await.unwrap();
    let books: Value = books.json().await.unwrap();
    let trade = &books["trades"][0];
    assert_eq!(
        (&trade["number"], &trade["amount_fen"], &trade["state"]),
        (&json!("BOOKS01"), &json!(8_800), &json!("paid"))
    );
    assert_eq!(
        (&books["deliveries"][0]["twist"], &books["deliveries"][0]["problem"]),
        (&json!("lost"), &json!("lost"))
    );
}
