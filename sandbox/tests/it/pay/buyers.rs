//! The pages to pay on, as a buyer sees them.

use sandbox::{Channel, Conduct, PayTwist, TradeState};
use serde_json::json;

use super::merchant::Merchant;

const NATIVE: &str = "/v3/pay/transactions/native";

#[tokio::test]
async fn one_may_leave_without_paying_and_come_again() {
    let merchant = Merchant::open().await;
    let wap = json!({
        "out_trade_no": "BUY1", "total_amount": "88.00", "subject": "报名费 <b>", "product_code": "QUICK_WAP_WAY",
        "quit_url": format!("{}/orders", merchant.site),
    });
    let buyer = merchant.sandbox.buyer(&merchant.site);
    let page = buyer.open(&merchant.wap(&wap)).await.unwrap();
    assert_eq!(page.leave().await.unwrap(), Some(format!("{}/orders", merchant.site)));
    assert_eq!(merchant.trade(Channel::Alipay, "BUY1").state, TradeState::Offered);
    buyer.open(&merchant.wap(&wap)).await.unwrap().pay().await.unwrap();
    let list = merchant.client.get(format!("{}pay", merchant.sandbox.url())).send().await.unwrap();
    assert!(list.headers().contains_key("content-security-policy"));
    let list = list.text().await.unwrap();
    assert!(list.contains("BUY1") && list.contains("88.00") && list.contains("&lt;b&gt;"), "{list}");
}

#[tokio::test]
async fn a_code_is_opened_from_the_list() {
    let merchant = Merchant::open().await;
    let order = merchant.native("BUY0001", 8_800);
    merchant.wechat("POST", "/v3/pay/transactions/native", order).await;
    let list =
        merchant.client.get(format!("{}pay", merchant.sandbox.url())).send().await.unwrap().text().await.unwrap();
    let path = list.split("href=\"/pay/wx").nth(1).unwrap().split('"').next().unwrap();
    let page = merchant.client.get(format!("{}pay/wx{path}", merchant.sandbox.url())).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("沙盒") && page.contains("¥88.00") && page.contains("name=\"wish\" value=\"pay\""), "{page}");
    for path in ["pay/conduct", "control", "pay/none"] {
        let answer = merchant.client.get(format!("{}{path}", merchant.sandbox.url())).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), if path == "pay/none" { 410 } else { 200 }, "{path}");
    }
}

/// What no true channel lets happen: by the buyer's choice on the page, and by the channel's conduct.
#[tokio::test]
async fn another_sum_is_paid_by_choice_and_by_schedule() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    let buyer = merchant.sandbox.buyer(&merchant.site);
    let wap = |number: &str| {
        merchant.wap(&json!({
            "out_trade_no": number, "total_amount": "88.00", "subject": "报名费", "product_code": "QUICK_WAP_WAY",
        }))
    };
    buyer.open(&wap("SUM1")).await.unwrap().pay_wrong(PayTwist::Less).await.unwrap();
    let told = merchant.alipay("alipay.trade.query", json!({ "out_trade_no": "SUM1" })).await;
    assert_eq!((told["trade_status"].as_str(), told["total_amount"].as_str()), (Some("TRADE_SUCCESS"), Some("44.00")));
    let trade = merchant.trade(Channel::Alipay, "SUM1");
    assert_eq!((trade.amount_fen, trade.told_fen(), trade.refundable_fen()), (8_800, 4_400, 4_400));
    let back = json!({ "out_trade_no": "SUM1", "refund_amount": "88.00", "out_request_no": "R" });
    assert_ne!(merchant.alipay("alipay.trade.refund", back).await["code"], "10000", "more than came does not go back");

    // The next two pay too much and right, whoever they are; then one in two pays too little.
    let payments = vec![Some(PayTwist::More), None];
    let payments_often = [(PayTwist::Less, 50)].into();
    pay.behave(Channel::WechatPay, Conduct { payments, payments_often, ..Conduct::default() });
    let of = merchant.variable("SEATHOLD_WECHAT_PAY_MCHID");
    let query = |number: &str| format!("/v3/pay/transactions/out-trade-no/{number}?mchid={of}");
    let mut sums = Vec::new();
    for number in 0..12 {
        let number = format!("SUM{number:05}");
        assert_eq!(merchant.wechat("POST", NATIVE, merchant.native(&number, 8_800)).await.0, 200);
        pay.pay(Channel::WechatPay, &number).unwrap();
        let (_, told) = merchant.wechat("GET", &query(&number), json!(null)).await;
        assert_eq!(told["amount"]["total"], merchant.trade(Channel::WechatPay, &number).told_fen());
        sums.push(told["amount"]["total"].as_u64().unwrap());
    }
    assert_eq!(sums[..2], [8_900, 8_800]);
    assert!(sums[2..].contains(&4_400) && sums[2..].contains(&8_800), "{sums:?}");
    buyer.open(&wap("SUM2")).await.unwrap().pay().await.unwrap();
    assert_eq!(merchant.trade(Channel::Alipay, "SUM2").told_fen(), 8_800, "the other channel behaves well");
}
