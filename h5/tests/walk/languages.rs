//! A site that is there in Chinese alone: whoever asks for English gets Chinese, and no page offers anything else.

use http::header::ACCEPT_LANGUAGE;
use registration::desk::staff::Role;
use registration::model::text::imprint::Imprint;

use crate::site::Site;

#[tokio::test(flavor = "multi_thread")]
async fn a_site_in_chinese_alone_speaks_it_to_everybody() {
    let site = Site::start(5).await;
    let registration = &site.registration;
    let mut candidate = site.candidate(1).await;
    let mut guest = site.visitor();
    guest.cookie = Some("language=en".to_owned());
    for visitor in [&mut candidate, &mut guest] {
        visitor.headers.insert(ACCEPT_LANGUAGE, "en".parse().unwrap());
    }
    for path in ["/", "/exams/degree-english", "/nowhere"] {
        assert!(candidate.get(path).await.text.contains("lang=\"en\""), "{path}");
        assert!(guest.get(path).await.text.contains(">中文</a>"), "{path}");
    }
    let chief = registration.staff.add("chief", "a long password", Role::Administrator).await.unwrap();
    let imprint = Imprint { is_chinese_only: true, ..Imprint::default() };
    registration.imprints.save(&chief, 0, imprint).await.unwrap();
    for path in ["/", "/exams/degree-english", "/nowhere"] {
        for visitor in [&mut candidate, &mut guest] {
            let page = visitor.get(path).await.text;
            assert!(page.contains("<html lang=\"zh-CN\"") && !page.contains("/language?to="), "{path}: {page}");
        }
    }
    // Whoever is signed in stays so.
    assert!(candidate.get("/me").await.text.contains("退出"));
}
