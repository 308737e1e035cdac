//! The words of reminders in letters: what a deadline is, and where and when an exam is.

use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::ReminderKind;
use crate::model::room::SeatPlace;
use crate::model::text::Text;
use crate::outbox::words::{beijing_en, beijing_zh};

/// What a reminder says besides what it is: of the deadline, or what to bring.
pub(crate) fn said(kind: ReminderKind, exam: &Exam) -> Option<Text> {
    let (opens, closes) = (exam.opens_at, exam.closes_at);
    Some(match kind {
        ReminderKind::Opens => text(
            format!("报名时间：{} 至 {}。", beijing_zh(opens), beijing_zh(closes)),
            format!("Registration is open from {} to {}.", beijing_en(opens), beijing_en(closes)),
        ),
        ReminderKind::Closes => text(
            format!("报名 {} 截止，您的报名还没有完成。截止后不再受理。", beijing_zh(closes)),
            format!(
                "Registration closes {}, and yours is not finished. Nothing is accepted later.",
                beijing_en(closes)
            ),
        ),
        ReminderKind::ExamDay => exam.rules.reminders.bring.clone().unwrap_or_else(|| {
            text(
                "请携带准考证和有效身份证件原件，提前到达考点。".to_owned(),
                "Bring your admission ticket and the original of your ID, and arrive early.".to_owned(),
            )
        }),
        ReminderKind::Pay | ReminderKind::Ticket => return None,
    })
}

/// When and where somebody sits an exam: the place in a room, where that was published, else what the sitting says.
pub(crate) fn visit(sitting: &ExamSitting, place: Option<&SeatPlace>) -> Text {
    let (zh, en) = (beijing_zh(sitting.starts_at), beijing_en(sitting.starts_at));
    let Some(place) = place else {
        return text(
            format!("{}：{zh}，{}。", sitting.title.zh, sitting.venue.zh),
            format!("{}: {en}, {}.", sitting.title.en, sitting.venue.en),
        );
    };
    let site = &place.site;
    let (way_zh, way_en) = (sentence(&site.way.zh, "。"), sentence(&site.way.en, "."));
    let floor_zh = if place.floor.is_empty() { String::new() } else { format!("{}，", place.floor) };
    let floor_en = if place.floor.is_empty() { String::new() } else { format!("{}, ", place.floor) };
    let SeatPlace { room_name, room_number, label, .. } = place;
    text(
        format!(
            "{}：{zh}，{}（{}），{floor_zh}{room_name}，第 {room_number:03} 考场，座位 {label}。{way_zh}",
            sitting.title.zh, site.name.zh, site.address.zh
        ),
        format!(
            "{}: {en}, {} ({}), {floor_en}{room_name}, room {room_number:03}, seat {label}. {way_en}",
            sitting.title.en, site.name.en, site.address.en
        )
        .trim_end()
        .to_owned(),
    )
}

/// Words that somebody typed, as a sentence.
fn sentence(words: &str, end: &str) -> String {
    let words = words.trim();
    if words.is_empty() || words.ends_with(end) { words.to_owned() } else { format!("{words}{end}") }
}

fn text(zh: String, en: String) -> Text {
    Text { zh, en }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use uuid::Uuid;

    use super::*;
    use crate::exams::definition;
    use crate::model::room::{RoomId, Site, SiteId};

    fn exam() -> Exam {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/degree-english");
        definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page
    }

    #[test]
    fn e4_a_reminder_of_the_exam_says_when_where_and_what_to_bring() {
        let mut exam = exam();
        let sitting = exam.sittings[0].clone();
        let plain = visit(&sitting, None);
        assert!(plain.zh.contains(&sitting.venue.zh) && plain.en.contains("(Beijing time)"), "{plain:?}");
        let words = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
        let site = Site {
            id: SiteId(Uuid::from_u128(1)),
            name: words("临江大学东校区", "Linjiang University, east campus"),
            address: words("学府路1号", "1 Xuefu Road"),
            way: words("从北门进，右转", "Through the north gate, then right."),
            position: None,
        };
        let mut place = SeatPlace {
            sitting: sitting.id.clone(),
            site,
            room: RoomId(Uuid::from_u128(2)),
            room_name: "一号楼 302".to_owned(),
            floor: "3层".to_owned(),
            room_number: 12,
            seat: 1,
            label: "H01".to_owned(),
            assigned_at: sitting.starts_at,
        };
        let Text { zh, en } = visit(&sitting, Some(&place));
        let end = "临江大学东校区（学府路1号），3层，一号楼 302，第 012 考场，座位 H01。从北门进，右转。";
        assert!(zh.ends_with(end), "{zh}");
        assert!(en.ends_with("3层, 一号楼 302, room 012, seat H01. Through the north gate, then right."), "{en}");
        (place.floor, place.site.way) = (String::new(), words("", ""));
        let Text { zh, en } = visit(&sitting, Some(&place));
        assert!(zh.ends_with("座位 H01。") && en.ends_with("seat H01.") && zh.contains("），一号楼"), "{zh} {en}");
        assert!(said(ReminderKind::ExamDay, &exam).unwrap().zh.contains("身份证原件"), "in the exam's words");
        exam.rules.reminders.bring = None;
        assert!(said(ReminderKind::ExamDay, &exam).unwrap().zh.contains("有效身份证件"));
        assert!(said(ReminderKind::Ticket, &exam).is_none());
        assert!(said(ReminderKind::Closes, &exam).unwrap().en.contains("(Beijing time)"));
    }
}
