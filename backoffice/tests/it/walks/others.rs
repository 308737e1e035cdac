//! A candidate is found, seen masked, shown and noted on, confirmed in person and signed out; keys of the API and webhooks are made; the site says of itself what it has to.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use gateways::Gateways;
use gateways::webhooks::{WebhookRules, WebhookSender};
use http::HeaderMap;
use registration::desk::staff::Role;
use registration::people::accounts::NewAccount;
use sandbox::Sandbox;
use testkit::Walker;

use super::{anew, before, bound, read, seen, serve, served, signs_in};
use crate::house::{DOCUMENTS, EXAM, House};
use crate::in_person::STEPS;
use crate::provider::provider_of;

/// Names that are as long as names are.
const LONG: [&str; 2] = ["买买提吐尔逊·阿卜杜热西提", "Wolfeschlegelsteinhausen Bergerdorff"];

#[tokio::test(flavor = "multi_thread")]
async fn d6_d9_browser_a_candidate_is_looked_at_and_other_systems_are_let_in() {
    let rules = WebhookRules { may_stay_here: true, ..WebhookRules::default() };
    let (listener, url) = bound().await;
    let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let provider = Some(provider_of(&sandbox, &url));
    let gateways = Gateways { webhooks: Some(WebhookSender::new(rules)), provider, ..Gateways::default() };
    let house = House::open_with(gateways).await;
    house.import("exam", EXAM, &[]).await;
    let on_site = EXAM.replace("\"degree-english\"", "\"on-site\"");
    house.import("on-site", &format!("{on_site}{STEPS}"), &[]).await;
    house.hire("chief", Role::Administrator).await;
    let order = house.order(DOCUMENTS[0]).await;
    house.registration.identity.consent(order.account).await.unwrap();
    for (name, document) in LONG.into_iter().zip(&DOCUMENTS[1..]) {
        let new = NewAccount::parse(name, document, "13800000001", "secret-1").unwrap();
        house.registration.accounts.register(new).await.unwrap();
    }
    serve(listener, house.router());
    let mut desk = before(&url).await;
    by_the_university(&mut desk).await;
    anew(&desk).await;
    signs_in(&desk, "chief", "/candidates").await;
    sought(&mut desk).await;
    looked_at(&mut desk).await;
    in_person(&mut desk).await;
    signed_out(&mut desk).await;
    let found = desk.path().await;
    desk.open("/candidates").await;
    desk.fill("#sought", &order.id.to_string()).await;
    desk.tap("form.search button").await;
    assert_eq!(desk.arrives("/candidates/").await.split('?').next(), found.split('?').next());
    on_record(&mut desk).await;
    keys(&mut desk).await;
    webhooks(&mut desk).await;
    says_of_itself(&mut desk, &house).await;
    desk.finish().await;
    sandbox.stop().await;
}

/// Somebody whom the university knows and we do not links that account, and comes in by it from then on.
async fn by_the_university(desk: &mut Walker) {
    let signs_in_there = async |desk: &Walker| {
        desk.arrives("/oidc/authorize").await;
        desk.tap("button[value=sign-in]").await;
        desk.leaves("/oidc/authorize").await;
    };
    desk.open("/sign-in").await;
    seen(desk, "sign-in-provider").await;
    desk.tap("main .aside a").await;
    signs_in_there(desk).await;
    desk.shows("还不能登录考务管理").await;
    seen(desk, "provider-unlinked").await;
    signs_in(desk, "chief", "/my/sign-ins").await;
    desk.tap("a[href='/my/provider/begin']").await;
    signs_in_there(desk).await;
    desk.arrives("/my/provider").await;
    seen(desk, "provider-link").await;
    desk.tap("form[action='/my/provider/link'] button").await;
    desk.shows("已关联：20240001").await;
    seen(desk, "provider-linked").await;
    anew(desk).await;
    desk.open("/sign-in?next=/my/sign-ins").await;
    desk.tap("main .aside a").await;
    signs_in_there(desk).await;
    desk.shows("已关联：20240001").await;
}

/// What is typed is in no address; what is found is masked.
async fn sought(desk: &mut Walker) {
    seen(desk, "candidates").await;
    for (text, said) in [("？？", "无法识别"), ("李娜", "没有查到考生")] {
        desk.fill("#sought", text).await;
        desk.tap("form.search button").await;
        desk.shows(said).await;
        assert_eq!(desk.path().await, "/candidates");
    }
    seen(desk, "candidates-none").await;
    desk.fill("#sought", "13800000001").await;
    desk.tap("form.search button").await;
    desk.shows("查到 2 名考生").await;
    let text = desk.text().await;
    assert!(LONG.iter().all(|name| !text.contains(name)) && !text.contains(DOCUMENTS[1]), "masked: {text}");
    seen(desk, "candidates-found").await;
}

async fn looked_at(desk: &mut Walker) {
    desk.fill("#sought", "13912345678").await;
    desk.tap("form.search button").await;
    desk.arrives("/candidates/").await;
    seen(desk, "candidate").await;
    let text = desk.text().await;
    assert!(text.contains("1101**********002X") && !text.contains(DOCUMENTS[0]), "{text}");
    desk.tap("form.show:has(input[value=document]) button").await;
    desk.shows(DOCUMENTS[0]).await;
    desk.shows("已记录：chief 于").await;
    seen(desk, "candidate-shown").await;
    desk.fill("#note", "已电话联系，明天带原件来").await;
    desk.tap("form[action$='/notes'] button").await;
    desk.shows("备注已保存").await;
    assert!(!desk.text().await.contains(DOCUMENTS[0]), "the next page shows nothing whole");
    desk.tap("form[action$='/strike'] button").await;
    desk.shows("备注已划掉").await;
}

/// Somebody is there with their document: all is compared, and confirmed; of the wrong person, so that it is taken back.
async fn in_person(desk: &mut Walker) {
    for (what, label) in [("name", "填报姓名"), ("document", "填报证件号码")] {
        desk.tap(&format!("form.show:has(input[value={what}]) button")).await;
        desk.shows(&format!("查看了{label}")).await;
    }
    let confirm = "form[action$='/exams/on-site/in-person']";
    desk.tap(&format!("details:has({confirm}) summary")).await;
    desk.select(&format!("{confirm} select"), "resident_id").await;
    seen(desk, "candidate-confirms").await;
    desk.tap(&format!("{confirm} button")).await;
    desk.shows("已当面核验，考生会收到通知").await;
    let undo = "form[action$='/in-person/undo']:not([action*='/exams/'])";
    desk.tap(&format!("details:has({undo}) summary")).await;
    desk.fill(&format!("{undo} textarea"), "看错了人").await;
    seen(desk, "candidate-takes-back").await;
    desk.tap(&format!("{undo} button")).await;
    desk.shows("实名认证的当面核验已撤销").await;
    assert!(desk.has(confirm).await && !desk.has(undo).await, "it can be confirmed anew");
}

async fn signed_out(desk: &mut Walker) {
    // The page's head has a form of the staff's own.
    let end = "details form[action$='/sign-out']";
    desk.tap("details:has(form[action$='/sign-out']) summary").await;
    desk.fill(&format!("{end} textarea"), "手机丢失").await;
    desk.tap(&format!("{end} button")).await;
    desk.shows("该账号的登录已全部结束").await;
    seen(desk, "candidate-signed-out").await;
}

async fn on_record(desk: &mut Walker) {
    desk.open("/audit?action=candidate.show").await;
    desk.shows("查看了考生的完整信息").await;
    let text = desk.text().await;
    assert!(!text.contains(DOCUMENTS[0]) && !text.contains("13912345678"), "{text}");
}

/// A key is shown once, replaced and ended.
async fn keys(desk: &mut Walker) {
    desk.open("/api-keys").await;
    desk.fill("#name", "17").await;
    desk.tap("input[name=scope][value=hold]").await;
    desk.tap("form[action='/api-keys'] button[type=submit]").await;
    desk.shows("名称不能只是数字").await;
    desk.fill("#name", "票务系统").await;
    desk.tap("form[action='/api-keys'] button[type=submit]").await;
    desk.shows("密钥已生成，只显示这一次").await;
    let first = read(desk, "#secret").await;
    assert!(first.starts_with("seathold_"), "{first}");
    seen(desk, "api-key-made").await;
    desk.open("/api-keys").await;
    assert!(!desk.text().await.contains(&first), "once");
    desk.tap("main table a").await;
    desk.arrives("/api-keys/").await;
    seen(desk, "api-key").await;
    desk.tap("form[action$='/rotate'] button").await;
    desk.shows("密钥已生成，只显示这一次").await;
    assert_ne!(read(desk, "#secret").await, first);
    desk.tap("form[action$='/revoke'] button").await;
    desk.shows("已作废").await;
}

/// Who has come: the event's number, and its signature.
type Came = Arc<Mutex<Vec<(String, String)>>>;

/// A receiver on this machine, which answers 200.
async fn receiver(came: Came) -> String {
    let take = move |headers: HeaderMap| async move {
        let text = |name| headers[name].to_str().unwrap().to_owned();
        came.lock().unwrap().push((text("webhook-id"), text("webhook-signature")));
    };
    served(Router::new().route("/hook", post(take))).await
}

/// Nothing goes into the network; what is told is told again on asking, under the number that it had.
async fn webhooks(desk: &mut Walker) {
    let came = Came::default();
    let here = receiver(came.clone()).await;
    desk.open("/webhooks").await;
    desk.shows("还没有推送地址").await;
    desk.fill("#description", "教务系统").await;
    desk.fill("#url", "https://10.0.0.1/hook").await;
    desk.tap("input[name=kind][value='order.confirmed']").await;
    desk.tap("form[action='/webhooks'] button[type=submit]").await;
    desk.shows("不能推送到内部网络的地址").await;
    assert_eq!(read(desk, "#url").await, "https://10.0.0.1/hook", "what was typed stays");
    seen(desk, "webhook-refused").await;
    desk.fill("#url", &format!("{here}/hook")).await;
    desk.tap("form[action='/webhooks'] button[type=submit]").await;
    desk.shows("签名密钥已生成").await;
    seen(desk, "webhook-made").await;
    desk.tap("form[action$='/test'] button").await;
    desk.shows("测试事件已加入推送").await;
    let path = desk.path().await.split('?').next().unwrap().to_owned();
    desk.opens_until(&path, "已送达").await;
    seen(desk, "webhook").await;
    desk.tap("table form[action$='/again'] button").await;
    desk.shows("1 条事件将重新推送").await;
    crate::house::until("it is told again", async || came.lock().unwrap().len() == 2).await;
    let came = came.lock().unwrap().clone();
    assert_eq!(came[0].0, came[1].0, "it is the same event");
    assert!(came.iter().all(|(_, signature)| signature.starts_with("v1,")), "{came:?}");
}

async fn says_of_itself(desk: &mut Walker, house: &House) {
    desk.open("/imprint").await;
    desk.fill("#notice_en", "Payments are slow today.").await;
    desk.tap("form[action='/imprint'] button").await;
    desk.shows("中文").await;
    assert_eq!(read(desk, "#notice_en").await, "Payments are slow today.", "what was typed stays");
    desk.fill("#notice_zh", "今天支付较慢，座位不受影响。").await;
    desk.fill("#operator_zh", "临江大学考试中心").await;
    seen(desk, "imprint").await;
    desk.tap("form[action='/imprint'] button").await;
    desk.arrives("done=saved").await;
    let said = house.registration.imprints.current().imprint.clone();
    assert_eq!((&said.notice.zh[..], &said.operator.zh[..]), ("今天支付较慢，座位不受影响。", "临江大学考试中心"));
}
