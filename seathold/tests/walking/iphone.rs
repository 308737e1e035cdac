//! A person with an iPhone: WebKit at a phone's width, who makes an account.

use testkit::{ServedApp, Walker, WebKit};

const MOBILE: &str = "13912340000";
/// Sends the page's form.
pub(crate) const SUBMIT: &str = "main form button[type=submit]:not([formaction])";

/// A walk with WebKit.
pub(crate) type IPhone = Walker<WebKit>;

/// Makes an account, with the code that the sandbox got.
pub(crate) async fn sign_up(app: &ServedApp, phone: &mut IPhone, name: &str, number: &str, next: &str) {
    phone.open(&format!("/sign-up?next={next}")).await;
    for (field, text) in [("#name", name), ("#document", number), ("#mobile", MOBILE), ("#password", "secret-1")] {
        phone.fill(field, text).await;
    }
    // With the code missing, it is sent and asked for.
    phone.turn(SUBMIT).await;
    phone.shows("验证码已发送").await;
    let message = app.messages(MOBILE).await.into_iter().next().unwrap();
    phone.looks("webkit-code").await;
    phone.fill("#code", &message.code).await;
    phone.fill("#password", "secret-1").await;
    phone.turn(SUBMIT).await;
}
