//! What imports, their columns and what is wrong with them are called.

use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::imports::{FILE_BYTES_MAX, ImportError};
use registration::model::import::{Import, ImportFault, ImportKind, ImportState};
use reservation::ids::ExamId;

use crate::desk::message::Message;

const MEGABYTE: u64 = 1024 * 1024;

/// Our names of columns, and what they are called on pages and in templates.
const COLUMNS: [(&str, &str); 21] = [
    ("document_kind", key("import-column-document-kind")),
    ("document_number", key("import-column-document-number")),
    ("name", key("import-column-name")),
    ("subjects", key("import-column-subjects")),
    ("barred", key("import-column-barred")),
    ("school", key("import-column-school")),
    ("campus", key("import-column-campus")),
    ("level", key("import-column-level")),
    ("years", key("import-column-years")),
    ("entry_year", key("import-column-entry-year")),
    ("grade", key("import-column-grade")),
    ("department", key("import-column-department")),
    ("major", key("import-column-major")),
    ("class", key("import-column-class")),
    ("student_number", key("import-column-student-number")),
    ("note", key("import-column-note")),
    ("ticket_number", key("import-column-ticket-number")),
    ("subject", key("import-column-subject")),
    ("year", key("import-column-year")),
    ("score", key("import-column-score")),
    ("problem", key("import-column-problem")),
];

/// The same for rooms.
const ROOM_COLUMNS: [(&str, &str); 13] = [
    ("site", key("list-room-site")),
    ("name", key("list-room-name")),
    ("layout", key("list-room-layout")),
    ("floor", key("list-room-floor")),
    ("order", key("list-room-order")),
    ("spacing", key("list-room-spacing")),
    ("prefix", key("list-room-prefix")),
    ("step_free", key("list-room-step-free")),
    ("lift", key("list-room-lift")),
    ("spare_seats", key("list-room-spare")),
    ("site_en", key("list-room-site-en")),
    ("address", key("list-room-address")),
    ("address_en", key("list-room-address-en")),
];

/// The same for sittings.
const SITTING_COLUMNS: [(&str, &str); 11] = [
    ("id", key("list-sitting-id")),
    ("subject", key("list-sitting-subject")),
    ("campus", key("list-sitting-campus")),
    ("starts_at", key("list-sitting-starts-at")),
    ("capacity", key("list-sitting-capacity")),
    ("fee", key("list-sitting-fee")),
    ("title_zh", key("list-sitting-title-zh")),
    ("title_en", key("list-sitting-title-en")),
    ("venue_zh", key("list-sitting-venue-zh")),
    ("venue_en", key("list-sitting-venue-en")),
    ("group", key("list-sitting-group")),
];

/// The same for schools and campuses.
const ORGANISATION_COLUMNS: [(&str, &str); 10] = [
    ("code", key("list-organisation-code")),
    ("level", key("list-organisation-level")),
    ("parent", key("list-organisation-parent")),
    ("name_zh", key("list-organisation-name-zh")),
    ("name_en", key("list-organisation-name-en")),
    ("notice_zh", key("list-organisation-notice-zh")),
    ("notice_en", key("list-organisation-notice-en")),
    ("allows_elsewhere", key("list-organisation-elsewhere")),
    ("opens_at", key("list-organisation-opens-at")),
    ("closes_at", key("list-organisation-closes-at")),
];

/// The words by which what is wrong is told (`Wrong::told`), and our sentences for them: `a` and `b` are what stands in them.
pub(crate) const WRONGS: [(&str, &str); 86] = [
    ("no-text", key("wrong-no-text")),
    ("broken", key("wrong-broken")),
    ("locked", key("wrong-locked")),
    ("old", key("wrong-old")),
    ("no-sheet", key("wrong-no-sheet")),
    ("bytes", key("wrong-bytes")),
    ("unpacked", key("wrong-unpacked")),
    ("columns", key("wrong-columns")),
    ("cell-chars", key("wrong-cell-chars")),
    ("io", key("wrong-io")),
    ("long-number", key("wrong-long-number")),
    ("formula", key("wrong-formula")),
    ("document-length", key("wrong-document-length")),
    ("document-character", key("wrong-document-character")),
    ("document-place", key("wrong-document-place")),
    ("document-birth", key("wrong-document-birth")),
    ("document-foreign", key("wrong-document-foreign")),
    ("document-check", key("wrong-document-check")),
    ("document-form", key("wrong-document-form")),
    ("rounded", key("wrong-rounded")),
    ("scientific", key("wrong-scientific")),
    ("name-empty", key("wrong-name-empty")),
    ("name-long", key("wrong-name-long")),
    ("name-character", key("wrong-name-character")),
    ("past-number", key("wrong-past-number")),
    ("nothing", key("wrong-nothing")),
    ("missing-column", key("wrong-missing-column")),
    ("unknown-column", key("wrong-unknown-column")),
    ("column-name", key("wrong-column-name")),
    ("column-twice", key("wrong-column-twice")),
    ("lines", key("wrong-lines")),
    ("open-quote", key("wrong-open-quote")),
    ("fields", key("wrong-fields")),
    ("no-column", key("wrong-no-column")),
    ("unreadable", key("wrong-unreadable")),
    ("too-long", key("wrong-too-long")),
    ("line-break", key("wrong-line-break")),
    ("control", key("wrong-control")),
    ("kind", key("wrong-kind")),
    ("subject", key("wrong-subject")),
    ("campus", key("wrong-campus")),
    ("campus-of-other", key("wrong-campus-of-other")),
    ("person-twice", key("wrong-person-twice")),
    ("result-twice", key("wrong-result-twice")),
    ("no-number", key("wrong-no-number")),
    ("not-whole", key("wrong-not-whole")),
    ("year", key("wrong-year")),
    ("score", key("wrong-score")),
    ("choice", key("wrong-choice")),
    ("room-twice", key("wrong-room-twice")),
    ("no-site", key("wrong-no-site")),
    ("many-sites", key("wrong-many-sites")),
    ("sat-in", key("wrong-sat-in")),
    ("code", key("wrong-code")),
    ("text", key("wrong-text")),
    ("moment", key("wrong-moment")),
    ("too-early", key("wrong-too-early")),
    ("money", key("wrong-money")),
    ("too-large", key("wrong-too-large")),
    ("group", key("wrong-group")),
    ("sitting-twice", key("wrong-sitting-twice")),
    ("ticket-code", key("wrong-ticket-code")),
    ("ticket-number", key("wrong-ticket-number")),
    ("level", key("wrong-level")),
    ("of-province", key("wrong-of-province")),
    ("parent", key("wrong-parent")),
    ("organisation-twice", key("wrong-organisation-twice")),
    ("fewer-than-sold", key("wrong-fewer-than-sold")),
    ("needs-two", key("wrong-needs-two")),
    ("fee-sold", key("wrong-fee-sold")),
    ("group-stays", key("wrong-group-stays")),
    ("province-stays", key("wrong-province-stays")),
    ("elsewhere", key("wrong-elsewhere")),
    ("room-site", key("fault-site-name")),
    ("room-address", key("fault-address")),
    ("room-way", key("fault-way")),
    ("room-position", key("fault-position")),
    ("room-name", key("fault-room-name")),
    ("room-floor", key("fault-floor")),
    ("room-prefix", key("fault-prefix")),
    ("room-plan", key("fault-plan")),
    ("room-letter", key("fault-letter")),
    ("room-no-seat", key("fault-no-seat")),
    ("room-too-large", key("fault-too-large")),
    ("room-spare", key("fault-spare")),
    ("room-taken", key("fault-name-taken")),
];

/// What a kind of list is called.
pub(crate) fn kind(w: Words, kind: ImportKind) -> String {
    match kind {
        ImportKind::Roster => w.t("import-roster"),
        ImportKind::PastScores => w.t("import-past-scores"),
        ImportKind::Sittings => w.t("import-sittings"),
        ImportKind::Organisations => w.t("import-organisations"),
        ImportKind::Rooms => w.t("import-rooms"),
    }
    .into_owned()
}

/// How far an import is, in a word.
pub(crate) fn state(w: Words, import: &Import) -> (Tone, String) {
    let (tone, word) = match import.state {
        ImportState::Uploading => (Tone::Plain, w.t("import-uploading")),
        ImportState::Reading => (Tone::Plain, w.t("import-reading")),
        ImportState::Read => (Tone::Care, w.t("import-read")),
        ImportState::Refused => (Tone::Bad, w.t("import-refused")),
        ImportState::Applying => (Tone::Plain, w.t("import-applying")),
        ImportState::Applied => (Tone::Good, w.t("import-applied")),
        ImportState::Failed => (Tone::Bad, w.t("import-failed")),
        ImportState::Dropped => (Tone::Plain, w.t("import-dropped")),
    };
    (tone, word.into_owned())
}

/// What the exam of an import is called.
pub(crate) fn exam(exams: &[(ExamId, String)], import: &Import) -> String {
    let Some(id) = &import.exam else { return String::new() };
    exams.iter().find(|(known, _)| known == id).map_or_else(|| id.to_string(), |(_, title)| title.clone())
}

/// What a column of such a list is called; one of somebody's own as the file has it.
pub(crate) fn column(w: Words, kind: ImportKind, name: &str) -> String {
    let of_kind: &[(&str, &str)] = match kind {
        ImportKind::Roster | ImportKind::PastScores => &[],
        ImportKind::Sittings => &SITTING_COLUMNS,
        ImportKind::Organisations => &ORGANISATION_COLUMNS,
        ImportKind::Rooms => &ROOM_COLUMNS,
    };
    let known = of_kind.iter().chain(&COLUMNS).find(|(ours, _)| *ours == name).map(|(_, key)| *key);
    known.map_or_else(|| name.to_owned(), |key| w.t(key).into_owned())
}

/// What is wrong, in a sentence that says what to do; a word of a later version as it is.
pub(crate) fn wrong(w: Words, kind: ImportKind, fault: &ImportFault) -> String {
    let known = WRONGS.iter().find(|(word, _)| *word == fault.word).map(|(_, key)| *key);
    let Some(key) = known else { return fault.word.clone() };
    let value = |place: usize| fault.values.get(place).cloned().unwrap_or_default();
    let first = if key == "wrong-missing-column" { column(w, kind, &value(0)) } else { value(0) };
    let (a, b) = (first.clone().into(), value(1).into());
    w.with(key, &[("a", a), ("b", b), ("row", first.into()), ("letter", value(1).into())]).into_owned()
}

/// Why nothing was done, where that has words of its own.
pub(crate) fn refusal(w: Words, error: &ImportError) -> Option<(StatusCode, Message)> {
    let (status, text) = match error {
        ImportError::TooLarge => {
            let most = FILE_BYTES_MAX / MEGABYTE;
            (StatusCode::PAYLOAD_TOO_LARGE, w.with("import-too-large", &[("most", most.into())]))
        }
        ImportError::Empty => (StatusCode::UNPROCESSABLE_ENTITY, w.t("import-empty")),
        ImportError::TooMany => (StatusCode::SERVICE_UNAVAILABLE, w.t("import-too-many")),
        ImportError::Changed => (StatusCode::CONFLICT, w.t("import-changed")),
        ImportError::Gone => (StatusCode::GONE, w.t("import-gone")),
        ImportError::Forbidden(_) | ImportError::Unknown | ImportError::Store(_) => return None,
    };
    Some((status, Message::new(Tone::Bad, text)))
}

/// `420 kB`, `2.3 MB`
pub(crate) fn size(bytes: u64) -> String {
    match bytes / 1_000 {
        kilobytes @ 0..1_000 => format!("{} kB", kilobytes.max(1)),
        kilobytes => format!("{}.{} MB", kilobytes / 1_000, kilobytes % 1_000 / 100),
    }
}
