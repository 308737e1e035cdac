//! Telephones, computers and browsers in words.

use pagekit::words::{Words, key};
use registration::people::accounts::{Browser, Machine, System};

/// `iPhone · 微信`.
pub(crate) fn device(w: Words, machine: Machine) -> String {
    let (system, browser) = (w.t(system(machine.system)), w.t(browser(machine.browser)));
    w.with("device-name", &[("system", system.as_ref().into()), ("browser", browser.as_ref().into())]).into_owned()
}

fn system(system: System) -> &'static str {
    match system {
        System::Iphone => key("device-iphone"),
        System::Ipad => key("device-ipad"),
        System::Harmony => key("device-harmony"),
        System::Android => key("device-android"),
        System::Windows => key("device-windows"),
        System::Mac => key("device-mac"),
        System::Linux => key("device-linux"),
        System::Other => key("device-other"),
    }
}

fn browser(browser: Browser) -> &'static str {
    match browser {
        Browser::Wechat => key("browser-wechat"),
        Browser::Wecom => key("browser-wecom"),
        Browser::Qq => key("browser-qq"),
        Browser::QqBrowser => key("browser-qq-browser"),
        Browser::Alipay => key("browser-alipay"),
        Browser::Dingtalk => key("browser-dingtalk"),
        Browser::Weibo => key("browser-weibo"),
        Browser::Feishu => key("browser-feishu"),
        Browser::Douyin => key("browser-douyin"),
        Browser::Xiaohongshu => key("browser-xiaohongshu"),
        Browser::Kuaishou => key("browser-kuaishou"),
        Browser::Toutiao => key("browser-toutiao"),
        Browser::Taobao => key("browser-taobao"),
        Browser::Uc => key("browser-uc"),
        Browser::Quark => key("browser-quark"),
        Browser::Baidu => key("browser-baidu"),
        Browser::Xiaomi => key("browser-xiaomi"),
        Browser::Huawei => key("browser-huawei"),
        Browser::Vivo => key("browser-vivo"),
        Browser::Oppo => key("browser-oppo"),
        Browser::Qihoo => key("browser-qihoo"),
        Browser::Edge => key("browser-edge"),
        Browser::Firefox => key("browser-firefox"),
        Browser::Chrome => key("browser-chrome"),
        Browser::Safari => key("browser-safari"),
        Browser::Other => key("browser-other"),
    }
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;

    use super::*;
    use crate::catalogue::words;

    /// The browsers of the table that the site is tried with, each by its line's first word.
    #[test]
    fn a_browser_is_called_as_its_owner_calls_it() {
        let named = |agent| device(words(Language::En), Machine::of_agent(agent)).to_lowercase();
        let lines = include_str!("../../request/kind/browsers.txt").lines().filter(|line| !line.starts_with('#'));
        let mut seen = 0;
        for line in lines {
            let [name, _, _, agent] = *line.splitn(4, " | ").collect::<Vec<_>>() else { panic!("{line}") };
            let brand = match name.split(',').next().unwrap() {
                "Xiaomi" => "mi browser",
                "HarmonyOS" => "huawei",
                other => other,
            };
            assert!(named(agent).contains(&brand.to_lowercase()), "{name}: {}", named(agent));
            assert!(!named(agent).contains("another device"), "{name}: {}", named(agent));
            seen += 1;
        }
        assert!(seen >= 30, "{seen}");
        assert_eq!(named("curl/8.0"), "another device · another browser");
    }
}
