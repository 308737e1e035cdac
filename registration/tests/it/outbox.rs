//! What candidates are told when something was decided without them.

use registration::model::ids::AccountId;

use crate::post::Reached;
use crate::world::{World, until};

/// The mobile of every [`World::candidate`].
pub(crate) const MOBILE: &str = "13812345678";
const EMAIL: &str = "li.na@example.com";

/// Proves the account's mobile or mailbox, whose column is named.
pub(crate) async fn prove(world: &World, account: AccountId, column: &str) {
    world.execute(&format!("UPDATE registration.accounts SET {column} = now() WHERE id = '{}'", account.0)).await;
}

/// Staff refuse the picture of a payment.
pub(crate) async fn refuse(world: &World, account: AccountId) {
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.refuse(order.id, "金额看不清").await.unwrap();
}

/// What became of all that was to leave, the oldest first: kind, tries, outcome.
pub(crate) async fn rows(world: &World) -> Vec<(String, i16, String)> {
    let all = "SELECT kind, tries, coalesce(outcome, 'waiting') FROM registration.outbox ORDER BY id";
    let rows = world.sql().await.query(all, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

/// Waits until nothing is to leave, and answers what became of it.
pub(crate) async fn outcomes(world: &World) -> Vec<String> {
    until("every message looked after", async || rows(world).await.iter().all(|row| row.2 != "waiting")).await;
    rows(world).await.into_iter().map(|row| row.2).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_mobile_is_told_of_a_decision_and_not_why() {
    let reached = Reached::start().await;
    let account = reached.world.candidate(1).await.id;
    prove(&reached.world, account, "mobile_verified_at").await;
    refuse(&reached.world, account).await;
    let message = reached.message(MOBILE, 1).await;
    assert_eq!((message.kind.as_str(), &message.values[..]), ("sms", &["截图未通过，请重新上传".to_owned()][..]));
    assert_eq!(outcomes(&reached.world).await, ["sent"]);
    // Mended and confirmed: told again, once.
    let order = reached.world.registration.orders.live(account, &crate::world::exam()).await.unwrap().remove(0);
    reached.world.hand_in(account, order.id).await.unwrap();
    reached.world.confirm(order.id).await.unwrap();
    assert_eq!(reached.message(MOBILE, 2).await.values, ["缴费已确认，报名成功"]);
    assert_eq!(outcomes(&reached.world).await, ["sent", "sent"]);
    assert_eq!(reached.sent_to(MOBILE).await.len(), 2);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_mailbox_gets_a_letter_with_the_order_its_state_and_the_way_there() {
    let reached = Reached::start().await;
    let account = by_mail(&reached).await;
    refuse(&reached.world, account).await;
    let order = reached.world.registration.orders.live(account, &crate::world::exam()).await.unwrap().remove(0);
    let letter = reached.message(EMAIL, 2).await;
    let title = reached.world.registration.exams.get(&crate::world::exam()).unwrap().title.clone();
    for part in [
        title.zh.as_str(),
        &title.en,
        "缴费截图未通过审核",
        "was not accepted",
        &format!("报名编号：{}；场次：英语（一教，2月1日 09:00）；金额：¥120.00。", order.id),
        &format!("Registration number {}: English (Hall, 1 Feb, 09:00 (Beijing time)); ¥120.00.", order.id),
        "前登录，重新上传订单截图。不要重复缴费。",
        "upload another screenshot by",
        &format!("https://exam.example.edu/orders/{}", order.id),
        &format!("https://exam.example.com/orders/{}", order.id),
    ] {
        assert!(letter.text.contains(part), "{part}: {}", letter.text);
    }
    assert!(!letter.text.contains("金额看不清"), "why is read after signing in");
    reached.world.hand_in(account, order.id).await.unwrap();
    reached.world.confirm(order.id).await.unwrap();
    let letter = reached.message(EMAIL, 3).await;
    for part in ["缴费已确认，报名成功", "准考证的打印时间另行通知", &order.id.to_string()] {
        assert!(letter.text.contains(part), "{part}: {}", letter.text);
    }
    assert_eq!(outcomes(&reached.world).await, ["sent"; 3], "the link of the account, and two messages");
    let known = "SELECT count(*) FROM registration.outbox WHERE payload::text LIKE '%' || $1 || '%'";
    let count: i64 = reached.world.sql().await.query_one(known, &[&order.id.to_string()]).await.unwrap().get(0);
    assert_eq!(count, 2);
    reached.finish().await;
}

/// A candidate with a proved mailbox and no mobile.
pub(crate) async fn by_mail(reached: &Reached) -> AccountId {
    let rules = registration::model::exam_rules::AccountRules {
        login: registration::model::exam_rules::LoginKind::Email,
        mobile: registration::model::exam_rules::MobileRule::No,
        ..Default::default()
    };
    let form = registration::people::accounts::SignUpForm {
        email: EMAIL,
        password: crate::world::PASSWORD,
        ..Default::default()
    };
    let new = registration::people::accounts::NewAccount::check(&form, &rules, true).unwrap();
    reached.accounts().sign_up(new, "", &crate::post::with(&reached.solved())).await.unwrap();
    let token = reached.token(EMAIL, 1).await;
    reached.accounts().finish_sign_up(&token).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_at_an_address_that_was_not_proved() {
    let reached = Reached::start().await;
    let account = reached.world.candidate(1).await.id;
    refuse(&reached.world, account).await;
    assert_eq!(outcomes(&reached.world).await, ["undeliverable"]);
    assert!(reached.sent_to(MOBILE).await.is_empty());
    reached.finish().await;
}
