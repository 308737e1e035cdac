//! The demo's exams have dates, and a demo must be open whenever it is shown: when the window is elsewhere, every
//! date of the files moves by the same number of weeks.

use std::fs;
use std::path::Path;

use anyhow::anyhow;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use registration::exams::definition;

/// How long the demo's registration has been open then.
const OPEN_SINCE: SignedDuration = SignedDuration::from_hours(7 * 24);
const DATE_CHARS: usize = "2026-11-02".len();

/// Moves the dates of the exam in `dir` unless its window includes `now`.
pub(super) fn bring_to(dir: &Path, now: Timestamp) -> anyhow::Result<()> {
    let page = definition::parse(dir).map_err(|faults| anyhow!("{}", faults[0]))?.page;
    if (page.opens_at..page.closes_at).contains(&now) {
        return Ok(());
    }
    let weeks = (now - OPEN_SINCE).duration_since(page.opens_at).as_hours().div_euclid(7 * 24);
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        fs::write(&path, moved(&fs::read_to_string(&path)?, weeks))?;
    }
    Ok(())
}

/// The text with every `YYYY-MM-DDT` moved.
fn moved(text: &str, weeks: i64) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('T') {
        let (before, after) = rest.split_at(at);
        let date = before.len().checked_sub(DATE_CHARS).and_then(|start| Some((start, before.get(start..)?)));
        match date.and_then(|(start, date)| Some((start, date.parse::<Date>().ok()?))) {
            Some((start, date)) => {
                result.push_str(&before[..start]);
                result.push_str(&date.saturating_add(weeks.weeks()).to_string());
            }
            None => result.push_str(before),
        }
        result.push('T');
        rest = &after[1..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_move() {
        let text =
            "title = \"Test 2026\"\nopens_at = 2026-11-02T09:00:00+08:00 # T\n英语,2027-05-22T09:00:00+08:00,240\n";
        let expected =
            "title = \"Test 2026\"\nopens_at = 2026-11-16T09:00:00+08:00 # T\n英语,2027-06-05T09:00:00+08:00,240\n";
        assert_eq!(moved(text, 2), expected);
        assert_eq!(moved(text, 0), text);
    }

    #[test]
    fn the_demo_is_open_in_any_year() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/degree-english");
        for now in ["2025-03-01T00:00:00Z", "2026-11-22T03:00:00Z", "2031-12-31T23:00:00Z"] {
            let now: Timestamp = now.parse().unwrap();
            let dir = tempfile::tempdir().unwrap();
            for name in ["exam.toml", "sittings.csv"] {
                fs::copy(source.join(name), dir.path().join(name)).unwrap();
            }
            bring_to(dir.path(), now).unwrap();
            let page = definition::parse(dir.path()).unwrap().page;
            assert!(page.opens_at <= now && now < page.closes_at, "{now}: {} to {}", page.opens_at, page.closes_at);
        }
    }
}
