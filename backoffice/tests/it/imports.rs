//! Imports over HTTP: fifty thousand candidates come as a file of GBK, are looked through and applied; a file with faults comes
//! back with them and is sent again as it was corrected; templates are what the reader knows.

use std::fmt::Write as _;

use http::StatusCode;
use registration::desk::staff::Role;
use reservation::ids::ExamId;
use rust_xlsxwriter::Workbook;

use crate::house::{EXAM, House, Reply, until};

const KIND: (&str, Option<&str>, &[u8]) = ("kind", None, b"roster");
const OF_EXAM: (&str, Option<&str>, &[u8]) = ("exam", None, b"degree-english");

/// Sends a file; where its page is.
async fn bring(house: &mut House, name: &str, file: &[u8]) -> String {
    let sent = house.upload("/imports", &[KIND, OF_EXAM, ("file", Some(name), file)]).await;
    assert!(sent.0 == StatusCode::SEE_OTHER && sent.1.starts_with("/imports/"), "{} {}", sent.0, sent.2);
    sent.1
}

/// The page once nothing is worked on any more.
pub(crate) async fn worked_on(house: &mut House, path: &str) -> String {
    until("the import is worked on", async || !house.get(path).await.2.contains("http-equiv=\"refresh\"")).await;
    house.get(path).await.2
}

fn is_refused(reply: &Reply, status: StatusCode, why: &str) {
    assert!(reply.0 == status && reply.2.contains(why), "{why}: {} {}", reply.0, reply.2);
}

async fn people(house: &House) -> u64 {
    let exam: ExamId = "degree-english".parse().unwrap();
    house.registration.exams.people_there(&exam).await.unwrap().0
}

async fn opened() -> House {
    let mut house = House::open(Vec::new()).await;
    house.import("exam", EXAM, &[]).await;
    house.hire("li.min", Role::Reviewer).await;
    house.hire("chief", Role::Administrator).await;
    house.sign_in("li.min").await;
    for path in ["/imports", "/imports/templates/roster.xlsx"] {
        assert_eq!(house.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    let sent = house.upload("/imports", &[KIND, OF_EXAM, ("file", Some("a.csv"), b"a")]).await;
    assert_eq!(sent.0, StatusCode::FORBIDDEN);
    house.sign_in("chief").await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_thousand_candidates_are_imported() {
    let mut house = opened().await;
    let empty = house.get("/imports").await.2;
    assert!(empty.contains("还没有导入过文件") && empty.contains("学位外语考试"), "{empty}");
    let mut text = String::from("2026 年考生名单,,,\n证件类型,证件号码,姓名,专业\n");
    for number in 0..50_000 {
        writeln!(text, "护照,E{number:08},王芳,会计").unwrap();
    }
    let path = bring(&mut house, "名单.csv", &gbk(&text)).await;
    let page = worked_on(&mut house, &path).await;
    for part in ["等待确认", "<dd>50000</dd>", "前 50 行，共 50000 行", "E0*****0", "确认导入", "名单.csv"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("E00000000"), "numbers are masked");
    assert_eq!(people(&house).await, 0);
    assert_eq!(house.post(&format!("{path}/apply"), "absent=keep").await.0, StatusCode::SEE_OTHER);
    let page = worked_on(&mut house, &path).await;
    assert!(page.contains("已导入 50000 行") && page.contains("完成导入"), "{page}");
    assert_eq!(people(&house).await, 50_000);
    is_refused(&house.post(&format!("{path}/apply"), "").await, StatusCode::CONFLICT, "状态已经变了");

    // Of a shorter one the others go only when that is asked twice.
    let short = "证件类型,证件号码,姓名,专业\n护照,E00000001,王芳,会计\n护照,E00000002,王方,会计\n";
    let path = bring(&mut house, "短.csv", short.as_bytes()).await;
    let page = worked_on(&mut house, &path).await;
    assert!(page.contains("有 49998 行不在这个文件中"), "{page}");
    let asked = house.post(&format!("{path}/apply"), "absent=remove").await;
    assert!(asked.0 == StatusCode::OK && asked.2.contains("确定要删除 49998 行吗"), "{}", asked.2);
    is_refused(&house.post(&format!("{path}/apply"), "absent=remove&confirm=5").await, StatusCode::CONFLICT, "状态");
    assert_eq!(house.post(&format!("{path}/apply"), "absent=remove&confirm=49998").await.0, StatusCode::SEE_OTHER);
    worked_on(&mut house, &path).await;
    assert_eq!(people(&house).await, 2);
    // The same file again changes nothing, and says so.
    let again = bring(&mut house, "短.csv", short.as_bytes()).await;
    let page = worked_on(&mut house, &again).await;
    assert!(page.contains("完全一样") && page.contains("导入过"), "{page}");
    assert!(house.post(&format!("{again}/drop"), "").await.1.ends_with("?done=dropped"));
    lists_are_taken_out(&mut house).await;
    let list = house.get("/imports").await.2;
    for part in ["已导入", "已放弃", "chief", "短.csv"] {
        assert!(list.contains(part), "{part}: {list}");
    }
}

/// The roster and the orders of the exam as files: masked, or whole where that was asked for and is in the audit.
async fn lists_are_taken_out(house: &mut House) {
    let order = house.order(crate::house::DOCUMENTS[0]).await;
    let page = house.get("/exports").await.2;
    assert!(page.contains("/exports/roster.xlsx") && page.contains("学位外语考试"), "{page}");
    let masked = house.get("/exports/roster.csv?exam=degree-english").await.2;
    assert!(masked.starts_with("\u{feff}证件类型,证件号码,姓名"), "{masked}");
    assert!(masked.contains("王方") && !masked.contains("E00000002"), "{masked}");
    let last = masked.trim_end().lines().last().unwrap();
    assert!(last.contains("chief") && last.contains("共 2 行"), "who and when stand in it: {last}");
    let whole = house.get("/exports/roster.csv?exam=degree-english&whole=yes").await.2;
    assert!(whole.contains("护照,E00000002\t,王方"), "{whole}");
    let orders = rows(&house.fetch("/exports/orders.xlsx?exam=degree-english").await);
    assert_eq!((orders.len(), &orders[1][0], &orders[1][1][..]), (3, &order.id.to_string(), "张伟"));
    assert!(orders[1][2].contains('*') && orders[2][0].contains("共 1 行"), "{orders:?}");
    is_refused(&house.get("/exports/orders.csv").await, StatusCode::UNPROCESSABLE_ENTITY, "请选择考试");
    assert_eq!(house.get("/exports/orders.csv?exam=none").await.0, StatusCode::NOT_FOUND);
    // What was taken out comes in again as it is, and changes nothing.
    let file = house.fetch_by_form("/exports/roster.xlsx", "exam=degree-english&whole=yes").await;
    let heads = rows(&file)[0].len();
    assert_eq!(heads, 16, "there are no columns of the exam's own");
    let path = bring(house, "名单.xlsx", &file).await;
    let page = worked_on(house, &path).await;
    assert!(page.contains("完全一样"), "{page}");
    let list = "考点,地址,考场,座位,座位号前缀\n东校区,学府路 1 号,301,2x2,H\n东校区,,302,oo/o_,H\n";
    let rooms = ("kind", None, &b"rooms"[..]);
    let sent = house.upload("/imports", &[rooms, ("file", Some("rooms.csv"), list.as_bytes())]).await;
    worked_on(house, &sent.1).await;
    house.post(&format!("{}/apply", sent.1), "absent=keep").await;
    assert!(worked_on(house, &sent.1).await.contains("已导入 2 行"));
    let file = house.fetch("/exports/rooms.xlsx").await;
    assert_eq!(rows(&file)[2][..5], ["东校区", "学府路 1 号", "302", "oo/o_", ""]);
    let again = house.upload("/imports", &[rooms, ("file", Some("rooms.xlsx"), &file)]).await;
    assert!(worked_on(house, &again.1).await.contains("完全一样"));

    let client = house.stores.pool().get().await.unwrap();
    let noted = "SELECT detail FROM registration.audit WHERE action = 'list.export' ORDER BY id";
    let noted: Vec<String> = client.query(noted, &[]).await.unwrap().iter().map(|row| row.get("detail")).collect();
    assert_eq!(noted, ["roster csv", "roster csv whole", "orders xlsx", "roster xlsx whole", "rooms xlsx"]);
    drop(client);
    house.by("li.min");
    for path in ["/exports", "/exports/roster.csv?exam=degree-english"] {
        assert_eq!(house.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    house.by("chief");
}

fn gbk(text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = encoding_rs::GBK.encode(text);
    assert!(!is_lossy);
    bytes.into_owned()
}

/// A workbook with faults comes back with them, is corrected in place, and is sent again as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_file_is_sent_again_as_it_is() {
    let mut house = opened().await;
    is_refused(&house.upload("/imports", &[KIND, OF_EXAM]).await, StatusCode::UNPROCESSABLE_ENTITY, "请选择一个文件");
    let file = ("file", Some("a.csv"), &b"a"[..]);
    is_refused(&house.upload("/imports", &[file]).await, StatusCode::UNPROCESSABLE_ENTITY, "请选择内容和考试");
    let nowhere = ("exam", None, &b"no-such-exam"[..]);
    assert_eq!(house.upload("/imports", &[KIND, nowhere, file]).await.0, StatusCode::NOT_FOUND);

    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, head) in (0_u16..).zip(["身份证号", "姓名", "备注"]) {
        sheet.write_string(0, column, head).unwrap();
    }
    sheet.write_string(1, 0, "11010519491231002X").unwrap().write_string(1, 1, "王芳").unwrap();
    sheet.write_number(2, 0, 440_308_199_901_101_512.0).unwrap().write_string(2, 1, "李四1").unwrap();
    let path = bring(&mut house, "a.xlsx", &workbook.save_to_buffer().unwrap()).await;
    let page = worked_on(&mut house, &path).await;
    for part in [
        "有 1 处问题",
        ">A3<",
        "15 位以后已经丢失",
        "读取的是工作表“Sheet1”",
        "1101**********002X",
        "下载标出问题的文件",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let corrected = house.fetch_by_form(&format!("{path}/corrected.xlsx"), "").await;
    let read = rows(&corrected);
    assert_eq!(read[0], ["证件号码", "姓名", "备注", "问题"]);
    assert_eq!(read[1], ["11010519491231002X", "王芳"], "numbers are whole, and texts");
    assert!(read[2][3].starts_with("证件号码：号码被表格软件当成了数字"), "{read:?}");

    // Sent again as it is: what is written in the column of problems counts for nothing, and what is missing is told.
    let path = bring(&mut house, "corrected.xlsx", &corrected).await;
    let page = worked_on(&mut house, &path).await;
    assert!(
        page.contains(">A3<") && page.contains("居民身份证应为 18 位") && page.contains("姓名里不能有 1 (U+0031)"),
        "{page}"
    );
    let list = house.get("/imports").await.2;
    assert!(list.contains("有问题"), "{list}");

    // What templates have in their first line is known.
    for kind in ["roster", "past_scores", "sittings", "organisations"] {
        let template = house.fetch(&format!("/imports/templates/{kind}.xlsx")).await;
        let kind = ("kind", None, kind.as_bytes());
        let sent = house.upload("/imports", &[kind, OF_EXAM, ("file", Some("t.xlsx"), &template)]).await;
        let page = worked_on(&mut house, &sent.1).await;
        assert!(page.contains("有 1 处问题") && page.contains("文件里没有数据行"), "{page}");
    }
    sittings_come_as_a_list(&mut house).await;
    assert_eq!(house.get("/imports/templates/money.xlsx").await.0, StatusCode::NOT_FOUND);
    assert_eq!(house.get("/imports/1").await.0, StatusCode::NOT_FOUND);
}

/// More seats come as a list; what may not be is told by its cell, in words.
async fn sittings_come_as_a_list(house: &mut House) {
    let kind = ("kind", None, &b"sittings"[..]);
    let send = async |house: &mut House, list: &str| {
        let sent = house.upload("/imports", &[kind, OF_EXAM, ("file", Some("场次.csv"), &gbk(list))]).await;
        (worked_on(house, &sent.1).await, sent.1)
    };
    let list = "场次编号,开考时间,名额\nmorning,2090-05-22 09:00,300\nnew,5月22日,很多\n";
    let (page, _) = send(house, list).await;
    for part in ["场次", ">B3<", "“5月22日”不是日期和时间", "“很多”不是整数", "缺少“场次名称”这一列"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let list = "场次编号,开考时间,名额\nmorning,2090-05-22 09:00,300\n";
    let (page, path) = send(house, list).await;
    for part in ["等待确认", "文件里没有的场次保持原样", "<td>morning</td>"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("name=\"absent\""), "sittings stay, so that nothing is asked");
    assert_eq!(house.post(&format!("{path}/apply"), "").await.0, StatusCode::SEE_OTHER);
    assert!(worked_on(house, &path).await.contains("已导入 1 行"));
    let again = send(house, list).await.0;
    assert!(again.contains("完全一样"), "the same file twice changes nothing: {again}");
}

/// The cells of a workbook's first sheet as texts.
fn rows(workbook: &[u8]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let source = std::io::Cursor::new(workbook);
    let read = sheets::read(source, &sheets::Limits::default(), |row| {
        rows.push(row.cells.iter().map(|cell| cell.text().unwrap().into_owned()).collect());
        true
    });
    read.unwrap();
    rows
}
