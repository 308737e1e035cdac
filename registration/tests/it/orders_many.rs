//! A part that allows several orders: choosing more, dropping one, and never one seat in two orders.

use registration::Fen;
use registration::desk::payments::DecisionError;
use registration::model::order::{Order, OrderState};
use registration::rules::choosing::ChoiceRefusal;
use registration::rules::choosing::DropRefusal;
use registration::seats::{DropError, HandInError, OrderError, ReleaseError};
use reservation::ids::SittingId;

use crate::world::{Setup, World, exam};

/// Two levels in one part, of which one must stay; an oral test of the first level in another.
const RULES: &str = r#"
[[steps]]
title = { zh = "笔试", en = "Written" }
tasks = ["sittings:written", "payment:written"]

[[steps]]
title = { zh = "口试", en = "Oral" }
tasks = ["sittings:oral", "payment:oral"]
is_optional = true

[[parts]]
id = "written"
title = { zh = "笔试", en = "written" }
is_many = true
keeps_one = true

[[parts]]
id = "oral"
title = { zh = "口试", en = "oral" }
is_many = true

[[subjects]]
id = "en4"
title = { zh = "英语四级", en = "English 4" }
part = "written"
group = "group"

[[subjects]]
id = "ja4"
title = { zh = "日语四级", en = "Japanese 4" }
part = "written"
group = "group"

[[subjects]]
id = "en6"
title = { zh = "英语六级", en = "English 6" }
part = "written"

[[subjects]]
id = "oral4"
title = { zh = "四级口试", en = "Oral 4" }
part = "oral"
requires = ["en4"]

[[subjects]]
id = "oral6"
title = { zh = "六级口试", en = "Oral 6" }
part = "oral"
requires = ["en4"]
"#;

const SITTINGS: &str = "id,subject,venue_zh,venue_en,starts_at,capacity,fee
en4,en4,一教,Hall,2099-02-01T09:00:00+08:00,9,30
ja4,ja4,一教,Hall,2099-02-01T09:00:00+08:00,9,30
en6,en6,一教,Hall,2099-02-01T15:00:00+08:00,9,35
oral4,oral4,二教,Hall 2,2099-01-20T09:00:00+08:00,9,50
oral6,oral6,二教,Hall 2,2099-01-20T14:00:00+08:00,9,50
";

pub(crate) async fn start(hold_seconds: u32) -> World {
    let setup = Setup { hold_seconds, grace_seconds: 0, rules: RULES, sittings: Some(SITTINGS), ..Setup::default() };
    World::start(setup).await
}

/// The same exam with another oral that needs the same subject.
pub(crate) async fn start_with_two_orals() -> World {
    let oral5 = "\n[[subjects]]\nid = \"oral5\"\ntitle = { zh = \"口试\", en = \"Oral\" }\npart = \"oral\"\nrequires = [\"en4\"]\n";
    let rules = String::leak(format!("{RULES}{oral5}"));
    let sittings = String::leak(format!("{SITTINGS}oral5,oral5,二教,Hall 2,2099-01-21T09:00:00+08:00,9,50\n"));
    World::start(Setup { grace_seconds: 0, rules, sittings: Some(sittings), ..Setup::default() }).await
}

/// An order that lapsed within a second, in an exam that gives more time from then on.
async fn start_with_a_lapsed_order() -> (World, Order) {
    let world = start(1).await;
    let lapsed = world.hold(world.candidate(1).await.id, &["en4"]).await.unwrap();
    world.until_row(lapsed.id, "lapsed").await;
    let setup = Setup { hold_seconds: 900, rules: RULES, sittings: Some(SITTINGS), ..Setup::default() };
    crate::world::write_exam(&world.stores, &setup);
    world.registration.exams.import(&world.stores.dir().join("exam")).await.unwrap();
    (world, lapsed)
}

fn id(sitting: &str) -> SittingId {
    sitting.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_b13_subjects_are_chosen_and_paid_for_several_times_and_dropped_singly() {
    let world = start(900).await;
    let account = world.candidate(1).await.id;
    let orders = &world.registration.orders;
    let early = world.hold(account, &["oral4"]).await;
    assert!(matches!(early, Err(OrderError::Blocked(_))), "{early:?}");

    let first = world.hold(account, &["en4", "en6"]).await.unwrap();
    assert_eq!((first.part.as_str(), first.amount, first.sittings.len()), ("written", Fen(6_500), 2));
    assert_eq!(world.hold(account, &["en6"]).await.unwrap().id, first.id, "had already");
    let group = world.hold(account, &["ja4"]).await;
    assert!(matches!(group, Err(OrderError::Choosing(ChoiceRefusal::SameGroup(_)))), "{group:?}");
    assert!(matches!(world.hold(account, &["en6", "oral4"]).await, Err(OrderError::Choice)), "one part at a time");
    let oral = world.hold(account, &["oral4"]).await.unwrap();
    assert_eq!((oral.part.as_str(), oral.amount), ("oral", Fen(5_000)));
    assert_eq!(orders.live(account, &exam()).await.unwrap().len(), 2);

    let needed = orders.drop_seat(account, first.id, &id("en4")).await;
    assert!(matches!(needed, Err(DropError::Kept(DropRefusal::Needed(_)))), "{needed:?}");
    orders.drop_seat(account, first.id, &id("en6")).await.unwrap();
    world.until_free("en6", 9).await;
    let left = world.order(account, first.id).await;
    assert_eq!((left.amount, left.sittings.len(), left.state), (Fen(3_000), 1, OrderState::Unpaid));
    assert!(matches!(orders.drop_seat(account, first.id, &id("en6")).await, Err(DropError::Unknown)));
    orders.drop_seat(account, oral.id, &id("oral4")).await.unwrap();
    assert_eq!(world.order(account, oral.id).await.state, OrderState::Released);
    orders.drop_seat(account, oral.id, &id("oral4")).await.unwrap();
    let last = orders.drop_seat(account, first.id, &id("en4")).await;
    assert!(matches!(last, Err(DropError::Kept(DropRefusal::Last))), "{last:?}");
    let other = world.candidate(2).await.id;
    assert!(matches!(orders.drop_seat(other, first.id, &id("en4")).await, Err(DropError::Unknown)));

    // What was dropped may be chosen again, as an order of its own; what is paid cannot be dropped.
    let again = world.hold(account, &["en4", "en6"]).await.unwrap();
    assert!(again.id != first.id && again.sittings.len() == 1);
    world.hand_in(account, again.id).await.unwrap();
    let paid = orders.drop_seat(account, again.id, &id("en6")).await;
    assert!(matches!(paid, Err(DropError::Paid(OrderState::WaitingReview))), "{paid:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taps_at_once_make_one_order_and_rivals_of_a_group_one_seat() {
    let world = start(900).await;
    for number in 0..6 {
        let account = world.candidate(number).await.id;
        let taps = (0..6).map(|_| world.hold(account, &["en4", "en6"]));
        let orders: Vec<_> = futures_util::future::join_all(taps).await.into_iter().map(Result::unwrap).collect();
        assert!(orders.windows(2).all(|pair| pair[0].id == pair[1].id), "{orders:?}");
    }
    for number in 6..9 {
        let account = world.candidate(number).await.id;
        let (one, other) = tokio::join!(world.hold(account, &["en4"]), world.hold(account, &["ja4"]));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(world.registration.orders.live(account, &exam()).await.unwrap().len(), 1);
    }
    world.until_free("en6", 3).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_does_not_take_the_seat_of_the_order_that_followed() {
    let (world, lapsed) = start_with_a_lapsed_order().await;
    let account = lapsed.account;
    let live = world.hold(account, &["en4", "en6"]).await.unwrap();
    let late = world.hand_in(account, lapsed.id).await;
    assert!(matches!(late, Err(HandInError::Superseded(other)) if other == live.id), "{late:?}");
    assert_eq!(world.registration.orders.live(account, &exam()).await.unwrap(), [live]);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_and_handing_in_at_once_leave_the_books_balanced() {
    let world = start(900).await;
    for number in 0..6 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["en4", "en6"]).await.unwrap();
        let (en4, en6) = (id("en4"), id("en6"));
        let orders = &world.registration.orders;
        let (_, _, _) = tokio::join!(
            orders.drop_seat(account, order.id, &en6),
            world.hand_in(account, order.id),
            orders.drop_seat(account, order.id, &en4),
        );
        let live = orders.live(account, &exam()).await.unwrap();
        assert!(live.iter().map(|order| order.sittings.len()).sum::<usize>() >= 1, "the last one stays");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_that_died_is_finished_by_the_sweep() {
    let world = start(900).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["en4", "en6"]).await.unwrap();
    // As a process leaves it that died between the rows and the engine.
    world
        .execute(&format!(
            "INSERT INTO registration.orders (id, account, exam, part, is_sole, amount_fen, state, expires_at,
                 lapses_at, created_at, seats_owed)
             SELECT 'ZZZZ-ZZZ1', account, exam, part, is_sole, 3500, 'released', expires_at, lapses_at, created_at, true
             FROM registration.orders WHERE id = '{0}';
             UPDATE registration.order_sittings SET order_id = 'ZZZZ-ZZZ1' WHERE order_id = '{0}' AND sitting = 'en6';
             UPDATE registration.orders SET amount_fen = 3000 WHERE id = '{0}'",
            order.id
        ))
        .await;
    world.until_free("en6", 9).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b14_an_oral_test_never_stands_without_its_written_one() {
    let world = start(900).await;
    for number in 0..8 {
        let account = world.candidate(number).await.id;
        let written = world.hold(account, &["en4", "en6"]).await.unwrap();
        let en4 = id("en4");
        let (oral, dropped) = tokio::join!(
            world.hold(account, &["oral4"]),
            world.registration.orders.drop_seat(account, written.id, &en4),
        );
        assert!(oral.is_ok() != dropped.is_ok(), "{oral:?} {dropped:?}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_b14_a_written_test_that_an_oral_needs_is_not_given_back_and_takes_it_along_when_it_lapses() {
    let world = start(900).await;
    let account = world.candidate(1).await.id;
    let orders = &world.registration.orders;
    let written = world.hold(account, &["en4"]).await.unwrap();
    let last = orders.release(account, written.id).await;
    assert!(matches!(last, Err(ReleaseError::Kept(DropRefusal::Last))), "{last:?}");
    let other = world.hold(account, &["en6"]).await.unwrap();
    let oral = world.hold(account, &["oral4"]).await.unwrap();
    let needed = orders.release(account, written.id).await;
    assert!(matches!(needed, Err(ReleaseError::Kept(DropRefusal::Needed(_)))), "{needed:?}");
    assert_eq!(world.order(account, written.id).await.state, OrderState::Unpaid);

    // Its time is up before the oral test's is.
    world.engine.release(&exam(), &written.sittings[0].hold).await.unwrap();
    let due = "UPDATE registration.orders SET expires_at = now() - interval '1 second', lapses_at = now() - interval '1 second'
        WHERE id = ";
    world.execute(&format!("{due}'{}'", written.id)).await;
    world.until_row(oral.id, "released").await;
    world.until_free("oral4", 9).await;
    assert_eq!(world.order(account, written.id).await.state, OrderState::Lapsed);
    assert_eq!(world.order(account, other.id).await.state, OrderState::Unpaid, "it needed nothing");
    assert_eq!(orders.release(account, oral.id).await.unwrap().state, OrderState::Released);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b14_what_is_unpaid_ends_with_its_written_test_beside_what_is_paid() {
    let world = start(900).await;
    let account = world.candidate(1).await.id;
    let written = world.hold(account, &["en4"]).await.unwrap();
    world.hold(account, &["en6"]).await.unwrap();
    world.hand_in(account, written.id).await.unwrap();
    let paid = world.hold(account, &["oral4"]).await.unwrap();
    world.hand_in(account, paid.id).await.unwrap();
    let unpaid = world.hold(account, &["oral6"]).await.unwrap();
    world.refuse(written.id, "blurred").await.unwrap();
    world
        .execute("UPDATE registration.orders SET mend_until = now() - interval '1 second' WHERE state = 'refused'")
        .await;
    world.until_row(written.id, "cancelled").await;
    world.until_row(unpaid.id, "released").await;
    assert_eq!(world.order(account, paid.id).await.state, OrderState::WaitingReview);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b14_lapsing_died_before_the_oral_test_ended_with_the_written_one() {
    let world = start(900).await;
    let account = world.candidate(1).await.id;
    let written = world.hold(account, &["en4"]).await.unwrap();
    let oral = world.hold(account, &["oral4"]).await.unwrap();
    let died =
        format!("UPDATE registration.orders SET state = 'lapsed', seats_owed = true WHERE id = '{}'", written.id);
    world.execute(&died).await;
    world.until_row(oral.id, "released").await;
    world.until_free("oral4", 9).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b14_an_oral_test_is_paid_and_confirmed_after_its_written_one() {
    let world = start(900).await;
    let account = world.candidate(1).await.id;
    let written = world.hold(account, &["en4"]).await.unwrap();
    let oral = world.hold(account, &["oral4"]).await.unwrap();
    let early = world.hand_in(account, oral.id).await;
    assert!(matches!(&early, Err(HandInError::NeedsFirst(first)) if first.as_str() == "en4"), "{early:?}");
    world.hand_in(account, written.id).await.unwrap();
    world.hand_in(account, oral.id).await.unwrap();
    let early = world.confirm(oral.id).await;
    assert!(matches!(&early, Err(DecisionError::NeedsFirst(first)) if first.as_str() == "en4"), "{early:?}");
    assert_eq!(world.order(account, oral.id).await.state, OrderState::WaitingReview);
    for order in [written.id, oral.id] {
        assert_eq!(world.confirm(order).await.unwrap().state, OrderState::Confirmed);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_beside_another_choice_of_the_group_says_so() {
    let (world, lapsed) = start_with_a_lapsed_order().await;
    let account = lapsed.account;
    let live = world.hold(account, &["ja4"]).await.unwrap();
    let late = world.hand_in(account, lapsed.id).await;
    assert!(matches!(late, Err(HandInError::OtherChosen(other)) if other == live.id), "{late:?}");
    assert_eq!(world.order(account, live.id).await.state, OrderState::Unpaid);
    world.finish().await;
}
