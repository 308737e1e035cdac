//! Whatever two accounts and staff do with two people, in whatever order: nobody is ever two, and no two are one.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use registration::desk::case::Subject;
use registration::desk::people::Side;
use registration::desk::staff::StaffMember;
use registration::model::document::{Document, DocumentKind};
use registration::model::exam_rules::CardCheck;
use registration::model::ids::AccountId;
use registration::people::identity::IdentityError;

use crate::account_corrections::{administrator, resident};
use crate::bureau::Bureau;
use crate::world::document;

const NAMES: [&str; 2] = ["王芳", "李明"];

/// What may happen; the numbers are an account and a person.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// The account says to be this person.
    Declare(usize, usize),
    /// A card of this person is handed in.
    Card(usize, usize),
    /// A photo for staff is handed in.
    HandIn(usize),
    /// Staff say yes, if anything waits.
    Confirm(usize),
    /// Staff say no, if anything waits.
    Refuse(usize),
    /// Staff say that the account is this person.
    Correct(usize, usize),
}

fn act() -> impl Strategy<Value = Act> {
    let (who, whose) = (0..2_usize, 0..2_usize);
    prop_oneof![
        (who.clone(), whose.clone()).prop_map(|(account, person)| Act::Declare(account, person)),
        (who.clone(), whose.clone()).prop_map(|(account, person)| Act::Card(account, person)),
        (who.clone(), whose).prop_map(|(account, person)| Act::Correct(account, person)),
        who.clone().prop_map(Act::HandIn),
        who.clone().prop_map(Act::Confirm),
        who.prop_map(Act::Refuse),
    ]
}

/// An account whose login is no document, so that it may say to be anybody.
async fn declare(bureau: &Bureau, account: AccountId, person: usize) -> Result<(), IdentityError> {
    let number = document(u32::try_from(person).unwrap() + 100);
    let document = Document::parse(DocumentKind::ResidentId, &number).unwrap();
    bureau.world.registration.identity.declare(account, NAMES[person].parse().unwrap(), document).await
}

/// True when staff said that the account is another person than before.
async fn perform(bureau: &Bureau, boss: &StaffMember, accounts: [AccountId; 2], act: Act) -> bool {
    let reviews = &bureau.world.registration.identity_reviews;
    let staff = &bureau.world.reviewer;
    let waiting = async |account: usize| {
        let id = Subject::Identity(accounts[account]);
        let case = reviews.get(staff, &id).await.unwrap()?;
        reviews.picture(staff, &id, Side::HandedIn).await.unwrap();
        Some(case)
    };
    match act {
        Act::Declare(account, person) => drop(declare(bureau, accounts[account], person).await),
        Act::Card(account, person) => {
            let number = u32::try_from(person).unwrap() + 100;
            drop(bureau.card(accounts[account], NAMES[person], number).await);
        }
        Act::HandIn(account) => drop(bureau.hold_document(accounts[account]).await),
        Act::Confirm(account) => {
            if let Some(case) = waiting(account).await {
                drop(reviews.confirm(staff, &case.subject, case.picture).await);
            }
        }
        Act::Refuse(account) => {
            if let Some(case) = waiting(account).await {
                reviews.refuse(staff, &case.subject, case.picture, "no").await.unwrap();
            }
        }
        Act::Correct(account, person) => {
            let number = u32::try_from(person).unwrap() + 100;
            let (name, door) = (NAMES[person].parse().unwrap(), &bureau.world.registration.accounts);
            return door.correct(boss, accounts[account].into(), name, resident(number), "核对原件").await.is_ok();
        }
    }
    false
}

/// Starts both accounts afresh.
async fn forget(bureau: &Bureau, accounts: [AccountId; 2]) {
    bureau.world.execute("DELETE FROM registration.identities; DELETE FROM registration.identity_tries;").await;
    for account in accounts {
        bureau.world.registration.identity.consent(account).await.unwrap();
    }
}

#[test]
fn no_order_of_operations_binds_one_to_two() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (bureau, accounts, boss) = runtime.block_on(async {
        let bureau = Bureau::start().await;
        let accounts = [bureau.free_candidate("one@example.edu").await, bureau.free_candidate("two@example.edu").await];
        let boss = administrator(&bureau.world).await;
        (bureau, accounts, boss)
    });
    let config = Config { cases: 24, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let checked = TestRunner::new(config).run(&vec(act(), 1..14), |acts| {
        runtime.block_on(async {
            forget(&bureau, accounts).await;
            let mut verified: [Option<String>; 2] = [None, None];
            for act in &acts {
                let corrected = perform(&bureau, &boss, accounts, *act).await;
                if let (Act::Correct(account, _), true) = (*act, corrected) {
                    verified[account] = None;
                    let left = bureau.world.registration.identity.verified(accounts[account]).await.unwrap();
                    prop_assert!(left.is_none(), "nobody proved who the account is said to be now");
                }
                for (account, known) in accounts.iter().zip(&mut verified) {
                    let person = bureau.world.registration.identity.verified(*account).await.unwrap();
                    let now = person.map(|person| person.document.expose().to_owned());
                    prop_assert!(known.is_none() || *known == now, "an account became another person");
                    *known = now;
                }
                let is_one = verified[0].is_some() && verified[0] == verified[1];
                prop_assert!(!is_one, "two accounts are one person");
            }
            Ok(())
        })
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
    runtime.block_on(bureau.world.finish());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_verified_as_one_person_at_once_are_one() {
    let bureau = Bureau::start().await;
    let accounts = [bureau.free_candidate("one@example.edu").await, bureau.free_candidate("two@example.edu").await];
    for _ in 0..6 {
        forget(&bureau, accounts).await;
        bureau.vendors.card(NAMES[0], &document(100), crate::bureau::VALID);
        for account in accounts {
            declare(&bureau, account, 0).await.unwrap();
            bureau.draft_card(account).await;
        }
        let identity = &bureau.world.registration.identity;
        let (one, other) = tokio::join!(
            identity.check_card(accounts[0], CardCheck::Auto),
            identity.check_card(accounts[1], CardCheck::Auto)
        );
        match (one, other) {
            (Ok(()), Err(IdentityError::OtherAccount)) | (Err(IdentityError::OtherAccount), Ok(())) => {}
            both => panic!("{both:?}"),
        }
    }
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_that_changes_while_a_card_is_read_is_never_verified_as_another() {
    let bureau = Bureau::start().await;
    let account = bureau.free_candidate("one@example.edu").await;
    for _ in 0..6 {
        forget(&bureau, [account, account]).await;
        declare(&bureau, account, 0).await.unwrap();
        bureau.vendors.card(NAMES[0], &document(100), crate::bureau::VALID);
        bureau.draft_card(account).await;
        let identity = &bureau.world.registration.identity;
        let (card, changed) = tokio::join!(identity.check_card(account, CardCheck::Auto), declare(&bureau, account, 1));
        let verified = identity.verified(account).await.unwrap();
        let account = bureau.world.registration.accounts.account(account).await.unwrap().unwrap();
        match (card, changed) {
            (Ok(()), Err(IdentityError::AlreadyVerified)) => {
                assert_eq!(account.document, verified.map(|person| person.document));
            }
            (Err(_), Ok(())) => assert!(verified.is_none()),
            both => panic!("{both:?}"),
        }
    }
    bureau.world.finish().await;
}
