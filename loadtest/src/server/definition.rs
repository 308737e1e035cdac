//! An exam's definition as files: what `seathold exam import DIR` takes in. Only imported exams have pages.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::server::office::{Calendar, NewExam};

/// How long registration stays open, and how much longer payments may be handed in.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// When the sittings are.
const EXAM_AFTER: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Writes `exam.toml` and `sittings.csv` into `directory`, which is made if need be.
pub fn write(directory: &Path, exam: &NewExam) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join("exam.toml"), exam_file(exam, Timestamp::now()))?;
    fs::write(directory.join("sittings.csv"), sittings_file(exam, Timestamp::now()))
}

fn exam_file(exam: &NewExam, now: Timestamp) -> String {
    let opens_at = match exam.calendar {
        Calendar::Open => now - SignedDuration::from_mins(1),
        Calendar::OpensAt(at) => at,
    };
    let (closes_at, deadline) = (opens_at + OPEN_FOR, opens_at + OPEN_FOR * 2);
    let (id, hold) = (&exam.id, exam.hold_seconds);
    let mode = exam.waiting_room.mode.as_str();
    let rate = exam.waiting_room.admit_per_second;
    let rate = rate.map_or_else(String::new, |rate| format!("admit_per_second = {rate}\n"));
    format!(
        r#"# Written by the load generator.
id = "{id}"
title = {{ zh = "压力测试", en = "Load test" }}
organiser = {{ zh = "压力测试", en = "Load test" }}
hold_seconds = {hold}
grace_seconds = 0
opens_at = {opens_at:.0}
closes_at = {closes_at:.0}
payment_deadline = {deadline:.0}
fee = "120.00"
payment_url = "https://pay.example/load-test"
resubmit_hours = 24

[notice]
zh = ["本考试仅用于压力测试。"]
en = ["This exam is for load tests only."]

[[groups]]
id = "all"
title = {{ zh = "场次", en = "Sitting" }}

[waiting_room]
mode = "{mode}"
{rate}"#
    )
}

fn sittings_file(exam: &NewExam, now: Timestamp) -> String {
    let mut text = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee\n".to_owned();
    for (number, capacity) in (1..).zip(exam.capacities()) {
        let starts_at = now + EXAM_AFTER + SignedDuration::from_mins(number);
        let _ = writeln!(text, "s{number},场次{number},Sitting {number},all,考点,Venue,{starts_at:.0},{capacity},");
    }
    text
}
