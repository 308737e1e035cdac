//! Staff see a draft as candidates would, by a link that is good for a while; nothing on it can be used, and nobody else finds it.

use http::StatusCode;
use registration::desk::staff::Role;
use registration::drafts::Begin;
use registration::drafts::shipped;

use crate::site::Site;

/// What stands on a page, without its marks.
fn bare(page: &str) -> String {
    page.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_seen_as_candidates_would_see_it_and_is_no_exam_yet() {
    let site = Site::start(1).await;
    let staff = site.registration.staff.add("chief", "a long password", Role::Administrator).await.unwrap();
    let mut visitor = site.visitor();
    for name in shipped::names() {
        let id: reservation::ids::ExamId = format!("next-{name}").parse().unwrap();
        let begin = Begin::Shipped { name: name.to_owned(), id: id.clone(), opening: "2090-01-04".parse().unwrap() };
        let draft = site.registration.exam_drafts().begin(&staff, begin).await.unwrap();
        let exam = site.registration.exam_drafts().see(&staff, draft).await.unwrap().checked.unwrap().page;
        let token = site.registration.exam_drafts().preview_token(&staff, draft).await.unwrap();
        for part in ["list", "exam", "sittings"] {
            for at in ["", "?at=open"] {
                let page = visitor.get(&format!("/preview/{token}/{part}{at}")).await;
                assert_eq!(page.status, StatusCode::OK, "{name} {part}: {}", page.text);
                let shown = bare(&page.text).contains(&exam.title.zh);
                assert!(shown && page.text.contains("<div class=\"previewed\" inert>"), "{name} {part}: {}", page.text);
                assert_eq!(page.text.matches("<h1").count(), 1, "{name} {part}");
                // To be looked at, as the gallery's pages are.
                if let Some(dir) = std::env::var_os("SEATHOLD_GALLERY") {
                    let file = format!("zh-preview-{name}-{part}{}.html", if at.is_empty() { "" } else { "-open" });
                    std::fs::write(std::path::Path::new(&dir).join(file), &page.text).unwrap();
                }
            }
        }
        let notice = visitor.get(&format!("/preview/{token}/notice")).await;
        let has_notice = exam.rules.steps.iter().any(|step| step.tasks.iter().any(|task| task.to_string() == "notice"));
        assert_eq!(notice.status == StatusCode::OK, has_notice, "{name}");
        assert!(!has_notice || notice.text.contains(&exam.notice.zh[0]), "{name}");
        let form = visitor.get(&format!("/preview/{token}/form")).await;
        assert_eq!(form.status == StatusCode::OK, !exam.rules.form.fields.is_empty(), "{name}");
        // It is nowhere else, and no other link leads there.
        assert!(!visitor.get("/").await.text.contains(&format!("/exams/{id}")));
        assert_eq!(visitor.get(&format!("/exams/{id}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(visitor.get(&format!("/preview/{token}x/list")).await.status, StatusCode::NOT_FOUND);
        // No robot keeps it, and once the draft is given up nobody sees it any more.
        let list = visitor.get(&format!("/preview/{token}/list")).await;
        assert_eq!(list.headers["x-robots-tag"], "noindex, nofollow");
        site.registration.exam_drafts().drop_it(&staff, (draft, 1)).await.unwrap();
        assert_eq!(visitor.get(&format!("/preview/{token}/list")).await.status, StatusCode::NOT_FOUND);
    }
}
