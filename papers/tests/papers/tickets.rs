//! Admission tickets.

use papers::{Design, Language, Paper, PaperError, Ticket};

use crate::likeness::assert_like;
use crate::tools::{Printed, in_order, press, resident, scanned, ticket};

/// A page that is read by machines and kept for decades: PDF/A-2a and PDF/UA-1, with its faces in it.
fn assert_lasting(printed: &Printed) {
    let info = printed.info();
    for said in
        ["Tagged:          yes", "<pdfaid:part>2", "<pdfaid:conformance>A", "<pdfuaid:part>1", "JavaScript:      no"]
    {
        assert!(info.contains(said), "{said} is not in {info}");
    }
    let fonts = printed.fonts();
    assert!(!fonts.is_empty() && fonts.iter().all(|font| *font == (true, true, true)), "{fonts:?}");
}

fn without_photo(ticket: &Ticket) -> Ticket {
    Ticket { photo: None, ..ticket.clone() }
}

#[test]
fn a9_c12_a_ticket_says_in_order_who_goes_where_and_when() {
    let press = press();
    let ticket = ticket();
    let paper = press.ticket(&ticket).unwrap();
    assert!(paper.missing.is_empty() && paper.pdf.len() <= 160_000, "{:?}, {} bytes", paper.missing, paper.pdf.len());
    let bare = press.ticket(&without_photo(&ticket)).unwrap();
    assert!(bare.pdf.len() <= 100_000, "{} bytes without a photo", bare.pdf.len());
    let printed = Printed::new("ticket", &paper);
    assert_lasting(&printed);
    assert_eq!(printed.pages(), 1);
    let text = printed.text(None);
    let facts =
        ["样例市教育考试院", "2027年继续教育外语水平考试", "准考证", "孙剑峰", "VCJ85CVU", "3101**********1234"];
    in_order(&text, &facts);
    in_order(
        &text,
        &["英语", "2026年12月31日（周四）11:00", "10:20", "12-23测试考点A", "第 012 考场", "5楼计算中心H机房"],
    );
    in_order(&text, &["VCJ85CVU", "第 012 考场", "H01", "上海市徐汇区桂林路100号", "考生须知", "请提前40分钟入场"]);
    assert_eq!(printed.scanned(1), [ticket.code.clone().unwrap()]);
    let page = printed.page(1, 60);
    assert_like("ticket", &page);
    // The photo is a picture with a face's many greys, not a box.
    let (width, height) = page.dimensions();
    let photo =
        (width * 78 / 100..width * 90 / 100).flat_map(|x| (height * 14 / 100..height * 24 / 100).map(move |y| (x, y)));
    let greys: std::collections::BTreeSet<u8> = photo.map(|(x, y)| page.get_pixel(x, y).0[0] / 8).collect();
    assert!(greys.len() >= 6, "{greys:?}");
}

#[test]
fn b17_a_school_s_ticket_is_a_ruled_form() {
    let ticket = Ticket {
        design: Design::School,
        exam: "全国大学英语四、六级考试（2027年上半年笔试）".into(),
        number: "310101271100130".into(),
        name: "颜冬儿".into(),
        document_kind: "澳门居民身份证".into(),
        school: "(99301) 测试学校机构01".into(),
        campus: "(993010) 测试校区".into(),
        subject: "英语四级".into(),
        room_number: "013".into(),
        seat: "30".into(),
        floor: "3 层".into(),
        ..ticket()
    };
    let paper = press().ticket(&ticket).unwrap();
    assert!(paper.pdf.len() <= 160_000, "{} bytes", paper.pdf.len());
    let printed = Printed::new("school", &paper);
    assert_lasting(&printed);
    assert_eq!(printed.pages(), 1);
    let text = printed.text(None);
    in_order(&text, &["准考证", "310101271100130", "颜冬儿", "(99301) 测试学校机构01", "英语四级"]);
    in_order(&text, &["颜冬儿", "11:00", "第 013 考场", "30", "考生须知"]);
    assert_eq!(printed.scanned(1), [ticket.code.clone().unwrap()]);
    assert_like("school", &printed.page(1, 60));
}

#[test]
fn a_ticket_speaks_english_and_a_phone_keeps_it_as_a_picture() {
    let press = press();
    let ticket = Ticket {
        language: Language::En,
        exam: "Foreign language test 2027".into(),
        organiser: "Specimen Examinations Board".into(),
        name: "Siobhán O’Neill-Đặng".into(),
        arrive: "Be there by 10:20; nobody is let in after 10:45.".into(),
        rules: vec!["Don’t be late.".into()],
        ..ticket()
    };
    let text = Printed::new("english", &press.ticket(&ticket).unwrap()).text(None);
    in_order(
        &text,
        &["Admission ticket", "Siobhán O’Neill-Đặng", "Ticket number", "VCJ85CVU", "Room 012", "H01", "Don’t be late."],
    );
    let picture = press.picture(&ticket, 1_080).unwrap();
    let drawn = image::load_from_memory(&picture.png).unwrap().into_luma8();
    assert_eq!((drawn.width(), drawn.height()), (1_080, 1_527));
    assert_eq!(scanned(&drawn), [ticket.code.unwrap()]);
}

#[test]
fn the_same_ticket_is_the_same_file() {
    let press = press();
    let ticket = ticket();
    let Paper { pdf, .. } = press.ticket(&ticket).unwrap();
    assert!(pdf == press.ticket(&ticket).unwrap().pdf);
}

#[test]
fn what_cannot_be_printed_is_refused_with_a_reason() {
    let press = press();
    let refused = |ticket: Ticket| press.ticket(&ticket).err().unwrap().to_string();
    assert!(matches!(press.tickets(&[]), Err(PaperError::Empty)));
    assert!(refused(Ticket { photo: Some(b"\x89PNG".to_vec()), ..ticket() }).contains("photo 1"));
    assert!(refused(Ticket { code: Some("x".repeat(9_000)), ..ticket() }).contains("code 1"));
    assert!(refused(Ticket { name: "长".repeat(30_000), ..ticket() }).contains("65536"));
    assert!(matches!(press.tickets(&vec![without_photo(&ticket()); 501]), Err(PaperError::TooMuch { max: 500, .. })));
}

/// What typst remembers would be some megabyte a ticket. Every fourth one here fails, as an exam's own template may.
#[test]
fn memory_stays_as_it_is_over_many_tickets_though_some_fail() {
    let press = press();
    let failing: std::sync::Arc<str> = (press.design().to_owned() + "\n#let ticket(t) = image(\"/gone\")").into();
    let print = |from: usize, to: usize| {
        for at in from..to {
            let mut each = Ticket { number: format!("{at:08}"), name: format!("张{at}"), ..without_photo(&ticket()) };
            each.rules.push(format!("第 {at} 号考生专用须知。").repeat(20));
            if at % 4 == 3 {
                each.design = Design::Own(failing.clone());
                assert!(matches!(press.ticket(&each), Err(PaperError::Template { .. })));
            } else {
                press.ticket(&each).unwrap();
            }
        }
    };
    print(0, 24);
    let before = resident();
    print(24, 64);
    let grown = resident().saturating_sub(before);
    assert!(grown < 12_000_000, "{grown} bytes more after 40 tickets more");
}
