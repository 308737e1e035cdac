//! What a site says of itself, on every page and on one of its own.

use std::sync::Arc;

use registration::model::exam::Exam;
use registration::model::ids::AccountId;
use registration::model::text::Text;
use registration::model::text::imprint::{Imprint, KeptImprint};
use registration::people::candidates::inquiries::{Inquiry, InquiryId};
use registration::people::retention::Years;
use uuid::Uuid;

use super::{CONTACT, Studio, exam_page, now};
use crate::pages::site::{help, phone_check, poster, privacy};
use crate::request::kind::{Age, Program};
use crate::view::form::of;
use crate::view::layout::Visitor;

fn text(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: en.to_owned() }
}

fn full() -> Imprint {
    Imprint {
        name: text("临江市教育考试院报名平台", "Linjiang Examination Registration"),
        operator: text("临江市教育考试院", "Linjiang Education Examinations Authority"),
        icp: "京ICP备12345678号-1".to_owned(),
        police: "京公网安备 11010802012345号".to_owned(),
        privacy: text(
            "# 我们收集什么\n\n姓名、证件号码和照片，用于报名资格核验和准考证。\n\n# 保存多久\n\n考试结束一年后删除。\n如需更正或删除，请联系考务办公室。",
            "",
        ),
        complaints: text("010-0000-0000（工作日 9:00–17:00）", "010-0000-0000, weekdays 9:00–17:00"),
        notice: text(
            "今晚 22:00–24:00 系统维护，期间不能付款；已占的座位顺延保留。",
            "Maintenance tonight from 22:00 to 24:00: no payments; seats that are held are kept longer.",
        ),
        is_chinese_only: false,
    }
}

/// Some pages have a site that says all that it can.
pub(super) fn imprint_of(page: &str) -> Arc<KeptImprint> {
    let says_all = matches!(page, "exam" | "privacy" | "error-404");
    let imprint = if says_all { full() } else { Imprint::default() };
    Arc::new(KeptImprint { imprint, ..KeptImprint::default() })
}

impl Studio {
    /// Help: of a guest, and of somebody whose question was taken, answered, refused.
    fn helping(&mut self, exam: Exam) {
        let (w, exams) = (self.w, [Arc::new(exam)]);
        let asked = |number, answer| Inquiry {
            id: InquiryId(Uuid::from_u128(number)),
            account: AccountId(Uuid::from_u128(1)).into(),
            exam: None,
            place: String::new(),
            question: "缴费后多久能看到结果？\n我已经上传了截图。".to_owned(),
            asked_at: now(),
            answer,
        };
        let own = [asked(2, None), asked(1, Some(("一般一个工作日内。\n请留意短信。".to_owned(), now())))];
        let guest = help::View {
            code: "degree-english / 11-20 14:32 / 3f2a-1c4",
            from: ("/exams/degree-english", ""),
            topic: help::Topic::Sittings,
            site: Some("0731-0000-0001"),
            exams: &exams,
            exam: Some(&exams[0]),
            own: None,
            has_asked: false,
            typed: "",
            errors: &[],
        };
        self.add("help", "help", None, Visitor::Guest, &help::body(w, &guest));
        let code = "degree-english / 第4步 缴费 / SMVG-WJCT-K7 / 11-20 14:32 / 3f2a-1c4";
        let asked = help::View { code, topic: help::Topic::Payment, own: Some(&own), has_asked: true, ..guest };
        self.add("help-asked", "help", None, Visitor::SignedIn, &help::body(w, &asked));
        let errors = [of("question", w.t("help-ask-many"))];
        let refused =
            help::View { typed: "缴费后多久能看到结果？", has_asked: false, errors: &errors, ..asked };
        self.add("help-error", "help", None, Visitor::SignedIn, &help::body(w, &refused));
    }

    /// The check of a phone: all well as far as no script looks, and all that can be wrong.
    fn checking(&mut self) {
        let w = self.w;
        let well = phone_check::Found {
            program: None,
            age: Age::Fine,
            is_apple: false,
            has_cookies: true,
            time: "14:32:10".to_owned(),
        };
        self.add("check-phone", "check", None, Visitor::Guest, &phone_check::body(w, &well));
        let ill = phone_check::Found { program: Some(Program::Alipay), is_apple: true, has_cookies: false, ..well };
        self.add("check-phone-ill", "check", None, Visitor::Guest, &phone_check::body(w, &ill));
    }

    /// Whom to ask, how data is treated, and a poster.
    pub(super) fn pages_of_the_site(&mut self) {
        let w = self.w;
        let titles = ["临江大学继续教育学院".to_owned(), "2027年上半年成人高等教育学士学位外语水平考试".to_owned()];
        let mut exam = exam_page();
        exam.rules.contact = Some(text(CONTACT.0, CONTACT.1));
        self.helping(exam);
        self.checking();
        let poster = poster::body(w, &titles, "degree-english", "https://exam.example.edu/exams/degree-english");
        self.add("poster", "poster", None, Visitor::Unknown, &poster);
        self.add("privacy", "privacy", None, Visitor::Guest, &privacy::body(w, &full().privacy, Years::new(5)));
    }
}
