//! How long it takes to arrange and to publish 100,000: run by hand, it prints what it measured.

use std::fmt::Write as _;
use std::time::Instant;

use registration::desk::staff::Role;
use registration::rooms::{PublicRecord, Publication};
use seating::{Key, Rules};

use crate::rooms::rooms;
use crate::world::{World, exam};

const PEOPLE: usize = 100_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a figure, not a check: run by hand"]
async fn one_hundred_thousand_are_arranged_and_published() {
    let world = World::usual().await;
    let chief = world.registration.staff.add("chief", "long-enough-1", Role::Administrator).await.unwrap();
    world.candidate(1).await;
    let mut list = "site,address,name,layout\n".to_owned();
    for room in 0..900 {
        writeln!(list, "东校区,学府路 1 号,{room},10x12").unwrap();
    }
    world.registration.rooms.import_here(list.as_bytes()).await.unwrap();
    world
        .execute(&format!(
            "ALTER TABLE registration.orders DISABLE TRIGGER USER;
             INSERT INTO registration.orders (id, account, exam, part, is_sole, amount_fen, state, expires_at, lapses_at,
                 created_at, submitted_at, decided_kind, decided_at)
             SELECT lpad((n / 10000)::text, 4, '0') || '-' || lpad((n % 10000)::text, 4, '0'),
                 (SELECT id FROM registration.accounts LIMIT 1), 'exam', 'main', false, 12000, 'confirmed', now(), now(),
                 now(), now(), 'system', now() FROM generate_series(1, {PEOPLE}) n;
             INSERT INTO registration.order_sittings (order_id, position, sitting, hold, fee_fen)
             SELECT id, 0, 's0', 'nobody.1.1', 12000 FROM registration.orders;
             ALTER TABLE registration.orders ENABLE TRIGGER USER"
        ))
        .await;
    let (door, s0) = (&world.registration.rooms, "s0".parse().unwrap());
    door.choose_rooms(&chief, &exam(), &s0, &rooms(&world, &chief).await).await.unwrap();
    let rules = Rules { apart: vec![Key::Paper], spare_seats: 2, ..Rules::default() };
    door.set_rules(&chief, &exam(), &s0, &rules).await.unwrap();
    for round in 0..2 {
        let began = Instant::now();
        let draft = door.preview(&chief, &exam(), &s0).await.unwrap();
        let (looked, began) = (began.elapsed(), Instant::now());
        let publication = Publication { token: &draft.token, moves: Some(draft.moves) };
        assert_eq!(door.publish(&chief, &exam(), &s0, publication).await.unwrap(), PEOPLE);
        let (published, began) = (began.elapsed(), Instant::now());
        let Some(PublicRecord::Open(record)) = door.record(&exam(), &s0).await.unwrap() else { panic!("withheld") };
        let bytes = record.len();
        println!(
            "round {round}: preview {looked:?}, publish {published:?} ({} move), record {bytes} bytes in {:?}",
            draft.moves,
            began.elapsed()
        );
        door.begin_anew(&chief, &exam(), &s0).await.unwrap();
    }
    world.registration.stop().await;
    world.engine.stop().await;
}
