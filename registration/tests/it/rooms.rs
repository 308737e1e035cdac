//! Sites, rooms and who sits where: whatever is arranged, published, arranged anew, given up or comes late, everybody who is
//! confirmed has exactly one place, no seat is had twice, and nobody is moved without being told.

use std::collections::{BTreeMap, BTreeSet};

use registration::desk::staff::{Role, StaffMember};
use registration::imports::ImportError;
use registration::model::import::ImportKind;
use registration::model::room::arrangement::Stage;
use registration::model::room::{RoomId, SiteId};
use registration::rooms::form::{RoomFault, RoomForm, SiteForm};
use registration::rooms::{ArrangeError, PublicRecord, Publication, RoomError, RoomsImported};
use reservation::ids::SittingId;
use seating::record::Record;
use seating::{Few, Key, Rules};

use crate::world::{Setup, World, exam, until};

/// Three rooms of twenty seats each, and one that comes up one by one.
const LIST: &str =
    "考点,地址,考场,座位,楼层,无障碍\n东校区,学府路 1 号,301,4x5,3,是\n东校区,,302,4x5,3,\n东校区,,303,5-5-5-5,3,\n";

/// A place as it is kept: the room, the seat, since when.
type Place = (uuid::Uuid, i16, jiff::Timestamp);

async fn administrator(world: &World) -> StaffMember {
    world.registration.staff.add("chief", "long-enough-1", Role::Administrator).await.unwrap()
}

/// The rooms of the only site, by name.
pub(crate) async fn rooms(world: &World, chief: &StaffMember) -> Vec<RoomId> {
    let sites = world.registration.rooms.sites(chief).await.unwrap();
    let site = world.registration.rooms.site(chief, sites[0].site.id).await.unwrap();
    site.rooms.iter().map(|room| room.room.id).collect()
}

fn sitting(number: usize) -> SittingId {
    format!("s{number}").parse().unwrap()
}

/// Confirmed orders of nobody in particular: numbers of which the first is `from`.
async fn confirmed(world: &World, sitting: usize, from: usize, count: usize) {
    let account = "(SELECT id FROM registration.accounts LIMIT 1)";
    world
        .execute(&format!(
            "INSERT INTO registration.orders (id, account, exam, part, is_sole, amount_fen, state, expires_at, lapses_at,
                 created_at, submitted_at, decided_kind, decided_at)
             SELECT '{sitting}' || lpad(n::text, 3, '0') || '-0000', {account}, 'exam', 'main', false, 12000, 'confirmed',
                 now(), now(), now(), now(), 'system', now() FROM generate_series({from}, {}) n;
             INSERT INTO registration.order_sittings (order_id, position, sitting, hold, fee_fen)
             SELECT '{sitting}' || lpad(n::text, 3, '0') || '-0000', 0, 's{sitting}', 'nobody.1.1', 12000
             FROM generate_series({from}, {}) n",
            from + count - 1,
            from + count - 1,
        ))
        .await;
}

/// Everybody's place in a sitting that stands.
async fn places(world: &World, sitting: usize) -> BTreeMap<String, Place> {
    let all = "SELECT order_id, room, seat, assigned_at FROM registration.seat_assignments
        WHERE exam = 'exam' AND sitting = $1 AND given_up_at IS NULL";
    let rows = world.sql().await.query(all, &[&format!("s{sitting}")]).await.unwrap();
    rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3)))).collect()
}

async fn live(world: &World, sitting: usize) -> BTreeSet<String> {
    let all = "SELECT o.id FROM registration.orders o JOIN registration.order_sittings s ON s.order_id = o.id
        WHERE o.state = 'confirmed' AND s.sitting = $1";
    let rows = world.sql().await.query(all, &[&format!("s{sitting}")]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// What must always hold: who is confirmed has one place, no seat is had twice, and the public record says so, too.
async fn holds(world: &World, sitting: usize) -> BTreeMap<String, Place> {
    let (places, live) = (places(world, sitting).await, live(world, sitting).await);
    assert_eq!(places.keys().cloned().collect::<BTreeSet<_>>(), live, "s{sitting}: everybody who is confirmed");
    let seats: BTreeSet<(uuid::Uuid, i16)> = places.values().map(|(room, seat, _)| (*room, *seat)).collect();
    assert_eq!(seats.len(), places.len(), "s{sitting}: a seat twice");
    let record = world.registration.rooms.record(&exam(), &self::sitting(sitting)).await.unwrap().unwrap();
    let PublicRecord::Open(record) = record else { panic!("s{sitting}: nobody was granted anything") };
    let record = Record::from_json(std::str::from_utf8(&record).unwrap()).unwrap();
    record.verify().unwrap();
    let (_, plan) = record.now();
    let told: BTreeMap<String, (String, i16)> =
        plan.seats.into_iter().map(|one| (one.id, (one.room, i16::try_from(one.seat).unwrap()))).collect();
    for (order, (room, seat, _)) in &places {
        assert_eq!(told.get(order), Some(&(room.to_string(), *seat)), "s{sitting}: {order} in the record");
    }
    places
}

/// Different rules for each sitting.
fn rules(number: usize) -> Rules {
    let few = [Few::Stay, Few::JoinBefore(3), Few::Even][number % 3];
    Rules {
        apart: if number.is_multiple_of(2) { vec![Key::School] } else { Vec::new() },
        diagonal: number.is_multiple_of(2),
        spare_seats: u16::try_from(number % 3).unwrap(),
        few,
        ..Rules::default()
    }
}

/// Sets a sitting up and publishes it. How many people have a place.
async fn publish(world: &World, chief: &StaffMember, number: usize) -> usize {
    let (rooms, exam, sitting) = (&world.registration.rooms, exam(), sitting(number));
    let draft = rooms.preview(chief, &exam, &sitting).await.unwrap();
    let changed = Publication { token: "another", moves: Some(draft.moves) };
    let refused = rooms.publish(chief, &exam, &sitting, changed).await;
    assert!(matches!(refused, Err(ArrangeError::Changed)), "{refused:?}");
    let publication = Publication { token: &draft.token, moves: Some(draft.moves) };
    rooms.publish(chief, &exam, &sitting, publication).await.unwrap()
}

/// Two tabs publish what both looked at, at the same moment: one of them does.
async fn publish_twice(world: &World, chief: &StaffMember, number: usize) -> usize {
    let (rooms, exam, sitting) = (&world.registration.rooms, exam(), sitting(number));
    let draft = rooms.preview(chief, &exam, &sitting).await.unwrap();
    let publication = Publication { token: &draft.token, moves: Some(draft.moves) };
    let publish = || rooms.publish(chief, &exam, &sitting, publication);
    let (one, other) = tokio::join!(publish(), publish());
    match (one, other) {
        (Ok(count), Err(ArrangeError::Changed | ArrangeError::Published))
        | (Err(ArrangeError::Changed | ArrangeError::Published), Ok(count)) => count,
        both => panic!("{both:?}"),
    }
}

/// Arranges the first sitting in a room whose last seat alone is for wheelchairs: which seat each order has, and what is public.
pub(crate) async fn beside_a_wheelchair(world: &World) -> (BTreeMap<String, i16>, PublicRecord, StaffMember) {
    let (chief, door, sitting) = (administrator(world).await, &world.registration.rooms, sitting(0));
    let list = "考点,地址,考场,座位,无障碍\n东校区,学府路 1 号,301,ooo/oow,是\n";
    door.import_here(list.as_bytes()).await.unwrap();
    door.set_rules(&chief, &exam(), &sitting, &Rules::default()).await.unwrap();
    door.choose_rooms(&chief, &exam(), &sitting, &rooms(world, &chief).await).await.unwrap();
    publish(world, &chief, 0).await;
    let seats = places(world, 0).await.into_iter().map(|(order, (_, seat, _))| (order, seat)).collect();
    (seats, door.record(&exam(), &sitting).await.unwrap().unwrap(), chief)
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_everybody_confirmed_has_one_place_and_late_ones_move_nobody() {
    const SITTINGS: usize = 4;
    let world = World::start(Setup { capacities: vec![60; SITTINGS], ..Setup::default() }).await;
    let chief = administrator(&world).await;
    let door = &world.registration.rooms;
    world.candidate(1).await;
    door.import_here(LIST.as_bytes()).await.unwrap();
    let all = rooms(&world, &chief).await;
    let counts = [1, 20, 37, 55];
    let mut promised = Vec::new();
    for (number, count) in counts.into_iter().enumerate() {
        confirmed(&world, number, 0, count).await;
        let id = sitting(number);
        let unset = door.preview(&chief, &exam(), &id).await;
        assert!(matches!(unset, Err(ArrangeError::Unknown)), "{unset:?}");
        door.set_rules(&chief, &exam(), &id, &rules(number)).await.unwrap();
        let without = door.preview(&chief, &exam(), &id).await;
        assert!(matches!(without, Err(ArrangeError::NoRooms)), "{without:?}");
        door.choose_rooms(&chief, &exam(), &id, &all).await.unwrap();
    }
    for draw in door.draws(&exam()).await.unwrap() {
        assert_eq!((draw.stage(), draw.commitment.len()), (Stage::SetUp, 64), "promised before anybody has a place");
        assert!(door.record(&exam(), &draw.sitting).await.unwrap().is_none());
        promised.push(draw.commitment);
    }
    assert!(door.has_draws(&exam()));
    let mut drawn = Vec::new();
    for (number, count) in counts.into_iter().enumerate() {
        let published = match number {
            2 => publish_twice(&world, &chief, number).await,
            _ => publish(&world, &chief, number).await,
        };
        assert_eq!(published, count);
        drawn.push(holds(&world, number).await);
        let closed = door.choose_rooms(&chief, &exam(), &sitting(number), &all[..1]).await;
        assert!(matches!(closed, Err(RoomError::Published)), "{closed:?}");
    }
    let draws = door.draws(&exam()).await.unwrap();
    let kept = draws.iter().map(|draw| draw.published.as_ref().unwrap().commitment.clone());
    assert_eq!(kept.collect::<Vec<_>>(), promised, "drawn by the seed that was promised");

    // Some give up, and some come late: nobody moves, and nobody sits where somebody gave up.
    world.execute("UPDATE registration.orders SET state = 'released' WHERE id IN ('1003-0000', '2004-0000')").await;
    for (number, order) in [(1, "1003-0000"), (2, "2004-0000")] {
        assert!(!places(&world, number).await.contains_key(order), "given up in the transaction that ended the order");
    }
    for number in 0..SITTINGS {
        confirmed(&world, number, 100, 4).await;
    }
    until("the late ones seated", async || {
        for number in 0..SITTINGS {
            if places(&world, number).await.len() != live(&world, number).await.len() {
                return false;
            }
        }
        true
    })
    .await;
    for (number, before) in drawn.iter().enumerate() {
        let now = holds(&world, number).await;
        let stayed = before.iter().filter(|(order, _)| now.contains_key(*order));
        assert!(stayed.clone().all(|(order, place)| now[order] == *place), "s{number}: somebody moved");
        let left = before.iter().filter(|(order, _)| !now.contains_key(*order)).map(|(_, place)| (place.0, place.1));
        let taken: BTreeSet<_> = now.values().map(|place| (place.0, place.1)).collect();
        assert!(left.clone().all(|seat| !taken.contains(&seat)), "s{number}: a place that was given up");
        assert_eq!(left.count(), usize::from(number == 1 || number == 2));
    }
    // Who is confirmed again has the place back.
    world.execute("UPDATE registration.orders SET state = 'confirmed' WHERE id = '1003-0000'").await;
    until("the place back", async || places(&world, 1).await.get("1003-0000") == drawn[1].get("1003-0000")).await;
    rearranged(&world, &chief).await;
    world.registration.stop().await;
    world.engine.stop().await;
}

/// A published sitting is arranged anew: by another seed, in two steps, and whoever moves is told.
async fn rearranged(world: &World, chief: &StaffMember) {
    let (door, id) = (&world.registration.rooms, sitting(3));
    let before = holds(world, 3).await;
    let closed = door.preview(chief, &exam(), &id).await;
    assert!(matches!(closed, Err(ArrangeError::Published)), "{closed:?}");
    door.begin_anew(chief, &exam(), &id).await.unwrap();
    let all = door.draws(&exam()).await.unwrap();
    let draw = all.iter().find(|draw| draw.sitting == id).unwrap();
    assert_eq!(draw.stage(), Stage::Anew);
    assert_ne!(draw.commitment, draw.published.as_ref().unwrap().commitment, "another seed is promised");
    assert_eq!(holds(world, 3).await, before, "what is published stands");
    let draft = door.preview(chief, &exam(), &id).await.unwrap();
    assert!(draft.moves > 0 && draft.moves <= before.len());
    for moves in [None, Some(draft.moves - 1)] {
        let refused = door.publish(chief, &exam(), &id, Publication { token: &draft.token, moves }).await;
        assert!(matches!(refused, Err(ArrangeError::Moves(moves)) if moves == draft.moves), "{refused:?}");
    }
    assert_eq!(publish(world, chief, 3).await, before.len());
    let now = holds(world, 3).await;
    let moved: BTreeSet<&String> =
        before.iter().filter(|(order, place)| now[*order] != **place).map(|(order, _)| order).collect();
    assert_eq!(moved.len(), draft.moves, "whoever stays keeps the day of their place, too");
    let told = "SELECT payload->>'order' FROM registration.outbox WHERE kind = 'place_moved'";
    let told = world.sql().await.query(told, &[]).await.unwrap();
    let told: BTreeSet<String> = told.iter().map(|row| row.get(0)).collect();
    assert_eq!(told.iter().collect::<BTreeSet<_>>(), moved, "exactly those are told");
    door.freeze(chief, &exam(), &id).await.unwrap();
    let frozen = door.begin_anew(chief, &exam(), &id).await;
    assert!(matches!(frozen, Err(ArrangeError::Frozen)), "{frozen:?}");
    let done = door.history(chief, &exam(), &id).await.unwrap();
    assert!(done.len() >= 7, "each act has its line: {done:?}");
    // Once a sitting has begun no other seed is drawn, which could never be published.
    let file = world.stores.dir().join("exam/sittings.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let begun = |line: &str| if line.starts_with("s2") { line.replace("2099-", "2020-") } else { line.to_owned() };
    std::fs::write(&file, text.lines().map(|line| begun(line) + "\n").collect::<String>()).unwrap();
    world.registration.exams.import(&world.stores.dir().join("exam")).await.unwrap();
    let late = door.begin_anew(chief, &exam(), &sitting(2)).await;
    assert!(matches!(late, Err(ArrangeError::Begun)), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_rooms_come_by_list_or_form_all_or_nothing_and_are_for_administrators() {
    let world = World::usual().await;
    let chief = administrator(&world).await;
    let door = &world.registration.rooms;
    let refused = world.registration.imports.begin(&world.reviewer, ImportKind::Rooms, None, "rooms.csv").await;
    assert!(matches!(refused.err(), Some(ImportError::Forbidden(_))));
    let done = door.import_here(LIST.as_bytes()).await.unwrap();
    assert_eq!(done, RoomsImported { sites: 1, added: 3, changed: 0, same: 0 });
    assert_eq!(door.import_here(LIST.as_bytes()).await.unwrap(), RoomsImported { same: 3, ..Default::default() });
    // A line that cannot be keeps all the others out.
    let bad = format!("{LIST}东校区,,304,6x,3,\n西校区,,101,5x6,1,\n");
    let Err(RoomError::List(faults)) = door.import_here(bad.as_bytes()).await else { panic!("taken") };
    assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [5]);
    let elsewhere = format!("{LIST}东校区,,304,5x6,3,\n西校区,,101,5x6,1,\n");
    let Err(RoomError::List(faults)) = door.import_here(elsewhere.as_bytes()).await else { panic!("taken") };
    assert_eq!((faults.len(), faults[0].line), (1, 6), "{faults:?}");
    assert_eq!(rooms(&world, &chief).await.len(), 3);

    let form = SiteForm { name_zh: "东校区", address_zh: "学府路 1 号", ..SiteForm::default() };
    let twice = door.save_site(&chief, None, &form).await;
    assert!(matches!(&twice, Err(RoomError::Faults(faults)) if faults[..] == [RoomFault::NameTaken]), "{twice:?}");
    let west = SiteForm { name_zh: "西校区", position: "30.2637, 120.1202", ..form };
    let west: SiteId = door.save_site(&chief, None, &west).await.unwrap();
    let room = RoomForm { name: "101", layout: "owo/ooo", prefix: "W", ..RoomForm::default() };
    let id = door.save_room(&chief, west, None, &room).await.unwrap();
    let stored = door.room(&chief, id).await.unwrap().1.room;
    assert_eq!((stored.plan.seats().len(), stored.plan.label(3)), (6, "W03".to_owned()));

    // The sitting's rooms say how many seats there are; the engine takes that over when it is told to.
    let s0 = sitting(0);
    for wrong in [vec![id, id], vec![RoomId(uuid::Uuid::nil())]] {
        let refused = door.choose_rooms(&chief, &exam(), &s0, &wrong).await;
        assert!(matches!(refused, Err(RoomError::Unknown)), "{refused:?}");
    }
    door.choose_rooms(&chief, &exam(), &s0, &[id]).await.unwrap();
    door.choose_rooms(&chief, &exam(), &sitting(1), &[id]).await.unwrap();
    let seen = door.sitting(&chief, &exam(), &s0).await.unwrap();
    assert_eq!((seen.seats, seen.capacity, seen.rooms[0].number), (6, Some(2), 1));
    assert_eq!(seen.together.iter().map(|other| other.sitting.clone()).collect::<Vec<_>>(), [sitting(1)]);
    assert_eq!(door.set_capacity(&chief, &exam(), &s0).await.unwrap(), 6);
    world.until_free("s0", 6).await;

    // A real candidate: confirmed, seated, told the place; then the room stays as it is.
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    door.set_rules(&chief, &exam(), &s0, &Rules::default()).await.unwrap();
    assert_eq!(door.places_of(order.id).await.unwrap(), []);
    assert_eq!(publish(&world, &chief, 0).await, 1);
    let [place] = &door.places_of(order.id).await.unwrap()[..] else { panic!("one place") };
    assert_eq!((&place.label[..], place.room_number, &place.site.name.zh[..]), ("W01", 1, "西校区"));
    let other = RoomForm { layout: "5x6", ..room.clone() };
    let used = door.save_room(&chief, west, Some(id), &other).await;
    assert!(matches!(used, Err(RoomError::InUse)), "{used:?}");
    door.save_room(&chief, west, Some(id), &RoomForm { floor: "1", ..room }).await.unwrap();
    // A site has more rooms than its page shows: a list still finds each of them.
    world
        .execute(&format!(
            "INSERT INTO registration.rooms (id, site, name, layout, seat_order, spacing)
             SELECT gen_random_uuid(), '{}', 'x' || n, ARRAY['oo'], 'serpentine', 'dense' FROM generate_series(1, 1001) n",
            west.0
        ))
        .await;
    let one = door.import_here("考点,考场,座位\n西校区,x999,1x3\n".as_bytes()).await.unwrap();
    assert_eq!(one, RoomsImported { changed: 1, ..Default::default() });
    door.retire_room(&chief, id, true).await.unwrap();
    assert!(door.choice(&chief).await.unwrap().iter().all(|(_, rooms)| rooms.iter().all(|one| one.room.id != id)));
    world.finish().await;
}
