//! What several pages of an order share: its sittings, the upload, giving back.

pub(crate) mod late;
pub(crate) mod lock;
pub(crate) mod money;

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::Order;
use registration::pictures::clean::PICTURE_BYTES_MAX;
use uuid::Uuid;

use crate::view::facts::{SittingLine, sitting_lines};
use crate::view::form::picture_tile::{FIELDS, PictureTile, Shrunk, awaited, picture_tile};
use crate::view::form::{FieldError, error_of};
use crate::view::icons::{Icon, icon};

/// The order's sittings: what, when, where; on papers (`now` absent) always with the year.
pub(crate) fn lines(w: Words, exam: &Exam, order: &Order, now: Option<Timestamp>) -> Markup {
    let sittings: Vec<SittingLine> = order
        .sittings
        .iter()
        .map(|one| match exam.sitting(&one.sitting) {
            Some(sitting) => SittingLine {
                title: w.pick(&sitting.title.zh, &sitting.title.en).to_owned(),
                venue: w.pick(&sitting.venue.zh, &sitting.venue.en).to_owned(),
                starts_at: Some(sitting.starts_at),
            },
            // Taken out of the definition since; the seat is still the candidate's.
            None => SittingLine { title: one.sitting.to_string(), venue: String::new(), starts_at: None },
        })
        .collect();
    sitting_lines(w, &sittings, now)
}

/// The form that hands in the picture of the payment; `arrived` is one that is here already and was not handed in yet.
pub(crate) fn upload_form(w: Words, order: &Order, arrived: Option<Uuid>, errors: &[FieldError]) -> Markup {
    let path = [
        w.t("pay-path-1"),
        w.t("pay-path-2"),
        w.t("pay-path-3"),
        w.t("pay-path-4"),
        w.t("pay-path-5"),
        w.t("pay-path-6"),
    ];
    let put = format!("/orders/{}/upload", order.id);
    let shown_at = format!("{put}.jpg");
    let tile = PictureTile {
        id: "screenshot",
        fields: FIELDS.map(str::to_owned),
        put: &put,
        legend: &w.t("upload-legend"),
        hint: &w.t("upload-kinds"),
        accept: "image/jpeg,image/png",
        shrunk: Shrunk::Screenshot,
        bytes_max: PICTURE_BYTES_MAX,
        here: arrived.map(|_| shown_at.as_str()),
        upload: Some(arrived.map(|key| key.to_string()).unwrap_or_default()),
        error: error_of(errors, "screenshot"),
    };
    html! {
        section id="upload" tabindex="-1" aria-labelledby="upload-title" {
            h2 id="upload-title" { (w.t("pay-upload-title")) }
            p { (w.t("pay-upload-lead")) }
            ol class="path" {
                @for (index, place) in path.iter().enumerate() {
                    li { (place) @if index + 1 < path.len() { (icon(Icon::Chevron)) } }
                }
            }
            div class="sample" { (sample(w)) p { (w.t("pay-upload-what")) } }
            form method="post" enctype="multipart/form-data" action={ "/orders/" (order.id) "/screenshot" }
                data-tiles data-busy=(w.t("pay-busy")) {
                (picture_tile(w, &tile))
                button class="button" type="submit" { (w.t("pay-submit")) }
                (awaited(w))
            }
        }
    }
}

/// The right screenshot, drawn: the page of the order's details, what must be readable marked on it.
fn sample(w: Words) -> Markup {
    let rows = [
        (w.t("sample-state"), w.t("sample-state-value"), false),
        (w.t("sample-time"), "2027-03-02 14:32:10".into(), true),
        (w.t("sample-item"), w.t("sample-item-value"), false),
        (w.t("sample-number"), "4200 0021 2027 0302".into(), true),
    ];
    html! {
        svg class="sample-picture" viewBox="0 0 180 250" width="180" height="250" role="img" aria-label=(w.t("sample-alt")) {
            rect class="sheet" x="1" y="1" width="178" height="248" rx="8" {}
            text class="head" x="90" y="26" text-anchor="middle" { (w.t("pay-path-6")) }
            rect class="marked" x="40" y="44" width="100" height="36" rx="4" {}
            text class="sum" x="90" y="69" text-anchor="middle" { "-120.00" }
            @for (index, (label, value, is_marked)) in rows.iter().enumerate() {
                @let y = 100 + 36 * index;
                @if *is_marked { rect class="marked" x="8" y=(y - 4) width="164" height="34" rx="4" {} }
                text class="label" x="14" y=(y + 9) { (label) }
                text x="14" y=(y + 25) { (value) }
            }
        }
    }
}

/// Giving the seats back, behind a fold so that no thumb does it by accident.
pub(crate) fn giving_back(w: Words, exam: &Exam, order: &Order) -> Markup {
    let is_paid = match exam.rules.payment.takes_channels() {
        true => w.t("pay-release-channel"),
        false => w.t("pay-release-text"),
    };
    html! {
        details class="release-part" {
            summary { (w.t("pay-release-title")) (icon(Icon::Chevron)) }
            p { (is_paid) }
            form method="post" action={ "/orders/" (order.id) "/release" } data-busy=(w.t("form-busy")) {
                button class="button second" type="submit" { (w.t("pay-release-submit")) }
            }
        }
    }
}
