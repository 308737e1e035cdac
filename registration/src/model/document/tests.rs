//! Tests of documents: their numbers as other programs read them, and however they are typed.

use jiff::civil::date;

use super::DocumentKind::{
    ForeignResidentId, HkMacauPermit, HongKongId, MacauId, Passport, ResidentId as Resident, TaiwanPermit,
};
use super::*;

fn number(kind: DocumentKind, text: &str) -> Option<String> {
    Document::parse(kind, text).ok().map(|document| document.expose().to_owned())
}

/// Valid numbers with birth date and sex as PyPI's `id-validator` 1.0.20 read them; of every other check
/// character it said that the number is none.
#[test]
fn resident_ids_are_read_as_another_program_reads_them() {
    for (text, born, sex) in [
        ("820000196212128154", "1962-12-12", 1),
        ("320502199701274772", "1997-01-27", 1),
        ("310115193603043816", "1936-03-04", 1),
        ("460100196107181058", "1961-07-18", 1),
        ("820000196101242229", "1961-01-24", 0),
        ("542421196503287858", "1965-03-28", 1),
        ("820000198603050023", "1986-03-05", 0),
        ("110105195604068942", "1956-04-06", 0),
        ("440308196706075538", "1967-06-07", 1),
        ("830000195603232028", "1956-03-23", 0),
        ("440308194805033406", "1948-05-03", 0),
        ("500231200710016112", "2007-10-01", 1),
        ("830000197302103643", "1973-02-10", 0),
        ("650102197810270100", "1978-10-27", 0),
        ("31011519450427965X", "1945-04-27", 1),
        ("81000019620804604X", "1962-08-04", 0),
    ] {
        let read = Document::parse(DocumentKind::ResidentId, text).unwrap();
        assert_eq!(read.birth_date().unwrap().to_string(), born, "{text}");
        assert_eq!(read.sex(), Some(if sex == 1 { Sex::Male } else { Sex::Female }), "{text}");
        for check in "0123456789X".chars().filter(|check| !text.ends_with(*check)) {
            let wrong = Document::parse(DocumentKind::ResidentId, &format!("{}{check}", &text[..17]));
            assert_eq!(wrong, Err(DocumentError::Check), "{text} {check}");
        }
    }
}

/// The check characters are those that npm's `validator` 13 accepts, and the only ones.
#[test]
fn hong_kong_ids_have_the_check_character_that_another_program_wants() {
    for text in [
        "II5632007",
        "O5072000",
        "M082176A",
        "QQ8424967",
        "A2259209",
        "K7747845",
        "EE6048564",
        "Q3038722",
        "A7657601",
        "YI0629120",
        "OQ0174720",
        "G8795524",
        "Z683365A",
        "A1234563",
        "AB9876543",
    ] {
        let (body, check) = text.split_at(text.len() - 1);
        for tried in "0123456789A".chars() {
            let read = Document::parse(HongKongId, &format!("{body}({tried})"));
            let expected = if check.starts_with(tried) { Ok(text) } else { Err(DocumentError::Check) };
            assert_eq!(read.as_ref().map(Document::expose).map_err(|error| *error), expected, "{body}({tried})");
        }
    }
}

#[test]
fn one_document_has_one_number_however_it_is_typed() {
    for (kind, typed, kept) in [
        (HkMacauPermit, "H12345678", "H12345678"),
        (HkMacauPermit, " h1234567802 ", "H12345678"),
        (HkMacauPermit, "Ｍ１２３４５６７８", "M12345678"),
        (TaiwanPermit, "12345678", "12345678"),
        (TaiwanPermit, "1234567801", "12345678"),
        (TaiwanPermit, "1234567801(B)", "12345678"),
        (Passport, "e12 345 678", "E12345678"),
        (Passport, "L01X00T47", "L01X00T47"),
        (HongKongId, "a123456(3)", "A1234563"),
        (HongKongId, "AB987654（3）", "AB9876543"),
        (MacauId, "1/234567/8", "12345678"),
        (MacauId, "5234567(8)", "52345678"),
        (HkMacauPermit, "HA1234567", "HA1234567"),
        (HkMacauPermit, "ma123456701", "MA1234567"),
        (HongKongId, "A123456[3]", "A1234563"),
        (HongKongId, "A123456【3】", "A1234563"),
        (Passport, "\u{202d}E12345678\u{202c}", "E12345678"),
        (Passport, "‘E12345678", "E12345678"),
        (ForeignResidentId, "911124198108030024", "911124198108030024"),
        (ForeignResidentId, " 911124-19810803-0024", "911124198108030024"),
    ] {
        assert_eq!(number(kind, typed).as_deref(), Some(kept), "{typed}");
    }
}

#[test]
fn another_form_is_refused_by_its_kind() {
    for (kind, typed) in [
        (HkMacauPermit, "A12345678"),
        (HkMacauPermit, "H1234567"),
        (HkMacauPermit, "H123456789"),
        (TaiwanPermit, "1234567"),
        (TaiwanPermit, "123456789"),
        (TaiwanPermit, "A2345678"),
        (Passport, "E123"),
        (Passport, "ABCDEFG12345678901"),
        (Passport, "护照12345"),
        (HongKongId, "123456(3)"),
        (HongKongId, "ABC123456(3)"),
        (MacauId, "2234567(8)"),
        (MacauId, "1234567"),
        (ForeignResidentId, "11010519491231002X"),
        (ForeignResidentId, "CAN110012345678"),
    ] {
        assert_eq!(Document::parse(kind, typed), Err(DocumentError::Form(kind)), "{typed}");
    }
    let fault = Document::parse(DocumentKind::ResidentId, "1").unwrap_err();
    assert_eq!(fault, DocumentError::Length, "a resident ID says what is wrong with it");
}

/// The number on the specimen of the card of 2023.
#[test]
fn a_foreigners_card_is_a_kind_of_its_own_and_found_as_before() {
    const NUMBER: &str = "911124198108030024";
    assert_eq!(Document::parse(Resident, NUMBER), Err(DocumentError::ForeignResident));
    let card = Document::parse(ForeignResidentId, NUMBER).unwrap();
    assert_eq!((card.birth_date(), card.sex()), (Some(date(1981, 8, 3)), None));
    assert!(card.resident_id().is_none() && card.masked().ends_with("024"));
    assert_eq!(card.keyed(), format!("resident_id:{NUMBER}"));
    assert_eq!(Document::from_keyed(&card.keyed()), Some(card));
    for (wrong, why) in [
        ("911124198108030025", DocumentError::Check),
        ("999124198108030024", DocumentError::Place),
        ("911124198113030024", DocumentError::BirthDate),
    ] {
        assert_eq!(Document::parse(ForeignResidentId, wrong), Err(why), "{wrong}");
    }
}

/// Rules become stricter; who registered before stays who they are.
#[test]
fn what_was_taken_in_once_stays_a_number() {
    const OLD: &str = "440524188001010014";
    assert_eq!(Document::parse(Resident, OLD), Err(DocumentError::BirthDate));
    let kept = Document::from_keyed(&format!("resident_id:{OLD}")).unwrap();
    assert_eq!((kept.kind(), kept.expose()), (Resident, OLD));
}

#[test]
fn what_is_shown_is_masked() {
    for (kind, typed, shown) in [
        (DocumentKind::ResidentId, "11010519491231002X", "1101**********002X"),
        (HkMacauPermit, "H12345678", "H*****678"),
        (HongKongId, "A123456(3)", "A****563"),
        (Passport, "12345", "1***5"),
    ] {
        let document = Document::parse(kind, typed).unwrap();
        assert_eq!(document.masked(), shown);
        assert_eq!(format!("{document:?}"), format!("{} {shown}", kind.as_str()));
    }
}

#[test]
fn a_kind_and_a_stored_number_are_read_back() {
    for kind in DocumentKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    assert_eq!("id".parse::<DocumentKind>(), Err(UnknownKind));
    let permit: ResidentId = "810000199408230021".parse().unwrap();
    let document = Document::from(permit);
    assert_eq!(document.keyed(), "resident_id:810000199408230021");
    assert_eq!(Document::from_keyed(&document.keyed()), Some(document.clone()));
    assert_eq!((document.birth_date(), document.sex()), (Some(date(1994, 8, 23)), Some(Sex::Female)));
    let passport = Document::parse(Passport, "E12345678").unwrap();
    assert_eq!((passport.birth_date(), passport.sex()), (None, None));
    assert_eq!(Document::from_keyed("passport:!"), None);
}
