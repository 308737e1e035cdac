//! Admission tickets on real stores: given out to whoever has a seat, one each, issued anew when they say something else, and
//! void when the seat is given up.

use jiff::SignedDuration;
use registration::Fen;
use registration::model::exam_rules::AccommodationKind;
use registration::model::facts::accommodation::{AccommodationRequest, Verdict, Verdicts};
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderId};
use registration::model::room::ticket::{Admission, Generation, Ticket, TicketSerial, Void};
use registration::rooms::tickets::{IssuedAll, TicketError};
use registration::rules::tickets::TicketRefusal;
use ticketcode::{PublicKeys, Tag};

use crate::world::{Setup, World, exam, until};

/// Tickets can be printed since long ago, and whoever gives a seat up gets half of the fee back.
const RULES: &str = "
[[steps]]
title = { zh = \"便利\", en = \"Accommodations\" }
tasks = [\"accommodations\"]
is_optional = true
[[steps]]
title = { zh = \"选\", en = \"Choose\" }
tasks = [\"sittings\"]
[[steps]]
title = { zh = \"付\", en = \"Pay\" }
tasks = [\"payment\"]
[[steps]]
title = { zh = \"证\", en = \"Ticket\" }
tasks = [\"ticket\"]
opens_at = 2020-01-02T00:00:00+08:00
[refund]
rates = [{ until = 2098-01-01T00:00:00+08:00, percent = 50 }]
[accommodations]
kinds = [\"extra_time\", \"large_print\"]
needs_proof = false
[ticket]
minutes = 120
";
/// Numbers made of places: two sittings that nothing tells apart would have the same.
const BY_PLACE: &str = "
[[steps]]
title = { zh = \"选\", en = \"Choose\" }
tasks = [\"sittings\"]
[[steps]]
title = { zh = \"付\", en = \"Pay\" }
tasks = [\"payment\"]
[[steps]]
title = { zh = \"证\", en = \"Ticket\" }
tasks = [\"ticket\"]
opens_at = 2020-01-02T00:00:00+08:00
[ticket]
number = \"27{room:3}{seat:2}\"
";

const ROOM: &str = "11111111-1111-1111-1111-111111111111";

async fn add_room(world: &World) {
    world
        .execute(&format!(
            "INSERT INTO registration.sites (id, name_zh, name_en, address_zh, address_en)
             VALUES ('{ROOM}', '东校区', 'East Campus', '湖滨路 1 号', '1 Hubin Road');
             INSERT INTO registration.rooms (id, site, name, layout, seat_order, spacing)
             VALUES ('{ROOM}', '{ROOM}', '一号楼 302', ARRAY['SSSS'], 'rows', 'dense')"
        ))
        .await;
}

async fn place(world: &World, order: OrderId, seat: u16) {
    world
        .execute(&format!(
            "INSERT INTO registration.seat_assignments (exam, sitting, order_id, room, room_number, seat, label, assigned_at)
             VALUES ('exam', 's0', '{order}', '{ROOM}', 12, {seat}, 'H{seat:02}', now())"
        ))
        .await;
}

/// Somebody with a confirmed seat in `s0`.
async fn registered(world: &World, number: u32) -> (AccountId, Order) {
    let account = world.candidate(number).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    (account, world.order(account, order.id).await)
}

async fn tickets(world: &World, order: &Order) -> Result<Vec<Admission>, TicketError> {
    let page = world.registration.exams.get(&exam()).unwrap();
    world.registration.tickets.of_order(&page, order).await
}

/// The one ticket of an order that has one.
async fn ticket(world: &World, order: &Order) -> Ticket {
    let [Admission::Ticket(ticket)]: [Admission; 1] = tickets(world, order).await.unwrap().try_into().unwrap() else {
        panic!("none")
    };
    *ticket
}

async fn print(world: &World, order: &Order) {
    let page = world.registration.exams.get(&exam()).unwrap();
    assert_eq!(world.registration.tickets.to_print(&page, order).await.unwrap().len(), 1);
}

async fn keys(world: &World) -> PublicKeys {
    world.registration.tickets.public_keys(&exam()).await.unwrap().into_iter().collect()
}

async fn void(world: &World) -> Vec<Void> {
    world.registration.tickets.void(&exam(), None).await.unwrap()
}

/// How often the only ticket was issued.
async fn issued(world: &World) -> i16 {
    world.sql().await.query_one("SELECT generation::smallint FROM registration.tickets", &[]).await.unwrap().get(0)
}

async fn told(world: &World) -> i64 {
    let count = "SELECT count(*) FROM registration.outbox WHERE kind = 'ticket_changed'";
    world.sql().await.query_one(count, &[]).await.unwrap().get(0)
}

/// What was granted stands on the ticket and shifts its end: it is issued anew, nobody having opened it; and again when it is
/// taken back.
async fn granted(world: &mut World, account: AccountId, order: &Order) {
    let (before, told_before) = (ticket(world, order).await, told(world).await);
    let until_of = async |world: &World, ticket: &Ticket| keys(world).await.verify(&ticket.code).unwrap().not_after;
    let starts_at = world.registration.exams.get(&exam()).unwrap().sittings[0].starts_at;
    assert_eq!(until_of(world, &before).await, starts_at + SignedDuration::from_mins(120));
    let kinds = [AccommodationKind::ExtraTime, AccommodationKind::LargePrint];
    let (page, orders) =
        (world.registration.exams.get(&exam()).unwrap(), world.registration.orders.of(account).await.unwrap());
    let request = AccommodationRequest { kinds: kinds.to_vec(), details: "右手骨折".to_owned() };
    world.registration.accommodations.hand_in(account, &page, &orders, &request).await.unwrap();
    assert!(!is_stale(world).await, "nothing is granted by asking");
    let reviews = &world.registration.accommodation_reviews;
    let case = reviews.look(&world.reviewer, &exam(), account).await.unwrap();
    let all = Verdicts(kinds.map(|kind| (kind, Verdict::Granted)).to_vec());
    reviews.decide(&world.reviewer, &case.key, &all).await.unwrap();
    world.restart_registration().await;
    let generation = i16::try_from(before.generation.0).unwrap();
    until("the ticket that says it", async || issued(world).await == generation + 1).await;
    let longer = ticket(world, order).await;
    assert_eq!((longer.granted.as_slice(), told(world).await), (&kinds[..], told_before + 1));
    assert_eq!(until_of(world, &longer).await, starts_at + SignedDuration::from_mins(156));

    world.registration.accommodations.withdraw(account, &exam()).await.unwrap();
    assert!(is_stale(world).await);
    assert_eq!(ticket(world, order).await.granted, []);
}

async fn is_stale(world: &World) -> bool {
    let stale = "SELECT stale_at IS NOT NULL FROM registration.tickets";
    world.sql().await.query_one(stale, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_a_ticket_is_issued_once_and_anew_when_it_says_something_else() {
    let mut world = World::start(Setup { rules: RULES, ..Setup::default() }).await;
    add_room(&world).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let unpaid = tickets(&world, &order).await;
    assert!(matches!(unpaid, Err(TicketError::Refused(TicketRefusal::NotConfirmed))), "{unpaid:?}");
    world.hand_in(account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    let order = world.order(account, order.id).await;
    let [Admission::NotArranged(sitting)]: [Admission; 1] = tickets(&world, &order).await.unwrap().try_into().unwrap()
    else {
        panic!("nobody has a place")
    };
    assert_eq!(sitting.as_str(), "s0");
    assert_eq!(world.registration.tickets.issue_all(&exam()).await.unwrap(), IssuedAll::default());

    // One, however many ask at once; and the same one later.
    place(&world, order.id, 7).await;
    let (one, other) = tokio::join!(ticket(&world, &order), ticket(&world, &order));
    assert_eq!(one, other);
    assert!(one.number.as_str().len() == 8 && one.generation == Generation(1) && !one.has_changed(), "{}", one.number);
    assert_eq!((one.place.label.as_str(), one.holder.name.as_ref().unwrap().expose()), ("H07", "王芳"));
    let said = keys(&world).await.verify(&one.code).unwrap();
    assert_eq!((said.exam, said.sitting, said.serial), (Tag::of("exam"), Tag::of("s0"), one.serial.0));
    assert_eq!((said.room, said.seat, said.generation), (12, 7, 1));
    assert_eq!(void(&world).await, []);

    // Another seat: the one that was printed is void, and its owner keeps the number. Of the seat they were told when it was
    // published, and of the ticket not once more.
    print(&world, &order).await;
    world.execute("UPDATE registration.seat_assignments SET seat = 8, label = 'H08', assigned_at = now()").await;
    world.restart_registration().await;
    until("the new ticket", async || issued(&world).await == 2).await;
    assert_eq!(told(&world).await, 0);
    let moved = ticket(&world, &order).await;
    assert_eq!((moved.place.label.as_str(), moved.generation, moved.has_changed()), ("H08", Generation(2), true));
    assert_eq!((&moved.number, moved.serial), (&one.number, one.serial));
    assert_eq!(void(&world).await, [Void { serial: one.serial, good_from: Some(Generation(2)) }]);
    print(&world, &order).await;
    assert!(!ticket(&world, &order).await.has_changed(), "the new one was printed");

    // Another key signs from now on; what the old one signed is still good.
    assert_eq!(world.registration.tickets.rotate_key(&exam()).await.unwrap(), 2);
    world
        .execute("UPDATE registration.exam_sittings SET starts_at = starts_at + interval '1 hour' WHERE id = 's0'")
        .await;
    world.restart_registration().await;
    until("the later ticket", async || told(&world).await == 1).await;
    let (known, later) = (keys(&world).await, ticket(&world, &order).await);
    assert_eq!((known.verify(&later.code).unwrap().key.0, known.verify(&moved.code).unwrap().key.0), (2, 1));

    granted(&mut world, account, &order).await;
    let told_before = told(&world).await;

    // Given up: no code of it lets anybody in.
    world.registration.orders.withdraw(account, order.id, Fen(6_000)).await.unwrap();
    assert_eq!(void(&world).await, [Void { serial: one.serial, good_from: None }]);
    let gone = tickets(&world, &world.order(account, order.id).await).await;
    assert!(matches!(gone, Err(TicketError::Refused(TicketRefusal::NotConfirmed))), "{gone:?}");
    assert_eq!(told(&world).await, told_before, "who gives up knows");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b17_who_changes_places_changes_numbers_that_are_made_of_places() {
    let sittings = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity\n\
                    s0,英语,English,一教,Hall,2099-02-01T09:00:00+08:00,4\n";
    let setup = Setup { rules: BY_PLACE, sittings: Some(sittings), ..Setup::default() };
    let world = World::start(setup).await;
    add_room(&world).await;
    let ((_, first), (_, second)) = (registered(&world, 1).await, registered(&world, 2).await);
    place(&world, first.id, 1).await;
    place(&world, second.id, 2).await;
    let issued = world.registration.tickets.issue_all(&exam()).await.unwrap();
    assert_eq!(issued, IssuedAll { orders: 2, left: 0 });
    let numbers = async || {
        let both = [ticket(&world, &first).await, ticket(&world, &second).await];
        both.map(|ticket| (ticket.number.to_string(), ticket.serial, ticket.generation.0))
    };
    let before = numbers().await;
    assert_eq!([&before[0].0, &before[1].0], ["2701201", "2701202"]);
    // No two have a seat at any moment: one goes by way of a third.
    world.execute("UPDATE registration.seat_assignments SET seat = 3, label = 'H03' WHERE seat = 1").await;
    world.execute("UPDATE registration.seat_assignments SET seat = 1, label = 'H01' WHERE seat = 2").await;
    world.execute("UPDATE registration.seat_assignments SET seat = 2, label = 'H02' WHERE seat = 3").await;
    let [first, second]: [(String, TicketSerial, u16); 2] = numbers().await;
    assert_eq!((first.0.as_str(), second.0.as_str()), ("2701202", "2701201"));
    assert_eq!([(first.1, first.2), (second.1, second.2)], [(before[0].1, 2), (before[1].1, 2)]);
    // What the room and its site are called stands on them, too.
    for (change, generation) in [
        ("UPDATE registration.rooms SET name = '一号楼 303'", 3),
        ("UPDATE registration.sites SET address_zh = '湖滨路 10 号'", 4),
        ("UPDATE registration.sites SET way_zh = '从南门进'", 4),
    ] {
        world.execute(change).await;
        let stale = "SELECT count(*) FROM registration.tickets WHERE stale_at IS NOT NULL";
        let stale: i64 = world.sql().await.query_one(stale, &[]).await.unwrap().get(0);
        assert_eq!(stale, if change.contains("way_zh") { 0 } else { 2 }, "{change}");
        assert_eq!(numbers().await.map(|ticket| ticket.2), [generation; 2], "{change}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_a_ticket_is_issued_stands_on_it() {
    let world = World::start(Setup { rules: RULES, ..Setup::default() }).await;
    add_room(&world).await;
    let (account, order) = registered(&world, 1).await;
    place(&world, order.id, 7).await;
    // The first one, which nothing can mark as stale before it is there, and another one.
    for seat in [8, 9] {
        let mut sql = world.sql().await;
        let held = sql.transaction().await.unwrap();
        let key = format!("orders {} {}", account.0, exam());
        held.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", &[&key]).await.unwrap();
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'advisory'";
        let number = async || world.sql().await.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0);
        // Whoever issues has read the place, and waits for another request about the same orders.
        let moving = async {
            until("somebody who waits", async || number().await > 0).await;
            let to = format!("UPDATE registration.seat_assignments SET seat = {seat}, label = 'H{seat:02}'");
            world.execute(&to).await;
            held.commit().await.unwrap();
        };
        // Makes the second one stale.
        world.execute("UPDATE registration.seat_assignments SET label = label || ' '").await;
        let (issued, ()) = tokio::join!(ticket(&world, &order), moving);
        assert_eq!(issued.place.seat, seat);
        assert_eq!(keys(&world).await.verify(&issued.code).unwrap().seat, seat);
    }
}
