//! What is said to an address or mobile that an account had, should it not have been its owner who changed it: like every
//! message it waits in the outbox until it is sent, and the address is sealed there and then forgotten.

use registration::model::exam_rules::{AccountRules, LoginKind, MobileRule};
use registration::people::accounts::{Account, Changed, NewAccount, SignUpForm, SignedUp};

use crate::outbox::{outcomes, rows};
use crate::post::{Reached, stranger, with};
use crate::world::{PASSWORD, until};

const OLD: &str = "13812345678";
const NEW: &str = "13912345678";

/// Makes the new mobile the account's.
async fn change_mobile(reached: &Reached, account: &Account) {
    let accounts = reached.accounts();
    accounts.send_mobile_code(account.id, &NEW.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(NEW, 1).await;
    accounts.change_mobile(account.id, PASSWORD, (&NEW.parse().unwrap(), &code), false).await.unwrap();
}

/// The payloads of the outbox, the oldest first.
async fn payloads(reached: &Reached) -> Vec<String> {
    let all = "SELECT payload::text FROM registration.outbox ORDER BY id";
    reached.world.sql().await.query(all, &[]).await.unwrap().iter().map(|row| row.get("payload")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_mobile_hears_of_it_though_the_gateway_was_away() {
    let reached = Reached::start().await;
    let SignedUp::Account(account) = reached.signed_up(1, OLD).await else { panic!() };
    change_while_away(&reached, &account).await;
    until("both were tried", async || rows(&reached.world).await.iter().all(|row| row.1 == 1)).await;
    let waiting = |kind: &str| (kind.to_owned(), 1, "waiting".to_owned());
    assert_eq!(rows(&reached.world).await, [waiting("mobile_changed"), waiting("mobile_replaced")]);
    let kept = payloads(&reached).await;
    assert!(kept[1].contains(r#""to": {"mobile""#) && !kept.concat().contains(OLD), "{kept:?}");

    reached.world.execute("UPDATE registration.outbox SET next_try_at = now()").await;
    assert_eq!(outcomes(&reached.world).await, ["sent", "sent"]);
    assert_eq!(reached.message(OLD, 2).await.values, ["账号手机号已更换"]);
    assert_eq!(reached.message(NEW, 2).await.values, ["账号手机号已更换"]);
    assert_eq!(payloads(&reached).await, ["{}", "{}"], "where it went is forgotten");
    reached.finish().await;
}

/// Changes the mobile; the gateway takes the code and neither of the two messages.
async fn change_while_away(reached: &Reached, account: &Account) {
    let accounts = reached.accounts();
    accounts.send_mobile_code(account.id, &NEW.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(NEW, 1).await;
    reached.fail_messages(2).await;
    accounts.change_mobile(account.id, PASSWORD, (&NEW.parse().unwrap(), &code), false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_same_mobile_as_before_hears_nothing_of_an_old_one() {
    let reached = Reached::start().await;
    let SignedUp::Account(account) = reached.signed_up(1, OLD).await else { panic!() };
    change_mobile(&reached, &account).await;
    assert_eq!(outcomes(&reached.world).await, ["sent", "sent"]);
    // Asked for once more, by the same form.
    let accounts = reached.accounts();
    accounts.change_mobile(account.id, PASSWORD, (&NEW.parse().unwrap(), "123456"), false).await.unwrap();
    assert_eq!(rows(&reached.world).await.len(), 2);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_mailbox_and_the_mobile_hear_of_another_address() {
    let (old, new) = ("li.na@example.com", "li.na@example.org");
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    accounts.send_sign_up_code(&OLD.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(OLD, 1).await;
    let rules = AccountRules { login: LoginKind::Email, mobile: MobileRule::Code, ..AccountRules::default() };
    let form = SignUpForm { email: old, mobile: OLD, code: &code, password: PASSWORD, ..Default::default() };
    let new_account = NewAccount::check(&form, &rules, true).unwrap();
    accounts.sign_up(new_account, &code, &with(&reached.solved())).await.unwrap();
    let account = accounts.finish_sign_up(&reached.token(old, 1).await).await.unwrap();

    let solved = reached.solved();
    let changed = accounts.change_email(account.id, PASSWORD, &new.parse().unwrap(), &with(&solved)).await.unwrap();
    assert_eq!(changed, Changed::Letter);
    accounts.finish_email(&reached.token(new, 1).await).await.unwrap();
    assert!(!payloads(&reached).await.concat().contains("li.na"));
    assert_eq!(outcomes(&reached.world).await, ["sent"; 4]);
    let kinds: Vec<String> = rows(&reached.world).await.into_iter().map(|row| row.0).collect();
    assert_eq!(kinds, ["sign_up", "verify", "email_replaced", "email_replaced"]);
    let letter = reached.message(old, 2).await;
    assert!(letter.text.contains("已改用另一个邮箱") && !letter.text.contains(new), "{}", letter.text);
    assert_eq!(reached.message(OLD, 2).await.values, ["账号邮箱已更换"]);
    assert_eq!(payloads(&reached).await, ["{}"; 4]);
    reached.finish().await;
}
