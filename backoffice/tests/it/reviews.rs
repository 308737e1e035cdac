//! Reviews of forms and of earlier scores on real stores: seen side by side, passed, sent back, each decided once; and
//! accounts put right.

use std::path::Path;
use std::sync::Arc;

use http::StatusCode;
use registration::desk::staff::Role;
use registration::model::document::DocumentKind;
use registration::model::exam::Exam;
use registration::model::exam_rules::{AccommodationKind, CaptchaRule, LoginKind, PasswordRules};
use registration::model::facts::accommodation::{AccommodationRequest, AccommodationState};
use registration::model::facts::{ReviewState, ScoreReviewState};
use registration::model::ids::AccountId;
use registration::people::accounts::{AccountNumber, Caller, NewAccount};
use registration::pictures::kept::Slot;
use registration::rules::details::Answers;
use registration::secrets::passwords::Password;

use crate::house::{EXAM, House, usual};

const FORM: &str = r#"
id = "ce"
title = { zh = "继续教育", en = "CE" }
organiser = { zh = "考试院", en = "Office" }
hold_seconds = 900
opens_at = 2020-01-01T00:00:00+08:00
closes_at = 2089-01-01T00:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.com/"
[notice]
zh = ["须知"]
en = ["Notice"]
[[steps]]
title = { zh = "报名", en = "Register" }
tasks = ["details", "review", "sittings", "payment"]
[review]
compare = ["school"]
[[form.fields]]
name = "school"
kind = "text"
label = { zh = "就读院校", en = "School" }
"#;
const SITTINGS: &str = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity
en,英语,English,一教,Hall,2090-01-01T09:00:00+08:00,5
";

/// A house with a reviewer, who is signed in, and an administrator.
async fn open() -> House {
    let mut house = House::open(Vec::new()).await;
    house.hire("li.min", Role::Reviewer).await;
    house.hire("boss", Role::Administrator).await;
    assert_eq!(house.get("/forms").await.0, StatusCode::SEE_OTHER, "nobody without signing in");
    house.sign_in("li.min").await;
    house
}

impl House {
    /// The exam whose forms are reviewed, with one person in its roster.
    async fn ce(&self) -> Arc<Exam> {
        let roster = "document_kind,document_number,name,school\nresident_id,11010519491231002X,张伟,申江大学\n";
        let exam = self.import("ce", FORM, &[("sittings.csv", SITTINGS), ("roster.csv", roster)]).await;
        self.registration.exams.get(&exam).unwrap()
    }

    /// How often somebody looked at this account.
    async fn looks(&self, number: AccountNumber) -> i64 {
        let count = "SELECT count(*) FROM registration.audit WHERE action = 'looked_at_account' AND subject = $1";
        self.stores.pool().get().await.unwrap().query_one(count, &[&number.to_string()]).await.unwrap().get(0)
    }

    async fn account(&self, document: &str) -> AccountId {
        let new = NewAccount::parse("张伟", document, "13912345678", "secret-1").unwrap();
        self.registration.accounts.register(new).await.unwrap().id
    }
}

/// The value of the page's field `seen`.
fn seen(text: &str) -> &str {
    text.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_a_form_that_differs_is_passed_or_sent_back() {
    let mut desk = open().await;
    let exam = desk.ce().await;
    let account = desk.account("11010519491231002X").await;
    let answers = |school: &str| Answers([("school".parse().unwrap(), school.to_owned())].into());
    let applications = desk.registration.applications.clone();
    applications.hand_in(account, &exam, &[], &answers("同浦大学")).await.unwrap();

    let (_, _, text) = desk.get("/forms").await;
    for part in ["张伟", "同浦大学", "申江大学", "不一致", "1101**********002X", "1 处不一致"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let path = format!("/forms/ce/{}/decide", AccountNumber::from(account));
    let form = format!("seen={}&action=refuse", seen(&text));
    let (status, _, said) = desk.post(&path, &form).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("请选择或填写退回原因"), "{said}");
    assert!(said.contains("<details class=\"refuse\" open>") && said.contains("同浦大学"), "{said}");
    let (status, location, _) = desk.post(&path, &format!("{form}{}&own=x", usual(&text, 1))).await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/forms?done=refused"));
    assert!(desk.get(&location).await.2.contains("已退回"));
    let (status, _, said) = desk.post(&path, &format!("seen={}&action=pass", seen(&text))).await;
    assert!(status == StatusCode::CONFLICT && said.contains("已经处理过"), "{said}");
    let review = applications.get(account, &exam.id).await.unwrap().review;
    assert!(matches!(&review, ReviewState::Refused { reason } if reason.ends_with("。x")), "{review:?}");

    // Handed in anew, and passed.
    applications.hand_in(account, &exam, &[], &answers("同浦大学")).await.unwrap();
    let (_, _, text) = desk.get(&path.replace("/decide", "")).await;
    let (_, location, _) = desk.post(&path, &format!("seen={}&action=pass", seen(&text))).await;
    assert_eq!(location, "/forms?done=passed");
    assert!(matches!(applications.get(account, &exam.id).await.unwrap().review, ReviewState::Passed { .. }));
    assert_eq!(desk.get(&path).await.1, path.replace("/decide", ""));

    // Changed after that: what it said when it passed stands beside what it says now.
    applications.hand_in(account, &exam, &[], &answers("云山大学")).await.unwrap();
    let (_, _, text) = desk.get("/forms").await;
    assert!(text.contains("考生改了报考信息") && !text.contains("缴费和座位都有效"), "{text}");
    let change = text.split("就读院校：原为").nth(1).unwrap_or_default();
    assert!(change.contains("同浦大学") && change.contains("云山大学"), "{text}");
    assert_eq!(desk.get("/forms/ce/nobody").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_accommodations_are_decided_kind_by_kind() {
    const CARE: &str = r#"
[[steps]]
title = { zh = "便利申请", en = "Accommodations" }
tasks = ["accommodations"]
is_optional = true
[[steps]]
title = { zh = "报名", en = "Register" }
tasks = ["sittings", "payment"]
[accommodations]
kinds = ["extra_time", "own_room"]
"#;
    let mut desk = open().await;
    let (head, _) = FORM.split_once("[[steps]]").unwrap();
    let id = desk
        .import("care", &format!("{head}{CARE}").replace("\"ce\"", "\"care\""), &[("sittings.csv", SITTINGS)])
        .await;
    let (exam, account) = (desk.registration.exams.get(&id).unwrap(), desk.account("11010519491231002X").await);
    let accommodations = desk.registration.accommodations.clone();
    let (kinds, details) = (vec![AccommodationKind::ExtraTime, AccommodationKind::OwnRoom], "右手骨折".to_owned());
    accommodations.draft(account, Slot::Proof, crate::desk::picture_bytes().into()).await.unwrap();
    let request = AccommodationRequest { kinds, details };
    accommodations.hand_in(account, &exam, &[], &request).await.unwrap();

    let (_, _, text) = desk.get("/accommodations").await;
    for part in ["张伟", "1101**********002X", "右手骨折", "延长考试时间", "单独考场", "便利申请 <small>1</small>"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let path = format!("/accommodations/care/{}", AccountNumber::from(account));
    assert_eq!(desk.get(&format!("{path}/proofs/1.jpg")).await.0, StatusCode::OK);
    for none in ["2.jpg", "3.jpg"] {
        assert_eq!(desk.get(&format!("{path}/proofs/{none}")).await.0, StatusCode::NOT_FOUND, "{none}");
    }
    let decide = format!("{path}/decide");
    let form = format!("seen={}&v-extra_time=grant&r-extra_time=&r-own_room=", seen(&text));
    let (status, _, said) = desk.post(&decide, &form).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("请对每一项作出决定"), "{said}");
    assert!(said.contains("name=\"v-extra_time\" value=\"grant\" required checked"), "what was chosen stays: {said}");
    let (status, _, said) = desk.post(&decide, &format!("{form}&v-own_room=refuse")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("请写明理由"), "{said}");
    let more = form.replace("r-own_room=", "r-own_room=请补充&v-own_room=more");
    let (_, location, _) = desk.post(&decide, &more).await;
    assert_eq!(location, "/accommodations?done=more");
    assert!(desk.get(&location).await.2.contains("已请考生补充"));
    let state = accommodations.get(account, &id).await.unwrap().unwrap().state;
    assert_eq!(state, AccommodationState::More { reason: "请补充".to_owned() });
    let (status, _, said) = desk.post(&decide, &more).await;
    assert!(status == StatusCode::CONFLICT && said.contains("已经处理过"), "{said}");
    assert_eq!(desk.get(&decide).await.1, path);
    // Handed in again, staff see what was said before, and what was done.
    accommodations.hand_in(account, &exam, &[], &request).await.unwrap();
    let (_, _, text) = desk.get("/accommodations").await;
    for part in ["上次：已同意", "上次：请补充", "查看证明", "作出决定"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_gone_leads_to_the_next_one_and_takes_its_reason_along() {
    let mut desk = open().await;
    let exam = desk.ce().await;
    let (gone, next) = (desk.account("11010519491231002X").await, desk.account("440308199901101512").await);
    let applications = desk.registration.applications.clone();
    let answers = |school: &str| Answers([("school".parse().unwrap(), school.to_owned())].into());
    applications.hand_in(gone, &exam, &[], &answers("同浦大学")).await.unwrap();
    applications.hand_in(next, &exam, &[], &answers("临江大学")).await.unwrap();
    let (_, _, text) = desk.get("/forms").await;
    assert!(text.contains("同浦大学"), "{text}");
    let path = format!("/forms/ce/{}", AccountNumber::from(gone));
    let decide = format!("{path}/decide");
    let form = format!("seen={}&action=refuse", seen(&text));
    desk.post(&decide, &format!("{form}{}", usual(&text, 1))).await;
    // Its address, the same decision once more, and one without a good reason: each goes on to who waits.
    let reloaded = desk.get(&path).await;
    let repeated = desk.post(&decide, &format!("{form}{}", usual(&text, 1))).await;
    let silent = desk.post(&decide, &format!("{form}&own=%20%20")).await;
    for (status, _, said) in [reloaded, repeated, silent] {
        assert!(said.contains("临江大学") && said.contains("已经处理过"), "{status}: {said}");
        assert!(!said.contains("<details class=\"refuse\" open>"), "{said}");
        assert!(!said.contains("http-equiv=\"refresh\""), "nothing is read anew under who works: {said}");
    }
    let other = desk.get("/forms").await.2;
    let decide = format!("/forms/ce/{}/decide", AccountNumber::from(next));
    let (_, location, _) = desk.post(&decide, &format!("seen={}&action=pass", seen(&other))).await;
    assert_eq!(location, "/forms?done=passed");
    assert!(desk.get(&path).await.2.contains("现在没有等待处理的申请"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_goes_with_its_writer_through_signing_in() {
    let mut desk = open().await;
    let exam = desk.ce().await;
    let account = desk.account("11010519491231002X").await;
    let answers = Answers([("school".parse().unwrap(), "同浦大学".to_owned())].into());
    desk.registration.applications.hand_in(account, &exam, &[], &answers).await.unwrap();
    let (_, _, text) = desk.get("/forms").await;
    let decide = format!("/forms/ce/{}/decide", AccountNumber::from(account));
    let form = format!("seen={}&action=refuse&own=%E7%9C%8B%E4%B8%8D%E6%B8%85", seen(&text));
    let hidden =
        |page: &str| page.split("name=\"carried\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // Its time was over, and the cookie went with it.
    let cookie = desk.cookie.take();
    let (status, _, ended) = desk.post(&decide, &form).await;
    assert!(status == StatusCode::UNAUTHORIZED && ended.contains("刚才填写的内容还在"), "{ended}");
    assert!(!ended.contains("看不清"), "it is sealed: {ended}");
    let sign_in = format!("/sign-in?next={decide}");
    let credentials = |name: &str, password: &str, page: &str| {
        format!("name={name}&password={}&carried={}", password.replace(' ', "%20"), hidden(page))
    };
    let (_, _, wrong) = desk.post(&sign_in, &credentials("li.min", "another password", &ended)).await;
    let (status, _, back) = desk.post(&sign_in, &credentials("li.min", "a long password", &wrong)).await;
    assert!(
        status == StatusCode::OK && back.contains("看不清") && back.contains(&format!("action=\"{decide}\"")),
        "{back}"
    );
    // What was typed of a person goes on with nobody else, and with nobody unknown.
    let of_person = format!("account={}&name=%E5%BC%A0&reason=typo", AccountNumber::from(account));
    desk.cookie = None;
    let (_, _, ended) = desk.post("/accounts/correct", &of_person).await;
    let (_, location, _) = desk.post("/sign-in?next=/", &credentials("boss", "a long password", &ended)).await;
    assert_eq!(location, "/");
    desk.cookie = cookie;
    desk.stores
        .pool()
        .get()
        .await
        .unwrap()
        .batch_execute("UPDATE registration.staff SET session_epoch = session_epoch + 1")
        .await
        .unwrap();
    let (_, _, ended) = desk.post(&decide, &form).await;
    let (_, location, _) = desk.post("/sign-in?next=/", &credentials("boss", "a long password", &ended)).await;
    assert_eq!(location, "/", "somebody else on the same desk");
    let (_, _, back) = desk.post("/sign-in?next=/", &credentials("li.min", "a long password", &ended)).await;
    assert!(back.contains("看不清"), "{back}");
    let (_, location, _) = desk.post(&decide, &form).await;
    assert_eq!(location, "/forms?done=refused");
    // Where signing in leads without a form: to its case.
    assert_eq!(desk.get(&decide).await.1, decide.replace("/decide", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_an_earlier_score_is_passed_or_sent_back() {
    let mut desk = open().await;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/cet");
    let dir = desk.stores.dir().join("cet");
    std::fs::create_dir_all(&dir).unwrap();
    for entry in std::fs::read_dir(source).unwrap().map(Result::unwrap) {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let text = if entry.file_name() == "exam.toml" {
            let open = text.replace("2026-11-02T08", "2020-11-02T08").replace("[\"notice\"]", "[\"eligibility\"]");
            let closing = open.replace("2027-04-16T17", "2089-04-16T17").replace("2027-04-18T17", "2089-04-18T17");
            // The agreement is no matter here.
            closing.replacen("[[steps]]\ntitle = { zh = \"资格信息查询与确认\", en = \"Eligibility\" }\ntasks = [\"eligibility\"]\nnote = { zh = \"报名开始前只能查询，不能确认。\", en = \"Before registration opens you can look, and not confirm.\" }\n", "", 1)
        } else {
            text
        };
        std::fs::write(dir.join(entry.file_name()), text).unwrap();
    }
    let exam = desk.registration.exams.import(&dir).await.unwrap().exam;
    let exam = desk.registration.exams.get(&exam).unwrap();
    let (account, eligibility) = (desk.account("11010519491231002X").await, desk.registration.eligibility.clone());
    let who = (DocumentKind::ResidentId, "430104200507080028", "罗海安");
    let mark = eligibility.look_up(account, &exam, &[], who).await.unwrap();
    let ticket = "430000201106002".parse().unwrap();
    eligibility.request_score_review(account, &exam, Some(&mark), &ticket).await.unwrap();

    let (_, _, text) = desk.get("/score-reviews").await;
    for part in ["罗海安", "430000201106002", "468 分（2025 年）", "英语六级笔试"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // Both numbers are whole, their differences marked, and the look is written down.
    let plain = text.replace("<mark>", "").replace("</mark>", "");
    assert!(plain.contains("430104200507080028") && text.contains("430104200507080<mark>028</mark>"), "{text}");
    assert!(plain.matches("class=\"signs\"").count() == 2 && text.contains("每次查看都会记录"), "{text}");
    let path = format!("/score-reviews/cet/{}/decide", AccountNumber::from(account));
    let (_, location, _) = desk.post(&path, &format!("seen={}&action=refuse{}", seen(&text), usual(&text, 1))).await;
    assert_eq!(location, "/score-reviews?done=refused");
    let (status, _, said) = desk.post(&path, &format!("seen={}&action=pass", seen(&text))).await;
    assert!(status == StatusCode::CONFLICT && said.contains("已经处理过"), "{said}");
    eligibility.request_score_review(account, &exam, Some(&mark), &ticket).await.unwrap();
    let (_, _, again) = desk.get(&path.replace("/decide", "")).await;
    assert_eq!(desk.post(&path, &format!("seen={}&action=pass", seen(&text))).await.0, StatusCode::CONFLICT);
    let (_, location, _) = desk.post(&path, &format!("seen={}&action=pass", seen(&again))).await;
    assert_eq!(location, "/score-reviews?done=passed");
    let review = eligibility.score_review(account, &exam.id).await.unwrap().unwrap();
    assert!(matches!(review.state, ScoreReviewState::Passed { .. }));
    assert!(desk.get("/score-reviews").await.2.contains("现在没有等待处理的申请"));
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_an_administrator_corrects_a_wrong_number() {
    let mut desk = open().await;
    let account = desk.account("11010519491231002X").await;
    let number = AccountNumber::from(account);
    let path = format!("/accounts/correct?account={number}");
    assert_eq!(desk.get(&path).await.0, StatusCode::FORBIDDEN, "for administrators");
    let form =
        |name: &str, typed: &str| format!("account={number}&name={name}&kind=resident_id&number={typed}&reason=typo");
    let (status, ..) = desk.post("/accounts/correct", &form("%E5%BC%A0%E4%BC%9F", "440308199901101512")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    desk.post("/sign-in?next=/", "name=boss&password=a%20long%20password").await;

    assert!(desk.get("/").await.2.contains("/accounts/correct"));
    assert!(desk.get("/accounts/correct").await.2.contains("通行证 ID 或证件号码"));
    let (status, _, said) = desk.post("/accounts/find", "account=123").await;
    assert!(status == StatusCode::NOT_FOUND && said.contains("没有这样的账号") && said.contains("123"), "{said}");
    // No address ever holds a document number.
    let (_, by_document, _) = desk.post("/accounts/find", "account=11010519491231002x").await;
    assert_eq!(by_document, path);
    assert_eq!(desk.get("/accounts/find").await.1, "/accounts/correct");
    let before = desk.looks(number).await;
    assert_eq!(before, 1, "whoever finds an account has looked at it");
    let kept = desk.get("/accounts/correct?account=11010519491231002X").await.2;
    assert!(!kept.contains("1101"), "an address with one finds nobody: {kept}");
    let (_, _, found) = desk.get(&path).await;
    for part in ["张伟", "1101**********002X", "139****5678", "更正后考生用新号码登录"] {
        assert!(found.contains(part), "{part} in {found}");
    }
    assert!(!found.contains("11010519491231002X"), "masked");
    assert_eq!(desk.looks(number).await, before + 1, "each look is on record");
    for (name, typed, why) in [
        ("%20", "", "姓名是"),
        ("%E5%BC%A01", "", "不能有“1”"),
        ("%E5%BC%A0%E4%BC%9F", "440308199901101513", "有效号码"),
        ("%E5%BC%A0%E4%BC%9F", "", "没有更正"),
    ] {
        let (status, _, said) = desk.post("/accounts/correct", &form(name, typed)).await;
        assert!(status.is_client_error() && said.contains(why) && said.contains(typed), "{why} in {said}");
    }
    let silent = form("%E5%BC%A0%E4%BC%9F", "440308199901101512").replace("typo", "%20");
    let (status, _, said) = desk.post("/accounts/correct", &silent).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("请填写更正原因"), "{said}");
    assert!(said.find("更正后考生用新号码登录") < said.find("id=\"number\""), "what comes of it is read first: {said}");
    let (status, _, said) = desk.post("/accounts/correct", &form("%E5%BC%A0%E4%BC%9F", "440308199901101512")).await;
    assert!(status == StatusCode::OK && said.contains("已更正") && said.contains("用新的证件号码登录"), "{said}");
    let now = desk.registration.accounts.account(account).await.unwrap().unwrap();
    assert_eq!(now.document.unwrap().expose(), "440308199901101512");

    // And a code for who has forgotten the password.
    let (_, _, told) = desk.post("/accounts/code", &format!("account={number}")).await;
    let code: String = told.split("重设码 ").nth(1).unwrap().chars().take(6).collect();
    assert!(code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    let new = Password::of_candidate("another-1", &PasswordRules::default()).unwrap();
    let accounts = &desk.registration.accounts;
    let caller = Caller::stranger(CaptchaRule::Suspicion);
    let proved = accounts.prove_reset("440308199901101512", LoginKind::Document, &code, &caller).await.unwrap();
    let reset = accounts.reset_by_code(&proved, &code, account, &new).await.unwrap();
    assert_eq!(reset.id, account);
    assert_eq!(desk.post("/accounts/code", "account=123").await.0, StatusCode::NOT_FOUND);
    assert_eq!(desk.get("/accounts/code").await.1, "/accounts/correct");
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_a_registration_is_moved_after_a_look_at_both_accounts() {
    let mut desk = open().await;
    desk.import("exam", EXAM, &[]).await;
    let order = desk.order("11010519491231002X").await;
    let (old, new) = (order.account, desk.account("440308199901101512").await);
    desk.post("/sign-in?next=/", "name=boss&password=a%20long%20password").await;
    let (status, _, said) = desk.post("/accounts/rebind", "from=123&to=440308199901101512").await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("没有找到账号 123"), "{said}");
    let (_, _, both) = desk.post("/accounts/rebind", "from=11010519491231002X&to=440308199901101512").await;
    let (number, account) = (order.id.to_string(), AccountNumber::from(old).to_string());
    let paid = ["学位外语考试", &number, "待缴费", "¥120.00", "这个账号没有报名"];
    for part in ["张伟", "1101**********002X", "4403**********1512", "确认转移", &account].iter().chain(&paid) {
        assert!(both.contains(part), "{part} in {both}");
    }
    assert_eq!((desk.looks(old.into()).await, desk.looks(new.into()).await), (1, 1), "both were looked at");
    let form = format!("from={}&to={}&sure=true", AccountNumber::from(new), AccountNumber::from(old));
    let (status, _, said) = desk.post("/accounts/rebind", &form).await;
    assert!(status == StatusCode::CONFLICT && said.contains("原账号没有报名"), "{said}");
}
