//! Names as people have them, and names as those have them who try something.

use papers::{FontPaths, Press, Ticket};

use crate::tools::{Printed, dense, press, ticket};

/// Printed and read back as they are.
const NAMES: [&str; 14] = [
    "王芳",
    "阿依古丽·买买提",
    "迪丽拜尔·阿不都热合曼·艾合买提江·吐尔逊尼牙孜·如则麦麦提",
    "𠮷野㛃",
    "𬎆𫟹𪚥㐂",
    "བསོད་ནམས་དཔལ་འཛོམས",
    "ئايگۈل مەمەت",
    "ᠪᠠᠶᠠᠷ",
    "ꆈꌠꁱꂷ",
    "Łukasz Đặng-Müller",
    r"*_#$\",
    r##"`<a>` "x" @y ~ -- [z] // /* = + - 1."##,
    "#panic(1)",
    "Aisin-Gioro Pneumonoultramicroscopicsilicovolcanoconiosis-Llanfairpwllgwyngyll",
];

#[test]
fn names_are_printed_as_they_are_written() {
    let tickets: Vec<Ticket> = NAMES
        .iter()
        .map(|name| Ticket { name: (*name).to_owned(), photo: None, code: None, rules: Vec::new(), ..ticket() })
        .collect();
    let paper = press().tickets(&tickets).unwrap();
    assert!(paper.missing.is_empty(), "{:?}", paper.missing);
    let printed = Printed::new("names", &paper);
    assert_eq!(printed.pages(), NAMES.len());
    for (at, name) in NAMES.iter().enumerate() {
        // A hyphen at the end of a line is taken for one that the line put there.
        let (text, name) = (dense(&printed.text(Some(at + 1))).replace('-', ""), dense(name).replace('-', ""));
        let text = text.replace(['\u{202A}', '\u{202B}', '\u{202C}'], "");
        assert!(text.contains(&name), "{name} is not in {text}");
    }
}

#[test]
fn a_character_that_no_face_has_is_a_marked_box_and_staff_are_told() {
    let name = "王\u{13000}芳\u{E000}";
    let paper = press().ticket(&Ticket { name: name.into(), ..ticket() }).unwrap();
    assert_eq!(paper.missing, ['\u{E000}', '\u{13000}']);
    let text = Printed::new("missing", &paper).text(None);
    assert!(text.contains("U+13000") && text.contains("U+E000"), "{text}");
}

#[test]
fn a_machine_without_chinese_says_which_package_to_install() {
    let empty = tempfile::tempdir().unwrap();
    let paths = FontPaths { system: false, directories: vec![empty.path().to_owned()] };
    let error = Press::new(paths).err().unwrap().to_string();
    assert!(error.contains("fonts-noto-cjk"), "{error}");
}
