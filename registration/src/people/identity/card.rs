//! What was read of a card against whom the account says to be. Plain rules.

use gateways::{CardError, CardSide, CardText, CardWarning, Verdict};
use jiff::civil::Date;

use crate::model::document::ResidentId;
use crate::model::text::characters::name_key;
use crate::people::identity::state::Person;

/// What is said of a card that has no end.
const FOREVER: &str = "长期";

/// Why a card does not prove it. Each says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardRefusal {
    /// This picture shows no card.
    #[error("the picture shows no card")]
    NoCard(CardSide),
    /// This picture is blurred.
    #[error("the picture is blurred")]
    Blurred(CardSide),
    /// This picture shows the other side.
    #[error("the picture shows the other side of the card")]
    WrongSide(CardSide),
    /// Each picture shows the other side.
    #[error("the pictures of the two sides are swapped")]
    Swapped,
    /// This picture cannot be read.
    #[error("the card cannot be read")]
    Unreadable(CardSide),
    /// The card is no longer valid.
    #[error("the card has expired")]
    Expired,
    /// A copy, a screen, an edited picture: the card itself is asked for.
    #[error("the picture is not of the card itself")]
    NotOriginal(CardSide),
    /// The name is another one: correct it, or take your own card.
    #[error("the name on the card is another one")]
    Name,
    /// The number is the right one; of the name the machine is not sure. Somebody of the staff has to look.
    #[error("the name on the card could not be made out for sure")]
    NameUnsure,
    /// The number is another one.
    #[error("the number on the card is another one")]
    Number,
    /// Both are another one's.
    #[error("name and number on the card are another one's")]
    NameAndNumber,
    /// The register of residents has another name for the number.
    #[error("name and number do not belong together")]
    NotTogether,
}

/// Compares both sides with what the account declares, as of `today` in China.
pub(crate) fn judge(person: &Person, front: &CardText, back: &CardText, today: Date) -> Result<(), CardRefusal> {
    for (side, text) in [(CardSide::Front, front), (CardSide::Back, back)] {
        if text.warnings.iter().any(is_no_original) {
            return Err(CardRefusal::NotOriginal(side));
        }
    }
    let Some(number) = front.number.as_ref().filter(|_| front.number_is != Some(Verdict::Unsure)) else {
        return Err(CardRefusal::Unreadable(CardSide::Front));
    };
    let Ok(number) = ResidentId::parse(number, today) else {
        return Err(CardRefusal::Unreadable(CardSide::Front));
    };
    let is_number = person.document.resident_id() == Some(&number);
    // A reader that compares knows better than the text that it read: it has seen what else that may be.
    let is_name = match (front.name_is, &front.name) {
        (Some(Verdict::Equal), _) => true,
        (Some(Verdict::Unsure), _) if is_number => return Err(CardRefusal::NameUnsure),
        (_, Some(name)) => name_key(name) == person.name.key(),
        (_, None) => return Err(CardRefusal::Unreadable(CardSide::Front)),
    };
    match (is_name, is_number) {
        (true, true) => {}
        (false, true) => return Err(CardRefusal::Name),
        (true, false) => return Err(CardRefusal::Number),
        (false, false) => return Err(CardRefusal::NameAndNumber),
    }
    if [front, back].iter().any(|text| text.warnings.contains(&CardWarning::Expired)) {
        return Err(CardRefusal::Expired);
    }
    match back.valid_until.as_deref().map(str::trim) {
        Some(FOREVER) => Ok(()),
        Some(until) => match until.parse::<Date>() {
            Ok(until) if until < today => Err(CardRefusal::Expired),
            Ok(_) => Ok(()),
            Err(_) => Err(CardRefusal::Unreadable(CardSide::Back)),
        },
        None => Err(CardRefusal::Unreadable(CardSide::Back)),
    }
}

/// What a reader could not do, as a refusal; nothing when it is the reader's own trouble.
pub(crate) fn refusal(side: CardSide, error: &CardError) -> Option<CardRefusal> {
    match error {
        CardError::NoCard => Some(CardRefusal::NoCard(side)),
        CardError::Blurred => Some(CardRefusal::Blurred(side)),
        CardError::WrongSide => Some(CardRefusal::WrongSide(side)),
        CardError::Unreadable => Some(CardRefusal::Unreadable(side)),
        CardError::Busy | CardError::Unavailable(_) => None,
    }
}

/// Reflections, cut borders and the like are no reason when name and number could be read all the same.
fn is_no_original(warning: &CardWarning) -> bool {
    match warning {
        CardWarning::Copy | CardWarning::Reshot | CardWarning::Edited | CardWarning::Electronic => true,
        CardWarning::Expired
        | CardWarning::Validity
        | CardWarning::Border
        | CardWarning::Temporary
        | CardWarning::Covered
        | CardWarning::Reflection
        | CardWarning::Watermark
        | CardWarning::Repaired => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::document::{Document, DocumentKind};

    const TODAY: Date = date(2026, 11, 22);
    const NUMBER: &str = "11010519491231002X";

    fn person(name: &str) -> Person {
        let document = Document::parse(DocumentKind::ResidentId, NUMBER).unwrap();
        Person { name: name.parse().unwrap(), document }
    }

    fn front(name: &str, number: &str) -> CardText {
        CardText { name: Some(name.into()), number: Some(number.into()), ..CardText::default() }
    }

    fn back(until: &str) -> CardText {
        CardText { valid_until: Some(until.into()), ..CardText::default() }
    }

    #[test]
    fn c4_the_card_must_say_what_the_account_says() {
        let good = front("王芳", NUMBER);
        let person = person("王芳");
        assert_eq!(judge(&person, &good, &back("2030-07-21"), TODAY), Ok(()));
        assert_eq!(judge(&person, &good, &back("长期"), TODAY), Ok(()));
        let judge = |front: &CardText, back: &CardText| judge(&person, front, back, TODAY).unwrap_err();
        let until = back("2026-11-22");
        assert_eq!(judge(&front("王方", NUMBER), &until), CardRefusal::Name);
        assert_eq!(judge(&front("王芳", "440308199901101512"), &until), CardRefusal::Number);
        assert_eq!(judge(&front("李明", "440308199901101512"), &until), CardRefusal::NameAndNumber);
        assert_eq!(judge(&good, &back("2026-11-21")), CardRefusal::Expired);
        assert_eq!(judge(&good, &CardText::default()), CardRefusal::Unreadable(CardSide::Back));
        assert_eq!(judge(&good, &back("?")), CardRefusal::Unreadable(CardSide::Back));
        assert_eq!(judge(&CardText::default(), &until), CardRefusal::Unreadable(CardSide::Front));
        assert_eq!(judge(&front("王芳", "110105194912310021"), &until), CardRefusal::Unreadable(CardSide::Front));
    }

    #[test]
    fn c4_only_the_card_itself_counts() {
        let person = person("王芳");
        for (warning, counts) in [
            (CardWarning::Copy, false),
            (CardWarning::Reshot, false),
            (CardWarning::Edited, false),
            (CardWarning::Electronic, false),
            (CardWarning::Reflection, true),
            (CardWarning::Repaired, true),
        ] {
            let front = CardText { warnings: vec![warning], ..front("王芳", NUMBER) };
            assert_eq!(judge(&person, &front, &back("长期"), TODAY).is_ok(), counts, "{warning:?}");
        }
        let expired = CardText { warnings: vec![CardWarning::Expired], ..back("2030-01-01") };
        assert_eq!(judge(&person, &front("王芳", NUMBER), &expired, TODAY), Err(CardRefusal::Expired));
    }

    #[test]
    fn c4_of_an_unsure_name_nobody_is_told_that_it_is_another_one() {
        let person = person("马龘");
        let said = |name: Option<&str>, name_is, number: &str| {
            let name = name.map(Into::into);
            let read = CardText { name, name_is, number: Some(number.into()), ..CardText::default() };
            judge(&person, &read, &back("长期"), TODAY)
        };
        assert_eq!(said(Some("马龙"), Some(Verdict::Unsure), NUMBER), Err(CardRefusal::NameUnsure));
        assert_eq!(said(None, Some(Verdict::Unsure), NUMBER), Err(CardRefusal::NameUnsure));
        assert_eq!(said(Some("马龙"), Some(Verdict::Equal), NUMBER), Ok(()));
        assert_eq!(said(Some("马龙"), Some(Verdict::Differs), NUMBER), Err(CardRefusal::Name));
        assert_eq!(said(Some("马龙"), Some(Verdict::Unsure), "440308199901101512"), Err(CardRefusal::NameAndNumber));
        let unsure = CardText { number_is: Some(Verdict::Unsure), ..front("马龘", NUMBER) };
        let unreadable = Err(CardRefusal::Unreadable(CardSide::Front));
        assert_eq!(judge(&person, &unsure, &back("长期"), TODAY), unreadable);
    }

    #[test]
    fn b8_names_with_a_dot_are_read_with_any_dot() {
        let person = person("阿卜杜·买买提");
        for read in ["阿卜杜·买买提", "阿卜杜•买买提", "阿卜杜 · 买买提", "阿卜杜.买买提", "阿卜杜买买提"]
        {
            assert_eq!(judge(&person, &front(read, NUMBER), &back("长期"), TODAY), Ok(()), "{read}");
        }
    }
}
