//! Papers for the staff of a site.

use papers::{PaperCount, PaperError, RoomPapers, SeatPaper, Sheet, SitePapers};

use crate::likeness::assert_like;
use crate::tools::{Printed, dense, in_order, press};

pub(crate) const ALL: [Sheet; 6] =
    [Sheet::Counts, Sheet::Door, Sheet::Map, Sheet::Attendance, Sheet::Labels, Sheet::Record];

/// The usual room, columns of 7-8-8-7 numbered like an S, with two seats that stay empty.
pub(crate) fn room(number: u16) -> RoomPapers {
    let deep = [7_u16, 8, 8, 7];
    let places = (0..4_u16).flat_map(|column| {
        let rows = deep[usize::from(column)];
        (0..rows).map(move |at| (if column % 2 == 0 { at } else { rows - 1 - at }, column))
    });
    let names = ["王芳", "阿依古丽·买买提", "欧阳震华", "བསོད་ནམས", "𠮷野㛃", "诸葛孔明"];
    let seat = |(at, (row, column)): (usize, (u16, u16))| {
        let is_taken = at < 28;
        let text = |text: String| if is_taken { text } else { String::new() };
        SeatPaper {
            label: format!("{:02}", at + 1),
            row,
            column,
            number: text(format!("3101012711{number:03}{:02}", at + 1)),
            name: text(names[at % names.len()].to_owned()),
            document: text(format!("3101**********{at:04}")),
            paper: text(if (row + column) % 2 == 0 { "A" } else { "B" }.to_owned()),
            needs: if at == 0 { "大字试卷".to_owned() } else { String::new() },
            photo: is_taken.then(|| specimen::form_photo(u32::try_from(at).unwrap())),
        }
    };
    let count = |kind: &str| PaperCount { kind: kind.to_owned(), papers: 14, spare: 1 };
    RoomPapers {
        number: format!("{number:03}"),
        name: format!("一号楼 3{number:02}"),
        floor: "3 层".into(),
        note: String::new(),
        rows: 8,
        columns: 4,
        seats: places.enumerate().map(seat).collect(),
        counts: vec![count("A 卷"), count("B 卷")],
    }
}

/// A site with so many rooms of 28 candidates.
pub(crate) fn site(rooms: u16) -> SitePapers {
    SitePapers {
        exam: "全国大学英语四、六级考试（2027年上半年笔试）".into(),
        organiser: "样例市教育考试院".into(),
        site: "样例大学东校区考点".into(),
        sitting: "6月12日上午场".into(),
        subject: "英语四级".into(),
        start: "2027年6月12日（周六）09:00".into(),
        printed: "编排 2 · 2027年6月1日 10:00".into(),
        rooms: (1..=rooms).map(room).collect(),
        ..SitePapers::default()
    }
}

#[test]
fn a_site_s_papers_are_one_file_from_the_counts_to_the_record() {
    let mut papers = site(2);
    papers.rooms[1].note = "延长考试时间的考生至 11:36 结束。".into();
    // One photo that nobody can read keeps nobody's plan from being printed.
    papers.rooms[1].seats[2].photo = Some(b"\x89PNG".to_vec());
    let paper = press().site(&papers, &ALL).unwrap();
    assert!(paper.missing.is_empty(), "{:?}", paper.missing);
    let printed = Printed::new("site", &paper);
    // A page of counts; then what goes into the envelope of each of two rooms: a door sheet, a map, a list, labels on two
    // pages, a record.
    assert_eq!(printed.pages(), 1 + 2 * 6);
    in_order(&printed.text(Some(1)), &["试卷清点表", "A 卷", "001", "14", "002", "合计", "60"]);
    in_order(
        &printed.text(Some(2)),
        &["第 001 考场", "一号楼 301", "英语四级", "28 人", "310101271100101 – 310101271100128"],
    );
    let pages = [(1, "counts"), (2, "door"), (3, "map"), (4, "attendance"), (5, "labels"), (7, "record")];
    for (page, name) in pages {
        assert_like(name, &printed.page(page, 60));
    }
    let map = dense(&printed.text(Some(3)));
    assert!(
        ["讲台", "王芳", "阿依古丽·买买提", "310101271100128", "大字试卷"].iter().all(|word| map.contains(word)),
        "{map}"
    );
    assert_eq!(map.matches('空').count(), 2);
    in_order(
        &printed.text(Some(4)),
        &["考生签到表", "第 001 考场", "01", "310101271100101", "王芳", "3101**********0000"],
    );
    in_order(
        &printed.text(Some(7)),
        &["考场记录单", "应到人数", "28 人", "启封时间", "A 卷", "14", "缺考考生", "身份存疑", "监考员 1"],
    );
    assert_eq!(dense(&printed.text(None)).matches("大字试卷").count(), 2, "on the map of each room, and nowhere else");
    for page in [9, 13] {
        in_order(&printed.text(Some(page)), &["第 002 考场", "延长考试时间的考生至 11:36 结束。"]);
    }
    // What hangs on the door, and what goes from desk to desk, would name whoever sits in such a room.
    for page in [8, 10, 11, 12] {
        assert!(!dense(&printed.text(Some(page))).contains("延长"), "page {page}");
    }
    let faces: Vec<usize> = [3, 9].map(|page| dense(&printed.text(Some(page))).matches("无照片").count()).to_vec();
    assert_eq!(faces, [0, 1]);
}

#[test]
fn a_hall_comes_in_parts_and_what_is_too_much_is_refused() {
    let press = press();
    let seat = |at: u16| SeatPaper {
        label: format!("{:03}", at + 1),
        row: at / 12,
        column: at % 12,
        number: format!("{at:08}"),
        name: "王芳".into(),
        ..SeatPaper::default()
    };
    let hall =
        RoomPapers { number: "001".into(), rows: 10, columns: 12, seats: (0..120).map(seat).collect(), ..room(1) };
    let papers = SitePapers { rooms: vec![hall], ..site(0) };
    let printed = Printed::new("hall", &press.site(&papers, &[Sheet::Map]).unwrap());
    assert_eq!(printed.pages(), 4);
    in_order(&printed.text(Some(4)), &["第 9–10 排，第 9–12 列"]);
    assert!(matches!(press.site(&papers, &[]), Err(PaperError::Empty)));
    // Counts of many rooms need nobody's name.
    let bare = RoomPapers { seats: Vec::new(), ..room(1) };
    let bare = |number: u16| RoomPapers { number: format!("{number:03}"), ..bare.clone() };
    let counts = SitePapers { rooms: (1..=70).map(bare).collect(), ..site(0) };
    let printed = Printed::new("counts", &press.site(&counts, &[Sheet::Counts]).unwrap());
    in_order(&printed.text(None), &["001", "14", "070", "合计", "980"]);
    assert!(matches!(press.site(&site(0), &ALL), Err(PaperError::Empty)));
    let many = SitePapers { rooms: vec![papers.rooms[0].clone(); 67], ..site(0) };
    assert!(matches!(press.site(&many, &ALL), Err(PaperError::TooMuch { max: 8_000, .. })));
}
