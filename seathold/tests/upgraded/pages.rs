//! What the pages must say of what was left: the state as a sentence, how much, which exam, who.

use std::sync::Mutex;

use registration::people::accounts::AccountNumber;

use crate::browser::{Browser, Page, Sites};
use crate::left::{Left, REASON, SCHOOLS, SCORED};
use crate::people::Candidate;

/// The exam of all orders, and what it costs.
const EXAM: &str = "学位外语考试";
const AMOUNT: &str = "¥120.00";

/// What pages lack, so that all of it is told at once.
static FAULTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Fails with everything that pages lacked.
pub(crate) fn assert_none_lacks() {
    let faults = FAULTS.lock().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Of an order in a state: the sentence of the registration, what the exam's page says, where the order's page and its
/// receipt are, what these say besides.
struct Told {
    sentence: &'static str,
    exam: &'static str,
    order: &'static str,
    receipt: &'static str,
    besides: &'static [&'static str],
}

fn told(left: &str) -> Option<Told> {
    let (sentence, order, receipt, besides): (_, _, _, &[&str]) = match left {
        "unpaid" => ("下一步：缴费", "", "", &["应缴金额", AMOUNT, "缴费人必须是考生本人", "上传订单截图"]),
        "waiting" => ("缴费：待审核", "/receipt", "/receipt", &["提交成功，等待审核", AMOUNT, "工作人员正在审核"]),
        // What died between the decision and the seat was carried on, as it would have been by the version before.
        "confirming" | "confirmed" => {
            ("报名成功", "/receipt", "/receipt", &["付款已核对，座位已确认", AMOUNT, "确认时间"])
        }
        "refused" => {
            let besides = &["还可以重新提交 2 次", "查看上次提交的截图", AMOUNT];
            ("订单截图没有通过审核", "", "", besides)
        }
        "cancelled" => ("报名已取消", "/ended", "/ended", &["座位已释放", "订单截图没有通过审核"]),
        "lapsed" => ("座位保留时间已到", "", "", &["已经付款的，请照常上传截图", AMOUNT]),
        "released" => ("下一步：选择场次", "/ended", "/ended", &["座位已释放", "座位回到了名额里"]),
        _ => return None,
    };
    let exam = match left {
        "unpaid" => "您已锁定座位",
        "released" => "锁定座位，去缴费",
        _ => sentence,
    };
    Some(Told { sentence, exam, order, receipt, besides })
}

/// Everything that a candidate asks for, signed in.
pub(crate) async fn of_candidate(sites: &Sites, candidate: &Candidate) {
    let mut browser = sites.signed_in(candidate).await;
    let number = masked(&candidate.document);
    let me = says(&mut browser, "/me", &[candidate.name, &number]).await;
    match told(candidate.left) {
        Some(told) => of_order(&mut browser, candidate, &told, &me).await,
        None => of_case(&mut browser, candidate).await,
    }
}

async fn of_order(browser: &mut Browser, candidate: &Candidate, told: &Told, me: &Page) {
    let order = candidate.order.unwrap();
    let path = format!("/orders/{order}");
    let number = order.to_string();
    assert_says(me, &[told.sentence, EXAM, &number, "英语"]);
    says(browser, "/", &[told.sentence, EXAM]).await;
    says(browser, "/exams/exam", &[told.exam, EXAM, AMOUNT]).await;
    for (asked, leads) in [(path.clone(), told.order), (format!("{path}/receipt"), told.receipt)] {
        let page = says(browser, &asked, &[EXAM, &number, "英语", "一号楼"]).await;
        assert_eq!(page.path, format!("{path}{leads}"), "{}", candidate.left);
        assert_says(&page, told.besides);
        if leads == "/receipt" {
            assert_says(&page, &[candidate.name, &masked(&candidate.document)]);
        }
        if ["refused", "cancelled"].contains(&candidate.left) {
            assert_says(&page, &[&format!("原因：{REASON}")]);
        }
    }
}

/// What waits for staff, as its candidate sees it.
async fn of_case(browser: &mut Browser, candidate: &Candidate) {
    match candidate.left {
        "identity" => drop(says(browser, "/me/identity", &[candidate.name, "审核"]).await),
        "face" => {
            says(browser, "/me/identity", &[candidate.name, "您已通过实名认证"]).await;
            shows(browser, "/me/identity/portrait.jpg").await;
        }
        "form" => {
            for path in ["/me", "/", "/exams/form"] {
                says(browser, path, &["报名资格审核：待审核", "继续教育考试"]).await;
            }
            let page = says(browser, "/exams/form/details", &["就读院校"]).await;
            assert!(page.text.contains(&format!("value=\"{}\"", SCHOOLS.0)), "{}", page.text);
        }
        _ => drop(says(browser, "/exams/cet/score-review", &[SCORED.0, SCORED.2, "未复核"]).await),
    }
}

/// The first page of each desk and one case each, as an administrator sees them.
pub(crate) async fn of_staff(sites: &Sites, left: &Left) {
    let mut browser = sites.staff("boss").await;
    let of = |left_so: &str| Candidate::of(&left.candidates, left_so);
    let waiting = of("waiting");
    let order = waiting.order.unwrap();
    let words = [waiting.name, &masked(&waiting.document), AMOUNT, EXAM, &order.to_string(), "英语", "1 份待审核"];
    says(&mut browser, "/", &words).await;
    says(&mut browser, &format!("/orders/{order}"), &words).await;
    shows(&mut browser, &format!("/orders/{order}/screenshot.jpg")).await;

    let (identity, face) = (of("identity"), of("face"));
    says(&mut browser, "/people", &[identity.name, face.name, "2 份待审核"]).await;
    let path = format!("/people/identity.{}", identity.account.0);
    says(&mut browser, &path, &[identity.name, &identity.document, "手持证件照"]).await;
    shows(&mut browser, &format!("{path}/handed-in.jpg")).await;
    let path = format!("/people/face.{}.exam", face.account.0);
    says(&mut browser, &path, &[face.name, &masked(&face.document), "人脸比对", EXAM]).await;
    for side in ["handed-in.jpg", "verified.jpg"] {
        shows(&mut browser, &format!("{path}/{side}")).await;
    }

    let (form, score) = (of("form"), of("score"));
    let words = [form.name, SCHOOLS.0, SCHOOLS.1, "不一致", "继续教育考试"];
    says(&mut browser, "/forms", &words).await;
    says(&mut browser, &format!("/forms/form/{}", AccountNumber::from(form.account)), &words).await;
    let words = [SCORED.0, SCORED.1, SCORED.2, "468 分（2025 年）", "英语六级笔试"];
    says(&mut browser, "/score-reviews", &words).await;
    says(&mut browser, &format!("/score-reviews/cet/{}", AccountNumber::from(score.account)), &words).await;
    of_finance(&mut browser, left).await;
}

/// What was handed in for an order is a payment now.
async fn of_finance(browser: &mut Browser, left: &Left) {
    let page = says(browser, "/finance", &["收款", EXAM, AMOUNT]).await;
    let rows: Vec<String> =
        page.text.split("<tr").map(|row| row.split("</tr>").next().unwrap_or(row)).map(Page::plain).collect();
    for candidate in &left.candidates {
        let Some(order) = candidate.order else { continue };
        let states: Vec<&String> = rows.iter().filter(|row| row.contains(&order.to_string())).collect();
        let expected = match candidate.left {
            "waiting" => Some("待审核截图"),
            "confirming" | "confirmed" => Some("已到账"),
            "refused" | "cancelled" => Some("未成功"),
            _ => None,
        };
        assert_eq!(states.len(), usize::from(expected.is_some()), "{}: {rows:#?}", candidate.left);
        assert!(expected.is_none_or(|state| states[0].contains(state) && states[0].contains(AMOUNT)), "{states:?}");
    }
    let order = Candidate::of(&left.candidates, "confirmed").order.unwrap().to_string();
    let row = page.text.split("<tr").find(|row| row.contains(&order)).unwrap();
    let path = row.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(path.starts_with("/finance/payments/"), "{path}");
    says(browser, path, &[&order, AMOUNT, EXAM, "已到账"]).await;
    says(browser, "/finance/open", &["没有待处理的款项"]).await;
    says(browser, "/finance/books", &["账目相符", "¥240.00"]).await;
}

/// Asks for a page, which comes and says all of that.
async fn says(browser: &mut Browser, path: &str, words: &[&str]) -> Page {
    let page = browser.get(path).await;
    assert_says(&page, words);
    page
}

fn assert_says(page: &Page, words: &[&str]) {
    let text = Page::plain(&page.text);
    let missing: Vec<&&str> = words.iter().filter(|word| !text.contains(**word)).collect();
    if page.status != 200 || !missing.is_empty() {
        FAULTS.lock().unwrap().push(format!("{} ({}) lacks {missing:?}: {text}", page.path, page.status));
    }
}

/// Asks for a picture, which comes.
async fn shows(browser: &mut Browser, path: &str) {
    let picture = browser.get(path).await;
    if picture.status != 200 || !picture.bytes.starts_with(&[0xff, 0xd8]) {
        FAULTS.lock().unwrap().push(format!("{path} ({}) is no picture", picture.status));
    }
}

/// A document number as pages show it.
fn masked(document: &str) -> String {
    format!("{}**********{}", &document[..4], &document[14..])
}
