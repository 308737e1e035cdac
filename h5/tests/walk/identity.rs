//! Who one is: the card, the phone that scanned a code, and staff; and what is refused.

use gateways::aliyun::face_verify::AliyunFaceVerifyConfig;
use gateways::settings::Variables;
use gateways::tencent::face_compare::TencentFaceConfig;
use gateways::tencent::id_card_ocr::TencentOcrConfig;
use gateways::{CardReader, FaceComparer, Gateways, Liveness};
use http::StatusCode;
use pagekit::local_path::query_value;
use registration::desk::case::CaseKind;
use registration::desk::cases::Asked;
use registration::desk::people::Side;
use registration::desk::staff::Role;
use registration::model::ids::AccountId;
use testkit::Vendors;

use crate::picture;
use crate::site::{Site, Visitor, document};

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
ways = ["card", "liveness", "manual"]
[face]
tries_per_day = 3
similarity_min = 70
"#;
pub(crate) const FROM: &str = "?exam=degree-english&next=/exams/degree-english";
pub(crate) const VALID: &str = "2016.07.21-2096.07.21";

/// The site with the machines that look at people.
pub(crate) struct Office {
    pub(crate) site: Site,
    pub(crate) vendors: Vendors,
}

impl Office {
    pub(crate) async fn start() -> Self {
        Self::start_with(STEPS).await
    }

    pub(crate) async fn start_with(steps: &str) -> Self {
        let vendors = Vendors::start().await;
        let variables = Variables::default().with(vendors.variables());
        let gateways = Gateways {
            cards: Some(CardReader::tencent(TencentOcrConfig::of(&variables).unwrap())),
            faces: Some(FaceComparer::tencent(TencentFaceConfig::of(&variables).unwrap())),
            liveness: Some(Liveness::aliyun(AliyunFaceVerifyConfig::of(&variables).unwrap())),
            ..Gateways::default()
        };
        Self { site: Site::start_among(steps, gateways).await, vendors }
    }

    pub(crate) async fn account(&self, number: u32) -> AccountId {
        let registration = &self.site.registration;
        let found = registration.staff.list().await.unwrap().pop();
        let staff = match found {
            Some(staff) => staff,
            None => registration.staff.add("wang.min", "a long password", Role::Reviewer).await.unwrap(),
        };
        let asked = Asked::first(&[CaseKind::Identity], 100);
        for case in registration.cases.open(&staff, &asked).await.unwrap() {
            let waiting = registration.identity_reviews.get(&staff, &case.subject).await.unwrap().unwrap();
            if waiting.person.document.expose() == document(number) {
                return case.account;
            }
        }
        panic!("nobody waits with this number")
    }
}

fn claim(name: &str, rest: &str) -> String {
    format!("name={}&{rest}", query_value(name))
}

/// Says who one is, and goes on to this way of proving it.
pub(crate) async fn begin(visitor: &mut Visitor, way: &str) {
    let path = format!("/me/identity{FROM}");
    let sent = visitor.post(&path, &claim("张伟", &format!("consent=on&way={}", query_value(way)))).await;
    assert!(sent.location().starts_with(&format!("/me/identity{way}?exam=degree-english")), "{}", sent.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_a_card_is_handed_in_mended_and_accepted() {
    let office = Office::start().await;
    let mut candidate = office.site.candidate(1).await;
    let exam = candidate.get("/exams/degree-english").await;
    assert!(exam.text.contains("/me/identity?exam=degree-english"), "{}", exam.text);
    let page = candidate.get(&format!("/me/identity{FROM}")).await;
    assert!(page.text.contains("敏感个人信息单独同意") && page.text.contains("拍身份证认证"), "{}", page.text);
    assert!(!page.text.contains(&document(1)) && page.text.contains("1990年1月1日"));
    assert!(page.headers["permissions-policy"].to_str().unwrap().starts_with("camera=()"));
    // Nothing begins without the consent, and what was typed stays.
    let refused = candidate.post(&format!("/me/identity{FROM}"), &claim("张三", "way=/card")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("请先同意处理敏感个人信息") && refused.text.contains("value=\"张三\""));
    assert_eq!(candidate.get("/me/identity/card").await.status, StatusCode::SEE_OTHER, "the consent comes first");
    begin(&mut candidate, "/card").await;
    let card = format!("/me/identity/card{FROM}");
    let page = candidate.get(&card).await;
    assert!(page.text.contains("不超过 4 MB") && page.text.contains("/upload.js\""), "{}", page.text);

    // One side in pieces, as the script does; then the form without the other one.
    let side = picture(600, 400);
    let key = uuid::Uuid::now_v7();
    let put = format!("/me/identity/pictures/card_front?key={key}&total={}", side.len());
    let gap = candidate.put(&format!("{put}&offset=5"), &side[5..]).await;
    assert_eq!((gap.status, gap.text.as_str()), (StatusCode::CONFLICT, "{\"received\":0,\"done\":false}"));
    let done = candidate.put(&format!("{put}&offset=0"), &side).await;
    assert!(done.text.ends_with("\"done\":true}"), "{}", done.text);
    assert!(candidate.get("/me/identity/pictures/card_front.jpg").await.bytes.starts_with(b"\xff\xd8"));
    let refused = candidate.upload_to(&card, &[("card_back-camera", &[])]).await;
    assert!(
        refused.text.contains("href=\"#card_back\"") && refused.text.contains("请先拍照或选择照片"),
        "{}",
        refused.text
    );
    let heic = candidate.upload_to(&card, &[("card_back-album", b"\0\0\0\x18ftypheic\0\0\0\0")]).await;
    assert!(heic.text.contains("HEIC"), "{}", heic.text);
    let large = candidate.upload_to(&card, &[("card_back-album", &vec![7; 4 * 1024 * 1024 + 1])]).await;
    assert!(large.text.contains("这张照片超过 4 MB。请换一张，或把照片调小。"), "{}", large.text);

    // Each mismatch says which field.
    office.vendors.card("张纬", &document(1), VALID);
    let refused = candidate.upload_to(&card, &[("card_back-album", &side)]).await;
    assert!(refused.text.contains("证件上的姓名与注册信息不一致"), "{}", refused.text);
    // The name is corrected on one page, which leads back to the pictures that were kept.
    let mend = refused.text.split("href=\"/me/name?next=").nth(1).unwrap().split('"').next().unwrap();
    let mend = format!("/me/name?next={mend}");
    for name in ["张炜", "张伟"] {
        let mended = candidate.post(&mend, &format!("name={}", query_value(name))).await;
        let back = candidate.get(mended.location()).await;
        assert!(mended.location().starts_with("/me/identity/card?") && back.text.contains(name), "{}", back.text);
        assert!(back.text.contains("/me/identity/pictures/card_front.jpg"), "{}", back.text);
    }
    office.vendors.card("张伟", &document(2), VALID);
    assert!(candidate.upload_to(&card, &[]).await.text.contains("证件上的号码与注册信息不一致"));
    // Both pictures show the other side: both are marked, and neither is called uploaded.
    office.vendors.card_error("FailedOperation.CardSideError");
    let swapped = candidate.upload_to(&card, &[]).await.text;
    for marked in ["href=\"#card_front\"", "href=\"#card_back\"", "两面放反了", "这张没有通过"] {
        assert!(swapped.contains(marked) && !swapped.contains("data-here"), "{marked}: {swapped}");
    }
    // Too many at once: the pictures stay, and when to come back is said.
    office.vendors.card_error("RequestLimitExceeded");
    let busy = candidate.upload_to(&card, &[]).await;
    assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(busy.headers.contains_key("retry-after") && busy.text.contains("/me/identity/pictures/"), "{}", busy.text);
    office.vendors.card("张伟", &document(1), VALID);
    let done = candidate.upload_to(&card, &[]).await;
    assert!(done.location().starts_with("/me/identity?exam=degree-english"), "{}", done.text);
    let page = candidate.get(done.location()).await;
    assert!(
        page.text.contains("实名认证已完成") && page.text.contains("href=\"/exams/degree-english\""),
        "{}",
        page.text
    );
    assert!(page.text.contains("width=\"220\" height=\"280\""), "{}", page.text);
    let portrait = candidate.get("/me/identity/portrait.jpg").await.bytes;
    assert!(portrait.starts_with(b"\xff\xd8") && portrait.len() < 60 * 1024, "{} bytes", portrait.len());
    assert_eq!(candidate.get(&card).await.status, StatusCode::SEE_OTHER, "once verified there is nothing to hand in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_the_phone_that_scanned_finishes_and_the_computer_turns() {
    let office = Office::start().await;
    let mut computer = office.site.candidate(1).await;
    begin(&mut computer, "/manual").await;
    computer.upload_to(&format!("/me/identity/manual{FROM}"), &[("holding-album", &picture(300, 400))]).await;
    let account = office.account(1).await;
    let made = computer.post(&format!("/me/identity/handover{FROM}"), "").await;
    assert!(made.location().starts_with("/me/identity/handover?exam=degree-english"), "{}", made.text);
    let code = made.location().to_owned();
    // It can be loaded anew, as often as somebody likes, and being told too early that the phone is done changes nothing.
    for looked in ["", "&looked=on"] {
        let page = computer.get(&format!("{code}{looked}")).await;
        assert!(page.text.contains("src=\"data:image/png;base64,"), "{}", page.text);
        assert_eq!(page.text.contains("还没有收到手机上的结果"), !looked.is_empty());
        let links = page.text.matches("/handover/").count();
        assert_eq!(links, page.text.matches("/me/identity/handover/state").count(), "the link is in the picture only");
    }
    assert_eq!(computer.get("/me/identity/handover/state").await.text, "{\"state\":\"waiting good\"}");
    // Whoever signs in next on this computer finds the code's cookie there, and not the code.
    let mut next_here = office.site.candidate(77).await;
    let cookies = computer.cookie.as_deref().unwrap();
    let left = cookies.split("; ").find(|pair| pair.starts_with("handover-code=")).unwrap();
    next_here.cookie = next_here.cookie.map(|own| format!("{own}; {left}"));
    assert_eq!(next_here.get("/me/identity/handover/state").await.text, "{\"state\":\"none over\"}");

    let identity = &office.site.registration.identity;
    let (token, _) = identity.hand_over(account, None, "/me/identity?next=/me").await.unwrap();
    let link = format!("/handover/{token}");
    let mut phone = office.site.visitor();
    for _ in 0..2 {
        let page = phone.get(&link).await.text;
        let is_masked = page.contains("张*") && page.contains(&token.digits()) && !page.contains("张伟");
        assert!(is_masked && page.contains("在手机上认证"), "looking does not use it up: {page}");
    }
    assert_eq!(phone.post(&link, "").await.location(), "/me/identity?next=/me");
    assert!(phone.get("/me/identity").await.text.contains("审核中"));
    for path in ["/me", "/exams/degree-english/face", "/orders/AAAA-AAAA"] {
        let elsewhere = phone.get(path).await;
        assert!(elsewhere.location().starts_with("/sign-in?next="), "{path}: {}", elsewhere.status);
    }
    // A newer code was made, here by a test: the computer's page says that its own is good no more.
    assert_eq!(computer.get("/me/identity/handover/state").await.text, "{\"state\":\"waiting over\"}");
    let page = computer.get(&code).await.text;
    assert!(page.contains("这个二维码已过期") && !page.contains("base64") && !page.contains("data-waits"), "{page}");
    // Used, a stranger's, expired, another account's phone.
    let mut other = office.site.visitor();
    assert!(other.get(&link).await.text.contains("这个二维码已经用过"));
    let stranger = other.get("/handover/AAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(stranger.status == StatusCode::NOT_FOUND && stranger.text.contains("链接不对"));
    let (token, _) = identity.hand_over(account, None, "/me").await.unwrap();
    let mut neighbour = office.site.candidate(2).await;
    assert!(neighbour.post(&format!("/handover/{token}"), "").await.text.contains("另一个账号"));

    // The face is seen on the phone; the computer's page asks for the word.
    let bare = phone.post("/me/identity/liveness?next=/me", "").await;
    assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && bare.text.contains("请先勾选同意"), "{}", bare.text);
    let begun = phone.post("/me/identity/liveness?next=/me", "face_consent=on").await;
    assert!(begun.text.contains("href=\"https://vendor.example/check-1\""), "{}", begun.text);
    assert_eq!(computer.get("/me/identity/state").await.text, "{\"state\":\"waiting\"}");
    let photo = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, picture(300, 400));
    office.vendors.liveness(Some(Ok(&photo)));
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    assert!(phone.get("/me/identity/liveness").await.status == StatusCode::SEE_OTHER);
    assert!(phone.get("/me/identity").await.text.contains("请回到电脑"));
    assert_eq!(computer.get("/me/identity/state").await.text, "{\"state\":\"verified\"}");
    assert!(computer.get("/me/identity").await.text.contains("实名认证已完成"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_the_exam_does_not_take_opens_no_door() {
    let office = Office::start().await;
    let only = |way: &str| STEPS.replace("[\"card\", \"liveness\", \"manual\"]", &format!("[\"{way}\"]"));
    office.site.add_exam("faces", &only("liveness")).await;
    office.site.add_exam("cards", &only("card")).await;
    let mut candidate = office.site.candidate(1).await;
    begin(&mut candidate, "/manual").await;
    // Where every way looks at the face, there is one more.
    let check = candidate.get("/me/identity/liveness?exam=faces").await.text;
    assert!(check.contains("action=\"/me/identity/liveness") && check.contains("/me/identity/manual"), "{check}");
    // What the vendor does with the face, and what is kept of it, is said before it is agreed to.
    assert!(check.contains("会成为您的认证照片") && check.contains("明暗特征400天"), "{check}");
    let photo = [("holding-album", &*picture(300, 400))];
    for (exam, page) in [("faces", "card"), ("cards", "manual"), ("cards", "liveness")] {
        let path = format!("/me/identity/{page}?exam={exam}");
        let first = format!("/me/identity?exam={exam}&next=");
        assert_eq!(candidate.get(&path).await.location(), first, "{path}");
        let sent = match page {
            "liveness" => candidate.post(&path, "face_consent=on").await,
            _ => candidate.upload_to(&path, &photo).await,
        };
        assert_eq!(sent.location(), first, "{path}");
        assert_eq!(candidate.get("/me/identity/state").await.text, "{\"state\":\"none\"}", "{path}");
    }
    // A phone that came by a code is not offered what it may not do.
    candidate.upload_to(&format!("/me/identity/manual{FROM}"), &photo).await;
    let account = office.account(1).await;
    let identity = &office.site.registration.identity;
    let (token, _) = identity.hand_over(account, None, "/me/identity/liveness?exam=faces").await.unwrap();
    let mut phone = office.site.visitor();
    phone.post(&format!("/handover/{token}"), "").await;
    let check = phone.get("/me/identity/liveness?exam=faces").await.text;
    assert!(check.contains("action=\"/me/identity/liveness") && !check.contains("/me/identity/handover"), "{check}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_exam_only_ways_that_some_exam_takes_are_there() {
    let office = Office::start_with(&STEPS.replace("\"card\", \"liveness\", \"manual\"", "\"card\"")).await;
    let mut candidate = office.site.candidate(1).await;
    begin(&mut candidate, "/card").await;
    // Neither no exam, nor one that asks nobody who they are.
    office.site.add_exam("open", "").await;
    for query in ["", "?exam=", "?exam=nobody", "?exam=open"] {
        let sent =
            candidate.upload_to(&format!("/me/identity/manual{query}"), &[("holding-album", &picture(300, 400))]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{query}");
        assert_eq!(candidate.get("/me/identity/state").await.text, "{\"state\":\"none\"}", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_staff_refuse_with_a_reason_and_it_is_handed_in_again() {
    let office = Office::start().await;
    let mut candidate = office.site.candidate(1).await;
    begin(&mut candidate, "/manual").await;
    let manual = format!("/me/identity/manual{FROM}");
    let refused = candidate.upload_to(&manual, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = candidate.upload_to(&manual, &[("holding-camera", &picture(300, 400))]).await;
    let page = candidate.get(sent.location()).await;
    assert!(page.text.contains("等待人工审核") && page.text.contains("一个工作日"), "{}", page.text);
    let registration = &office.site.registration;
    let staff = registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    let case = office.site.first_case(&staff, CaseKind::Identity).await.subject;
    let case = registration.identity_reviews.get(&staff, &case).await.unwrap().unwrap();
    registration.identity_reviews.picture(&staff, &case.subject, Side::HandedIn).await.unwrap();
    registration.identity_reviews.refuse(&staff, &case.subject, case.picture, "看不清证件号码").await.unwrap();
    let page = candidate.get("/me/identity").await;
    assert!(page.text.contains("原因：看不清证件号码") && page.text.contains("again=on"), "{}", page.text);
    assert!(candidate.get("/me/identity?again=on").await.text.contains("人工通道"));
    candidate.upload_to(&manual, &[("holding-camera", &picture(300, 400))]).await;
    let case = office.site.first_case(&staff, CaseKind::Identity).await.subject;
    let case = registration.identity_reviews.get(&staff, &case).await.unwrap().unwrap();
    registration.identity_reviews.picture(&staff, &case.subject, Side::HandedIn).await.unwrap();
    registration.identity_reviews.confirm(&staff, &case.subject, case.picture).await.unwrap();
    assert!(candidate.get("/me/identity").await.text.contains("实名认证已完成"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_that_takes_other_documents_says_so_and_a_consent_stays_given() {
    let office = Office::start().await;
    let steps = |identity: &str| {
        STEPS.replace("documents = [\"resident_id\"]\nways = [\"card\", \"liveness\", \"manual\"]", identity)
    };
    office.site.add_exam("abroad", &steps("documents = [\"passport\", \"macau_id\"]\nways = [\"manual\"]")).await;
    office.site.add_exam("machine", &steps("documents = [\"resident_id\", \"passport\"]\nways = [\"card\"]")).await;
    let mut guest = office.site.visitor();
    // From the exam one signs up with what it takes and can prove.
    let page = guest.get("/sign-up?exam=abroad").await.text;
    assert!(page.contains("value=\"passport\"") && !page.contains("value=\"resident_id\""), "{page}");
    let page = guest.get("/sign-up?exam=machine").await.text;
    assert!(page.contains("value=\"resident_id\"") && !page.contains("value=\"passport\""), "{page}");

    let mut candidate = office.site.candidate(1).await;
    let page = candidate.get("/me/identity?exam=abroad").await.text;
    assert!(page.contains("这场考试只接受护照、澳门居民身份证") && !page.contains("name=\"way\""), "{page}");
    let page = candidate.get("/me/identity?exam=machine").await.text;
    assert!(page.contains("value=\"/card\"") && !page.contains("value=\"/manual\""), "{page}");
    let path = format!("/me/identity{FROM}");
    let refused = candidate.post(&path, "name=&consent=on&way=/card").await;
    assert!(refused.text.contains("value=\"on\" checked"), "{}", refused.text);
}
