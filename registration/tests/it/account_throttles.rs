//! Who is asked for a captcha, who must wait, and that nobody can lock an owner out; accounts of the version before; what the log
//! says of all that.

use std::sync::Arc;

use registration::model::exam_rules::{CaptchaRule, LoginKind};
use registration::people::accounts::{AccountSettings, Act, Caller, Device, QrError, SignIn, SignInError};
use registration::secrets::captcha::{Answer, CaptchaError, SUMS, Weight, answer};
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
    // What is mistyped at home makes nothing harder for neighbours.
    for _ in 0..5 {
        let device = Device::after_sign_in(None, owner.id);
        for _ in 0..5 {
            let mistyped = Caller { device: Some(&device), ..from("192.0.2.150") };
            let told = sign_in(&world, &login, "wrong-horse", &mistyped).await;
            assert!(matches!(told, Err(SignInError::Wrong)), "{told:?}");
        }
    }
    let neighbour = from("192.0.2.150");
    assert_eq!(world.registration.accounts.captcha_weight(Act::SignIn, &document(2), &neighbour), None);
    // On a new device the owner solves a captcha, and is in: nobody waits for what a stranger did.
    let vault = Vault::load_or_create(&world.stores.dir().join("vault-keys")).unwrap();
    let token = world.registration.accounts.captcha().token(jiff::Timestamp::now());
    let text = answer(&vault, &token);
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

/// What happens to accounts is seen by whoever reads the log, and whose they are is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_an_account_is_a_line_that_names_nobody() {
    let world = World::usual().await;
    let (owner, accounts) = (world.candidate(1).await, &world.registration.accounts);
    let new = registration::secrets::passwords::Password::of_candidate("new-password", &Default::default()).unwrap();
    let log = tempfile::NamedTempFile::new().unwrap();
    let writer = Arc::new(log.reopen().unwrap());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(writer).finish();
    let listening = tracing::subscriber::set_default(subscriber);
    let caller = from("192.0.2.77");
    assert!(matches!(sign_in(&world, &document(1), "wrong-horse", &caller).await, Err(SignInError::Wrong)));
    sign_in(&world, &document(1), PASSWORD, &caller).await.unwrap();
    accounts.change_password(owner.id, PASSWORD, &new).await.unwrap();
    accounts.sign_out_everywhere(owner.id).await.unwrap();
    drop(listening);
    let text = std::fs::read_to_string(log.path()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(" security: ")).collect();
    let wanted = ["wrong password", "signed in", "password changed", "signed out everywhere"];
    assert_eq!(lines.len(), wanted.len(), "{text}");
    let number = owner.number.to_string();
    for (line, event) in lines.iter().zip(wanted) {
        assert!(line.contains(event), "{event}: {line}");
        assert_eq!(line.contains(&number[..8]), event != "wrong password", "{line}");
    }
    assert!(lines[0].contains("192.0.2.0/24") && lines[1].contains("192.0.2.0/24"), "{text}");
    for secret in [&*document(1), &*number, "192.0.2.77", "王芳", "wrong-horse"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
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

/// A captcha as the form of this caller wants it, solved by the vault's key; empty where none is wanted.
fn solved(world: &World, vault: &Vault, login: &str, caller: &Caller<'_>) -> (Option<Weight>, String, String) {
    let accounts = &world.registration.accounts;
    let weight = accounts.captcha_weight(Act::SignIn, login, caller);
    let token = weight.map(|weight| accounts.captcha().token_of(weight, jiff::Timestamp::now())).unwrap_or_default();
    let text = if token.is_empty() { String::new() } else { answer(vault, &token) };
    (weight, token, text)
}

/// What a browser's script finds.
fn sums(token: &str, bits: u32) -> String {
    let is_right = |place: usize, number: u64| {
        let text = format!("{token}:{place}:{number}");
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        u32::from_be_bytes(*hash.as_ref().first_chunk().unwrap()).leading_zeros() >= bits
    };
    let found = (0..SUMS).map(|place| (0..).find(|number| is_right(place, *number)).unwrap().to_string());
    found.collect::<Vec<_>>().join(".")
}

/// Whatever is sprayed, and from wherever: the right password enters with one captcha at most, also from the very address
/// of the attacker, and on a device that knows the account with none.
#[tokio::test(flavor = "multi_thread")]
async fn c3_spraying_locks_nobody_out() {
    let world = World::usual().await;
    let vault = Vault::load_or_create(&world.stores.dir().join("vault-keys")).unwrap();
    let mut owners = Vec::new();
    for number in 1..=3 {
        owners.push((document(number), Device::after_sign_in(None, world.candidate(number).await.id)));
    }
    let (mut chance, mut heaviest) = (0x5eed_u64, None);
    let mut next = move |below: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below
    };
    for round in 0..120_u32 {
        // Four passwords for each name, those of candidates among them.
        let login = document(round / 4 + 1);
        let caller = from("192.0.2.1");
        let (weight, token, text) = solved(&world, &vault, &login, &caller);
        heaviest = heaviest.max(weight);
        let caller = Caller { captcha: Answer { token: &token, text: &text, sums: "" }, ..caller };
        let tried = sign_in(&world, &login, "wrong-horse", &caller).await;
        assert!(matches!(tried, Err(SignInError::Wrong)), "{round}: {tried:?}");
        let (login, device) = &owners[usize::try_from(next(3)).unwrap()];
        let address = ["192.0.2.1", "192.0.2.2", "192.0.2.99", "198.51.100.7"][usize::try_from(next(4)).unwrap()];
        let entered = if next(2) == 0 {
            sign_in(&world, login, PASSWORD, &Caller { device: Some(device), ..from(address) }).await
        } else {
            let (_, token, text) = solved(&world, &vault, login, &from(address));
            let captcha = Answer { token: &token, text: &text, sums: "" };
            sign_in(&world, login, PASSWORD, &Caller { captcha, ..from(address) }).await
        };
        assert!(entered.is_ok(), "{round} from {address}: {entered:?}");
    }
    assert_eq!(heaviest, Some(Weight::Heavy), "it has grown for the sprayer");
    world.finish().await;
}

/// A solver guesses: its wrong answers count, and in the end pictures are worth nothing there, for a day. Sums still are.
#[tokio::test(flavor = "multi_thread")]
async fn c3_wrong_captchas_count_and_then_pictures_are_worth_nothing() {
    let world = World::usual().await;
    let vault = Vault::load_or_create(&world.stores.dir().join("vault-keys")).unwrap();
    let owner = world.candidate(1).await;
    let robot = |number: u32| from(["192.0.2.1", "192.0.2.2", "192.0.2.3"][number as usize % 3]);
    for number in 0..20 {
        let login = format!("name-{number}");
        assert!(matches!(sign_in(&world, &login, "wrong-horse", &from("192.0.2.9")).await, Err(SignInError::Wrong)));
    }
    let neighbour = from("192.0.2.200");
    // What is no captcha of ours, or was answered before, costs nothing and counts as nothing.
    let stale = Answer { token: "none of ours", text: "AAAAA", sums: "" };
    for number in 0..400 {
        let caller = Caller { captcha: stale, rule: CaptchaRule::Always, ..robot(number) };
        let told = sign_in(&world, &format!("stale-{number}"), "wrong-horse", &caller).await;
        assert!(matches!(told, Err(SignInError::Captcha(CaptchaError::Stale))), "{told:?}");
    }
    assert_eq!(world.registration.accounts.captcha_weight(Act::SignIn, &document(1), &neighbour), None);
    for number in 0..1_050 {
        // Three addresses of one network; each is free at first.
        let (login, caller) = (format!("other-{number}"), Caller { rule: CaptchaRule::Always, ..robot(number) });
        let (_, token, _) = solved(&world, &vault, &login, &caller);
        let caller = Caller { captcha: Answer { token: &token, text: "wrong", sums: "" }, ..caller };
        let told = sign_in(&world, &login, "wrong-horse", &caller).await;
        assert!(matches!(told, Err(SignInError::Captcha(CaptchaError::Wrong))), "{told:?}");
    }
    let (weight, token, text) = solved(&world, &vault, &document(1), &neighbour);
    assert_eq!((weight, text.as_str()), (Some(Weight::Sums), ""));
    let accounts = &world.registration.accounts;
    assert_eq!(accounts.captcha_weight(Act::SignIn, &document(1), &from("192.0.3.200")), None, "no other network");
    assert_eq!(accounts.captcha_weight(Act::SignUp, "", &neighbour), None, "and nothing else there");
    let light = accounts.captcha().token_of(Weight::Heavy, jiff::Timestamp::now());
    let read = answer(&vault, &light);
    let told = Caller { captcha: Answer { token: &light, text: &read, sums: "" }, ..neighbour };
    let told = sign_in(&world, &document(1), PASSWORD, &told).await;
    assert!(matches!(told, Err(SignInError::Captcha(CaptchaError::Light))), "{told:?}");
    // Its owner is in all the same: at once where the device is known, with sums elsewhere.
    let device = Device::after_sign_in(None, owner.id);
    sign_in(&world, &document(1), PASSWORD, &Caller { device: Some(&device), ..neighbour }).await.unwrap();
    let found = sums(&token, Weight::Sums.bits());
    let captcha = Answer { token: &token, text: "", sums: &found };
    sign_in(&world, &document(1), PASSWORD, &Caller { captcha, ..neighbour }).await.unwrap();
    world.finish().await;
}

/// Whoever makes codes for computers by the thousand waits longer and longer, and nobody elsewhere does.
#[tokio::test(flavor = "multi_thread")]
async fn one_address_makes_only_so_many_codes_for_computers() {
    let world = World::usual().await;
    let accounts = &world.registration.accounts;
    let mut refused = 0;
    for _ in 0..330 {
        match accounts.begin_qr(from("192.0.2.1").address).await {
            Ok(_) => {}
            Err(QrError::TooMany { .. }) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!((1..=30).contains(&refused), "a room of 300 has its codes: {refused}");
    assert!(accounts.begin_qr(from("198.51.100.7").address).await.is_ok());
    world.finish().await;
}
