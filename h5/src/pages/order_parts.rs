//! What several pages of an order share: its sittings, the upload, giving back.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::exams::{ExamPage, SittingPage};
use registration::order::{Order, OrderState};
use registration::pictures::PICTURE_BYTES_MAX;

use crate::view::facts::{SittingLine, sitting_lines};
use crate::view::form::{FieldError, error_of};
use crate::view::icons::{Icon, icon};
use crate::view::notice::{Tone, notice};
use crate::view::upload_tile::{UploadTile, upload_tile};

/// The order's sittings: when, what, where.
pub(crate) fn lines(w: Words, exam: &ExamPage, order: &Order) -> Markup {
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
    sitting_lines(w, &sittings)
}

/// The tone and the word of a state, as lists show it.
pub(crate) fn state_word(w: Words, state: &OrderState) -> (Tone, String) {
    let (tone, word) = match state {
        OrderState::Unpaid => (Tone::Care, w.t("order-unpaid")),
        OrderState::WaitingReview => (Tone::Plain, w.t("order-review")),
        OrderState::Refused { .. } => (Tone::Bad, w.t("order-refused")),
        OrderState::Confirmed => (Tone::Good, w.t("order-confirmed")),
        OrderState::Lapsed => (Tone::Bad, w.t("order-lapsed")),
        OrderState::Released => (Tone::Bad, w.t("order-released")),
        OrderState::Cancelled => (Tone::Bad, w.t("order-cancelled")),
    };
    (tone, word.into_owned())
}

/// The order of these that has this sitting.
pub(crate) fn own<'a>(mut orders: impl Iterator<Item = &'a Order>, sitting: &SittingPage) -> Option<&'a Order> {
    orders.find(|order| order.sittings.iter().any(|seat| seat.sitting == sitting.id))
}

/// What a sitting says that the candidate has: that it is theirs, and how far it is.
pub(crate) fn mine(w: Words, order: &Order) -> (Tone, String) {
    let (tone, state) = state_word(w, &order.state);
    (tone, w.with("sitting-mine", &[("state", state.into())]).into_owned())
}

/// That the time for the seat is up, and what to do: with and without having paid.
pub(crate) fn lapsed_part(w: Words, order: &Order) -> Markup {
    let body = html! {
        p { (w.t("pay-lapsed-text")) }
        p { (w.t("pay-lapsed-paid")) }
        p { a class="button second" href={ "/exams/" (order.exam) } { (w.t("pay-lapsed-next")) } }
    };
    notice(Tone::Care, &w.t("pay-lapsed-title"), &body)
}

/// How often a refused screenshot may still come back, and what happens then.
pub(crate) fn resubmits(w: Words, exam: &ExamPage, order: &Order) -> String {
    match exam.resubmits_left(order) {
        0 | 1 => w.t("pay-refused-last").into_owned(),
        left => w.with("pay-refused-left", &[("count", left.into())]).into_owned(),
    }
}

/// The same once the sitting has begun: nothing is left but the money.
pub(crate) fn begun_part(w: Words, exam: &ExamPage) -> Markup {
    let body = html! {
        p { (w.t("pay-begun-text")) }
        p { (w.t("pay-begun-paid")) }
        @if let Some(contact) = &exam.rules.contact { p { (w.t("exam-contact")) " " (w.pick(&contact.zh, &contact.en)) } }
        p { a class="button second" href={ "/exams/" (exam.id) } { (w.t("pay-lapsed-next")) } }
    };
    notice(Tone::Care, &w.t("pay-lapsed-title"), &body)
}

/// The form that hands in the picture of the payment.
pub(crate) fn upload_form(w: Words, order: &Order, errors: &[FieldError]) -> Markup {
    let path = [
        w.t("pay-path-1"),
        w.t("pay-path-2"),
        w.t("pay-path-3"),
        w.t("pay-path-4"),
        w.t("pay-path-5"),
        w.t("pay-path-6"),
    ];
    let tile = UploadTile { bytes_max: PICTURE_BYTES_MAX, error: error_of(errors, "screenshot") };
    html! {
        section id="upload" tabindex="-1" aria-labelledby="upload-title" {
            h2 id="upload-title" { (w.t("pay-upload-title")) }
            p { (w.t("pay-upload-lead")) }
            ol class="path" {
                @for (index, place) in path.iter().enumerate() {
                    li { (place) @if index + 1 < path.len() { (icon(Icon::Chevron)) } }
                }
            }
            p { (w.t("pay-upload-what")) }
            form method="post" enctype="multipart/form-data" action={ "/orders/" (order.id) "/screenshot" }
                data-busy=(w.t("pay-busy")) {
                (upload_tile(w, &tile))
                button class="button" type="submit" { (w.t("pay-submit")) }
            }
        }
    }
}

/// Giving the seats back, behind a fold so that no thumb does it by accident.
pub(crate) fn release_part(w: Words, order: &Order) -> Markup {
    html! {
        details class="release-part" {
            summary { (w.t("pay-release-title")) (icon(Icon::Chevron)) }
            p { (w.t("pay-release-text")) }
            form method="post" action={ "/orders/" (order.id) "/release" } data-busy=(w.t("form-busy")) {
                button class="button second" type="submit" { (w.t("pay-release-submit")) }
            }
        }
    }
}
