//! Candidates found by whatever staff have of them, seen masked, shown one value at a time with a line for each, and noted on.

use http::StatusCode;
use pagekit::local_path::query_value;
use registration::desk::staff::{Duty, Reach, Role, StaffMember};
use registration::model::exam_rules::LoginKind;
use registration::people::accounts::{AccountNumber, NewAccount};
use registration::people::candidates::reveal::What;
use registration::people::candidates::{CandidateError, Looking};
use registration::pictures::kept::Slot;
use reservation::ids::ExamId;

use crate::desk::picture_bytes;
use crate::house::{DOCUMENTS, EXAM, House, until};

const WHOLE: [&str; 4] = [DOCUMENTS[0], "13912345678", "13800000001", "fang.wang@example.edu"];

/// A house with two exams, two administrators and a reviewer.
async fn opened() -> (House, StaffMember) {
    let mut house = House::open(Vec::new()).await;
    house.import("exam", EXAM, &[]).await;
    house.import("other", &EXAM.replace("\"degree-english\"", "\"other\""), &[]).await;
    let chief = house.hire("chief", Role::Administrator).await;
    house.hire("deputy", Role::Administrator).await;
    house.hire("li.min", Role::Reviewer).await;
    for name in ["deputy", "li.min", "chief"] {
        house.sign_in(name).await;
    }
    (house, chief)
}

impl House {
    /// What a search answers: where it leads, or the page.
    async fn sought(&mut self, text: &str) -> (StatusCode, String, String) {
        let (status, location, page) = self.post("/candidates", &format!("sought={}", query_value(text))).await;
        // Nothing but the number of an account, which opens nothing, is ever in an address.
        let is_number = text.parse::<AccountNumber>().is_ok();
        assert!(is_number || !location.contains(text), "no address has it: {location}");
        let hrefs = page.split("href=\"").skip(1).chain(page.split("action=\"").skip(1));
        for href in hrefs.map(|rest| rest.split('"').next().unwrap()) {
            assert!(WHOLE.iter().all(|whole| !href.contains(whole)), "no link has it: {href}");
        }
        (status, location, page)
    }

    async fn count(&self, sql: &str) -> i64 {
        self.stores.pool().get().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
    }
}

/// An account with a name and an address of its own.
async fn named(house: &House, name: &str, document: &str, mobile: &str) -> AccountNumber {
    let new = NewAccount::parse(name, document, mobile, "secret-1").unwrap();
    let email = "fang.wang@example.edu".parse().ok();
    let username = "wangfang88".parse().ok();
    let login = LoginKind::Username;
    house.registration.accounts.register(NewAccount { login, email, username, ..new }).await.unwrap().number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_found_seen_masked_and_shown_with_a_line_for_each_look() {
    let (mut house, chief) = opened().await;
    let order = house.order(DOCUMENTS[0]).await;
    let (first, second) = (AccountNumber::from(order.account), house.order(DOCUMENTS[1]).await);
    let third = named(&house, "阿卜杜热西提·买买提", DOCUMENTS[2], "13800000001").await;
    house
        .sql(&format!(
        "INSERT INTO registration.tickets (exam, sitting, order_id, number, generation, fingerprint, code, issued_at)
         VALUES ('degree-english', 'morning', '{}', 'VCJ85CVQ', 1, decode(repeat('00', 32), 'hex'), 'x', now())",
        order.id
    ))
        .await;

    found_by_each_kind(&mut house, (first, third), &order.id.to_string()).await;
    let second = AccountNumber::from(second.account);
    let (status, _, several) = house.sought("张伟").await;
    assert_eq!(status, StatusCode::OK);
    for part in ["查到 2 名考生", "1101**********002X", "4403**********1512", &first.to_string(), &second.to_string()]
    {
        assert!(several.contains(part), "{part}: {several}");
    }
    assert!(!several.contains(DOCUMENTS[0]) && !several.contains("13912345678"), "masked: {several}");
    looked_at(&mut house, first).await;
    noted_on(&mut house, first).await;
    within_scope(&house, &chief, first, third).await;

    // Nothing that was looked for, shown or noted stands in the audit.
    for text in WHOLE.iter().chain(&["张伟", "阿卜杜热西提", "VCJ85CVQ", "电话"]) {
        let lines = format!(
            "SELECT count(*) FROM registration.audit WHERE subject LIKE 'candidate%' AND detail LIKE '%{text}%'
            OR action LIKE 'candidate.%' AND (detail LIKE '%{text}%' OR seen LIKE '%{text}%')"
        );
        assert_eq!(house.count(&lines).await, 0, "{text}");
    }
    let searches = "SELECT count(*) FROM registration.audit WHERE action = 'candidate.find' AND detail LIKE '%* → 2'";
    assert_eq!(house.count(searches).await, 3, "each search for the name, masked, with how many were found");
    house.hire("wang.fang", Role::Operator).await;
    house.sign_in("wang.fang").await;
    house.by("wang.fang");
    assert_eq!(house.get("/candidates").await.0, StatusCode::FORBIDDEN, "not an operator's");
    assert_eq!(house.get(&format!("/candidates/{first}")).await.0, StatusCode::FORBIDDEN);
    assert!(!house.get("/wall").await.2.contains("/candidates"), "nor a link to it");
    house.by("chief");
    history_by_pages(&mut house, first).await;
    verified_and_broken(&mut house, &chief, (first, second)).await;
}

async fn found_by_each_kind(house: &mut House, (first, third): (AccountNumber, AccountNumber), order: &str) {
    let pages = [first, third].map(|number| format!("/candidates/{number}"));
    let number = first.to_string();
    for (text, page) in [
        ("阿卜杜热西提•买 买提", &pages[1]),
        (" 11010519491231002x", &pages[0]),
        ("138 0000 0001", &pages[1]),
        ("FANG.WANG@example.edu", &pages[1]),
        ("WangFang88", &pages[1]),
        ("vcj85cvq", &pages[0]),
        (order, &pages[0]),
        (&*number, &pages[0]),
    ] {
        let (status, location, page_text) = house.sought(text).await;
        assert_eq!((status, &location), (StatusCode::SEE_OTHER, page), "{text}: {page_text}");
    }
    for (text, status, said) in [
        ("王芳", StatusCode::NOT_FOUND, "按姓名没有查到考生"),
        ("440308199901101514", StatusCode::NOT_FOUND, "准考证号"),
        ("？？", StatusCode::UNPROCESSABLE_ENTITY, "无法识别"),
    ] {
        let (answered, _, page) = house.sought(text).await;
        assert!(answered == status && page.contains(said), "{text}: {answered} {page}");
    }
    assert_eq!(house.get("/candidates?sought=x").await.2.matches("value=\"\"").count(), 1, "an address finds nobody");
}

async fn looked_at(house: &mut House, first: AccountNumber) {
    let path = format!("/candidates/{first}");
    let (_, _, page) = house.get(&path).await;
    for part in [
        "张*",
        "1101**********002X",
        "139****5678",
        "锁定座位",
        "下一步：缴费",
        "打开了考生页",
        "/accounts/rebind?from=",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(WHOLE.iter().all(|whole| !page.contains(whole)) && !page.contains("张伟"), "masked: {page}");
    assert!(house.get(&format!("/accounts/rebind?from={first}")).await.2.contains(&format!("value=\"{first}\"")));

    let (_, _, shown) = house.post(&format!("{path}/show"), "what=document").await;
    assert!(shown.contains(DOCUMENTS[0]) && shown.contains("已记录：chief 于"), "{shown}");
    assert!(shown.contains("139****5678") && !shown.contains("13912345678"), "one value at a time: {shown}");
    let (_, _, again) = house.get(&path).await;
    assert!(!again.contains(DOCUMENTS[0]) && again.contains("查看了考生的完整信息: 填报证件号码"), "{again}");
    let lines = "SELECT count(*) FROM registration.audit WHERE action = 'candidate.show' AND detail = 'document'";
    assert_eq!(house.count(lines).await, 1);
    for (what, status) in
        [("email", StatusCode::NOT_FOUND), ("portrait", StatusCode::NOT_FOUND), ("all", StatusCode::BAD_REQUEST)]
    {
        assert_eq!(house.post(&format!("{path}/show"), &format!("what={what}")).await.0, status, "{what}");
    }
    assert_eq!(house.get(&format!("{path}/portrait.jpg")).await.0, StatusCode::NOT_FOUND, "not without asking");
    assert_eq!(house.get(&format!("{path}/show")).await.1, path, "a reload shows nothing");
    assert_eq!(house.get("/candidates/00000000000000000000000000000000").await.0, StatusCode::NOT_FOUND);
}

async fn noted_on(house: &mut House, first: AccountNumber) {
    let path = format!("/candidates/{first}");
    let notes = format!("{path}/notes");
    let (status, _, page) = house.post(&notes, &format!("note={}", "x".repeat(1_001))).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(&"x".repeat(1_001)), "what was typed stays");
    let (_, location, _) = house.post(&notes, &format!("note={}", query_value("已电话联系\n<b>明天</b>再来"))).await;
    assert_eq!(location, format!("{path}?done=noted"));
    let (_, _, page) = house.get(&location).await;
    assert!(page.contains("已电话联系\n&lt;b&gt;明天&lt;/b&gt;再来") && page.contains("备注已保存"), "{page}");
    let strike =
        page.split("action=\"").find(|rest| rest.contains("/strike\"")).unwrap().split('"').next().unwrap().to_owned();
    let (status, _, page) = house.by("deputy").post(&strike, "").await;
    assert!(status == StatusCode::CONFLICT && page.contains("没有划掉"), "by its writer alone: {page}");
    let (_, location, _) = house.by("chief").post(&strike, "").await;
    let (_, _, page) = house.get(&location).await;
    assert!(page.contains("<s>已电话联系") && !page.contains("/strike"), "struck out and kept: {page}");
    assert_eq!(house.post(&strike, "").await.0, StatusCode::CONFLICT, "once");
    let client = house.stores.pool().get().await.unwrap();
    for statement in [
        "SET text = '\\x00'",
        "SET staff = (SELECT id FROM registration.staff WHERE name = 'deputy')",
        "SET struck_at = NULL",
    ] {
        let changed = client.batch_execute(&format!("UPDATE registration.candidate_notes {statement}")).await;
        assert!(changed.is_err(), "{statement}");
    }
    assert_eq!(
        house.count("SELECT count(*) FROM registration.candidate_notes WHERE text LIKE '%电话%'::bytea").await,
        0,
        "sealed"
    );
}

/// Whoever is there for one exam sees its candidates alone.
async fn within_scope(house: &House, chief: &StaffMember, first: AccountNumber, third: AccountNumber) {
    let candidates = &house.registration.candidates;
    let exams: [ExamId; 2] = ["degree-english".parse().unwrap(), "other".parse().unwrap()];
    let only = |exams| Looking { member: chief, exams: Some(exams) };
    for (exams, hits) in [(&exams[..1], 2), (&exams[1..], 0), (&exams[..], 2)] {
        assert_eq!(candidates.find(&only(exams), "张伟").await.unwrap().hits.len(), hits, "{exams:?}");
    }
    assert!(candidates.open(&only(&exams[..1]), first, None).await.is_ok());
    // Who somebody was verified to be holds for all exams, and is not theirs to see.
    let verified = candidates.show(&only(&exams[..1]), first, What::VerifiedName).await;
    assert!(matches!(verified, Err(CandidateError::Unknown)), "{verified:?}");
    assert!(candidates.show(&only(&exams[..1]), first, What::Name).await.is_ok());
    for (exams, number) in [(&exams[1..], first), (&exams[..], third)] {
        let refused = candidates.open(&only(exams), number, None).await;
        assert!(matches!(refused, Err(CandidateError::Unknown)), "{exams:?}");
    }
    assert!(matches!(candidates.open(&only(&[]), first, None).await, Err(CandidateError::Forbidden(_))));
    let sheet = candidates.read(&Looking::everywhere(chief), third, None).await.unwrap();
    assert_eq!(sheet.exams.len(), 0, "nothing was begun");
}

/// Who somebody was verified to be is no headline for whoever sees some exams alone; and an account that cannot be opened keeps nobody
/// else from being found.
async fn verified_and_broken(house: &mut House, chief: &StaffMember, (first, second): (AccountNumber, AccountNumber)) {
    let (account, identity) = (first.account(), house.registration.identity.clone());
    identity.consent(account).await.unwrap();
    identity.draft(account, Slot::Holding, picture_bytes().into()).await.unwrap();
    identity.hand_in(account).await.unwrap();
    let case = format!("/people/identity.{}", account.0);
    let page = house.by("li.min").get(&case).await.2;
    house.get(&format!("{case}/handed-in.jpg")).await;
    let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let done = house.post(&format!("{case}/confirm"), &format!("seen={seen}")).await;
    assert_eq!(done.0, StatusCode::SEE_OTHER, "{}", done.2);
    // What the account declares is gone; what was verified is not.
    house.sql(&format!("UPDATE registration.accounts SET name = NULL WHERE id = '{}'", account.0)).await;
    let exams: [ExamId; 1] = ["degree-english".parse().unwrap()];
    let (candidates, only) = (&house.registration.candidates, Looking { member: chief, exams: Some(&exams) });
    let whole = candidates.read(&Looking::everywhere(chief), first, None).await.unwrap().who;
    let limited = candidates.read(&only, first, None).await.unwrap().who;
    assert_eq!((whole.name.as_deref(), whole.is_verified), (Some("张*"), true));
    assert_eq!((limited.name, limited.is_verified), (None, true), "that it was done, and not what it says");

    let by_mobile = "13912345678";
    assert!(house.by("chief").sought(by_mobile).await.2.contains("查到 2 名考生"));
    house.sql("ALTER TABLE registration.accounts DISABLE TRIGGER USER").await;
    house.sql(&format!("UPDATE registration.accounts SET document = '\\x00' WHERE id = '{}'", account.0)).await;
    let (status, _, page) = house.sought(by_mobile).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    for part in ["查到 1 个账号，但数据打不开", "查到 1 名考生", &second.to_string()] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let own = house.get(&format!("/candidates/{first}")).await;
    assert_eq!(own.0, StatusCode::INTERNAL_SERVER_ERROR, "it is there, and not to be read: {}", own.2);
}

/// Three hundred acts, many of them at one moment: every one is on one page, and on no other.
async fn history_by_pages(house: &mut House, first: AccountNumber) {
    house
        .sql(&format!(
            "INSERT INTO registration.audit (at, actor_kind, staff, action, subject, detail)
         SELECT now() - (n / 70) * interval '1 hour', 'staff', (SELECT id FROM registration.staff WHERE name = 'chief'),
             'account_corrected', '{first}', 'act ' || n || '.' FROM generate_series(1, 300) n"
        ))
        .await;
    let (mut path, mut seen) = (format!("/candidates/{first}"), Vec::new());
    for _ in 0..20 {
        let (_, _, page) = house.get(&path).await;
        assert!(page.matches("<li data-source").count() <= 50, "a page of it");
        seen.extend(page.split("act ").skip(1).map(|rest| rest.split('.').next().unwrap().parse::<u32>().unwrap()));
        let next = page
            .split(&format!("/candidates/{first}?from="))
            .nth(1)
            .map(|rest| rest.split('#').next().unwrap().to_owned());
        let Some(next) = next else { break };
        path = format!("/candidates/{first}?from={next}");
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=300).collect::<Vec<_>>());
    assert_eq!(
        house.count("SELECT count(*) FROM registration.audit WHERE action = 'candidate.look'").await,
        4,
        "once for each opening"
    );
}

/// A change that is committed while keys are made of what was before is found by afterwards; what cannot be opened keeps nobody
/// else from being found; and accounts that were there before keys were kept are gone through.
#[tokio::test(flavor = "multi_thread")]
async fn what_candidates_are_found_by_follows_every_change() {
    let (mut house, _) = opened().await;
    let first = named(&house, "王芳", DOCUMENTS[0], "13800000001").await;
    let page = format!("/candidates/{first}");
    let by_mobile = "13800000001";
    assert_eq!(house.sought(by_mobile).await.1, page);

    let mut other = house.stores.pool().get().await.unwrap();
    let changing = other.transaction().await.unwrap();
    // It is due already when the other transaction lets it fall due once more.
    house.sql("UPDATE registration.accounts SET name = name").await;
    changing.batch_execute("UPDATE registration.accounts SET mobile = NULL").await.unwrap();
    assert_eq!(house.sought(by_mobile).await.1, page, "not changed yet");
    changing.commit().await.unwrap();
    let (status, _, none) = house.sought(by_mobile).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{none}");
    assert_eq!(house.sought("王芳").await.1, page);

    let second = AccountNumber::from(house.order(DOCUMENTS[1]).await.account);
    house.sql("UPDATE registration.accounts SET name = '\\x00' WHERE mobile IS NULL").await;
    assert_eq!(
        house.sought("13912345678").await.1,
        format!("/candidates/{second}"),
        "due together with what is broken"
    );
    let due = "SELECT count(*) FROM registration.candidate_keys_due";
    assert_eq!(house.count(due).await, 0, "nor does that come again");

    // As before keys were kept; and as the version before makes them, of rules that it does not say.
    let unkept = "INSERT INTO registration.candidate_keys_due (account) VALUES (gen_random_uuid());
        UPDATE registration.candidate_keys_sweep SET behind = '00000000-0000-0000-0000-000000000000', is_done = false";
    let of_before = "INSERT INTO registration.candidate_keys (kind, index, account)
        SELECT 'name', sha256(id::text::bytea), id FROM registration.accounts";
    let left = "SELECT (SELECT count(*) FROM registration.candidate_keys_sweep WHERE NOT is_done)
        + (SELECT count(*) FROM registration.candidate_keys_due) + (SELECT count(*) FROM registration.candidate_keys WHERE rules < 2)";
    for stands in [unkept, of_before] {
        house.sql(&format!("DELETE FROM registration.candidate_keys; {stands}")).await;
        until("all accounts were gone through", async || house.count(left).await == 0).await;
        assert_eq!(house.sought("张伟").await.1, format!("/candidates/{second}"));
    }
}

/// Whoever works for some schools finds those schools' candidates, and nobody else's; for some sites, nobody, and is told why.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_works_for_some_schools_finds_their_candidates_alone() {
    let mut house = House::open(Vec::new()).await;
    house.import("exam", EXAM, &[]).await;
    house.import("other", &EXAM.replace("\"degree-english\"", "\"other\""), &[]).await;
    let number = AccountNumber::from(house.order(DOCUMENTS[0]).await.account);
    house.sql("UPDATE registration.exam_sittings SET campus = '991010' WHERE exam = 'degree-english'").await;
    let school = |code: &str| Reach::of(Vec::new(), Vec::new(), vec![code.parse().unwrap()]);
    const SITE: &str = "11111111-1111-1111-1111-111111111111";
    let sites = "INSERT INTO registration.sites (id, name_zh, name_en, address_zh, address_en) VALUES";
    house.sql(&format!("{sites} ('{SITE}', '东校区', 'East', '一路 1 号', '1 First Road')")).await;
    let site = Reach::of(Vec::new(), vec![SITE.parse().unwrap()], Vec::new());
    let other = Reach { exams: Some(vec!["other".parse().unwrap()]), ..school("991010") };
    for (name, reach) in [("zhao.lei", school("991010")), ("qian", school("991011")), ("sun", other), ("site", site)] {
        house.hire(name, Duty { role: Role::Reviewer, reach }).await;
        house.sign_in(name).await;
    }
    let page = format!("/candidates/{number}");
    let found = house.by("zhao.lei").sought("13912345678").await;
    assert_eq!((found.0, &found.1), (StatusCode::SEE_OTHER, &page), "{}", found.2);
    let (_, _, seen) = house.get(&page).await;
    assert!(seen.contains("1101**********002X") && seen.contains("学位外语考试"), "{seen}");
    assert_eq!(house.post(&format!("{page}/show"), "what=document").await.0, StatusCode::OK);
    assert_eq!(house.post(&format!("{page}/show"), "what=verified_name").await.0, StatusCode::NOT_FOUND);
    assert_eq!(house.post(&format!("{page}/notes"), "note=x").await.0, StatusCode::SEE_OTHER);
    for name in ["qian", "sun"] {
        assert_eq!(house.by(name).sought("13912345678").await.0, StatusCode::NOT_FOUND, "{name}");
        assert_eq!(house.get(&page).await.0, StatusCode::NOT_FOUND, "{name}");
        assert_eq!(house.post(&format!("{page}/show"), "what=document").await.0, StatusCode::NOT_FOUND, "{name}");
    }
    let (status, _, told) = house.by("site").get("/candidates").await;
    assert!(
        status == StatusCode::OK && told.contains("你只负责部分考点") && !told.contains("name=\"sought\""),
        "{told}"
    );
    assert_eq!(house.post("/candidates", "sought=x").await.0, StatusCode::FORBIDDEN);
}

/// Accounts and cases of an exam as files, masked unless whole numbers were asked for.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_cases_are_taken_out_as_files() {
    let (mut house, _) = opened().await;
    let order = house.order(DOCUMENTS[0]).await;
    house.registration.orders.hand_in(order.account, order.id, picture_bytes().into()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let accounts = text(house.fetch("/exports/accounts.csv?exam=degree-english").await);
    let number = AccountNumber::from(order.account).to_string();
    for part in [&*number, "张伟", "1101**********002X", "139****5678", "未实名", "导出：chief"] {
        assert!(accounts.contains(part), "{part}: {accounts}");
    }
    assert!(!accounts.contains(DOCUMENTS[0]) && !accounts.contains("13912345678"), "{accounts}");
    let whole = text(house.fetch_by_form("/exports/accounts.csv", "exam=degree-english&whole=yes").await);
    assert!(whole.contains(DOCUMENTS[0]) && whole.contains("13912345678"), "{whole}");
    let cases = text(house.fetch("/exports/cases.csv?exam=degree-english").await);
    for part in ["付款审核", &*order.id.to_string(), "张伟", "待处理", &*number] {
        assert!(cases.contains(part), "{part}: {cases}");
    }
    assert_eq!(text(house.fetch("/exports/accounts.csv?exam=other").await).lines().count(), 2, "heads and who took it");
    let noted = house.stores.pool().get().await.unwrap();
    let noted =
        noted.query("SELECT detail FROM registration.audit WHERE action = 'list.export' ORDER BY id", &[]).await;
    let noted: Vec<String> = noted.unwrap().iter().map(|row| row.get("detail")).collect();
    assert_eq!(noted, ["accounts csv", "accounts csv whole", "cases csv", "accounts csv"]);
    house.by("li.min");
    assert_eq!(house.get("/exports/accounts.csv?exam=degree-english").await.0, StatusCode::FORBIDDEN);
}
