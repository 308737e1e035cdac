//! A site's papers as the words that stand on them. What was granted to somebody is named on the seat map alone, which stays in the
//! invigilators' hands; on doors stands only until when the room is in use.

use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;
use papers::{PaperCount, RoomPapers, SeatPaper, SitePapers};
use registration::model::exam::{Exam, ExamSitting};
use registration::model::exam_rules::AccommodationKind;
use registration::model::room::Site;
use registration::rooms::tickets::{PaperRoom, Seated};
use registration::rules::tickets::Times;
use seating::Rules;

use crate::desks::accommodations::kind_word;

/// For which sitting papers are filled.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) w: Words,
    pub(super) exam: &'a Exam,
    pub(super) sitting: &'a ExamSitting,
    pub(super) rules: &'a Rules,
}

/// All but the rooms. `printed` says by whom and from which arrangement.
pub(super) fn site(of: Of<'_>, site: &Site, printed: &str) -> SitePapers {
    let Of { w, exam, sitting, .. } = of;
    let text = |text: &registration::model::text::Text| w.pick(&text.zh, &text.en).to_owned();
    let times = Times::of(exam, sitting);
    SitePapers {
        language: match w.language {
            Language::Zh => papers::Language::Zh,
            Language::En => papers::Language::En,
        },
        exam: text(&exam.title),
        organiser: text(&exam.organiser),
        site: text(&site.name),
        address: text(&site.address),
        sitting: when::moment(w.language, sitting.starts_at),
        subject: text(&sitting.title),
        start: when::span(w.language, times.starts_at, times.ends_at),
        printed: printed.to_owned(),
        ..SitePapers::default()
    }
}

/// One room with all its seats, whoever sits there.
pub(super) fn room(of: Of<'_>, room: &PaperRoom, seated: Vec<Seated>) -> RoomPapers {
    let plan = &room.room.plan;
    let letters: Vec<String> = plan.layout.clone().into();
    let small = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    let (note, counts) = (note(of, &seated), counts(of, room, &seated));
    let mut who = seated.into_iter().peekable();
    let seat = |(number, at): (u16, seating::Seat)| {
        let empty = SeatPaper {
            label: plan.label(number),
            row: small(at.row),
            column: small(at.column),
            ..SeatPaper::default()
        };
        match who.next_if(|one| one.seat == number) {
            Some(one) => taken(of, one, empty),
            None => empty,
        }
    };
    RoomPapers {
        number: door_number(room.number),
        name: room.room.name.clone(),
        floor: room.room.floor.clone(),
        note,
        rows: small(letters.len()),
        columns: small(letters.iter().map(|line| line.chars().count()).max().unwrap_or(0)),
        seats: (1..).zip(plan.seats()).map(seat).collect(),
        counts,
    }
}

/// The number of a room as it stands on doors: `012`.
pub(super) fn door_number(number: u16) -> String {
    format!("{number:03}")
}

fn taken(of: Of<'_>, one: Seated, empty: SeatPaper) -> SeatPaper {
    SeatPaper {
        // Before a ticket is issued, the order is what names somebody.
        number: one.number.map_or_else(|| one.order.to_string(), |number| number.to_string()),
        name: one.name.map(|name| name.expose().to_owned()).unwrap_or_default(),
        document: one.document.map(|document| document.masked()).unwrap_or_default(),
        needs: needs(of, &one.granted),
        photo: one.photo,
        ..empty
    }
}

/// What was granted, in words; extra time with its end.
fn needs(of: Of<'_>, granted: &[AccommodationKind]) -> String {
    let until = Times::granted(of.exam, of.sitting, granted).ends_at;
    let word = |kind: &AccommodationKind| match (kind, until) {
        (AccommodationKind::ExtraTime, Some(until)) => {
            of.w.with("papers-extra-until", &[("until", when::clock(until).into())]).into_owned()
        }
        _ => kind_word(of.w, *kind),
    };
    let between = if of.w.language == Language::Zh { "、" } else { ", " };
    granted.iter().map(word).collect::<Vec<_>>().join(between)
}

/// That some in the room, or all, sit longer; it names nobody.
fn note(of: Of<'_>, seated: &[Seated]) -> String {
    let longer = seated.iter().filter(|one| one.granted.contains(&AccommodationKind::ExtraTime)).count();
    let times = Times::granted(of.exam, of.sitting, &[AccommodationKind::ExtraTime]);
    let until = times.ends_at.map(when::clock);
    match (longer, until) {
        (0, _) => String::new(),
        (_, None) => {
            let percent = of.exam.rules.accommodations.extra_time_percent;
            of.w.with("papers-note-percent", &[("percent", u32::from(percent).into())]).into_owned()
        }
        (count, Some(until)) if count == seated.len() => {
            of.w.with("papers-note-all", &[("until", until.into())]).into_owned()
        }
        (_, Some(until)) => of.w.with("papers-note-some", &[("until", until.into())]).into_owned(),
    }
}

/// How many papers go into the room: large print by itself, and as many spare ones as seats are spare.
fn counts(of: Of<'_>, room: &PaperRoom, seated: &[Seated]) -> Vec<PaperCount> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let large = seated.iter().filter(|one| one.granted.contains(&AccommodationKind::LargePrint)).count();
    let free = room.room.plan.seats().len().saturating_sub(seated.len());
    let spare = usize::from(room.room.plan.spare_seats.unwrap_or(of.rules.spare_seats)).min(free);
    let usual = PaperCount {
        kind: of.w.t("papers-usual").into_owned(),
        papers: count(seated.len() - large),
        spare: count(spare),
    };
    let large = PaperCount { kind: of.w.t("papers-large").into_owned(), papers: count(large), spare: 0 };
    [usual].into_iter().chain(Some(large).filter(|large| large.papers > 0)).collect()
}

#[cfg(test)]
mod tests {
    use registration::model::exam_rules::AccommodationKind::{ExtraTime, LargePrint, StepFree};

    use super::*;
    use crate::request::catalogue::words;
    use crate::rooms::papers::bundle::tests::room as plain_room;

    fn seated(seat: u16, granted: &[AccommodationKind]) -> Seated {
        Seated {
            seat,
            order: registration::model::order::OrderId::from_bits(u64::from(seat)),
            number: (seat == 1).then(|| "VCJ85CVU".parse().unwrap()),
            name: "阿依古丽·买买提".parse().ok(),
            document: None,
            granted: granted.to_vec(),
            photo: None,
        }
    }

    /// Two hours from nine o'clock, in which extra time is 36 minutes.
    fn exam() -> Exam {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/degree-english");
        let mut exam = registration::exams::definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page;
        exam.rules.ticket.minutes = Some(120);
        exam.sittings[0].starts_at = "2027-05-22T09:00:00+08:00".parse().unwrap();
        exam
    }

    #[test]
    fn e3_doors_say_until_when_and_name_nobody_and_the_map_says_who() {
        let (exam, rules) = (exam(), Rules { spare_seats: 2, ..Rules::default() });
        let of = Of { w: words(Language::Zh), exam: &exam, sitting: &exam.sittings[0], rules: &rules };
        let plan = plain_room(12, (2, 3));
        let some = room(of, &plan, vec![seated(1, &[ExtraTime, LargePrint]), seated(3, &[StepFree]), seated(4, &[])]);
        assert_eq!((some.number.as_str(), some.rows, some.columns, some.seats.len()), ("012", 2, 3, 6));
        assert!(some.note.contains("11:36") && !some.note.contains("阿依古丽"), "{}", some.note);
        let needs: Vec<&str> = some.seats.iter().map(|seat| seat.needs.as_str()).collect();
        assert_eq!(needs, ["延长考试时间（至 11:36）、大字试卷", "", "一楼或有电梯的考场", "", "", ""]);
        let numbers: Vec<bool> = some.seats.iter().map(|seat| seat.number.is_empty()).collect();
        assert_eq!(numbers, [false, true, false, false, true, true]);
        assert_eq!((some.seats[0].number.as_str(), some.seats[0].label.as_str()), ("VCJ85CVU", "H01"));
        assert_eq!(some.seats[2].number, seated(3, &[]).order.to_string(), "the order, before there is a ticket");
        let counts: Vec<(u32, u32)> = some.counts.iter().map(|count| (count.papers, count.spare)).collect();
        assert_eq!(counts, [(2, 2), (1, 0)]);

        let all = room(of, &plan, vec![seated(1, &[ExtraTime])]);
        let nobody = room(of, &plan, vec![seated(1, &[StepFree])]);
        assert!(all.note.contains("11:36") && all.note != some.note && nobody.note.is_empty(), "{}", all.note);
        let site = site(of, &plan.site, "第 1 次公布");
        assert_eq!(site.start, "2027年5月22日（周六）09:00–11:00");
    }

    #[test]
    fn what_does_not_say_how_long_it_lasts_says_how_much_more_there_is() {
        let (mut exam, rules) = (exam(), Rules::default());
        exam.rules.ticket.minutes = None;
        let of = Of { w: words(Language::En), exam: &exam, sitting: &exam.sittings[0], rules: &rules };
        let room = room(of, &plain_room(1, (1, 2)), vec![seated(2, &[ExtraTime])]);
        assert!(room.note.contains("30"), "{}", room.note);
        assert_eq!(room.seats[1].needs, "Extra time");
    }
}
