//! A draw from the command line: a seed that is promised, a plan, and whoever doubts it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use seating::{Examinee, Input, Lots, PublicDraw, Room, Seed};

const INPUT: &str = r#"{
    "sitting": "cet4",
    "rules": {"apart": ["school"], "spare_seats": 1},
    "rooms": [{"id": "H", "prefix": "H", "layout": ["ooo", "ooo"]}, {"id": "J", "layout": ["oo", "ox"]}],
    "examinees": [
        {"id": "A7K2", "school": "1"}, {"id": "B3M9", "school": "2"}, {"id": "C8P4", "school": "1"},
        {"id": "D5R6", "school": "2", "needs": {"front_row": true}}, {"id": "E1T3", "school": "3"},
        {"id": "F2V7", "school": "3", "needs": {"own_room": true}}
    ]
}"#;

fn seathold(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seathold"));
    command.env_clear().current_dir(dir).arg("seating").args(arguments).output().unwrap()
}

fn says(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refuses(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn seats_are_drawn_and_anybody_can_verify_the_draw() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("input.json"), INPUT).unwrap();
    let commitment = says(&seathold(dir, &["seed", "seed"]));
    assert_eq!(fs::metadata(dir.join("seed")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(refuses(&seathold(dir, &["seed", "seed"])).contains("name a file that is not there"));

    let draw = ["draw", "input.json", "--seed", "seed", "--record", "record.json"];
    let drawn = says(&seathold(dir, &draw));
    assert!(drawn.contains("6 people have a seat") && drawn.contains(commitment.trim()), "{drawn}");
    assert!(drawn.contains("every rule is kept"), "{drawn}");
    assert!(refuses(&seathold(dir, &draw)).contains("record.json cannot be made"), "a record is never overwritten");

    let verified = says(&seathold(dir, &["verify", "record.json"]));
    assert!(verified.contains("true: 6 people") && verified.contains(commitment.trim()), "{verified}");

    let record = fs::read_to_string(dir.join("record.json")).unwrap();
    fs::write(dir.join("other.json"), record.replace("\"seat\": 1", "\"seat\": 2")).unwrap();
    assert!(refuses(&seathold(dir, &["verify", "other.json"])).contains("another place than the draw gives"));
    fs::write(dir.join("other.json"), &record[..100]).unwrap();
    assert!(refuses(&seathold(dir, &["verify", "other.json"])).contains("no record of a draw"));
}

#[test]
fn a_draw_of_which_a_part_was_set_aside_is_verified_too() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let input = Input::from_json(INPUT).unwrap();
    let seed: Seed = [7; 32].into();
    let lots = Lots { companions: [9; 32].into(), seats: [9; 32].into() };
    let room = |id: &str| Room { id: id.to_owned(), ..input.rooms[0].clone() };
    let rooms = input.rooms.iter().cloned().chain([room("K"), room("L")]).collect();
    let more = ["G1A2", "H3B4", "I5C6", "J7D8", "K1A2", "L3B4", "M5C6", "N7D8"]
        .map(|id| Examinee { id: id.to_owned(), ..input.examinees[0].clone() });
    let examinees = input.examinees.iter().cloned().chain(more).collect();
    let draw = PublicDraw::draw(Input { rooms, examinees, ..input }, seed, &lots).unwrap().1.unwrap();
    let text = serde_json::to_string(&draw).unwrap();
    assert!(!text.contains("needs") && !text.contains("D5R6") && !text.contains("F2V7"), "{text}");
    fs::write(dir.join("draw.json"), &text).unwrap();
    let verified = says(&seathold(dir, &["verify", "draw.json"]));
    assert!(verified.contains("true: 3 people") && verified.contains("3 rooms with 15 seats"), "{verified}");
    assert!(verified.contains(&draw.commitment), "{verified}");
    fs::write(dir.join("other.json"), text.replacen("\"seat\":1", "\"seat\":6", 1)).unwrap();
    assert!(refuses(&seathold(dir, &["verify", "other.json"])).contains("another place than the draw gives"));
}
