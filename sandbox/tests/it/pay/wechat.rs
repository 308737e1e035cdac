//! WeChat Pay's trades from the order to the last refund.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::{Channel, Conduct, NotPayable, RefundTwist, TradeState};
use serde_json::{Value, json};

use super::merchant::Merchant;

const H5: &str = "/v3/pay/transactions/h5";
const NATIVE: &str = "/v3/pay/transactions/native";
const REFUNDS: &str = "/v3/refund/domestic/refunds";

async fn query(merchant: &Merchant, number: &str) -> (u16, Value) {
    let of = merchant.variable("SEATHOLD_WECHAT_PAY_MCHID");
    merchant.wechat("GET", &format!("/v3/pay/transactions/out-trade-no/{number}?mchid={of}"), Value::Null).await
}

async fn close(merchant: &Merchant, number: &str) -> (u16, Value) {
    let body = json!({ "mchid": merchant.variable("SEATHOLD_WECHAT_PAY_MCHID") });
    merchant.wechat("POST", &format!("/v3/pay/transactions/out-trade-no/{number}/close"), body).await
}

fn refund(number: &str, refund: &str, amount_fen: u64) -> Value {
    json!({
        "out_trade_no": number, "out_refund_no": refund, "reason": "座位已满",
        "amount": { "refund": amount_fen, "total": 8_800, "currency": "CNY" },
    })
}

#[tokio::test]
async fn an_order_is_known_at_once_and_paid_once() {
    let merchant = Merchant::open().await;
    assert_eq!(query(&merchant, "NATIVE1").await.0, 404);
    let (_, made) = merchant.wechat("POST", NATIVE, merchant.native("NATIVE1", 8_800)).await;
    let (_, told) = query(&merchant, "NATIVE1").await;
    assert_eq!((&told["trade_state"], &told["payer"]), (&json!("NOTPAY"), &json!({})));
    let buyer = merchant.sandbox.buyer(&merchant.site);
    let code = made["code_url"].as_str().unwrap();
    assert!(code.starts_with("weixin://wxpay/bizpayurl?pr="));
    buyer.open(code).await.unwrap().pay_and_close().await.unwrap();
    let (_, told) = query(&merchant, "NATIVE1").await;
    let wanted = json!({ "total": 8_800, "payer_total": 8_800, "currency": "CNY", "payer_currency": "CNY" });
    assert_eq!(
        (&told["trade_state"], &told["trade_type"], &told["amount"]),
        (&json!("SUCCESS"), &json!("NATIVE"), &wanted)
    );
    let reference = told["transaction_id"].as_str().unwrap();
    let of = merchant.variable("SEATHOLD_WECHAT_PAY_MCHID");
    let (_, same) =
        merchant.wechat("GET", &format!("/v3/pay/transactions/id/{reference}?mchid={of}"), Value::Null).await;
    assert_eq!(same, told);
    let (status, told) = merchant.wechat("POST", NATIVE, merchant.native("NATIVE1", 8_800)).await;
    assert_eq!((status, &told["code"]), (400, &json!("ORDERPAID")));
    assert_eq!(buyer.open(code).await.unwrap_err().status, Some(409));
    let (status, told) = close(&merchant, "NATIVE1").await;
    assert_eq!((status, &told["code"]), (400, &json!("ORDERPAID")));
    assert_eq!(merchant.sandbox.pay().pay(Channel::WechatPay, "NATIVE1"), Err(NotPayable::Paid));
    let (status, _) = merchant.wechat("GET", "/v3/pay/transactions/out-trade-no/NATIVE1", Value::Null).await;
    assert_eq!(status, 400, "whose order it is must be said");
}

#[tokio::test]
async fn the_same_number_with_anything_changed_is_refused() {
    let merchant = Merchant::open().await;
    let order = merchant.native("SAME001", 8_800);
    let (_, first) = merchant.wechat("POST", NATIVE, order.clone()).await;
    for (name, value) in [
        ("description", json!("别的")),
        ("notify_url", json!(format!("{}/other", merchant.site))),
        ("attach", json!("more")),
        ("amount", json!({ "total": 8_801, "currency": "CNY" })),
    ] {
        let mut changed = order.clone();
        changed[name] = value;
        let (status, told) = merchant.wechat("POST", NATIVE, changed).await;
        assert_eq!((status, &told["message"]), (400, &json!("201 商户订单号重复")), "{name}");
    }
    let (status, _) = merchant.wechat("POST", H5, merchant.order("SAME001", 8_800)).await;
    assert_eq!(status, 400, "another product");
    // The same again is another code, and the end of the one before.
    let (_, second) = merchant.wechat("POST", NATIVE, order).await;
    let buyer = merchant.sandbox.buyer(&merchant.site);
    assert_eq!(buyer.open(first["code_url"].as_str().unwrap()).await.unwrap_err().status, Some(410));
    buyer.open(second["code_url"].as_str().unwrap()).await.unwrap().pay().await.unwrap();
}

#[tokio::test]
async fn what_is_closed_or_over_takes_no_money() {
    let merchant = Merchant::open().await;
    let (_, made) = merchant.wechat("POST", NATIVE, merchant.native("CLOSE01", 8_800)).await;
    assert_eq!(close(&merchant, "NONE001").await.0, 404);
    assert_eq!(close(&merchant, "CLOSE01").await, (204, Value::Null));
    assert_eq!(close(&merchant, "CLOSE01").await, (204, Value::Null), "closing again");
    assert_eq!(query(&merchant, "CLOSE01").await.1["trade_state"], "CLOSED");
    let buyer = merchant.sandbox.buyer(&merchant.site);
    let refused = buyer.open(made["code_url"].as_str().unwrap()).await.unwrap_err();
    assert!(refused.page.contains("订单已关闭"));
    let (_, told) = merchant.wechat("POST", NATIVE, merchant.native("CLOSE01", 8_800)).await;
    assert_eq!(told["code"], "ORDER_CLOSED");
    let mut order = merchant.native("OVER001", 8_800);
    let end = Timestamp::now().checked_add(SignedDuration::from_mins(10)).unwrap();
    order["time_expire"] = json!(end.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string());
    let (_, made) = merchant.wechat("POST", NATIVE, order.clone()).await;
    // Shortly before its end the same order is still the same.
    merchant.sandbox.pay().advance(Duration::from_secs(9 * 60 + 30));
    assert_eq!(merchant.wechat("POST", NATIVE, order).await.0, 200);
    merchant.sandbox.pay().advance(Duration::from_mins(1));
    assert_eq!(query(&merchant, "OVER001").await.1["trade_state"], "CLOSED");
    assert_eq!(close(&merchant, "OVER001").await.0, 204);
    assert!(buyer.open(made["code_url"].as_str().unwrap()).await.is_err());
    assert_eq!(merchant.sandbox.pay().pay(Channel::WechatPay, "OVER001"), Err(NotPayable::Expired));
    merchant.sandbox.pay().pay_late(Channel::WechatPay, "OVER001").unwrap();
    assert_eq!(query(&merchant, "OVER001").await.1["trade_state"], "SUCCESS");
}

#[tokio::test]
async fn a_code_is_good_for_two_hours() {
    let merchant = Merchant::open().await;
    let (_, made) = merchant.wechat("POST", NATIVE, merchant.native("CODE001", 8_800)).await;
    merchant.sandbox.pay().advance(Duration::from_mins(121));
    let buyer = merchant.sandbox.buyer(&merchant.site);
    assert!(buyer.open(made["code_url"].as_str().unwrap()).await.unwrap_err().page.contains("二维码或链接已失效"));
    assert_eq!(merchant.trade(Channel::WechatPay, "CODE001").state, TradeState::Waiting);
}

#[tokio::test]
async fn a_refund_is_under_way_first_and_one_however_often_it_is_asked_for() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    pay.behave(Channel::WechatPay, Conduct { refund_ms: 60_000, ..Default::default() });
    merchant.wechat("POST", NATIVE, merchant.native("REFUND1", 8_800)).await;
    let (status, told) = merchant.wechat("POST", REFUNDS, refund("REFUND1", "R1", 3_000)).await;
    assert_eq!((status, &told["code"]), (400, &json!("INVALID_REQUEST")), "not paid");
    pay.pay(Channel::WechatPay, "REFUND1").unwrap();
    assert_eq!(merchant.wechat("POST", REFUNDS, refund("NONE001", "R1", 3_000)).await.0, 404);
    let (_, first) = merchant.wechat("POST", REFUNDS, refund("REFUND1", "R1", 3_000)).await;
    assert_eq!((&first["status"], &first["success_time"]), (&json!("PROCESSING"), &Value::Null));
    let (_, again) = merchant.wechat("POST", REFUNDS, refund("REFUND1", "R1", 3_000)).await;
    assert_eq!(again["refund_id"], first["refund_id"]);
    assert_eq!(merchant.wechat("POST", REFUNDS, refund("REFUND1", "R1", 3_001)).await.0, 400, "another sum");
    let (_, told) = merchant.wechat("POST", REFUNDS, refund("REFUND1", "R2", 5_801)).await;
    assert_eq!(told["message"], "申请退款金额大于订单可退金额");
    let mut wrong = refund("REFUND1", "R2", 1);
    wrong["amount"]["total"] = json!(8_801);
    assert_eq!(merchant.wechat("POST", REFUNDS, wrong).await.0, 400, "another total");
    pay.advance(Duration::from_mins(2));
    let (_, told) = merchant.wechat("GET", &format!("{REFUNDS}/R1"), Value::Null).await;
    assert_eq!(told["status"], "SUCCESS");
    assert!(told["success_time"].as_str().unwrap().ends_with("+08:00"));
    assert_eq!(merchant.wechat("GET", &format!("{REFUNDS}/R9"), Value::Null).await.0, 404);
    assert_eq!(query(&merchant, "REFUND1").await.1["trade_state"], "REFUND");
    assert_eq!(merchant.trade(Channel::WechatPay, "REFUND1").refunded_fen(), 3_000);
}

#[tokio::test]
async fn a_refund_may_end_badly() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    merchant.wechat("POST", NATIVE, merchant.native("REFUND2", 8_800)).await;
    pay.pay(Channel::WechatPay, "REFUND2").unwrap();
    let refunds = vec![Some(RefundTwist::Short), Some(RefundTwist::Abnormal), Some(RefundTwist::Closed), None];
    pay.behave(Channel::WechatPay, Conduct { refunds, refund_ms: 60_000, ..Default::default() });
    let (status, told) = merchant.wechat("POST", REFUNDS, refund("REFUND2", "A", 1_000)).await;
    assert_eq!((status, &told["code"]), (403, &json!("NOT_ENOUGH")));
    // The same refund once there is money: nothing went back before.
    for (number, ends_as) in [("A", "ABNORMAL"), ("B", "CLOSED"), ("C", "SUCCESS")] {
        assert_eq!(merchant.wechat("POST", REFUNDS, refund("REFUND2", number, 1_000)).await.1["status"], "PROCESSING");
        pay.advance(Duration::from_mins(2));
        assert_eq!(merchant.wechat("GET", &format!("{REFUNDS}/{number}"), Value::Null).await.1["status"], ends_as);
    }
    assert_eq!(merchant.trade(Channel::WechatPay, "REFUND2").refunded_fen(), 1_000);
    // What no card took goes to another one, once.
    let reference = merchant.trade(Channel::WechatPay, "REFUND2").refunds[0].reference.clone();
    let path = format!("{REFUNDS}/{reference}/apply-abnormal-refund");
    let redirect = |number: &str, kind: &str| json!({ "out_refund_no": number, "type": kind });
    assert_eq!(merchant.wechat("POST", &path, redirect("A", "ANY_CARD")).await.0, 400);
    assert_eq!(merchant.wechat("POST", &path, redirect("A", "USER_BANK_CARD")).await.0, 400, "which card?");
    assert_eq!(merchant.wechat("POST", &path, redirect("B", "MERCHANT_BANK_CARD")).await.0, 404, "another refund's");
    let (status, told) = merchant.wechat("POST", &path, redirect("A", "MERCHANT_BANK_CARD")).await;
    assert_eq!((status, &told["status"]), (200, &json!("PROCESSING")));
    assert_eq!(merchant.wechat("POST", &path, redirect("A", "MERCHANT_BANK_CARD")).await.0, 400, "it is on its way");
    pay.advance(Duration::from_mins(2));
    assert_eq!(merchant.wechat("GET", &format!("{REFUNDS}/A"), Value::Null).await.1["status"], "SUCCESS");
    assert_eq!(merchant.trade(Channel::WechatPay, "REFUND2").refunded_fen(), 2_000);
}
