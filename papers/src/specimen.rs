//! A ticket of nobody, for trying a design.

use crate::ticket::{Language, Ticket};

impl Ticket {
    /// A ticket with a value in every field and no photo: what a design is tried with, and what a preview shows.
    pub fn specimen() -> Self {
        let text = str::to_owned;
        Self {
            language: Language::Zh,
            exam: text("样例考试"),
            organiser: text("样例考试院"),
            number: text("VCJ85CVU"),
            name: text("样例·考生"),
            document_kind: text("居民身份证"),
            document: text("3101**********1234"),
            school: text("样例大学"),
            campus: text("东校区"),
            subject: text("英语"),
            sitting: text("12月20日上午场"),
            site: text("样例大学东校区考点"),
            address: text("样例市样例区样例路 100 号"),
            way: text("由二号门进入，沿主路直行 200 米。"),
            room: text("一号楼 302"),
            floor: text("3 层"),
            room_number: text("012"),
            seat: text("H01"),
            start: text("2026年12月20日（周日）09:00"),
            arrive: text("请于 08:20 前到场，08:45 后不得入场。"),
            needs: text("延长考试时间 30%"),
            rules: vec![text("凭准考证和有效身份证件原件入场。"), text("对号入座，手机关机。")],
            help: text("咨询电话 021-00000000"),
            printed: text("2026年12月10日 10:00"),
            code: Some(text("SPECIMEN-0000")),
            ..Self::default()
        }
    }
}
