//! How long it takes to take in what a site's devices scanned.

use std::time::Instant;

use jiff::Timestamp;
use registration::model::room::checkin::{Scan, ScanState, Shown};

use crate::doors::{Doors, device, scan};

/// Prints; asserts only that nothing is lost.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a figure, not a test: cargo nextest run -p registration --run-ignored only --no-capture five_hundred_scans"]
async fn five_hundred_scans_in_requests_of_a_hundred() {
    let doors = Doors::open(500).await;
    let tickets = doors.tickets().await;
    let now = Timestamp::now();
    let here = tickets.iter().filter(|(order, _)| order.as_str() < "0500");
    let scans: Vec<Scan> = here.map(|(_, ticket)| scan(Shown::Code(ticket.code.clone()), now, 1)).collect();
    assert_eq!(scans.len(), 500);
    for round in ["new", "known"] {
        for request in scans.chunks(100) {
            let begun = Instant::now();
            let uploaded = doors.upload(&doors.chief, device(1), request).await.unwrap();
            let taken = begun.elapsed();
            let stored = uploaded.answers.iter().filter(|one| one.state == ScanState::Stored).count();
            eprintln!(
                "{round}: {} scans, {stored} of them stored, {} in, {taken:.1?}",
                request.len(),
                uploaded.people_in
            );
        }
    }
    let begun = Instant::now();
    let counts = doors.world.registration.checkin.counts(&doors.chief, &doors.east).await.unwrap();
    eprintln!("numbers of {} people: {:.1?}", counts.expected, begun.elapsed());
    let begun = Instant::now();
    let snapshot = doors.world.registration.checkin.snapshot(&doors.chief, &doors.east).await.unwrap();
    eprintln!("snapshot of {} people: {:.1?}", snapshot.people.len(), begun.elapsed());
    assert_eq!(counts.people_in, 500);
    doors.world.registration.stop().await;
    doors.world.engine.stop().await;
}
