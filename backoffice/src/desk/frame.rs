//! The frame of every staff page.

use maud::{DOCTYPE, Markup, html};
use pagekit::assets::Assets;
use pagekit::icons::mark;
use pagekit::local_path::query_value;
use pagekit::words::{Words, key};
use registration::desk::case::CaseKind;
use registration::desk::cases::Counts;
use registration::desk::permits::{Right, Scope, permits};
use registration::desk::staff::StaffMember;

/// What the frame needs to know.
pub(crate) struct Frame<'a> {
    pub(crate) words: Words,
    pub(crate) assets: &'a Assets,
    pub(crate) title: String,
    /// Where one is, path and query, for the language switch; nothing where the address cannot be asked for again.
    pub(crate) path: &'a str,
    /// Who works, if anybody is signed in.
    pub(crate) staff: Option<&'a StaffMember>,
    /// How many cases wait here, if that is known.
    pub(crate) waiting: Option<u64>,
    /// How many wait at each desk.
    pub(crate) counts: Option<&'a Counts>,
    pub(crate) is_demo: bool,
    /// When the page asks again by itself.
    pub(crate) reload_seconds: Option<u32>,
}

/// A whole page.
pub(crate) fn page(frame: &Frame<'_>, body: &Markup) -> Markup {
    let w = frame.words;
    html! {
        (DOCTYPE)
        html lang=(w.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if let Some(seconds) = frame.reload_seconds { meta http-equiv="refresh" content=(seconds); }
                title {
                    @if let Some(waiting) = frame.waiting { "(" (waiting) ") " }
                    (frame.title) " · " (w.t("site-name"))
                }
                link rel="stylesheet" href=(frame.assets.href("desk.css"));
                link rel="icon" type="image/svg+xml" href=(frame.assets.href("mark.svg"));
                script type="module" src=(frame.assets.href("desk.js")) {}
            }
            body {
                header class="top" {
                    a class="home" href="/" { (mark()) span { (w.t("site-name")) } }
                    @if let Some(staff) = frame.staff { (desks(frame, staff)) }
                    @if frame.is_demo { span class="demo" { (w.t("demo")) } }
                    @if let Some(waiting) = frame.waiting {
                        span class="count" { (w.with("waiting", &[("count", waiting.into())])) }
                    }
                    (language(frame))
                    @if let Some(staff) = frame.staff {
                        form class="who" method="post" action="/sign-out" {
                            span { (staff.name) }
                            button type="submit" class="plain" { (w.t("sign-out")) }
                        }
                    }
                }
                (body)
            }
        }
    }
}

/// The desks with how many wait at each, and what else there is for whoever works.
fn desks(frame: &Frame<'_>, staff: &StaffMember) -> Markup {
    let w = frame.words;
    let may = |right| permits(staff, right, Scope::Everything);
    let desk = |href: &str, name: &'static str, kinds: &[CaseKind]| {
        let count = frame.counts.map_or(0, |counts| counts.of(kinds));
        html! { a href=(href) { (w.t(name)) @if count > 0 { " " small { (count) } } } }
    };
    html! {
        nav class="desks" aria-label=(w.t("desks")) {
            @if may(Right::See(CaseKind::Payment)) { (desk("/", key("desk-payments"), &[CaseKind::Payment])) }
            @if may(Right::See(CaseKind::Identity)) {
                (desk("/people", key("desk-people"), &[CaseKind::Identity, CaseKind::Face]))
            }
            @if may(Right::See(CaseKind::Form)) { (desk("/forms", key("desk-forms"), &[CaseKind::Form])) }
            @if may(Right::See(CaseKind::Score)) { (desk("/score-reviews", key("desk-scores"), &[CaseKind::Score])) }
            @if may(Right::See(CaseKind::Accommodation)) {
                (desk("/accommodations", key("desk-accommodations"), &[CaseKind::Accommodation]))
            }
            @if let Some(href) = finance_home(staff) { a href=(href) { (w.t("finance")) } }
            @if may(Right::CorrectAccounts) { a href="/accounts/correct" { (w.t("correct-title")) } }
            @if may(Right::MoveRegistrations) { a href="/accounts/rebind" { (w.t("rebind-title")) } }
        }
    }
}

/// Where money begins for whoever works: with the first of its pages that they may see.
fn finance_home(staff: &StaffMember) -> Option<&'static str> {
    let pages = [
        (Right::SeeMoney, "/finance"),
        (Right::PayForGroups, "/finance/groups"),
        (Right::MakeInvoices, "/finance/invoices"),
    ];
    pages.into_iter().find(|(right, _)| permits(staff, *right, Scope::Everything)).map(|(_, href)| href)
}

/// The same page in the other language.
fn language(frame: &Frame<'_>) -> Markup {
    let (w, other) = (frame.words, frame.words.language.other());
    let href = format!("/language?to={}&next={}", other.name(), query_value(frame.path));
    html! { a class="language" href=(href) lang=(other.tag()) hreflang=(other.tag()) { (w.t("language-switch")) } }
}

/// A key that a button answers to, shown on it.
pub(crate) fn keycap(name: &str) -> Markup {
    html! { kbd aria-hidden="true" { (name) } }
}
