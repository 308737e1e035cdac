//! CET 4/6, as a reader of its handbooks of 2017 walks through it, chapter by chapter: a passport account by e-mail, the
//! agreement, eligibility, the review of an earlier score, written subjects, an oral test at another campus, the admission
//! ticket; and the wrong turns that the handbooks show. In phone emulation, against the real binary and its sandbox.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod cet;
    pub(crate) mod office;
    pub(crate) mod people;
    pub(crate) mod ticket;
}

use testkit::{BrowserOptions, ServedApp, Walker};

use walking::cet::{EMAIL, EXAM, NAME, NUMBER, PASSWORD, find_oneself, link_to, pay_by_bank, solve};
use walking::ticket::{Sitter, takes_ticket};

const TICKET: &str = "430000201106001";

async fn sign_up(app: &ServedApp, phone: &mut Walker) {
    phone.open("/").await;
    phone.looks("cet-01-exams").await;
    phone.tap(&format!("a[href='{EXAM}']")).await;
    phone.shows("第 1 步，共 7 步").await;
    phone.looks("cet-02-exam").await;
    phone.tap(".callout a.button").await;
    phone.arrives("/sign-in").await;
    phone.tap("a[href^='/sign-up']").await;
    phone.arrives("/sign-up").await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("请填写完整的邮箱").await;
    phone.looks("cet-03-sign-up-errors").await;
    phone.fill("#email", EMAIL).await;
    phone.fill("#password", PASSWORD).await;
    phone.tap("#agree").await;
    solve(phone).await;
    phone.tap("main form > button[type=submit]").await;
    phone.shows("我们已向").await;
    phone.looks("cet-04-letter").await;
    let link = link_to(app, EMAIL).await;
    phone.open(&link).await;
    phone.looks("cet-05-link").await;
    phone.tap("main form button[type=submit]").await;
    phone.arrives(EXAM).await;
    phone.shows("注册完成").await;
    phone.looks("cet-06-account").await;
    phone.open(&link).await;
    // Opened twice by the same person: they are led on.
    phone.shows("注册完成").await;
    phone.looks("cet-07-used-link").await;
}

async fn agree(phone: &mut Walker) {
    phone.open(EXAM).await;
    phone.tap(".callout a.button").await;
    phone.arrives("/notice").await;
    phone.looks("cet-08-agreement").await;
    // 不同意 goes back.
    phone.tap(".actions a").await;
    phone.shows("下一步：报考须知").await;
    phone.tap(".callout a.button").await;
    phone.tap("#agree").await;
    phone.tap("main form button[type=submit]").await;
    phone.arrives("/eligibility").await;
}

async fn is_not_found(phone: &mut Walker) {
    phone.looks("cet-09-eligibility").await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("请选择证件类型").await;
    phone.select("#kind", "resident_id").await;
    phone.fill("#number", NUMBER).await;
    phone.fill("#name", "颜冬").await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("没有查到证件号码和姓名都一致的学籍").await;
    phone.looks("cet-10-not-found").await;
}

async fn review_score(phone: &mut Walker) {
    phone.shows("英语四级笔试").await;
    phone.looks("cet-11-person").await;
    phone.tap("a[href*='/score-review']").await;
    phone.arrives("/score-review").await;
    phone.fill("#ticket", "430000201106999").await;
    phone.tap("#agree").await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("无法提交").await;
    phone.looks("cet-12-review-refused").await;
    phone.fill("#ticket", TICKET).await;
    if !phone.find_one("#agree").await.is_selected().await.unwrap_or_default() {
        phone.tap("#agree").await;
    }
    phone.tap("main form button[type=submit]").await;
    phone.shows("复核通过").await;
    phone.looks("cet-13-review-passed").await;
}

async fn bind(phone: &mut Walker) {
    phone.open(&format!("{EXAM}/eligibility")).await;
    find_oneself(phone).await;
    phone.tap("form.stack button[type=submit]").await;
    phone.shows("请检查学籍与资格信息，并勾选确认").await;
    phone.tap("#agree").await;
    phone.tap("form.stack button[type=submit]").await;
    phone.arrives(EXAM).await;
    phone.shows("保存成功").await;
    phone.shows("报名个人信息").await;
    phone.shows("下一步：笔试科目报考").await;
}

async fn choose_written(phone: &mut Walker) {
    phone.tap(".callout a.button").await;
    phone.arrives("part=written").await;
    phone.shows("省通告").await;
    phone.tap("form.choose button[type=submit]").await;
    phone.shows("请至少选择一个笔试科目").await;
    phone.looks("cet-14-written-none").await;
    phone.tap("label[for='sitting-cet4-written-993010']").await;
    phone.tap("label[for='sitting-cet6-written-993010']").await;
    phone.looks("cet-15-written").await;
    phone.tap("form.choose button[type=submit]").await;
    phone.shows("我的报考").await;
    phone.shows("¥60.00").await;
    phone.looks("cet-16-mine").await;
    // Another language of a level that is taken cannot be chosen, and the page says why.
    phone.open(&format!("{EXAM}/sittings?part=written")).await;
    phone.shows("英语和小语种笔试同级别科目只能报考1科").await;
    assert!(!phone.has("#sitting-ja4-written-993010").await, "it cannot be ticked");
    phone.looks("cet-17-same-level").await;
}

async fn choose_oral(phone: &mut Walker) {
    phone.open(&format!("{EXAM}/sittings?part=oral")).await;
    phone.shows("报名学校校区").await;
    phone.select("#campus", "991010").await;
    if !phone.path().await.contains("campus=991010") {
        phone.tap(".campus-form button").await;
    }
    phone.arrives("campus=991010").await;
    phone.looks("cet-18-oral").await;
    phone.tap("label[for='sitting-cet4-oral-991010']").await;
    phone.tap("form.choose button[type=submit]").await;
    phone.shows("英语四级口试").await;
    phone.looks("cet-19-both").await;
    // The written test of that level cannot go while the oral one stands; another one can.
    until_drops(phone, &["cet6-written-993010", "cet4-oral-991010"]).await;
    phone.tap("details.drop:has(input[value='cet6-written-993010']) summary").await;
    phone.shows("座位立即释放").await;
    phone.looks("cet-26-drop").await;
    phone.tap("form:has(input[value='cet6-written-993010']) button").await;
    until_drops(phone, &["cet4-oral-991010"]).await;
}

/// The written test cannot be given back while the oral one stands, and the oral one is paid after it.
async fn kept_together(phone: &mut Walker) {
    phone.shows("已报考英语四级口试").await;
    assert!(!phone.has("form[action$='/release']").await, "what always fails is not offered");
    phone.looks("cet-24-kept").await;
    phone.open(EXAM).await;
    let script = "return [...document.querySelectorAll('.mine .order-do a.link')].map(link => link.pathname)";
    let orders = phone.execute(script, Vec::new()).await.expect("the orders have links");
    let oral = orders.as_array().and_then(|all| all.last()).and_then(|path| path.as_str()).expect("two orders");
    phone.open(oral).await;
    phone.shows("请先为“英语四级笔试”缴费").await;
    assert!(!phone.has("input[type=file]").await, "nothing is asked for yet");
    phone.looks("cet-25-written-first").await;
}

/// Without the review of an earlier score, band 6 is not for this person: neither written nor oral.
async fn not_eligible(phone: &mut Walker) {
    phone.open(&format!("{EXAM}/sittings?part=written")).await;
    phone.shows("不具有英语六级笔试报考资格！").await;
    assert!(!phone.has("#sitting-cet6-written-993010").await, "it cannot be ticked");
    phone.looks("cet-22-not-eligible").await;
    phone.tap("label[for='sitting-cet4-written-993010']").await;
    phone.tap("form.choose button[type=submit]").await;
    phone.shows("我的报考").await;
    phone.open(&format!("{EXAM}/sittings?part=oral&campus=991010")).await;
    phone.shows("不具有CET六级口试报考资格！").await;
    phone.looks("cet-23-not-eligible-oral").await;
}

/// Waits until these are the sittings that the page lets one drop.
async fn until_drops(phone: &Walker, sittings: &[&str]) {
    let mut seen = Vec::new();
    for _ in 0..600 {
        seen = drops(phone).await;
        if seen == sittings {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{sittings:?} could not be dropped, but {seen:?}");
}

/// The sittings that the page lets one drop.
async fn drops(phone: &Walker) -> Vec<String> {
    let script = "return [...document.querySelectorAll('.mine input[name=sitting]')].map(input => input.value)";
    // Between two pages there is none to ask.
    let found = phone.execute(script, Vec::new()).await.unwrap_or_default();
    let found = found.as_array().cloned().unwrap_or_default();
    found.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_b7_b8_b9_b10_b11_b13_b14_b15_cet_from_the_account_to_the_payment() {
    let mut app = ServedApp::start().await;
    let mut phone = Walker::start(app.url(), BrowserOptions::default()).await;
    sign_up(&app, &mut phone).await;
    agree(&mut phone).await;
    is_not_found(&mut phone).await;
    find_oneself(&phone).await;
    review_score(&mut phone).await;
    bind(&mut phone).await;
    choose_written(&mut phone).await;
    choose_oral(&mut phone).await;
    phone.tap(".mine .order-do a.link").await;
    phone.arrives("/orders/").await;
    phone.shows("¥30.00").await;
    phone.looks("cet-20-payment").await;
    kept_together(&mut phone).await;
    phone.open("/").await;
    phone.shows("下一步：笔试缴费").await;
    phone.looks("cet-21-home").await;
    pay_by_bank(&mut phone).await;
    let sitter = Sitter { exam: "cet", sitting: "cet4-written-993010", name: NAME, has_photo: false };
    let number = takes_ticket(&app, &mut phone, &sitter).await;
    // Campus, year and half, subject, room and seat, as the exam's pattern has them.
    assert!(number.len() == 15 && number.starts_with("9930102711001"), "{number}");
    phone.finish().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b2_b3_b4_b9_forgotten_passwords_accounts_and_people_of_others() {
    let mut app = ServedApp::start().await;
    let mut phone = Walker::start(app.url(), BrowserOptions::default()).await;
    sign_up(&app, &mut phone).await;
    agree(&mut phone).await;
    bind(&mut phone).await;
    not_eligible(&mut phone).await;
    phone.open("/me").await;
    phone.tap("form[action='/sign-out'] button").await;
    phone.find_one(".masthead a[href^='/sign-in']").await;

    // B2: e-mail, password, captcha.
    phone.open(&format!("/sign-in?next={EXAM}")).await;
    phone.fill("#login", EMAIL).await;
    phone.fill("#password", "not-the-password").await;
    solve(&phone).await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("账号或密码不对").await;
    phone.looks("cet-30-wrong-password").await;

    // B3: the letter, the link once, the new password. An address gets one letter a minute, and has had one.
    app.execute("UPDATE registration.account_sendings SET sent_at = sent_at - interval '1 minute'").await;
    phone.tap("a[href^='/forgotten?']").await;
    phone.fill("#login", EMAIL).await;
    solve(&phone).await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("邮件").await;
    phone.looks("cet-31-forgotten").await;
    let mut link = String::new();
    for _ in 0..600 {
        link = link_to(&app, EMAIL).await;
        if link.starts_with("/forgotten/reset") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    phone.open(&link).await;
    phone.looks("cet-32-reset").await;
    phone.fill("#password", "another-2027").await;
    phone.fill("#again", "another-2027").await;
    phone.tap("main form button[type=submit]").await;
    phone.arrives("said=password").await;
    phone.open(&link).await;
    phone.shows("链接已经用过").await;

    // B9: a person who is bound to one account cannot be bound to another.
    let other = "other@example.edu";
    let mut second = Walker::start(app.url(), BrowserOptions::default()).await;
    walking::cet::sign_up(&app, &mut second, other).await;
    agree(&mut second).await;
    find_oneself(&second).await;
    second.tap("#agree").await;
    second.tap("form.stack button[type=submit]").await;
    second.shows("这位考生的报考信息已绑定其他账号").await;
    second.looks("cet-33-bound-elsewhere").await;
    second.finish().await;
    phone.finish().await;
    app.stop().await;
}
