//! The pages in WebKit, which is what iPhones run, at a phone's width: nothing is cut off, scripts run, forms work.

#![cfg(not(target_os = "macos"))]
#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod iphone;
}

use testkit::{ServedApp, Walker};

use walking::iphone::{IPhone, SUBMIT, sign_up};

/// From a seat over WeChat Pay's page to the receipt: WebKit says where one comes from, and looks by itself.
async fn pays(phone: &mut IPhone) {
    phone.open("/exams/campus-english").await;
    phone.tap("label[for=agree]").await;
    phone.tap("label[for=sitting-en-0522-am-lakeside]").await;
    phone.turn("form.choose button[type=submit]").await;
    let order = phone.arrives("/orders/").await;
    phone.open(&format!("{order}?on=phone")).await;
    phone.looks("webkit-channels").await;
    phone.tap(".channel[value=wechat_pay]").await;
    phone.shows("确认缴费信息").await;
    phone.looks("webkit-confirm").await;
    phone.tap("form.pay button[type=submit]").await;
    phone.tap("button[value=pay]").await;
    phone.turns_to("确认时间").await;
    phone.looks("webkit-paid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_shows_every_page_whole_and_signs_up() {
    let mut app = ServedApp::start().await;
    let mut phone = Walker::webkit(app.url()).await;
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
    phone.turn(SUBMIT).await;
    phone.shows("请先处理下面的问题").await;
    phone.open("/agreement").await;
    phone.back().await.unwrap_or_else(|error| panic!("{error}"));
    phone.fill("#name", "孙剑峰").await;
    assert!(!phone.text().await.contains("请先处理下面的问题"), "{}", phone.text().await);

    sign_up(&app, &mut phone, "孙剑峰", "310104198807070019", "/exams/degree-english").await;
    phone.shows("下一步：实名认证").await;
    phone.looks("webkit-signed-in").await;
    pays(&mut phone).await;
    for (name, path, words) in [
        ("me", "/me", "账号与安全"),
        ("identity", "/me/identity?exam=degree-english&next=/exams/degree-english", "实名认证"),
        ("english", "/language?to=en&next=/exams/degree-english", "Next"),
    ] {
        phone.open(path).await;
        phone.shows(words).await;
        phone.looks(&format!("webkit-{name}")).await;
    }
    phone.finish().await;
    app.stop().await;
}
