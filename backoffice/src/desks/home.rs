//! All queues together: how long each is, how old, how far behind its deadline, how fast it moves; and what each of the staff
//! decided.

use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::case::{CaseId, CaseKind, Subject};
use registration::desk::cases::{Load, Reviewer};
use registration::desk::permits::{Right, permits_somewhere};

use crate::desk::frame::{follows, page};
use crate::desk::lines::address;
use crate::desk::queue::waited;
use crate::desk::undo::{undo, undo_at};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What the page shows.
pub(crate) struct Queues<'a> {
    pub(crate) loads: &'a [Load],
    pub(crate) reviewers: &'a [Reviewer],
    /// Are they all of the staff, and not only whoever looks?
    pub(crate) is_everybody: bool,
    /// What whoever looks decided and can still take back, until when.
    pub(crate) noted: &'a [(CaseId, Subject, Timestamp)],
    /// How many wait for a second opinion while there is nobody who could give it.
    pub(crate) without_others: u64,
    /// How many questions of candidates wait for an answer; `None`: they are not for whoever looks.
    pub(crate) inquiries: Option<u64>,
    pub(crate) now: Timestamp,
}

/// The queues that whoever works may see.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let cases = &visit.app.outside.registration.cases;
    let loads = cases.loads(&visit.staff).await?;
    if loads.is_empty() {
        return Err(Failure::Forbidden);
    }
    let (reviewers, counts) = (cases.reviewers(&visit.staff).await?, cases.counts(&visit.staff).await?);
    let is_everybody = permits_somewhere(&visit.staff, Right::TakeOverCases);
    let noted = cases.noted(&visit.staff).await?;
    let mut shown = Queues {
        noted: &noted,
        loads: &loads,
        reviewers: &reviewers,
        is_everybody,
        without_others: 0,
        inquiries: counts.inquiries,
        now: visit.now,
    };
    let second: Vec<CaseKind> = loads.iter().filter(|load| load.second > 0).map(|load| load.kind).collect();
    if !second.is_empty() {
        let everybody = visit.app.outside.registration.staff.list().await?;
        shown.without_others = cases.without_others(&visit.staff, &second, &everybody).await?;
    }
    let frame = visit.frame(visit.words.t("queues-title"), &counts, &CaseKind::ALL);
    Ok(page(&frame, &body(visit.words, &shown)).into_response())
}

/// As markup. A row without anything that waits says so by its numbers.
pub(crate) fn body(w: Words, shown: &Queues<'_>) -> Markup {
    let kinds: Vec<CaseKind> = shown.loads.iter().map(|load| load.kind).collect();
    html! {
        main class="finance queues" data-reloads=(follows(&kinds)) {
            h1 { (w.t("queues-title")) }
            p class="hint" { (w.t("queues-lead")) }
            @if shown.without_others > 0 {
                @let said = w.with("opinions-alone", &[("count", shown.without_others.into())]);
                (callout(Tone::Care, &said, &html! { p { (w.t("opinions-alone-text")) } }))
            }
            table class="rows" {
                thead {
                    tr {
                        th scope="col" { (w.t("queues-queue")) }
                        th scope="col" { (w.t("queues-waiting")) }
                        th scope="col" { (w.t("queues-claimed")) }
                        th scope="col" { (w.t("queues-oldest")) }
                        th scope="col" { (w.t("queues-due")) }
                        th scope="col" { (w.t("queues-hour")) }
                    }
                }
                tbody { @for load in shown.loads { (line(w, load, shown.now)) } }
            }
            @if let Some(waiting) = shown.inquiries {
                p { a href="/inquiries" { (w.with("queues-inquiries", &[("count", waiting.into())])) } }
            }
            @if !shown.noted.is_empty() {
                h2 { (w.t("noted-title")) }
                ul class="lines" { @for one in shown.noted { (taken_back(w, one)) } }
            }
            h2 { (w.t(if shown.is_everybody { key("reviewers-title") } else { key("reviewers-own") })) }
            @if shown.reviewers.is_empty() {
                p class="hint" { (w.t("reviewers-none")) }
            } @else {
                (reviewers(w, shown.reviewers))
            }
        }
    }
}

fn line(w: Words, load: &Load, now: Timestamp) -> Markup {
    let (href, name) = desk(load.kind);
    let cell = |head: &'static str, text: String| html! { td data-head=(w.t(head)) { (text) } };
    let moved = w.with("queues-moved", &[("came", load.came.into()), ("decided", load.decided.into())]);
    html! {
        tr {
            th scope="row" { a href=(href) { (w.t(name)) } }
            td data-head=(w.t("queues-waiting")) {
                (load.waiting)
                @if load.second > 0 { " " small { (w.with("queues-second", &[("count", load.second.into())])) } }
            }
            (cell(key("queues-claimed"), load.claimed.to_string()))
            (cell(key("queues-oldest"), load.oldest.map_or_else(|| "–".to_owned(), |since| waited(w, since, now))))
            td data-head=(w.t("queues-due")) {
                @match load.due { Some(due) => (when::near(w.language, due, now)), None => "–" }
                @if load.overdue > 0 {
                    " " strong class="care" { (w.with("queues-overdue", &[("count", load.overdue.into())])) }
                }
            }
            (cell(key("queues-hour"), moved.into_owned()))
        }
    }
}

/// A decision with the button that takes it back.
fn taken_back(w: Words, (case, subject, until): &(CaseId, Subject, Timestamp)) -> Markup {
    let about = match subject {
        Subject::Payment(order) => order.to_string(),
        _ => w.t(desk(subject.kind()).1).into_owned(),
    };
    html! {
        li {
            a href=(address(subject)) { (about) }
            time { (w.with("noted-until", &[("until", when::clock(*until).into())])) }
            (undo(w, Some(&undo_at(case.0))))
        }
    }
}

fn reviewers(w: Words, all: &[Reviewer]) -> Markup {
    let compares = all.iter().any(|one| one.compared > 0);
    html! {
        table class="rows" {
            thead {
                tr {
                    th scope="col" { (w.t("reviewers-name")) }
                    th scope="col" { (w.t("reviewers-today")) }
                    th scope="col" { (w.t("reviewers-week")) }
                    th scope="col" { (w.t("reviewers-median")) }
                    th scope="col" { (w.t("reviewers-refused")) }
                    th scope="col" { (w.t("reviewers-undone")) }
                    @if compares { th scope="col" { (w.t("reviewers-agreed")) } }
                }
            }
            tbody {
                @for one in all {
                    tr {
                        th scope="row" { (one.name) }
                        td data-head=(w.t("reviewers-today")) { (one.today) }
                        td data-head=(w.t("reviewers-week")) { (one.decided) }
                        td data-head=(w.t("reviewers-median")) { (one.median.map_or_else(|| "–".to_owned(), |median| took(w, median))) }
                        td data-head=(w.t("reviewers-refused")) { @if one.decided > 0 { (share(one.refused, one.decided)) " %" } @else { "–" } }
                        td data-head=(w.t("reviewers-undone")) { (one.taken_back) }
                        @if compares { td data-head=(w.t("reviewers-agreed")) { (agreed(w, one)) } }
                    }
                }
            }
        }
    }
}

/// How long a decision took: in seconds, from three minutes on in minutes.
fn took(w: Words, median: SignedDuration) -> String {
    match median.as_secs() {
        seconds @ ..180 => w.with("took-seconds", &[("count", seconds.into())]),
        seconds => w.with("took-minutes", &[("count", (seconds / 60).into())]),
    }
    .into_owned()
}

/// How often a second member of staff said the same.
fn agreed(w: Words, one: &Reviewer) -> String {
    let Reviewer { agreed, compared, .. } = *one;
    if compared == 0 {
        return "–".to_owned();
    }
    let values = [("share", share(agreed, compared).into()), ("agreed", agreed.into()), ("compared", compared.into())];
    w.with("reviewers-agreed-of", &values).into_owned()
}

/// Whole percents of `all`, of which there is at least one.
fn share(some: u64, all: u64) -> u64 {
    (some * 100 + all / 2) / all.max(1)
}

/// Where cases of a kind are decided, and what that desk is called.
fn desk(kind: CaseKind) -> (&'static str, &'static str) {
    match kind {
        CaseKind::Payment => ("/", key("desk-payments")),
        CaseKind::Identity => ("/people", key("people-identity")),
        CaseKind::Face => ("/people", key("people-face")),
        CaseKind::Form => ("/forms", key("desk-forms")),
        CaseKind::Score => ("/score-reviews", key("desk-scores")),
        CaseKind::Accommodation => ("/accommodations", key("desk-accommodations")),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_whole_percents() {
        assert_eq!((share(1, 3), share(2, 3), share(0, 5), share(5, 5)), (33, 67, 0, 100));
    }
}
