//! Staff correct who an account says to be: the login follows, and what was proved with the old name or number is not; and
//! they help who has forgotten the password where no message reaches.

use registration::desk::staff::{Role, StaffMember};
use registration::model::document::{Document, DocumentKind};
use registration::model::exam_rules::{CaptchaRule, FaceRules, LoginKind, PasswordRules};
use registration::model::facts::{FaceState, IdentityState};
use registration::people::accounts::{AccountNumber, Caller, CorrectError, ResetError, StaffCodeError};
use registration::people::identity::IdentityError;
use registration::secrets::passwords::Password;

use crate::bureau::Bureau;
use crate::world::{PASSWORD, World, document, exam, picture};

pub(crate) async fn administrator(world: &World) -> StaffMember {
    world.registration.staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap()
}

pub(crate) fn resident(number: u32) -> Document {
    Document::parse(DocumentKind::ResidentId, &document(number)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_staff_correct_a_wrong_number_which_is_the_login() {
    let world = World::usual().await;
    let (wrong, other) = (world.candidate(1).await, world.candidate(2).await);
    let order = world.hold(wrong.id, &["s0"]).await.unwrap();
    let boss = administrator(&world).await;
    let clerk = world.registration.staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let accounts = &world.registration.accounts;
    let name = || wrong.name.clone().unwrap();

    let refused = accounts.correct(&clerk, wrong.number, name(), resident(7), "身份证号填错一位").await;
    assert!(matches!(refused, Err(CorrectError::Forbidden(_))));
    let nobody: AccountNumber = "F19FBD2E27FB40F1A52394A92A48FE22".parse().unwrap();
    let refused = accounts.correct(&boss, nobody, name(), resident(7), "身份证号填错一位").await;
    assert!(matches!(refused, Err(CorrectError::Unknown(number)) if number == nobody));
    for reason in [" ".to_owned(), "长".repeat(201)] {
        let refused = accounts.correct(&boss, wrong.number, name(), resident(7), &reason).await;
        assert!(matches!(refused, Err(CorrectError::Reason(_))), "{refused:?}");
    }
    let refused = accounts.correct(&boss, wrong.number, name(), resident(1), "身份证号填错一位").await;
    assert!(matches!(refused, Err(CorrectError::Same)));
    let refused = accounts.correct(&boss, wrong.number, "王方".parse().unwrap(), resident(2), "身份证号填错一位").await;
    assert!(matches!(refused, Err(CorrectError::Taken)), "{other:?} signs in by it");
    let now = accounts.account(wrong.id).await.unwrap().unwrap();
    assert_eq!((now.name, now.document), (wrong.name.clone(), wrong.document.clone()), "all or nothing");
    assert!(world.sign_in(&document(1), PASSWORD).await.is_ok(), "the old login is still good");

    for text in [document(1), wrong.number.to_string().to_lowercase()] {
        let found = accounts.named_by(&boss, &text).await.unwrap();
        assert_eq!(found.iter().map(|account| account.id).collect::<Vec<_>>(), [wrong.id], "{text}");
    }
    let looks = "SELECT subject FROM registration.audit WHERE action = 'looked_at_account'";
    let rows = world.sql().await.query(looks, &[]).await.unwrap();
    let number = wrong.number.to_string();
    assert_eq!(rows.iter().map(|row| row.get(0)).collect::<Vec<String>>(), [number.clone(), number], "both looks");
    for text in [document(9), nobody.to_string(), "王芳".to_owned(), String::new()] {
        assert!(accounts.named_by(&boss, &text).await.unwrap().is_empty(), "{text}");
    }
    let corrected = accounts.correct(&boss, wrong.number, name(), resident(7), "身份证号填错一位").await.unwrap();
    assert_eq!((corrected.has_new_login, corrected.must_prove, corrected.reviews), (true, false, 0));
    assert!(world.sign_in(&document(1), PASSWORD).await.is_err(), "the old number is nobody's login");
    assert_eq!(world.sign_in(&document(7), PASSWORD).await.unwrap().id, wrong.id);
    assert_eq!(world.order(wrong.id, order.id).await.state, order.state, "the seat stays");
    let lines = "SELECT detail FROM registration.audit WHERE action = 'account_corrected'";
    let rows = world.sql().await.query(lines, &[]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.get(0)).collect::<Vec<String>>(), ["document: 身份证号填错一位"]);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_who_was_verified_proves_it_anew_after_a_correction() {
    let bureau = Bureau::start().await;
    let (world, registration) = (&bureau.world, &bureau.world.registration);
    let account = bureau.candidate(1).await;
    let boss = administrator(world).await;
    bureau.card(account.id, "王芳", 1).await.unwrap();
    bureau.vendors.face(Ok(99.0));
    let rules = FaceRules::default();
    let passed = registration.faces.check(account.id, &exam(), &rules, Some(picture())).await.unwrap();
    assert!(matches!(passed, FaceState::Passed { .. }));

    let corrected = registration
        .accounts
        .correct(&boss, account.number, "王方".parse().unwrap(), resident(7), "身份证号填错一位")
        .await;
    assert!(corrected.unwrap().must_prove);
    assert_eq!(registration.identity.state(account.id).await.unwrap(), IdentityState::None);
    assert_eq!(registration.identity.portrait(account.id).await.unwrap(), None);
    assert_eq!(registration.faces.state(account.id, &exam()).await.unwrap(), FaceState::None);
    let left = "SELECT count(*) FROM registration.identity_pictures WHERE state <> 'dropped'";
    assert_eq!(world.sql().await.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0, "no picture of before stays");
    let old = bureau.card(account.id, "王芳", 1).await;
    assert!(matches!(old, Err(IdentityError::Card(_))), "{old:?}");
    bureau.card(account.id, "王方", 7).await.unwrap();
    // The old number is free for whose it is.
    let owner = bureau.candidate(1).await;
    bureau.card(owner.id, "王芳", 1).await.unwrap();
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_tell_a_code_to_whom_no_message_reaches() {
    let world = World::usual().await;
    let (account, other) = (world.candidate(1).await, world.candidate(2).await);
    let boss = administrator(&world).await;
    let clerk = world.registration.staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let accounts = &world.registration.accounts;
    assert!(matches!(accounts.code_by_staff(&clerk, account.number).await, Err(StaffCodeError::Forbidden(_))));
    let nobody: AccountNumber = "F19FBD2E27FB40F1A52394A92A48FE22".parse().unwrap();
    assert!(matches!(accounts.code_by_staff(&boss, nobody).await, Err(StaffCodeError::Unknown(_))));
    let stale = accounts.code_by_staff(&boss, account.number).await.unwrap();
    let code = accounts.code_by_staff(&boss, account.number).await.unwrap();
    let new = Password::of_candidate("new-password", &PasswordRules::default()).unwrap();
    // Each from another network, so that nobody waits.
    let networks = std::sync::atomic::AtomicU8::new(1);
    let reset = async |number, code: &str| {
        let network = networks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let address = Some(std::net::IpAddr::from([192, 0, 2, network]));
        let caller = Caller { address, ..Caller::stranger(CaptchaRule::Suspicion) };
        let proved = accounts.prove_reset(&document(number), LoginKind::Document, code, &caller).await?;
        let account = proved.accounts[0].id;
        accounts.reset_by_code(&proved, code, account, &new).await.map(|account| account.id)
    };
    assert!(stale == code || matches!(reset(1, &stale).await, Err(ResetError::Code)), "another took its place");
    assert!(matches!(reset(2, &code).await, Err(ResetError::Code)), "it is of one account");
    assert!(matches!(reset(9, &code).await, Err(ResetError::Code)), "nobody signs in so");
    assert_eq!(reset(1, &code).await.unwrap(), account.id);
    assert!(matches!(reset(1, &code).await, Err(ResetError::Code)), "good once");
    assert!(world.sign_in(&document(1), "new-password").await.is_ok());
    assert_eq!(world.sign_in(&document(2), PASSWORD).await.unwrap().id, other.id);

    let late = accounts.code_by_staff(&boss, account.number).await.unwrap();
    world.execute("UPDATE registration.account_codes SET expires_at = now() - interval '1 second'").await;
    assert!(matches!(reset(1, &late).await, Err(ResetError::Code)), "ten minutes");
    let tried = accounts.code_by_staff(&boss, account.number).await.unwrap();
    let wrong = if tried == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert!(reset(1, wrong).await.is_err());
    }
    assert!(matches!(reset(1, &tried).await, Err(ResetError::Code)), "five tries");
    world.finish().await;
}
