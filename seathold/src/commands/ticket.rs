//! `seathold ticket verify CODE --keys FILE`, `keys EXAM`, `issue EXAM`.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::{fs, io};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use registration::model::room::ticket::{Generation, TicketSerial, Void};
use reservation::ids::ExamId;
use ticketcode::{CODE_CHARS_MAX, Entry, PublicKeys, Tag};

use super::with_services;
use crate::cli::SiteArgs;
use crate::say;

/// Largest file of keys: a million void tickets.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A file of keys: besides them, what tags stand for, and which tickets are void.
struct Known {
    keys: PublicKeys,
    names: Vec<(Tag, String)>,
    void: Vec<Void>,
}

/// Says what a code says, if it lets anybody in.
pub(super) fn verify(code: &str, keys: &Path) -> anyhow::Result<()> {
    let code = if code == "-" { from_stdin()? } else { code.to_owned() };
    let length = fs::metadata(keys).with_context(|| format!("{} cannot be read", keys.display()))?.len();
    if length > FILE_BYTES_MAX {
        bail!("{} has more than {FILE_BYTES_MAX} bytes: is it a file of keys?", keys.display());
    }
    let text = fs::read_to_string(keys).with_context(|| format!("{} cannot be read", keys.display()))?;
    let known = read(&text).with_context(|| format!("{} is no file of keys", keys.display()))?;
    let entry = known.keys.verify(&code)?;
    check_void(&known, &entry)?;
    say(&sentence(&known, &entry, Timestamp::now()));
    Ok(())
}

/// Prints what verifying needs.
pub(super) async fn keys(exam: &str, rotate: bool, site: &SiteArgs) -> anyhow::Result<()> {
    let exam: ExamId = exam.parse()?;
    let text = Box::pin(with_services(site, async |services| {
        let registration = &services.registration;
        let Some(page) = registration.exams.get(&exam) else { bail!("there is no exam `{exam}`") };
        if rotate {
            registration.tickets.rotate_key(&exam).await?;
        }
        let mut text = format!("# exam {} {exam}\n", Tag::of(exam.as_str()));
        for sitting in &page.sittings {
            writeln!(text, "# sitting {} {}", Tag::of(sitting.id.as_str()), sitting.id)?;
        }
        for key in registration.tickets.public_keys(&exam).await? {
            writeln!(text, "{key}")?;
        }
        let mut after = None;
        loop {
            let void = registration.tickets.void(&exam, after.as_ref()).await?;
            let Some(last) = void.last() else { break };
            after = Some(*last);
            for void in &void {
                let good = void.good_from.map_or_else(|| "-".to_owned(), |from| from.0.to_string());
                writeln!(text, "# void {} {good}", void.serial.0)?;
            }
        }
        Ok(text)
    }))
    .await?;
    say(text.trim_end());
    Ok(())
}

/// Issues what is missing.
pub(super) async fn issue(exam: &str, site: &SiteArgs) -> anyhow::Result<()> {
    let exam: ExamId = exam.parse()?;
    let done = Box::pin(with_services(site, async |services| {
        if services.registration.exams.get(&exam).is_none() {
            bail!("there is no exam `{exam}`");
        }
        Ok(services.registration.tickets.issue_all(&exam).await?)
    }))
    .await?;
    say(&format!("issued the tickets of {} orders; {} cannot have theirs yet", done.orders, done.left));
    Ok(())
}

fn from_stdin() -> anyhow::Result<String> {
    let mut text = String::new();
    let most = u64::try_from(CODE_CHARS_MAX)? + 2;
    io::stdin().take(most).read_to_string(&mut text).context("the standard input cannot be read")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn read(text: &str) -> anyhow::Result<Known> {
    let keys = PublicKeys::parse(text).map_err(|(line, error)| anyhow::anyhow!("line {line}: {error}"))?;
    let (mut names, mut void) = (Vec::new(), Vec::new());
    for line in text.lines().filter_map(|line| line.strip_prefix("# ")) {
        match *line.split_whitespace().collect::<Vec<_>>() {
            ["exam" | "sitting", tag, name] => names.push((tag.parse()?, name.to_owned())),
            ["void", serial, "-"] => void.push(Void { serial: TicketSerial(serial.parse()?), good_from: None }),
            ["void", serial, from] => {
                let good_from = Some(Generation(from.parse()?));
                void.push(Void { serial: TicketSerial(serial.parse()?), good_from });
            }
            _ => {}
        }
    }
    Ok(Known { keys, names, void })
}

fn check_void(known: &Known, entry: &Entry) -> anyhow::Result<()> {
    match known.void.iter().find(|void| void.serial.0 == entry.serial) {
        Some(Void { good_from: None, .. }) => bail!("genuine, and void: the seat was given up"),
        Some(Void { good_from: Some(from), .. }) if entry.generation < from.0 => {
            bail!("genuine, and void: the ticket was issued anew since, ask for the newer one")
        }
        _ => Ok(()),
    }
}

fn sentence(known: &Known, entry: &Entry, now: Timestamp) -> String {
    let name = |tag: Tag| {
        let found = known.names.iter().find(|(known, _)| *known == tag);
        found.map_or_else(|| tag.to_string(), |(_, name)| name.clone())
    };
    let beijing = TimeZone::fixed(Offset::constant(8));
    let clock = |at: Timestamp| at.to_zoned(beijing.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let when = match () {
        () if now < entry.not_before => "not yet",
        () if now >= entry.not_after => "over",
        () => "now",
    };
    format!(
        "genuine: exam {}, sitting {}, room {:03}, seat {}, good from {} to {} Beijing time ({when}), ticket {}.{}",
        name(entry.exam),
        name(entry.sitting),
        entry.room,
        entry.seat,
        clock(entry.not_before),
        clock(entry.not_after),
        entry.serial,
        entry.generation
    )
}

#[cfg(test)]
mod tests {
    use ticketcode::{KeyId, SigningKey};

    use super::*;

    fn entry(serial: u64, generation: u16) -> Entry {
        Entry {
            key: KeyId(1),
            exam: Tag::of("degree-english"),
            sitting: Tag::of("morning"),
            serial,
            room: 12,
            seat: 7,
            not_before: "2027-05-21T23:00:00Z".parse().unwrap(),
            not_after: "2027-05-22T04:00:00Z".parse().unwrap(),
            generation,
        }
    }

    #[test]
    fn d7_a_file_of_keys_names_exam_and_sitting_and_knows_what_is_void() {
        let key = SigningKey::new(Tag::of("degree-english"), KeyId(1), &[5; 32]).unwrap();
        let (exam, sitting) = (Tag::of("degree-english"), Tag::of("morning"));
        let text = format!(
            "# exam {exam} degree-english\n# sitting {sitting} morning\n{}\n# void 8 2\n# void 9 -\n",
            key.public()
        );
        let known = read(&text).unwrap();
        let found = known.keys.verify(&key.sign(&entry(7, 1))).unwrap();
        assert!(check_void(&known, &found).is_ok());
        let said = sentence(&known, &found, "2027-05-22T01:00:00Z".parse().unwrap());
        assert_eq!(
            said,
            "genuine: exam degree-english, sitting morning, room 012, seat 7, good from 2027-05-22 07:00 to \
             2027-05-22 12:00 Beijing time (now), ticket 7.1"
        );
        assert!(check_void(&known, &entry(8, 1)).is_err() && check_void(&known, &entry(8, 2)).is_ok());
        assert!(check_void(&known, &entry(9, 40)).is_err());
        assert!(read("no key").is_err() && read("# void x 1").is_err());
    }
}
