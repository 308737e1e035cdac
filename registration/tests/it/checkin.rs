//! Doors on real stores: every scan is kept once and judged anew, two devices see each other, whoever came is counted once, and
//! two different people sign for whoever came in with a doubt.

use bytes::Bytes;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use registration::checkin::{CheckInError, NewDoubt, Uploaded};
use registration::desk::staff::{Role, StaffMember};
use registration::model::order::OrderId;
use registration::model::room::checkin::{Act, DoubtId, Opinion, Scan, ScanId, ScanRefusal, ScanState, Shown, Verdict};
use registration::model::room::ticket::TicketSerial;
use registration::model::room::{RoomId, SiteId};
use registration::rooms::RoomError;
use registration::rooms::form::RoomForm;
use uuid::Uuid;

use crate::doors::{Doors, EAST, WEST, device, entrance, scan};
use crate::world::{exam, picture, picture_of, until};

fn turned_away(scan: Scan) -> Scan {
    Scan { act: Act::Refused, ..scan }
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_doors_keep_each_scan_once_judge_it_anew_and_count_who_came() {
    let mut doors = Doors::open(5).await;
    arranged_anew(&doors).await;
    rights(&doors).await;
    verdicts(&doors).await;
    twice(&doors).await;
    attendance(&doors).await;
    doubts(&doors).await;
    old_photos(&mut doors).await;
    withheld(&doors).await;
    doors.world.registration.stop().await;
    doors.world.engine.stop().await;
}

/// Other rooms are chosen for another draw: doors, and the seats of their rooms, stay as published.
async fn arranged_anew(doors: &Doors) {
    let world = &doors.world;
    world
        .execute(&format!(
            "DELETE FROM registration.sitting_rooms WHERE sitting = 's0' AND number > 1 OR sitting = 's1';
             UPDATE registration.sitting_rooms SET number = 9 WHERE sitting = 's0';
             INSERT INTO registration.sitting_rooms (exam, sitting, number, room) VALUES ('exam', 's2', 1, '{WEST}');
             UPDATE registration.exam_sittings SET starts_at = now() + interval '1 day' WHERE id = 's1'"
        ))
        .await;
    let other = RoomForm { name: "101", layout: "5x6", ..RoomForm::default() };
    let (site, room) = (SiteId(EAST.parse().unwrap()), RoomId(EAST.parse().unwrap()));
    let used = world.registration.rooms.save_room(&doors.chief, site, Some(room), &other).await;
    assert!(matches!(used, Err(RoomError::InUse)), "{used:?}");
    let door = &world.registration.checkin;
    let unpublished = door.entrance(&doors.chief, &entrance(WEST, "s2")).await;
    assert!(unpublished.is_ok(), "as chosen, before anything is published: {unpublished:?}");
    let nowhere = door.entrance(&doors.chief, &entrance(EAST, "s2")).await;
    assert!(matches!(nowhere, Err(CheckInError::Unknown)), "{nowhere:?}");
}

/// Only whoever was given the door works there; what a device keeps is sealed for one sign-in.
async fn rights(doors: &Doors) {
    let (door, staff) = (&doors.world.registration.checkin, &doors.world.registration.staff);
    let gate = staff.add("gate", "long-enough-1", Role::Invigilator).await.unwrap();
    for nobody in [&gate, &doors.world.reviewer] {
        let refused = door.snapshot(nobody, &doors.east).await;
        assert!(matches!(refused, Err(CheckInError::Forbidden(_))), "{refused:?}");
        let refused = doors.upload(nobody, device(1), &[]).await;
        assert!(matches!(refused, Err(CheckInError::Forbidden(_))), "{refused:?}");
        let refused = door.assign(nobody, &doors.east, "gate").await;
        assert!(matches!(refused, Err(CheckInError::Forbidden(_))), "{refused:?}");
    }
    assert_eq!(door.entrances(&gate).await.unwrap(), []);
    let unknown = door.assign(&doors.chief, &doors.east, "reviewer").await;
    assert!(matches!(unknown, Err(CheckInError::NoInvigilator)), "{unknown:?}");
    assert!(door.assign(&doors.chief, &doors.east, "gate").await.unwrap());
    assert!(!door.assign(&doors.chief, &doors.east, "gate").await.unwrap(), "already");
    let mine = door.entrances(&gate).await.unwrap();
    assert_eq!(mine.iter().map(|one| &one.entrance).collect::<Vec<_>>(), [&doors.east]);
    assert_eq!(door.entrances(&doors.chief).await.unwrap().len(), 3, "administrators at all doors");
    let elsewhere = door.snapshot(&gate, &entrance(WEST, "s0")).await;
    assert!(matches!(elsewhere, Err(CheckInError::Forbidden(_))), "{elsewhere:?}");

    let snapshot = door.snapshot(&gate, &doors.east).await.unwrap();
    let people: Vec<(u16, &str)> = snapshot.people.iter().map(|one| (one.room, one.label.as_str())).collect();
    assert_eq!(people, [(1, "A01"), (1, "A02"), (1, "A03"), (1, "A04"), (1, "A05"), (2, "A01"), (2, "A02")]);
    assert_eq!(snapshot.people[0].name.as_ref().unwrap().expose(), "王芳");
    assert_eq!(snapshot.rooms.iter().map(|room| room.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        snapshot.elsewhere.iter().map(|room| (room.number, room.site.en.as_str())).collect::<Vec<_>>(),
        [(7, "West")]
    );
    assert_eq!((snapshot.keys.len(), snapshot.void.len()), (1, 0));
    let again = door.snapshot(&gate, &doors.east).await.unwrap();
    let other = door.snapshot(&doors.chief, &doors.east).await.unwrap();
    assert!(snapshot.key == again.key && snapshot.key != other.key, "a key for each member of staff");
    staff.sign_out(&gate).await.unwrap();
    let later = staff.member(gate.id).await.unwrap().unwrap();
    let later = door.snapshot(&later, &doors.east).await.unwrap();
    assert!(snapshot.key != later.key, "and for each of their sign-ins");
    let photos = door.photos(&gate, &doors.east, None).await.unwrap();
    assert_eq!((photos.photos.len(), photos.next), (7, None));
    assert!(photos.photos.iter().all(|photo| photo.jpeg.is_none()), "this exam asks for none");
    let looks = "SELECT count(*) FROM registration.audit WHERE action IN ('checkin.snapshot', 'checkin.photos')";
    let looks: i64 = doors.world.sql().await.query_one(looks, &[]).await.unwrap().get(0);
    assert_eq!(looks, 5, "all of that is on record");

    assert!(door.dismiss(&doors.chief, &doors.east, "gate").await.unwrap());
    let refused = doors.upload(&gate, device(1), &[]).await;
    assert!(matches!(refused, Err(CheckInError::Forbidden(_))), "{refused:?}");
    door.assign(&doors.chief, &doors.east, "gate").await.unwrap();
}

/// What devices say is judged anew, by our own clock and by what is known now; each scan is kept once.
async fn verdicts(doors: &Doors) {
    let world = &doors.world;
    let before = doors.tickets().await;
    // One was moved since, and has a newer ticket; one gave the seat up.
    world
        .execute("UPDATE registration.seat_assignments SET label = 'A09', seat = 9 WHERE order_id = '0003-0000'")
        .await;
    let exam_page = world.registration.exams.get(&exam()).unwrap();
    let moved: OrderId = "0003-0000".parse().unwrap();
    world.registration.tickets.of_order(&exam_page, &world.order(doors.account, moved).await).await.unwrap();
    world.execute("UPDATE registration.orders SET state = 'released' WHERE id = '0004-0000'").await;
    let code = |order: &str| Shown::Code(before[order].code.clone());
    let forged = before["0000-0000"].code.replacen(&before["0000-0000"].code[40..41], "", 1);
    let nobody = Shown::Number("ZZZZ9999".parse().unwrap());
    let cases = [
        (scan(code("0000-0000"), doors.at(-30), 1), Verdict::Good),
        (scan(Shown::Number(before["0001-0000"].number.parse().unwrap()), doors.at(5), 1), Verdict::Late),
        (turned_away(scan(code("0002-0000"), doors.at(16), 1)), Verdict::TooLate),
        (turned_away(scan(code("0002-0000"), doors.at(-121), 1)), Verdict::TooEarly),
        (turned_away(scan(code("0900-0000"), doors.at(-5), 1)), Verdict::OtherRoom),
        (scan(Shown::Serial(TicketSerial(before["0900-0000"].serial)), doors.at(-4), 2), Verdict::Good),
        (turned_away(scan(code("0950-0000"), doors.at(-5), 1)), Verdict::OtherSite),
        (turned_away(scan(code("1000-0000"), doors.at(-5), 1)), Verdict::OtherSitting),
        (turned_away(scan(code("0003-0000"), doors.at(-5), 1)), Verdict::Older),
        (turned_away(scan(code("0004-0000"), doors.at(-5), 1)), Verdict::Void),
        (turned_away(scan(Shown::Code(forged), doors.at(-5), 1)), Verdict::Unknown),
        (turned_away(scan(nobody, doors.at(-5), 1)), Verdict::Unknown),
    ];
    let scans: Vec<Scan> = cases.iter().map(|(scan, _)| scan.clone()).collect();
    let uploaded = doors.upload(&doors.chief, device(1), &scans).await.unwrap();
    assert!(uploaded.answers.iter().all(|one| one.state == ScanState::Stored && !one.is_conflict), "{uploaded:?}");
    assert_eq!((uploaded.people_in, &uploaded.void[..]), (3, &[TicketSerial(before["0004-0000"].serial)][..]));
    for (scan, verdict) in &cases {
        let (ours, serial, at) = doors.kept(scan).await;
        assert_eq!((ours.as_str(), at), (verdict.as_ref(), scan.at), "the scan's time: {scan:?}");
        assert_eq!(serial.is_some(), *verdict != Verdict::Unknown, "{verdict}");
    }
    // Sent again, with one that is new; and by a device that says that they are its own.
    let new = turned_away(scan(code("0002-0000"), doors.at(17), 1));
    let again: Vec<Scan> = [&scans[..], &[new.clone(), new]].concat();
    let states = |uploaded: &Uploaded| uploaded.answers.iter().map(|one| one.state).collect::<Vec<_>>();
    let uploaded = doors.upload(&doors.chief, device(1), &again).await.unwrap();
    let mut expected = vec![ScanState::Known; scans.len()];
    expected.extend([ScanState::Stored, ScanState::Known]);
    assert_eq!((states(&uploaded), uploaded.people_in), (expected, 3));
    let uploaded = doors.upload(&doors.chief, device(2), &scans[..1]).await.unwrap();
    assert_eq!(states(&uploaded), [ScanState::Refused(ScanRefusal::Taken)]);
    let odd = Scan { at: Timestamp::MAX, ..scan(code("0002-0000"), doors.at(0), 1) };
    let uploaded = doors.upload(&doors.chief, device(2), &[odd]).await.unwrap();
    assert_eq!(states(&uploaded), [ScanState::Refused(ScanRefusal::Malformed)]);
    assert_eq!(doors.count("scans").await, 13);
    // What was scanned stays.
    let client = world.sql().await;
    for change in ["UPDATE registration.scans SET act = 'refused'", "DELETE FROM registration.scans"] {
        assert!(client.batch_execute(change).await.is_err(), "{change}");
    }
}

/// The same ticket at two devices is a conflict that both hear of, however they come; on one device it is none where it said
/// that somebody had come before.
async fn twice(doors: &Doors) {
    let tickets = doors.tickets().await;
    let code = |order: &str| Shown::Code(tickets[order].code.clone());
    let again = Scan { verdict: Verdict::Again, ..scan(code("0000-0000"), doors.at(-2), 1) };
    let uploaded = doors.upload(&doors.chief, device(1), std::slice::from_ref(&again)).await.unwrap();
    assert!(!uploaded.answers[0].is_conflict, "the same device");
    assert_eq!(doors.kept(&again).await.0, "again");
    let unaware = scan(code("0001-0000"), doors.at(6), 1);
    let uploaded = doors.upload(&doors.chief, device(1), std::slice::from_ref(&unaware)).await.unwrap();
    assert!(uploaded.answers[0].is_conflict, "the same device, which did not know");
    // A device whose clock is two hours slow.
    let hours = SignedDuration::from_hours(2);
    let slow = scan(code("0000-0000"), doors.at(-1), 1);
    let slow = Scan { at: slow.at - hours, sent_at: slow.sent_at - hours, ..slow };
    let uploaded = doors.upload(&doors.chief, device(2), std::slice::from_ref(&slow)).await.unwrap();
    assert!(uploaded.answers[0].is_conflict && uploaded.people_in == 3, "{uploaded:?}");
    let (ours, _, at) = doors.kept(&slow).await;
    assert_eq!(ours, "good", "by our clock");
    assert!(at.duration_since(doors.at(-1)).abs() < SignedDuration::from_secs(30), "{at}");
    let uploaded = doors.upload(&doors.chief, device(1), std::slice::from_ref(&again)).await.unwrap();
    assert!(uploaded.answers[0].is_conflict, "told when it is asked again");
    // Many that bring the same ticket at the same moment: nothing is written until as many have begun as may at a time, and all
    // but the first hear of another.
    let mut client = doors.world.sql().await;
    let held = client.transaction().await.unwrap();
    held.batch_execute("LOCK TABLE registration.scans IN SHARE MODE").await.unwrap();
    let many = (11..19).map(|number| {
        let scan = scan(code("0901-0000"), doors.at(-3), 2);
        async move { doors.upload(&doors.chief, device(number), &[scan]).await.unwrap().answers[0].is_conflict }
    });
    let release = async {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        until("four of them", async || held.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 4).await;
        let more = held.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0);
        assert_eq!(more, 4, "the others hold no connection");
        held.commit().await.unwrap();
    };
    let (told, ()) = tokio::join!(join_all(many), release);
    assert_eq!(told.iter().filter(|is_conflict| **is_conflict).count(), 7, "each hears of those before");
}

async fn attendance(doors: &Doors) {
    let door = &doors.world.registration.checkin;
    let counts = door.counts(&doors.chief, &doors.east).await.unwrap();
    assert_eq!((counts.people_in, counts.expected, counts.late, counts.conflicts), (4, 6, 1, 3));
    let by_room: Vec<_> = counts.by_room.iter().map(|room| (room.number, room.people_in, room.expected)).collect();
    assert_eq!(by_room, [(1, 2, 4), (2, 2, 2)]);
    // Somebody whose place is elsewhere was let in nevertheless.
    let tickets = doors.tickets().await;
    let stranger = scan(Shown::Code(tickets["0950-0000"].code.clone()), doors.at(-6), 1);
    doors.upload(&doors.chief, device(1), &[stranger]).await.unwrap();
    let all = door.attendance(&doors.chief, &doors.east).await.unwrap();
    assert_eq!((all.counts.people_in, all.counts.expected), (5, 6));
    let come: Vec<bool> = all.people.iter().map(|person| person.arrival.is_some()).collect();
    assert_eq!(come, [true, true, false, false, true, true]);
    assert!(all.people[1].arrival.unwrap().is_late && !all.people[0].arrival.unwrap().is_late);
    assert_eq!(all.people[0].arrival.unwrap().first_at, doors.at(-30), "when they came first");
    assert_eq!(
        all.strangers.iter().map(|one| one.number.as_ref().unwrap().as_str()).collect::<Vec<_>>(),
        [tickets["0950-0000"].number.as_str()]
    );
    let entries: Vec<usize> = all.conflicts.iter().map(|conflict| conflict.entries.len()).collect();
    assert_eq!(entries, [3, 2, 8], "each time that somebody came in");
    let west = door.attendance(&doors.chief, &entrance(WEST, "s0")).await.unwrap();
    assert_eq!((west.counts.people_in, west.people[0].arrival.is_some()), (0, true), "in, at another site");
    let export = door.export(&doors.chief, &doors.east, "csv").await.unwrap();
    assert_eq!(export.people.len(), 6);
}

/// An entry belongs to its scan, and its photo is kept once.
async fn doubts(doors: &Doors) {
    let door = &doors.world.registration.checkin;
    let tickets = doors.tickets().await;
    let serial = TicketSerial(tickets["0002-0000"].serial);
    let doubtful = Scan { act: Act::Doubtful, ..scan(Shown::Serial(serial), doors.at(-8), 1) };
    let new = NewDoubt {
        id: DoubtId(Uuid::now_v7()),
        scan: doubtful.id,
        at: doubtful.at,
        sent_at: doubtful.sent_at,
        serial,
        jpeg: picture(),
        tries: 3,
    };
    // The scan comes first, and is of the same ticket, at the same door, and doubtful itself.
    let early = door.doubt(&doors.chief, &doors.east, new.clone()).await;
    assert!(matches!(early, Err(CheckInError::Busy)), "{early:?}");
    let again = || Scan { id: ScanId(Uuid::now_v7()), verdict: Verdict::Again, ..doubtful.clone() };
    let (another, admitted) = (again(), Scan { act: Act::Admitted, ..again() });
    let scans = [doubtful.clone(), another.clone(), admitted.clone()];
    doors.upload(&doors.chief, device(1), &scans).await.unwrap();
    let admitted = NewDoubt { scan: admitted.id, ..new.clone() };
    assert!(matches!(door.doubt(&doors.chief, &doors.east, admitted).await, Err(CheckInError::Taken)));
    let damaged = NewDoubt { jpeg: Bytes::from_static(b"no picture"), ..new.clone() };
    assert!(matches!(door.doubt(&doors.chief, &doors.east, damaged).await, Err(CheckInError::Picture(_))));
    let stranger = NewDoubt { serial: TicketSerial(tickets["0000-0000"].serial), ..new.clone() };
    assert!(matches!(door.doubt(&doors.chief, &doors.east, stranger).await, Err(CheckInError::Taken)));
    assert!(door.doubt(&doors.chief, &doors.east, new.clone()).await.unwrap());
    assert!(!door.doubt(&doors.chief, &doors.east, new.clone()).await.unwrap());
    let taken = NewDoubt { id: DoubtId(Uuid::now_v7()), ..new.clone() };
    assert!(matches!(door.doubt(&doors.chief, &doors.east, taken).await, Err(CheckInError::Taken)));
    // Nor does another photo ever take the place of one that is kept.
    let other = NewDoubt { scan: another.id, jpeg: picture_of(300, 300), ..new.clone() };
    assert!(matches!(door.doubt(&doors.chief, &doors.east, other).await, Err(CheckInError::Taken)));
    let elsewhere = NewDoubt { jpeg: picture_of(300, 300), ..new.clone() };
    let elsewhere = door.doubt(&doors.chief, &entrance(EAST, "s1"), elsewhere).await;
    assert!(matches!(elsewhere, Err(CheckInError::Taken)), "{elsewhere:?}");
    let counts = door.counts(&doors.chief, &doors.east).await.unwrap();
    assert_eq!((counts.people_in, counts.doubtful, counts.waiting), (6, 1, 1));
    signatures(doors, new.id).await;
}

/// Two different members of staff sign, each after a look.
async fn signatures(doors: &Doors, id: DoubtId) {
    let door = &doors.world.registration.checkin;
    let sign = async |by: &StaffMember, says| door.sign(by, &doors.east, id, (says, "像，头发短了")).await;
    let unseen = sign(&doors.chief, Opinion::Same).await;
    assert!(matches!(unseen, Err(CheckInError::NotLooked)), "{unseen:?}");
    let unseen = door.door_photo(&doors.chief, &doors.east, id).await;
    assert!(matches!(unseen, Err(CheckInError::NotLooked)));
    let entry = door.doubtful(&doors.chief, &doors.east, id).await.unwrap();
    assert_eq!((entry.name.unwrap().expose().to_owned(), entry.room, entry.tries), ("王芳".to_owned(), Some(1), 3));
    let photo = door.door_photo(&doors.chief, &doors.east, id).await.unwrap().unwrap();
    let photo = image::load_from_memory_with_format(&photo, image::ImageFormat::Jpeg).unwrap();
    assert_eq!((photo.width(), photo.height()), (240, 360), "the one that was sent");
    assert!(door.ticket_photo(&doors.chief, &doors.east, id).await.unwrap().is_none());
    let long = door.sign(&doors.chief, &doors.east, id, (Opinion::Same, &"长".repeat(201))).await;
    assert!(matches!(long, Err(CheckInError::Note)), "{long:?}");
    sign(&doors.chief, Opinion::Same).await.unwrap();
    let same = sign(&doors.chief, Opinion::Other).await;
    assert!(matches!(same, Err(CheckInError::SamePerson)), "{same:?}");
    // Not even behind the door.
    let client = doors.world.sql().await;
    let behind =
        "UPDATE registration.doubtful_entries SET second_by = first_by, second_says = 'same', second_note = '',
        second_at = now()";
    assert!(client.batch_execute(behind).await.is_err());
    let gate = doors.world.registration.staff.list().await.unwrap();
    let gate = gate.into_iter().find(|one| one.name == "gate").unwrap();
    let entry = door.doubtful(&gate, &doors.east, id).await.unwrap();
    assert!(entry.waits_for(gate.id) && !entry.waits_for(doors.chief.id));
    sign(&gate, Opinion::Other).await.unwrap();
    let other = doors.world.registration.staff.add("boss", "long-enough-1", Role::Administrator).await.unwrap();
    door.doubtful(&other, &doors.east, id).await.unwrap();
    let third = sign(&other, Opinion::Same).await;
    assert!(matches!(third, Err(CheckInError::Signed)), "{third:?}");
    let said: Vec<Opinion> =
        door.doubts(&other, &doors.east).await.unwrap()[0].signatures.iter().map(|one| one.says).collect();
    assert_eq!(said, [Opinion::Same, Opinion::Other]);
    let looks = "SELECT count(*) FROM registration.audit WHERE action = 'checkin.attendance' AND detail = 'doubts 1'";
    assert_eq!(client.query_one(looks, &[]).await.unwrap().get::<_, i64>(0), 1, "the list names people");
    assert_eq!(door.counts(&other, &doors.east).await.unwrap().waiting, 0);
    let changed = client.batch_execute("UPDATE registration.doubtful_entries SET first_note = 'x'").await;
    assert!(changed.is_err(), "what was signed stays");
}

/// Half a year after it came the photo goes, whatever the device's clock said, and what was signed stays.
async fn old_photos(doors: &mut Doors) {
    let photos = doors.world.stores.dir().join("files/doors/exam/s0").join(EAST);
    let kept: Vec<_> = std::fs::read_dir(&photos).unwrap().map(|file| file.unwrap().path()).collect();
    let [kept] = &kept[..] else { panic!("one photo: {kept:?}") };
    let (old, scan) = (Uuid::now_v7(), Uuid::now_v7());
    let photo = photos.join(format!("{old}.{scan}"));
    std::fs::copy(kept, &photo).unwrap();
    doors
        .world
        .execute(&format!(
            "INSERT INTO registration.doubtful_entries (id, scan, exam, sitting, site, serial, staff, tries, at, received_at)
             SELECT '{old}', '{scan}', exam, sitting, site, serial, staff, tries, at, received_at - interval '181 days'
             FROM registration.doubtful_entries
             UNION ALL SELECT gen_random_uuid(), gen_random_uuid(), exam, sitting, site, serial, staff, tries, '1970-01-01', received_at
             FROM registration.doubtful_entries"
        ))
        .await;
    doors.world.restart_registration().await;
    until("the old photo gone", async || !photo.exists()).await;
    assert!(kept.exists(), "the other one is young");
    let door = &doors.world.registration.checkin;
    until("its removal written down", async || {
        let all = door.doubts(&doors.chief, &doors.east).await.unwrap();
        all.iter().any(|one| one.id == DoubtId(old) && !one.has_photo)
    })
    .await;
    let all = door.doubts(&doors.chief, &doors.east).await.unwrap();
    let slow = all.iter().find(|one| one.at == Timestamp::UNIX_EPOCH).unwrap();
    assert!(slow.has_photo, "a clock that was wrong takes no photo away");
}

/// Whose ticket it is stays with administrators where the ticket is for elsewhere: devices may name any ticket of the exam.
async fn withheld(doors: &Doors) {
    let door = &doors.world.registration.checkin;
    let gate = doors.world.registration.staff.list().await.unwrap();
    let gate = gate.into_iter().find(|one| one.name == "gate").unwrap();
    let serial = TicketSerial(doors.tickets().await["0950-0000"].serial);
    let scan = Scan { act: Act::Doubtful, ..scan(Shown::Serial(serial), doors.at(-8), 1) };
    doors.upload(&gate, device(1), std::slice::from_ref(&scan)).await.unwrap();
    let id = DoubtId(Uuid::now_v7());
    let (at, sent_at) = (scan.at, scan.sent_at);
    let new = NewDoubt { id, scan: scan.id, at, sent_at, serial, jpeg: picture(), tries: 3 };
    assert!(door.doubt(&gate, &doors.east, new).await.unwrap());
    let listed = door.doubts(&gate, &doors.east).await.unwrap();
    let one = door.doubtful(&gate, &doors.east, id).await.unwrap();
    for entry in listed.iter().filter(|entry| entry.id == id).chain([&one]) {
        assert!(
            entry.is_withheld && entry.name.is_none() && entry.document.is_none() && entry.room.is_none(),
            "{entry:?}"
        );
    }
    assert!(!one.waits_for(gate.id) && door.ticket_photo(&gate, &doors.east, id).await.unwrap().is_none());
    let unseen = door.sign(&gate, &doors.east, id, (Opinion::Same, "")).await;
    assert!(matches!(unseen, Err(CheckInError::NotLooked)), "{unseen:?}");
    let whole = door.doubtful(&doors.chief, &doors.east, id).await.unwrap();
    assert!(!whole.is_withheld && whole.name.is_some() && whole.room == Some(7));
    door.sign(&doors.chief, &doors.east, id, (Opinion::Same, "")).await.unwrap();
}
