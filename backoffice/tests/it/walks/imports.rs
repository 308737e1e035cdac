//! Fifty thousand candidates imported in a browser; a file with faults comes back with them and is sent again; lists are taken out.

use std::fmt::Write as _;
use std::path::Path;

use registration::desk::staff::Role;
use rust_xlsxwriter::Workbook;
use testkit::Walker;

use super::{begun, read, seen, signs_in};
use crate::house::{EXAM, House};

#[tokio::test(flavor = "multi_thread")]
async fn d6_browser_fifty_thousand_are_imported_and_faults_come_back() {
    let house = House::open(Vec::new()).await;
    house.import("exam", EXAM, &[]).await;
    house.hire("chief", Role::Administrator).await;
    let mut desk = begun(&house).await;
    signs_in(&desk, "chief", "/imports").await;
    desk.shows("还没有导入过文件").await;
    seen(&mut desk, "imports-none").await;

    let mut text = String::from("2026 年考生名单,,,\n证件类型,证件号码,姓名,专业\n");
    for number in 0..50_000 {
        writeln!(text, "护照,E{number:08},王芳,会计").unwrap();
    }
    let (list, _, _) = encoding_rs::GBK.encode(&text);
    brought(&desk, &house.stores.dir().join("2026 年秋季学期继续教育学院考生名单（第一批，含补报）.csv"), &list).await;
    desk.turns_to("前 50 行，共 50000 行").await;
    seen(&mut desk, "import-read").await;
    let text = desk.text().await;
    assert!(text.contains("E0*****0") && !text.contains("E00000000"), "masked: {text}");
    desk.tap("form[action$='/apply'] button").await;
    desk.turns_to("已导入 50000 行").await;
    seen(&mut desk, "import-applied").await;
    let exam = "degree-english".parse().unwrap();
    assert_eq!(house.registration.exams.people_there(&exam).await.unwrap().0, 50_000);

    others_stay(&mut desk, &house).await;
    corrected(&mut desk, &house).await;
    taken_out(&mut desk).await;
    desk.finish().await;
}

/// Sends a file from the page of imports.
async fn brought(desk: &Walker, path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
    desk.open("/imports").await;
    desk.select("#kind", "roster").await;
    desk.attach("#file", path).await;
    desk.tap("form[action='/imports'] button").await;
    desk.arrives("/imports/").await;
}

/// Of a shorter file the others stay, unless that is asked twice; given up, nothing happens.
async fn others_stay(desk: &mut Walker, house: &House) {
    let short = "证件类型,证件号码,姓名,专业\n护照,E00000001,王芳,会计\n护照,E00000002,王方,会计\n";
    brought(desk, &house.stores.dir().join("short.csv"), short.as_bytes()).await;
    desk.turns_to("有 49998 行不在这个文件中").await;
    desk.tap("input[name=absent][value=remove]").await;
    desk.tap("form[action$='/apply'] button").await;
    desk.shows("确定要删除 49998 行吗").await;
    seen(desk, "import-removes").await;
    desk.tap("a[href^='/imports/']:not([href='/imports'])").await;
    desk.tap("form[action$='/drop'] button").await;
    desk.shows("已放弃").await;
}

/// A workbook with faults names each by its cell, and comes back with them beside the lines.
async fn corrected(desk: &mut Walker, house: &House) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, head) in (0_u16..).zip(["身份证号", "姓名", "备注"]) {
        sheet.write_string(0, column, head).unwrap();
    }
    sheet.write_string(1, 0, "11010519491231002X").unwrap().write_string(1, 1, "王芳").unwrap();
    sheet.write_number(2, 0, 440_308_199_901_101_512.0).unwrap().write_string(2, 1, "李四1").unwrap();
    brought(desk, &house.stores.dir().join("faults.xlsx"), &workbook.save_to_buffer().unwrap()).await;
    desk.turns_to("有 1 处问题").await;
    desk.shows("A3").await;
    seen(desk, "import-wrong").await;
    let path = desk.path().await;
    let id = path.split('?').next().unwrap().rsplit('/').next().unwrap();
    desk.tap("form[action$='/corrected.xlsx'] button").await;
    let file = std::fs::read(desk.downloaded(&format!("corrected-{id}.xlsx")).await).unwrap();
    brought(desk, &house.stores.dir().join("again.xlsx"), &file).await;
    desk.turns_to("居民身份证应为 18 位").await;
    desk.open("/imports").await;
    seen(desk, "imports").await;
}

/// A list leaves with who took it, and when, in its name; that stands in the audit.
async fn taken_out(desk: &mut Walker) {
    desk.open("/exports").await;
    seen(desk, "exports").await;
    desk.tap("form[action='/exports/roster.xlsx'] button").await;
    desk.open("/audit?action=list.export").await;
    desk.opens_until("/audit?action=list.export", "roster xlsx").await;
    assert!(read(desk, "main table").await.contains("chief"));
}
