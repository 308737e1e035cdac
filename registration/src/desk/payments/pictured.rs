//! What the machine read on a picture, beside what is expected. Nothing is decided by it: staff see where to look.

use gateways::ShownTime;
use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp};

use crate::model::fen::Fen;
use crate::pictures::readings::Said;

/// A phone's clock may be so far from ours.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(2);
/// One character in so many may be misread in a name that is still the same.
const MISREAD_SHARE: usize = 6;

/// How far the machine is with the picture that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Nothing here reads pictures.
    Off,
    /// It has not come to it yet.
    Waiting,
    /// It could not be read.
    Unread,
    /// This was read.
    Read(Box<Pictured>),
}

/// What was read, beside what is expected. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pictured {
    /// The transaction's number.
    pub order_number: Option<String>,
    /// The number that the payee gave it.
    pub merchant_number: Option<String>,
    /// What was paid, against the order's price.
    pub amount: Compared<Fen>,
    /// Who was paid, against the names of the exam's payee.
    pub payee: Compared<String>,
    /// When it was paid, against the time from the hold to the hand-in.
    pub paid_at: Compared<Timestamp>,
}

impl std::fmt::Debug for Pictured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pictured")
    }
}

/// One thing that was read, and what comes of comparing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared<T> {
    /// What was read; `None` where nothing was found.
    pub read: Option<T>,
    /// Is it as expected?
    pub verdict: Verdict,
}

/// What comes of comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as expected.
    Agrees,
    /// Other than expected.
    Differs,
    /// Nothing was read, or nothing is known to compare it with.
    Unknown,
}

/// What a picture of an order is compared with.
pub(crate) struct Expected<'a> {
    pub(crate) amount: Fen,
    /// Names of the payee; none where the exam gives none.
    pub(crate) payees: &'a [String],
    /// When the seats were held.
    pub(crate) from: Timestamp,
    /// When the picture was handed in, or the exam's last moment to pay.
    pub(crate) until: Timestamp,
}

impl<T> Compared<T> {
    fn new(read: Option<T>, is_right: impl FnOnce(&T) -> Option<bool>) -> Self {
        let verdict = match read.as_ref().and_then(is_right) {
            Some(true) => Verdict::Agrees,
            Some(false) => Verdict::Differs,
            None => Verdict::Unknown,
        };
        Self { read, verdict }
    }
}

/// Compares what was read with what is expected.
pub(crate) fn compared(said: Said, expected: &Expected<'_>) -> Pictured {
    let Said { order_number, merchant_number, amount_fen, payee, paid_at, lines: _ } = said;
    let time = paid_at.map(ShownTime::from);
    // Without its seconds a time may be nearly a minute earlier than it says.
    let precision = match time.and_then(|time| time.second) {
        Some(_) => SignedDuration::ZERO,
        None => SignedDuration::from_mins(1),
    };
    let (from, until) = (expected.from - CLOCKS_APART - precision, expected.until + CLOCKS_APART);
    Pictured {
        order_number,
        merchant_number,
        amount: Compared::new(amount_fen.map(Fen), |read| Some(*read == expected.amount)),
        payee: Compared::new(payee, |read| is_one_of(read, expected.payees)),
        paid_at: Compared::new(time.and_then(|time| moment(time, expected.until)), |at| {
            Some((from..=until).contains(at))
        }),
    }
}

/// The moment of a time in China, where payment apps show no other; a year that is not shown is the nearest one.
fn moment(time: ShownTime, near: Timestamp) -> Option<Timestamp> {
    let china = TimeZone::fixed(offset(8));
    let near = near.to_zoned(china.clone()).date();
    time.near(near)?.to_zoned(china).ok().map(|zoned| zoned.timestamp())
}

/// Is it one of these names, or part of one, a misread character or two apart? `None` when there are no names.
fn is_one_of(read: &str, names: &[String]) -> Option<bool> {
    let read = letters(read);
    let is_it = |name: &String| {
        let name = letters(name);
        let short = read.len().min(name.len());
        let is_part = short >= 4 && (contains(&read, &name) || contains(&name, &read));
        read == name || is_part || distance(&read, &name) * MISREAD_SHARE <= name.len()
    };
    (!names.is_empty()).then(|| names.iter().any(is_it))
}

fn contains(text: &[char], part: &[char]) -> bool {
    text.windows(part.len().max(1)).any(|window| window == part)
}

/// The letters and digits of a name: brackets, blanks and dots are written in many ways.
fn letters(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many characters have to be put in, taken out or changed to make one of the other (Levenshtein). Names are short.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, c) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (at, d) in other.iter().enumerate() {
            let changed = diagonal + usize::from(c != d);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(row[at + 1] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn expected(payees: &[String]) -> Expected<'_> {
        let (from, until) = (at("2026-11-22T14:00:00+08:00"), at("2026-11-22T14:10:00+08:00"));
        Expected { amount: Fen(12_000), payees, from, until }
    }

    fn time(text: &str, payees: &[String]) -> Verdict {
        let parts: Vec<i16> = text.split(['-', ' ', ':']).map(|part| part.parse().unwrap()).collect();
        let small = |place: usize| i8::try_from(parts[place]).unwrap();
        let (year, first) = if parts[0] > 1000 { (Some(parts[0]), 1) } else { (None, 0) };
        let (month, day, hour, minute) = (small(first), small(first + 1), small(first + 2), small(first + 3));
        let second = parts.get(first + 4).map(|_| small(first + 4));
        let shown = ShownTime { year, month, day, hour, minute, second };
        let said = Said { paid_at: Some(shown.into()), ..Said::default() };
        compared(said, &expected(payees)).paid_at.verdict
    }

    #[test]
    fn the_amount_is_the_price_to_the_fen() {
        let of = |amount_fen| compared(Said { amount_fen, ..Said::default() }, &expected(&[])).amount.verdict;
        assert_eq!(
            (of(Some(12_000)), of(Some(11_999)), of(None)),
            (Verdict::Agrees, Verdict::Differs, Verdict::Unknown)
        );
    }

    #[test]
    fn it_was_paid_between_the_hold_and_the_hand_in() {
        for (text, verdict) in [
            ("2026-11-22 14:03:05", Verdict::Agrees),
            ("11-22 14:03", Verdict::Agrees),
            ("2026-11-22 13:59:10", Verdict::Agrees),
            ("2026-11-22 13:58", Verdict::Agrees),
            ("2026-11-22 13:57:59", Verdict::Differs),
            ("2026-11-21 14:03:05", Verdict::Differs),
            ("2025-11-22 14:03:05", Verdict::Differs),
            ("2026-11-22 14:12:01", Verdict::Differs),
        ] {
            assert_eq!(time(text, &[]), verdict, "{text}");
        }
    }

    #[test]
    fn the_payee_is_one_of_the_names_a_misread_character_apart() {
        let names = ["临江大学继续教育学院".to_owned(), "Linjiang University".to_owned()];
        let of = |payee: &str, names: &[String]| {
            compared(Said { payee: Some(payee.to_owned()), ..Said::default() }, &expected(names)).payee.verdict
        };
        for right in
            ["临江大学继续教育学院", "临江大学 继续教育学院", "临江大学继续教肓学院", "临江大学", "LINJIANG UNIVERSITY"]
        {
            assert_eq!(of(right, &names), Verdict::Agrees, "{right}");
        }
        for wrong in ["张三", "临海大学", "江南水果店", "学院"] {
            assert_eq!(of(wrong, &names), Verdict::Differs, "{wrong}");
        }
        assert_eq!(of("张三", &[]), Verdict::Unknown, "an exam that names no payee");
    }
}
