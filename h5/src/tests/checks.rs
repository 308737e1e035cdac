//! Checks on the whole: catalogues, markup rules, sizes. They look at every page of the gallery.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pagekit::language::Language;
use pagekit::words::{keys, keys_used};

use crate::catalogue::{EN, ZH};
use crate::tests::gallery::{DOCUMENT, gallery};

fn both() -> Vec<(String, String)> {
    let pages = [Language::Zh, Language::En].into_iter().flat_map(gallery);
    pages.map(|(name, markup)| (name, markup.into_string())).collect()
}

/// The start tags of one element, each as its attributes' text.
fn tags<'a>(page: &'a str, element: &str) -> Vec<&'a str> {
    let open = format!("<{element} ");
    page.split(open.as_str()).skip(1).filter_map(|rest| rest.split('>').next()).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = format!("{name}=\"");
    let at = tag.match_indices(start.as_str()).find(|(at, _)| *at == 0 || tag.as_bytes()[at - 1] == b' ')?.0;
    tag[at + start.len()..].split('"').next()
}

fn sources(dir: &Path, out: &mut String) {
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            sources(&entry.path(), out);
        } else {
            out.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

#[test]
fn both_catalogues_have_the_same_keys_and_places() {
    let (zh, en) = (keys(ZH), keys(EN));
    assert_eq!(zh.keys().collect::<Vec<_>>(), {
        let mut sorted: Vec<_> = en.keys().collect();
        sorted.sort();
        sorted
    });
    for (key, places) in &zh {
        assert_eq!(places, &en[key], "{key}");
    }
}

#[test]
fn every_key_is_used_and_every_used_key_exists() {
    let mut all = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let used = keys_used(&all);
    let known: BTreeSet<String> = keys(ZH).into_keys().collect();
    assert_eq!(used.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "asked for and missing");
    assert_eq!(known.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "there and never asked for");
}

#[test]
fn nothing_is_inline() {
    for (name, page) in both() {
        assert!(!page.contains(" style=") && !page.contains("<style"), "{name}");
        assert!(!page.contains(" onclick=") && !page.contains("javascript:"), "{name}");
        for script in page.split("<script").skip(1) {
            assert!(script.contains("></script>"), "{name}: a script with content");
        }
    }
}

#[test]
fn every_input_has_its_label_and_every_reference_its_target() {
    for (name, page) in both() {
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: an id twice in {ids:?}");
        let labelled: BTreeSet<&str> = tags(&page, "label").iter().filter_map(|tag| attribute(tag, "for")).collect();
        for input in tags(&page, "input").iter().filter(|tag| attribute(tag, "type") != Some("hidden")) {
            let id = attribute(input, "id").unwrap_or_else(|| panic!("{name}: no id: {input}"));
            let has_error =
                attribute(input, "aria-describedby").is_some_and(|by| by.split(' ').any(|by| by.ends_with("-error")));
            assert!(!has_error || attribute(input, "aria-invalid") == Some("true"), "{name}: {input}");
            assert!(labelled.contains(id), "{name}: no label for {id}");
        }
        for reference in ["aria-describedby", "aria-labelledby", "for"] {
            let start = format!(" {reference}=\"");
            for ids in page.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(ids.split(' ').all(|id| unique.contains(id)), "{name}: {reference}={ids}");
            }
        }
        for link in tags(&page, "a").iter().filter_map(|tag| attribute(tag, "href")?.strip_prefix('#')) {
            assert!(unique.contains(link), "{name}: #{link} leads nowhere");
        }
        for picture in tags(&page, "img") {
            let said = ["alt", "src"].map(|part| attribute(picture, part).unwrap_or_default());
            assert!(said.iter().all(|text| !text.is_empty()), "{name}: {picture}");
        }
        // What a name is given to can be gone to, and what is filled in by itself has a name that browsers know.
        for link in tags(&page, "a").into_iter().filter(|tag| attribute(tag, "aria-label").is_some()) {
            assert!(attribute(link, "href").is_some(), "{name}: {link}");
        }
        assert!(!page.contains("autocomplete=\"tel-national\""), "{name}");
    }
}

#[test]
fn numbers_are_masked_and_passwords_forgotten() {
    for (name, page) in both() {
        assert!(!page.contains(DOCUMENT), "{name} shows a whole document number");
        assert!(
            !page.contains("13912345678") || ["sign-up-error", "sign-up-shared"].iter().any(|own| name.ends_with(own)),
            "{name} shows a mobile number"
        );
        assert!(!page.contains("no-echo"), "{name} shows a password");
    }
}

#[test]
fn every_page_says_its_language_and_has_one_title() {
    for (name, page) in both() {
        let language = if name.starts_with("zh") { "zh-CN" } else { "en" };
        assert!(page.contains(&format!("<html lang=\"{language}\"")), "{name}");
        assert_eq!(page.matches("<h1").count(), 1, "{name}");
        assert!(page.contains("<main id=\"main\""), "{name}");
        assert!(!page.contains("{ $") && !page.contains("{$"), "{name}: a place left open");
    }
}

#[test]
fn every_page_says_where_help_is_and_whom_to_ask() {
    for (name, page) in both() {
        let foot =
            page.split("class=\"foot-help\"").nth(1).and_then(|rest| rest.split("</p>").next()).unwrap_or_default();
        assert!(foot.contains("href=\"/help?from=/") && foot.contains("href=\"tel:"), "{name}: {foot}");
    }
}

#[test]
fn what_staff_decided_and_how_long_they_take_is_said_on_the_exams_page() {
    let pages: BTreeMap<String, String> = both().into_iter().collect();
    for (name, words) in [
        ("zh-steps-review", "一般在 1 个工作日内完成"),
        ("zh-steps-passed", "报名资格审核：已通过"),
        ("zh-steps-half-paid", "CET6资格复核：复核失败"),
        ("zh-steps-half-paid", "准考证号与成绩库不符"),
        ("zh-choose-written", "选择科目"),
        ("zh-choose-written", "返回考试页面"),
    ] {
        assert!(pages[name].contains(words), "{name}: {words}");
    }
}

#[test]
fn an_exams_page_has_one_button_and_says_a_day_once() {
    let pages: BTreeMap<String, String> = both().into_iter().collect();
    let main = |name: &str| pages[name].split("<main").nth(1).unwrap().split("</main>").next().unwrap().to_owned();
    for name in ["zh-steps-mine", "zh-steps-half-paid"] {
        let main = main(name);
        assert_eq!(main.matches("class=\"button\" href=\"/orders/").count(), 1, "{name}");
        assert_eq!(main.matches("缴费</a>").count(), 1, "{name}");
    }
    let complete = main("zh-steps-complete");
    let (above, mine) = complete.split_once("id=\"mine\"").unwrap();
    let mine = mine.split("</section>").next().unwrap();
    assert_eq!((above.matches("4月24日").count(), mine.matches("4月24日").count()), (0, 1), "{mine}");
}

/// What stands instead of what walks with the handbooks found wrong.
const REPLACEMENTS: [&str; 34] = [
    "报考信息",
    "身份证号",
    "个人中心",
    "去认证",
    "上传失败，请重新选择照片",
    "暂不支持 HEIC 格式。请直接拍照，或转成 JPG 后再选",
    "与注册信息不一致",
    "手机号须验证后才能用于登录",
    "考场未编排",
    "Your hold has expired",
    "Your verified details",
    "Payment: under review",
    "Choose one sitting",
    "ake sure your face is well lit",
    "Sign out of other devices",
    "请核验本人身份",
    "请正对手机摄像头，约一分钟即可完成",
    "您刚刚扫描了电脑上的二维码",
    "认证未通过",
    "报名资格审核：不通过",
    "重新提交审核",
    "出生日期",
    "已报过半，余 ",
    "= 不报考",
    "请至少选择一个{ $part }科目",
    "选择科目",
    "（选报）",
    "座位立即释放",
    "已取消",
    "未认证",
    "未提交的照片将在1小时后删除",
    "看不清？换一张",
    "请勿告知他人",
    "Registered by candidate",
];

/// Words that were replaced by better ones come back with nobody noticing.
#[test]
fn words_that_were_replaced_are_gone() {
    let mut staff = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../backoffice/messages"), &mut staff);
    for old in ["报名信息", "居民身份证、居住证", "Sign out on", "’ s "] {
        assert!(![ZH, EN, staff.as_str()].iter().any(|catalogue| catalogue.contains(old)), "{old}");
    }
    for new in REPLACEMENTS {
        assert!([ZH, EN].iter().any(|catalogue| catalogue.contains(new)), "{new}");
    }
}

/// The promise is 40 KB and five requests for a first view of any page: of the files those that it names; markup is
/// compressed to less than a third. `ops/perf` asks a browser.
#[test]
fn the_script_is_small_and_the_first_view_too() {
    let script = include_str!("../../assets/page.js");
    assert!(script.len() < 9 * 1024, "{} bytes", script.len());
    let assets = crate::assets::assets();
    for (name, page) in both() {
        let total = assets.bytes_compressed_of(&page) + page.len() / 3;
        assert!(total < 36 * 1024, "{name}: {total} bytes");
        let pictures = tags(&page, "img").into_iter().filter_map(|tag| attribute(tag, "src"));
        let scripts = tags(&page, "script").into_iter().filter_map(|tag| attribute(tag, "src"));
        // Whoever sees pictures of their own card or payment has sent them before, and whoever sees a channel's code has
        // confirmed twice: that is no first view.
        let sent = ["/upload.jpg", "/screenshot.jpg", "/code.png?by=alipay", "/code.png?by=wechat_pay"];
        let is_sent =
            |file: &str| file.starts_with("/me/identity/pictures/") || sent.iter().any(|name| file.ends_with(name));
        let is_fetched = |file: &&str| !file.starts_with("data:") && !is_sent(file);
        let files: BTreeSet<&str> = pictures.chain(scripts).filter(is_fetched).collect();
        // With the page itself, its style sheet and its icon.
        assert!(files.len() + 3 <= 5, "{name}: {files:?}");
    }
}
