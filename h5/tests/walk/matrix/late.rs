//! The wrong turn that no other browser walks: money comes when its seat has gone to somebody else. The page offers what is free
//! and is paid already; a choice is a seat.

use sandbox::Channel;
use testkit::Walker;

use crate::paying::{DESK, PHONE, Shop};

/// When the only sitting with a single seat begins, as the exam that ships has it but for the year.
pub(super) const STARTS: &str = "2090-05-23T09:00:00+08:00";
const LAST: &str = "en-0523-am-lakeside";
const FREE: &str = "en-0522-pm-lakeside";
/// The merchant's number on a page to pay on.
const NUMBER: &str = "return document.querySelector('.bill div:nth-child(3) dd').textContent";

/// On a phone, by WeChat Pay: given back while the money was on its way, and taken by somebody who was faster.
pub(super) async fn pays_too_late(shop: &Shop, phone: &mut Walker) {
    let candidate = shop.comes(90, PHONE).await;
    phone.carry(candidate.cookie.as_deref().unwrap()).await;
    phone.open("/exams/campus-english").await;
    phone.tap("label[for=agree]").await;
    phone.tap(&format!("label[for=sitting-{LAST}]")).await;
    phone.tap("form.choose button[type=submit]").await;
    let order = phone.arrives("/orders/").await;
    phone.tap(".channel[value=wechat_pay]").await;
    phone.tap("form.pay button[type=submit]").await;
    // Others pay by WeChat Pay meanwhile: whose trade it is stands on its page.
    phone.find_one("button[value=pay]").await;
    let number = phone.execute(NUMBER, Vec::new()).await.unwrap();
    let number = number.as_str().unwrap().trim();
    phone.open(&order).await;
    phone.tap(".release-part summary").await;
    phone.tap("form[action$='/release'] button").await;
    phone.arrives("/ended").await;
    let mut faster = shop.comes(91, DESK).await;
    let taken = faster.post("/exams/campus-english/hold", &format!("sitting-1={LAST}&agree=on")).await;
    assert!(taken.location().starts_with("/orders/"), "{}", taken.text);

    shop.sandbox.pay().pay_late(Channel::WechatPay, number).unwrap();
    phone.opens_until(&order, "请另选场次").await;
    assert_eq!(phone.path().await, format!("{order}/instead"));
    assert!(!phone.has(&format!("input[value={LAST}]")).await, "it is gone");
    phone.looks("late-money-1-choice").await;
    phone.tap(&format!("label[for=seat-0-{FREE}]")).await;
    phone.tap("main form.stack button[type=submit]").await;
    phone.turns_to("确认时间").await;
    phone.shows("14:00").await;
    phone.looks("late-money-2-receipt").await;
}
