//! The pages in WebKit, which is what iPhones run, at a phone's width: nothing is cut off, scripts run, forms work.

#![cfg(not(target_os = "macos"))]

use std::time::Duration;

use fantoccini::Locator;
use testkit::{ServedApp, WebKit};

const MOBILE: &str = "13912340000";
const WAIT: Duration = Duration::from_secs(20);

struct Phone<'a> {
    webkit: WebKit,
    app: &'a ServedApp,
}

impl Phone<'_> {
    async fn open(&self, path: &str) {
        self.webkit.goto(&format!("{}{path}", self.app.url())).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    async fn text(&self) -> String {
        let text = self.webkit.execute("return document.body.innerText", Vec::new()).await;
        text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    async fn shows(&self, words: &str) {
        for _ in 0..200 {
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{words} is not in: {}", self.text().await);
    }

    async fn fill(&self, css: &str, text: &str) {
        let field = self.webkit.wait().at_most(WAIT).for_element(Locator::Css(css)).await;
        let field = field.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.clear().await.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    async fn submit(&self) {
        let send = "document.querySelector('main form button[type=submit]:not([formaction])').click()";
        self.webkit.execute(send, Vec::new()).await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Nothing is wider than the phone, and the site's script has run.
    async fn looks(&self, name: &str) {
        let wide = "return document.documentElement.scrollWidth - innerWidth";
        let wide = self.webkit.execute(wide, Vec::new()).await.unwrap_or_default();
        assert!(wide.as_f64().is_some_and(|wide| wide <= 0.0), "{name} is {wide} pixels too wide");
        let has_run = "return document.documentElement.classList.contains('js')";
        let has_run = self.webkit.execute(has_run, Vec::new()).await.unwrap_or_default();
        assert_eq!(has_run.as_bool(), Some(true), "{name}: the script has not run");
        self.webkit.screenshot(name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_shows_every_page_whole_and_signs_up() {
    let mut app = ServedApp::start().await;
    let phone = Phone { webkit: WebKit::start().await, app: &app };
    let pages = [
        ("home", "/language?to=zh&next=/", "考试报名"),
        ("cet", "/exams/cet", "报名流程"),
        ("degree", "/exams/degree-english", "实名认证"),
        ("campus", "/exams/campus-english", "余 240/240"),
        ("sign-in", "/sign-in?next=/exams/cet", "电子邮箱"),
        ("sign-up-email", "/sign-up?exam=cet", "验证"),
        ("sign-up-name", "/sign-up?exam=continuing-education", "用户名"),
        ("forgotten", "/forgotten", "找回密码"),
    ];
    for (name, path, words) in pages {
        phone.open(path).await;
        phone.shows(words).await;
        phone.looks(&format!("webkit-{name}")).await;
    }

    // Back to what answered a form, and loading it anew, show the form and send nothing.
    phone.open("/sign-up?next=/exams/degree-english").await;
    phone.submit().await;
    phone.shows("请先处理下面的问题").await;
    phone.open("/agreement").await;
    phone.webkit.back().await.unwrap_or_else(|error| panic!("{error}"));
    phone.fill("#name", "孙剑峰").await;
    assert!(!phone.text().await.contains("请先处理下面的问题"), "{}", phone.text().await);

    phone.open("/sign-up?next=/exams/degree-english").await;
    for (field, text) in
        [("#name", "孙剑峰"), ("#document", "310104198807070019"), ("#mobile", MOBILE), ("#password", "secret-1")]
    {
        phone.fill(field, text).await;
    }
    // With the code missing, it is sent and asked for.
    phone.submit().await;
    phone.shows("验证码").await;
    let mut code = String::new();
    for _ in 0..100 {
        code = app.messages(MOBILE).await.first().map(|message| message.code.clone()).unwrap_or_default();
        if !code.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    phone.looks("webkit-code").await;
    phone.fill("#code", &code).await;
    phone.fill("#password", "secret-1").await;
    phone.submit().await;
    phone.shows("下一步：实名认证").await;
    phone.looks("webkit-signed-in").await;
    for (name, path, words) in [
        ("me", "/me", "账号与安全"),
        ("identity", "/me/identity?exam=degree-english&next=/exams/degree-english", "实名认证"),
        ("english", "/language?to=en&next=/exams/degree-english", "Next"),
    ] {
        phone.open(path).await;
        phone.shows(words).await;
        phone.looks(&format!("webkit-{name}")).await;
    }
    phone.webkit.close().await;
    app.stop().await;
}
