//! From the receipt to the admission ticket on paper: staff arrange and publish, tickets can be printed, the browser takes the
//! file away; what is on it is read back by programs that share nothing with what drew it, and its code is verified as at the
//! door.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use gateways::Gateways;
use registration::model::room::SeatPlace;
use registration::rooms::Publication;
use reservation::ids::{ExamId, SittingId};
use seating::Rules;
use testkit::{ServedApp, Walker, scanned};

use crate::walking::office::Office;

const ROOMS: &str = "考点,地址,考场,座位,楼层,座位号前缀\n湖滨校区,湖滨路 100 号,第一教学楼 302,4x5,3,H\n";
/// Since then tickets can be printed.
const LONG_AGO: &str = "2020-01-01T09:00:00+08:00";

/// Whose ticket it is, and for what.
pub(crate) struct Sitter<'a> {
    pub(crate) exam: &'a str,
    pub(crate) sitting: &'a str,
    pub(crate) name: &'a str,
    /// Whether the exam has a photo of theirs.
    pub(crate) has_photo: bool,
}

/// What stands on a paper.
struct Paper {
    /// The text without white space, which programs put in and leave out as they see gaps.
    text: String,
    code: String,
}

/// From the receipt, on which the browser is, to the verified ticket; its number.
pub(crate) async fn takes_ticket(app: &ServedApp, browser: &mut Walker, sitter: &Sitter<'_>) -> String {
    let receipt = browser.arrives("/receipt").await;
    let order = receipt.trim_start_matches("/orders/").split('/').next().unwrap().to_owned();
    let place = Box::pin(arranged(app, sitter, &order)).await;
    opens_tickets(app, sitter.exam);
    until_link(browser, &receipt).await;
    let shot = format!("{}-ticket", sitter.exam);
    browser.looks(&format!("{shot}-0-receipt")).await;
    browser.tap("main a.button[href$='/ticket']").await;
    browser.arrives("/ticket").await;
    for words in [sitter.name, "湖滨路 100 号", &place.room_name, &place.label, "考生须知"] {
        browser.shows(words).await;
    }
    browser.looks(&format!("{shot}-1-page")).await;
    let number = browser.find_one(".ticket h2").await.attr("id").await.unwrap().unwrap();
    let number = number.trim_start_matches("ticket-").to_owned();
    sees_photo(browser, sitter.has_photo).await;

    let on_page = browser.scan("img.ticket-code").await;
    browser.tap("a.button[href$='/ticket.pdf']").await;
    let file = browser.downloaded(&format!("ticket-{order}.pdf")).await;
    // For whoever wants to look: beside the pictures of the pages.
    let picture = browser.screenshot(&format!("{shot}-2-taken")).await.with_file_name(format!("{shot}-3-paper"));
    let paper = read(&file, &picture);
    let room = format!("第{:03}考场", place.room_number);
    for words in
        [sitter.name, &number, "居民身份证", "湖滨校区", "湖滨路100号", &place.room_name, "3层", &room, &place.label]
    {
        let words: String = words.split_whitespace().collect();
        assert!(paper.text.contains(&words), "{words} is not in {}", paper.text);
    }
    assert_eq!(paper.code, on_page, "paper and page have one code");
    lets_in(app, sitter, &place, &paper.code);
    number
}

/// Staff import the rooms, choose them, look at the draft and publish it; the place of the order.
async fn arranged(app: &ServedApp, sitter: &Sitter<'_>, order: &str) -> SeatPlace {
    let office = Office::open(app, Gateways::default()).await;
    let (rooms, member) = (&office.registration.rooms, &office.member);
    let (exam, sitting): (ExamId, SittingId) = (sitter.exam.parse().unwrap(), sitter.sitting.parse().unwrap());
    rooms.import_here(ROOMS.as_bytes()).await.unwrap();
    let choice = rooms.choice(member).await.unwrap();
    let chosen: Vec<_> = choice.iter().flat_map(|(_, rooms)| rooms).map(|room| room.room.id).collect();
    rooms.set_rules(member, &exam, &sitting, &Rules::default()).await.unwrap();
    rooms.choose_rooms(member, &exam, &sitting, &chosen).await.unwrap();
    let draft = rooms.preview(member, &exam, &sitting).await.unwrap();
    let looked_at = Publication { token: &draft.token, moves: Some(draft.moves) };
    assert_eq!(rooms.publish(member, &exam, &sitting, looked_at).await.unwrap(), 1, "one is confirmed");
    let places = rooms.places_of(order.parse().unwrap()).await.unwrap();
    office.close().await;
    places.into_iter().find(|place| place.sitting == sitting).expect("whoever is confirmed has a place")
}

/// The exam once more as it is, but for the day from which on tickets can be printed.
fn opens_tickets(app: &ServedApp, exam: &str) {
    let dir = app.data().join("demo-exams").join(exam);
    let rules = std::fs::read_to_string(dir.join("exam.toml")).unwrap();
    let (before, step) = rules.split_once("tasks = [\"ticket\"]\nopens_at = ").expect("the exam says when");
    let (_, after) = step.split_once('\n').unwrap();
    let rules = format!("{before}tasks = [\"ticket\"]\nopens_at = {LONG_AGO}\n{after}");
    std::fs::write(dir.join("exam.toml"), rules).unwrap();
    says(app.command().args(["exam", "import"]).arg(&dir).output().unwrap());
}

/// The server hears of an import within seconds.
async fn until_link(browser: &Walker, receipt: &str) {
    for _ in 0..400 {
        browser.open(receipt).await;
        if browser.has("main a.button[href$='/ticket']").await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the receipt leads to no ticket: {}", browser.text().await);
}

async fn sees_photo(browser: &Walker, has_photo: bool) {
    assert_eq!(browser.has("img.ticket-photo").await, has_photo);
    if has_photo {
        let width = "return document.querySelector('img.ticket-photo').naturalWidth";
        let width = browser.execute(width, Vec::new()).await.unwrap();
        assert!(width.as_u64().is_some_and(|width| width > 0), "the photo is there");
    }
}

/// The first page of the file as text and as a picture, which is kept: nearer and farther, as a hand moves until the camera has
/// the code.
fn read(file: &Path, picture: &Path) -> Paper {
    let text = says(Command::new("pdftotext").args(["-enc", "UTF-8"]).arg(file).arg("-").output().unwrap());
    for dots_per_inch in ["200", "150", "300"] {
        let mut draw = Command::new("pdftoppm");
        draw.args(["-png", "-gray", "-singlefile", "-r", dots_per_inch]).arg(file).arg(picture);
        says(draw.output().unwrap());
        let codes = scanned(&std::fs::read(picture.with_extension("png")).unwrap());
        assert!(codes.len() < 2, "a ticket has one code");
        if let [code] = codes.as_slice() {
            return Paper { text: text.split_whitespace().collect(), code: code.clone() };
        }
    }
    panic!("there is no code on {text}")
}

/// The door has the exam's public keys, and no network.
fn lets_in(app: &ServedApp, sitter: &Sitter<'_>, place: &SeatPlace, code: &str) {
    let keys = says(app.command().args(["ticket", "keys", sitter.exam]).output().unwrap());
    let file = app.data().join(format!("keys-{}", sitter.exam));
    std::fs::write(&file, keys).unwrap();
    let mut verify = Command::new(ServedApp::binary());
    verify.args(["ticket", "verify", "-", "--keys"]).arg(&file);
    let mut door = verify.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    door.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let said = says(door.wait_with_output().unwrap());
    let SeatPlace { room_number, seat, .. } = place;
    let (exam, sitting) = (sitter.exam, sitter.sitting);
    let genuine = format!("genuine: exam {exam}, sitting {sitting}, room {room_number:03}, seat {seat}, ");
    assert!(said.starts_with(&genuine), "{genuine}: {said}");
}

fn says(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
