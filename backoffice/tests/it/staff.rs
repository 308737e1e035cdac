//! Who works: the second step of signing in, one's own sign-ins, and accounts of staff, where a second factor is asked for.

mod approvals;
mod letters;
mod retention;
mod ties;

use backoffice::SecondFactor;
use gateways::Gateways;
use http::StatusCode;
use registration::desk::staff::Role;
use testkit::app_code;

use crate::house::{House, Reply};

const PASSWORD: &str = "a%20long%20password";

impl House {
    /// A house in which everybody shows a second factor.
    async fn guarded() -> Self {
        Self::open_guarded(Gateways::default(), SecondFactor::Required).await
    }

    /// Half a minute later: the code of now has not counted yet.
    async fn half_a_minute_later(&self) {
        self.sql("UPDATE registration.staff_factors SET last_step = 0").await;
    }

    /// Six minutes later: nothing is fresh any more.
    async fn six_minutes_later(&self) {
        self.sql("UPDATE registration.staff_sessions SET factor_at = factor_at - interval '6 minutes'").await;
    }

    /// Signs in up to the second step and sets an app up: its secret, and the page with the recovery codes.
    pub(crate) async fn enrol(&mut self, name: &str) -> (String, String) {
        let (status, location, _) = self.sign_in(name).await;
        assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/factor?next=/"));
        let (_, location, _) = self.get("/factor?next=/").await;
        assert_eq!(location, "/factor/enrol?next=/");
        let page = self.get(&location).await.2;
        let secret = between(&page, "<p class=\"letters\">", "<").to_owned();
        let form = format!("sealed={}&code={}", between(&page, "name=\"sealed\" value=\"", "\""), app_code(&secret));
        let (status, _, codes) = self.post(&location, &form).await;
        assert_eq!(status, StatusCode::OK, "{codes}");
        self.keep(name);
        (secret, codes)
    }

    /// Shows the code of half a minute later.
    async fn show(&mut self, secret: &str, more: &str) -> Reply {
        self.half_a_minute_later().await;
        self.post("/factor?next=/staff", &format!("code={}{more}", app_code(secret))).await
    }
}

fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split(after).next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_nobody_works_without_a_second_factor() {
    let mut house = House::guarded().await;
    house.hire("chief", Role::Administrator).await;
    house.sign_in("chief").await;
    let copied = house.cookie.clone();
    // The password alone opens no page and does nothing.
    for path in ["/", "/staff", "/finance", "/my/sign-ins", "/check-in"] {
        let (status, location, _) = house.get(path).await;
        assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/factor?next={path}")));
    }
    let (status, _, asked) = house.post("/staff/invite", "name=new.one&role=finance").await;
    assert!(status == StatusCode::UNAUTHORIZED && asked.contains("两步验证"), "{asked}");
    assert_eq!(house.bring("/check-in/a/b/c/scans", "{}").await.0, StatusCode::UNAUTHORIZED);
    let (secret, codes) = house.enrol("chief").await;
    assert!(codes.matches("<li><code>").count() == 10 && codes.contains("请保存恢复码"), "{codes}");
    assert_eq!(house.get("/staff").await.0, StatusCode::OK);
    let mine = std::mem::replace(&mut house.cookie, copied);
    assert_eq!(house.get("/").await.1, "/factor?next=/", "of another sign-in, half way in");
    house.cookie = mine;
    assert_eq!(house.get("/factor/enrol").await.0, StatusCode::OK, "fresh: another phone may take its place");
    // The next sign-in: a wrong code, a used one, then the right one.
    house.sign_in("chief").await;
    let (status, _, page) = house.post("/factor?next=/staff", "code=000000").await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("验证码不对"), "{page}");
    let (_, _, page) = house.post("/factor?next=/staff", &format!("code={}", app_code(&secret))).await;
    assert!(page.contains("已经用过"), "it set the app up: {page}");
    assert_eq!(house.get("/factor/enrol").await.1, "/factor?next=/", "whoever has one sets up no other");
    let copied = house.cookie.clone();
    let (status, location, _) = house.show(&secret, "").await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/staff"));
    // What was copied before the second step opens nothing behind it.
    let mine = std::mem::replace(&mut house.cookie, copied);
    assert_eq!(house.get("/factor").await.1, "/sign-in?next=/factor");
    house.cookie = mine;
    assert_eq!(house.get("/staff").await.0, StatusCode::OK);
    // A recovery code, once.
    let code = between(&codes, "<li><code>", "<").to_lowercase();
    house.sign_in("chief").await;
    assert_eq!(house.post("/factor?next=/", &format!("recovery={code}")).await.1, "/");
    house.sign_in("chief").await;
    let (_, _, page) = house.post("/factor?next=/", &format!("recovery={code}")).await;
    assert!(page.contains("恢复码不对") && page.contains("<details class=\"lost\" open>"), "{page}");
    // Signing out of the half way is signing out.
    assert_eq!(house.post("/sign-out", "").await.1, "/sign-in");
    assert_eq!(house.get("/factor").await.1, "/sign-in?next=/factor");
}

/// After an upgrade from a version without it, a form waits for the first sign-in with a second factor.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_waits_until_its_sender_has_set_a_second_factor_up() {
    let mut house = House::guarded().await;
    house.hire("chief", Role::Administrator).await;
    let (status, _, ended) = house.post("/staff/invite", "name=new.one&role=finance").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let carried = |page: &str| between(page, "name=\"carried\" value=\"", "\"").to_owned();
    let form = format!("name=chief&password={PASSWORD}&carried={}", carried(&ended));
    assert_eq!(house.post("/sign-in?next=/staff", &form).await.1, "/factor?next=/staff", "nobody knows whose it is");
    let (_, _, half) = house.post("/staff/invite", "name=new.one&role=finance").await;
    let secret = between(&half, "<p class=\"letters\">", "<").to_owned();
    let sealed = between(&half, "name=\"sealed\" value=\"", "\"").to_owned();
    let form = format!("sealed={sealed}&code=000000&carried={}", carried(&half));
    let (_, _, wrong) = house.post("/factor/enrol?next=/staff", &form).await;
    assert!(wrong.contains("验证码不对") && wrong.contains(&secret), "the same secret: {wrong}");
    let form = format!("sealed={sealed}&code={}&carried={}", app_code(&secret), carried(&wrong));
    let (_, _, codes) = house.post("/factor/enrol?next=/staff", &form).await;
    assert!(codes.contains("请保存恢复码") && codes.contains("name=\"name\" value=\"new.one\""), "{codes}");
}

/// What must not be done by whoever finds a desk unattended needs the second factor again, and loses nothing by it.
#[tokio::test(flavor = "multi_thread")]
async fn d6_a_dangerous_act_asks_for_a_fresh_second_factor_and_goes_on() {
    let mut house = House::guarded().await;
    house.hire("chief", Role::Administrator).await;
    let (secret, _) = house.enrol("chief").await;
    house.six_minutes_later().await;
    for (path, form) in [
        ("/accounts/rebind", "from=a&to=b&sure=true"),
        ("/accounts/correct", "account=0&name=x"),
        ("/accounts/code", "account=0"),
        ("/candidates/00000000000000000000000000000000/exams/degree-english/in-person", "shown=resident_id"),
        ("/staff/invite", "name=new.one&role=finance"),
        ("/staff/li.min/enable", ""),
        ("/staff/li.min/link", ""),
        ("/staff/li.min/reset-factor", ""),
        ("/finance/refunds/00000000000000000000000000000000/agree", ""),
        ("/factor/codes", ""),
        ("/imports/00000000-0000-0000-0000-000000000000/apply", ""),
        ("/imports/00000000-0000-0000-0000-000000000000/corrected.xlsx", ""),
        ("/exports/roster.csv", "exam=degree-english&whole=yes"),
        ("/api-keys", "name=a&scope=hold&of=all&days=30"),
        ("/api-keys/1/rotate", "hours=1"),
        ("/api-keys/1/revoke", ""),
        ("/webhooks", "url=x"),
        ("/webhooks/00000000-0000-0000-0000-000000000000/change", "url=x"),
        ("/webhooks/00000000-0000-0000-0000-000000000000/secret", ""),
        ("/webhooks/00000000-0000-0000-0000-000000000000/start", ""),
    ] {
        let (status, location, page) = house.post(path, form).await;
        let is_asked = status == StatusCode::UNAUTHORIZED && page.contains("再次确认是您本人");
        assert!(is_asked, "{path}: {status} {location} {page}");
    }
    let (_, _, page) = house.post("/staff/invite", "name=new.one&role=finance").await;
    assert!(!page.contains("new.one"), "it is sealed: {page}");
    let carried = format!("&carried={}", between(&page, "name=\"carried\" value=\"", "\""));
    let (status, _, on) = house.show(&secret, &carried).await;
    assert!(status == StatusCode::OK && on.contains("action=\"/staff/invite\""), "{on}");
    assert!(on.contains("name=\"name\" value=\"new.one\"") && on.contains("已确认是您本人"), "{on}");
    let (status, _, made) = house.post("/staff/invite", "name=new.one&role=finance").await;
    assert!(status == StatusCode::OK && made.contains("http://staff.example.edu/join?token="), "{made}");
    // Taking access away waits for nothing.
    house.six_minutes_later().await;
    assert_eq!(house.post("/staff/new.one/disable", "").await.1, "/staff/new.one?done=disable");
    // What another one of the staff had begun goes on with nobody else.
    house.hire("deputy", Role::Administrator).await;
    let (deputy, _) = house.enrol("deputy").await;
    let (status, location, _) = house.show(&deputy, &carried).await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/staff"));
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_an_administrator_invites_disables_and_resets() {
    let mut house = House::guarded().await;
    house.hire("chief", Role::Administrator).await;
    house.hire("li.min", Role::Reviewer).await;
    house.enrol("li.min").await;
    assert_eq!(house.get("/staff").await.0, StatusCode::FORBIDDEN, "a reviewer manages nobody");
    assert_eq!(house.post("/staff/chief/disable", "").await.0, StatusCode::FORBIDDEN);
    house.cookie = None;
    house.enrol("chief").await;
    let (_, _, page) = house.post("/staff/invite", "name=Wang%20Fang&role=finance").await;
    assert!(page.contains("用户名不符合要求") && page.contains("value=\"Wang Fang\""), "{page}");
    let (_, _, page) = house.post("/staff/invite", "name=wang.fang&role=finance").await;
    let link = between(&page, "http://staff.example.edu", "\"").to_owned();
    assert!(house.get("/staff").await.2.contains("等待接受邀请"));
    // Whoever has the link chooses a password, once, and sets a second factor up.
    house.cookie = None;
    let (_, _, page) = house.get(&link).await;
    assert!(page.contains("wang.fang") && page.contains("请设置登录密码"), "{page}");
    let token = link.split('=').nth(1).unwrap();
    let form = |password: &str, repeat: &str| format!("token={token}&password={password}&repeat={repeat}");
    let (_, _, page) = house.post("/join", &form("long-enough-1", "long-enough-2")).await;
    assert!(page.contains("两次输入的密码不一样"), "{page}");
    assert!(house.post("/join", &form("short", "short")).await.2.contains("10 至 64"));
    assert!(house.post("/join", &form("1234567890", "1234567890")).await.2.contains("太常见"));
    assert_eq!(house.post("/join", &form(PASSWORD, PASSWORD)).await.1, "/factor");
    assert_eq!(house.get("/factor").await.1, "/factor/enrol?next=/");
    let (status, _, page) = house.post("/join", &form(PASSWORD, PASSWORD)).await;
    assert!(status == StatusCode::GONE && page.contains("这个链接已经用过"), "{page}");
    assert_eq!(house.get("/join?token=").await.0, StatusCode::GONE);
    let (secret, _) = house.enrol("wang.fang").await;
    assert_eq!(house.get("/finance").await.0, StatusCode::OK);
    // What is done to them is done at once, and stands on their page.
    house.by("chief");
    assert_eq!(house.post("/staff/wang.fang/reset-factor", "").await.1, "/staff/wang.fang?done=reset-factor");
    house.by("wang.fang");
    assert_eq!(house.get("/finance").await.1, "/sign-in?next=/finance");
    house.sign_in("wang.fang").await;
    assert_eq!(house.get("/factor").await.1, "/factor/enrol?next=/", "{secret}");
    house.by("chief");
    let page = house.get("/staff/wang.fang").await.2;
    for said in ["重置两步验证", "通过链接设置密码", "发出邀请", "开启两步验证", "203.0.113.*", "未完成两步验证"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let number = between(&page, "name=\"number\" value=\"", "\"").to_owned();
    assert_eq!(house.post("/staff/wang.fang/end", &format!("number={number}")).await.1, "/staff/wang.fang?done=end");
    let (status, _, page) = house.post("/staff/chief/disable", "").await;
    assert!(status == StatusCode::CONFLICT && page.contains("不能对自己这样做"), "{page}");
    assert_eq!(house.get("/staff/nobody").await.0, StatusCode::NOT_FOUND);
    assert_eq!(house.post("/staff/li.min/promote", "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(house.get("/staff/li.min/disable").await.1, "/staff/li.min");
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_one_sees_one_s_own_sign_ins_and_ends_them() {
    let mut house = House::guarded().await;
    house.hire("li.min", Role::Reviewer).await;
    let (secret, _) = house.enrol("li.min").await;
    let first = house.cookie.clone();
    house.sign_in("li.min").await;
    house.show(&secret, "").await;
    let page = house.get("/my/sign-ins").await.2;
    assert_eq!((page.matches("本次登录").count(), page.matches("登录中").count()), (1, 1), "{page}");
    assert!(page.contains("还有 10 个恢复码"), "{page}");
    let number = between(&page, "name=\"number\" value=\"", "\"").to_owned();
    assert_eq!(house.post("/my/sign-ins/end", &format!("number={number}")).await.1, "/my/sign-ins?done=ended");
    let here = std::mem::replace(&mut house.cookie, first.clone());
    assert_eq!(house.get("/").await.1, "/sign-in?next=/");
    house.cookie = here.clone();
    assert_eq!(house.get("/").await.0, StatusCode::OK);
    // All others at once.
    house.sign_in("li.min").await;
    house.show(&secret, "").await;
    assert_eq!(house.post("/my/sign-ins/end", "").await.1, "/my/sign-ins?done=others");
    assert_eq!(house.get("/").await.0, StatusCode::OK);
    let there = std::mem::replace(&mut house.cookie, here);
    assert_eq!(house.get("/").await.1, "/sign-in?next=/");
    house.cookie = there;
    let (status, _, codes) = house.post("/factor/codes", "").await;
    assert!(status == StatusCode::OK && codes.matches("<li><code>").count() == 10, "{codes}");
    // A page that asks by itself keeps no sign-in open.
    let page = house.get("/").await.2;
    assert!(page.contains("http-equiv=\"refresh\" content=\"20; url=/?unattended\""), "{page}");
    house.sql("UPDATE registration.staff_sessions SET seen_at = now() - interval '29 minutes'").await;
    assert_eq!(house.get("/?unattended").await.0, StatusCode::OK);
    house.sql("UPDATE registration.staff_sessions SET seen_at = seen_at - interval '1 minute'").await;
    assert_eq!(house.get("/").await.1, "/sign-in?next=/");
}

/// As in a demo: the password is enough, and pages say so.
#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_asked_for_a_second_factor_pages_say_so() {
    let mut house = House::open(Vec::new()).await;
    house.hire("demo", Role::Administrator).await;
    assert!(house.get("/sign-in").await.2.contains("没有开启两步验证"));
    assert_eq!(house.sign_in("demo").await.1, "/");
    assert!(house.get("/my/sign-ins").await.2.contains("演示环境不使用两步验证"));
    assert_eq!(house.get("/factor?next=/staff").await.1, "/staff");
    assert_eq!(house.get("/factor/enrol").await.0, StatusCode::NOT_FOUND);
    house.sql("UPDATE registration.staff_sessions SET began_at = began_at - interval '6 minutes'").await;
    assert_eq!(house.post("/staff/invite", "name=new.one&role=reviewer").await.0, StatusCode::OK);
    assert_eq!(house.post("/staff/demo/end", "").await.1, "/staff/demo?done=end");
    assert_eq!(house.get("/").await.1, "/sign-in?next=/", "of oneself, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_of_two_people_show_a_second_factor_again() {
    let mut house = House::open_guarded_by_two().await;
    for name in ["chief", "deputy"] {
        house.hire(name, Role::Administrator).await;
    }
    house.hire("wang.fang", Role::Finance).await;
    let waits = async |house: &House| {
        let sql = house.stores.pool().get().await.unwrap();
        let count = "SELECT count(*) FROM registration.approvals WHERE state = 'waiting'";
        sql.query_one(count, &[]).await.unwrap().get::<_, i64>(0)
    };
    let (secret, _) = house.enrol("chief").await;
    house.six_minutes_later().await;
    let stale = house.post("/staff/wang.fang/duty", "role=auditor").await;
    assert!(stale.0 == StatusCode::UNAUTHORIZED && waits(&house).await == 0, "{}", stale.2);
    house.show(&secret, "").await;
    assert_eq!(house.post("/staff/wang.fang/duty", "role=auditor").await.1, "/approvals?done=asked");
    let (secret, _) = house.enrol("deputy").await;
    let page = house.get("/approvals").await.2;
    let id = between(&page, "action=\"/approvals/", "/agree").to_owned();
    house.six_minutes_later().await;
    let stale = house.post(&format!("/approvals/{id}/agree"), "").await;
    assert!(stale.0 == StatusCode::UNAUTHORIZED && waits(&house).await == 1, "{}", stale.2);
    house.show(&secret, "").await;
    assert_eq!(house.post(&format!("/approvals/{id}/agree"), "").await.1, "/approvals?done=done");
    house.registration.stop().await;
}
