//! Passkeys in a real browser, with an authenticator that DevTools give it.

use backoffice::SecondFactor;
use gateways::Gateways;
use registration::desk::staff::Role;
use serde_json::json;
use testkit::{BrowserOptions, Device, Walker};

use crate::house::House;

/// Signs in up to the second step.
async fn arrive(desk: &Walker, page: &str) {
    desk.open(&format!("/sign-in?next={page}")).await;
    desk.fill("#name", "chief").await;
    desk.fill("#password", "a long password").await;
    desk.tap("main form button[type=submit]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_browser_makes_a_passkey_and_signs_in_with_it() {
    let house = House::open_guarded(Gateways::default(), SecondFactor::Required).await;
    house.hire("chief", Role::Administrator).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    // An address is no site that a key can be for.
    let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let pages = house.router();
    tokio::spawn(async move { axum::serve(listener, pages).await });
    let desk = Walker::start(&url, BrowserOptions { device: Device::Desk, ..Default::default() }).await;
    desk.devtools("WebAuthn.enable", json!({})).await;
    let options = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    });
    desk.devtools("WebAuthn.addVirtualAuthenticator", json!({"options": options})).await;
    // The first sign-in sets it up.
    arrive(&desk, "/my/sign-ins").await;
    desk.arrives("/factor/enrol").await;
    desk.tap("form[data-passkey=create] button").await;
    desk.shows("请保存恢复码").await;
    desk.tap("main a.button").await;
    desk.arrives("/my/sign-ins").await;
    desk.shows("通行密钥").await;
    // The next ones use it, at their beginning and before what needs it anew.
    desk.tap(".who button").await;
    // Its own path has that of the sign-in within.
    desk.leaves("/my/sign-ins").await;
    desk.arrives("/sign-in").await;
    arrive(&desk, "/staff").await;
    desk.arrives("/factor").await;
    desk.tap("form[data-passkey=get] button").await;
    desk.arrives("/staff").await;
    house.sql("UPDATE registration.staff_sessions SET factor_at = factor_at - interval '6 minutes'").await;
    desk.fill("#name", "wang.fang").await;
    desk.tap("form[action='/staff/invite'] button").await;
    desk.shows("再次确认是您本人").await;
    desk.tap("form[data-passkey=get] button").await;
    desk.shows("已确认是您本人").await;
    desk.tap("main form button").await;
    desk.shows("链接已生成").await;
    desk.finish().await;
}
