//! The frame of every staff page.

use maud::{DOCTYPE, Markup, html};
use pagekit::assets::Assets;
use pagekit::icons::mark;
use pagekit::local_path::query_value;
use pagekit::words::{Words, key};
use registration::desk::case::CaseKind;
use registration::desk::cases::Counts;
use registration::desk::permits::{Right, Scope, permits, permits_somewhere};
use registration::desk::staff::StaffMember;

/// Marks in an address that a page asks by itself: nobody need sit before it, so it keeps no sign-in open.
pub(crate) const UNATTENDED: &str = "unattended";

/// What is seldom needed: folded beside the desks. All but lists are for those who work for all there is.
const BESIDE: [(Right, &str, &str); 11] = [
    (Right::EditExams, "/exams", key("exams")),
    (Right::CorrectAccounts, "/accounts/correct", key("correct-title")),
    (Right::MoveRegistrations, "/accounts/rebind", key("rebind-title")),
    (Right::Import, "/imports", key("imports-nav")),
    (Right::Export, "/exports", key("exports")),
    (Right::ManageStaff, "/staff", key("staff")),
    (Right::ChangeImprint, "/imprint", key("imprint-title")),
    (Right::SetRetention, "/retention", key("retention-title")),
    (Right::ManageKeys, "/api-keys", key("api-keys")),
    (Right::ManageWebhooks, "/webhooks", key("webhooks")),
    (Right::ReadAudit, "/audit", key("audit-title")),
];

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

impl<'a> Frame<'a> {
    /// The frame around whoever is not signed in.
    pub(crate) fn bare(words: Words, assets: &'a Assets, title: String, path: &'a str, is_demo: bool) -> Self {
        Self { words, assets, title, path, staff: None, waiting: None, counts: None, is_demo, reload_seconds: None }
    }

    /// After how long the page asks again by itself, and for what.
    fn reload(&self) -> Option<String> {
        let sign = if self.path.contains('?') { '&' } else { '?' };
        self.reload_seconds.map(|seconds| format!("{seconds}; url={}{sign}{UNATTENDED}", self.path))
    }
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
                @if let Some(reload) = frame.reload() { meta http-equiv="refresh" content=(reload); }
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
                        span class="count" data-count { (w.with("waiting", &[("count", waiting.into())])) }
                    }
                    (language(frame))
                    @if let Some(staff) = frame.staff {
                        form class="who" method="post" action="/sign-out" {
                            a href="/my/sign-ins" { (staff.name) }
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
    let may = |right| permits_somewhere(staff, right);
    let is_beside = |right| match right {
        Right::Import => may(right),
        Right::EditExams => may(right) || may(Right::OpenAndClose),
        // Its page is beside that of imports.
        Right::Export => may(right) && !may(Right::Import),
        other => permits(staff, other, Scope::Everything),
    };
    let desk = |href: &str, name: &'static str, kinds: &[CaseKind]| {
        let count = frame.counts.map_or(0, |counts| counts.of(kinds));
        html! { a href=(href) data-kinds=(follows(kinds)) { (w.t(name)) @if count > 0 { " " small { (count) } } } }
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
            @if CaseKind::ALL.into_iter().any(|kind| may(Right::See(kind))) { a href="/queues" { (w.t("queues-title")) } }
            @if let Some(href) = finance_home(staff) { a href=(href) { (w.t("finance")) } }
            @if may(Right::ArrangeSeats) { a href="/rooms" { (w.t("rooms")) } }
            @if may(Right::CheckIn) { a href="/check-in" { (w.t("checkin")) } }
            @if may(Right::SeeCandidates) { a href="/candidates" { (w.t("cand-nav")) } }
            @if may(Right::AnswerInquiries) {
                @let waiting = frame.counts.and_then(|counts| counts.inquiries).unwrap_or(0);
                a href="/inquiries" { (w.t("inquiries")) @if waiting > 0 { " " small { (waiting) } } }
            }
            @if may(Right::Watch) { a href="/wall" { (w.t("wall")) } }
            @if let Some(waiting) = frame.counts.and_then(|counts| counts.approvals) {
                a href="/approvals" { (w.t("approvals")) @if waiting > 0 { " " small { (waiting) } } }
            }
            @if BESIDE.iter().any(|(right, ..)| is_beside(*right)) {
                details class="beside-desks" {
                    summary { (w.t("desks-more")) }
                    ul {
                        @for (_, href, name) in BESIDE.iter().filter(|(right, ..)| is_beside(*right)) {
                            li { a href=(href) { (w.t(name)) } }
                        }
                    }
                }
            }
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
    pages.into_iter().find(|(right, _)| permits_somewhere(staff, *right)).map(|(_, href)| href)
}

/// The same page in the other language.
fn language(frame: &Frame<'_>) -> Markup {
    let (w, other) = (frame.words, frame.words.language.other());
    let href = format!("/language?to={}&next={}", other.name(), query_value(frame.path));
    html! { a class="language" href=(href) lang=(other.tag()) hreflang=(other.tag()) { (w.t("language-switch")) } }
}

/// Which queues a page follows, as it asks for them.
pub(crate) fn follows(kinds: &[CaseKind]) -> String {
    kinds.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(".")
}

/// A key that a button answers to, shown on it.
pub(crate) fn keycap(name: &str) -> Markup {
    html! { kbd aria-hidden="true" { (name) } }
}
