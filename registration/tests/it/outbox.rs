//! What candidates are told when something was decided without them.

use registration::model::ids::AccountId;

use crate::post::Reached;
use crate::world::{World, until};

const MOBILE: &str = "13812345678";
const EMAIL: &str = "li.na@example.com";

async fn prove(world: &World, account: AccountId, column: &str) {
    world.execute(&format!("UPDATE registration.accounts SET {column} = now() WHERE id = '{}'", account.0)).await;
}

/// Staff refuse the picture of a payment.
async fn refuse(world: &World, account: AccountId) {
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.refuse(order.id, "金额看不清").await.unwrap();
}

async fn waiting(world: &World) -> Vec<i16> {
    let rows = world.sql().await.query("SELECT tries FROM registration.notices", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn none_left(world: &World) {
    until("every notice looked after", async || waiting(world).await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_mobile_is_told_of_a_decision_and_not_why() {
    let reached = Reached::start().await;
    let account = reached.world.candidate(1).await.id;
    prove(&reached.world, account, "mobile_verified_at").await;
    refuse(&reached.world, account).await;
    let message = reached.message(MOBILE, 1).await;
    assert_eq!((message.kind.as_str(), &message.values[..]), ("sms", &["缴费截图未通过审核".to_owned()][..]));
    none_left(&reached.world).await;
    // Mended and confirmed: told again, once.
    let order = reached.world.registration.orders.live(account, &crate::world::exam()).await.unwrap().remove(0);
    reached.world.hand_in(account, order.id).await.unwrap();
    reached.world.confirm(order.id).await.unwrap();
    assert_eq!(reached.message(MOBILE, 2).await.values, ["缴费已确认，报名成功"]);
    none_left(&reached.world).await;
    assert_eq!(reached.sent_to(MOBILE).await.len(), 2);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_mailbox_gets_a_letter_with_the_exam_and_the_way_there() {
    let reached = Reached::start().await;
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
    let account = reached.accounts().finish_sign_up(&token).await.unwrap();
    refuse(&reached.world, account.id).await;
    let letter = reached.message(EMAIL, 2).await;
    let title = reached.world.registration.exams.get(&crate::world::exam()).unwrap().title.clone();
    for part in [
        title.zh.as_str(),
        &title.en,
        "缴费截图未通过审核",
        "was not accepted",
        "前登录，重新上传订单截图",
        "upload another screenshot by",
        "https://exam.example.edu/exams/",
    ] {
        assert!(letter.text.contains(part), "{part}: {}", letter.text);
    }
    assert!(!letter.text.contains("金额看不清"), "why is read after signing in");
    none_left(&reached.world).await;
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_at_an_address_that_was_not_proved() {
    let reached = Reached::start().await;
    let account = reached.world.candidate(1).await.id;
    refuse(&reached.world, account).await;
    none_left(&reached.world).await;
    assert!(reached.sent_to(MOBILE).await.is_empty());
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_now_is_tried_again_later() {
    // Half of a budget of one is nothing: it is kept for codes.
    let reached = Reached::with_budget(1).await;
    let account = reached.world.candidate(1).await.id;
    prove(&reached.world, account, "mobile_verified_at").await;
    refuse(&reached.world, account).await;
    until("a try", async || waiting(&reached.world).await == [1]).await;
    let again = "UPDATE registration.notices SET next_try_at = now()";
    reached.world.execute(again).await;
    until("a second try", async || waiting(&reached.world).await == [2]).await;
    assert!(reached.sent_to(MOBILE).await.is_empty());
    reached.world.execute("UPDATE registration.notices SET tries = 5, next_try_at = now()").await;
    none_left(&reached.world).await;
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_without_gateways_keeps_none() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    prove(&world, account, "mobile_verified_at").await;
    refuse(&world, account).await;
    none_left(&world).await;
    world.finish().await;
}
