//! What a site says of itself, on every page and on one of its own.

use std::sync::Arc;

use registration::model::text::Text;
use registration::model::text::imprint::{Imprint, KeptImprint};

use super::{CONTACT, Studio, exam_page};
use crate::pages::site::{help, poster, privacy};
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
pub(super) fn of(page: &str) -> Arc<KeptImprint> {
    let says_all = matches!(page, "exam" | "privacy" | "error-404");
    let imprint = if says_all { full() } else { Imprint::default() };
    Arc::new(KeptImprint { imprint, ..KeptImprint::default() })
}

impl Studio {
    /// Whom to ask, how data is treated, and a poster.
    pub(super) fn pages_of_the_site(&mut self) {
        let w = self.w;
        let titles = ["临江大学继续教育学院".to_owned(), "2027年上半年成人高等教育学士学位外语水平考试".to_owned()];
        let mut exam = exam_page();
        exam.rules.contact = Some(text(CONTACT.0, CONTACT.1));
        let help = help::body(w, Some("0731-0000-0001"), &[Arc::new(exam)]);
        self.add("help", "help", None, Visitor::Guest, &help);
        let poster = poster::body(w, &titles, "degree-english", "https://exam.example.edu/exams/degree-english");
        self.add("poster", "poster", None, Visitor::Unknown, &poster);
        self.add("privacy", "privacy", None, Visitor::Guest, &privacy::body(w, &full().privacy));
    }
}
