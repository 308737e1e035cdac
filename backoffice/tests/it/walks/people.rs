//! Who works: signing in with a second factor, inviting, joining, another role by two people, ending it; and what of it is on record.

use registration::desk::staff::Role;
use testkit::{Walker, app_code};

use super::{anew, begun, cookies, read, seen, signs_in};
use crate::house::House;

/// Sets the app up that the page asks for, once with a code that is wrong: the first of the recovery codes.
async fn enrols(desk: &Walker) -> String {
    desk.arrives("/factor/enrol").await;
    desk.fill("#code", "000000").await;
    desk.tap("main form.code button, main form:has(#code) button").await;
    desk.shows("验证码不对").await;
    let secret = read(desk, "p.letters").await;
    desk.fill("#code", &app_code(&secret)).await;
    desk.tap("main form:has(#code) button").await;
    desk.shows("请保存恢复码").await;
    read(desk, "ol.recovery code").await
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_browser_staff_join_get_another_role_by_two_and_are_disabled() {
    let mut house = House::open_guarded_by_two().await;
    house.import("exam", crate::house::EXAM, &[]).await;
    house.hire("chief", Role::Administrator).await;
    house.hire("deputy", Role::Administrator).await;
    house.enrol("deputy").await;
    let deputy = house.cookie.clone().unwrap();
    let mut desk = begun(&house).await;

    signs_in(&desk, "chief", "/staff").await;
    desk.arrives("/factor/enrol").await;
    seen(&mut desk, "enrol").await;
    let recovery = enrols(&desk).await;
    seen(&mut desk, "recovery-codes").await;
    desk.tap("main a.button").await;
    desk.arrives("/staff").await;
    invites(&mut desk).await;
    let link = read(&desk, "#link").await;
    let chief = cookies(&desk).await;

    joins(&mut desk, &link).await;
    let wang = cookies(&desk).await;

    // Whoever has no telephone any more shows a recovery code.
    anew(&desk).await;
    signs_in(&desk, "chief", "/staff/wang.fang").await;
    desk.arrives("/factor").await;
    desk.tap("details.lost summary").await;
    seen(&mut desk, "factor-lost").await;
    desk.fill("#recovery", &recovery.to_lowercase()).await;
    desk.tap("details.lost form button").await;
    desk.arrives("/staff/wang.fang").await;

    // Another role is asked for, and given by somebody else.
    desk.select("form[action$='/duty'] #role", "seating").await;
    desk.tap("form[action$='/duty'] button[type=submit]").await;
    desk.shows("另一位有权限的同事同意后就会执行").await;
    seen(&mut desk, "approval-asked").await;
    desk.carry(&deputy).await;
    desk.open("/approvals").await;
    desk.shows("把 wang.fang 的职责由").await;
    seen(&mut desk, "approval-waits").await;
    desk.tap("form[action$='/agree'] button").await;
    desk.shows("已同意，并已执行").await;
    desk.carry(&wang).await;
    desk.open("/rooms").await;
    desk.shows("wang.fang").await;

    // Disabled, and out of the house at once.
    desk.carry(&chief).await;
    desk.open("/staff/wang.fang").await;
    seen(&mut desk, "staff-one").await;
    desk.tap("form[action$='/disable'] button").await;
    desk.shows("已停用").await;
    desk.carry(&wang).await;
    desk.open("/rooms").await;
    desk.arrives("/sign-in").await;
    on_record(&mut desk, &chief).await;
    desk.finish().await;
}

/// Somebody is invited for one exam's money.
async fn invites(desk: &mut Walker) {
    desk.fill("#name", "Wang Fang").await;
    desk.select("#role", "finance").await;
    desk.tap("details.limits summary").await;
    desk.tap("input[name=exam]").await;
    desk.tap("form[action='/staff/invite'] button[type=submit]").await;
    desk.shows("用户名不符合要求").await;
    assert!(desk.has("input[name=exam]:checked").await, "what was ticked stays");
    desk.fill("#name", "wang.fang").await;
    desk.tap("form[action='/staff/invite'] button[type=submit]").await;
    desk.shows("链接已生成").await;
    seen(desk, "staff-invited").await;
}

/// Whoever has the link chooses a password, sets a second factor up, and is where their role works.
async fn joins(desk: &mut Walker, link: &str) {
    anew(desk).await;
    desk.goto(link).await.unwrap();
    desk.shows("wang.fang").await;
    desk.fill("#password", "another long one 7").await;
    desk.fill("#repeat", "another long one 8").await;
    desk.tap("form[action='/join'] button").await;
    desk.shows("两次输入的密码不一样").await;
    seen(desk, "join").await;
    desk.fill("#password", "another long one 7").await;
    desk.fill("#repeat", "another long one 7").await;
    desk.tap("form[action='/join'] button").await;
    enrols(desk).await;
    desk.tap("main a.button").await;
    desk.arrives("/finance").await;
    desk.open("/staff").await;
    desk.shows("您没有这项权限").await;
    seen(desk, "forbidden").await;
    desk.open("/my/sign-ins").await;
    desk.shows("本次登录").await;
    seen(desk, "my-sign-ins").await;
}

/// What happened stands in the audit, found by who did it and by what was done.
async fn on_record(desk: &mut Walker, chief: &str) {
    desk.carry(chief).await;
    desk.open("/audit").await;
    desk.fill("#who", "deputy").await;
    desk.select("#action", "approval.agree").await;
    desk.tap("form.search button").await;
    desk.arrives("action=approval.agree").await;
    desk.shows("同意申请并执行").await;
    seen(desk, "audit").await;
    desk.fill("#who", "nobody").await;
    desk.tap("form.search button").await;
    desk.shows("没有符合条件的记录").await;
    seen(desk, "audit-nothing").await;
    desk.open("/roles").await;
    seen(desk, "roles").await;
}
