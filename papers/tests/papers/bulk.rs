//! How many tickets a second, how large, in how much memory. Run by hand, optimised:
//! `TICKETS=100000 cargo nextest run --release -p papers --run-ignored only bulk --no-capture`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use papers::{Design, PaperError, RoomPapers, Sheet, SitePapers, Ticket};

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
    // Drawn once: a face takes far longer than a ticket.
    let plain = ticket();
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
                        ..plain.clone()
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

/// As staff print a site: so many rooms at a time, everybody with a photo of their own, then the counts of all.
#[test]
#[ignore = "takes minutes, and measures only what is optimised"]
fn bulk_bundle_of_a_site_is_counted() {
    const ROOMS: u16 = 100;
    let at_once: u16 = std::env::var("ROOMS_AT_ONCE").map_or(24, |number| number.parse().unwrap());
    let press = press();
    let plain = crate::site::room(1);
    let faces: Vec<image::RgbImage> = (0..28).map(|seed| face(&specimen::form_photo(seed))).collect();
    let (mut seconds, mut longest, mut bytes, mut pages) = (0.0_f64, 0.0_f64, 0, 0);
    for from in (1..=ROOMS).step_by(usize::from(at_once)) {
        let room = |number: u16| {
            let mut room = RoomPapers { number: format!("{number:03}"), ..plain.clone() };
            for (at, seat) in room.seats.iter_mut().enumerate().filter(|(_, seat)| seat.photo.is_some()) {
                seat.photo =
                    Some(of_nobody_else(&faces[at % faces.len()], u32::from(number) * 28 + u32::try_from(at).unwrap()));
            }
            room
        };
        let rooms = (from..(from + at_once).min(ROOMS + 1)).map(room).collect();
        let papers = SitePapers { rooms, ..site(0) };
        let begin = Instant::now();
        bytes += press.site(&papers, &crate::site::ALL[1..]).unwrap().pdf.len();
        let took = begin.elapsed().as_secs_f64();
        (seconds, longest, pages) = (seconds + took, longest.max(took), pages + 6 * papers.rooms.len());
    }
    let bare = |number: u16| RoomPapers { number: format!("{number:03}"), seats: Vec::new(), ..plain.clone() };
    let counts = SitePapers { rooms: (1..=ROOMS).map(bare).collect(), ..site(0) };
    let begin = Instant::now();
    bytes += press.site(&counts, &[Sheet::Counts]).unwrap().pdf.len();
    seconds += begin.elapsed().as_secs_f64();
    say(&format!(
        "{ROOMS} rooms, {at_once} at once: {seconds:.1} s (the longest part {longest:.1} s), {pages} pages, {} kB, {} MB at most",
        bytes / 1_000,
        most_resident() / 1_000_000
    ));
}

fn face(jpeg: &[u8]) -> image::RgbImage {
    image::load_from_memory(jpeg).unwrap().into_rgb8()
}

/// The face with a mark that no other has: the same picture twice would stand in a file once.
fn of_nobody_else(face: &image::RgbImage, number: u32) -> Vec<u8> {
    let mut face = face.clone();
    for bit in 0..12 {
        let shade = if number >> bit & 1 == 1 { 0 } else { 255 };
        for (x, y) in (0..24).flat_map(|x| (0..24).map(move |y| (x, y))) {
            face.put_pixel(bit * 24 + x, y, image::Rgb([shade; 3]));
        }
    }
    let mut jpeg = std::io::Cursor::new(Vec::new());
    face.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    jpeg.into_inner()
}

/// The most memory that this process has had, in bytes; 0 where the system does not tell it so.
fn most_resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<usize>().ok()).unwrap_or(0) * 1_024
}
