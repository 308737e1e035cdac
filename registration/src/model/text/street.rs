//! Tests: names, numbers and codes as the street writes them, a table for each kind. Whoever reads a name or a number reads it by
//! this: forms, cards, roster, earlier results, search, papers.

use crate::model::document::DocumentKind::{
    ForeignResidentId, HkMacauPermit, HongKongId, MacauId, Passport, ResidentId, TaiwanPermit,
};
use crate::model::document::{Document, DocumentError, DocumentKind};
use crate::model::person::{Mobile, MobileError, NameError, PersonName};
use crate::model::roster::{PastNumber, number_of_any_kind};
use crate::model::text::characters::name_key;

/// Each line is one person's name, as keyboards, spreadsheets, cards and old programs write it.
const SAME: [&[&str]; 18] = [
    &[
        "阿依古丽·吐尔逊",
        "阿依古丽•吐尔逊",
        "阿依古丽・吐尔逊",
        "阿依古丽･吐尔逊",
        "阿依古丽\u{387}吐尔逊",
        "阿依古丽﹒吐尔逊",
        "阿依古丽\u{318d}吐尔逊",
        "阿依古丽\u{1427}吐尔逊",
        "阿依古丽\u{2219}吐尔逊",
        "阿依古丽⋅吐尔逊",
        "阿依古丽●吐尔逊",
        "阿依古丽⸱吐尔逊",
        "阿依古丽‧吐尔逊",
        "阿依古丽丶吐尔逊",
        "阿依古丽\u{2f02}吐尔逊",
        "阿依古丽.吐尔逊",
        "阿依古丽．吐尔逊",
        "阿依古丽。吐尔逊。",
        "阿依古丽 · 吐尔逊",
        "阿依古丽\u{3000}吐尔逊",
        "阿依古丽-吐尔逊",
        "阿依古丽——吐尔逊",
        "阿依古丽─吐尔逊",
        "阿依古丽゠吐尔逊",
        "阿依古丽吐尔逊",
        "\u{feff}阿依古丽\u{200b}·\u{2060}吐尔逊\u{202c}",
    ],
    &[
        "D'ANGELO",
        "D’Angelo",
        "D‘angelo",
        "DʼAngelo",
        "Dʻangelo",
        "D`Angelo",
        "D´ANGELO",
        "Ｄ＇Ａｎｇｅｌｏ",
        "Dangelo",
    ],
    &["OʻZBEKOV", "O'zbekov", "Oʼzbekov", "Oʿzbekov"],
    &["ANNE-MARIE", "Anne Marie", "Anne‑Marie", "Anne–Marie", "Anne\u{ad}Marie", "ANNEMARIE", "Anne\u{a0}Marie"],
    &["SURESH S/O KUMAR", "Suresh s／o Kumar", "SURESH SO KUMAR"],
    &["DE LA CRUZ, MARIA", "De la Cruz，Maria", "de la cruz maria"],
    &["TAN MEI @ LIM", "Tan Mei ＠ Lim"],
    &["FATIMA (TAN)", "Fatima（Tan）"],
    &["Tra\u{302}\u{300}n Đức", "TRẦN ĐỨC", "Trần Đức"],
    &["隆", "\u{f9dc}", "隆\u{fe00}"],
    &["石", "\u{2f6f}"],
    &["赵\u{e863}", "赵䶮"],
    &["贝⻉", "贝贝"],
    &["WEISS", "Weiß", "WEIẞ"],
    &["İBRAHİM YILDIZ", "İbrahim Yıldız", "Ibrahim Yildiz"],
    &["ŉKOSI", "'Nkosi", "Nkosi"],
    &["ནོར་བུ", "ནོར༌བུ", "ནོར བུ", "ནོརབུ་"],
    &["长⻑⻁", "长長虎"],
];

#[test]
fn one_name_has_one_key_by_whatever_door_it_comes() {
    for group in SAME {
        let key = |text: &&str| text.parse::<PersonName>().unwrap_or_else(|error| panic!("{text}: {error}")).key();
        let first = key(&group[0]);
        for text in group {
            assert_eq!(key(text), first, "{text:?} as {}", group[0]);
            // What is read on a card goes by no form.
            assert_eq!(name_key(text), first, "{text:?} on a card");
        }
    }
    let key = |text: &str| text.parse::<PersonName>().unwrap().key();
    for (one, other) in [("阿依古丽", "阿依古力"), ("Jose", "José"), ("吴", "昊"), ("Ng", "Nguyen")] {
        assert_ne!(key(one), key(other));
    }
}

#[test]
fn names_that_exist_are_taken_and_the_character_that_cannot_be_is_named() {
    for (typed, kept) in [
        ("E", "E"),
        ("阿", "阿"),
        ("RAJ A/P SINGH", "RAJ A/P SINGH"),
        ("WONG @ HUANG, MEI (LI)", "WONG @ HUANG, MEI (LI)"),
        ("Þóra Jónsdo\u{301}ttir", "Þóra Jónsdóttir"),
        ("ནོར་བུ་", "ནོར་བུ"),
        ("刘\u{2800}洋", "刘洋"),
        ("〇一", "〇一"),
        (&"a".repeat(100), &"a".repeat(100)),
    ] {
        assert_eq!(typed.parse::<PersonName>().map(|name| name.expose().to_owned()), Ok(kept.to_owned()), "{typed:?}");
    }
    for (typed, why) in [
        ("刘洋2", NameError::Character('2')),
        ("刘洋?", NameError::Character('?')),
        ("刘_洋", NameError::Character('_')),
        ("刘\u{e001}", NameError::Character('\u{e001}')),
        ("😀", NameError::Character('😀')),
        ("\u{200b}\u{3000}", NameError::Empty),
        (&"洋".repeat(101), NameError::TooLong),
    ] {
        assert_eq!(typed.parse::<PersonName>(), Err(why), "{typed:?}");
    }
}

/// The number with the check character of ISO 7064 MOD 11-2, reckoned by its recursion instead of by weights.
fn checked(body: &str) -> String {
    let sum = body.bytes().fold(0_u32, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    let check = (12 - sum) % 11;
    format!("{body}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
}

#[test]
fn numbers_are_read_however_they_are_typed() {
    let resident = checked("51010719880704321");
    let [place, born, rest] = [&resident[..6], &resident[6..14], &resident[14..]];
    let card = checked("93184019920229001");
    let mut table: Vec<(DocumentKind, String, &str)> = vec![
        (ResidentId, format!("{place} {born} {rest}"), &resident),
        (ResidentId, format!("{place}-{born}-{rest}"), &resident),
        (ResidentId, format!("{place}_{born}_{rest}"), &resident),
        (ResidentId, format!("{place}–{born}－{rest}。"), &resident),
        (ResidentId, format!("{place}─{born}ー{rest}"), &resident),
        (ResidentId, resident.replace('1', "١").replace('0', "۰"), &resident),
        (ResidentId, format!("“{}”", resident.to_lowercase()), &resident),
        (ResidentId, format!("\u{202d}{resident}\u{202c}"), &resident),
        (ForeignResidentId, card.clone(), &card),
        (ForeignResidentId, format!("{} {}", &card[..6], &card[6..]), &card),
    ];
    for (kind, typed, kept) in [
        (HkMacauPermit, "h 0123 4567", "H01234567"),
        (HkMacauPermit, "M01234567-03", "M01234567"),
        (HkMacauPermit, "ＨＢ7654321", "HB7654321"),
        (HkMacauPermit, "HC765432102", "HC7654321"),
        (TaiwanPermit, "0123-4567", "01234567"),
        (TaiwanPermit, "01234567 02（T）", "01234567"),
        (Passport, "ea 765 4321", "EA7654321"),
        (Passport, "\u{feff}G-1234567.", "G1234567"),
        (HongKongId, "a123456[3]", "A1234563"),
        (HongKongId, "A123456（3）", "A1234563"),
        (HongKongId, "A 123456 - 3", "A1234563"),
        (MacauId, "7123456/7", "71234567"),
        (MacauId, "5123456[7]", "51234567"),
    ] {
        table.push((kind, typed.to_owned(), kept));
    }
    for (kind, typed, kept) in table {
        let read = Document::parse(kind, &typed).map(|document| document.expose().to_owned());
        assert_eq!(read.as_deref(), Ok(kept), "{typed:?}");
        assert_eq!(number_of_any_kind(&typed).as_deref(), Some(kept), "{typed:?} of an earlier result");
    }
    let both = Document::parse(ResidentId, &card);
    assert_eq!(both, Err(DocumentError::ForeignResident), "a foreigner's card is told to be one");
}

#[test]
fn numbers_that_cannot_be_say_why() {
    for (kind, typed, why) in [
        (ResidentId, checked("51010718000704321"), DocumentError::BirthDate),
        (ResidentId, checked("51010718991231321"), DocumentError::BirthDate),
        (ResidentId, checked("51010721990704321"), DocumentError::BirthDate),
        (ResidentId, checked("51010719890229321"), DocumentError::BirthDate),
        (ResidentId, checked("81000119900704321"), DocumentError::Place),
        (ResidentId, "510107880704321".to_owned(), DocumentError::Length),
        (ResidentId, "5101071988O7043211".to_owned(), DocumentError::Character),
        (ForeignResidentId, checked("99984019920229001"), DocumentError::Place),
        (ForeignResidentId, checked("93184018000228001"), DocumentError::BirthDate),
        (ForeignResidentId, checked("93184019920229001").replace("001", "002"), DocumentError::Check),
        (ForeignResidentId, "USA110098765432".to_owned(), DocumentError::Form(ForeignResidentId)),
        (HkMacauPermit, "K12345678".to_owned(), DocumentError::Form(HkMacauPermit)),
        (HongKongId, "A123456[4]".to_owned(), DocumentError::Check),
        (MacauId, "3123456(7)".to_owned(), DocumentError::Form(MacauId)),
    ] {
        assert_eq!(Document::parse(kind, &typed), Err(why), "{typed}");
    }
}

#[test]
fn mobiles_and_tickets_are_read_and_those_of_elsewhere_are_told() {
    for typed in [
        "0086 159-0000-1234",
        "86-15900001234",
        "＋86 159 0000 1234",
        "(+86) 15900001234",
        "（+86）159‐0000‐1234",
        "+86 (0)15900001234",
        "86 (0)159 0000 1234",
        "+0086 15900001234",
        "159─0000ー1234",
        "١٥٩٠٠٠٠١٢٣٤",
        "۱۵۹۰۰۰۰۱۲۳۴",
        "0086(159)00001234",
        "159.0000.1234",
        "１５９００００１２３４",
        "\u{2066}15900001234\u{2069}",
        "“15900001234”",
    ] {
        assert_eq!(typed.parse::<Mobile>().map(|mobile| mobile.expose().to_owned()), Ok("15900001234".to_owned()));
    }
    for typed in [
        "+852 5123 4567",
        "852-5123-4567",
        "6123 4567",
        "+853 6612 3456",
        "6612-3456",
        "+00886 912 345 678",
        "+886 912 345 678",
        "0912-345-678",
    ] {
        assert_eq!(typed.parse::<Mobile>(), Err(MobileError::Elsewhere), "{typed}");
    }
    for typed in ["1590000123", "159000012345", "010-12345678", "11900001234", "一五九"] {
        assert_eq!(typed.parse::<Mobile>(), Err(MobileError::Form), "{typed}");
    }
    for typed in ["3300 1019 1207 001", "３３００１０１９１２０７００１", "‘330010191207001", "330010-191207-001。"]
    {
        assert_eq!(typed.parse::<PastNumber>().unwrap().expose(), "330010191207001", "{typed}");
    }
}
