//! Sign-ins as a table: one's own, or somebody's for administrators.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::staff::{SessionNumber, StaffSession};

use crate::finance::parts::table;

const HEADS: [&str; 6] =
    [key("mine-began"), key("mine-seen"), key("mine-device"), key("mine-address"), key("mine-state"), key("mine-act")];

/// What the table shows.
pub(crate) struct Listed<'a> {
    pub(crate) label: &'a str,
    pub(crate) sessions: &'a [StaffSession],
    /// The one with which whoever looks works; it has no button.
    pub(crate) here: Option<SessionNumber>,
    /// Where a button's form goes.
    pub(crate) action: &'a str,
    /// Is a sign-in without a second factor not whole?
    pub(crate) is_asked: bool,
    pub(crate) now: Timestamp,
}

/// The table, the newest sign-in first.
pub(crate) fn listed(w: Words, listed: &Listed<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = listed.sessions.iter().map(|session| row(w, listed, session)).collect();
    table(w, listed.label, &HEADS, &rows)
}

fn row(w: Words, listed: &Listed<'_>, session: &StaffSession) -> Vec<Markup> {
    let at = |at| html! { time datetime=(when::machine(at)) { (when::near(w.language, at, listed.now)) } };
    let is_here = listed.here == Some(session.number);
    let is_half = listed.is_asked && session.factor_at.is_none();
    let device = if session.agent.is_empty() { w.t("mine-unknown").into_owned() } else { session.agent.clone() };
    vec![
        at(session.began_at),
        at(session.seen_at),
        html! { (device) },
        html! { span class="id" { (session.address) } },
        html! {
            @if is_here { (tag(Tone::Good, &w.t("mine-here"))) }
            @else if !session.is_open { (w.t("mine-ended")) }
            @else if is_half { (tag(Tone::Care, &w.t("mine-half"))) }
            @else { (tag(Tone::Good, &w.t("mine-open"))) }
        },
        html! {
            @if session.is_open && !is_here {
                form method="post" action=(listed.action) {
                    input type="hidden" name="number" value=(session.number.0);
                    button class="button second" type="submit"
                        aria-label={ (w.t("mine-end")) " " (device) " " (when::near(w.language, session.began_at, listed.now)) } {
                        (w.t("mine-end"))
                    }
                }
            }
        },
    ]
}
