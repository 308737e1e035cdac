//! Looking people up, binding them to accounts, and the end of what is not used.

use registration::eligibility::{BindError, LOOKS_PER_DAY, LookUpError};
use registration::model::document::{Document, DocumentKind};
use registration::model::exam_rules::TaskKind;
use registration::model::facts::EligibilityState;
use registration::rules::steps::TaskState;
use registration::seats::OrderError;

use crate::cet::{Cet, cet, line, roster};
use crate::post::stranger;
use crate::world::{World, document, ids, until};

#[tokio::test(flavor = "multi_thread")]
async fn b8_a_person_is_found_by_document_and_name_only() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let account = cet.account(1).await.id;
    assert!(cet.look_up(account, 1).await.is_ok());
    // No such number, and another name, look alike.
    for (number, name) in [(77, "王芳"), (1, "王方")] {
        let refused = cet.look_up_as(account, number, name).await;
        assert!(matches!(refused, Err(LookUpError::Unknown)), "{refused:?}");
    }
    let eligibility = &world.registration.eligibility;
    let look = async |typed| eligibility.look_up(account, &cet.page(), &[], typed).await;
    assert!(look((DocumentKind::MacauId, "5234567(8)", "张三•李四")).await.is_ok(), "however it is typed");
    let refused = look((DocumentKind::ResidentId, "1", "7")).await;
    assert!(matches!(refused, Err(LookUpError::Typed { document: Some(_), name: Some(_) })), "{refused:?}");
    let refused = look((DocumentKind::Passport, "E12345678", "王芳")).await;
    assert!(matches!(refused, Err(LookUpError::Kind(DocumentKind::Passport))), "{refused:?}");
    assert!(!cet.is_bound(account).await, "nothing is bound");

    // Against fishing: right or wrong, so many a day.
    let mut found = 0;
    while cet.look_up(account, 2).await.is_ok() {
        found += 1;
    }
    assert_eq!(found, LOOKS_PER_DAY - 4, "what could not be meant was not counted");
    assert!(matches!(cet.look_up(account, 2).await, Err(LookUpError::TooMany)));
    assert!(cet.look_up(cet.account(2).await.id, 2).await.is_ok());
    world.execute("UPDATE registration.roster_looks SET day = day - 1").await;
    assert!(cet.look_up(account, 2).await.is_ok(), "tomorrow again");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_saving_binds_one_to_one_and_freezes_the_record() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let (first, second) = (cet.account(1).await.id, cet.account(2).await.id);
    let (seen, other) = (cet.look_up(first, 1).await.unwrap(), cet.look_up(first, 2).await.unwrap());
    assert!(matches!(cet.bind(second, &seen).await, Err(BindError::Expired)), "a mark is its account's");
    let EligibilityState::Bound { subjects, campus, .. } = cet.bind(first, &seen).await.unwrap() else { panic!() };
    assert_eq!((subjects.len(), campus.unwrap().as_str()), (1, "993010"));
    let before = cet.state(first).await;
    assert_eq!(cet.bind(first, &seen).await.unwrap(), before, "again: the same");
    assert!(matches!(cet.bind(first, &other).await, Err(BindError::OtherPerson)));
    assert!(matches!(cet.look_up(first, 2).await, Err(LookUpError::Bound)));
    assert!(matches!(cet.bind_to(second, 1).await, Err(BindError::OtherAccount)));

    // The roster changes, even loses the person: what is bound stays as it was.
    let changed = roster().replace(&line(1, "王芳", "cet4", ""), &line(1, "王芳", "cet4 cet6", ""));
    cet.write("2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00", &changed);
    cet.import_again().await.unwrap();
    assert_eq!(cet.state(first).await, before);
    let gone = roster().replace(&line(1, "王芳", "cet4", ""), "");
    cet.write("2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00", &gone);
    assert_eq!(cet.import_again().await.unwrap().roster.unwrap().removed, 1);
    assert_eq!(cet.state(first).await, before);
    let person = world.registration.eligibility.person(first, &crate::cet::cet(), None).await.unwrap().unwrap();
    assert_eq!((person.record.column("major"), person.record.name.expose()), ("会计", "王芳"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b6_an_account_of_an_earlier_exam_registers_for_the_next() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let (account, other) = (cet.account(1).await.id, cet.account(2).await.id);
    cet.bind_to(account, 1).await.unwrap();
    let earlier = cet.hold(account, "cet4-main").await.unwrap();
    let before = cet.state(account).await;

    let next = cet.import_next().await;
    let eligibility = &world.registration.eligibility;
    assert_eq!(eligibility.state(account, &next.id).await.unwrap(), EligibilityState::None, "each exam anew");
    let document = document(1);
    let typed = || (DocumentKind::ResidentId, document.as_str(), "王芳");
    let seen = eligibility.look_up(account, &next, &[], typed()).await.unwrap();
    eligibility.bind(account, &next, &[], &seen).await.unwrap();
    let later = world.registration.orders.hold(account, &next.id, &ids(&["cet4-main"]), false).await.unwrap();
    assert_ne!(earlier.id, later.id);

    // Both stand, each with its own record; and in the next exam, too, the person is nobody else's.
    assert_eq!(cet.state(account).await, before);
    let exams: Vec<_> = cet.orders(account).await.into_iter().map(|order| order.exam.to_string()).collect();
    assert!(exams.contains(&"cet".to_owned()) && exams.contains(&"cet-next".to_owned()), "{exams:?}");
    let seen = eligibility.look_up(other, &next, &[], typed()).await.unwrap();
    let refused = eligibility.bind(other, &next, &[], &seen).await;
    assert!(matches!(refused, Err(BindError::OtherAccount)), "{refused:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_what_was_not_seen_is_not_saved() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let account = cet.account(1).await.id;
    let seen = cet.look_up(account, 1).await.unwrap();
    let changed = roster().replace(&line(1, "王芳", "cet4", ""), &line(1, "王芳", "cet4", "").replace("会计", "金融"));
    cet.write("2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00", &changed);
    assert_eq!(cet.import_again().await.unwrap().roster.unwrap().changed, 1);
    assert!(matches!(cet.bind(account, &seen).await, Err(BindError::Changed)));
    let eligibility = &world.registration.eligibility;
    let again = eligibility.look_again(account, &crate::cet::cet(), &seen).await.unwrap().unwrap();
    assert!(cet.bind(account, &again).await.is_ok());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_before_the_window_one_looks_and_binds_nothing() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    cet.write("2088-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00", &roster());
    cet.import_again().await.unwrap();
    let account = cet.account(1).await.id;
    for number in 1..=3 {
        let seen = cet.look_up(account, number).await.unwrap();
        let eligibility = &world.registration.eligibility;
        let person = eligibility.person(account, &crate::cet::cet(), Some(&seen)).await.unwrap().unwrap();
        assert_eq!(person.record.document.expose(), document(number));
        let refused = cet.bind(account, &seen).await;
        assert!(matches!(refused, Err(BindError::NotOpen(TaskState::NotYet { .. }))), "{refused:?}");
    }
    cet.write("2020-01-01T00:00:00+08:00", "2021-01-01T00:00:00+08:00", &roster());
    cet.import_again().await.unwrap();
    assert!(matches!(cet.look_up(account, 1).await, Err(LookUpError::NotOpen(TaskState::Over { .. }))));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_races_bind_one_to_one() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    for round in 0..5 {
        let (a, b) = (cet.account(10 + round).await.id, cet.account(20 + round).await.id);
        // Two accounts, one person.
        let (seen_a, seen_b) = (cet.look_up(a, 1).await.unwrap(), cet.look_up(b, 1).await.unwrap());
        let (one, two) = tokio::join!(cet.bind(a, &seen_a), cet.bind(b, &seen_b));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let refused = one.err().or(two.err());
        assert!(matches!(refused, Some(BindError::OtherAccount)), "{refused:?}");
        // One account, two people.
        let c = cet.account(30 + round).await.id;
        let (second, third) = (cet.look_up(c, 2).await.unwrap(), cet.look_up(c, 3).await.unwrap());
        let (one, two) = tokio::join!(cet.bind(c, &second), cet.bind(c, &third));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let refused = one.err().or(two.err());
        assert!(matches!(refused, Some(BindError::OtherPerson)), "{refused:?}");
        world.execute("DELETE FROM registration.bindings").await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_twelve_hours_without_a_subject_delete_the_registration() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let (unused, used) = (cet.account(1).await.id, cet.account(2).await.id);
    cet.bind_to(unused, 1).await.unwrap();
    cet.bind_to(used, 2).await.unwrap();
    let order = cet.hold(used, "cet4-main").await.unwrap();
    cet.let_pass(11).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert!(cet.is_bound(unused).await && cet.is_bound(used).await);
    cet.let_pass(1).await;
    until("the unused registration to be deleted", async || !cet.is_bound(unused).await).await;
    assert!(cet.is_bound(used).await, "never while an order is live");
    // Nobody chooses a subject any more, and the person is free for another account.
    let refused = cet.hold(unused, "cet4-main").await;
    assert!(matches!(refused, Err(OrderError::Blocked(TaskKind::Eligibility))), "{refused:?}");
    cet.bind_to(cet.account(3).await.id, 1).await.unwrap();
    // The last subject goes: nothing is left to keep the registration.
    world.registration.orders.release(used, order.id).await.unwrap();
    until("the other one to be deleted, too", async || !cet.is_bound(used).await).await;
    let rows = "SELECT count(*) FROM registration.applications WHERE exam = 'cet' AND account = $1";
    let left: i64 = world.sql().await.query_one(rows, &[&used.0]).await.unwrap().get(0);
    assert_eq!(left, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_an_order_and_the_deletion_never_both_happen() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let sql = world.sql().await;
    let orphans = "SELECT count(*) FROM registration.orders o WHERE o.exam = 'cet' AND o.state = 'unpaid'
        AND NOT EXISTS (SELECT FROM registration.bindings b WHERE b.id = o.binding AND b.account = o.account)";
    let mut kept = 0;
    for round in 0..8 {
        let account = cet.account(40 + round).await.id;
        cet.bind_to(account, 1).await.unwrap();
        let hold = cet.hold(account, "cet4-main");
        let delete = async {
            // As the sweep does, at about the moment when the order's row is written.
            tokio::time::sleep(std::time::Duration::from_millis(u64::from(round) * 4)).await;
            sql.execute("DELETE FROM registration.bindings WHERE account = $1", &[&account.0]).await.is_ok()
        };
        let (held, deleted) = tokio::join!(hold, delete);
        assert!(held.is_ok() != deleted, "round {round}: {held:?}, deleted: {deleted}");
        kept += u32::from(held.is_ok());
        let count: i64 = sql.query_one(orphans, &[]).await.unwrap().get(0);
        assert_eq!(count, 0);
        for order in cet.orders(account).await {
            world.registration.orders.release(account, order.id).await.unwrap();
        }
        sql.execute("DELETE FROM registration.bindings", &[]).await.unwrap();
    }
    println!("the order was first {kept} times of 8");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b14_b11_subjects_need_eligibility_and_the_own_campus() {
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    let account = exam.account(1).await.id;
    let refused = exam.hold(account, "cet4-main").await;
    assert!(matches!(refused, Err(OrderError::Blocked(TaskKind::Eligibility))), "{refused:?}");
    exam.bind_to(account, 1).await.unwrap();
    assert!(matches!(exam.hold(account, "cet6-main").await, Err(OrderError::Choosing(_))), "not eligible");
    assert!(matches!(exam.hold(account, "cet4-branch").await, Err(OrderError::Choosing(_))), "another campus");
    let order = exam.hold(account, "cet4-main").await.unwrap();
    assert_eq!(exam.hold(account, "cet4-main").await.unwrap().id, order.id, "again: the same");
    let facts = world.registration.applications.facts(account, &exam.page(), &[]).await.unwrap();
    assert_eq!(facts.eligibility, exam.state(account).await);
    assert_eq!(order.exam, cet());
    world.registration.orders.release(account, order.id).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_the_account_that_a_person_is_bound_to_is_found_by_the_document() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let account = cet.account(1).await.id;
    let seen = cet.look_up(account, 2).await.unwrap();
    cet.bind(account, &seen).await.unwrap();
    let accounts = &world.registration.accounts;
    let document = Document::parse(DocumentKind::ResidentId, &document(2)).unwrap();
    let find = async |name: &str| accounts.forgot_account(&name.parse().unwrap(), &document, &stranger()).await;
    assert_eq!(find("王芳").await.unwrap().len(), 1, "whatever the account itself says to be");
    assert_eq!(find("李娜").await.unwrap(), [], "another name is no account");
    let boss = crate::account_corrections::administrator(&world).await;
    let for_staff = accounts.named_by(&boss, document.expose()).await.unwrap();
    assert_eq!(for_staff.iter().map(|found| found.id).collect::<Vec<_>>(), [account]);
    world.finish().await;
}
