//! An exam whose steps come before the choice: each page sends on to the next, and nobody gets ahead of their turn.

use std::time::Duration;

use http::StatusCode;

use crate::picture;
use crate::site::{Answer, Site, Visitor};

pub(crate) const RULES: &str = r#"
[[steps]]
title = { zh = "考生报名", en = "Register" }
tasks = ["notice", "details"]

[[steps]]
title = { zh = "笔试报考", en = "Written" }
tasks = ["sittings:written"]

[[steps]]
title = { zh = "缴费", en = "Pay" }
tasks = ["payment:written"]

[[steps]]
title = { zh = "口试报考", en = "Oral" }
tasks = ["sittings:oral", "payment:oral"]
is_optional = true

[[parts]]
id = "written"
title = { zh = "笔试", en = "written test" }
is_many = true
keeps_one = true

[[parts]]
id = "oral"
title = { zh = "口试", en = "oral test" }
is_many = true

[[subjects]]
id = "en4"
title = { zh = "英语四级笔试", en = "English 4" }
part = "written"
group = "language"

[[subjects]]
id = "ja4"
title = { zh = "日语四级笔试", en = "Japanese 4" }
part = "written"
group = "language"

[[subjects]]
id = "en6"
title = { zh = "英语六级笔试", en = "English 6" }
part = "written"

[[subjects]]
id = "oral4"
title = { zh = "英语四级口试", en = "Oral 4" }
part = "oral"
requires = ["en4"]

[[form.fields]]
name = "name"
kind = "name"
label = { zh = "姓名", en = "Name" }

[[form.fields]]
name = "standing"
kind = "choice"
label = { zh = "学籍状态", en = "Standing" }
choices = [{ value = "enrolled", zh = "在籍", en = "Enrolled" }, { value = "graduated", zh = "已毕业", en = "Graduated" }]

[[form.fields]]
name = "thesis"
kind = "choice"
label = { zh = "论文等级", en = "Thesis grade" }
when = { field = "standing", is = ["graduated"] }
choices = [{ value = "good", zh = "良", en = "Good" }, { value = "pass", zh = "及格", en = "Pass" }]
accepts = ["good"]
refusal = { zh = "论文成绩需要达到中等以上才可以申请。", en = "The thesis must be graded fair or better." }
"#;

pub(crate) const SITTINGS: &str = "id,subject,venue_zh,venue_en,starts_at,capacity,fee
en4,en4,一教,Hall,2090-02-01T09:00:00+08:00,9,30
ja4,ja4,一教,Hall,2090-02-01T09:00:00+08:00,9,30
en6,en6,一教,Hall,2090-02-01T15:00:00+08:00,9,35
oral4,oral4,二教,Hall 2,2090-01-20T09:00:00+08:00,9,50
";

const EXAM: &str = "/exams/degree-english";

/// The tick is for who is signed in.
async fn c6_anybody_may_read_the_notice(guest: &mut Visitor, page: &str) {
    assert!(page.contains(&format!("href=\"{EXAM}/notice\"")), "{page}");
    let notice = guest.get(&format!("{EXAM}/notice")).await.text;
    assert!(notice.contains("第一条") && !notice.contains("name=\"agree\""), "{notice}");
    assert!(notice.contains(&format!("href=\"/sign-in?next={EXAM}/notice\"")), "{notice}");
    let sent = guest.post(&format!("{EXAM}/notice"), "agree=on").await;
    assert!(sent.status == StatusCode::UNAUTHORIZED && sent.text.contains("登录后"), "{}", sent.text);
}

/// The notice must be ticked, and declining goes back; the answer to agreeing.
async fn the_notice_is_ticked(candidate: &mut Visitor) -> Answer {
    let page = candidate.get(&format!("{EXAM}/notice")).await.text;
    assert!(page.contains("不同意，返回") && page.contains(&format!("href=\"{EXAM}\"")), "{page}");
    let refused = candidate.post(&format!("{EXAM}/notice"), "").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("href=\"#agree\""), "{}", refused.text);
    let agreed = candidate.post(&format!("{EXAM}/notice"), "agree=on").await;
    assert_eq!(agreed.location(), format!("{EXAM}/details"));
    agreed
}

#[tokio::test(flavor = "multi_thread")]
async fn b7_b11_b13_c8_from_the_notice_to_several_subjects() {
    let site = Site::start_exam(RULES, SITTINGS).await;
    let mut guest = site.visitor();
    let page = guest.get(EXAM).await.text;
    assert!(page.contains("开始报名") && page.contains("第 1 步，共 4 步"), "{page}");

    c6_anybody_may_read_the_notice(&mut guest, &page).await;

    // Nobody gets ahead of their turn.
    let mut candidate = site.candidate(1).await;
    for page in ["details", "sittings", "sittings?part=oral"] {
        assert_eq!(candidate.get(&format!("{EXAM}/{page}")).await.location(), EXAM, "{page}");
    }
    let early = candidate.post(&format!("{EXAM}/hold"), "sitting-1=en4").await;
    assert_eq!((early.status, early.location()), (StatusCode::SEE_OTHER, EXAM));

    let agreed = the_notice_is_ticked(&mut candidate).await;

    // The form: what is missing is said, what was typed is kept, a low grade is refused in the handbook's words.
    let page = candidate.get(agreed.location()).await.text;
    assert!(page.contains("张伟") && !page.contains("name=\"f-name\""), "{page}");
    let refused = candidate.post_form(agreed.location(), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("href=\"#f-standing\"") && refused.text.contains("请选择学籍状态"));
    let low = [("f-standing", "graduated"), ("f-thesis", "pass")];
    let refused = candidate.post_form(agreed.location(), &low).await;
    assert!(refused.text.contains("论文成绩需要达到中等以上"), "{}", refused.text);
    assert!(refused.text.contains("value=\"pass\" checked"), "{}", refused.text);
    let saved = candidate.post_form(agreed.location(), &[("f-standing", "graduated"), ("action", "draft")]).await;
    assert_eq!(saved.location(), agreed.location());
    assert!(candidate.get(agreed.location()).await.text.contains("还没有提交"));
    let good = [("f-standing", "graduated"), ("f-thesis", "good")];
    let done = candidate.post_form(agreed.location(), &good).await;
    assert_eq!(done.location(), format!("{EXAM}/sittings?part=written&said=details"));

    // Subjects: same level twice is refused; two levels are one order; one is dropped; the oral test is optional.
    let page = candidate.get(done.location()).await.text;
    assert!(page.contains("报考信息已保存") && page.contains("第 2 步，共 4 步 · 笔试报考"), "{page}");
    let oral = candidate.get(&format!("{EXAM}/sittings?part=oral")).await;
    assert_eq!(oral.location(), EXAM, "not before the written subjects");
    assert!(page.contains("英语四级笔试") && !page.contains("英语四级口试"), "{page}");
    let none = candidate.post(&format!("{EXAM}/hold"), "part=written").await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    let twice = candidate.post(&format!("{EXAM}/hold"), "part=written&sitting-1=en4&sitting-2=ja4").await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.text.contains("同一组只能选一个场次"), "{}", twice.text);
    let held = candidate.post(&format!("{EXAM}/hold"), "part=written&sitting-1=en4&sitting=en6").await;
    assert_eq!(held.location(), format!("{EXAM}#mine"));
    let page = candidate.get(EXAM).await.text;
    assert!(page.contains("¥65.00") && page.contains("取消这一科") && page.contains("本人报名"), "{page}");
    // Nothing is dropped at one tap: what goes is said first.
    let drop = page.split("<details class=\"drop").nth(1).unwrap().split("</details>").next().unwrap();
    assert!(drop.contains("¥30.00 不用再付") && drop.contains("/drop\"") && drop.contains("确认取消"), "{drop}");
    assert!(page.contains(&format!("{EXAM}/sittings?part=oral")), "{page}");
    let order = page.split("/orders/").nth(1).unwrap().split(['/', '"']).next().unwrap().to_owned();
    let oral = candidate.post(&format!("{EXAM}/hold"), "part=oral&sitting=oral4").await;
    assert_eq!(oral.location(), format!("{EXAM}#mine"));
    // The seat that waits for another one's payment says so, and leads there.
    let of_oral = candidate.get(EXAM).await.text;
    let mine = of_oral.split("id=\"mine\"").nth(1).unwrap().split("</section>").next().unwrap();
    let last = mine.rsplit("<a class=\"link\" href=\"").next().unwrap().split('"').next().unwrap();
    let of_oral = candidate.get(last).await.text;
    let bar = of_oral.split("<aside class=\"hold\"").nth(1).unwrap();
    assert!(bar.contains("请先为“英语四级笔试”缴费") && bar.contains(&format!("href=\"/orders/{order}\"")), "{bar}");
    assert!(!bar.contains("上传截图"), "{bar}");
    // What another one needs is not offered for giving back.
    let page = candidate.get(&format!("/orders/{order}")).await.text;
    assert!(!page.contains("/release\"") && page.contains("已报考英语四级口试"), "{page}");
    let needed = candidate.post(&format!("/orders/{order}/drop"), "sitting=en4").await;
    assert_eq!(needed.status, StatusCode::CONFLICT);
    assert!(needed.text.contains("已报考英语四级口试，这一科的报考不可取消"), "{}", needed.text);
    let dropped = candidate.post(&format!("/orders/{order}/drop"), "sitting=en6").await;
    assert_eq!(dropped.location(), format!("{EXAM}#mine"));
    let pay = candidate.get(&format!("/orders/{order}")).await.text;
    assert!(pay.contains("¥30.00") && pay.contains("英语四级笔试") && !pay.contains("英语六级笔试"), "{pay}");

    // The home page says what comes next; the form may be changed while the window is open.
    assert!(candidate.get("/").await.text.contains("下一步：笔试缴费"));
    let page = candidate.get(&format!("{EXAM}/details")).await.text;
    assert!(page.contains("保存修改") && page.contains("value=\"good\" checked"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn b17_the_home_page_names_the_exam_how_far_one_is_and_when_tickets_are_printed() {
    let tickets = "\n[[steps]]\ntitle = { zh = \"打印准考证\", en = \"Ticket\" }\ntasks = [\"ticket\"]\n\
                   opens_at = 2090-01-10T09:00:00+08:00\n";
    let rules = RULES.replace("\n[[parts]]\nid = \"written\"", &format!("{tickets}\n[[parts]]\nid = \"written\""));
    let site = Site::start_exam(&rules, SITTINGS).await;
    let guest = site.visitor().get("/").await.text;
    assert!(guest.contains("正在报名") && guest.contains("1月10日") && guest.contains("09:00 起打印准考证"), "{guest}");
    assert!(!guest.contains("我的报名："), "{guest}");
    let mut candidate = site.candidate(1).await;
    candidate.post(&format!("{EXAM}/notice"), "agree=on").await;
    let home = candidate.get("/").await.text;
    assert!(home.contains("我的报名：") && home.contains("下一步：报考信息"), "{home}");
}

#[tokio::test(flavor = "multi_thread")]
async fn b12_a_sitting_is_green_then_yellow_and_red_cannot_be_ticked() {
    let site = Site::start(3).await;
    let level = async |sitting: &str| {
        let page = site.visitor().get(EXAM).await.text;
        let card = page.split(&format!("data-sitting=\"{sitting}\"")).nth(1).unwrap();
        let card = card.split("</li>").next().unwrap();
        let level = card.split("data-level=\"").nth(1).unwrap().split('"').next().unwrap();
        (level.to_owned(), card.contains(" disabled"))
    };
    let known = |level: &str, is_disabled| (level.to_owned(), is_disabled);
    assert_eq!(level("morning").await, known("ample", false));
    for (number, sitting, then) in [
        (1, "evening", known("full", true)),
        (2, "morning", known("ample", false)),
        (3, "morning", known("low", false)),
    ] {
        let choice = format!("agree=on&sitting-1={sitting}");
        let held = site.candidate(number).await.post(&format!("{EXAM}/hold"), &choice).await;
        assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
        // The board hears of a hold a moment later.
        for _ in 0..3_000 {
            if level(sitting).await == then {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(level(sitting).await, then);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b13_c10_a_screenshot_for_a_subject_that_was_given_back_is_no_other_subjects() {
    let site = Site::start_exam(RULES, SITTINGS).await;
    let mut candidate = site.candidate(1).await;
    candidate.post(&format!("{EXAM}/notice"), "agree=on").await;
    candidate.post_form(&format!("{EXAM}/details"), &[("f-standing", "graduated"), ("f-thesis", "good")]).await;
    let mut orders = Vec::new();
    for subject in ["en4", "en6"] {
        candidate.post(&format!("{EXAM}/hold"), &format!("part=written&sitting-1={subject}")).await;
        let page = candidate.get(EXAM).await.text;
        let known = page.split("href=\"/orders/").skip(1).map(|rest| rest[..9].to_owned());
        orders.extend(known.filter(|order| !orders.contains(order)).take(1).collect::<Vec<_>>());
    }
    candidate.post(&format!("/orders/{}/release", orders[0]), "").await;
    let refused = candidate.upload(&orders[0], &picture(300, 600)).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("不能提交截图"), "{}", refused.text);
}
