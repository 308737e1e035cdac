//! Letters and their links: signing up by an address, forgotten passwords, another address.

use registration::model::exam_rules::{AccountRules, CaptchaRule, LoginKind, MobileRule};
use registration::people::accounts::{
    Changed, ForgottenError, LinkError, NewAccount, ResetError, SignUpError, SignUpForm, SignedUp, Way,
};
use registration::secrets::passwords::Password;

use crate::post::{Reached, stranger, with};
use crate::world::{PASSWORD, until};

const EMAIL: &str = "li.na@example.com";

fn rules() -> AccountRules {
    let captcha = CaptchaRule::Always;
    AccountRules { login: LoginKind::Email, mobile: MobileRule::No, captcha, ..AccountRules::default() }
}

fn by_email(email: &str) -> NewAccount {
    let form = SignUpForm { email, password: PASSWORD, ..Default::default() };
    NewAccount::check(&form, &rules(), true).unwrap()
}

fn password(text: &str) -> Password {
    Password::of_candidate(text, &rules().password).unwrap()
}

async fn sign_up(reached: &Reached, email: &str) -> Result<SignedUp, SignUpError> {
    reached.accounts().sign_up(by_email(email), "", &with(&reached.solved())).await
}

/// An account that signs in by an address, proved by its letter.
async fn made(reached: &Reached) -> registration::people::accounts::Account {
    assert!(matches!(sign_up(reached, EMAIL).await.unwrap(), SignedUp::Letter(_)));
    let token = reached.token(EMAIL, 1).await;
    reached.accounts().finish_sign_up(&token).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_an_address_signs_in_once_its_letter_was_answered() {
    let reached = Reached::start().await;
    let runs = reached.accounts().hash_runs();
    sign_up(&reached, EMAIL).await.unwrap();
    let for_new = reached.accounts().hash_runs() - runs;
    assert!(reached.world.sign_in(EMAIL, PASSWORD).await.is_err(), "the mailbox is not proved yet");
    let letter = reached.message(EMAIL, 1).await;
    assert!(letter.kind == "mail" && letter.text.contains("https://exam.example.com/sign-up/finish?token="));
    let token = reached.token(EMAIL, 1).await;
    let (first, second) =
        tokio::join!(reached.accounts().finish_sign_up(&token), reached.accounts().finish_sign_up(&token));
    let (made, refused) = if first.is_ok() { (first, second) } else { (second, first) };
    assert!(matches!(refused, Err(LinkError::Used)), "of two at once one makes it: {refused:?}");
    let made = made.unwrap();
    assert!(made.email_verified_at.is_some() && made.document.is_none() && made.number.to_string().len() == 32);
    assert_eq!(reached.world.sign_in("LI.NA@example.com", PASSWORD).await.unwrap().id, made.id);
    // A second sign-up: the page's answer, and its cost, are the same; the mailbox is told.
    reached.forget_sendings().await;
    let runs = reached.accounts().hash_runs();
    assert!(matches!(sign_up(&reached, EMAIL).await.unwrap(), SignedUp::Letter(_)));
    assert_eq!(reached.accounts().hash_runs() - runs, for_new);
    let letter = reached.message(EMAIL, 2).await;
    assert!(letter.text.contains("已经有账号") && !letter.text.contains("token="), "{}", letter.text);
    let again = sign_up(&reached, EMAIL).await;
    assert!(matches!(again, Ok(SignedUp::Letter(_))), "the same form twice is answered alike: {again:?}");
    assert_eq!(reached.sent_to(EMAIL).await.len(), 2, "one letter a minute");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_link_sets_a_password_once_and_ends_sessions() {
    let reached = Reached::start().await;
    let account = made(&reached).await;
    reached.forget_sendings().await;
    let forgot = async |login: &str| {
        let solved = reached.solved();
        reached.accounts().forgot_password(login, LoginKind::Email, &with(&solved)).await
    };
    reached.fail_letters(1).await;
    assert_eq!(forgot(EMAIL).await.unwrap(), Way::Letter);
    let nobody = forgot("nobody@example.com").await;
    assert_eq!(nobody.unwrap(), Way::Letter, "the answer is the same without an account");
    let soon = [forgot(EMAIL).await, forgot("nobody@example.com").await];
    assert!(soon.iter().all(|soon| matches!(soon, Err(ForgottenError::TooMany { .. }))), "and so is the wait");
    // The mail server was away: the letter waits, sealed, and nobody need ask again.
    let letters = "SELECT payload::text, outcome, tries FROM registration.outbox WHERE topic = 'letter' ORDER BY id";
    until("a try that failed", async || {
        let rows = reached.world.sql().await.query(letters, &[]).await.unwrap();
        rows.len() == 2 && rows[1].get::<_, i16>("tries") == 1
    })
    .await;
    let rows = reached.world.sql().await.query(letters, &[]).await.unwrap();
    assert_eq!((rows[0].get("payload"), rows[0].get("outcome")), ("{}", Some("sent")), "what left is forgotten");
    let waiting: &str = rows[1].get("payload");
    assert!(
        waiting.starts_with("{\"to\": ") && !waiting.contains("example") && !waiting.contains("token"),
        "{waiting}"
    );
    until("the pause noted", async || {
        let noted = "SELECT count(*) FROM registration.outbox_attempts WHERE result = 'unavailable'";
        reached.world.sql().await.query_one(noted, &[]).await.unwrap().get::<_, i64>(0) == 1
    })
    .await;
    reached.world.execute("UPDATE registration.outbox SET next_try_at = now() WHERE done_at IS NULL").await;
    let token = reached.token(EMAIL, 2).await;
    assert_eq!(reached.accounts().look_at_reset(&token).await.unwrap().1.masked(), "li***@example.com");
    let (old, new) = (password("new-password-1"), password("new-password-2"));
    let both =
        tokio::join!(reached.accounts().reset_by_link(&token, &old), reached.accounts().reset_by_link(&token, &new));
    let done = [&both.0, &both.1].into_iter().filter(|done| done.is_ok()).count();
    assert_eq!(done, 1, "of two at once one sets it: {both:?}");
    let now = if both.0.is_ok() { "new-password-1" } else { "new-password-2" };
    let signed_in = reached.world.sign_in(EMAIL, now).await.unwrap();
    assert_eq!((signed_in.id, signed_in.session_epoch), (account.id, account.session_epoch + 1));
    let used = reached.accounts().reset_by_link(&token, &old).await;
    assert!(matches!(used, Err(ResetError::Link(LinkError::Used))), "{used:?}");
    assert!(reached.sent_to("nobody@example.com").await.is_empty());
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_link_expires_after_half_an_hour() {
    let reached = Reached::start().await;
    made(&reached).await;
    reached.forget_sendings().await;
    let solved = reached.solved();
    reached.accounts().forgot_password(EMAIL, LoginKind::Email, &with(&solved)).await.unwrap();
    let token = reached.token(EMAIL, 2).await;
    reached
        .world
        .execute("UPDATE registration.account_links SET expires_at = expires_at - interval '30 minutes'")
        .await;
    let late = reached.accounts().reset_by_link(&token, &password("new-password-1")).await;
    assert!(matches!(late, Err(ResetError::Link(LinkError::Expired))), "{late:?}");
    assert!(matches!(reached.accounts().look_at_reset(&token[1..]).await, Err(LinkError::Unknown)));
    let other = reached.accounts().look_at_email(&token).await;
    assert!(matches!(other, Err(LinkError::Unknown)), "a link does one thing only");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_an_address_changes_with_the_password_and_the_new_mailbox() {
    let reached = Reached::start().await;
    let account = made(&reached).await;
    let new = "new@example.com".parse().unwrap();
    let solved = reached.solved();
    let wrong = reached.accounts().change_email(account.id, "wrong-horse", &new, &with(&solved)).await;
    assert!(wrong.is_err());
    let solved = reached.solved();
    let changed = reached.accounts().change_email(account.id, PASSWORD, &new, &with(&solved)).await.unwrap();
    assert_eq!(changed, Changed::Letter);
    assert!(reached.world.sign_in("new@example.com", PASSWORD).await.is_err(), "not before the link");
    let token = reached.token("new@example.com", 1).await;
    let now = reached.accounts().finish_email(&token).await.unwrap();
    assert!(now.email == Some(new) && now.email_verified_at.is_some());
    assert_eq!(reached.world.sign_in("new@example.com", PASSWORD).await.unwrap().id, account.id);
    assert!(reached.world.sign_in(EMAIL, PASSWORD).await.is_err(), "the old one is no login any more");
    assert!(reached.message(EMAIL, 2).await.text.contains("已改用另一个邮箱"), "and its mailbox is told");
    let again = reached.accounts().finish_email(&token).await.unwrap();
    assert_eq!(again.id, account.id, "what the same form says twice is done");

    // An address of somebody else: the same answer, and the mailbox is told.
    let other = reached.world.candidate(5).await;
    let solved = reached.solved();
    reached.forget_sendings().await;
    let taken = "new@example.com".parse().unwrap();
    let answer = reached.accounts().change_email(other.id, PASSWORD, &taken, &with(&solved)).await.unwrap();
    assert_eq!(answer, Changed::Letter);
    assert!(reached.message("new@example.com", 2).await.text.contains("已经有账号"));
    assert!(reached.accounts().sign_up(by_email("x@example.com"), "", &stranger()).await.is_ok());
    reached.finish().await;
}
