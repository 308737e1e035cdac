//! Templates to fill in: the columns' names in the first line, every cell a text so that no number is shortened, and a second
//! sheet that says what stands in which column.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use pagekit::words::{Words, key};
use registration::model::import::ImportKind;
use rust_xlsxwriter::{DocProperties, Format, Workbook, XlsxError};

use super::corrected::XLSX;
use super::frame::may_import;
use super::words;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// How wide a column is, and how wide what is said of it, in characters.
const WIDTH: f64 = 20.0;
const WIDTH_SAID: f64 = 80.0;

/// A column: our name of it, must it be filled in, and what is said of it.
type Column = (&'static str, bool, &'static str);

const ROSTER: [Column; 16] = [
    ("document_kind", true, key("template-document-kind")),
    ("document_number", true, key("template-document-number")),
    ("name", true, key("template-name")),
    ("subjects", false, key("template-subjects")),
    ("barred", false, key("template-barred")),
    ("school", false, key("template-school")),
    ("campus", false, key("template-campus")),
    ("level", false, key("template-shown")),
    ("years", false, key("template-shown")),
    ("entry_year", false, key("template-shown")),
    ("grade", false, key("template-shown")),
    ("department", false, key("template-shown")),
    ("major", false, key("template-shown")),
    ("class", false, key("template-shown")),
    ("student_number", false, key("template-shown")),
    ("note", false, key("template-shown")),
];

const PAST_SCORES: [Column; 7] = [
    ("ticket_number", true, key("template-ticket-number")),
    ("document_number", true, key("template-past-document")),
    ("name", true, key("template-name")),
    ("subject", true, key("template-subject")),
    ("year", true, key("template-year")),
    ("score", true, key("template-score")),
    ("document_kind", false, key("template-past-kind")),
];

const ROOMS: [Column; 11] = [
    ("site", true, key("template-room-site")),
    ("address", false, key("template-room-address")),
    ("name", true, key("template-room-name")),
    ("layout", true, key("template-room-layout")),
    ("floor", false, key("template-shown")),
    ("order", false, key("template-room-order")),
    ("spacing", false, key("template-room-spacing")),
    ("prefix", false, key("template-room-prefix")),
    ("step_free", false, key("template-room-yes")),
    ("lift", false, key("template-room-yes")),
    ("spare_seats", false, key("template-room-spare")),
];

const SITTINGS: [Column; 11] = [
    ("id", true, key("template-sitting-id")),
    ("starts_at", true, key("template-sitting-starts-at")),
    ("capacity", true, key("template-sitting-capacity")),
    ("subject", false, key("template-sitting-subject")),
    ("campus", false, key("template-sitting-campus")),
    ("title_zh", false, key("template-sitting-title")),
    ("title_en", false, key("template-sitting-title")),
    ("venue_zh", false, key("template-sitting-venue")),
    ("venue_en", false, key("template-sitting-venue")),
    ("group", false, key("template-sitting-group")),
    ("fee", false, key("template-sitting-fee")),
];

const ORGANISATIONS: [Column; 10] = [
    ("code", true, key("template-organisation-code")),
    ("level", true, key("template-organisation-level")),
    ("parent", true, key("template-organisation-parent")),
    ("name_zh", true, key("template-organisation-name-zh")),
    ("name_en", true, key("template-organisation-name-en")),
    ("notice_zh", false, key("template-organisation-notice")),
    ("notice_en", false, key("template-organisation-notice")),
    ("allows_elsewhere", false, key("template-organisation-elsewhere")),
    ("opens_at", false, key("template-organisation-window")),
    ("closes_at", false, key("template-organisation-window")),
];

pub(crate) async fn show(visit: Visit, Path(file): Path<String>) -> Result<Response, Failure> {
    may_import(&visit)?;
    let kind = file.strip_suffix(".xlsx").and_then(|kind| kind.parse::<ImportKind>().ok());
    let kind = kind.ok_or(Failure::NotFound)?;
    let packed = pack(visit.words, kind).map_err(|error| {
        tracing::error!(%error, "a template could not be written");
        Failure::Broken
    })?;
    let headers = [
        (CONTENT_TYPE, XLSX.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}.xlsx\"", kind.as_ref())),
    ];
    Ok((headers, packed).into_response())
}

fn pack(w: Words, kind: ImportKind) -> Result<Vec<u8>, XlsxError> {
    let columns: &[Column] = match kind {
        ImportKind::Roster => &ROSTER,
        ImportKind::PastScores => &PAST_SCORES,
        ImportKind::Sittings => &SITTINGS,
        ImportKind::Organisations => &ORGANISATIONS,
        ImportKind::Rooms => &ROOMS,
    };
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_title(words::kind(w, kind)));
    let sheet = workbook.add_worksheet().set_name(words::kind(w, kind))?;
    sheet.set_freeze_panes(1, 0)?;
    for (place, (name, ..)) in (0_u16..).zip(columns) {
        sheet.set_column_width(place, WIDTH)?.set_column_format(place, &text)?;
        sheet.write_string_with_format(0, place, words::column(w, kind, name), &bold)?;
    }
    let said = workbook.add_worksheet().set_name(w.t("template-how"))?;
    said.set_column_width(0, WIDTH)?.set_column_width(1, WIDTH)?.set_column_width(2, WIDTH_SAID)?;
    for (place, head) in (0_u16..).zip([key("import-column"), key("template-needed"), key("template-what")]) {
        said.write_string_with_format(0, place, w.t(head), &bold)?;
    }
    for (row, (name, is_needed, what)) in (1_u32..).zip(columns) {
        said.write_string(row, 0, words::column(w, kind, name))?;
        said.write_string(row, 1, if *is_needed { w.t("template-yes") } else { w.t("template-no") })?;
        said.write_string(row, 2, w.t(what))?;
    }
    workbook.save_to_buffer()
}
