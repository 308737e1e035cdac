//! What the machine read on a picture beside what is expected, and other pictures of the same payment. Staff see where to
//! look; nothing here decides.

use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::Fen;
use registration::desk::payments::{Compared, Double, Pictured, Place, Reading, Verdict};
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderId};

use crate::desk::compared::{self, comparison};

/// What was read of an order's picture, and what belongs to it.
pub(crate) struct Read<'a> {
    pub(crate) order: &'a Order,
    pub(crate) exam: Option<&'a Exam>,
    pub(crate) reading: &'a Reading,
    pub(crate) doubles: &'a [Double],
}

/// What was read, as a table; or that nothing was, which is no reason to wait.
pub(crate) fn read(w: Words, view: &Read<'_>) -> Markup {
    let pictured = match view.reading {
        Reading::Off => return html! {},
        Reading::Waiting => return html! { p class="hint" { (w.t("pictured-waiting")) } },
        Reading::Unread => return html! { p class="hint" { (w.t("pictured-unread")) } },
        Reading::Read(pictured) => pictured,
    };
    html! {
        section class="pictured" aria-label=(w.t("pictured-title")) {
            (comparison(w, &w.t("pictured-said"), &w.t("pictured-known"), &rows(w, view, pictured)))
            p class="hint" { (w.t("pictured-note")) " " a href="/queues/sure" { (w.t("sure-link")) } }
        }
    }
}

fn rows(w: Words, view: &Read<'_>, pictured: &Pictured) -> Vec<compared::Compared> {
    let (order, language) = (view.order, w.language);
    let payees = view.exam.map_or(&[][..], |exam| &exam.rules.payment.payees);
    let window = order.submitted_at.map(|until| {
        let (from, until) = (when::moment(language, order.created_at), when::moment(language, until));
        w.with("pictured-window", &[("from", from.into()), ("until", until.into())]).into_owned()
    });
    let seen = view.doubles.iter().any(|double| double.has_same_number && double.place != Place::Before);
    let number = Compared {
        read: pictured.order_number.clone(),
        verdict: if seen { Verdict::Differs } else { Verdict::Agrees },
    };
    let number_known = w.t(if seen { key("pictured-number-seen") } else { key("pictured-number-new") }).into_owned();
    let mut rows = vec![
        row(w, key("pictured-amount"), &pictured.amount, Fen::to_string, Some(order.amount.to_string())),
        row(w, key("pictured-time"), &pictured.paid_at, |at| when::moment(language, *at), window),
        row(w, key("pictured-payee"), &pictured.payee, String::clone, (!payees.is_empty()).then(|| payees.join(", "))),
        row(w, key("pictured-number"), &number, String::clone, number.read.is_some().then_some(number_known)),
    ];
    if let Some(merchant) = &pictured.merchant_number {
        let merchant = Compared { read: Some(merchant.clone()), verdict: Verdict::Unknown };
        rows.push(row(w, key("pictured-merchant"), &merchant, String::clone, None));
    }
    rows
}

fn row<T>(
    w: Words,
    label: &'static str,
    compared: &Compared<T>,
    say: impl Fn(&T) -> String,
    known: Option<String>,
) -> compared::Compared {
    compared::Compared {
        label: w.t(label).into_owned(),
        said: compared.read.as_ref().map_or_else(|| w.t("pictured-none").into_owned(), say),
        known,
        differs: compared.read.is_some() && compared.verdict == Verdict::Differs,
        is_number: false,
    }
}

/// Other pictures that are this one or of the same payment, each with a way to look at it beside this one.
pub(crate) fn doubles(w: Words, view: &Read<'_>) -> Markup {
    let is_elsewhere = |double: &&Double| double.place != Place::Before;
    let (elsewhere, before): (Vec<&Double>, Vec<&Double>) = view.doubles.iter().partition(is_elsewhere);
    let list = |doubles: &[&Double]| html! { ul class="doubles" { @for double in doubles { li { (line(w, view, double)) } } } };
    html! {
        @if !elsewhere.is_empty() { (callout(Tone::Care, &w.t("double-title"), &list(&elsewhere))) }
        @if !before.is_empty() { (list(&before)) }
    }
}

fn line(w: Words, view: &Read<'_>, double: &Double) -> Markup {
    let beside = format!("/orders/{}?beside={}", view.order.id, double.picture);
    html! {
        @match double.place {
            Place::Before => (w.t("double-before")),
            Place::Hidden => (w.t("double-hidden")),
            Place::Order { order, .. } => a href={ "/orders/" (order) } { (order) },
        }
        " · " (why(w, double))
        @if let Place::Order { is_own: true, amount, .. } = double.place { p class="hint" { (own(w, view, amount)) } }
        @if double.place != Place::Hidden { " " a href=(beside) { (w.t("double-beside")) } }
    }
}

fn why(w: Words, double: &Double) -> String {
    match (double.has_same_number, double.is_alike) {
        (true, true) => w.t("double-both").into_owned(),
        (true, false) => w.t("double-number").into_owned(),
        (false, _) => w.t("double-alike").into_owned(),
    }
}

/// Of the same candidate: does the sum on the picture pay for both?
fn own(w: Words, view: &Read<'_>, other: Fen) -> String {
    let both = Fen(view.order.amount.0.saturating_add(other.0));
    let paid = match view.reading {
        Reading::Read(pictured) => pictured.amount.read,
        Reading::Off | Reading::Waiting | Reading::Unread => None,
    };
    match paid {
        Some(paid) => {
            let word = if paid >= both { key("double-own-enough") } else { key("double-own-short") };
            w.with(word, &[("sum", both.to_string().into()), ("paid", paid.to_string().into())]).into_owned()
        }
        None => w.t("double-own").into_owned(),
    }
}

/// Another picture beside the one that waits.
pub(crate) fn beside(w: Words, order: OrderId, double: &Double) -> Markup {
    let href = format!("/orders/{order}/doubles/{}", double.picture);
    let caption = match double.place {
        Place::Order { order, .. } => w.with("double-of", &[("order", order.to_string().into())]).into_owned(),
        Place::Before | Place::Hidden => w.t("double-before").into_owned(),
    };
    html! {
        figure {
            a href=(href) target="_blank" rel="noopener" { img src=(href) alt=(caption); }
            figcaption { (caption) " · " a href={ "/orders/" (order) } { (w.t("double-close")) } }
        }
    }
}
