//! The pages to pay on, as a buyer sees them.

use sandbox::{Channel, TradeState};
use serde_json::json;

use super::merchant::Merchant;

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
