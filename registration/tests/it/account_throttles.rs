//! Who is asked for a captcha, who must wait, and that nobody can lock an owner out; accounts of the version before.

use registration::model::exam_rules::{CaptchaRule, LoginKind};
use registration::people::accounts::{AccountSettings, Act, Caller, Device, SignIn, SignInError};
use registration::secrets::captcha::{Answer, CaptchaError};
use registration::secrets::vault::Vault;

use crate::world::{PASSWORD, Setup, World, document};

fn from(address: &str) -> Caller<'static> {
    Caller { address: Some(address.parse().unwrap()), ..Caller::stranger(CaptchaRule::Suspicion) }
}

async fn sign_in(world: &World, login: &str, password: &str, caller: &Caller<'_>) -> Result<(), SignInError> {
    let entered = SignIn { login, password, preferred: LoginKind::Document };
    world.registration.accounts.sign_in(&entered, caller).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_a_strangers_wrong_passwords_never_keep_the_owners_device_out() {
    let world = World::usual().await;
    let owner = world.candidate(1).await;
    let (login, stranger) = (document(1), from("192.0.2.1"));
    for _ in 0..5 {
        assert!(matches!(sign_in(&world, &login, "wrong-horse", &stranger).await, Err(SignInError::Wrong)));
    }
    let sixth = sign_in(&world, &login, "wrong-horse", &stranger).await;
    assert!(matches!(sixth, Err(SignInError::Captcha(CaptchaError::Missing))), "{sixth:?}");
    let elsewhere = sign_in(&world, &login, PASSWORD, &from("198.51.100.7")).await;
    assert!(matches!(elsewhere, Err(SignInError::Captcha(CaptchaError::Missing))), "strangers all over: {elsewhere:?}");
    let device = Device::after_sign_in(None, owner.id);
    let at_home = Caller { device: Some(&device), ..from("192.0.2.1") };
    sign_in(&world, &login, PASSWORD, &at_home).await.unwrap();
    // On a new device the owner solves a captcha, and is in: nobody waits for what a stranger did.
    let vault = Vault::load_or_create(&world.stores.dir().join("vault-keys")).unwrap();
    let token = world.registration.accounts.captcha().token(jiff::Timestamp::now());
    let text = registration::secrets::captcha::answer(&vault, &token);
    let solved = Caller { captcha: Answer { token: &token, text: &text, sums: "" }, ..from("198.51.100.7") };
    sign_in(&world, &login, PASSWORD, &solved).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_a_name_that_nobody_has_is_treated_alike() {
    let world = World::usual().await;
    world.candidate(1).await;
    let accounts = &world.registration.accounts;
    let mut seen = Vec::new();
    for login in [document(1), document(2), "no document".to_owned(), "li@example.com".to_owned()] {
        let mut words = Vec::new();
        for _ in 0..7 {
            let runs = accounts.hash_runs();
            let refused = sign_in(&world, &login, "wrong-horse", &from("192.0.2.9")).await.unwrap_err();
            words.push((refused.to_string(), accounts.hash_runs() - runs));
        }
        seen.push(words);
    }
    assert!(seen.iter().all(|words| *words == seen[0]), "{seen:#?}");
    assert_eq!(seen[0][0].1, 1, "one comparison, whoever it is");
    assert_eq!(seen[0][6].1, 0, "and none for who is refused early");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_and_a_new_password_end_sessions() {
    let world = World::usual().await;
    let account = world.candidate(1).await;
    let accounts = &world.registration.accounts;
    assert_eq!(accounts.sign_out_everywhere(account.id).await.unwrap(), Some(1));
    let new = registration::secrets::passwords::Password::of_candidate("new-password", &Default::default()).unwrap();
    assert!(accounts.change_password(account.id, "wrong-horse", &new).await.is_err());
    assert_eq!(accounts.change_password(account.id, PASSWORD, &new).await.unwrap().session_epoch, 2);
    assert!(world.sign_in(&document(1), PASSWORD).await.is_err());
    assert!(world.sign_in(&document(1), "new-password").await.is_ok());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_the_version_before_signs_in_after_the_start() {
    let mut world = World::usual().await;
    let account = world.candidate(1).await;
    // As the version before wrote it: an index in the account's row, and no row of logins.
    world.execute("DELETE FROM registration.account_logins").await;
    world.execute("UPDATE registration.accounts SET document_index = sha256(document), claim_index = NULL").await;
    assert!(world.sign_in(&document(1), PASSWORD).await.is_err());
    world.restart_registration().await;
    assert_eq!(world.sign_in(&document(1), PASSWORD).await.unwrap().id, account.id);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_suspected_like_any_other_outside_a_demo() {
    for exempts_loopback in [false, true] {
        let settings = AccountSettings { exempts_loopback, ..AccountSettings::default() };
        let world = World::start_with(Setup::default(), settings).await;
        for address in ["127.0.0.1", "::1", "192.0.2.1"] {
            let caller = from(address);
            for number in 1..=20 {
                let told = sign_in(&world, &document(number), "wrong-horse", &caller).await;
                assert!(matches!(told, Err(SignInError::Wrong)), "{address}: {told:?}");
            }
            let is_suspect = world.registration.accounts.wants_captcha(Act::SignIn, &document(99), &caller);
            assert_eq!(is_suspect, !exempts_loopback || address == "192.0.2.1", "{address}");
        }
        let mapped = from("::ffff:127.0.0.1");
        let is_suspect = world.registration.accounts.wants_captcha(Act::SignIn, &document(99), &mapped);
        assert_eq!(is_suspect, !exempts_loopback, "IPv4 as IPv6 writes it");
        world.finish().await;
    }
}
