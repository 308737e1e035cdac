//! The file with what is wrong beside each line: numbers stay text, and it can be corrected and sent again as it is.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use pagekit::words::{Words, key};
use registration::imports::{Corrected, CorrectedLine};
use registration::model::import::ImportKind;
use rust_xlsxwriter::XlsxError;

use super::frame::{import_id, may_import};
use super::words;
use crate::finance::sheet::{Cell, Sheet};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// The media type of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Whole numbers of documents leave the house with it, so that a second factor is shown first. A form, so that it goes on
/// afterwards.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    may_import(&visit)?;
    visit.demand_fresh()?;
    let id = import_id(&id)?;
    let corrected = visit.app.outside.registration.imports.corrected(&visit.staff, id).await?;
    let (w, by) = (visit.words, visit.staff.name.clone());
    // Reading the file again and packing it takes its time, and others are served meanwhile.
    let packed = tokio::task::spawn_blocking(move || pack(w, &by, corrected)).await.map_err(|_| Failure::Broken)?;
    let packed = packed.map_err(|error| {
        tracing::error!(%error, "a corrected file could not be written");
        Failure::Broken
    })?;
    let headers = [
        (CONTENT_TYPE, XLSX.to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"corrected-{}.xlsx\"", id.0)),
    ];
    Ok((headers, packed).into_response())
}

/// The lines as a workbook. Reads until there are no more.
fn pack(w: Words, by: &str, mut corrected: Corrected) -> Result<Vec<u8>, XlsxError> {
    let kind = corrected.kind;
    let mut heads: Vec<String> = corrected.heads.iter().map(|name| words::column(w, kind, name)).collect();
    heads.push(words::column(w, kind, "problem"));
    let mut sheet = Sheet::new(&heads, &corrected.file_name, by)?;
    while let Some(lines) = corrected.lines.blocking_recv() {
        let rows: Vec<Vec<Cell>> = lines.into_iter().map(|line| row(w, (kind, &corrected.heads), line)).collect();
        sheet.add(rows.iter().map(Vec::as_slice))?;
    }
    sheet.finish()
}

fn row(w: Words, (kind, heads): (ImportKind, &[String]), line: CorrectedLine) -> Vec<Cell> {
    let told = |fault: &registration::model::import::ImportFault| {
        let name =
            fault.column.and_then(|column| heads.get(usize::from(column))).map(|name| words::column(w, kind, name));
        let why = words::wrong(w, kind, fault);
        match name {
            Some(name) => w.with(key("import-problem"), &[("column", name.into()), ("why", why.into())]).into_owned(),
            None => why,
        }
    };
    let problems = line.faults.iter().map(told).collect::<Vec<_>>().join("\n");
    let mut cells: Vec<Cell> = line.cells.into_iter().map(Cell::Id).collect();
    cells.resize(heads.len(), Cell::Id(String::new()));
    cells.push(Cell::Text(problems));
    cells
}
