//! The reader on photographs of drawn cards, with the networks themselves, and its verdicts on made-up readings.

use std::path::PathBuf;

use bytes::Bytes;
use ocr::{Alphabet, Reading, Verdict, fit};
use proptest::prelude::*;
use specimen::{Grade, back_photo, card_back, card_front, front_photo, people, portrait};

use super::name::name_verdict;
use super::{NetworkReader, is_whole, is_whole_but_for_the_name, together};
use crate::cards::card::{Asked, CardSide, CardText};
use crate::cards::error::CardError;

/// Where `ops/test` keeps the networks.
fn reader() -> NetworkReader {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")));
    NetworkReader::load(&target.join("models")).unwrap_or_else(|why| panic!("{why}"))
}

fn asked(name: &str, number: &str) -> Option<Asked> {
    Some(Asked { name: name.into(), number: number.into() })
}

#[tokio::test]
async fn c4_a_photographed_card_is_its_owners_and_nobody_elses() {
    let reader = reader();
    // A rare character, one that differs in a stroke, a thin last one, a dot, any turn.
    for (place, grade) in [(20, Grade::Medium), (22, Grade::Mild), (25, Grade::Medium), (19, Grade::Mild)] {
        let person = &people()[place];
        let front: Bytes = front_photo(person.name, &person.number, grade, 7 + place as u64).unwrap().into();
        let read = reader.read(CardSide::Front, front.clone(), asked(person.name, &person.number), None).await;
        let read = read.unwrap_or_else(|why| panic!("{}: {why}", person.name));
        assert_eq!(read.name.as_deref(), Some(person.name));
        assert_eq!((read.name_is, read.number_is), (Some(Verdict::Equal), Some(Verdict::Equal)), "{}", person.name);
        assert_eq!(read.number.as_deref(), Some(&*person.number));
        assert_eq!(read.birth.unwrap().replace('-', ""), person.number[6..14]);
        let other = reader.read(CardSide::Front, front, asked(person.alike, &person.number), None).await.unwrap();
        assert_ne!(other.name_is, Some(Verdict::Equal), "{} is not {}", person.alike, person.name);
    }
}

/// What is said of each of these names on a photograph of a card with the first.
async fn said<const COUNT: usize>(names: [&str; COUNT], grade: Grade, seed: u64) -> [Option<Verdict>; COUNT] {
    let (number, reader) = ("11010519491231002X", reader());
    let front: Bytes = front_photo(names[0], number, grade, seed).unwrap().into();
    let mut said = [None; COUNT];
    for (said, name) in said.iter_mut().zip(names) {
        let read = reader.read(CardSide::Front, front.clone(), asked(name, number), None).await.unwrap();
        assert_eq!(read.number_is, Some(Verdict::Equal), "{name}");
        *said = read.name_is;
    }
    said
}

#[tokio::test]
async fn c4_one_character_in_doubt_is_told_by_its_drawing() {
    // The networks do not know 龘 and take it for 龍, and what looks like it is not it.
    let [owner, others @ ..] = said(["马龘", "马龖", "马麤", "马龍", "马龙"], Grade::Mild, 900_024).await;
    assert_eq!(owner, Some(Verdict::Equal));
    assert!(others.iter().all(|said| *said != Some(Verdict::Equal)), "{others:?}");
    // They take 赟 for 赞 where a photograph is not sharp.
    let [owner, others @ ..] = said(["冯赟", "冯赞", "冯贇", "冯斌"], Grade::Medium, 900_027).await;
    assert_eq!(owner, Some(Verdict::Equal));
    assert!(others.iter().all(|said| *said != Some(Verdict::Equal)), "{others:?}");
}

#[tokio::test]
async fn c4_a_name_of_which_nothing_is_sure_is_for_somebody_to_look_at() {
    assert_eq!(said(["龘䶮"], Grade::Mild, 3).await, [Some(Verdict::Unsure)]);
    assert_eq!(said(["马龘龘"], Grade::Mild, 3).await, [Some(Verdict::Unsure)]);
}

#[tokio::test]
async fn c4_the_back_is_read_and_the_other_side_told_apart() {
    let reader = reader();
    for (validity, until) in [("2019.11.30-2039.11.30", "2039-11-30"), ("2018.08.08-长期", "长期")] {
        let back = back_photo("样例县公安局", validity, Grade::Medium, 5).unwrap();
        let read = reader.read(CardSide::Back, back.into(), None, None).await.unwrap();
        assert_eq!(read.authority.as_deref(), Some("样例县公安局"));
        assert_eq!(read.valid_until.as_deref(), Some(until));
    }
    let front = card_front("李样例", "11010519491231002X").unwrap();
    let refusal = async |side, picture: Bytes| reader.read(side, picture, None, None).await.unwrap_err();
    assert!(matches!(refusal(CardSide::Front, card_back().unwrap().into()).await, CardError::WrongSide));
    assert!(matches!(refusal(CardSide::Back, front.into()).await, CardError::WrongSide));
    assert!(matches!(refusal(CardSide::Front, portrait(3).into()).await, CardError::NoCard));
    assert!(matches!(refusal(CardSide::Front, Bytes::from_static(b"no picture")).await, CardError::Unreadable));
}

#[test]
fn no_larger_copy_is_looked_at_for_a_name_of_which_nobody_can_be_sure() {
    let read = |name: Option<&str>, number_is| CardText {
        name: name.map(String::from),
        name_is: Some(Verdict::Unsure),
        number: Some("11010519491231002X".into()),
        number_is: Some(number_is),
        ..CardText::default()
    };
    assert!(is_whole_but_for_the_name(&read(Some("马龙"), Verdict::Equal)));
    assert!(!is_whole_but_for_the_name(&read(Some("马龙"), Verdict::Unsure)), "of the number somebody can be");
    assert!(!is_whole_but_for_the_name(&read(None, Verdict::Equal)), "there was no name yet");
    assert!(!is_whole(&read(Some("马龙"), Verdict::Equal)));
}

#[test]
fn what_one_copy_shows_and_what_the_other_shows_are_one_card() {
    let read = |name_is, number_is| CardText {
        name: Some("李样例".into()),
        name_is: Some(name_is),
        number: Some("11010519491231002X".into()),
        number_is: Some(number_is),
        ..CardText::default()
    };
    let whole = together(read(Verdict::Equal, Verdict::Unsure), read(Verdict::Unsure, Verdict::Equal));
    assert!(is_whole(&whole));
    assert_eq!((whole.name_is, whole.number_is), (Some(Verdict::Equal), Some(Verdict::Equal)));
    assert_eq!(whole.birth.as_deref(), Some("1949-12-31"));
    let torn = together(read(Verdict::Equal, Verdict::Equal), read(Verdict::Differs, Verdict::Equal));
    assert_eq!(torn.name_is, Some(Verdict::Unsure), "one copy against the other");
    let (above, below) = (
        CardText { authority: Some("样例市公安局".into()), ..CardText::default() },
        CardText { valid_until: Some("长期".into()), ..CardText::default() },
    );
    assert!(is_whole(&together(above, below)));
}

/// A line that says this text, each character as probable as given, the rest with one other character.
fn line(alphabet: &Alphabet, text: &[usize], probabilities: &[f32], rival: usize) -> Reading {
    let mut rows = vec![vec![0.0; alphabet.len()]; 2 * text.len() + 1];
    for (step, row) in rows.iter_mut().enumerate() {
        if step % 2 == 0 {
            row[0] = 1.0;
        } else {
            row[text[step / 2]] = probabilities[step / 2];
            row[rival] += 1.0 - probabilities[step / 2];
        }
    }
    let steps = rows.len();
    Reading::of(rows.concat(), steps, alphabet)
}

proptest! {
    #[test]
    fn c4_an_owner_is_never_told_that_it_is_another_name_and_nobody_else_is_taken_for_them(
        text in prop::collection::vec(1..8_usize, 2..5),
        probabilities in prop::collection::vec(0.55_f32..1.0, 4),
        place in 0..4_usize,
    ) {
        let alphabet = Alphabet::of("王\n李\n张\n刘\n陈\n杨\n赵\n黄\n吴");
        let write = |text: &[usize]| text.iter().filter_map(|class| alphabet.character(*class)).collect::<String>();
        let reading = line(&alphabet, &text, &probabilities, 9);
        let judge = |name: &str| {
            let fit = fit(&reading, &[Vec::new()], &alphabet.letters(name));
            name_verdict(&reading, &fit, (Some(&*reading.text()), name))
        };
        prop_assert_ne!(judge(&write(&text)), Verdict::Differs);
        let mut other = text.clone();
        let place = place % other.len();
        // The one that the reader thinks second.
        other[place] = 9;
        prop_assert_ne!(judge(&write(&other)), Verdict::Equal);
        prop_assert_eq!(judge(&format!("{}龘", write(&text[1..]))), Verdict::Unsure);
    }
}
