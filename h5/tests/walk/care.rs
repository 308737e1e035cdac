//! Accommodations and reminders on the candidate's pages.

use http::StatusCode;
use registration::desk::staff::Role;
use registration::model::exam_rules::AccommodationKind::ExtraTime;
use registration::model::facts::accommodation::{Verdict, Verdicts};

use crate::picture;
use crate::site::{Site, Visitor};

const RULES: &str = r#"
[[steps]]
title = { zh = "报考须知", en = "Notice" }
tasks = ["notice"]
[[steps]]
title = { zh = "便利申请", en = "Accommodations" }
tasks = ["accommodations"]
is_optional = true
[[steps]]
title = { zh = "选择场次", en = "Choose" }
tasks = ["sittings", "payment"]
[accommodations]
kinds = ["extra_time", "other"]
"#;
const SITTINGS: &str = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity
en,英语,English,一教,Hall,2090-02-01T09:00:00+08:00,5
";
const EXAM: &str = "/exams/degree-english";
const PAGE: &str = "/exams/degree-english/accommodations";

/// The form with a proof.
fn files(proof: &[u8]) -> [(&str, &[u8]); 3] {
    [("kinds", b"extra_time"), ("details", "右手骨折".as_bytes()), ("proof-album", proof)]
}

/// The words of a page that it must, and must not, have.
async fn shows(visitor: &mut Visitor, path: &str, words: &[&str], not: &[&str]) {
    let page = visitor.get(path).await.text;
    for word in words {
        assert!(page.contains(word), "{path}: {word}: {page}");
    }
    for word in not {
        assert!(!page.contains(word), "{path}: {word}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_asked_for_with_proof_decided_and_withdrawn() {
    let site = Site::start_exam(RULES, SITTINGS).await;
    let mut candidate = site.candidate(1).await;
    assert_eq!(candidate.get(PAGE).await.location(), EXAM, "not before the notice");
    candidate.post(&format!("{EXAM}/notice"), "agree=on").await;
    shows(&mut candidate, EXAM, &["申请便利", PAGE, "（可选）"], &[]).await;
    shows(&mut candidate, PAGE, &["延长考试时间", "其他", "提交申请"], &["单独考场", "确认撤回"]).await;

    // What is missing is said, and what was typed stays.
    let refused = candidate.post_form(PAGE, &[("details", "右手骨折")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("href=\"#kinds\"") && refused.text.contains("右手骨折"), "{}", refused.text);
    let refused = candidate.post_form(PAGE, &[("kinds", "extra_time"), ("details", "右手骨折")]).await;
    assert!(refused.text.contains("href=\"#proof\"") && refused.text.contains("value=\"extra_time\" checked"));
    let (wide, wider) = (picture(300, 400), picture(320, 400));
    let refused = candidate.upload_to(PAGE, &files(b"no picture")).await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("不是 JPG"),
        "{}",
        refused.text
    );
    let sent = candidate.upload_to(PAGE, &files(&wide)).await;
    assert_eq!(sent.location(), format!("{PAGE}?said=accommodation"), "{}", sent.text);
    shows(&mut candidate, sent.location(), &["便利申请已提交", "申请正在审核", "待审核", "撤回申请", "右手骨折"], &[])
        .await;
    shows(&mut candidate, EXAM, &["查看便利申请", "等待中"], &[]).await;
    // One's own proof is shown to oneself, and to nobody else.
    let page = candidate.get(PAGE).await.text;
    let proof = page.split("/me/photos/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(candidate.get(&format!("/me/photos/{proof}")).await.bytes.starts_with(b"\xff\xd8"));
    let mut stranger = site.candidate(2).await;
    assert_eq!(stranger.get(&format!("/me/photos/{proof}")).await.status, StatusCode::NOT_FOUND);

    // Decided: the reason is told, and it may be asked for again.
    let staff = site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    let case = site.first_case(&staff, registration::desk::case::CaseKind::Accommodation).await;
    let (exam, reviews) = ("degree-english".parse().unwrap(), &site.registration.accommodation_reviews);
    let case = reviews.look(&staff, &exam, case.account).await.unwrap();
    let no = Verdicts(vec![(ExtraTime, Verdict::Refused("证明看不清".to_owned()))]);
    reviews.decide(&staff, &case.key, &no).await.unwrap();
    shows(&mut candidate, PAGE, &["申请未通过", "未同意", "证明看不清", "修改后重新申请"], &[]).await;
    candidate.upload_to(PAGE, &files(&wider)).await;
    let case = reviews.look(&staff, &exam, case.key.account).await.unwrap();
    reviews.decide(&staff, &case.key, &Verdicts(vec![(ExtraTime, Verdict::Granted)])).await.unwrap();
    shows(&mut candidate, PAGE, &["申请已有结果", "已同意"], &["证明看不清"]).await;
    shows(&mut candidate, EXAM, &["已同意"], &[]).await;

    assert_eq!(candidate.get(&format!("{PAGE}/withdraw")).await.location(), PAGE);
    let gone = candidate.post(&format!("{PAGE}/withdraw"), "").await;
    shows(&mut candidate, gone.location(), &["便利申请已撤回", "提交申请"], &["撤回后"]).await;
    assert_eq!(site.count("SELECT count(*) FROM registration.accommodations").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn e4_reminders_are_turned_off_and_on_and_asked_for() {
    let site = Site::start_exam(RULES, SITTINGS).await;
    let mut candidate = site.candidate(1).await;
    shows(&mut candidate, "/me", &["考试提醒", "已开启", "暂时收不到提醒"], &[]).await;
    let off = candidate.post("/me/reminders", "reminders=off").await;
    assert_eq!(off.location(), "/me?said=reminders-off#reminders");
    shows(&mut candidate, "/me?said=reminders-off", &["考试提醒已关闭", "已关闭"], &[]).await;
    candidate.post("/me/reminders", "reminders=on").await;
    shows(&mut candidate, "/me", &["已开启"], &[]).await;

    // By the link of a letter, without signing in: opening it changes nothing.
    let account = site.stores_account().await;
    let token = site.registration.reminders.token(account);
    let mut guest = site.visitor();
    let link = format!("/reminders/stop?token={token}");
    shows(&mut guest, &link, &["关闭考试提醒", "确认关闭"], &["张伟"]).await;
    assert!(!site.registration.reminders.is_off(account).await.unwrap());
    let done = guest.post("/reminders/stop", &format!("token={token}")).await;
    assert!(done.text.contains("考试提醒已关闭"), "{}", done.text);
    assert!(site.registration.reminders.is_off(account).await.unwrap());
    for bad in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let dead = guest.get(&format!("/reminders/stop?token={bad}")).await;
        assert!(dead.status == StatusCode::GONE && dead.text.contains("链接不完整"), "{bad}: {}", dead.text);
    }

    // An exam that has not opened can be asked to be told of; one that has, not.
    let page = format!("{EXAM}/reminder");
    assert_eq!(candidate.get(&page).await.location(), EXAM);
    site.reopen("2089-01-01").await;
    shows(&mut guest, EXAM, &["报名开始时提醒我"], &[]).await;
    assert!(guest.get(&page).await.location().starts_with("/sign-in"));
    shows(&mut candidate, &page, &["提醒我", "收不到提醒"], &["到时会提醒您"]).await;
    assert_eq!(candidate.post(&page, "wishes=yes").await.location(), page);
    shows(&mut candidate, &page, &["到时会提醒您", "不用提醒了"], &[]).await;
    candidate.post(&page, "wishes=no").await;
    shows(&mut candidate, &page, &[], &["到时会提醒您"]).await;
}

impl Site {
    /// The only account there is.
    async fn stores_account(&self) -> registration::model::ids::AccountId {
        let (stores, query) = (self.pool(), "SELECT id FROM registration.accounts");
        registration::model::ids::AccountId(stores.get().await.unwrap().query_one(query, &[]).await.unwrap().get(0))
    }

    /// Imports the exam anew: it opens later.
    async fn reopen(&self, day: &str) {
        let dir = self.dir().join("exam");
        let text = std::fs::read_to_string(dir.join("exam.toml")).unwrap();
        std::fs::write(dir.join("exam.toml"), text.replace("opens_at = 2020-01-01", &format!("opens_at = {day}")))
            .unwrap();
        self.registration.exams.import(&dir).await.unwrap();
    }
}
