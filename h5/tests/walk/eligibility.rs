//! CET's way from the agreement to the first subject: looking up, confirming, the review of an earlier score; and every
//! wrong turn on it.

use http::StatusCode;
use pagekit::local_path::query_value;
use registration::desk::case::CaseKind;
use registration::desk::staff::Role;

use crate::site::{Site, Visitor};

const OPEN: (&str, &str) = ("2020-01-01T08:00:00+08:00", "2090-04-16T17:00:00+08:00");
const YAN: (&str, &str, &str) = ("resident_id", "110105200603150016", "颜冬儿");
const LUO: (&str, &str, &str) = ("resident_id", "430104200507080028", "罗海安");

/// CET as it ships, open from and until then.
async fn cet(site: &Site, (opens_at, closes_at): (&str, &str)) {
    let change = |file: &str, text: String| match file {
        "exam.toml" => text
            .replace("2026-11-02T08:00:00+08:00", opens_at)
            .replace("2027-04-16T17:00:00+08:00", closes_at)
            .replace("2027-04-18T17:00:00+08:00", "2090-04-18T17:00:00+08:00"),
        "sittings.csv" => text.replace("2027-", "2091-"),
        _ => text,
    };
    site.import_shipped("cet", change).await;
}

async fn agreed(site: &Site, number: u32) -> Visitor {
    let mut candidate = site.candidate(number).await;
    let answer = candidate.post("/exams/cet/notice", "agree=on").await;
    assert_eq!(answer.location(), "/exams/cet/eligibility", "the next step");
    candidate
}

fn typed((kind, number, name): (&str, &str, &str)) -> String {
    format!("kind={kind}&number={}&name={}", query_value(number), query_value(name))
}

/// Looks somebody up; the mark of the page that it leads to.
async fn look_up(candidate: &mut Visitor, who: (&str, &str, &str)) -> String {
    let answer = candidate.post("/exams/cet/eligibility", &typed(who)).await;
    let mark = answer.location().strip_prefix("/exams/cet/eligibility/person?p=");
    mark.unwrap_or_else(|| panic!("{} {}", answer.status, answer.text)).to_owned()
}

/// The registration page says that it is saved, and whose it is.
async fn b13_names_the_person(candidate: &mut Visitor, saved: &str) {
    let page = candidate.get(saved).await.text;
    for part in
        ["保存成功", "报名个人信息", "颜冬儿", "1101**********0016", "(99301) 临江师范学院", "本部校区", "本人报名"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
    let later = candidate.get("/exams/cet").await.text;
    assert!(!page.contains(YAN.1) && !later.contains("保存成功"), "{page}");
    assert!(later.contains("/exams/cet/sittings?part=written"), "{later}");
}

/// What is missing, wrong, unknown, and of another name: what was typed stays, the last two look alike.
async fn missing_wrong_and_unknown(first: &mut Visitor) {
    let empty = first.post("/exams/cet/eligibility", "kind=&number=&name=").await;
    for part in ["href=\"#kind\"", "href=\"#number\"", "href=\"#name\""] {
        assert!(empty.text.contains(part) && empty.status == StatusCode::UNPROCESSABLE_ENTITY, "{part}");
    }
    let wrong = first.post("/exams/cet/eligibility", &typed(("macau_id", "WW1", "颜冬儿"))).await;
    assert!(wrong.text.contains("证件号码与所选证件类型不符") && wrong.text.contains("value=\"WW1\""));
    assert!(wrong.text.contains("<option value=\"macau_id\" selected>"), "{}", wrong.text);
    let mut answers = Vec::new();
    for who in [(YAN.0, YAN.1, "颜冬"), ("resident_id", "11010519491231002X", YAN.2)] {
        let answer = first.post("/exams/cet/eligibility", &typed(who)).await;
        assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.text.contains("没有查到"));
        answers.push(answer.text.replace(who.1, "").replace(who.2, ""));
    }
    assert!(answers[0] == answers[1], "no such person, and another name: the same page");
}

#[tokio::test(flavor = "multi_thread")]
async fn b8_b9_from_the_agreement_to_the_bound_person() {
    let site = Site::start(5).await;
    cet(&site, OPEN).await;
    let mut first = site.candidate(1).await;
    assert_eq!(first.get("/exams/cet/eligibility").await.location(), "/exams/cet", "the agreement comes first");
    assert_eq!(first.post("/exams/cet/eligibility", &typed(YAN)).await.location(), "/exams/cet");
    let mut first = agreed(&site, 2).await;
    let page = first.get("/exams/cet/eligibility").await;
    for word in ["资格信息查询", "台湾居民往来大陆通行证", "港澳居民来往内地通行证", "护照", "香港身份证", "澳门身份证"]
    {
        assert!(page.text.contains(word), "{word}");
    }

    missing_wrong_and_unknown(&mut first).await;

    // The permit and the name with a dot; another person; then the own one.
    let mark = look_up(&mut first, ("taiwan_permit", "12345678", "张三•李四")).await;
    assert!(first.get(&format!("/exams/cet/eligibility/person?p={mark}")).await.text.contains("张三·"));
    let mark = look_up(&mut first, YAN).await;
    let person = first.get(&format!("/exams/cet/eligibility/person?p={mark}")).await;
    for part in [
        "资格信息确认",
        "颜冬儿",
        "1101**********0016",
        "英语四级笔试",
        "(99301) 临江师范学院",
        "工商管理",
        "2025010001",
    ] {
        assert!(person.text.contains(part), "{part} in {}", person.text);
    }
    assert!(!person.text.contains(YAN.1) && person.text.contains("CET6资格复核"));
    let save = |mark: &str, agree: &str| format!("p={mark}{agree}");
    let refused = first.post("/exams/cet/eligibility/person", &save(&mark, "")).await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("请检查学籍与资格信息，并勾选确认")
    );
    let saved = first.post("/exams/cet/eligibility/person", &save(&mark, "&agree=on")).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/exams/cet?said=eligibility"));
    let twice = first.post("/exams/cet/eligibility/person", &save(&mark, "&agree=on")).await;
    assert_eq!(twice.location(), saved.location());
    b13_names_the_person(&mut first, saved.location()).await;
    assert_eq!(first.get("/exams/cet/eligibility").await.location(), "/exams/cet/eligibility/person");
    let bound = first.get("/exams/cet/eligibility/person").await;
    assert!(bound.text.contains("学籍库以后的修改不影响") && !bound.text.contains("person-submit"));

    // Another account, the same person; a mark of somebody else, and a forged one.
    let mut second = agreed(&site, 3).await;
    let own = look_up(&mut second, YAN).await;
    let taken = second.post("/exams/cet/eligibility/person", &save(&own, "&agree=on")).await;
    assert!(taken.status == StatusCode::CONFLICT && taken.text.contains("已绑定其他账号"), "{}", taken.text);
    for way in ["/forgotten/account?next=/exams/cet", "/me/identity?exam=cet&amp;next=/exams/cet", "number-row"] {
        assert!(taken.text.contains(way), "{way} in {}", taken.text);
    }
    for bad in [mark.as_str(), "AAAA", "%3Cb%3E"] {
        let expired = second.post("/exams/cet/eligibility/person", &save(bad, "&agree=on")).await;
        assert_eq!(expired.location(), "/exams/cet/eligibility?expired=on", "{bad}");
        let shown = second.get(&format!("/exams/cet/eligibility/person?p={bad}")).await;
        assert_eq!(shown.location(), "/exams/cet/eligibility?expired=on", "{bad}");
    }
    assert!(second.get("/exams/cet/eligibility?expired=on").await.text.contains("查询结果已过期"));
    // One account, another person.
    let luo = look_up(&mut second, LUO).await;
    second.post("/exams/cet/eligibility/person", &save(&luo, "&agree=on")).await;
    let other = second.post("/exams/cet/eligibility/person", &save(&own, "&agree=on")).await;
    assert!(other.status == StatusCode::CONFLICT && other.text.contains("一个账号只能绑定一个考生"), "{}", other.text);
    assert_eq!(site.visitor().get("/exams/cet/eligibility").await.location(), "/sign-in?next=/exams/cet/eligibility");
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_before_and_after_the_window() {
    let site = Site::start(5).await;
    cet(&site, ("2089-01-01T08:00:00+08:00", OPEN.1)).await;
    let mut candidate = site.candidate(1).await;
    for page in [candidate.get("/exams/cet").await, site.visitor().get("/exams/cet").await] {
        assert!(page.text.contains("href=\"/exams/cet/eligibility\""), "{}", page.text);
    }
    assert!(candidate.get("/exams/cet/eligibility").await.text.contains("现在只能查询"));
    for who in [YAN, LUO] {
        let mark = look_up(&mut candidate, who).await;
        let person = candidate.get(&format!("/exams/cet/eligibility/person?p={mark}")).await;
        assert!(person.text.contains("现在只能查看") && person.text.contains("1月1日") && person.text.contains(who.2));
        assert!(!person.text.contains("name=\"agree\"") && person.text.contains("查询其他考生"));
        let saved = candidate.post("/exams/cet/eligibility/person", &format!("p={mark}&agree=on")).await;
        assert_eq!(saved.location(), format!("/exams/cet/eligibility/person?p={mark}"), "nothing is bound");
    }
    site.execute("UPDATE registration.roster_looks SET looks = 30").await;
    let many = candidate.post("/exams/cet/eligibility", &typed(YAN)).await;
    assert!(many.status == StatusCode::TOO_MANY_REQUESTS && many.text.contains("30"), "{}", many.text);

    cet(&site, ("2020-01-01T08:00:00+08:00", "2021-01-01T08:00:00+08:00")).await;
    let page = candidate.get("/exams/cet/eligibility").await;
    assert!(page.status == StatusCode::SEE_OTHER || page.text.contains("已于"), "{}", page.text);
    assert_eq!(candidate.post("/exams/cet/eligibility", &typed(YAN)).await.location(), "/exams/cet");
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_a_roster_that_changes_is_shown_again() {
    let site = Site::start(5).await;
    cet(&site, OPEN).await;
    let mut candidate = agreed(&site, 1).await;
    let mark = look_up(&mut candidate, YAN).await;
    let change = |file: &str, text: String| match file {
        "roster.csv" => text.replace("工商管理,会计,01,2025010001", "工商管理,金融,01,2025010001"),
        "exam.toml" => text.replace("2026-11-02T08:00:00+08:00", OPEN.0),
        _ => text,
    };
    site.import_shipped("cet", change).await;
    let saved = candidate.post("/exams/cet/eligibility/person", &format!("p={mark}&agree=on")).await;
    assert!(saved.location().ends_with("&changed=on"), "{}", saved.location());
    let shown = candidate.get(saved.location()).await;
    assert!(shown.text.contains("金融") && shown.text.contains("学籍信息刚刚有更新"), "{}", shown.text);
    let mark = saved.location().split(['=', '&']).nth(1).unwrap().to_owned();
    assert_eq!(
        candidate.post("/exams/cet/eligibility/person", &format!("p={mark}&agree=on")).await.location(),
        "/exams/cet?said=eligibility"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_the_review_of_an_earlier_score() {
    let site = Site::start(5).await;
    cet(&site, OPEN).await;
    let ask = |mark: &str, ticket: &str| format!("p={mark}&ticket={ticket}&agree=on");
    let here = "/exams/cet/score-review";

    // Number and document fit: passed at once, before anything is bound.
    let mut first = agreed(&site, 1).await;
    assert_eq!(first.get(here).await.location(), "/exams/cet/eligibility?expired=on");
    let mark = look_up(&mut first, YAN).await;
    let page = first.get(&format!("{here}?p={mark}")).await;
    assert!(page.text.contains("2005年") && page.text.contains("425") && page.text.contains("颜冬儿"));
    let wrong = first.post(here, &format!("p={mark}&ticket=%3F")).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("请输入准考证号") && wrong.text.contains("请确认以上信息并勾选"), "{}", wrong.text);
    let unknown = first.post(here, &ask(&mark, "999999999999999")).await;
    assert!(unknown.status == StatusCode::UNPROCESSABLE_ENTITY && unknown.text.contains("无法提交"));
    assert!(unknown.text.contains("value=\"999999999999999\"") && unknown.text.contains("required checked"));
    assert!(wrong.text.contains("required aria-") && !wrong.text.contains("required checked"), "{}", wrong.text);
    let done = first.post(here, &ask(&mark, "430000201106001")).await;
    assert_eq!(done.location(), format!("{here}?p={mark}"));
    let passed = first.get(done.location()).await;
    assert!(passed.text.contains("复核通过") && passed.text.contains("英语六级笔试"), "{}", passed.text);
    assert!(!passed.text.contains("name=\"ticket\""));
    let person = first.get(&format!("/exams/cet/eligibility/person?p={mark}")).await;
    assert!(person.text.contains("英语六级笔试") && person.text.contains("查看CET6资格复核"));

    // Number and name fit: it waits, and nothing moves it but staff.
    let mut second = agreed(&site, 2).await;
    let mark = look_up(&mut second, LUO).await;
    second.post("/exams/cet/eligibility/person", &format!("p={mark}&agree=on")).await;
    for _ in 0..2 {
        assert_eq!(second.post(here, &ask("", "430000201106002")).await.location(), here, "twice: the same");
        assert!(second.get(here).await.text.contains("未复核"));
        second.post(&format!("{here}/delete"), "").await;
    }
    let (staff, scores) = (&site.registration.staff, &site.registration.scores);
    let staff = staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    let case = site.first_case(&staff, CaseKind::Score).await;
    let case = scores.look(&staff, &case.exam.unwrap(), case.account, None).await.unwrap();
    scores.decide(&staff, &case.key, Some("请带准考证原件")).await.unwrap();
    let refused = second.get(here).await;
    for part in ["复核失败", "请带准考证原件", "修改并重新提交", "删除申请", "value=\"430000201106002\""]
    {
        assert!(refused.text.contains(part), "{part} in {}", refused.text);
    }
    let exam = second.get("/exams/cet").await.text;
    assert!(exam.contains("CET6资格复核：复核失败") && exam.contains("请带准考证原件"), "{exam}");
    assert_eq!(second.post(&format!("{here}/delete"), "").await.location(), here);
    assert!(second.get(here).await.text.contains("保存并提交复核"), "a new one can be handed in");
    assert_eq!(second.get(&format!("{here}/delete")).await.location(), here);

    // Barred, so not offered.
    let mut third = agreed(&site, 3).await;
    let mark = look_up(&mut third, ("resident_id", "430104200311110045", "吴限")).await;
    let person = third.get(&format!("/exams/cet/eligibility/person?p={mark}")).await;
    assert!(!person.text.contains("CET6资格复核") && person.text.contains("受限报考"), "{}", person.text);
    assert!(third.get(&format!("{here}?p={mark}")).await.text.contains("不需要或不能申请复核"));
    assert_eq!(third.get("/exams/degree-english/score-review").await.status, StatusCode::NOT_FOUND);

    // The exam's page leads there only whom it is for: not the barred, nor whom the roster lets sit the written test and
    // not the oral one.
    assert!(second.get("/exams/cet").await.text.contains(here));
    third.post("/exams/cet/eligibility/person", &format!("p={mark}&agree=on")).await;
    let mut fourth = agreed(&site, 4).await;
    let mark = look_up(&mut fourth, ("hk_macau_permit", "H12345678", "陈嘉敏")).await;
    let saved = fourth.post("/exams/cet/eligibility/person", &format!("p={mark}&agree=on")).await;
    assert_eq!(saved.location(), "/exams/cet?said=eligibility");
    for candidate in [&mut third, &mut fourth] {
        let exam = candidate.get("/exams/cet").await;
        assert!(exam.text.contains("/eligibility/person") && !exam.text.contains(here), "{}", exam.text);
    }
}
