//! Codes for another password: good only when they were sent, counted, and told to the owner.

use registration::model::exam_rules::{CaptchaRule, LoginKind};
use registration::people::accounts::{
    Caller, CodeError, ForgottenError, ResetError, SignUpError, SignedUp, SpentBudget, Way,
};
use registration::secrets::captcha::CaptchaError;

use crate::post::{Reached, form, stranger, with};
use crate::world::{World, document, until};

const MOBILE: &str = "13812345678";

async fn codes(world: &World, purpose: &str) -> i64 {
    let count = "SELECT count(*) FROM registration.account_codes WHERE purpose = $1";
    world.sql().await.query_one(count, &[&purpose]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_never_sent_is_none() {
    let reached = Reached::with_budget(1).await;
    let accounts = reached.accounts();
    let SignedUp::Account(_) = reached.signed_up(1, MOBILE).await else { panic!() };
    // Nobody has this number; and the day's budget is spent for who has the other: both hear the same.
    for number in [9, 1] {
        let solved = reached.solved();
        let asked = accounts.forgot_password(&document(number), LoginKind::Document, &with(&solved)).await;
        assert!(matches!(asked, Err(ForgottenError::Budget(SpentBudget::Site))), "{asked:?}");
    }
    assert_eq!(codes(&reached.world, "password").await, 0, "there is nothing that could be guessed");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_the_gateway_refused_is_none() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    reached.fail_next_message().await;
    let failed = accounts.send_sign_up_code(&MOBILE.parse().unwrap(), &stranger()).await;
    assert!(matches!(failed, Err(CodeError::Sending)), "{failed:?}");
    assert_eq!(codes(&reached.world, "sign_up").await, 0);
    reached.forget_sendings().await;
    reached.signed_up(1, MOBILE).await;
    reached.forget_sendings().await;
    reached.fail_next_message().await;
    let solved = reached.solved();
    accounts.forgot_password(&document(1), LoginKind::Document, &with(&solved)).await.unwrap();
    until("what was not sent is withdrawn", async || codes(&reached.world, "password").await == 0).await;
    assert_eq!(reached.sent_to(MOBILE).await.len(), 1);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_counted_by_network_login_and_day() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    let from = |last: u8| {
        let address = Some(std::net::IpAddr::from([192, 0, 2, last]));
        Caller { address, ..Caller::stranger(CaptchaRule::Suspicion) }
    };
    let login = document(1);
    let attempt = async |caller: &Caller<'_>| {
        accounts.prove_reset(&login, LoginKind::Document, "123456", caller).await.unwrap_err()
    };
    for _ in 0..5 {
        assert!(matches!(attempt(&from(1)).await, ResetError::Code));
    }
    let sixth = attempt(&from(1)).await;
    assert!(matches!(sixth, ResetError::Captcha(CaptchaError::Missing)), "of one network: {sixth:?}");
    let here = stranger();
    for _ in 0..5 {
        assert!(matches!(attempt(&here).await, ResetError::Code));
    }
    assert!(matches!(attempt(&here).await, ResetError::TooMany { .. }), "of one login name from one place");
    for last in 2..12 {
        assert!(matches!(attempt(&from(last)).await, ResetError::Code));
    }
    assert!(matches!(attempt(&from(13)).await, ResetError::TriesUsed), "of one login name from everywhere");
    let other = accounts.prove_reset(&document(2), LoginKind::Document, "123456", &from(13)).await;
    assert!(matches!(other, Err(ResetError::Code)), "another name has its own");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_twice_is_answered_alike() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    let solved = reached.solved();
    let ask = async || accounts.forgot_password(&document(1), LoginKind::Document, &with(&solved)).await;
    assert_eq!(ask().await.unwrap(), Way::Either);
    assert_eq!(ask().await.unwrap(), Way::Either, "its captcha is used, and what it asked for is on its way");
    reached.forget_sendings().await;
    assert!(ask().await.is_err(), "and not for ever");

    accounts.send_sign_up_code(&MOBILE.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(MOBILE, 1).await;
    accounts.sign_up(form(1, MOBILE, &code), &code, &stranger()).await.unwrap();
    let again = accounts.sign_up(form(1, MOBILE, &code), &code, &stranger()).await;
    assert!(matches!(again, Err(SignUpError::Code)), "the page signs in by the password: {again:?}");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_hears_of_another_password() {
    let reached = Reached::start().await;
    let SignedUp::Account(account) = reached.signed_up(1, MOBILE).await else { panic!() };
    let new = registration::secrets::passwords::Password::of_candidate("another-horse", &Default::default()).unwrap();
    reached.accounts().change_password(account.id, crate::world::PASSWORD, &new).await.unwrap();
    assert_eq!(reached.message(MOBILE, 2).await.values, ["密码已改，非本人请找回"]);
    reached.finish().await;
}
