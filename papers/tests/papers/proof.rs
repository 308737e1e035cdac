//! A proof of registration.

use papers::{Proof, ProofSitting};

use crate::likeness::assert_like;
use crate::tools::{Printed, in_order, press};

#[test]
fn e12_a_proof_says_who_is_registered_for_what_and_where_it_is_checked() {
    let sitting = |subject: &str, start: &str| ProofSitting {
        subject: subject.into(),
        sitting: "样例大学东校区考点".into(),
        start: start.into(),
        state: "已缴费".into(),
    };
    let proof = Proof {
        exam: "2027年成人学士学位外语水平考试".into(),
        organiser: "样例市教育考试院".into(),
        number: "2027-00012345".into(),
        name: "阿依古丽·买买提".into(),
        document_kind: "居民身份证".into(),
        document: "6501**********1234".into(),
        school: "样例大学".into(),
        sittings: vec![sitting("英语（笔试）", "2027年5月16日 09:00"), sitting("英语（口试）", "2027年5月23日 14:00")],
        issued: "2026年11月30日".into(),
        check_at: "exam.example.edu.cn/proof".into(),
        check_code: "K7QM-2WXD-9HNP".into(),
        photo: Some(specimen::form_photo(3)),
        code: Some("https://exam.example.edu.cn/proof?c=K7QM2WXD9HNP".into()),
        ..Proof::default()
    };
    let paper = press().proof(&proof).unwrap();
    assert!(paper.pdf.len() <= 160_000, "{} bytes", paper.pdf.len());
    let printed = Printed::new("proof", &paper);
    assert_eq!(printed.pages(), 1);
    let text = printed.text(None);
    in_order(
        &text,
        &[
            "报名证明",
            "阿依古丽·买买提",
            "6501**********1234",
            "2027-00012345",
            "英语（笔试）",
            "已缴费",
            "英语（口试）",
        ],
    );
    in_order(&text, &["核验", "exam.example.edu.cn/proof", "K7QM-2WXD-9HNP"]);
    assert_eq!(printed.scanned(1), [proof.code.unwrap()]);
    assert_like("proof", &printed.page(1, 60));
}
