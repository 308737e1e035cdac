//! A definition as the files that it would be read from: for exams whose texts were not kept, or say something else than what
//! stands by now. Read again, they are the same exam.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use toml::{Table, Value};

use super::standing::Standing;
use super::table::SheetText;
use crate::exams::definition::DefinitionTexts;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::fen::Fen;
use crate::model::organisation::Organisation;
use crate::model::text::{Paragraphs, Text};

/// China has one time zone without summer time.
const CHINA_OFFSET_HOURS: i8 = 8;
/// Fields of `exam.toml` that stand above its first table, in the order in which people look for them.
const ABOVE: [&str; 19] = [
    "id",
    "title",
    "organiser",
    "short_title",
    "contact",
    "review_days",
    "hold_seconds",
    "grace_seconds",
    "opens_at",
    "closes_at",
    "payment_deadline",
    "fee",
    "payment_url",
    "resubmit_hours",
    "resubmit_times",
    "seats_per_network",
    "acknowledge",
    "waiting_list",
    "waiting_room",
];
/// What of the rules stands under another name, with what the exam says itself.
const ELSEWHERE: [&str; 1] = ["group_rules"];
/// Fields that are moments wherever they stand.
const MOMENTS: [&str; 3] = ["opens_at", "closes_at", "until"];

/// A moment as the files have it, on China's clock.
pub(super) fn moment(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::fixed(offset(CHINA_OFFSET_HOURS)));
    zoned.strftime("%Y-%m-%dT%H:%M:%S%.f+08:00").to_string()
}

/// Yuan as the files have them.
fn yuan(Fen(fen): Fen) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// All files of what stands.
pub(super) fn texts(standing: &Standing) -> DefinitionTexts {
    DefinitionTexts {
        exam: exam_text(&exam_table(standing)),
        sittings: sittings(&standing.page, &standing.capacities),
        organisations: (!standing.page.organisations.is_empty()).then(|| organisations(&standing.page.organisations)),
    }
}

impl Standing {
    /// By which it is known again: SHA-256 of it as files, in hexadecimal.
    pub(super) fn digest(&self) -> String {
        digest_of(&texts(self))
    }

    /// The files that say it: `kept` as far as they do, with their comments and their order, else written anew.
    pub(super) fn texts(&self, kept: Option<DefinitionTexts>) -> DefinitionTexts {
        let written = texts(self);
        let Some(kept) = kept else { return written };
        let Ok(read) = kept.check() else { return written };
        let said = Self::made_by(&read);
        if said == *self {
            return kept;
        }
        // What staff change most stands in a table, which has no comments: the other files stay as they are.
        let (mut page, standing) = ((*said.page).clone(), &self.page);
        page.sittings.clone_from(&standing.sittings);
        let rest = (said.acknowledge, said.waiting_room) == (self.acknowledge, self.waiting_room);
        if rest && page == **standing { DefinitionTexts { sittings: written.sittings, ..kept } } else { written }
    }
}

/// SHA-256 over all files, each with its name and its length, in hexadecimal.
pub(super) fn digest_of(texts: &DefinitionTexts) -> String {
    let mut all = Vec::new();
    for (name, text) in texts.files() {
        all.extend_from_slice(format!("{name} {}\n{text}", text.len()).as_bytes());
    }
    digest(&SHA256, &all).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `exam.toml` as a value.
pub(super) fn exam_table(standing: &Standing) -> Table {
    let page = &standing.page;
    let Ok(Value::Table(mut table)) = Value::try_from(&page.rules) else { unreachable!("rules are a table") };
    for name in ELSEWHERE {
        table.remove(name);
    }
    table.iter_mut().for_each(|(name, value)| with_moments(name, value));
    let mut set = |name: &str, value: Value| table.insert(name.to_owned(), value);
    set("id", page.id.to_string().into());
    set("title", pair(&page.title));
    set("organiser", pair(&page.organiser));
    set("hold_seconds", page.hold.as_secs().into());
    set("grace_seconds", page.grace.as_secs().into());
    for (name, at) in
        [("opens_at", page.opens_at), ("closes_at", page.closes_at), ("payment_deadline", page.payment_deadline)]
    {
        set(name, as_moment(&moment(at)));
    }
    set("fee", yuan(page.fee).into());
    set("payment_url", page.payment_url.clone().into());
    set("resubmit_hours", page.resubmit.as_hours().into());
    set("resubmit_times", i64::from(page.resubmit_times).into());
    set("notice", paragraphs(&page.notice));
    set("groups", Value::Array(page.groups.iter().map(|group| self::group(page, group)).collect()));
    if let Ok(acknowledge) = Value::try_from(standing.acknowledge) {
        set("acknowledge", acknowledge);
    }
    let mut room = Table::new();
    if let Ok(mode) = Value::try_from(standing.waiting_room.mode) {
        room.insert("mode".to_owned(), mode);
    }
    if let Some(rate) = standing.waiting_room.admit_per_second {
        room.insert("admit_per_second".to_owned(), i64::from(rate).into());
    }
    set("waiting_room", Value::Table(room));
    table
}

fn group(page: &Exam, group: &crate::model::exam::Group) -> Value {
    let mut table = Table::new();
    table.insert("id".to_owned(), group.id.to_string().into());
    table.insert("title".to_owned(), pair(&group.title));
    if let Some(rule) = page.rules.group_rules.iter().find(|rule| rule.group == group.id) {
        table.insert("refusal".to_owned(), pair(&rule.refusal));
        table.extend(rule.hint.as_ref().map(|hint| ("hint".to_owned(), pair(hint))));
    }
    Value::Table(table)
}

fn pair(text: &Text) -> Value {
    let of = |(name, text): (&str, &String)| (name.to_owned(), Value::from(text.clone()));
    Value::Table([("zh", &text.zh), ("en", &text.en)].map(of).into_iter().collect())
}

fn paragraphs(text: &Paragraphs) -> Value {
    let of = |(name, all): (&str, &Vec<String>)| (name.to_owned(), Value::from(all.clone()));
    Value::Table([("zh", &text.zh), ("en", &text.en)].map(of).into_iter().collect())
}

/// A moment that is none stays a text, and is told by whoever checks it.
fn as_moment(text: &str) -> Value {
    text.parse().map_or_else(|_| text.into(), Value::Datetime)
}

/// Makes moments of texts: rules are kept as JSON, which has none.
fn with_moments(name: &str, value: &mut Value) {
    match value {
        Value::String(text) if MOMENTS.contains(&name) => {
            if let Ok(at) = text.parse::<Timestamp>() {
                *value = as_moment(&moment(at));
            }
        }
        Value::Table(table) => table.iter_mut().for_each(|(name, value)| with_moments(name, value)),
        Value::Array(values) => values.iter_mut().for_each(|value| with_moments(name, value)),
        _ => {}
    }
}

/// `exam.toml` as a text: lines first, then what has parts of its own.
fn exam_text(table: &Table) -> String {
    let first = ABOVE.into_iter().filter_map(|name| Some((name, table.get(name)?)));
    let others = || table.iter().map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| !ABOVE.contains(name));
    let mut text = String::new();
    // Whatever is no table of its own could not stand below one.
    for (name, value) in first.chain(others().filter(|(_, value)| !is_part(value))) {
        text.push_str(&format!("{name} = {value}\n"));
    }
    for (name, value) in others().filter(|(_, value)| is_part(value)) {
        let part = Table::from_iter([(name.to_owned(), value.clone())]);
        text.push('\n');
        text.push_str(&part.to_string());
    }
    text
}

fn is_part(value: &Value) -> bool {
    match value {
        Value::Table(_) => true,
        Value::Array(values) => values.first().is_some_and(Value::is_table),
        _ => false,
    }
}

/// `sittings.csv`.
pub(crate) fn sittings(page: &Exam, capacities: &[u32]) -> String {
    let heads = [
        "id",
        "title_zh",
        "title_en",
        "group",
        "venue_zh",
        "venue_en",
        "starts_at",
        "capacity",
        "fee",
        "subject",
        "campus",
    ];
    let mut sheet = SheetText::new(&heads);
    for (sitting, capacity) in page.sittings.iter().zip(capacities) {
        let ExamSitting { id, title, group, venue, starts_at, fee, subject, campus } = sitting;
        let of = |id: Option<String>| id.unwrap_or_default();
        sheet.push(vec![
            id.to_string(),
            title.zh.clone(),
            title.en.clone(),
            of(group.as_ref().map(ToString::to_string)),
            venue.zh.clone(),
            venue.en.clone(),
            moment(*starts_at),
            capacity.to_string(),
            if *fee == page.fee { String::new() } else { yuan(*fee) },
            of(subject.as_ref().map(ToString::to_string)),
            of(campus.as_ref().map(ToString::to_string)),
        ]);
    }
    sheet.to_string()
}

/// `organisations.csv`.
pub(crate) fn organisations(all: &[Organisation]) -> String {
    let heads = [
        "code",
        "level",
        "parent",
        "name_zh",
        "name_en",
        "notice_zh",
        "notice_en",
        "allows_elsewhere",
        "opens_at",
        "closes_at",
    ];
    let mut sheet = SheetText::new(&heads);
    for one in all {
        let at = |at: Option<Timestamp>| at.map(moment).unwrap_or_default();
        sheet.push(vec![
            one.code.to_string(),
            one.level.as_str().to_owned(),
            one.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
            one.name.zh.clone(),
            one.name.en.clone(),
            one.notice.zh.join("|"),
            one.notice.en.join("|"),
            if one.allows_elsewhere { "yes" } else { "no" }.to_owned(),
            at(one.opens_at),
            at(one.closes_at),
        ]);
    }
    sheet.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exams::drafts::shipped;

    #[test]
    fn what_is_written_is_read_as_the_same_exam() {
        for name in shipped::names() {
            let kept = shipped::find(name).unwrap();
            let standing = Standing::made_by(&kept.check().unwrap());
            let written = texts(&standing);
            let read = written.check().unwrap_or_else(|faults| panic!("{name}: {faults:?}\n{}", written.exam));
            assert_eq!(Standing::made_by(&read), standing, "{name}");
            // Whatever says what stands is kept with its comments; a capacity that changed since is all that differs.
            assert_eq!(standing.texts(Some(kept.clone())), kept, "{name}");
            let mut raised = standing.clone();
            raised.capacities[0] += 1;
            let texts = raised.texts(Some(kept.clone()));
            assert_eq!((&texts.exam, &texts.organisations), (&kept.exam, &kept.organisations), "{name}");
            assert_eq!(Standing::made_by(&texts.check().unwrap()), raised, "{name}");
            assert_ne!(raised.digest(), standing.digest(), "{name}");
        }
    }
}
