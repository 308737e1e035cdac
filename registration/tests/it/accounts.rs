//! Accounts of candidates and staff.

use jiff::{SignedDuration, Timestamp};
use registration::desk::staff::{By, Role, StaffError, StaffLinkError, StaffSignInError};
use registration::model::exam_rules::LoginKind;
use registration::model::text::Text;
use registration::model::text::imprint::Imprint;
use registration::people::accounts::{AccountError, NewAccount, SessionId, SignInError};
use registration::secrets::passwords::PasswordError;
use uuid::Uuid;

use crate::world::{PASSWORD, World, document};

fn new(number: u32, name: &str) -> NewAccount {
    NewAccount::parse(name, &document(number), "13812345678", PASSWORD).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_of_two_with_one_document_one_gets_an_account() {
    let world = World::usual().await;
    let accounts = &world.registration.accounts;
    let (first, second) = tokio::join!(accounts.register(new(1, "王芳")), accounts.register(new(1, "李娜")));
    let (made, refused) = if first.is_ok() { (first, second) } else { (second, first) };
    assert!(matches!(refused, Err(AccountError::Taken(LoginKind::Document))), "{refused:?}");
    let made = made.unwrap();
    let found = accounts.account(made.id).await.unwrap().unwrap();
    assert_eq!((found.name, found.document, found.created_at), (made.name, made.document, made.created_at));
    assert_eq!(made.number.to_string().len(), 32);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_one_signs_in_with_the_right_password_only() {
    let world = World::usual().await;
    let made = world.registration.accounts.register(new(2, "王芳")).await.unwrap();
    let spaced = format!(" {} ", document(2).to_lowercase());
    assert_eq!(world.sign_in(&spaced, PASSWORD).await.unwrap().id, made.id);
    for (login, password) in
        [(document(2), "wrong-horse"), (document(3), PASSWORD), ("no document".to_owned(), PASSWORD)]
    {
        assert!(matches!(world.sign_in(&login, password).await, Err(SignInError::Wrong)));
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_readable_in_the_database() {
    let world = World::usual().await;
    world.registration.accounts.register(new(6, "欧阳娜娜")).await.unwrap();
    let row = "SELECT encode(a.document || a.name || a.mobile || a.claim_index || l.index, 'escape')
         FROM registration.accounts a JOIN registration.account_logins l ON l.account = a.id";
    let stored: String = world.sql().await.query_one(row, &[]).await.unwrap().get(0);
    for readable in [&document(6)[..], &document(6)[6..14], "13812345678", r"\346\254\247"] {
        assert!(!stored.contains(readable), "{readable} is in {stored}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_have_names_roles_and_longer_passwords() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let boss = staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap();
    assert_eq!(staff.sign_in("boss", "long-enough-2", None).await.unwrap(), boss);
    assert_eq!(staff.member(boss.id).await.unwrap(), Some(boss));
    assert!(matches!(staff.sign_in("boss", "long-enough-1", None).await, Err(StaffSignInError::Wrong)));
    assert!(matches!(staff.sign_in("nobody", "long-enough-1", None).await, Err(StaffSignInError::Wrong)));
    assert!(matches!(staff.add("boss", "long-enough-2", Role::Reviewer).await, Err(StaffError::NameTaken)));
    assert!(matches!(staff.add("b o s s", "long-enough-2", Role::Reviewer).await, Err(StaffError::Name)));
    assert!(matches!(staff.add("clerk", "short", Role::Reviewer).await, Err(StaffError::Password(_))));
    // Made of one's own name, by whichever way it comes.
    let (name, own) = ("zhang.wei.2027", "Zhang-Wei-2027!");
    let added = staff.add(name, own, Role::Reviewer).await;
    assert!(matches!(added, Err(StaffError::Password(PasswordError::Own))), "{added:?}");
    staff.add(name, "long-enough-2", Role::Reviewer).await.unwrap();
    let set = staff.set_password(name, own).await;
    assert!(matches!(set, Err(StaffError::Password(PasswordError::Own))), "{set:?}");
    let link = staff.link_for(By::Operator, name).await.unwrap().path();
    let token = link.split('=').nth(1).unwrap();
    let joined = staff.join(token, own).await;
    assert!(matches!(joined, Err(StaffLinkError::Password(PasswordError::Own))), "{joined:?}");
    assert_eq!(staff.join(token, "long-enough-3").await.unwrap().name, name, "the link is good for another");
    world.finish().await;
}

/// What everybody reads on every page is no password of staff.
#[tokio::test(flavor = "multi_thread")]
async fn no_password_of_staff_is_made_of_the_site_s_names() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let boss = staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap();
    let operator = Text { zh: "临江大学招生办公室".to_owned(), en: "Linjiang Admissions Office".to_owned() };
    world.registration.imprints.save(&boss, 0, Imprint { operator, ..Imprint::default() }).await.unwrap();
    for bad in ["Linjiang-Admissions", "临江大学招生办公室-27", "Seathold-1!!"] {
        let set = staff.set_password("boss", bad).await;
        assert!(matches!(set, Err(StaffError::Password(PasswordError::Site))), "{bad}: {set:?}");
        let added = staff.add("clerk", bad, Role::Reviewer).await;
        assert!(matches!(added, Err(StaffError::Password(PasswordError::Site))), "{bad}: {added:?}");
    }
    staff.set_password("boss", "an-office-with-a-view").await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_signed_out_disabled_and_given_passwords() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let clerk = staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let epoch = async || staff.member(clerk.id).await.unwrap().map(|member| member.session_epoch);
    // All of it or nothing.
    world
        .execute("ALTER TABLE registration.audit ADD CONSTRAINT dies CHECK (action <> 'staff.signed_out') NOT VALID")
        .await;
    assert!(staff.sign_out(&clerk).await.is_err());
    assert_eq!(epoch().await, Some(0));
    world.execute("ALTER TABLE registration.audit DROP CONSTRAINT dies").await;
    staff.sign_out(&clerk).await.unwrap();
    assert_eq!(epoch().await, Some(1));
    staff.set_password("clerk", "longer-and-other-3").await.unwrap();
    assert_eq!(epoch().await, Some(2));
    assert!(matches!(staff.sign_in("clerk", "long-enough-2", None).await, Err(StaffSignInError::Wrong)));
    assert!(staff.set_disabled("clerk", true).await.unwrap() && !staff.set_disabled("clerk", true).await.unwrap());
    assert_eq!(epoch().await, None, "who is disabled is nobody");
    assert!(matches!(staff.sign_in("clerk", "longer-and-other-3", None).await, Err(StaffSignInError::Wrong)));
    assert!(staff.list().await.unwrap().iter().any(|one| one.name == "clerk" && one.disabled_at.is_some()));
    assert!(staff.set_disabled("clerk", false).await.unwrap());
    assert_eq!(staff.sign_in("clerk", "longer-and-other-3", None).await.unwrap().session_epoch, 4);
    assert!(matches!(staff.set_disabled("nobody", true).await, Err(StaffError::Unknown)));
    // The line is about the member; only what they did themselves is theirs. The operator acts as the system, and so does
    // whoever typed a wrong password.
    let written = "SELECT a.action, coalesce(s.name, a.actor_kind) AS actor FROM registration.audit a
         LEFT JOIN registration.staff s ON s.id = a.staff WHERE a.subject = 'staff.clerk' ORDER BY a.id";
    let written = world.sql().await.query(written, &[]).await.unwrap();
    let written: Vec<(String, String)> = written.iter().map(|row| (row.get("action"), row.get("actor"))).collect();
    let expected = [
        ("staff.added", "system"),
        ("staff.signed_out", "clerk"),
        ("staff.password", "system"),
        ("staff.refused", "system"),
        ("staff.disabled", "system"),
        ("staff.refused", "system"),
        ("staff.enabled", "system"),
        ("staff.signed_in", "clerk"),
    ];
    assert_eq!(written, expected.map(|(action, actor)| (action.to_owned(), actor.to_owned())));
    world.finish().await;
}

/// Ten wrong passwords from one network make that network wait, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_locks_staff_out() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let (attacker, own) = ("203.0.113.9".parse().ok(), "198.51.100.7".parse().ok());
    let mut refused = 0;
    for _ in 0..10 {
        let outcome = staff.sign_in("clerk", "wrong-password", attacker).await;
        refused += usize::from(matches!(outcome, Err(StaffSignInError::TooMany { .. })));
    }
    assert!(refused >= 4, "{refused}");
    assert!(staff.sign_in("clerk", "long-enough-2", own).await.is_ok());
    world.finish().await;
}

/// A sign-in that was ended names nobody any more; the account's others stay, and it is forgotten once it is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_of_a_candidate_is_ended_by_itself() {
    let world = World::usual().await;
    let accounts = &world.registration.accounts;
    let account = world.candidate(1).await.id;
    let (one, other) = (SessionId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
    accounts.sign_out(one, Timestamp::now() + SignedDuration::from_hours(1)).await.unwrap();
    assert!(accounts.signed_in(account, Some(one)).await.unwrap().is_none());
    assert!(accounts.signed_in(account, Some(other)).await.unwrap().is_some());
    assert!(accounts.signed_in(account, None).await.unwrap().is_some());
    world.finish().await;
}
