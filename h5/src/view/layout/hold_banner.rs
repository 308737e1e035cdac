//! The banner at the bottom of every page while a hold lives: until when, how long still, one button.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};

use crate::view::icons::{Icon, icon};

/// Seconds before the end at which the banner turns amber. The script reads it from the markup.
const SHORT_SECONDS: i64 = 180;

/// Longer than this, and nobody counts minutes.
const COUNTED_SECONDS: i64 = 3600;

/// A subject that is paid for before the one that is held.
#[derive(Debug, Clone)]
pub(crate) struct PayFirst {
    /// The name of the subject.
    pub(crate) subject: String,
    /// Where it is paid.
    pub(crate) path: String,
}

/// What the banner shows.
#[derive(Debug, Clone)]
pub(crate) struct HoldBanner {
    /// What is held: exam and day.
    pub(crate) what: String,
    /// The deadline as shown, without grace.
    pub(crate) expires_at: Timestamp,
    /// The server's clock when the page was made; the script counts from it, not from the phone's clock.
    pub(crate) now: Timestamp,
    /// Where the order is paid.
    pub(crate) order_path: String,
    /// Where another sitting is chosen.
    pub(crate) exam_path: String,
    /// Is this the order's own page? Then the button leads to the upload.
    pub(crate) is_order_page: bool,
    /// Can a picture of the payment be handed in?
    pub(crate) takes_upload: bool,
    /// Does a channel say by itself that money has come?
    pub(crate) takes_channels: bool,
    /// Do the words of this page speak of this seat? Then they follow its clock.
    pub(crate) is_own: bool,
    /// What is paid for before this seat, and where.
    pub(crate) first: Option<PayFirst>,
    /// The candidate's school is about to pay for it, and nobody else does until then.
    pub(crate) locked_until: Option<Timestamp>,
}

impl HoldBanner {
    fn state(&self) -> &'static str {
        match self.seconds_left() {
            0 => "lapsed",
            left if left <= SHORT_SECONDS => "short",
            _ => "running",
        }
    }

    /// The mark of a page whose own seat is lapsed already; the script sets it when it lapses later.
    pub(crate) fn lapsed(&self) -> Option<&'static str> {
        Some(self.state()).filter(|state| self.is_own && *state == "lapsed")
    }

    fn seconds_left(&self) -> i64 {
        self.now.until(self.expires_at).map_or(0, |span| span.get_seconds().max(0))
    }
}

/// The banner. All three states are in the markup; `data-state` picks one.
pub(crate) fn hold_banner(w: Words, hold: &HoldBanner) -> Markup {
    let left = hold.seconds_left();
    // An order that channels take money for has several pages, and the upload is on the first.
    let is_upload_here = hold.is_order_page && !hold.takes_channels;
    let upload = format!("{}#upload", if is_upload_here { "" } else { &hold.order_path });
    html! {
        aside class="hold" aria-label=(w.t("hold-label")) data-state=(hold.state())
            data-deadline=(hold.expires_at.as_millisecond()) data-now=(hold.now.as_millisecond())
            data-short=(SHORT_SECONDS) data-own[hold.is_own] data-say-short=(w.t("hold-say-short")) data-say-lapsed=(w.t("hold-over-title")) {
            div class="hold-live" {
                // Long words scroll, also by the keyboard.
                div tabindex="0" {
                    p class="hold-what" { (hold.what) }
                    p class="hold-until" {
                        (icon(Icon::Clock))
                        span { (w.with("hold-until", &[("time", when::near(w.language, hold.expires_at, hold.now).into())])) }
                    }
                    // Whoever has a day reads the day; minutes are counted in the last hour.
                    // Who is to do nothing is not hurried.
                    p class="hold-left" hidden[left > COUNTED_SECONDS || hold.locked_until.is_some()] { (w.t("hold-left")) " " b data-left { (format!("{}:{:02}", left / 60, left % 60)) } }
                    @if let Some(locked) = lock_line(w, hold) {
                        p class="hold-first" { (locked) }
                    } @else if let Some(first) = &hold.first {
                        p class="hold-first" { (w.with("hold-first", &[("subject", first.subject.as_str().into())])) }
                    }
                }
                @if hold.locked_until.is_some() {
                    @if !hold.is_order_page { a class="button second" href=(hold.order_path) { (w.t("order-do-view")) } }
                } @else if let Some(first) = &hold.first {
                    a class="button" href=(first.path) { (w.t("hold-pay")) }
                } @else if hold.is_order_page && hold.takes_channels {
                    // The ways to pay are on the page itself.
                } @else if hold.is_order_page {
                    a class="button" href=(upload) { (w.t("hold-upload")) }
                } @else {
                    a class="button" href=(hold.order_path) { (w.t("hold-pay")) }
                }
            }
            div class="hold-over" {
                div tabindex="0" {
                    p class="hold-what" { (hold.what) }
                    p class="hold-until" { (icon(Icon::Alert)) span { (w.t("hold-over-title")) } }
                    p {
                        (w.t(if hold.locked_until.is_some() { key("lock-over") } else { key("hold-over-text") }))
                        // What was not to be paid yet has no place to hand a screenshot in.
                        @if hold.first.is_none() {
                            @if hold.takes_channels { " " a href=(hold.order_path) { (w.t("hold-over-channel")) } }
                            @if hold.takes_upload && hold.locked_until.is_none() { " " a href=(upload) { (w.t("hold-over-paid")) } }
                        }
                    }
                }
                a class="button" href=(hold.exam_path) { (w.t("hold-over-next")) }
            }
            p class="unseen" role="status" data-say {}
        }
    }
}

/// What it means for the seat that its school is about to pay: a lock that outlasts the hold does not prolong it, so that
/// only the time of the hold stands in the bar; a shorter one ends before, and then the candidate may pay.
fn lock_line(w: Words, hold: &HoldBanner) -> Option<String> {
    let until = hold.locked_until?;
    let line = match hold.expires_at <= until {
        true => w.t("lock-bar"),
        false => w.with("lock-line", &[("when", when::near(w.language, until, hold.now).into())]),
    };
    Some(line.into_owned())
}

/// What a page says of a seat while it is held, and in its place once its time is up: the clock on the page changes the
/// one for the other (`data-hold`), so that no page contradicts its banner.
pub(crate) fn while_held(held: &Markup, lapsed: &Markup) -> Markup {
    html! {
        div class="while-held" { (held) }
        div class="once-lapsed" { (lapsed) }
    }
}
