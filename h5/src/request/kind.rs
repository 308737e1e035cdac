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

/// Is it one of Apple's phones or tablets?
pub(crate) fn is_apple(headers: &HeaderMap) -> bool {
    ["iPhone", "iPad", "iPod"].iter().any(|word| agent(headers).contains(word))
}

/// Is this the path of a waiting room? Whoever waits and meets a failure must come back without doing anything.
pub(crate) fn is_waiting_room(path: &str) -> bool {
    path.starts_with("/exams/") && path.split('?').next().is_some_and(|path| path.ends_with("/waiting"))
}

fn agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What browsers call themselves, a line each, and what the site does with them. Of the views inside other programs
    /// only WeChat's keeps people from paying: it can neither keep the code nor come back. The others can save a
    /// picture, open the album and the camera, and go on.
    const BROWSERS: &str = include_str!("kind/browsers.txt");

    #[test]
    fn only_what_calls_itself_wechat_is_sent_outside() {
        let mut seen = 0;
        for line in BROWSERS.lines().filter(|line| !line.starts_with('#')) {
            let [name, device, does, agent] = *line.splitn(4, " | ").collect::<Vec<_>>() else { panic!("{line}") };
            let headers = HeaderMap::from_iter([(USER_AGENT, agent.parse().unwrap())]);
            let done = if is_wechat(&headers) { "outside" } else { "served" };
            let guessed = if is_phone(&headers) { "phone" } else { "computer" };
            assert_eq!((done, guessed), (does, device), "{name}: {agent}");
            seen += 1;
        }
        assert!(seen >= 30, "{seen}");
        let silent = HeaderMap::new();
        assert!(!is_wechat(&silent) && !is_phone(&silent), "whoever does not say what it is gets the pages");
    }
}
