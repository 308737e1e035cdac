//! Several names of one account, codes to mobiles, forgotten accounts, and what staff move.

use futures_util::future::join_all;
use registration::desk::staff::Role;
use registration::model::document::{Document, DocumentKind};
use registration::model::exam_rules::{AccountRules, CaptchaRule, LoginKind, MobileRule, PasswordRules};
use registration::people::accounts::{
    AccountError, AccountNumber, ChangeError, CodeError, DeclareError, ForgottenError, NewAccount, RebindError,
    ResetError, SignUpError, SignUpForm, SignedUp, SpentBudget,
};
use registration::secrets::passwords::Password;

use crate::post::{Reached, form, stranger, with};
use crate::world::{PASSWORD, World, document};

const MOBILE: &str = "13812345678";

fn by_username(username: &str) -> NewAccount {
    let rules = AccountRules {
        login: LoginKind::Username,
        password: PasswordRules { chars_min: 8, chars_max: 18, kinds_min: 2 },
        mobile: MobileRule::No,
        captcha: CaptchaRule::Suspicion,
        agreement: true,
    };
    let form = SignUpForm { username, password: PASSWORD, has_agreed: true, ..Default::default() };
    NewAccount::check(&form, &rules, false).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a1_of_two_with_one_user_name_one_gets_an_account() {
    let world = World::usual().await;
    let accounts = &world.registration.accounts;
    let (first, second) = (by_username("ZhangWei2026"), by_username("zhangwei2026"));
    let both = tokio::join!(accounts.register(first), accounts.register(second));
    let (made, refused) = if both.0.is_ok() { both } else { (both.1, both.0) };
    assert!(matches!(refused, Err(AccountError::Taken(LoginKind::Username))), "{refused:?}");
    let made = made.unwrap();
    assert_eq!(world.sign_in(" zhangWEI2026 ", PASSWORD).await.unwrap().id, made.id);
    // The document that is declared later keeps nobody out, and is no login.
    let document = Document::parse(DocumentKind::ResidentId, &document(1)).unwrap();
    accounts.declare(made.id, "王芳".parse().unwrap(), document.clone()).await.unwrap();
    assert!(world.sign_in(document.expose(), PASSWORD).await.is_err());
    let owner = world.candidate(1).await;
    assert_eq!(world.sign_in(document.expose(), PASSWORD).await.unwrap().id, owner.id);
    assert_eq!(accounts.account(made.id).await.unwrap().unwrap().document, Some(document));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_a_mobile_is_proved_by_its_code_once() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    accounts.send_sign_up_code(&MOBILE.parse().unwrap(), &stranger()).await.unwrap();
    let soon = accounts.send_sign_up_code(&MOBILE.parse().unwrap(), &stranger()).await;
    assert!(matches!(soon, Err(CodeError::TooMany { .. })), "one a minute: {soon:?}");
    let code = reached.code(MOBILE, 1).await;
    let wrong = accounts.sign_up(form(1, MOBILE, "1"), "1", &stranger()).await;
    assert!(matches!(wrong, Err(SignUpError::Code)), "{wrong:?}");
    // Three at once with the right code: one gets an account.
    let tries = (1..=3).map(|number| {
        // As phones paste it.
        let code = format!("{}-{}。", &code[..3], &code[3..]);
        async move { accounts.sign_up(form(number, MOBILE, &code), &code, &stranger()).await }
    });
    let made: Vec<SignedUp> = join_all(tries).await.into_iter().filter_map(Result::ok).collect();
    assert_eq!(made.len(), 1);
    let SignedUp::Account(account) = &made[0] else { panic!("{made:?}") };
    assert!(account.mobile_verified_at.is_some());
    assert_eq!(reached.world.sign_in(MOBILE, PASSWORD).await.unwrap().id, account.id, "the mobile is a login too");
    let sealed = "SELECT count(*) FROM registration.account_codes WHERE hash = convert_to($1, 'UTF8')";
    let plain: i64 = reached.world.sql().await.query_one(sealed, &[&code]).await.unwrap().get(0);
    assert_eq!(plain, 0);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_a_code_has_five_tries_and_ten_minutes() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    accounts.send_sign_up_code(&MOBILE.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(MOBILE, 1).await;
    // What cannot be a code costs no try, however often.
    for none in ["12345", "1234567", "不知道", "12a456", "??????"] {
        let tried = accounts.sign_up(form(1, MOBILE, none), none, &stranger()).await;
        assert!(matches!(tried, Err(SignUpError::Code)), "{tried:?}");
    }
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let caller = stranger();
    let tries = (0..5).map(|_| accounts.sign_up(form(1, MOBILE, wrong), wrong, &caller));
    assert!(join_all(tries).await.iter().all(|tried| matches!(tried, Err(SignUpError::Code))));
    let late = accounts.sign_up(form(1, MOBILE, &code), &code, &stranger()).await;
    assert!(matches!(late, Err(SignUpError::Code)), "the sixth try is none: {late:?}");
    reached.forget_sendings().await;
    accounts.send_sign_up_code(&MOBILE.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(MOBILE, 2).await;
    reached
        .world
        .execute("UPDATE registration.account_codes SET expires_at = expires_at - interval '10 minutes'")
        .await;
    let late = accounts.sign_up(form(1, MOBILE, &code), &code, &stranger()).await;
    assert!(matches!(late, Err(SignUpError::Code)), "{late:?}");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_the_site_has_a_budget_of_messages() {
    let reached = Reached::with_budget(3).await;
    let mobiles: Vec<String> = (0..6).map(|number| format!("1381234567{number}")).collect();
    let caller = stranger();
    let sent = mobiles.iter().map(|mobile| {
        let (mobile, accounts, caller) = (mobile.parse().unwrap(), reached.accounts(), &caller);
        async move { accounts.send_sign_up_code(&mobile, caller).await }
    });
    let sent = join_all(sent).await;
    assert_eq!(sent.iter().filter(|sent| sent.is_ok()).count(), 3, "{sent:?}");
    assert_eq!(sent.iter().filter(|sent| matches!(sent, Err(CodeError::Budget(SpentBudget::Site)))).count(), 3);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mobile_changes_with_its_code_and_resets_the_password() {
    let reached = Reached::start().await;
    let accounts = reached.accounts();
    let SignedUp::Account(account) = reached.signed_up(1, MOBILE).await else { panic!() };
    let other = "13912345678";
    accounts.send_mobile_code(account.id, &other.parse().unwrap(), &stranger()).await.unwrap();
    let code = reached.code(other, 1).await;
    let foreign = accounts.sign_up(form(2, other, &code), &code, &stranger()).await;
    assert!(matches!(foreign, Err(SignUpError::Code)), "a code is good for one thing: {foreign:?}");
    let wrong = accounts.change_mobile(account.id, "wrong-horse", (&other.parse().unwrap(), &code), false).await;
    assert!(matches!(wrong, Err(ChangeError::Password)));
    accounts.change_mobile(account.id, PASSWORD, (&other.parse().unwrap(), &code), false).await.unwrap();
    // The same form once more, its code used: it is done.
    accounts.change_mobile(account.id, PASSWORD, (&other.parse().unwrap(), &code), false).await.unwrap();
    assert_eq!(reached.message(MOBILE, 2).await.values, ["账号手机号已更换"], "the old number hears of it");
    assert!(reached.world.sign_in(MOBILE, PASSWORD).await.is_err());
    assert_eq!(reached.world.sign_in(other, PASSWORD).await.unwrap().id, account.id);

    reached.forget_sendings().await;
    let solved = reached.solved();
    accounts.forgot_password(&document(1), LoginKind::Document, &with(&solved)).await.unwrap();
    let code = reached.code(other, 2).await;
    let new = Password::of_candidate("new-password", &PasswordRules::default()).unwrap();
    let wrong = accounts.prove_reset(&document(2), LoginKind::Document, &code, &stranger()).await;
    assert!(matches!(wrong, Err(ResetError::Code)), "{wrong:?}");
    let proved = accounts.prove_reset(&document(1), LoginKind::Document, &code, &stranger()).await.unwrap();
    let reset = accounts.reset_by_code(&proved, &code, account.id, &new).await.unwrap();
    let again = accounts.reset_by_code(&proved, &code, account.id, &new).await;
    assert!(matches!(again, Err(ResetError::Code)), "once: {again:?}");
    assert_eq!((reset.id, reset.session_epoch), (account.id, 1));
    assert!(reached.world.sign_in(other, "new-password").await.is_ok());
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_document_and_name_show_the_account_masked() {
    let reached = Reached::start().await;
    reached.signed_up(1, MOBILE).await;
    let document = Document::parse(DocumentKind::ResidentId, &document(1)).unwrap();
    let find = async |name: &str| {
        let solved = reached.solved();
        reached.accounts().forgot_account(&name.parse().unwrap(), &document, &with(&solved)).await
    };
    let found = find("王芳").await.unwrap();
    assert_eq!((found.len(), found[0].mobile.as_deref(), found[0].by_document), (1, Some("138****5678"), true));
    assert_eq!(find("王\u{200b} 芳").await.unwrap().len(), 1, "one name, however it is typed");
    assert_eq!(find("李娜").await.unwrap(), [], "another name is no account");
    let bare = reached.accounts().forgot_account(&"王芳".parse().unwrap(), &document, &stranger()).await;
    assert!(bare.is_ok(), "the page asks for the captcha by its rule");
    let always = registration::people::accounts::Caller::stranger(CaptchaRule::Always);
    let none = reached.accounts().forgot_account(&"王芳".parse().unwrap(), &document, &always).await;
    assert!(matches!(none, Err(ForgottenError::Captcha(_))), "{none:?}");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_a_name_can_be_corrected_and_a_login_number_cannot() {
    let world = World::usual().await;
    let account = world.candidate(1).await;
    let accounts = &world.registration.accounts;
    let own = account.document.clone().unwrap();
    accounts.declare(account.id, "王方".parse().unwrap(), own).await.unwrap();
    let now = accounts.account(account.id).await.unwrap().unwrap();
    assert_eq!(now.name, Some("王方".parse().unwrap()));
    let other = Document::parse(DocumentKind::ResidentId, &document(2)).unwrap();
    let refused = accounts.declare(account.id, "王方".parse().unwrap(), other).await;
    assert!(matches!(refused, Err(DeclareError::DocumentIsLogin)), "{refused:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_staff_move_a_registration_by_account_number() {
    let world = World::usual().await;
    let (lost, new) = (world.candidate(1).await, world.candidate(2).await);
    let order = world.hold(lost.id, &["s0"]).await.unwrap();
    world.hand_in(lost.id, order.id).await.unwrap();
    let staff = &world.registration.staff;
    let boss = staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap();
    let clerk = staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let accounts = &world.registration.accounts;
    assert!(matches!(accounts.rebind(&clerk, lost.number, new.number).await, Err(RebindError::Forbidden(_))));
    assert!(matches!(accounts.rebind(&boss, lost.number, lost.number).await, Err(RebindError::Same)));
    let nobody: AccountNumber = "F19FBD2E27FB40F1A52394A92A48FE22".parse().unwrap();
    let unknown = accounts.rebind(&boss, lost.number, nobody).await;
    assert!(matches!(unknown, Err(RebindError::Unknown(number)) if number == nobody));
    let moved = accounts.rebind(&boss, lost.number, new.number).await.unwrap();
    assert_eq!(moved.orders, 1);
    assert!(world.registration.orders.get(lost.id, order.id).await.unwrap().is_none());
    assert_eq!(world.order(new.id, order.id).await.id, order.id);
    assert_eq!(accounts.account(lost.id).await.unwrap().unwrap().session_epoch, 1);
    assert!(matches!(accounts.rebind(&boss, lost.number, new.number).await, Err(RebindError::Nothing)));
    let lines = "SELECT count(*) FROM registration.audit WHERE action LIKE 'account_moved_%'";
    let lines: i64 = world.sql().await.query_one(lines, &[]).await.unwrap().get(0);
    assert_eq!(lines, 2, "one for each account");
    // Staff confirm it as if nothing had happened.
    world.confirm(order.id).await.unwrap();
    world.finish().await;
}
