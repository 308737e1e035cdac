//! `seathold seating seed FILE`, `draw INPUT --seed FILE --record FILE`, `verify RECORD`.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use seating::check::Need;
use seating::public::{self, version_of};
use seating::{Input, Key, PublicDraw, Record, Seed, Violation, violations};

use crate::say;

/// Largest file that is read: 200,000 people with all that is known of them, and as many places.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Who reads a seed before it is published: its owner.
const PRIVATE: u32 = 0o600;
/// Who reads a record: everybody.
const PUBLIC: u32 = 0o644;

/// Draws a seed and says what is to be published of it now.
pub(super) fn seed(file: &Path) -> anyhow::Result<()> {
    let seed = Seed::draw();
    let commitment = seed.commitment();
    write_new(file, PRIVATE, &format!("{}\n", String::from(seed)))?;
    say(&commitment);
    Ok(())
}

/// Arranges what the input says, and writes the record.
pub(super) fn draw(input: &Path, seed: &Path, record: &Path) -> anyhow::Result<()> {
    let text = read(input)?;
    let parsed = Input::from_json(&text).with_context(|| format!("{} is no sitting", input.display()))?;
    let seed: Seed = read(seed)?.trim().parse().with_context(|| format!("{} is no seed", seed.display()))?;
    let drawn = Record::of(parsed, seed)?;
    let found = violations(&drawn.input, &drawn.plan)?;
    write_new(record, PUBLIC, &drawn.to_json())?;
    say(&format!("{} people have a seat; the commitment was {}", drawn.plan.seats.len(), drawn.commitment));
    list(&found);
    Ok(())
}

/// Does the draw again. Fails when it is not what the record says.
pub(super) fn verify(record: &Path) -> anyhow::Result<()> {
    let text = read(record)?;
    if version_of(&text)? == public::VERSION {
        return verify_public(&PublicDraw::from_json(&text)?);
    }
    let read = Record::from_json(&text)?;
    let found = read.verify()?;
    let (drawn, late) = (read.plan.seats.len(), read.late.len());
    say(&format!("true: {drawn} people sit where the seed says, and {late} came later and moved nobody"));
    say(&format!("compare this with what was published before the draw: {}", read.commitment));
    list(&found);
    Ok(())
}

/// Does a draw again of which a part was set aside.
fn verify_public(draw: &PublicDraw) -> anyhow::Result<()> {
    let found = draw.verify()?;
    let (drawn, rooms, seats) = (draw.plan.seats.len(), draw.set_aside.len(), draw.seats_set_aside());
    say(&format!("true: {drawn} people sit where the seed says"));
    say(&format!(
        "{rooms} rooms with {seats} seats were set aside before the draw; who sits there, if anybody, is not published"
    ));
    say(&format!("compare this with what was published before the draw: {}", draw.commitment));
    list(&found);
    Ok(())
}

fn list(found: &[Violation]) {
    if found.is_empty() {
        say("every rule is kept");
    }
    for violation in found {
        say(&sentence(violation));
    }
}

fn sentence(violation: &Violation) -> String {
    match violation {
        Violation::Unplaced { id } => format!("not kept: {id} has no seat in any room"),
        Violation::Neighbours { key, room, seats: (one, other) } => {
            let by = match key {
                Key::School => "school",
                Key::Class => "class",
                Key::Paper => "kind of paper",
            };
            format!("not kept: room {room}, seats {one} and {other} have the same {by}")
        }
        Violation::Need { id, need } => {
            let lacks = match need {
                Need::FrontRow => "a seat in the first row",
                Need::StepFree => "a room without steps",
                Need::Wheelchair => "a seat for a wheelchair",
                Need::OwnRoom => "a room alone",
                Need::ExtraTime => "a room only with others who have more time",
            };
            format!("not kept: {id} was granted {lacks}")
        }
        Violation::Papers { room, kinds } => format!("not kept: room {room} has {kinds} kinds of paper"),
        Violation::SpareSeats { room, taken } => format!("not kept: room {room} uses {taken} of its spare seats"),
        Violation::SpareRooms { taken } => format!("not kept: {taken} of the spare rooms are used"),
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    let size = fs::metadata(file).with_context(|| format!("{} cannot be read", file.display()))?.len();
    if size > FILE_BYTES_MAX {
        bail!("{} is larger than {} MiB: give one sitting at a time", file.display(), FILE_BYTES_MAX >> 20);
    }
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn write_new(file: &Path, mode: u32, text: &str) -> anyhow::Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(file);
    let mut opened =
        opened.with_context(|| format!("{} cannot be made: name a file that is not there", file.display()))?;
    opened.write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", file.display()))?;
    opened.sync_all().with_context(|| format!("{} cannot be written", file.display()))
}
