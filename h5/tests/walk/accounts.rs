//! Rows A1, B1 to B5, C2 and C3, page by page, without a script.

use http::StatusCode;
use pagekit::local_path::query_value;

use crate::account_site::Reached;
use crate::site::{Site, account_form, document};

const EMAIL: &str = "li.na@example.com";
const MOBILE: &str = "13912345678";

#[tokio::test(flavor = "multi_thread")]
async fn a1_a_user_name_signs_up_and_in() {
    let reached = Reached::start().await;
    let mut guest = reached.visitor();
    // The exam that one comes from says what is asked.
    let page = guest.get("/sign-up?next=/exams/names").await;
    for part in ["name=\"username\"", "name=\"agree\"", "数字、字母、符号至少两种", "href=\"/agreement\""] {
        assert!(page.text.contains(part), "{part} in {}", page.text);
    }
    assert!(!page.text.contains("name=\"document\"") && !page.text.contains("name=\"code\""));
    // Where the first step is on a page of no exam, its address says from which exam one came.
    let check = query_value("/me/identity?exam=names&next=/exams/names");
    let page = guest.get(&format!("/sign-up?next={check}")).await;
    assert!(page.text.contains("name=\"username\""), "{}", page.text);
    let refused = guest.post("/sign-up?next=/exams/names", "username=zhang&password=abcdefgh").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["href=\"#username\"", "href=\"#password\"", "href=\"#agree\"", "value=\"zhang\""] {
        assert!(refused.text.contains(part), "{part}");
    }
    let form = "username=ZhangWei26&password=abcd-1234&agree=on";
    let made = guest.post("/sign-up?next=/exams/names", form).await;
    assert_eq!(made.location(), "/exams/names", "{}", made.text);
    let me = guest.get("/me").await;
    assert!(
        me.text.contains("ZhangWei26") && me.text.contains("通行证 ID") && me.text.contains("未填写"),
        "{}",
        me.text
    );
    let mut other = reached.visitor();
    let taken = other.post("/sign-up?exam=names", &form.to_lowercase().replace("1234", "9999")).await;
    assert!(taken.status == StatusCode::CONFLICT && taken.text.contains("已经有人用了"));
    let signed_in = other.post("/sign-in?next=/me&exam=names", "login=zhangwei26&password=abcd-1234").await;
    assert_eq!(signed_in.location(), "/me", "{}", signed_in.text);
    assert!(guest.get("/agreement").await.text.contains("报名服务协议"));
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_b2_b3_an_address_its_letters_and_a_captcha() {
    let reached = Reached::start().await;
    let mut guest = reached.visitor();
    let page = guest.get("/sign-up?exam=letters").await;
    assert!(page.text.contains("type=\"email\"") && page.text.contains("account.js"), "{}", page.text);
    let token = page.text.split("src=\"/captcha/").nth(1).unwrap().split('"').next().unwrap();
    let picture = guest.get(&format!("/captcha/{token}")).await;
    assert!(picture.bytes.starts_with(b"\x89PNG") && picture.headers["cache-control"] == "no-store");
    let form = format!("email={EMAIL}&password=secret-1");
    let bare = guest.post("/sign-up?exam=letters", &form).await;
    assert!(
        bare.status == StatusCode::UNPROCESSABLE_ENTITY && bare.text.contains("请填写图片中的字符"),
        "{}",
        bare.text
    );
    let sent = guest.post("/sign-up?exam=letters", &format!("{form}&{}", reached.solved(&bare))).await;
    assert!(sent.text.contains("请查收邮件") && sent.text.contains(EMAIL), "{}", sent.text);
    let link = reached.link(EMAIL, 1).await;
    let ask = guest.get(&link).await;
    assert!(
        ask.text.contains("完成注册") && guest.get(&link).await.status == StatusCode::OK,
        "looking uses nothing up"
    );
    let made = guest.post("/sign-up/finish", link.split('?').nth(1).unwrap()).await;
    assert_eq!(made.location(), "/exams/letters?said=account", "back where one came from: {}", made.text);
    assert!(guest.get(made.location()).await.text.contains("注册完成"));
    let me = guest.get("/me").await;
    assert!(me.text.contains("li***@example.com") && me.text.contains("已验证"), "{:?} {}", me.headers, me.text);
    assert_eq!(guest.get(&link).await.location(), made.location(), "opened twice: led on");
    let used = reached.visitor().get(&link).await;
    assert!(used.text.contains("账号已经建立") && used.text.contains("请登录"), "{}", used.text);

    // B2: the captcha always; B3: a link, a new password twice, once.
    let mut other = reached.visitor();
    let page = other.get("/sign-in?next=/exams/letters").await;
    let solved = reached.solved(&page);
    let path = "/sign-in?next=/exams/letters";
    let wrong = other.post(path, &format!("login={EMAIL}&password=nope-nope&{solved}")).await;
    assert!(wrong.text.contains("账号或密码不对") && !wrong.text.contains("nope-nope"));
    let again = other.post(path, &format!("login={EMAIL}&password=secret-1&{solved}")).await;
    assert!(again.text.contains("验证码不对或已过期"), "a captcha is good for one try: {}", again.text);
    let page = other.get("/forgotten").await;
    reached.forget_sendings().await;
    let sent = other.post("/forgotten", &format!("login={EMAIL}&{}", reached.solved(&page))).await;
    assert!(sent.text.contains("如果 li***@example.com 有账号"), "{}", sent.text);
    let page = other.get("/forgotten").await;
    let nobody = other.post("/forgotten", &format!("login=nobody@example.com&{}", reached.solved(&page))).await;
    assert_eq!(nobody.text.replace("no***@", "li***@"), sent.text, "the same page for nobody");
    let link = reached.link(EMAIL, 2).await;
    let token = link.split('?').nth(1).unwrap();
    assert!(other.get(&link).await.text.contains("name=\"again\""));
    let differ = other.post("/forgotten/reset", &format!("{token}&password=secret-2&again=secret-3")).await;
    assert!(differ.status == StatusCode::UNPROCESSABLE_ENTITY && differ.text.contains("两次填写的密码不一样"));
    let set = other.post("/forgotten/reset", &format!("{token}&password=secret-2&again=secret-2")).await;
    assert_eq!(set.location(), "/me?said=password", "{}", set.text);
    assert_eq!(guest.get("/me").await.status, StatusCode::SEE_OTHER, "other devices are signed out");
    let late = other.post("/forgotten/reset", &format!("{token}&password=secret-4&again=secret-4")).await;
    assert!(late.status == StatusCode::GONE && late.text.contains("重新获取"));
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_field_of_a_form_stands_for_a_captcha() {
    let reached = Reached::start().await;
    let mut guest = reached.visitor();
    let (path, form) = ("/sign-up?exam=letters", format!("email={EMAIL}&password=secret-1"));
    for more in ["then=send", "then=send&typed=x", "then=edit&then=send"] {
        let refused = guest.post(path, &format!("{form}&{more}")).await;
        assert!(!refused.text.contains("请查收邮件"), "{more}: {}", refused.text);
    }
    let page = guest.get(path).await;
    let sent = guest.post(path, &format!("{form}&{}", reached.solved(&page))).await;
    let typed = crate::signed_out::hidden(&sent, "typed");
    reached.link(EMAIL, 1).await;
    reached.forget_sendings().await;
    // The page's own button sends one more without another captcha; its seal is of this exam and of this form only.
    assert!(sent.text.contains("没有收到，再发一封") && sent.text.contains("邮箱写错了，改一下"), "{}", sent.text);
    let edited = guest.post(path, &format!("typed={typed}&then=edit")).await;
    assert!(edited.text.contains(&format!("value=\"{EMAIL}\"")), "nobody types it twice: {}", edited.text);
    let elsewhere = guest.post("/sign-up?exam=names", &format!("typed={typed}&then=send")).await;
    assert!(!elsewhere.text.contains("请查收邮件"), "{}", elsewhere.text);
    let other = guest.post(path, &format!("email=b%40example.com&password=secret-1&typed={typed}&then=send")).await;
    assert!(other.text.contains("请查收邮件") && other.text.contains(EMAIL), "{}", other.text);
    reached.link(EMAIL, 2).await;
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_to_no_exam_but_ours() {
    let reached = Reached::start().await;
    for (number, exam) in [(1, "//evil.example"), (2, "nobody")] {
        let mut guest = reached.visitor();
        let (email, page) = (format!("x{number}@example.com"), guest.get("/sign-up?exam=letters").await);
        let form = format!("email={email}&password=secret-1&{}", reached.solved(&page));
        guest.post("/sign-up?exam=letters", &form).await;
        let link = reached.link(&email, 1).await;
        let forged = link.split('?').nth(1).unwrap().replace("exam=letters", &format!("exam={}", query_value(exam)));
        assert!(guest.get(&format!("/sign-up/finish?{forged}")).await.status == StatusCode::OK);
        let made = guest.post("/sign-up/finish", &forged).await;
        assert_eq!(made.location(), "/me?said=account", "{}", made.text);
    }
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_b5_the_account_is_found_and_its_address_changed() {
    let reached = Reached::start().await;
    let mut candidate = reached.visitor();
    let form = account_form(1);
    candidate.post("/sign-up?exam=degree-english", &form).await;
    let code = reached.code(MOBILE, 1).await;
    let made = candidate.post("/sign-up?exam=degree-english", &format!("{form}&code={code}")).await;
    assert_eq!(made.location(), "/", "{}", made.text);

    let mut guest = reached.visitor();
    let page = guest.get("/forgotten/account").await;
    let person = format!("kind=resident_id&document={}&name=", document(1));
    let asked = format!("{person}{}&{}", query_value("张伟"), reached.solved(&page));
    let found = guest.post("/forgotten/account", &asked).await;
    assert!(found.text.contains("139****5678") && found.text.contains("可以用证件号码登录"), "{}", found.text);
    let page = guest.get("/forgotten/account").await;
    let asked = format!("{person}{}&{}", query_value("李娜"), reached.solved(&page));
    let other = guest.post("/forgotten/account", &asked).await;
    assert!(other.status == StatusCode::UNPROCESSABLE_ENTITY && other.text.contains("没有找到"));

    let page = candidate.get("/me/email").await;
    let asked = format!("email={EMAIL}&own=secret-1&{}", reached.solved(&page));
    let sent = candidate.post("/me/email", &asked).await;
    assert!(sent.text.contains("如果 li***@example.com 可以使用"), "{}", sent.text);
    let link = reached.link(EMAIL, 1).await;
    let verified = guest.post("/email/verify", link.split('?').nth(1).unwrap()).await;
    assert_eq!(verified.location(), "/me?said=email", "{}", verified.text);
    assert!(candidate.get("/me").await.text.contains("li***@example.com"));
    // An exam whose accounts sign in by e-mail asks for a captcha: no other exam's address goes around it.
    let (path, form) = ("/sign-in?next=/me&exam=degree-english", format!("login={EMAIL}&password=secret-1"));
    let bare = guest.post(path, &form).await;
    assert!(bare.text.contains("请填写图片中的字符"), "{}", bare.text);
    let signed_in = guest.post(path, &format!("{form}&{}", reached.solved(&bare))).await;
    assert_eq!(signed_in.location(), "/me", "the address is a login of the same account");
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_c3_a_document_and_a_mobile_with_its_code() {
    let reached = Reached::start().await;
    let mut guest = reached.visitor();
    // Without a script: handing in without the code sends it, and keeps what was typed.
    let form = account_form(1);
    let asked = guest.post("/sign-up?next=/me&exam=degree-english", &form).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = [MOBILE, "张伟", "验证码已发送到您的手机", "name=\"code\""];
    assert!(kept.iter().all(|part| asked.text.contains(part)), "{}", asked.text);
    assert!(!asked.text.contains("secret-1"));
    // With a script the button asks; it hears how long to wait.
    let soon = guest.post("/sign-up/code?exam=degree-english", &form).await;
    assert!(soon.text.contains("\"page\":false") && soon.text.contains("刚刚发送过验证码"), "{}", soon.text);
    let wrong = guest.post("/sign-up?next=/me&exam=degree-english", &format!("{form}&code=12345")).await;
    assert!(wrong.text.contains("短信验证码不对或已过期"), "{}", wrong.text);
    let code = reached.code(MOBILE, 1).await;
    // A right code is good until the form goes through: an error elsewhere keeps it.
    let short = form.replace("secret-1", "abc");
    let kept = guest.post("/sign-up?next=/me&exam=degree-english", &format!("{short}&code={code}")).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(kept.text.contains(&format!("value=\"{code}\"")), "{}", kept.text);
    let made = guest.post("/sign-up?next=/me&exam=degree-english", &format!("{form}&code={code}")).await;
    assert_eq!(made.location(), "/me", "{}", made.text);
    let mut other = reached.visitor();
    for login in [document(1), MOBILE.to_owned()] {
        let signed_in =
            other.post("/sign-in?next=/me&exam=degree-english", &format!("document={login}&password=secret-1")).await;
        assert_eq!(signed_in.location(), "/me", "{login}: {}", signed_in.text);
    }

    // 个人中心: a wrong name is corrected, the number is not asked; signing out elsewhere.
    let page = guest.get("/me/name").await;
    assert!(page.text.contains("不能自己修改") && !page.text.contains("name=\"document\""), "{}", page.text);
    // Who came from the card goes back to it, with or without a change.
    let from_card = format!("/me/name?next={}", query_value("/me/identity/card?exam=degree-english"));
    let page = guest.get(&from_card).await;
    assert!(page.text.contains("href=\"/me/identity/card?exam=degree-english\""), "{}", page.text);
    let name = guest.post(&from_card, &format!("name={}", query_value("张玮"))).await;
    assert_eq!(name.location(), "/me/identity/card?exam=degree-english&said=name", "{}", name.text);
    for (typed, said) in [("张1炜", "不能有“1”"), ("张炜\u{e000}", "不能有“U+E000”"), (&*"张".repeat(101), "100")]
    {
        let wrong = guest.post("/me/name", &format!("name={}", query_value(typed))).await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains(said),
            "{said}: {}",
            wrong.text
        );
    }
    let name = guest.post("/me/name", &format!("name={}", query_value("张炜"))).await;
    assert_eq!(name.location(), "/me?said=name", "{}", name.text);
    assert!(guest.get("/me").await.text.contains("张炜"));
    assert_eq!(guest.post("/me/sign-out-everywhere", "").await.location(), "/me/devices?said=everywhere");
    assert_eq!(guest.get("/me").await.status, StatusCode::OK);
    assert_eq!(other.get("/me").await.status, StatusCode::SEE_OTHER);
    let wrong = guest.post("/me/password", "old=nope&password=secret-2&again=secret-2").await;
    assert!(wrong.text.contains("密码不对"));
    let changed = guest.post("/me/password", "old=secret-1&password=secret-2&again=secret-2").await;
    assert_eq!(changed.location(), "/me?said=password", "{}", changed.text);
    assert_eq!(guest.get("/me").await.status, StatusCode::OK, "this device stays");

    // A forgotten password by the code, on the same page whether the number has an account or not.
    reached.forget_sendings().await;
    let page = other.get("/forgotten").await;
    let sent = other.post("/forgotten", &format!("login={MOBILE}&{}", reached.solved(&page))).await;
    assert!(sent.text.contains("action=\"/forgotten/code"), "{}", sent.text);
    let code = reached.code(MOBILE, 2).await;
    let set = format!("login={MOBILE}&code={code}&password=secret-3&again=secret-3");
    assert_eq!(other.post("/forgotten/code?next=/me", &set).await.location(), "/me?said=password");
    assert_eq!(guest.get("/me").await.status, StatusCode::SEE_OTHER);
    reached.stop().await;
}

/// What everybody reads on the page is no password, neither the first nor another one.
#[tokio::test(flavor = "multi_thread")]
async fn no_password_is_made_of_the_site_s_names() {
    let site = Site::start(5).await;
    let (mut guest, sign_up) = (site.visitor(), "/sign-up?exam=degree-english");
    for bad in ["Degree-English1", "seathold.26"] {
        let refused = guest.post(sign_up, &account_form(1).replace("secret-1", bad)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(refused.text.contains("密码不能用本站、考试或学校的名称"), "{bad}: {}", refused.text);
    }
    assert_eq!(guest.post(sign_up, &account_form(1)).await.status, StatusCode::SEE_OTHER);
    let changed = "old=secret-1&password=degreeenglish&again=degreeenglish";
    let refused = guest.post("/me/password", changed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("密码不能用本站、考试或学校的名称"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_after_wrong_passwords_the_page_asks_for_a_captcha() {
    let reached = Reached::start().await;
    let mut guest = reached.visitor();
    let form = format!("login={}&password=nope-nope", document(7));
    for _ in 0..4 {
        let wrong = guest.post("/sign-in?exam=degree-english", &form).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && !wrong.text.contains("captcha_token"));
    }
    let fifth = guest.post("/sign-in?exam=degree-english", &form).await;
    assert!(fifth.text.contains("captcha_token"), "it is there before it is needed: {}", fifth.text);
    let sixth = guest.post("/sign-in?exam=degree-english", &form).await;
    assert!(sixth.text.contains("请填写图片中的字符"), "{}", sixth.text);
    let solved = guest.post("/sign-in?exam=degree-english", &format!("{form}&{}", reached.solved(&sixth))).await;
    // It waits a second besides, unless that has passed.
    assert!(!solved.text.contains("请填写图片中的字符") && solved.status.is_client_error(), "{}", solved.text);
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_no_exam_chooses_one_and_meets_the_strictest_rules() {
    let reached = Reached::start().await;
    let mut guest = reached.visitor();
    for path in ["/sign-up", "/sign-up?next=/me"] {
        let page = guest.get(path).await.text;
        for exam in ["degree-english", "names", "letters"] {
            assert!(page.contains(&format!("href=\"/sign-up?exam={exam}&amp;next=/exams/{exam}\"")), "{page}");
        }
        assert!(!page.contains("name=\"password\""), "{page}");
    }
    assert!(guest.get("/sign-up?exam=letters").await.text.contains("name=\"email\""));
    // A form that names none leads back to choosing, and sends nothing.
    let form = account_form(3);
    assert_eq!(guest.post("/sign-up?next=/me", &form).await.location(), "/sign-up?next=/me");
    assert!(guest.post("/sign-up/code", &form).await.text.contains("\"page\":true"));
    for path in ["/sign-in", "/sign-in?next=/me"] {
        let page = guest.get(path).await.text;
        assert!(page.contains("用户名、邮箱、证件号码或手机号") && page.contains("captcha_token"), "{page}");
    }
    let page = guest.get("/sign-in?next=/exams/degree-english").await.text;
    assert!(page.contains("证件号码</label>") && !page.contains("captcha_token"), "{page}");
    let bare = guest.post("/sign-in", "login=13912345678&password=nope-nope").await;
    assert!(bare.text.contains("请填写图片中的字符"), "{}", bare.text);

    // A new password: what the exams take whose accounts sign in so, until one has applied to some.
    let form = "username=ZhangWei26&password=abcd-1234&agree=on";
    guest.post("/sign-up?next=/exams/names", form).await;
    let page = guest.get("/me/password").await.text;
    assert!(page.contains("至少 8 位，数字、字母、符号至少两种"), "{page}");
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_no_code_can_be_sent_today_the_pages_say_what_else_can_be_done() {
    let reached = Reached::start().await;
    let mut candidate = reached.visitor();
    let form = account_form(1);
    candidate.post("/sign-up?exam=degree-english", &form).await;
    let code = reached.code(MOBILE, 1).await;
    candidate.post("/sign-up?exam=degree-english", &format!("{form}&code={code}")).await;
    let spent = "UPDATE registration.account_sending_days SET sent = 100";
    reached.site.execute(spent).await;

    let mut guest = reached.visitor();
    let refused = guest.post("/sign-up?exam=degree-english", &account_form(2)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("明天 0:00 后") && refused.text.contains("直接用密码登录"), "{}", refused.text);
    let mut said = Vec::new();
    for login in [document(1), document(2), MOBILE.to_owned(), "13800000000".to_owned()] {
        let page = guest.get("/forgotten").await;
        let asked = guest.post("/forgotten", &format!("login={login}&{}", reached.solved(&page))).await;
        assert_eq!(asked.status, StatusCode::TOO_MANY_REQUESTS);
        let summary = asked.text.split("明天 0:00 后").nth(1).unwrap_or_else(|| panic!("{}", asked.text));
        assert!(summary.contains("请填邮箱找回"), "{summary}");
        said.push(summary.split('<').next().unwrap().to_owned());
    }
    assert!(said.windows(2).all(|two| two[0] == two[1]), "{said:?}");
    reached.stop().await;
}
