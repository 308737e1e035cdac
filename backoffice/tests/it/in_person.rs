//! What is done with somebody who is there in person, or on the telephone: a face confirmed by the document in their hands, and an account
//! signed out everywhere.

use http::StatusCode;
use pagekit::local_path::query_value;
use registration::desk::staff::{Duty, Reach, Role};
use registration::model::document::{Document, DocumentKind};
use registration::model::facts::{FaceState, IdentityState};
use registration::people::accounts::{Account, Machine, NewAccount};
use reservation::ids::ExamId;

use crate::house::{DOCUMENTS, EXAM, House};

/// An exam that asks who somebody is, of whom staff look at each card, and for their face.
pub(crate) const STEPS: &str = r#"
[[steps]]
title = { zh = "实名认证", en = "Identity" }
tasks = ["identity"]
[[steps]]
title = { zh = "人脸识别", en = "Face check" }
tasks = ["face"]
[[steps]]
title = { zh = "选择场次", en = "Sittings" }
tasks = ["sittings"]
[[steps]]
title = { zh = "缴费", en = "Payment" }
tasks = ["payment"]
[identity]
documents = ["resident_id"]
ways = ["card"]
card = "staff"
"#;

/// The candidate has begun something in it.
const BEGUN: &str = "INSERT INTO registration.applications (exam, account, created_at)
    SELECT 'degree-english', id, now() FROM registration.accounts";

/// What is sent with a resident ID in the hand.
const SHOWN: &str = "shown=resident_id";

impl House {
    async fn counted(&self, sql: &str) -> i64 {
        self.stores.pool().get().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
    }

    /// How many lines of the audit, and how many messages, are of such a kind.
    async fn lines_and_messages(&self, action: &str, kind: &str) -> (i64, i64) {
        let lines = format!("SELECT count(*) FROM registration.audit WHERE action = '{action}'");
        let messages = format!("SELECT count(*) FROM registration.outbox WHERE kind = '{kind}'");
        (self.counted(&lines).await, self.counted(&messages).await)
    }

    /// Sends a form that is not taken.
    async fn refused(&mut self, path: &str, form: &str, (status, said): (StatusCode, &str)) {
        let (answered, _, text) = self.post(path, form).await;
        assert!(answered == status && text.contains(said), "{form}: {answered} {text}");
    }

    /// Has all that is compared shown whole.
    async fn look(&mut self, page: &str) {
        for what in ["name", "document"] {
            assert_eq!(self.post(&format!("{page}/show"), &format!("what={what}")).await.0, StatusCode::OK);
        }
    }

    /// What the form on a page, which is sent there, says was seen, with a reason.
    async fn seen(&mut self, page: &str, action: &str) -> String {
        let (_, _, text) = self.get(page).await;
        let form = text.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("no {action}: {text}"));
        let seen = form.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        format!("seen={seen}&reason={}", query_value("看错了人"))
    }

    async fn somebody(&self) -> Account {
        let new = NewAccount::parse("张伟", DOCUMENTS[0], "13912345678", "secret-1").unwrap();
        self.registration.accounts.register(new).await.unwrap()
    }
}

/// The page of a candidate, and where they are confirmed.
fn pages(account: &Account) -> (String, String) {
    let page = format!("/candidates/{}", account.number);
    let act = format!("{page}/exams/degree-english/in-person");
    (page, act)
}

/// A house with that exam, a reviewer, a registrar, and a reviewer of another exam.
async fn opened() -> House {
    let mut house = House::open(Vec::new()).await;
    house.import("exam", &format!("{EXAM}{STEPS}"), &[]).await;
    let elsewhere = Reach { exams: Some(vec!["other".parse().unwrap()]), ..Reach::default() };
    house.import("other", &EXAM.replace("\"degree-english\"", "\"other\""), &[]).await;
    house.hire("li.min", Role::Reviewer).await;
    house.hire("clerk", Role::Registrar).await;
    house.hire("sun", Duty { role: Role::Reviewer, reach: elsewhere }).await;
    for name in ["clerk", "sun", "li.min"] {
        house.sign_in(name).await;
    }
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_staff_confirm_a_face_in_person_once_and_take_that_back() {
    let mut house = opened().await;
    let (account, exam): (Account, ExamId) = (house.somebody().await, "degree-english".parse().unwrap());
    let faces = house.registration.faces.clone();
    let ((page, act), shown) = (pages(&account), SHOWN);
    let (_, _, text) = house.get(&page).await;
    assert!(text.contains(&format!("action=\"{act}\"")) && text.contains("还没有报名"), "{text}");

    // Nothing is confirmed of whom nothing is known, nor without a look at all that is compared.
    for what in ["document", "name"] {
        house.refused(&act, shown, (StatusCode::CONFLICT, "半小时内看过的才算")).await;
        assert_eq!(house.post(&format!("{page}/show"), &format!("what={what}")).await.0, StatusCode::OK);
    }
    for form in ["shown=passport", "shown=x", ""] {
        house.refused(&act, form, (StatusCode::UNPROCESSABLE_ENTITY, "种类要与考生填报的一致")).await;
    }
    house.refused(&act, shown, (StatusCode::CONFLICT, "没有同意实名认证")).await;
    house.registration.identity.consent(account.id).await.unwrap();
    for name in ["clerk", "sun"] {
        assert_eq!(house.by(name).post(&act, shown).await.0, StatusCode::FORBIDDEN, "{name}");
        assert_eq!(house.post(&format!("{act}/undo"), "reason=x").await.0, StatusCode::FORBIDDEN, "{name}");
    }
    assert!(!house.by("clerk").get(&page).await.2.contains("/in-person\""), "nor a form for it");
    house.by("li.min");
    let nobody = "/candidates/00000000000000000000000000000000/exams/degree-english/in-person";
    assert_eq!(house.post(nobody, shown).await.0, StatusCode::NOT_FOUND);
    let unasked = format!("{page}/exams/other/in-person");
    assert_eq!(house.post(&unasked, shown).await.0, StatusCode::NOT_FOUND, "which asks for nothing of it");
    assert_eq!(house.lines_and_messages("face.in_person", "face_passed").await, (0, 0));

    // Who they are, by a card that staff held, and their face; however often the form is sent.
    for _ in 0..2 {
        assert_eq!(house.post(&act, shown).await.1, format!("{page}?done=in-person"));
    }
    let state = faces.state(account.id, &exam).await.unwrap();
    assert!(matches!(state, FaceState::Passed { is_in_person: true, .. }), "{state:?}");
    let identity = house.registration.identity.state(account.id).await.unwrap();
    assert!(matches!(identity, IdentityState::Verified { .. }), "{identity:?}");
    assert_eq!(house.lines_and_messages("face.in_person", "face_passed").await, (2, 1));
    let kept = "SELECT count(*) FROM registration.audit WHERE action = 'face.in_person' AND detail = 'resident_id'
        AND staff = (SELECT id FROM registration.staff WHERE name = 'li.min')";
    assert_eq!(house.counted(kept).await, 2, "who, and of which kind the document was");
    let (_, _, text) = house.get(&format!("{page}?done=in-person")).await;
    for part in ["已当面核验，考生会收到通知", "已当面核验：", "当面核验了本人和证件", "居民身份证"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    taken_back(&mut house, &account, (&page, &act)).await;
}

/// With a reason, once; the candidate reads it and may be confirmed again. What passed by another way is no such thing.
async fn taken_back(house: &mut House, account: &Account, (page, act): (&str, &str)) {
    let (exam, faces): (ExamId, _) = ("degree-english".parse().unwrap(), house.registration.faces.clone());
    let undo = format!("{act}/undo");
    assert_eq!(house.post(&undo, "reason=%20").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let unseen = format!("reason={}", query_value("看错了人"));
    house.refused(&undo, &unseen, (StatusCode::CONFLICT, "又有人重新做了当面核验")).await;
    let why = house.seen(page, &undo).await;
    assert_eq!(house.post(&undo, &why).await.1, format!("{page}?done=in-person-undone"));
    let state = faces.state(account.id, &exam).await.unwrap();
    assert_eq!(state, FaceState::Refused { reason: "看错了人".to_owned() });
    assert_eq!(house.lines_and_messages("face.in_person_undo", "face_refused").await, (1, 1));
    let (status, _, text) = house.post(&undo, &why).await;
    assert!(status == StatusCode::CONFLICT && text.contains("没有可以撤销的当面核验"), "{text}");
    assert!(text.contains("撤销了当面核验") && text.contains("看错了人"), "in the candidate's history: {text}");
    assert_eq!(house.post(act, "shown=resident_id").await.1, format!("{page}?done=in-person"));
    assert_eq!(house.lines_and_messages("face.in_person", "face_passed").await, (3, 2), "the face alone");
    house.refused(&undo, &why, (StatusCode::CONFLICT, "又有人重新做了当面核验")).await;
    house.sql("UPDATE registration.face_checks SET way = 'face'").await;
    let (status, _, text) = house.post(act, "shown=resident_id").await;
    assert!(status == StatusCode::CONFLICT && text.contains("已经通过，不需要当面核验"), "{text}");
    assert_eq!(house.post(&undo, &why).await.0, StatusCode::CONFLICT, "nor is it taken back here");
    // When the account is corrected the check goes, and what was done stays to be read.
    house.sql(BEGUN).await;
    house.sql("DELETE FROM registration.face_checks").await;
    let (_, _, text) = house.get(page).await;
    assert!(text.contains("撤销了当面核验") && !text.contains("已当面核验："), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_what_was_not_compared_is_not_confirmed_in_person() {
    let mut house = opened().await;
    let account = house.somebody().await;
    let (page, act) = pages(&account);
    // Whoever does not sign in by their document declares another one by themselves.
    house.sql("DELETE FROM registration.account_logins").await;
    house.look(&page).await;
    for (name, document) in [("张伟", DOCUMENTS[1]), ("李娜", DOCUMENTS[1])] {
        let document = Document::parse(DocumentKind::ResidentId, document).unwrap();
        house.registration.identity.declare(account.id, name.parse().unwrap(), document).await.unwrap();
        house.refused(&act, SHOWN, (StatusCode::CONFLICT, "半小时内看过的才算")).await;
        house.look(&page).await;
    }
    house.registration.identity.consent(account.id).await.unwrap();
    assert_eq!(house.post(&act, SHOWN).await.1, format!("{page}?done=in-person"));
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_what_a_colleague_works_on_is_not_confirmed_in_person() {
    let mut house = opened().await;
    let account = house.somebody().await;
    let (page, act) = pages(&account);
    house.registration.identity.consent(account.id).await.unwrap();
    let waits = "INSERT INTO registration.identity_pictures (id, account, slot, state, created_at)
            SELECT gen_random_uuid(), id, 'live', 'kept', now() FROM registration.accounts;
        INSERT INTO registration.face_checks (account, exam, state, picture, submitted_at)
            SELECT account, 'degree-english', 'waiting', id, now() FROM registration.identity_pictures";
    house.sql(waits).await;
    house.look(&page).await;
    let (by, until) = ("(SELECT id FROM registration.staff WHERE name = 'sun')", "now() + interval '1 hour'");
    let claimed = format!("claimed_by = {by}, claimed_until = {until}, claim_token = gen_random_uuid()");
    let noted = format!("noted = '\\x00', noted_by = {by}, noted_until = {until}");
    for (held, free) in [
        (claimed, "claimed_by = NULL, claimed_until = NULL, claim_token = NULL"),
        (noted, "noted = NULL, noted_by = NULL, noted_until = NULL"),
    ] {
        house.sql(&format!("UPDATE registration.cases SET {held}")).await;
        house.refused(&act, SHOWN, (StatusCode::CONFLICT, "同事正在处理这位考生")).await;
        house.sql(&format!("UPDATE registration.cases SET {free}")).await;
    }
    let identity = house.registration.identity.state(account.id).await.unwrap();
    assert!(!matches!(identity, IdentityState::Verified { .. }), "nor who they are: {identity:?}");
    assert_eq!(house.post(&act, SHOWN).await.1, format!("{page}?done=in-person"));
    let closed = "SELECT count(*) FROM registration.cases WHERE outcome = 'passed'";
    assert_eq!(house.counted(closed).await, 1, "with its case");
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_an_identity_that_is_open_yet_is_confirmed_in_person_by_whoever_works_for_all_exams() {
    let mut house = opened().await;
    let account = house.somebody().await;
    let (page, act) = pages(&account);
    house.registration.identity.consent(account.id).await.unwrap();
    house.look(&page).await;
    assert_eq!(house.post(&act, SHOWN).await.1, format!("{page}?done=in-person"));
    // The face has passed, and the card was taken as other exams take it, not by staff.
    house.sql(BEGUN).await;
    house.sql("UPDATE registration.identities SET also_by = '{}'").await;
    let (confirm, undo) = (format!("action=\"{act}\""), format!("action=\"{act}/undo\""));
    let (_, _, text) = house.get(&page).await;
    assert!(text.contains(&confirm) && text.contains(&undo), "{text}");
    let reach = Reach { exams: Some(vec!["degree-english".parse().unwrap()]), ..Reach::default() };
    house.hire("wei", Duty { role: Role::Reviewer, reach }).await;
    house.sign_in("wei").await;
    let (_, _, text) = house.get(&page).await;
    assert!(!text.contains(&confirm) && text.contains(&undo), "{text}");
    house.look(&page).await;
    house.refused(&act, SHOWN, (StatusCode::CONFLICT, "这里不能代办")).await;
    house.by("li.min");
    assert_eq!(house.post(&act, SHOWN).await.1, format!("{page}?done=in-person"));
    assert_eq!(house.lines_and_messages("face.in_person", "identity_passed").await, (3, 1), "who they are alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_staff_take_back_on_the_page_that_they_confirmed_who_somebody_is() {
    let mut house = opened().await;
    let account = house.somebody().await;
    let (page, act) = pages(&account);
    let undo = format!("{page}/in-person/undo");
    house.registration.identity.consent(account.id).await.unwrap();
    assert!(!house.get(&page).await.2.contains(&undo), "there is nothing to take back");
    let nothing = format!("seen=1&reason={}", query_value("看错了人"));
    house.refused(&undo, &nothing, (StatusCode::CONFLICT, "没有可以撤销的当面核验")).await;
    house.look(&page).await;
    assert_eq!(house.post(&act, SHOWN).await.1, format!("{page}?done=in-person"));
    house.sql(BEGUN).await;
    let why = house.seen(&page, &undo).await;

    // Identities hold for all exams: whoever works for some of them is shown none, and takes none back.
    let reach = Reach { exams: Some(vec!["degree-english".parse().unwrap()]), ..Reach::default() };
    house.hire("wei", Duty { role: Role::Reviewer, reach }).await;
    house.sign_in("wei").await;
    let text = house.get(&page).await.2;
    assert!(!text.contains("实名认证经当面核验") && text.contains(&format!("{act}/undo")), "{text}");
    for name in ["wei", "clerk", "sun"] {
        assert_eq!(house.by(name).post(&undo, &why).await.0, StatusCode::FORBIDDEN, "{name}");
    }
    let text = house.by("clerk").get(&page).await.2;
    assert!(text.contains("实名认证经当面核验") && !text.contains(&undo), "read, and not theirs to take back: {text}");

    house.by("li.min").refused(&undo, "seen=1&reason=x", (StatusCode::CONFLICT, "又有人重新做了当面核验")).await;
    let seen = why.split('&').next().unwrap();
    house.refused(&undo, seen, (StatusCode::UNPROCESSABLE_ENTITY, "请填写原因")).await;
    assert_eq!(house.post(&undo, &why).await.1, format!("{page}?done=identity-undone"));
    house.refused(&undo, &why, (StatusCode::CONFLICT, "没有可以撤销的当面核验")).await;
    assert_eq!(house.lines_and_messages("face.in_person_undo", "identity_refused").await, (2, 1));
    let state = house.registration.identity.state(account.id).await.unwrap();
    assert_eq!(state, IdentityState::Refused { reason: "看错了人".to_owned() });
    let (_, _, text) = house.get(&format!("{page}?done=identity-undone")).await;
    for part in ["实名认证的当面核验已撤销", "撤销了当面核验", "看错了人", "未实名", &format!("action=\"{act}\"")]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("已当面核验："), "nor the face: {text}");
    let nobody = "/candidates/00000000000000000000000000000000/in-person/undo";
    assert_eq!(house.post(nobody, &why).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn m9_staff_sign_a_candidate_out_everywhere() {
    let mut house = opened().await;
    let (account, accounts) = (house.somebody().await, house.registration.accounts.clone());
    let mut sessions = Vec::new();
    for _ in 0..2 {
        sessions.push(accounts.begin_session(&account, Machine::default(), false).await.unwrap().id);
    }
    let page = format!("/candidates/{}", account.number);
    let act = format!("{page}/sign-out");
    let why = format!("reason={}", query_value("手机丢失"));
    assert!(!house.by("li.min").get(&page).await.2.contains(&act), "not a reviewer's");
    assert_eq!(house.post(&act, &why).await.0, StatusCode::FORBIDDEN);
    assert!(house.by("clerk").get(&page).await.2.contains(&format!("action=\"{act}\"")));
    let (status, _, text) = house.post(&act, "reason=").await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains("请填写原因"), "{text}");
    for session in &sessions {
        assert!(accounts.signed_in(account.id, Some(*session)).await.unwrap().is_some());
    }
    assert_eq!(house.post(&act, &why).await.1, format!("{page}?done=signed-out"));
    for session in &sessions {
        assert!(accounts.signed_in(account.id, Some(*session)).await.unwrap().is_none(), "it is over");
    }
    assert_eq!(house.lines_and_messages("account_signed_out", "signed_out_by_staff").await, (1, 1));
    let (_, _, text) = house.get(&format!("{page}?done=signed-out")).await;
    for part in ["该账号的登录已全部结束", "结束了账号的全部登录", "手机丢失"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let nobody = "/candidates/00000000000000000000000000000000/sign-out";
    assert_eq!(house.post(nobody, &why).await.0, StatusCode::NOT_FOUND);
    // Whoever comes back with the same password is let in.
    let again = accounts.account(account.id).await.unwrap().unwrap();
    let begun = accounts.begin_session(&again, Machine::default(), false).await.unwrap();
    assert!(accounts.signed_in(account.id, Some(begun.id)).await.unwrap().is_some());
}
