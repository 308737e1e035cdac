//! How well cards are read: forty people, photographs of three grades, drawn by [`specimen`] from a seed, so that every run
//! reads the same ones. Prints for each grade how often a name was accepted for its owner and for somebody else, how often
//! the number was right, and how long one core took for both sides; beside it, if asked, the same by tesseract.
//!
//! `cargo run --release -p gateways --example cards -- --models target/models [--photos 2] [--seed 1] [--tesseract] [--grade Hard]
//! [--people 20]`: how many photographs of each person and grade, one grade alone, the last so many people alone.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints a table")]

#[path = "measure/cores.rs"]
mod cores;

use std::path::PathBuf;

use cores::core_seconds;
use gateways::cards::local::LocalReader;
use gateways::cards::networks::NetworkReader;
use gateways::{Asked, CardReader, CardText, Unread, Verdict};
use specimen::{Grade, Person, back_photo, front_photo, people};

/// What was counted of one grade.
#[derive(Default)]
struct Counted {
    cards: usize,
    owner: [usize; 4],
    alike: [usize; 4],
    other: [usize; 4],
    read: usize,
    numbers: usize,
    backs: usize,
    core_seconds: f64,
    missed: Vec<String>,
}

/// Which photographs are read.
struct Sample {
    grades: Vec<Grade>,
    last: usize,
    photos: u64,
    seed: u64,
}

/// Both sides of a card.
struct Photos {
    front: Vec<u8>,
    back: Vec<u8>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().position(|one| one == name).and_then(|at| arguments.get(at + 1));
    let models = PathBuf::from(value("--models").map_or("target/models", String::as_str));
    let photos: u64 = value("--photos").map_or(2, |photos| photos.parse().expect("--photos wants a number"));
    let seed: u64 = value("--seed").map_or(1, |seed| seed.parse().expect("--seed wants a number"));
    let networks = CardReader::networks(NetworkReader::load(&models).expect("--models DIR has the networks"));
    let grades = Grade::ALL.into_iter().filter(|grade| value("--grade").is_none_or(|one| *one == format!("{grade:?}")));
    let last = value("--people").map_or(40, |last| last.parse().expect("--people wants a number"));
    let sample = Sample { grades: grades.collect(), last, photos, seed };
    println!("networks of PP-OCRv6, {} photographs of each side", sample.grades.len() as u64 * last as u64 * photos);
    measure(&networks, &sample, true).await;
    if arguments.iter().any(|one| one == "--tesseract") {
        println!("tesseract, the same photographs");
        let tesseract = CardReader::local(LocalReader::find().expect("tesseract with chi_sim is installed"));
        measure(&tesseract, &sample, false).await;
    }
}

async fn measure(reader: &CardReader, sample: &Sample, compares: bool) {
    let people = people();
    for grade in sample.grades.iter().copied() {
        let mut counted = Counted::default();
        for (place, person) in people.iter().enumerate().skip(people.len().saturating_sub(sample.last)) {
            for photo in 0..sample.photos {
                let seed = sample.seed * 100_000 + photo * 1_000 + place as u64;
                let taken = Photos {
                    front: front_photo(person.name, &person.number, grade, seed).expect("a font has Chinese"),
                    back: back_photo(person.authority, person.validity, grade, seed + 500).expect("a font has Chinese"),
                };
                counted.owner(reader, person, &taken, &format!("{} {grade:?} {seed}", person.name)).await;
                if compares {
                    let length = person.name.chars().count();
                    let mut others = people.iter().cycle().skip(place + 1).take(people.len());
                    let is_other = |other: &&Person| other.name.chars().count() == length && other.name != person.name;
                    let other = others.find(is_other).map_or(person.alike, |other| other.name);
                    let is_alike = ask(reader, person.alike, person, &taken).await;
                    counted.alike[verdict(&is_alike, person.alike)] += 1;
                    if verdict(&is_alike, person.alike) == 0 {
                        counted.missed.push(format!("accepted {} for {} {seed}", person.alike, person.name));
                    }
                    counted.other[verdict(&ask(reader, other, person, &taken).await, other)] += 1;
                }
                // On the error stream, so that the table alone can be kept.
                eprint!("\r{grade:?}: {} read, {:.2} s of a core each  ", counted.cards, counted.each());
            }
        }
        counted.print(grade);
    }
}

impl Counted {
    async fn owner(&mut self, reader: &CardReader, person: &Person, taken: &Photos, which: &str) {
        let before = core_seconds();
        let read = ask(reader, person.name, person, taken).await;
        self.core_seconds += core_seconds() - before;
        self.cards += 1;
        let said = verdict(&read, person.name);
        self.owner[said] += 1;
        if let Ok([front, back]) = &read {
            self.read += usize::from(front.name.as_deref() == Some(person.name));
            let is_number = front.number.as_deref() == Some(&*person.number);
            self.numbers += usize::from(is_number);
            let until = person.validity.rsplit('-').next().map(|until| until.replace('.', "-"));
            let is_back = back.authority.as_deref() == Some(person.authority) && back.valid_until == until;
            self.backs += usize::from(is_back);
            if said != 0 || !is_number || !is_back {
                self.missed.push(format!(
                    "{which}: {:?} {:?}, number {is_number} {:?}, back {:?} {:?}",
                    front.name, front.name_is, front.number_is, back.authority, back.valid_until
                ));
            }
        } else if let Err(why) = &read {
            self.missed.push(format!("{which}: {why:?}"));
        }
    }

    /// Seconds of one core that both sides of a card took, on average.
    #[expect(clippy::cast_precision_loss, reason = "some hundred cards")]
    fn each(&self) -> f64 {
        self.core_seconds / self.cards.max(1) as f64
    }

    fn print(&self, grade: Grade) {
        #[expect(clippy::cast_precision_loss, reason = "some hundred cards")]
        let part = |count: usize| format!("{:5.1} %", 100.0 * count as f64 / self.cards.max(1) as f64);
        let each = self.each();
        let [equal, unsure, differs, unread] = self.owner.map(part);
        eprintln!("\r{:60}", "");
        println!("{grade:?}: {} cards, {each:.3} s of a core each", self.cards);
        println!("  owner's name: accepted {equal}, unsure {unsure}, another one {differs}, nothing read {unread}");
        println!("  number right {}, back right {}", part(self.numbers), part(self.backs));
        if self.alike.iter().sum::<usize>() > 0 {
            let [alike, alike_unsure, ..] = self.alike.map(part);
            let [other, other_unsure, ..] = self.other.map(part);
            println!("  a name that looks alike: accepted {alike}, unsure {alike_unsure}");
            println!("  any other name as long: accepted {other}, unsure {other_unsure}");
        }
        for missed in &self.missed {
            println!("    {missed}");
        }
    }
}

async fn ask(reader: &CardReader, name: &str, person: &Person, taken: &Photos) -> Result<[CardText; 2], Unread> {
    let asked = Asked { name: name.to_owned(), number: person.number.clone() };
    let place = reader.place().await.expect("nobody else reads");
    place.both(taken.front.clone().into(), taken.back.clone().into(), &asked).await
}

/// Accepted, unsure, another one, nothing read.
fn verdict(read: &Result<[CardText; 2], Unread>, name: &str) -> usize {
    match read {
        Ok([front, _]) => match (front.name_is, &front.name) {
            (Some(Verdict::Equal), _) => 0,
            (Some(Verdict::Unsure), _) => 1,
            (Some(Verdict::Differs), _) => 2,
            (None, Some(read)) if read == name => 0,
            (None, Some(_)) => 2,
            (None, None) => 3,
        },
        Err(_) => 3,
    }
}
