//! What the channels tell, how often, and how it is disturbed.

use std::time::Duration;

use sandbox::{CallbackKey, Channel, Conduct, NewsTwist, RefundTwist};
use serde_json::{Value, json};

use super::merchant::{Heard, Merchant};

const PRECREATE: &str = "alipay.trade.precreate";
const NATIVE: &str = "/v3/pay/transactions/native";
const REFUNDS: &str = "/v3/refund/domestic/refunds";

fn hurried(news: &[Option<NewsTwist>]) -> Conduct {
    Conduct { news: news.to_vec(), hurry: 5_000, late_ms: 300, refund_ms: 50, ..Default::default() }
}

async fn alipay_paid(merchant: &Merchant, number: &str) {
    let order = json!({ "out_trade_no": number, "total_amount": "88.00", "subject": "考试 & 报名费=1" });
    assert_eq!(merchant.alipay(PRECREATE, order).await["code"], "10000");
    merchant.sandbox.pay().pay(Channel::Alipay, number).unwrap();
}

async fn wechat_paid(merchant: &Merchant, number: &str) {
    assert_eq!(merchant.wechat("POST", NATIVE, merchant.native(number, 8_800)).await.0, 200);
    merchant.sandbox.pay().pay(Channel::WechatPay, number).unwrap();
}

fn of_wechat(heard: &Heard) -> Value {
    serde_json::from_slice(&heard.body).unwrap()
}

#[tokio::test]
async fn alipay_tells_until_it_hears_success() {
    let merchant = Merchant::open().await;
    merchant.sandbox.pay().behave(Channel::Alipay, hurried(&[]));
    merchant.will_answer(&[(500, "fail"), (200, "ok"), (200, "success\n"), (302, "")]);
    alipay_paid(&merchant, "NEWS1").await;
    let heard = merchant.hears(3).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(merchant.heard().len(), 3, "nothing after it was acknowledged");
    let news: Vec<_> = heard.iter().map(|heard| merchant.alipay_news(heard).unwrap()).collect();
    assert!(news.iter().all(|told| told["notify_id"] == news[0]["notify_id"]), "the same news");
    let told = &news[0];
    assert_eq!((told["trade_status"].as_str(), told["total_amount"].as_str()), ("TRADE_SUCCESS", "88.00"));
    assert_eq!(told["subject"], "考试 & 报名费=1");
    assert!(told.contains_key("buyer_open_id") && !told.contains_key("buyer_id"));
    assert!(heard[0].headers["content-type"].to_str().unwrap().starts_with("application/x-www-form-urlencoded"));
}

#[tokio::test]
async fn alipay_tells_refunds_and_ends_at_the_same_address() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    pay.behave(Channel::Alipay, Conduct { has_user_ids: true, ..hurried(&[]) });
    alipay_paid(&merchant, "NEWS2").await;
    merchant.hears(1).await;
    let refund = |amount: &str, number: &str| json!({ "out_trade_no": "NEWS2", "refund_amount": amount, "out_request_no": number });
    merchant.alipay("alipay.trade.refund", refund("30.00", "a")).await;
    merchant.hears(2).await;
    merchant.alipay("alipay.trade.refund", refund("58.00", "b")).await;
    let heard = merchant.hears(3).await;
    let news: Vec<_> = heard.iter().map(|heard| merchant.alipay_news(heard).unwrap()).collect();
    assert!(news[0].contains_key("buyer_id"), "an app of old");
    assert!(!news[0].contains_key("gmt_refund") && news[1].contains_key("gmt_refund"));
    assert_eq!((news[1]["trade_status"].as_str(), news[1]["refund_fee"].as_str()), ("TRADE_SUCCESS", "30.00"));
    assert_eq!(news[1]["out_biz_no"], "a");
    assert_eq!((news[2]["trade_status"].as_str(), news[2]["refund_fee"].as_str()), ("TRADE_CLOSED", "88.00"));
    assert!(news[2].contains_key("gmt_close") && news.iter().all(|told| told["notify_type"] == "trade_status_sync"));
    // A page for phones that runs out is told, once somebody was there; a code is not.
    let wap = |number: &str| {
        json!({
            "out_trade_no": number, "total_amount": "1.00", "subject": "x", "product_code": "QUICK_WAP_WAY", "timeout_express": "5m",
        })
    };
    let buyer = merchant.sandbox.buyer(&merchant.site);
    buyer.open(&merchant.wap(&wap("NEWS3"))).await.unwrap().look().await.unwrap();
    buyer.open(&merchant.wap(&wap("NEWS4"))).await.unwrap();
    pay.advance(Duration::from_mins(6));
    let told = merchant.alipay_news(&merchant.hears(4).await[3]).unwrap();
    assert_eq!((told["out_trade_no"].as_str(), told["trade_status"].as_str()), ("NEWS3", "TRADE_CLOSED"));
    assert!(!told.contains_key("refund_fee") && !told.contains_key("gmt_payment"));
    // Long after, it is finished: a second success.
    pay.advance(Duration::from_hours(1));
    alipay_paid(&merchant, "NEWS5").await;
    merchant.hears(5).await;
    pay.finish(Channel::Alipay, "NEWS5").unwrap();
    assert_eq!(merchant.alipay_news(&merchant.hears(6).await[5]).unwrap()["trade_status"], "TRADE_FINISHED");
}

#[tokio::test]
async fn wechat_tells_encrypted_until_it_is_content() {
    let merchant = Merchant::open().await;
    merchant.sandbox.pay().behave(Channel::WechatPay, hurried(&[]));
    merchant.will_answer(&[(500, "{}"), (404, ""), (204, "")]);
    wechat_paid(&merchant, "NEWS001").await;
    let heard = merchant.hears(3).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(merchant.heard().len(), 3);
    assert!(heard.iter().all(|heard| merchant.is_wechats(&heard.headers, &heard.body)));
    assert!(heard.iter().all(|told| of_wechat(told)["id"] == of_wechat(&heard[0])["id"]), "the same news");
    let told = of_wechat(&heard[0]);
    assert_eq!(
        (&told["event_type"], &told["resource"]["original_type"]),
        (&json!("TRANSACTION.SUCCESS"), &json!("transaction"))
    );
    let plain = merchant.opened(&told["resource"]);
    assert_eq!((&plain["out_trade_no"], &plain["amount"]["total"]), (&json!("NEWS001"), &json!(8_800)));
    assert_eq!(plain["trade_state"], "SUCCESS");
    // A refund is told where it says.
    let mut refund = json!({
        "out_trade_no": "NEWS001", "out_refund_no": "R1", "notify_url": format!("{}/refunds", merchant.site),
        "amount": { "refund": 8_800, "total": 8_800, "currency": "CNY" },
    });
    merchant.wechat("POST", REFUNDS, refund.clone()).await;
    let heard = merchant.hears(4).await;
    assert_eq!(heard[3].path, "/refunds");
    let plain = merchant.opened(&of_wechat(&heard[3])["resource"]);
    assert_eq!((&plain["refund_status"], &plain["out_refund_no"]), (&json!("SUCCESS"), &json!("R1")));
    let refunds = vec![Some(RefundTwist::Abnormal)];
    merchant.sandbox.pay().behave(Channel::WechatPay, Conduct { refunds, ..hurried(&[]) });
    wechat_paid(&merchant, "NEWS002").await;
    merchant.hears(5).await;
    (refund["out_trade_no"], refund["out_refund_no"]) = (json!("NEWS002"), json!("R2"));
    merchant.wechat("POST", REFUNDS, refund).await;
    let told = of_wechat(&merchant.hears(6).await[5]);
    assert_eq!(told["event_type"], "REFUND.ABNORMAL");
    assert_eq!(merchant.opened(&told["resource"])["refund_status"], "ABNORMAL");
}

#[tokio::test]
async fn news_are_lost_doubled_late_and_reordered() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    for channel in [Channel::Alipay, Channel::WechatPay] {
        let from = merchant.heard().len();
        pay.behave(channel, hurried(&[Some(NewsTwist::Lost), Some(NewsTwist::Doubled)]));
        let (lost, doubled, late, first, second) = ("LOST001", "TWICE01", "LATE001", "FIRST01", "SECOND1");
        let paid = async |number: &str| match channel {
            Channel::Alipay => alipay_paid(&merchant, number).await,
            Channel::WechatPay => wechat_paid(&merchant, number).await,
            other => panic!("{other:?} is told by the clients' tests"),
        };
        let number = |heard: &Heard| match channel {
            Channel::Alipay => merchant.alipay_news(heard).unwrap()["out_trade_no"].clone(),
            Channel::WechatPay => {
                merchant.opened(&of_wechat(heard)["resource"])["out_trade_no"].as_str().unwrap().to_owned()
            }
            other => panic!("{other:?} is told by the clients' tests"),
        };
        paid(lost).await;
        paid(doubled).await;
        let heard = merchant.hears(from + 2).await;
        assert_eq!((number(&heard[from]).as_str(), number(&heard[from + 1]).as_str()), (doubled, doubled));
        pay.behave(channel, hurried(&[Some(NewsTwist::Late)]));
        let begun = std::time::Instant::now();
        paid(late).await;
        merchant.hears(from + 3).await;
        assert!(begun.elapsed() >= Duration::from_millis(300));
        pay.behave(channel, hurried(&[Some(NewsTwist::Reordered)]));
        paid(first).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        paid(second).await;
        let heard = merchant.hears(from + 5).await;
        assert_eq!((number(&heard[from + 3]).as_str(), number(&heard[from + 4]).as_str()), (second, first));
        // With nothing after it, it comes by itself.
        pay.behave(channel, hurried(&[Some(NewsTwist::Reordered)]));
        paid("ALONE01").await;
        assert_eq!(number(&merchant.hears(from + 6).await[from + 5]), "ALONE01");
        assert!(merchant.heard().iter().skip(from).all(|heard| number(heard) != lost), "lost is lost");
        assert!(pay.deliveries().iter().any(|told| told.number == lost && told.problem == Some("lost")));
    }
}

#[tokio::test]
async fn false_news_come_before_the_true_ones() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    let twists = [
        NewsTwist::WrongSignature,
        NewsTwist::Probe,
        NewsTwist::WrongAmount,
        NewsTwist::OtherMerchant,
        NewsTwist::UnknownFields,
        NewsTwist::Stale,
        NewsTwist::OddNonce,
        NewsTwist::OtherKey,
    ];
    for (index, twist) in (0..).zip(twists) {
        let from = merchant.heard().len();
        pay.behave(Channel::WechatPay, hurried(&[Some(twist)]));
        wechat_paid(&merchant, &format!("FALSE{index:03}")).await;
        let is_true_only = matches!(twist, NewsTwist::UnknownFields | NewsTwist::OtherKey);
        let heard = merchant.hears(from + if is_true_only { 1 } else { 2 }).await;
        let first = &heard[from];
        let is_genuine = merchant.is_wechats(&first.headers, &first.body);
        assert_eq!(is_genuine, !matches!(twist, NewsTwist::WrongSignature | NewsTwist::Probe), "{twist:?}");
        let header = |name: &str| first.headers[name].to_str().unwrap().to_owned();
        let told = of_wechat(first);
        match twist {
            NewsTwist::Probe => assert!(header("wechatpay-signature").starts_with("WECHATPAY/SIGNTEST/")),
            NewsTwist::WrongAmount => assert_eq!(merchant.opened(&told["resource"])["amount"]["total"], 8_801),
            NewsTwist::OtherMerchant => assert_eq!(merchant.opened(&told["resource"])["mchid"], "1900009999"),
            NewsTwist::UnknownFields => assert!(told["a_new_field"].is_string()),
            NewsTwist::Stale => {
                let at: i64 = header("wechatpay-timestamp").parse().unwrap();
                assert!(jiff::Timestamp::now().as_second() - at > 300);
            }
            NewsTwist::OddNonce => assert_eq!(told["resource"]["nonce"].as_str().unwrap().len(), 16),
            NewsTwist::OtherKey => assert!(!header("wechatpay-serial").starts_with("PUB_KEY_ID_")),
            _ => {}
        }
        let last = heard.last().unwrap();
        assert!(merchant.is_wechats(&last.headers, &last.body), "{twist:?}: then the truth");
        assert_eq!(merchant.opened(&of_wechat(last)["resource"])["amount"]["total"], 8_800);
    }
    for (index, twist) in (0..).zip([
        NewsTwist::WrongSignature,
        NewsTwist::WrongAmount,
        NewsTwist::OtherMerchant,
        NewsTwist::UnknownFields,
    ]) {
        let from = merchant.heard().len();
        pay.behave(Channel::Alipay, hurried(&[Some(twist)]));
        alipay_paid(&merchant, &format!("FALSE{index:03}")).await;
        let heard = merchant.hears(from + if twist == NewsTwist::UnknownFields { 1 } else { 2 }).await;
        let told = merchant.alipay_news(&heard[from]);
        assert_eq!(told.is_none(), twist == NewsTwist::WrongSignature, "{twist:?}");
        match (twist, told) {
            (NewsTwist::WrongAmount, Some(told)) => assert_eq!(told["total_amount"], "88.01"),
            (NewsTwist::OtherMerchant, Some(told)) => {
                assert_ne!(told["app_id"], merchant.variable("SEATHOLD_ALIPAY_APP_ID"))
            }
            (NewsTwist::UnknownFields, Some(told)) => {
                assert_eq!((told["a_new_field"].as_str(), told["an_empty_one"].as_str()), ("值/1 + 2&3", ""))
            }
            _ => {}
        }
        assert_eq!(merchant.alipay_news(heard.last().unwrap()).unwrap()["total_amount"], "88.00");
    }
}

#[tokio::test]
async fn callbacks_come_by_either_key() {
    let merchant = Merchant::open().await;
    let conduct = Conduct { callback_key: CallbackKey::Certificate, ..hurried(&[]) };
    merchant.sandbox.pay().behave(Channel::WechatPay, conduct);
    wechat_paid(&merchant, "MIXED01").await;
    let heard = merchant.hears(1).await;
    assert!(merchant.is_wechats(&heard[0].headers, &heard[0].body));
    assert_eq!(heard[0].headers["wechatpay-serial"], "5157F09EFDC096DE15EBE81A47057A7232F1B8E1");
}

/// A sandbox that knocked at other machines' doors could be told to.
#[tokio::test]
async fn only_this_machine_is_told() {
    let merchant = Merchant::open().await;
    for (index, url) in
        (0..).zip(["http://192.0.2.1/notify", "https://127.0.0.1/notify", "http://localhost.example/notify"])
    {
        let mut order = merchant.native(&format!("AWAY{index:03}"), 1);
        order["notify_url"] = json!(url);
        merchant.wechat("POST", NATIVE, order).await;
        merchant.sandbox.pay().pay(Channel::WechatPay, &format!("AWAY{index:03}")).unwrap();
        let told = &merchant.sandbox.pay().deliveries()[0];
        assert_eq!((told.to.as_str(), told.problem, told.status), (url, Some("not on this machine"), None));
    }
}
