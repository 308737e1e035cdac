//! On what somebody signed in: the telephone or computer and the browser, as they call themselves. Their own words are not
//! kept: they name a device too well.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// On what somebody signed in, as the browser calls itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Machine {
    /// The telephone or computer.
    pub system: System,
    /// The browser, or the program that shows the pages.
    pub browser: Browser,
}

/// A kind of telephone or computer. It is stored in snake case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "their names say what they are")]
pub enum System {
    Iphone,
    Ipad,
    Harmony,
    Android,
    Windows,
    Mac,
    Linux,
    #[default]
    Other,
}

/// A browser, or a program that shows pages. It is stored in snake case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, clippy::enum_variant_names, reason = "their names say what they are; one is called QQ Browser")]
pub enum Browser {
    Wecom,
    Wechat,
    Alipay,
    Dingtalk,
    Feishu,
    Douyin,
    Xiaohongshu,
    Kuaishou,
    Toutiao,
    Taobao,
    Weibo,
    Qq,
    QqBrowser,
    Uc,
    Quark,
    Baidu,
    Xiaomi,
    Huawei,
    Vivo,
    Oppo,
    Qihoo,
    Edge,
    Firefox,
    Chrome,
    Safari,
    #[default]
    Other,
}

/// How systems call themselves, each before those that it names beside itself.
const SYSTEMS: [(&str, System); 9] = [
    ("iPhone", System::Iphone),
    ("iPad", System::Ipad),
    ("OpenHarmony", System::Harmony),
    ("HarmonyOS", System::Harmony),
    ("Android", System::Android),
    ("Windows", System::Windows),
    ("Macintosh", System::Mac),
    ("Mac OS X", System::Mac),
    ("Linux", System::Linux),
];

/// How browsers do.
const BROWSERS: [(&str, Browser); 30] = [
    ("wxwork", Browser::Wecom),
    ("MicroMessenger", Browser::Wechat),
    ("AlipayClient", Browser::Alipay),
    ("DingTalk", Browser::Dingtalk),
    ("Lark/", Browser::Feishu),
    ("aweme", Browser::Douyin),
    ("Weibo", Browser::Weibo),
    ("__weibo__", Browser::Weibo),
    ("xhsdiscover", Browser::Xiaohongshu),
    ("Kwai/", Browser::Kuaishou),
    ("NewsArticle", Browser::Toutiao),
    ("AliApp(TB", Browser::Taobao),
    (" QQ/", Browser::Qq),
    ("MQQBrowser", Browser::QqBrowser),
    ("UCBrowser", Browser::Uc),
    ("Quark/", Browser::Quark),
    ("baiduboxapp", Browser::Baidu),
    ("MiuiBrowser", Browser::Xiaomi),
    ("HuaweiBrowser", Browser::Huawei),
    ("VivoBrowser", Browser::Vivo),
    ("HeyTapBrowser", Browser::Oppo),
    ("QIHU", Browser::Qihoo),
    ("Edg/", Browser::Edge),
    ("EdgA/", Browser::Edge),
    ("EdgiOS/", Browser::Edge),
    ("Firefox/", Browser::Firefox),
    ("FxiOS/", Browser::Firefox),
    ("CriOS/", Browser::Chrome),
    ("Chrome/", Browser::Chrome),
    ("Safari/", Browser::Safari),
];

impl Machine {
    /// Of what the header `User-Agent` says; of an empty one, something else.
    pub fn of_agent(agent: &str) -> Self {
        Self { system: known(agent, &SYSTEMS), browser: known(agent, &BROWSERS) }
    }
}

fn known<T: Copy + Default>(agent: &str, marks: &[(&str, T)]) -> T {
    marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_the_table_and_are_read_back() {
        for system in System::VARIANTS {
            let name: &str = system.into();
            assert!(name.len() <= 20 && name.parse() == Ok(*system));
        }
        for browser in Browser::VARIANTS {
            let name: &str = browser.into();
            assert!(name.len() <= 20 && name.parse() == Ok(*browser));
        }
        assert_eq!(Machine::of_agent("curl/8.0"), Machine::default());
    }
}
