//! The exam of a rush: forty sittings, and holds of a minute and a half.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

/// Sittings of the exam.
const SITTINGS: u32 = 40;
/// Places where they are, in both languages.
const VENUES: [(&str, &str); 5] = [
    ("湖滨校区", "Lakeside Campus"),
    ("东校区", "East Campus"),
    ("南校区", "South Campus"),
    ("城中教学点", "Town Centre"),
    ("新城校区", "New Town Campus"),
];
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Writes its definition to `dir`, opening then, with so many seats in all.
pub(super) fn write(dir: &Path, seats: u32, opens_at: Timestamp) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    // Each rush is an exam of its own: what was taken in the one before stays there.
    let id = opens_at.as_second();
    let (closes_at, deadline) = (opens_at + DAY, opens_at + DAY + SignedDuration::from_hours(1));
    let exam = format!(
        r#"id = "rush-{id}"
title = {{ zh = "演示：名额开放", en = "Demo: an opening" }}
organiser = {{ zh = "临江大学教务处", en = "Academic Affairs Office, Linjiang University" }}
hold_seconds = 90
grace_seconds = 5
opens_at = {opens_at}
closes_at = {closes_at}
payment_deadline = {deadline}
fee = "120.00"
payment_url = "https://pay.linjiang-university.example/demo"
resubmit_hours = 24
[waiting_room]
mode = "automatic"
[notice]
zh = ["演示考试，候选人均为虚构。"]
en = ["A demo: its candidates are made up."]
"#
    );
    fs::write(dir.join("exam.toml"), exam)?;
    fs::write(dir.join("sittings.csv"), sittings(seats, opens_at))
}

/// One line for each sitting; the first ones have the seats that do not go into all.
fn sittings(seats: u32, opens_at: Timestamp) -> String {
    let mut lines = String::from("id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity\n");
    // At nine in Beijing, which is one by UTC; and again at two.
    let day = (opens_at + DAY * 30).as_second().div_euclid(DAY.as_secs());
    let first = Timestamp::from_second(day * DAY.as_secs() + 3_600).unwrap_or(opens_at + DAY);
    for number in 0..SITTINGS {
        let (venue, nth) = (VENUES[number as usize % VENUES.len()], i64::from(number) / 5);
        let starts_at = first + SignedDuration::from_hours(nth / 2 * 24 + nth % 2 * 5);
        let capacity = seats / SITTINGS + u32::from(number < seats % SITTINGS);
        lines.push_str(&format!("s-{:02},英语,English,,{},{},{starts_at},{capacity}\n", number + 1, venue.0, venue.1));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exam_can_be_read_and_has_every_seat() {
        let dir = tempfile::tempdir().unwrap();
        let opens_at = "2026-11-20T04:00:00Z".parse().unwrap();
        write(dir.path(), 1_003, opens_at).unwrap();
        let read = registration::exams::definition::parse(dir.path()).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!((read.page.sittings.len(), read.page.opens_at), (40, opens_at));
        assert_eq!(read.capacities.iter().sum::<u32>(), 1_003);
    }
}
