//! The face check of an exam: the consent before the camera, another way than the face, taking the consent back; and cards on which staff
//! decide.

use http::StatusCode;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::people::{Shows, Side};
use registration::desk::staff::{Role, StaffMember};
use registration::model::facts::FaceState;
use registration::model::ids::AccountId;
use registration::people::accounts::AccountNumber;
use registration::people::candidates::Looking;
use registration::people::candidates::reveal::What;

use crate::identity::{FROM, Office, STEPS, VALID, begin};
use crate::screenshots::KEY;
use crate::site::{Visitor, document};
use crate::{photo, picture};

const FACE: &str = "/exams/degree-english/face";

/// Agrees to the face check, on the page that asks for it.
async fn consent(candidate: &mut Visitor, face: &str) {
    let page = candidate.get(face).await;
    assert!(!page.text.contains("camera.js") && !page.text.contains("capture="), "no camera before it: {}", page.text);
    assert!(page.headers["permissions-policy"].to_str().unwrap().starts_with("camera=()"));
    let path = format!("{face}/consent");
    let bare = candidate.post(&path, "").await;
    assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && bare.text.contains("请先勾选同意"), "{}", bare.text);
    assert_eq!(candidate.post(&path, "face_consent=on").await.location(), face);
}

/// Verified by a card that the vendor reads.
async fn verify(office: &Office, candidate: &mut Visitor) {
    begin(candidate, "/card").await;
    office.vendors.card("张伟", &document(1), VALID);
    let sides = picture(600, 400);
    let card = format!("/me/identity/card{FROM}");
    candidate.upload_to(&card, &[("card_front-album", &sides), ("card_back-album", &sides)]).await;
}

/// Looks at all of the first case of this kind, and lets it pass.
async fn confirm(office: &Office, staff: &StaffMember, kind: CaseKind) -> (Subject, Shows) {
    let reviews = &office.site.registration.identity_reviews;
    let subject = office.site.first_case(staff, kind).await.subject;
    let case = reviews.get(staff, &subject).await.unwrap().unwrap();
    for side in [Some(Side::HandedIn), case.back.map(|_| Side::Back)].into_iter().flatten() {
        reviews.picture(staff, &subject, side).await.unwrap();
    }
    reviews.confirm(staff, &subject, case.picture).await.unwrap();
    (subject, case.shows)
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_another_way_than_the_face_is_offered_before_the_camera_and_the_consent_is_taken_back() {
    let office = Office::start().await;
    let mut candidate = office.site.candidate(1).await;
    assert_eq!(candidate.get(&format!("{FACE}/other")).await.location(), "/exams/degree-english");
    verify(&office, &mut candidate).await;
    let gate = candidate.get(FACE).await.text;
    assert!(gate.contains("不想或不能做人脸核验") && gate.contains("/face/other\""), "{gate}");
    assert!(gate.contains("也可以当面核验") && gate.contains("证件的原件"), "where to go, and with what: {gate}");
    assert!(gate.contains("明暗特征400天") && gate.contains("撤回同意时一并删除"), "what is kept is said: {gate}");
    // Whoever posts a picture without the consent is asked for it.
    let posted = candidate.upload_to(FACE, &[("camera", &photo(300, 400))]).await;
    assert_eq!(posted.location(), FACE);
    assert!(!candidate.get("/me").await.text.contains("人脸核验的同意"), "nothing was agreed to");

    // Agreed, then taken back: what is said beforehand is done.
    consent(&mut candidate, FACE).await;
    let me = candidate.get("/me").await.text;
    assert!(me.contains("人脸核验的同意") && me.contains("/me/face/withdraw"), "{me}");
    let said = candidate.get("/me/face/withdraw").await.text;
    assert!(said.contains("立即删除") && said.contains("仍然有效"), "{said}");
    let back = candidate.post("/me/face/withdraw", "").await;
    assert_eq!(back.location(), "/me?said=face-withdrawn#face");
    assert!(candidate.get("/me?said=face-withdrawn").await.text.contains("已撤回人脸核验的同意"));
    assert!(candidate.get("/me/face/withdraw").await.text.contains("或者已经撤回"));
    assert_eq!(candidate.get("/me/identity/portrait.jpg").await.status, StatusCode::NOT_FOUND);
    assert!(candidate.get("/me/identity").await.text.contains("实名认证已完成"));
    assert!(candidate.get(FACE).await.text.contains("name=\"face_consent\""));

    // The other way, to its end.
    let other = format!("{FACE}/other");
    let bare = candidate.upload_to(&other, &[]).await;
    assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && bare.text.contains("请先拍照"), "{}", bare.text);
    let sent = candidate.upload_to(&other, &[("holding-album", &picture(300, 400))]).await;
    assert_eq!(sent.location(), FACE);
    assert!(candidate.get(FACE).await.text.contains("等待人工比对"));
    let staff = office.site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    assert_eq!(confirm(&office, &staff, CaseKind::Face).await.1, Shows::Holding);
    assert!(candidate.get(FACE).await.text.contains("人脸识别已通过"));
    assert_eq!(candidate.get(&other).await.location(), FACE);
    assert!(!office.vendors.calls().iter().any(|call| call == "CompareFace"), "no machine looked");
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_who_was_there_in_person_reads_so_and_goes_on() {
    let office = Office::start().await;
    let mut candidate = office.site.candidate(1).await;
    verify(&office, &mut candidate).await;
    let registration = &office.site.registration;
    let staff = registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    let client = office.site.pool().get().await.unwrap();
    let id = client.query_one("SELECT id FROM registration.accounts", &[]).await.unwrap().get(0);
    let number = AccountNumber::from(AccountId(id));
    for what in [What::Name, What::Document] {
        registration.candidates.show(&Looking::everywhere(&staff), number, what).await.unwrap();
    }
    let exam = registration.exams.get(&"degree-english".parse().unwrap()).unwrap();
    let reviews = &registration.identity_reviews;
    reviews.confirm_in_person(&staff, number, &exam, "resident_id").await.unwrap();
    let page = candidate.get(FACE).await.text;
    assert!(page.contains("人脸识别已通过") && page.contains("已当面核对您本人和证件"), "{page}");
    assert!(!office.vendors.calls().iter().any(|call| call == "CompareFace"), "no machine looked");
    let sittings = candidate.get("/exams/degree-english").await.text;
    assert!(!sittings.contains("下一步：人脸识别"), "{sittings}");
    let state = registration.faces.state(AccountId(id), &exam.id).await.unwrap();
    let FaceState::Passed { at, .. } = state else { panic!("{state:?}") };
    reviews.take_in_person_back(&staff, number, &exam.id, at, "看错了人").await.unwrap();
    let page = candidate.get(FACE).await.text;
    assert!(page.contains("没有通过工作人员核对") && page.contains("看错了人"), "{page}");
    assert!(page.contains("不想或不能做人脸核验"), "the other ways are there again: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_where_staff_decide_on_cards_a_card_waits_and_the_page_says_so() {
    let steps = STEPS.replace("[face]", "card = \"staff\"\n[face]");
    let office = Office::start_with(&steps).await;
    let mut candidate = office.site.candidate(1).await;
    let page = candidate.get(&format!("/me/identity{FROM}")).await.text;
    assert!(page.contains("拍身份证，人工审核"), "{page}");
    begin(&mut candidate, "/card").await;
    let card = format!("/me/identity/card{FROM}");
    assert!(candidate.get(&card).await.text.contains("由工作人员审核，约一个工作日"));
    office.vendors.card("张伟", &document(1), VALID);
    let sides = picture(600, 400);
    let both = [("card_front-album", &sides[..]), ("card_back-album", &sides[..])];
    let sent = candidate.upload_to(&card, &both).await;
    assert!(sent.location().starts_with("/me/identity?exam=degree-english"), "{}", sent.text);
    assert!(candidate.get(sent.location()).await.text.contains("等待人工审核"));
    let staff = office.site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    assert_eq!(confirm(&office, &staff, CaseKind::Identity).await.1, Shows::Card);
    assert!(candidate.get("/me/identity").await.text.contains("实名认证已完成"));
    assert!(candidate.get("/me/identity/portrait.jpg").await.bytes.starts_with(b"\xff\xd8"));
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_an_exam_that_asks_for_liveness_leads_to_a_vendors_page() {
    let steps = STEPS.replace("similarity_min = 70", "similarity_min = 70\ncamera_only = true\nliveness = true");
    let office = Office::start_with(&steps).await;
    let mut candidate = office.site.candidate(1).await;
    verify(&office, &mut candidate).await;
    let begin_at = format!("{FACE}/liveness");
    assert_eq!(candidate.post(&begin_at, "").await.location(), FACE, "the consent comes first");
    consent(&mut candidate, FACE).await;
    let page = candidate.get(FACE).await.text;
    assert!(page.contains("活体检测") && !page.contains("type=\"file\""), "{page}");
    // A picture that is posted all the same asks nobody, and nobody of the staff.
    assert_eq!(candidate.upload_to(FACE, &[("camera", &photo(300, 400))]).await.location(), FACE);
    assert!(candidate.get(FACE).await.text.contains("开始刷脸"), "nothing waits");
    let begun = candidate.post(&begin_at, "").await;
    assert!(begun.text.contains("href=\"https://vendor.example/check-1\""), "{}", begun.text);
    office
        .vendors
        .liveness(Some(Ok(&base64::Engine::encode(&base64::engine::general_purpose::STANDARD, picture(300, 400)))));
    assert!(candidate.get(FACE).await.text.contains("人脸识别已通过"));
    let again = candidate.post(&begin_at, "").await;
    assert_eq!(again.location(), FACE, "what has passed is not paid for once more: {}", again.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_what_an_old_check_came_to_is_no_word_on_what_comes_after() {
    let steps = STEPS.replace("similarity_min = 70", "similarity_min = 70\nliveness = true");
    let office = Office::start_with(&steps).await;
    let mut candidate = office.site.candidate(1).await;
    verify(&office, &mut candidate).await;
    consent(&mut candidate, FACE).await;
    candidate.post(&format!("{FACE}/liveness"), "").await;
    office.vendors.liveness(Some(Err("205")));
    let failed = "没有确认是本人在镜头前";
    assert!(candidate.get(FACE).await.text.contains(failed));
    candidate.post("/me/face/withdraw", "").await;
    let gate = candidate.get(FACE).await.text;
    assert!(gate.contains("name=\"face_consent\"") && !gate.contains(failed), "{gate}");
    candidate.upload_to(&format!("{FACE}/other"), &[("holding-album", &picture(300, 400))]).await;
    let waiting = candidate.get(FACE).await.text;
    assert!(waiting.contains("等待人工比对") && !waiting.contains(failed), "{waiting}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c7_the_face_is_compared_before_the_next_step() {
    let office = Office::start().await;
    let mut candidate = office.site.candidate(1).await;
    let face = "/exams/degree-english/face";
    assert_eq!(candidate.get(face).await.location(), "/exams/degree-english", "the identity comes first");
    begin(&mut candidate, "/card").await;
    office.vendors.card("张伟", &document(1), VALID);
    let (sides, live) = (picture(600, 400), photo(300, 400));
    let card = format!("/me/identity/card{FROM}");
    candidate.upload_to(&card, &[("card_front-album", &sides), ("card_back-album", &sides)]).await;
    consent(&mut candidate, face).await;
    let page = candidate.get(face).await;
    assert_eq!(page.headers["permissions-policy"], "camera=(self)");
    assert!(page.text.contains("/camera.js\"") && page.text.contains("capture=\"user\""), "{}", page.text);
    assert!(page.text.contains("今天还可以试 3 次") && page.text.contains("有结果后立即删除"));
    assert!(candidate.upload_to(face, &[]).await.text.contains("请先拍照或选择照片"));
    office.vendors.face(Err("InvalidParameterValue.NoFaceInPhoto"));
    assert!(candidate.upload_to(face, &[("camera", &sides)]).await.text.contains("没有找到人脸"));
    office.vendors.face(Ok(12.0));
    assert!(candidate.upload_to(face, &[("camera", &sides)]).await.text.contains("今天还有 2 次"));
    // In pieces ahead of its form, once more where the line was lost; then the form only names it.
    let (path, half) = (format!("{face}/picture?key={KEY}&total={}", live.len()), live.len() / 2);
    assert!(half > 32 * 1024, "a piece is not too small: {half}");
    let named = [("upload", KEY)];
    assert!(candidate.post_form(face, &named).await.text.contains("请先拍照或选择照片"), "none has come yet");
    assert!(candidate.put(&format!("{path}&offset=0"), &live[..half]).await.text.contains("\"done\":false"));
    assert!(candidate.get(&format!("{face}/picture?key={KEY}")).await.text.contains(&format!("\"received\":{half}")));
    assert_eq!(candidate.put(&format!("{path}&offset=0"), &live).await.status, StatusCode::CONFLICT);
    assert!(candidate.put(&format!("{path}&offset={half}"), &live[half..]).await.text.contains("\"done\":true"));
    assert!(candidate.post_form(face, &named).await.text.contains("今天还有 1 次"), "it was compared");
    assert!(candidate.post_form(face, &named).await.text.contains("请先拍照或选择照片"), "and is gone then");
    candidate.put(&format!("{path}&offset=0"), &live[..half]).await;
    candidate.put(&format!("{path}&offset={half}"), &live[half..]).await;
    office.vendors.face(Ok(93.0));
    let passed = candidate.post_form(face, &named).await;
    assert_eq!(passed.status, StatusCode::SEE_OTHER, "{}", passed.text);
    assert!(passed.location().starts_with("/exams/degree-english"), "{}", passed.location());
    assert!(candidate.get(face).await.text.contains("人脸识别已通过"));

    // Another exam takes staff's word only: its step is open again, and says why; nothing is lost meanwhile.
    office.site.add_exam("by-hand", &STEPS.replace("[\"card\", \"liveness\", \"manual\"]", "[\"manual\"]")).await;
    assert!(candidate.get("/exams/by-hand").await.text.contains("/me/identity?exam=by-hand"));
    let from = "/me/identity?exam=by-hand&next=/exams/by-hand";
    let page = candidate.get(from).await.text;
    assert!(page.contains("这场考试只接受：人工通道。您之前通过的是：拍身份证认证。"), "{page}");
    assert!(
        page.contains("value=\"/manual\"") && !page.contains("value=\"/card\"") && !page.contains("name=\"name\""),
        "{page}"
    );
    let bare = candidate.post(from, "way=/manual").await;
    assert!(bare.text.contains("请先同意处理敏感个人信息"), "{}", bare.text);
    assert!(candidate.post(from, "way=/manual&consent=on").await.location().starts_with("/me/identity/manual"));
    assert_eq!(candidate.get("/me/identity/manual?exam=degree-english").await.status, StatusCode::SEE_OTHER);
    let manual = "/me/identity/manual?exam=by-hand&next=/exams/by-hand";
    candidate.upload_to(manual, &[("holding-album", &picture(300, 400))]).await;
    assert!(candidate.get(from).await.text.contains("等待人工审核"));
    assert_eq!(candidate.get("/me/identity/state").await.text, "{\"state\":\"verified-waiting\"}");
    assert!(candidate.get(face).await.text.contains("人脸识别已通过"));
    assert!(candidate.get(&format!("/me/identity{FROM}")).await.text.contains("实名认证已完成"));
}
