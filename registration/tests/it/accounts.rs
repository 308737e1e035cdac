//! Accounts of candidates and staff.

use registration::accounts::{AccountError, NewAccount, SignInError};
use registration::exam_rules::LoginKind;
use registration::staff::{Role, StaffError, StaffSignInError};

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
    assert_eq!(staff.sign_in("boss", "long-enough-2").await.unwrap(), boss);
    assert_eq!(staff.member(boss.id).await.unwrap(), Some(boss));
    assert!(matches!(staff.sign_in("boss", "long-enough-1").await, Err(StaffSignInError::Wrong)));
    assert!(matches!(staff.sign_in("nobody", "long-enough-1").await, Err(StaffSignInError::Wrong)));
    assert!(matches!(staff.add("boss", "long-enough-2", Role::Reviewer).await, Err(StaffError::NameTaken)));
    assert!(matches!(staff.add("b o s s", "long-enough-2", Role::Reviewer).await, Err(StaffError::Name)));
    assert!(matches!(staff.add("clerk", "short", Role::Reviewer).await, Err(StaffError::Password(_))));
    world.finish().await;
}
