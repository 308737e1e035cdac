//! The continuing-education exam in any browser: from the account by user name over the vendor's page, which looks at the
//! face, and the photo of the form to the seat that Alipay has paid for.

use std::path::Path;

use specimen::form_photo;
use testkit::{Driven, ServedApp, Walker};

use crate::walking::people::{Album, next_step, prove_mobile};

pub(crate) const EXAM: &str = "/exams/continuing-education";
const PASSWORD: &str = "jiaowai-2027";
/// Schools, as the form has them.
pub(crate) const SHENJIANG: &str = "label[for=f-school-0]";
pub(crate) const TONGPU: &str = "label[for=f-school-1]";
/// On the roster that ships.
pub(crate) const SUN: Candidate = Candidate {
    username: "SunJianfeng88",
    name: "孙剑峰",
    number: "310104198807070019",
    mobile: "13812340001",
    face: 11,
    school: SHENJIANG,
};
/// On it too, at another school.
pub(crate) const LIN: Candidate = Candidate {
    username: "linxiao1992",
    name: "林晓",
    number: "310104199202140023",
    mobile: "13812340002",
    face: 12,
    school: TONGPU,
};

/// Who walks.
pub(crate) struct Candidate {
    pub(crate) username: &'static str,
    pub(crate) name: &'static str,
    pub(crate) number: &'static str,
    pub(crate) mobile: &'static str,
    /// The seed of the drawn face.
    pub(crate) face: u32,
    /// Which school the roster says.
    pub(crate) school: &'static str,
}

/// From the account to the receipt.
pub(crate) async fn walk<B: Driven>(app: &ServedApp, phone: &mut Walker<B>, who: &Candidate) {
    let album = Album::new();
    let face = album.keep("face.jpg", &form_photo(who.face));
    phone.open(&format!("/sign-up?exam=continuing-education&next={EXAM}")).await;
    sign_up(app, phone, who).await;
    next_step(phone, EXAM, "/me/identity").await;
    claim(phone, who, "/liveness").await;
    phone.looks("any-ce-liveness").await;
    liveness(phone, &face, "pass").await;
    phone.turns_to("实名认证已完成").await;
    agree(phone).await;
    fill_form(phone, who.school).await;
    phone.attach("#album", &face).await;
    phone.finds("#photo[data-here]").await;
    phone.looks("any-ce-form").await;
    phone.turn(".actions button:not(.second)").await;
    // Equal to the roster: it has passed at once.
    phone.arrives("/sittings").await;
    pay_on_the_phone(phone).await;
    phone.looks("any-ce-paid").await;
}

/// Fills the form in and hands it in.
pub(crate) async fn sign_up<B: Driven>(app: &ServedApp, browser: &Walker<B>, who: &Candidate) {
    browser.fill("#username", who.username).await;
    browser.fill("#mobile", who.mobile).await;
    browser.fill("#password", PASSWORD).await;
    prove_mobile(app, browser, who.mobile).await;
    browser.tap("#agree").await;
    browser.turn("main form > button[type=submit]").await;
    browser.leaves("/sign-up").await;
    browser.open(EXAM).await;
    browser.shows("下一步：实名认证").await;
}

/// Who one is, the consent, and one of the ways.
pub(crate) async fn claim<B: Driven>(browser: &Walker<B>, who: &Candidate, way: &str) {
    browser.select("#kind", "resident_id").await;
    browser.fill("#name", who.name).await;
    browser.fill("#number", who.number).await;
    browser.tap("label[for=consent]").await;
    browser.turn(&format!("button[value='{way}']")).await;
    browser.arrives(&format!("/me/identity{way}")).await;
}

/// Through the vendor's page, where the person decides what comes of it.
pub(crate) async fn liveness<B: Driven>(phone: &mut Walker<B>, face: &Path, decision: &str) {
    phone.finds("form[action^='/me/identity/liveness'] button").await;
    if phone.has("label[for=face_consent]").await {
        phone.tap("label[for=face_consent]").await;
    }
    phone.turn("form[action^='/me/identity/liveness'] button").await;
    phone.tap("main a.button[rel=noreferrer]").await;
    phone.shows("由您决定结果").await;
    phone.attach("#photo", face).await;
    phone.looks(&format!("ce-07-sandbox-{decision}")).await;
    phone.tap(&format!("button[value={decision}]")).await;
    // It goes back by itself.
    phone.arrives("/me/identity").await;
}

/// To the form.
pub(crate) async fn agree<B: Driven>(browser: &mut Walker<B>) {
    next_step(browser, EXAM, "/notice").await;
    browser.looks("ce-12-notice").await;
    browser.tap("label[for=agree]").await;
    browser.turn("main form button[type=submit]").await;
    browser.arrives("/details").await;
}

/// What the form asks for besides the photo.
pub(crate) async fn fill_form<B: Driven>(browser: &Walker<B>, school: &str) {
    browser.tap("label[for=f-political_status-3]").await;
    browser.fill("#f-address", "上海市样例区样例路 1 号").await;
    browser.tap(school).await;
}

/// A sitting, and to Alipay and back.
pub(crate) async fn pay_on_the_phone<B: Driven>(phone: &Walker<B>) {
    phone.tap("label[for=sitting-en-0424-pm-a]").await;
    phone.turn("form.choose button[type=submit]").await;
    let order = phone.arrives("/orders/").await;
    // Whatever it takes itself for: the way of a phone.
    phone.open(&format!("{order}?on=phone")).await;
    phone.turn(".channel[value=alipay]").await;
    phone.tap("form.pay button[type=submit]").await;
    phone.tap("button[value=pay]").await;
    phone.turns_to("确认时间").await;
}
