//! The name: whether the one that is asked for stands there, by what the recogniser says, and where it is in doubt about one
//! character by how that is drawn.

use ocr::{Character, Doubt, Fit, Letter, Line, Reading, Sure, Verdict, fit};

use super::sight::Sight;
use crate::cards::card::CardText;
use crate::cards::local::name_of;

/// Up to this far behind the best reading (a logarithm) the expected name is what stands there, from that far on it is not.
const NAME_EQUAL: f64 = 1.0;
/// The same where the best reading is another name of as many characters: who has that name must not be taken for the other.
const NAME_BESIDE: f64 = 0.1;
const NAME_DIFFERS: f64 = 7.0;
/// How sure each character of another name must be.
const NAME_SURE: f32 = 0.85;
/// A character that is read as expected, and less probable than this, is looked at as it is drawn.
const NAME_CLEAR: f32 = 0.98;
/// By so much the drawing of the expected character must lie better over its place than that of any other. On photographs of cards
/// owners' rare characters lead by 0.03 and more, most by 0.04 to 0.08; a character that is not there by 0.011 at most.
const DRAWN_LEAD: f32 = 0.03;

/// Writes down the name that was read behind its label, and whether it is the one that is asked for.
pub(super) fn judge(sight: &Sight<'_>, (line, reading): (&Line, &Reading), read: &str, text: &mut CardText) {
    text.name = name_of(read);
    let Some(asked) = sight.asked else { return };
    let alphabet = sight.reader.alphabet();
    let beginnings = ["", "姓名", "姓", "名"].map(|beginning| alphabet.letters(beginning));
    let expected: Vec<Letter> = alphabet.letters(&asked.name);
    let fit = fit(reading, &beginnings, &expected);
    let said = name_verdict(reading, &fit, (text.name.as_deref(), asked.name.as_str()));
    let lead = if said == Verdict::Differs { None } else { lead(sight, (line, reading), read, &asked.name) };
    let verdict = match (said, lead) {
        (Verdict::Unsure, Some(lead)) if lead >= DRAWN_LEAD => Verdict::Equal,
        // What the recogniser does not know it takes for what it knows.
        (Verdict::Equal, Some(lead)) if lead <= -DRAWN_LEAD => Verdict::Unsure,
        (said, _) => said,
    };
    if verdict == Verdict::Equal {
        text.name = Some(asked.name.clone());
    }
    text.name_is = Some(verdict);
}

/// What is said of a name that fits so, where the best reading is that one.
pub(super) fn name_verdict(reading: &Reading, fit: &Fit, (read, asked): (Option<&str>, &str)) -> Verdict {
    let is_beside = |read: &str| read != asked && read.chars().count() == asked.chars().count();
    let equal = if read.is_some_and(is_beside) { NAME_BESIDE } else { NAME_EQUAL };
    let is_clear = reading.characters().iter().all(|character| character.probability >= NAME_SURE);
    match fit.behind {
        // A character that the recogniser cannot write may be read as any other.
        _ if fit.has_unknown => Verdict::Unsure,
        behind if behind <= equal => Verdict::Equal,
        behind if behind >= NAME_DIFFERS && is_clear && read.is_some() => Verdict::Differs,
        _ => Verdict::Unsure,
    }
}

/// By how much the one character in doubt looks more like the expected one than like any other; `None` where none is in doubt, or
/// more than one.
fn lead(sight: &Sight<'_>, (line, reading): (&Line, &Reading), read: &str, asked: &str) -> Option<f32> {
    let label = reading.characters().len().saturating_sub(read.chars().count());
    let OneDoubt { expected, read, before, behind } = OneDoubt::between(&reading.characters()[label..], asked)?;
    let doubt = Doubt { expected, read, before: &before, behind: &behind };
    sight.reader.shapes().lead(sight.picture, line, &doubt)
}

/// The one place where a name that was read is not the expected one, or hardly is, and what is sure around it.
#[derive(Debug, PartialEq)]
struct OneDoubt {
    expected: char,
    read: Option<char>,
    before: Vec<Sure>,
    behind: Vec<Sure>,
}

impl OneDoubt {
    /// `None` when it is nowhere or at several places, or when what is around it is not sure.
    fn between(read: &[Character], asked: &str) -> Option<Self> {
        let asked: Vec<char> = asked.chars().filter(|character| !character.is_whitespace()).collect();
        let same = asked.iter().zip(read).take_while(|(asked, read)| **asked == read.character).count();
        let place = if same == asked.len() && same == read.len() { least_clear(read)? } else { same };
        // The dot of a name is any dot, and looks like nothing.
        let expected = asked.get(place).copied().filter(|character| character.is_alphabetic())?;
        let missing = asked.len().checked_sub(read.len()).filter(|missing| *missing <= 1)?;
        let rest = &read[(place + 1 - missing).min(read.len())..];
        let is_same = |(asked, read): (&char, &Character)| *asked == read.character;
        if rest.len() != asked.len() - place - 1 || !asked[place + 1..].iter().zip(rest).all(is_same) {
            return None;
        }
        let around = || read[..place].iter().chain(rest);
        if around().next().is_none() || around().any(|character| character.probability < NAME_SURE) {
            return None;
        }
        let sure = |read: &Character| Sure { character: read.character, place: read.place };
        let read_there = if missing == 0 { read.get(place).map(|read| read.character) } else { None };
        let (before, behind) = (read[..place].iter().map(sure).collect(), rest.iter().map(sure).collect());
        Some(Self { expected, read: read_there, before, behind })
    }
}

/// The place of the least probable character, where it is not clear.
fn least_clear(read: &[Character]) -> Option<usize> {
    let unclear = read.iter().enumerate().filter(|(_, character)| character.probability < NAME_CLEAR);
    unclear.min_by(|(_, one), (_, other)| one.probability.total_cmp(&other.probability)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, probability: f32) -> Vec<Character> {
        let place = |at: usize| f32::from(u8::try_from(at).unwrap()) / 10.0;
        text.chars().enumerate().map(|(at, character)| Character { character, probability, place: place(at) }).collect()
    }

    #[test]
    fn a_name_is_in_doubt_at_one_place_or_it_is_not_looked_at() {
        let doubt = |text: &str, asked: &str| OneDoubt::between(&read(text, 0.9), asked);
        let told = |text: &str, asked: &str| {
            doubt(text, asked).map(|doubt| {
                let text = |sure: &[Sure]| sure.iter().map(|sure| sure.character).collect::<String>();
                (doubt.expected, doubt.read, text(&doubt.before), text(&doubt.behind))
            })
        };
        let one = |expected, read, before: &str, behind: &str| Some((expected, read, before.into(), behind.into()));
        assert_eq!(told("冯赞", "冯赟"), one('赟', Some('赞'), "冯", ""));
        assert_eq!(told("马", "马龘"), one('龘', None, "马", ""));
        assert_eq!(told("马", "龘马"), one('龘', None, "", "马"));
        assert_eq!(told("欧文轩", "欧阳文轩"), one('阳', None, "欧", "文轩"));
        assert_eq!(told("周子涵", "周梓涵"), one('梓', Some('子'), "周", "涵"));
        for (text, asked) in [("冯赞", "马赟"), ("冯赞美", "冯赟"), ("", "龘"), ("马", "马龘龘"), ("龙", "龘")]
        {
            assert_eq!(told(text, asked), None, "{text} {asked}");
        }
        assert_eq!(OneDoubt::between(&read("冯赞", 0.8), "冯赟"), None, "of nothing around it is anybody sure");
        let dotted = [read("古丽", 0.99), read("·", 0.6), read("买", 0.99)].concat();
        assert_eq!(OneDoubt::between(&dotted, "古丽·买"), None, "a dot is not looked at");
        assert_eq!(OneDoubt::between(&read("冯赟", 0.99), "冯赟"), None, "it is clear");
        let hardly = [read("马", 0.99), read("龍", 0.6)].concat();
        assert_eq!(
            OneDoubt::between(&hardly, "马龍").map(|doubt| doubt.read),
            Some(Some('龍')),
            "it hardly is what is read"
        );
    }
}
