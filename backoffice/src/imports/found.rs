//! What was found in a file: what would change and how it is applied, or what is wrong; and its first lines.

use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::words::{Words, key};
use registration::imports::{CORRECTED_LINES_MAX, FAULTS_KEPT_MAX, SeenImport};
use registration::model::import::{Import, ImportCounts, ImportFault, ImportKind, ImportReport};

use super::frame::path;
use super::parts::{View, drop_form, partly, stale};
use super::words;
use crate::finance::parts::{moment, table};

/// Faults that the page shows; all of them stand in the corrected file.
const FAULTS_SHOWN_MAX: usize = 100;
const _: () = assert!(FAULTS_SHOWN_MAX <= FAULTS_KEPT_MAX);

const FAULT_HEADS: [&str; 3] = [key("import-place"), key("import-column"), key("import-column-problem")];

/// All of it is right: what would change, and the form that does it.
pub(super) fn right(w: Words, view: &View<'_>) -> Markup {
    let (seen, import) = (view.seen, &view.seen.import);
    let counts = &import.counts;
    let changes_nothing = counts.added + counts.changed == 0;
    html! {
        (stale(w, import))
        @if let Some((id, at)) = seen.applied_before {
            (callout(Tone::Care, &w.with("import-before", &[("at", moment(w, at).into())]), &html! {
                p { a href=(path(id)) { (w.t("import-before-see")) } }
            }))
        }
        (tally(w, &[
            (key("import-added"), counts.added),
            (key("import-changed-lines"), counts.changed),
            (key("import-same"), counts.same()),
        ], import.kind.is_of_exam().then_some((key("import-absent"), counts.absent))))
        @match import.kind {
            ImportKind::Rooms => { p class="hint" { (w.t("import-rooms-stay")) } }
            ImportKind::Sittings => { p class="hint" { (w.t("import-sittings-stay")) } }
            ImportKind::Roster | ImportKind::PastScores | ImportKind::Organisations => {}
        }
        @if changes_nothing {
            (callout(Tone::Plain, &w.t("import-nothing-new"), &html! { p { (w.t("import-nothing-new-text")) } }))
        }
        @match view.asked {
            Some(count) => (ask_again(w, import, count)),
            None => (apply_form(w, import, counts)),
        }
        (first_rows(w, import.kind, seen.report.as_ref(), counts.lines))
    }
}

fn apply_form(w: Words, import: &Import, counts: &ImportCounts) -> Markup {
    let removable = counts.removable();
    html! {
        section {
            form class="fields panel" method="post" action={ (path(import.id)) "/apply" } {
                @if counts.absent > 0 && import.kind != ImportKind::Sittings {
                    fieldset {
                        legend { (w.with(absent_of(import.kind), &[("count", counts.absent.into())])) }
                        label class="tick" {
                            input type="radio" name="absent" value="keep" checked;
                            span { (w.t("import-absent-keep")) }
                        }
                        @if removable > 0 {
                            label class="tick" {
                                input type="radio" name="absent" value="remove";
                                span { (w.with("import-absent-remove", &[("count", removable.into())])) }
                            }
                        }
                        @if counts.bound > 0 {
                            p class="hint" { (w.with(bound_of(import.kind), &[("count", counts.bound.into())])) }
                        }
                    }
                }
                button class="button" type="submit" { (w.t("import-apply")) }
                p class="hint" { (w.t(apply_how(import.kind))) }
            }
            (drop_form(w, import.id))
        }
    }
}

/// What comes of it should it end before its end.
fn apply_how(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Sittings => key("import-apply-how-sittings"),
        ImportKind::Roster | ImportKind::PastScores | ImportKind::Organisations | ImportKind::Rooms => {
            key("import-apply-how")
        }
    }
}

/// How many are absent, and what is asked of them.
fn absent_of(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Organisations => key("import-absent-organisations"),
        ImportKind::Roster | ImportKind::PastScores | ImportKind::Sittings | ImportKind::Rooms => {
            key("import-absent-what")
        }
    }
}

/// How many of them stay in any case, and why.
fn bound_of(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Organisations => key("import-bound-organisations"),
        ImportKind::Roster | ImportKind::PastScores | ImportKind::Sittings | ImportKind::Rooms => key("import-bound"),
    }
}

/// Lines are to go: how many, asked once more.
fn ask_again(w: Words, import: &Import, count: u64) -> Markup {
    let question = w.with("import-remove-really", &[("count", count.into())]);
    let is_of_places = import.kind == ImportKind::Organisations;
    html! {
        (callout(Tone::Care, &question, &html! {
            p { (w.t(if is_of_places { key("import-remove-organisations") } else { key("import-remove-what") })) }
            @if import.counts.bound > 0 {
                p { (w.with(bound_of(import.kind), &[("count", import.counts.bound.into())])) }
            }
            form class="fields" method="post" action={ (path(import.id)) "/apply" } {
                input type="hidden" name="absent" value="remove";
                label class="tick" {
                    input type="checkbox" name="confirm" value=(count) required;
                    span { (w.with("import-remove-yes", &[("count", count.into())])) }
                }
                button class="button danger" type="submit" { (w.t("import-remove-apply")) }
            }
            p { a href=(path(import.id)) { (w.t("import-remove-back")) } }
        }))
    }
}

/// Something is wrong: what, cell by cell, and the file to correct.
pub(super) fn wrong(w: Words, seen: &SeenImport) -> Markup {
    let (import, counts) = (&seen.import, &seen.import.counts);
    let none = ImportReport::default();
    let report = seen.report.as_ref().unwrap_or(&none);
    let is_long = counts.lines > CORRECTED_LINES_MAX;
    let title = if import.written > 0 { key("import-wrong-partly") } else { key("import-wrong") };
    html! {
        (partly(w, import))
        (callout(Tone::Bad, &w.with(title, &[("count", counts.faults.into())]), &html! {
            p { (w.t("import-wrong-text")) }
        }))
        @if import.has_file && !report.heads.is_empty() && counts.lines > 0 {
            form method="post" data-file action={ (path(import.id)) "/corrected.xlsx" } {
                button class="button" type="submit" { (w.t("import-corrected")) }
            }
            p class="hint" {
                @if is_long { (w.t("import-corrected-long")) } @else { (w.t("import-corrected-how")) }
            }
        }
        (faults(w, import.kind, report, counts.faults))
        (drop_form(w, import.id))
        (first_rows(w, import.kind, seen.report.as_ref(), counts.lines))
    }
}

fn faults(w: Words, kind: ImportKind, report: &ImportReport, count: u64) -> Markup {
    let row = |fault: &ImportFault| {
        let name = fault.column.and_then(|column| report.heads.get(usize::from(column)));
        let place = match fault.column {
            Some(_) => html! { (fault.place()) },
            None => html! { (w.with("import-row", &[("row", fault.row.into())])) },
        };
        let name = name.map_or_else(String::new, |name| words::column(w, kind, name));
        vec![html! { strong class="fen" { (place) } }, html! { (name) }, html! { (words::wrong(w, kind, fault)) }]
    };
    let rows: Vec<Vec<Markup>> = report.faults.iter().take(FAULTS_SHOWN_MAX).map(row).collect();
    let more = count.saturating_sub(rows.len() as u64);
    html! {
        section {
            h2 { (w.t("import-faults")) }
            (table(w, &w.t("import-faults"), &FAULT_HEADS, &rows))
            @if more > 0 { p class="hint" { (w.with("import-faults-more", &[("count", more.into())])) } }
        }
    }
}

/// How many of each there are; the last one only where it means anything.
pub(super) fn tally(w: Words, counts: &[(&'static str, u64)], last: Option<(&'static str, u64)>) -> Markup {
    html! {
        dl class="tally" {
            @for (name, count) in counts.iter().chain(&last) { div { dt { (w.t(name)) } dd { (count) } } }
        }
    }
}

/// The first lines as they were read, so that whoever applies them sees that columns were taken for what they are.
fn first_rows(w: Words, kind: ImportKind, report: Option<&ImportReport>, lines: u64) -> Markup {
    let Some(report) = report.filter(|report| !report.rows.is_empty()) else { return html! {} };
    let shown = report.rows.len();
    html! {
        section {
            h2 { (w.t("import-rows")) }
            p class="hint" {
                (w.with("import-rows-shown", &[("shown", shown.into()), ("lines", lines.into())]))
                @if let Some(sheet) = &report.sheet {
                    " " (w.with("import-sheet", &[("sheet", sheet.clone().into())]))
                    @if report.other_sheets > 0 {
                        " " (w.with("import-sheets-more", &[("count", report.other_sheets.into())]))
                    }
                }
            }
            div class="wide-table" tabindex="0" role="region" aria-label=(w.t("import-rows")) {
                table {
                    thead {
                        tr {
                            th scope="col" { (w.t("import-line")) }
                            @for head in &report.heads { th scope="col" { (words::column(w, kind, head)) } }
                        }
                    }
                    tbody {
                        @for (number, cells) in &report.rows {
                            // What a short line leaves out is empty.
                            tr {
                                td class="fen" { (number) }
                                @for column in 0..report.heads.len().max(cells.len()) {
                                    td { @if let Some(cell) = cells.get(column) { (cell) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
