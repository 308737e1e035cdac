//! Decisions that can be taken back: noted first, and carried out a while later.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::desk::case::{CaseId, Subject};
use registration::desk::cases::{CaseError, Decided};

use crate::desk::frame::keycap;
use crate::request::visit::Visit;

/// Notes a decision about a case that waits with this version, and says which case it is. Sent twice, it is one; what was
/// decided otherwise already is whoever's it is, and said so.
pub(crate) async fn noted(
    visit: &Visit,
    subject: &Subject,
    version: &str,
    claim: &str,
    refusal: Option<&str>,
) -> Result<CaseId, CaseError> {
    let cases = &visit.app.outside.registration.cases;
    let decided = refusal.map_or(Decided::Passed, |why| Decided::Refused(why.to_owned()));
    match cases.note(visit.decider(claim), subject, version, &decided, visit.app.outside.undo).await {
        Err(CaseError::NotWaiting) => {
            let newest = cases.of(&visit.staff, subject).await?.into_iter().next();
            let claim = newest.filter(|case| case.noted.is_some()).and_then(|case| case.claim);
            Err(claim.map_or(CaseError::NotWaiting, CaseError::Claimed))
        }
        done => done,
    }
}

/// Notes a decision where it can be taken back, or where a second member of staff may be asked; else decides `at_once`. The
/// case whose decision can be taken back.
pub(crate) async fn decided(
    visit: &Visit,
    (subject, version): (&Subject, &str),
    claim: &str,
    refusal: Option<&str>,
    at_once: impl Future<Output = Result<(), CaseError>>,
) -> Result<Option<CaseId>, CaseError> {
    if visit.can_undo() {
        return noted(visit, subject, version, claim, refusal).await.map(Some);
    }
    match at_once.await {
        Err(CaseError::ToBeNoted) => noted(visit, subject, version, claim, refusal).await.map(|_| None),
        done => done.map(|()| None),
    }
}

/// An address with the case whose decision can be taken back there.
pub(crate) fn with_case(address: String, case: Option<CaseId>) -> String {
    match case {
        Some(CaseId(case)) => format!("{address}&case={case}"),
        None => address,
    }
}

/// Where a decision is taken back.
pub(crate) fn undo_at(case: i64) -> String {
    format!("/cases/{case}/undo")
}

/// The button that takes it back. Without an address a script gives it one, and shows it.
pub(crate) fn undo(w: Words, at: Option<&str>) -> Markup {
    html! {
        form method="post" action=[at] data-undoes hidden[at.is_none()] {
            button class="button second" type="submit" data-key="u" { (keycap("U")) (w.t("undo")) }
            span class="hint" { (w.t("undo-hint")) }
        }
    }
}
