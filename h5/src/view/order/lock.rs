//! An order that the candidate's school is about to pay for (集体缴费锁定), or has paid for: what its pages say instead of ways to
//! pay.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::order::{BySchool, Order};

use crate::view::callout::{Tone, callout};

/// That nobody else pays meanwhile, until when, and whom to ask.
pub(crate) fn locked_box(w: Words, until: Timestamp, now: Timestamp) -> Markup {
    let body = html! { p { (w.with("lock-text", &[("when", when::dated(w.language, until, now).into())])) } };
    callout(Tone::Care, &w.t("pay-locked-title"), &body)
}

/// The same in a line, for lists; nothing where the school does nothing.
pub(crate) fn school_line(w: Words, order: &Order, now: Timestamp) -> Option<String> {
    Some(match order.by_school? {
        BySchool::Locked { until } => {
            w.with("lock-line", &[("when", when::near(w.language, until, now).into())]).into_owned()
        }
        BySchool::Paid => w.t("lock-paid").into_owned(),
    })
}
