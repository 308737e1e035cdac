//! What the numbers of tickets are made of: `{letters:8}`, or `{campus:6}271{subject:1}{room:3}{seat:2}`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Fewest and most characters of a number.
const CHARS_MIN: usize = 4;
const CHARS_MAX: usize = 24;
/// Fewest random letters that tell tickets apart: with six there are 900 million.
const LETTERS_MIN: u8 = 6;
/// Letters and digits that nobody takes for others: no 0 and O, no 1, I and L.
const UNAMBIGUOUS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Random bytes from this value on would make some letters likelier than others.
const FAIR_BELOW: usize = 256 / UNAMBIGUOUS.len() * UNAMBIGUOUS.len();

/// A piece of a number; those in braces have so many characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberPart {
    /// The same on every ticket.
    Text(String),
    /// Random letters and digits that are not mistaken for one another.
    Letters(u8),
    /// The end of the code of the province whose campus holds the sitting.
    Province(u8),
    /// That of the school.
    School(u8),
    /// That of the campus.
    Campus(u8),
    /// The subject, by its code among the ticket's rules.
    Subject(u8),
    /// The room's number in the sitting.
    Room(u8),
    /// The seat's number in the room.
    Seat(u8),
}

/// What the numbers of an exam's tickets are made of, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct NumberPattern(Vec<NumberPart>);

/// The text is no pattern of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a number is capital letters, digits and fields like {{letters:8}}, {{province:2}}, {{school:3}}, {{campus:6}}, \
     {{subject:1}}, {{room:3}} and {{seat:2}}, at most {CHARS_MAX} characters; at least {LETTERS_MIN} letters, or room and \
     seat, tell tickets apart"
)]
pub struct NumberError;

/// What fills the fields of a number: codes are empty where the exam has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NumberFields<'a> {
    /// The code of the province.
    pub province: &'a str,
    /// The code of the school.
    pub school: &'a str,
    /// The code of the campus.
    pub campus: &'a str,
    /// The code of the subject.
    pub subject: &'a str,
    /// The room's number.
    pub room: u16,
    /// The seat's number.
    pub seat: u16,
}

impl Default for NumberPattern {
    fn default() -> Self {
        Self(vec![NumberPart::Letters(8)])
    }
}

/// A number of one piece.
impl From<NumberPart> for NumberPattern {
    fn from(part: NumberPart) -> Self {
        Self(vec![part])
    }
}

impl NumberPattern {
    /// The pieces of the pattern, in order.
    pub fn parts(&self) -> &[NumberPart] {
        &self.0
    }

    /// Is there chance in it? Such a number stays when the seat changes.
    pub fn is_random(&self) -> bool {
        self.0.iter().any(|part| matches!(part, NumberPart::Letters(_)))
    }

    /// How many random bytes a number may need: twice as many as letters, because some are of no use.
    pub fn random_bytes(&self) -> usize {
        let letters = |part: &NumberPart| if let NumberPart::Letters(count) = part { usize::from(*count) } else { 0 };
        self.0.iter().map(letters).sum::<usize>() * 2
    }

    /// The number for these values. `None`: something that it names has no code, or a number has more digits than its
    /// field; or `random` had too few bytes that are of use.
    pub fn fill(&self, fields: &NumberFields<'_>, random: &[u8]) -> Option<String> {
        let mut fair = random.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < FAIR_BELOW);
        let mut number = String::new();
        for part in &self.0 {
            match part {
                NumberPart::Text(text) => number.push_str(text),
                NumberPart::Letters(count) => {
                    for _ in 0..*count {
                        number.push(char::from(UNAMBIGUOUS[fair.next()? % UNAMBIGUOUS.len()]));
                    }
                }
                NumberPart::Province(width) => number.push_str(&ending(fields.province, *width)?),
                NumberPart::School(width) => number.push_str(&ending(fields.school, *width)?),
                NumberPart::Campus(width) => number.push_str(&ending(fields.campus, *width)?),
                NumberPart::Subject(width) => number.push_str(&ending(fields.subject, *width)?),
                NumberPart::Room(width) => number.push_str(&digits(fields.room, *width)?),
                NumberPart::Seat(width) => number.push_str(&digits(fields.seat, *width)?),
            }
        }
        Some(number)
    }
}

/// The last characters of a code.
fn ending(code: &str, width: u8) -> Option<String> {
    let start = code.len().checked_sub(width.into())?;
    code.get(start..).map(str::to_ascii_uppercase)
}

/// A number with noughts in front.
fn digits(number: u16, width: u8) -> Option<String> {
    let text = format!("{number:0width$}", width = usize::from(width));
    (text.len() == usize::from(width)).then_some(text)
}

impl fmt::Display for NumberPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                NumberPart::Text(text) => f.write_str(text)?,
                NumberPart::Letters(width) => write!(f, "{{letters:{width}}}")?,
                NumberPart::Province(width) => write!(f, "{{province:{width}}}")?,
                NumberPart::School(width) => write!(f, "{{school:{width}}}")?,
                NumberPart::Campus(width) => write!(f, "{{campus:{width}}}")?,
                NumberPart::Subject(width) => write!(f, "{{subject:{width}}}")?,
                NumberPart::Room(width) => write!(f, "{{room:{width}}}")?,
                NumberPart::Seat(width) => write!(f, "{{seat:{width}}}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for NumberPattern {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let literal = &rest[..rest.find('{').unwrap_or(rest.len())];
            if !literal.is_empty() {
                let is_plain = literal.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
                parts.push(is_plain.then(|| NumberPart::Text(literal.to_owned())).ok_or(NumberError)?);
                rest = &rest[literal.len()..];
                continue;
            }
            let (field, after) = rest[1..].split_once('}').ok_or(NumberError)?;
            parts.push(field_of(field).ok_or(NumberError)?);
            rest = after;
        }
        let letters = parts.iter().map(|part| if let NumberPart::Letters(count) = part { *count } else { 0 }).max();
        let has = |wanted: fn(&NumberPart) -> bool| parts.iter().any(wanted);
        let has_place =
            has(|part| matches!(part, NumberPart::Room(_))) && has(|part| matches!(part, NumberPart::Seat(_)));
        let is_long = parts.iter().map(width_of).sum::<usize>() >= CHARS_MIN;
        let tells_apart = has_place || letters >= Some(LETTERS_MIN);
        let is_short = parts.iter().map(width_of).sum::<usize>() <= CHARS_MAX;
        if tells_apart && is_short && is_long { Ok(Self(parts)) } else { Err(NumberError) }
    }
}

fn field_of(text: &str) -> Option<NumberPart> {
    let (name, width) = text.split_once(':')?;
    let width: u8 = width.parse().ok().filter(|width| (1..=12).contains(width))?;
    Some(match name {
        "letters" => NumberPart::Letters(width),
        "province" => NumberPart::Province(width),
        "school" => NumberPart::School(width),
        "campus" => NumberPart::Campus(width),
        "subject" => NumberPart::Subject(width),
        "room" => NumberPart::Room(width),
        "seat" => NumberPart::Seat(width),
        _ => return None,
    })
}

fn width_of(part: &NumberPart) -> usize {
    match part {
        NumberPart::Text(text) => text.len(),
        NumberPart::Letters(width)
        | NumberPart::Province(width)
        | NumberPart::School(width)
        | NumberPart::Campus(width)
        | NumberPart::Subject(width)
        | NumberPart::Room(width)
        | NumberPart::Seat(width) => usize::from(*width),
    }
}

impl From<NumberPattern> for String {
    fn from(pattern: NumberPattern) -> Self {
        pattern.to_string()
    }
}

impl TryFrom<String> for NumberPattern {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a9_a_number_is_eight_letters_and_digits_that_nobody_mistakes() {
        let pattern = NumberPattern::default();
        assert_eq!(pattern.to_string(), "{letters:8}");
        let random: Vec<u8> = (0..=255).rev().collect();
        let number = pattern.fill(&NumberFields::default(), &random).unwrap();
        // 255 to 248 would be unfair, and are passed over.
        assert_eq!(number, "ZYXWVUTS");
        assert_eq!(pattern.fill(&NumberFields::default(), &[255; 16]), None);
        assert_eq!(pattern.random_bytes(), 16);
    }

    #[test]
    fn b17_a_number_can_say_campus_subject_room_and_seat_in_fifteen_digits() {
        let fields =
            NumberFields { province: "99", school: "99101", campus: "991010", subject: "1", room: 12, seat: 7 };
        let pattern: NumberPattern = "{campus:6}271{subject:1}{room:3}{seat:2}".parse().unwrap();
        assert_eq!(pattern.fill(&fields, &[]).as_deref(), Some("991010271101207"));
        let apart: NumberPattern = "{province:2}{school:3}{campus:1}271{subject:1}{room:3}{seat:2}".parse().unwrap();
        assert_eq!(apart.fill(&fields, &[]).as_deref(), Some("991010271101207"));
        assert!(!pattern.is_random());
        for too_much in [
            NumberFields { room: 1000, ..fields },
            NumberFields { seat: 100, ..fields },
            NumberFields { campus: "99", ..fields },
            NumberFields { subject: "", ..fields },
        ] {
            assert_eq!(pattern.fill(&too_much, &[]), None, "{too_much:?}");
        }
    }

    #[test]
    fn a_pattern_that_tells_no_tickets_apart_is_none() {
        for good in ["{letters:6}", "A{letters:8}", "{room:3}{seat:2}", "{campus:6}271{subject:1}{room:3}{seat:2}"] {
            assert_eq!(good.parse::<NumberPattern>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "AB12",
            "{letters:5}",
            "{letters:0}",
            "{letters:13}",
            "{room:3}",
            "{seat:2}{campus:6}",
            "{letters}",
            "{letter:8}",
            "{letters:8",
            "a{letters:8}",
            "{letters:12}{campus:12}1",
        ] {
            assert_eq!(bad.parse::<NumberPattern>(), Err(NumberError), "{bad}");
        }
    }
}
