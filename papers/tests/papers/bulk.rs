//! How many tickets a second, how large, in how much memory. Run by hand, optimised:
//! `TICKETS=100000 cargo nextest run --release -p papers --run-ignored only bulk --no-capture`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use papers::{Design, PaperError, Sheet, Ticket};

use crate::site::site;
use crate::tools::{press, resident, ticket};

/// Threads that print at once: the machine's cores.
const THREADS: usize = 2;
/// Each so many tickets one has a design that fails.
const FAILING: usize = 1_000;

#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
fn say(line: &str) {
    println!("{line}");
}

#[test]
#[ignore = "takes minutes, and measures only what is optimised"]
fn bulk_tickets_are_counted() {
    let tickets: usize = std::env::var("TICKETS").map_or(2_000, |number| number.parse().unwrap());
    let press = press();
    let photos: Vec<Vec<u8>> = (0..=255).map(specimen::form_photo).collect();
    let failing = Design::Own("#let ticket(t) = panic(t.name)".into());
    let (next, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= tickets {
                        return;
                    }
                    let mut each = Ticket {
                        number: format!("{at:08}"),
                        name: format!("{}{}", ["王芳", "欧阳震华", "阿依古丽·买买提"][at % 3], at % 97),
                        room_number: format!("{:03}", at / 30),
                        seat: format!("H{:02}", at % 30 + 1),
                        photo: Some(photos[at % photos.len()].clone()),
                        code: Some(format!(
                            "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDEMWK4MI6UOS03CR83KLBMDBHQT*PG:{at:09}"
                        )),
                        ..ticket()
                    };
                    if at % FAILING == FAILING - 1 {
                        each.design = failing.clone();
                        assert!(matches!(press.ticket(&each), Err(PaperError::Template { .. })));
                        continue;
                    }
                    bytes.fetch_add(press.ticket(&each).unwrap().pdf.len(), Ordering::Relaxed);
                    if at % (tickets / 10).max(1) == 0 {
                        let rate = at as f64 / begin.elapsed().as_secs_f64();
                        say(&format!("{at} tickets, {rate:.0} a second, {} MB resident", resident() / 1_000_000));
                    }
                }
            });
        }
    });
    let rate = tickets as f64 / begin.elapsed().as_secs_f64();
    say(&format!(
        "{tickets} tickets, {rate:.0} a second, {} bytes each, {} MB resident",
        bytes.into_inner() / tickets,
        resident() / 1_000_000
    ));
}

#[test]
#[ignore = "takes minutes, and measures only what is optimised"]
fn bulk_rooms_are_counted() {
    let press = press();
    let papers = site(100);
    for sheets in [
        &[Sheet::Counts][..],
        &[Sheet::Door],
        &[Sheet::Map],
        &[Sheet::Attendance],
        &[Sheet::Labels],
        &[Sheet::Record],
        &crate::site::ALL,
    ] {
        let begin = Instant::now();
        let bytes = press.site(&papers, sheets).unwrap().pdf.len();
        say(&format!(
            "{sheets:?}: 100 rooms in {:.1} s, {} kB, {} MB resident",
            begin.elapsed().as_secs_f64(),
            bytes / 1_000,
            resident() / 1_000_000
        ));
    }
}
