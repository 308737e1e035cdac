//! Pictures of payments that the machine reads: what staff see beside what is expected, which pictures are one, and who has
//! looked.

use bytes::Bytes;
use gateways::screenshots::local::LocalScreenshots;
use gateways::{Gateways, ScreenshotReader};
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use registration::desk::audit::AuditAction;
use registration::desk::payments::{Double, Pictured, Place, Reading, ScreenshotError, Verdict};
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderId};
use specimen::{App, OrderScreen, saved_again};

use crate::world::{Setup, World, picture, until};

const NUMBER: &str = "4200002456202611221234567890";

fn screen<'a>(number: &'a str, merchant_number: &'a str, amount: &'a str, time: &'a str) -> OrderScreen<'a> {
    OrderScreen { amount, time, merchant_number, ..OrderScreen::of(App::WeChat, number) }
}

/// The time now as a phone shows it.
fn shown(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(offset(8))).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

async fn with_reader() -> World {
    let reader = LocalScreenshots::find().expect("tesseract with chi_sim is installed: see ops/packages.sh");
    let gateways = Gateways { screenshots: Some(ScreenshotReader::local(reader)), ..Gateways::default() };
    let rules = "[payment]\npayees = [\"临江大学\"]\n";
    World::start(Setup { gateways, rules, capacities: vec![9, 9, 9], ..Setup::default() }).await
}

async fn handed_in(world: &World, number: u32, sitting: &str, picture: Bytes) -> Order {
    let account = world.candidate(number).await.id;
    let order = world.hold(account, &[sitting]).await.unwrap();
    hand_in(world, account, order.id, picture).await
}

async fn hand_in(world: &World, account: AccountId, order: OrderId, picture: Bytes) -> Order {
    world.registration.orders.hand_in(account, order, picture).await.unwrap()
}

async fn reading(world: &World, order: OrderId) -> Reading {
    world.registration.reviews.reading(&world.reviewer, order).await.unwrap()
}

/// What was read once the machine has come to it.
async fn read(world: &World, order: OrderId) -> Pictured {
    // A run takes a second, and all are one after the other.
    for _ in 0..2 {
        if matches!(reading(world, order).await, Reading::Waiting) {
            until("the picture is read", async || reading(world, order).await != Reading::Waiting).await;
        }
    }
    match reading(world, order).await {
        Reading::Read(pictured) => *pictured,
        other => panic!("{other:?}"),
    }
}

async fn doubles(world: &World, order: OrderId) -> Vec<Double> {
    world.registration.reviews.doubles(&world.reviewer, order).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_a_picture_is_read_compared_and_found_again() {
    let world = with_reader().await;
    let (now, old) = (shown(Timestamp::now()), "2026-01-02 09:00:00");
    let merchant = "1000107101202611220123456789";
    let right = screen(NUMBER, merchant, "120.00", &now).picture().unwrap();
    let first = handed_in(&world, 1, "s0", saved_again(&right, 1_080, 90, 0).into()).await;
    assert!(matches!(reading(&world, first.id).await, Reading::Waiting), "nobody waits for it");
    // Another order on the same layout, with another sum, of another day.
    let other = screen("4200002389202601025550001234", "1000107101202601020123456781", "90.00", old).draw().unwrap();
    let second = handed_in(&world, 2, "s1", other.into()).await;
    // The first one again, smaller, without the phone's bar, and once more: other people's.
    let copy: Bytes = saved_again(&right, 810, 80, 100).into();
    let third = handed_in(&world, 3, "s0", copy.clone()).await;
    let fourth = handed_in(&world, 4, "s2", saved_again(&right, 720, 75, 0).into()).await;

    let pictured = read(&world, first.id).await;
    assert_eq!((pictured.order_number.as_deref(), pictured.merchant_number.as_deref()), (Some(NUMBER), Some(merchant)));
    let verdicts = |pictured: &Pictured| (pictured.amount.verdict, pictured.payee.verdict, pictured.paid_at.verdict);
    assert_eq!(verdicts(&pictured), (Verdict::Agrees, Verdict::Agrees, Verdict::Agrees));
    let pictured = read(&world, second.id).await;
    assert_eq!(verdicts(&pictured), (Verdict::Differs, Verdict::Agrees, Verdict::Differs), "{:?}", pictured.amount);
    assert_eq!(doubles(&world, second.id).await, [], "the same app, and another order");
    read(&world, third.id).await;
    read(&world, fourth.id).await;
    let found = doubles(&world, third.id).await;
    let place = |order: &Order| Place::Order { order: order.id, is_own: false, amount: order.amount };
    assert_eq!(found.iter().map(|double| double.place).collect::<Vec<_>>(), [place(&fourth), place(&first)]);
    assert!(found.iter().all(|double| double.has_same_number && double.is_alike), "{found:?}");
    assert!(doubles(&world, first.id).await.iter().any(|double| double.place == place(&fourth)));

    // The other one is looked at beside it, which is written down with it; what is no double is not shown.
    let reviews = &world.registration.reviews;
    let theirs = found.iter().find(|double| double.place == place(&first)).unwrap().picture;
    reviews.double(&world.reviewer, third.id, theirs).await.unwrap();
    let history = world.history(first.id).await;
    let entry = history.iter().find(|entry| entry.action == AuditAction::LookedAtPicture).unwrap();
    let beside = (entry.seen.clone(), entry.detail.clone());
    assert_eq!(beside, (Some(theirs.to_string()), Some(third.id.to_string())));
    let none = reviews.double(&world.reviewer, second.id, theirs).await;
    assert!(matches!(none, Err(ScreenshotError::NoPicture)), "{none:?}");

    // Refused, and handed in once more: its own earlier picture is told apart from other people's.
    world.refuse(third.id, "看不清").await.unwrap();
    hand_in(&world, third.account, third.id, copy).await;
    let found = doubles(&world, third.id).await;
    assert!(found.iter().any(|double| double.place == Place::Before && double.is_alike), "{found:?}");

    // At rest nothing of it can be read, nor tried out.
    let kept = "SELECT string_agg(encode(said, 'escape'), ' ') || string_agg(encode(number_index, 'hex'), ' ')
        FROM registration.screenshot_readings WHERE said IS NOT NULL";
    let kept: String = world.sql().await.query_one(kept, &[]).await.unwrap().get(0);
    assert!(!kept.contains(NUMBER) && !kept.contains("payee") && !kept.contains("12000"));
    world.finish().await;
}

/// Without a reader, or without anything on the picture, staff decide as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_not_read_keeps_nobody_waiting() {
    let world = with_reader().await;
    let order = handed_in(&world, 1, "s0", picture()).await;
    until("it is given up", async || reading(&world, order.id).await == Reading::Unread).await;
    // A file that is gone is given up, too, and does not keep the others.
    let gone = handed_in(
        &world,
        2,
        "s1",
        screen(NUMBER, "T20261122001", "120.00", "2026-11-22 14:03:05").draw().unwrap().into(),
    )
    .await;
    std::fs::remove_dir_all(world.stores.dir().join("files/screenshots").join(gone.id.to_string())).unwrap();
    world.execute("UPDATE registration.screenshot_readings SET state = 'waiting', tries = 0, due_at = now()").await;
    until("both are given up", async || {
        reading(&world, gone.id).await == Reading::Unread && reading(&world, order.id).await == Reading::Unread
    })
    .await;
    world.confirm(order.id).await.unwrap();
    world.finish().await;

    let world = World::usual().await;
    let order = handed_in(&world, 1, "s0", picture()).await;
    assert_eq!(reading(&world, order.id).await, Reading::Off);
    let marked = "SELECT count(*) FROM registration.screenshot_readings WHERE state = 'marked'";
    until("it is compared by its looks", async || {
        world.sql().await.query_one(marked, &[]).await.unwrap().get::<_, i64>(0) == 1
    })
    .await;
    world.confirm(order.id).await.unwrap();
    world.finish().await;
}
