//! The degree-English exam in any browser, with scripts or without: from the account to the picture of the payment.

use specimen::{card_back, card_front, seed_of, selfie};
use testkit::{Driven, ServedApp, Walker};

use crate::walking::people::{Album, has_scripts, next_step, prove_mobile};

pub(crate) const EXAM: &str = "/exams/degree-english";
const PASSWORD: &str = "degree-2027";
const SITTING: &str = "en-0522-am-lakeside";

/// Who walks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Examinee {
    pub(crate) name: &'static str,
    pub(crate) number: &'static str,
    pub(crate) mobile: &'static str,
}

/// From the account to the receipt, which waits for staff; its path.
pub(crate) async fn walk<B: Driven>(app: &ServedApp, phone: &mut Walker<B>, who: &Examinee) -> String {
    let album = Album::new();
    sign_up(app, phone, who).await;
    prove_identity(phone, who, &album).await;
    agree(phone).await;
    show_face(phone, who.number, &album).await;
    fill_details(phone).await;
    choose(phone).await;
    phone.looks("any-degree-payment").await;
    let picture = phone.screenshot(&format!("any-degree-order-{}", who.mobile)).await;
    hand_in(phone, &picture).await
}

async fn sign_up<B: Driven>(app: &ServedApp, phone: &mut Walker<B>, who: &Examinee) {
    phone.open(&format!("/sign-up?next={EXAM}")).await;
    for (field, text) in
        [("#name", who.name), ("#document", who.number), ("#mobile", who.mobile), ("#password", PASSWORD)]
    {
        phone.fill(field, text).await;
    }
    prove_mobile(app, phone, who.mobile).await;
    phone.fill("#password", PASSWORD).await;
    phone.looks("any-degree-sign-up").await;
    phone.turn("main form > button[type=submit]").await;
    phone.arrives(EXAM).await;
}

async fn prove_identity<B: Driven>(phone: &mut Walker<B>, who: &Examinee, album: &Album) {
    next_step(phone, EXAM, "/me/identity").await;
    phone.tap("label[for=consent]").await;
    phone.turn("button[value='/card']").await;
    phone.arrives("/me/identity/card").await;
    let sides = [("card_front", card_front(who.name, who.number).unwrap()), ("card_back", card_back().unwrap())];
    for (side, picture) in sides {
        phone.attach(&format!("#{side}-album"), &album.keep(&format!("{side}.jpg"), &picture)).await;
        if has_scripts(phone).await {
            phone.finds(&format!("#{side}[data-here]")).await;
        }
    }
    phone.looks("any-degree-card").await;
    phone.turn("form[data-tiles] > button[type=submit]").await;
    phone.shows("实名认证已完成").await;
}

async fn agree<B: Driven>(phone: &Walker<B>) {
    next_step(phone, EXAM, "/notice").await;
    phone.tap("label[for=agree]").await;
    phone.turn("main form button[type=submit]").await;
    phone.arrives("/face").await;
}

/// By a picture from the album, on the page of the face check.
pub(crate) async fn show_face<B: Driven>(phone: &mut Walker<B>, number: &str, album: &Album) {
    phone.finds("label[for=face_consent], #album").await;
    // Who has agreed before is not asked again.
    if phone.has("label[for=face_consent]").await {
        phone.tap("label[for=face_consent]").await;
        phone.turn("form[action$='/face/consent'] button").await;
    }
    phone.attach("#album", &album.keep("face.jpg", &selfie(seed_of(number)))).await;
    if has_scripts(phone).await {
        phone.finds("#face[data-here]").await;
    }
    phone.looks("any-degree-face").await;
    phone.turn("[data-send]:not([hidden])").await;
    phone.arrives("/details").await;
}

/// Who is enrolled has no thesis to speak of.
pub(crate) async fn fill_details<B: Driven>(phone: &mut Walker<B>) {
    phone.shows("已认证的信息").await;
    phone.tap("label[for=f-candidate_type-0]").await;
    phone.select("#f-major", "accounting").await;
    phone.tap("label[for=f-standing-0]").await;
    phone.looks("any-degree-details").await;
    phone.turn(".actions button:not(.second)").await;
    phone.arrives("/sittings").await;
}

/// A sitting, and to its order.
pub(crate) async fn choose<B: Driven>(phone: &Walker<B>) {
    phone.tap(&format!("label[for=sitting-{SITTING}]")).await;
    phone.turn("form.choose button[type=submit]").await;
    phone.arrives("/orders/").await;
    phone.shows("¥120.00").await;
}

/// The picture of the payment; the receipt's path.
async fn hand_in<B: Driven>(phone: &mut Walker<B>, picture: &std::path::Path) -> String {
    phone.attach("#album", picture).await;
    if has_scripts(phone).await {
        phone.finds("#screenshot[data-here]").await;
    }
    phone.turn("form[action$='/screenshot'] button[type=submit]").await;
    let receipt = phone.arrives("/receipt").await;
    phone.shows("提交成功，等待审核").await;
    phone.looks("any-degree-receipt").await;
    receipt
}
