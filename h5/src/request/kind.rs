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

/// Another program inside which the page is shown: its view keeps less than a browser does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    Alipay,
    DingTalk,
    Qq,
    Weibo,
    Feishu,
    Douyin,
    Baidu,
    Xiaohongshu,
    Kuaishou,
    Toutiao,
    Taobao,
}

/// What each calls itself. Browsers of the same houses do not: `MQQBrowser` is one.
const PROGRAMS: [(&str, Program); 16] = [
    ("AliApp(DingTalk", Program::DingTalk),
    // On a computer.
    (" DingTalk(", Program::DingTalk),
    ("AlipayClient", Program::Alipay),
    (" QQ/", Program::Qq),
    ("Weibo (", Program::Weibo),
    ("__weibo__", Program::Weibo),
    ("Lark/", Program::Feishu),
    ("Feishu/", Program::Feishu),
    ("aweme_", Program::Douyin),
    ("AppName/aweme", Program::Douyin),
    ("baiduboxapp/", Program::Baidu),
    ("xhsdiscover", Program::Xiaohongshu),
    ("Kwai/", Program::Kuaishou),
    ("NewsArticle/", Program::Toutiao),
    ("AppName/news_article", Program::Toutiao),
    ("AliApp(TB/", Program::Taobao),
];

/// The program inside which the page is shown; `None` in a browser, and where nothing says so.
pub(crate) fn program(headers: &HeaderMap) -> Option<Program> {
    PROGRAMS.iter().find(|(word, _)| agent(headers).contains(word)).map(|(_, program)| *program)
}

/// How much of the site a browser of this age can do (docs/phones.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// Older than the floor: nobody has tried.
    TooOld,
    /// Everything works; numbers may not move by themselves.
    Old,
    /// Everything works on it.
    Fine,
}

/// The floor of Chrome and web views, by their major version, and from which on every script is tried.
const CHROME: (f32, f32) = (69.0, 80.0);
/// The same of iOS.
const IOS: (f32, f32) = (12.0, 13.4);
/// The same of Safari that says to be on a Mac, as tablets of Apple's do: its versions are those of iOS, but for the last digit.
const SAFARI: (f32, f32) = (12.0, 13.1);
/// Browsers that name no version of Chrome: this one of WebKit is what Chrome's is, and those before it are Android's of 2013.
const WEBKIT: (f32, f32) = (537.0, 537.0);
/// How Internet Explorer calls itself, and what shows pages as it does.
const EXPLORER: [&str; 2] = ["MSIE ", "Trident/"];

/// How old the browser is, as far as it says so; whoever says nothing is not called old.
pub(crate) fn age(headers: &HeaderMap) -> Age {
    let agent = agent(headers);
    let number = |text: &str, sign: char| -> Option<f32> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != sign).unwrap_or(text.len());
        let mut parts = text[..end].split(sign);
        let major: u16 = parts.next()?.parse().ok()?;
        let minor = parts.next().unwrap_or("0");
        format!("{major}.{minor}").parse().ok()
    };
    let after = |word: &str| agent.split_once(word).map(|(_, rest)| rest);
    if EXPLORER.iter().any(|word| agent.contains(word)) {
        return Age::TooOld;
    }
    let dotted = |word: &str| after(word).and_then(|rest| number(rest, '.'));
    let (version, (floor, whole)) = if is_apple(headers) {
        (after(" OS ").and_then(|rest| number(rest, '_')), IOS)
    } else if agent.contains("Chrome/") {
        (dotted("Chrome/"), CHROME)
    } else if agent.contains("Macintosh") {
        (dotted("Version/"), SAFARI)
    } else {
        (dotted("AppleWebKit/"), WEBKIT)
    };
    match version {
        Some(version) if version < floor => Age::TooOld,
        Some(version) if version < whole => Age::Old,
        _ => Age::Fine,
    }
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
            let inside = match name.split(',').next().unwrap() {
                "Alipay" => Some(Program::Alipay),
                "DingTalk" => Some(Program::DingTalk),
                "QQ" => Some(Program::Qq),
                "Weibo" => Some(Program::Weibo),
                "Feishu" => Some(Program::Feishu),
                "Douyin" => Some(Program::Douyin),
                "Baidu" => Some(Program::Baidu),
                "Xiaohongshu" => Some(Program::Xiaohongshu),
                "Kuaishou" => Some(Program::Kuaishou),
                "Toutiao" => Some(Program::Toutiao),
                "Taobao" => Some(Program::Taobao),
                _ => None,
            };
            assert_eq!(program(&headers), inside, "{name}");
            let old = ["Alipay, Android", "UC, Android", "360, Windows", "Safari, iPhone"].contains(&name);
            assert_eq!(age(&headers), if old { Age::Old } else { Age::Fine }, "{name}");
            seen += 1;
        }
        assert!(seen >= 30, "{seen}");
        let silent = HeaderMap::new();
        assert_eq!((program(&silent), age(&silent)), (None, Age::Fine));
        assert!(!is_wechat(&silent) && !is_phone(&silent), "whoever does not say what it is gets the pages");
    }

    #[test]
    fn what_is_below_the_floor_is_told_so() {
        for (agent, known) in [
            (
                "Mozilla/5.0 (Linux; Android 7.0) AppleWebKit/537.36 Chrome/68.0.3440.91 Mobile Safari/537.36",
                Age::TooOld,
            ),
            ("Mozilla/5.0 (Linux; Android 7.0) AppleWebKit/537.36 Chrome/69.0.3497.1 Mobile Safari/537.36", Age::Old),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 11_4_1 like Mac OS X) AppleWebKit/605.1.15", Age::TooOld),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 13_3_1 like Mac OS X) AppleWebKit/605.1.15", Age::Old),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 13_4 like Mac OS X) AppleWebKit/605.1.15", Age::Fine),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15",
                Age::Fine,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 Version/13.0.3 Safari/605.1.15",
                Age::Old,
            ),
            (
                "Mozilla/5.0 (Linux; U; Android 4.1.2; zh-cn; GT-N7100) AppleWebKit/534.30 Version/4.0 Mobile Safari/534.30",
                Age::TooOld,
            ),
            ("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", Age::TooOld),
            ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/7.0; 360SE)", Age::TooOld),
            ("Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0", Age::Fine),
            ("Chrome/", Age::Fine),
        ] {
            assert_eq!(age(&HeaderMap::from_iter([(USER_AGENT, agent.parse().unwrap())])), known, "{agent}");
        }
    }
}
