//! An admission ticket (准考证), as the words that stand on it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

/// Which language a paper speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese, as written on the mainland.
    #[default]
    Zh,
    /// English for those who read no Chinese.
    En,
}

/// How an admission ticket is laid out: what an exam's definition chooses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Design {
    /// Seat, room and time large, the rules below: exams at sites that candidates choose.
    #[default]
    Sheet,
    /// A ruled form with school, campus, room and seat: exams that candidates sit at their schools.
    School,
    /// The source of an exam's own template: typst that defines `ticket(t)` and may import `/house.typ`.
    Own(Arc<str>),
}

/// An admission ticket. A text that is empty is left out with its label; times are texts, as the exam's zone says them.
#[derive(Clone, Default, Serialize)]
pub struct Ticket {
    /// How it is laid out. The tickets of one paper share the first one's.
    #[serde(skip)]
    pub design: Design,
    /// Which language its labels have. The tickets of one paper share the first one's.
    pub language: Language,
    /// When what stands on it was so: the file's date, and nothing that is printed.
    #[serde(skip)]
    pub made_at: Timestamp,
    /// What the exam is called: 2027年成人学士学位英语水平考试.
    pub exam: String,
    /// Who holds the exam: 某某市教育考试院.
    pub organiser: String,
    /// The ticket's number (准考证号).
    pub number: String,
    /// The candidate's name.
    pub name: String,
    /// What kind of document the candidate shows: 居民身份证.
    pub document_kind: String,
    /// The document's number, masked or whole.
    pub document: String,
    /// The candidate's school, where the exam asks for one.
    pub school: String,
    /// The campus of that school.
    pub campus: String,
    /// What is sat: 英语.
    pub subject: String,
    /// What the sitting is called: 12月20日上午场.
    pub sitting: String,
    /// What the site is called (考点).
    pub site: String,
    /// The site's address.
    pub address: String,
    /// How to find the gate.
    pub way: String,
    /// The room's name within the site: 一号楼 302.
    pub room: String,
    /// On which floor the room is, with its unit: 3 层.
    pub floor: String,
    /// The room's number in this sitting: 012.
    pub room_number: String,
    /// What the seat is called: H01.
    pub seat: String,
    /// When the exam begins: 2026年12月20日（周日）09:00.
    pub start: String,
    /// When to be there, as a whole sentence: 请于 08:20 前到场，08:45 后不得入场。
    pub arrive: String,
    /// What was granted to this candidate: 延长考试时间 30%.
    pub needs: String,
    /// The exam's rules for candidates, in their order.
    pub rules: Vec<String>,
    /// Whom to ask, and when: 咨询电话 021-12345678（工作日 9:00–17:00）.
    pub help: String,
    /// When it was made, as printed at the foot.
    pub printed: String,
    /// The candidate's photo as JPEG, upright, 413 × 626 pixels or so.
    #[serde(skip)]
    pub photo: Option<Vec<u8>>,
    /// The text of the code to scan, as the exam's key signed it.
    #[serde(skip)]
    pub code: Option<String>,
}

/// A ticket names somebody, and what is logged names nobody.
impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("design", &self.design).finish_non_exhaustive()
    }
}
