//! What candidates of the walks carry and do: pictures on their phones, codes that they are sent, the next step.

use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;
use testkit::{Driven, ServedApp, Walker};

/// Pictures on a phone. Gone with it.
#[derive(Debug)]
pub(crate) struct Album(TempDir);

impl Album {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Keeps a picture and returns where.
    pub(crate) fn keep(&self, name: &str, picture: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, picture).unwrap();
        path
    }
}

/// Do scripts run? Of those that walk without, nothing happens before a form is sent.
pub(crate) async fn has_scripts<B: Driven>(browser: &Walker<B>) -> bool {
    browser.has("html.js").await
}

/// Has the code sent to the mobile of the form, reads it at the sandbox, and types it. Without scripts the form is sent
/// while the code is missing; a password is asked for once more then.
pub(crate) async fn prove_mobile<B: Driven>(app: &ServedApp, browser: &Walker<B>, mobile: &str) {
    match has_scripts(browser).await {
        true => browser.tap("[data-code]:not([hidden])").await,
        false => browser.turn("main form > button[type=submit]").await,
    }
    browser.shows("验证码已发送").await;
    let message = app.messages(mobile).await.into_iter().next().unwrap();
    assert_eq!(message.code.len(), 6, "{message:?}");
    browser.fill("#code", &message.code).await;
}

/// To the next step of the exam's page.
pub(crate) async fn next_step<B: Driven>(browser: &Walker<B>, exam: &str, leads_to: &str) {
    browser.open(exam).await;
    browser.turn(".callout a.button").await;
    browser.arrives(leads_to).await;
}

/// Signs out, on one's own page.
pub(crate) async fn sign_out<B: Driven>(browser: &Walker<B>) {
    browser.open("/me").await;
    browser.turn("form[action='/sign-out'] button").await;
    browser.shows("正在报名").await;
}

/// Others take seats of a sitting.
pub(crate) async fn others_take(app: &ServedApp, exam: &str, sitting: &str, seats: usize) {
    for seat in 0..seats {
        let hold = json!({"candidate": format!("other-{seat}"), "sittings": [sitting]});
        let answer = app.caller().call("POST", &format!("/api/v1{exam}/holds"), &hold).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
}
