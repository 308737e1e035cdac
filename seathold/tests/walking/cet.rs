//! CET 4/6 in any browser: from the account by e-mail to the written test that a bank has paid for.

use testkit::{Driven, ServedApp, Walker};

use crate::walking::people::next_step;

pub(crate) const EXAM: &str = "/exams/cet";
pub(crate) const EMAIL: &str = "yan.donger@example.edu";
pub(crate) const PASSWORD: &str = "cet-2027-spring";
/// On the roster that ships: campus 993010, eligible for CET-4 and other languages, and a CET-4 score of 512.
pub(crate) const NUMBER: &str = "110105200603150016";
pub(crate) const NAME: &str = "颜冬儿";

/// The first link in the newest letter to this address.
pub(crate) async fn link_to(app: &ServedApp, email: &str) -> String {
    for _ in 0..600 {
        let letters = app.messages(email).await;
        let link = letters.first().and_then(|letter| letter.text.lines().find(|line| line.starts_with("http")));
        if let Some(link) = link {
            let path = link.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
            return path.expect("a link has a path").to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no letter came to {email}");
}

/// The captcha's other way: the device does sums.
pub(crate) async fn solve<B: Driven>(phone: &Walker<B>) {
    phone.tap("button[data-sums]").await;
    phone.shows("已通过验证").await;
}

/// From the account to the receipt.
pub(crate) async fn walk<B: Driven>(app: &ServedApp, phone: &mut Walker<B>) {
    sign_up(app, phone, EMAIL).await;
    agree(phone).await;
    find_oneself(phone).await;
    phone.looks("any-cet-person").await;
    phone.tap("#agree").await;
    phone.turn("form.stack button[type=submit]").await;
    phone.shows("保存成功").await;
    next_step(phone, EXAM, "part=written").await;
    phone.looks("any-cet-written").await;
    phone.tap("label[for='sitting-cet4-written-993010']").await;
    phone.turn("form.choose button[type=submit]").await;
    phone.shows("我的报考").await;
    pay_by_bank(phone).await;
}

/// An account by e-mail, confirmed by its letter.
pub(crate) async fn sign_up<B: Driven>(app: &ServedApp, phone: &mut Walker<B>, email: &str) {
    phone.open(&format!("/sign-up?exam=cet&next={EXAM}")).await;
    phone.fill("#email", email).await;
    phone.fill("#password", PASSWORD).await;
    phone.tap("#agree").await;
    solve(phone).await;
    phone.looks("any-cet-sign-up").await;
    phone.turn("main form > button[type=submit]").await;
    phone.shows("我们已向").await;
    phone.open(&link_to(app, email).await).await;
    phone.turn("main form button[type=submit]").await;
    phone.arrives(EXAM).await;
}

async fn agree<B: Driven>(phone: &Walker<B>) {
    next_step(phone, EXAM, "/notice").await;
    phone.tap("#agree").await;
    phone.turn("main form button[type=submit]").await;
    phone.arrives("/eligibility").await;
}

/// On the page of eligibility: who one is, as the roster has it.
pub(crate) async fn find_oneself<B: Driven>(phone: &Walker<B>) {
    phone.select("#kind", "resident_id").await;
    phone.fill("#number", NUMBER).await;
    phone.fill("#name", NAME).await;
    phone.turn("main form button[type=submit]").await;
    phone.arrives("/eligibility/person").await;
}

/// Two confirmations, the second by the bank; its page, and back by the form that the platform signed.
pub(crate) async fn pay_by_bank<B: Driven>(phone: &mut Walker<B>) {
    phone.open(EXAM).await;
    phone.turn(".mine .order-do a.link").await;
    phone.shows("选择支付方式").await;
    phone.turn(".channel[value=bank]").await;
    phone.shows("选择付款银行").await;
    phone.looks("cet-27-banks").await;
    phone.turn("button[name=bank][value=icbc]").await;
    phone.shows("前往工商银行付款").await;
    phone.looks("cet-28-going").await;
    phone.tap("form[action$='/frontTransReq.do'] button").await;
    phone.shows("中国工商银行").await;
    phone.looks("cet-29-bank").await;
    phone.tap("button[value=pay]").await;
    phone.tap("form.back button").await;
    phone.turns_to("确认时间").await;
    for words in [NAME, "(99301) 临江师范学院", "未支付合计"] {
        phone.shows(words).await;
    }
    phone.looks("cet-34-paid").await;
}
