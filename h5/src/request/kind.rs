//! Which kind of browser asks, and for which kind of page, as far as that can be told before anything is looked up.

use http::HeaderMap;
use http::header::USER_AGENT;

/// How WeChat's browser calls itself.
const WECHAT: &str = "MicroMessenger";
/// How phones call themselves.
const PHONES: [&str; 4] = ["Mobile", "Android", "iPhone", "HarmonyOS"];

/// Is it WeChat's browser?
pub(crate) fn is_wechat(headers: &HeaderMap) -> bool {
    agent(headers).contains(WECHAT)
}

/// Is it a phone? Only a guess, for what is offered first.
pub(crate) fn is_phone(headers: &HeaderMap) -> bool {
    PHONES.iter().any(|word| agent(headers).contains(word))
}

/// Is this the path of a waiting room? Whoever waits and meets a failure must come back without doing anything.
pub(crate) fn is_waiting_room(path: &str) -> bool {
    path.starts_with("/exams/") && path.split('?').next().is_some_and(|path| path.ends_with("/waiting"))
}

fn agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}
