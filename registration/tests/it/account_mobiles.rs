//! One mobile of several accounts: who proves it is asked, nobody loses it, and who signs in by it says which is meant.

use registration::model::exam_rules::LoginKind;
use registration::people::accounts::{
    ACCOUNTS_PER_MOBILE_MAX, Account, NewAccount, SharedMobile, SignIn, SignUpError, SignedIn, SignedUp,
};
use registration::secrets::passwords::Password;

use crate::post::{Reached, form, stranger, with};
use crate::world::{PASSWORD, document};

const MOBILE: &str = "13812345678";

async fn account(reached: &Reached, number: u32) -> Account {
    reached.forget_sendings().await;
    let SignedUp::Account(account) = reached.signed_up(number, MOBILE).await else { panic!() };
    *account
}

async fn sign_in(reached: &Reached, login: &str, password: &str) -> SignedIn {
    let entered = SignIn { login, password, preferred: LoginKind::Document };
    reached.accounts().sign_in(&entered, &stranger()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sign_up_takes_nobodys_mobile() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    let first = account(&reached, 1).await;
    reached.forget_sendings().await;
    accounts.send_sign_up_code(&MOBILE.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(MOBILE, 2).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let guessed = accounts.sign_up(form(2, MOBILE, wrong), wrong, &stranger()).await;
    assert!(matches!(guessed, Err(SignUpError::Code)), "nothing is said before the code: {guessed:?}");
    let asked = accounts.sign_up(form(2, MOBILE, &code), &code, &stranger()).await;
    let Err(SignUpError::Mobile(SharedMobile::Others(others))) = asked else { panic!("{asked:?}") };
    assert_eq!(others[0].id, first.id);
    // The code is still good for the answer.
    let agreed = NewAccount { shares_mobile: true, ..form(2, MOBILE, &code) };
    let SignedUp::Account(second) = accounts.sign_up(agreed, &code, &stranger()).await.unwrap() else { panic!() };
    assert!(second.mobile_verified_at.is_some());
    let first_now = accounts.account(first.id).await.unwrap().unwrap();
    assert!(first_now.mobile_verified_at.is_some(), "the first keeps it");
    crate::world::until("the first hears of it", async || {
        reached.sent_to(MOBILE).await.iter().any(|message| message.values == ["手机号被另一账号共用"])
    })
    .await;
    let SignedIn::Which(both) = sign_in(&reached, MOBILE, PASSWORD).await else { panic!("one password, two accounts") };
    assert_eq!(both.iter().map(|one| one.id).collect::<Vec<_>>(), [first.id, second.id]);
    let offer = accounts.offer(&[first.id, second.id]);
    assert!(accounts.is_offered(&offer, second.id) && !accounts.is_offered(&offer, account(&reached, 3).await.id));
    assert!(!accounts.is_offered(&offer[1..], first.id));

    // With passwords of their own each is found by its own.
    let new =
        Password::of_candidate("another-horse", &registration::model::exam_rules::PasswordRules::default()).unwrap();
    accounts.change_password(second.id, PASSWORD, &new).await.unwrap();
    let SignedIn::Account(found) = sign_in(&reached, MOBILE, "another-horse").await else { panic!() };
    assert_eq!(found.id, second.id);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mobile_serves_four_accounts_and_looks_the_same_with_none() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    let mut prices = Vec::new();
    for number in 1..=4 {
        let runs = accounts.hash_runs();
        let entered = SignIn { login: MOBILE, password: "wrong-horse", preferred: LoginKind::Document };
        assert!(accounts.sign_in(&entered, &stranger()).await.is_err());
        prices.push(accounts.hash_runs() - runs);
        account(&reached, number).await;
    }
    assert!(prices.iter().all(|price| *price == 4), "{prices:?}");
    assert_eq!(ACCOUNTS_PER_MOBILE_MAX, 4);
    reached.forget_sendings().await;
    accounts.send_sign_up_code(&MOBILE.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(MOBILE, 5).await;
    let agreed = NewAccount { shares_mobile: true, ..form(5, MOBILE, &code) };
    let full = accounts.sign_up(agreed, &code, &stranger()).await;
    assert!(matches!(full, Err(SignUpError::Mobile(SharedMobile::Full))), "{full:?}");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_to_a_shared_mobile_resets_the_password_of_the_one_that_is_meant() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    let (first, second) = (account(&reached, 1).await, account(&reached, 2).await);
    reached.forget_sendings().await;
    let solved = reached.solved();
    accounts.forgot_password(MOBILE, LoginKind::Document, &with(&solved)).await.unwrap();
    let code = reached.code(MOBILE, 3).await;
    let proved = accounts.prove_reset(MOBILE, LoginKind::Document, &code, &stranger()).await.unwrap();
    assert_eq!(proved.accounts.len(), 2);
    let new =
        Password::of_candidate("another-horse", &registration::model::exam_rules::PasswordRules::default()).unwrap();
    let reset = accounts.reset_by_code(&proved, &code, second.id, &new).await.unwrap();
    assert_eq!(reset.id, second.id);
    let SignedIn::Account(found) = sign_in(&reached, &document(1), PASSWORD).await else { panic!() };
    assert_eq!(found.id, first.id, "the other keeps its own");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_a_shared_mobile_leaves_it_to_the_others() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    let (first, second) = (account(&reached, 1).await, account(&reached, 2).await);
    let other: registration::model::person::Mobile = "13912345678".parse().unwrap();
    accounts.send_mobile_code(first.id, &other, &stranger()).await.unwrap();
    let code = reached.code("13912345678", 1).await;
    accounts.change_mobile(first.id, PASSWORD, (&other, &code), false).await.unwrap();
    let SignedIn::Account(found) = sign_in(&reached, MOBILE, PASSWORD).await else { panic!() };
    assert_eq!(found.id, second.id);
    let SignedIn::Account(found) = sign_in(&reached, "13912345678", PASSWORD).await else { panic!() };
    assert_eq!(found.id, first.id);
    reached.finish().await;
}
