//! Who works on the case that a page shows. Opening a case claims it; what somebody else works on can be read, and not be
//! decided.

use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::Words;
use registration::desk::case::{CaseId, CaseKind, Claim, ClaimToken, Subject};
use registration::desk::cases::{Asked, CLAIM_LASTS, CaseError, Decided, Opened};
use registration::desk::permits::{Right, permits_somewhere};

use crate::desk::frame::keycap;
use crate::desk::lines::address;
use crate::desk::message::claimed;
use crate::desk::undo::{undo, undo_at};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Whose case it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    /// Whoever looks at it decides it, by this claim.
    Theirs {
        case: CaseId,
        token: ClaimToken,
        /// What is decided here can be taken back for a while.
        can_undo: bool,
        /// What two others said of it who differ; nothing unless it is theirs to say who is right.
        differing: Vec<Decided>,
    },
    /// Somebody else works on it. An administrator may take it over.
    Others { case: CaseId, claim: Claim, may_take_over: bool },
    /// It is decided, and can be taken back until then by whoever did that.
    Noted { case: CaseId, until: Timestamp, is_own: bool },
    /// They have said what they think of it, and somebody else decides, too.
    Given,
    /// It does not wait, or is not theirs to decide.
    Nobodys,
}

impl Work {
    /// Claims the case, if it waits and they may decide it.
    pub(crate) async fn on(visit: &Visit, subject: &Subject) -> Result<Self, Failure> {
        let cases = &visit.app.outside.registration.cases;
        match cases.open_up(&visit.staff, subject, CLAIM_LASTS).await {
            Ok(Opened::Theirs(case, claim)) => Self::theirs(visit, case, claim.token).await,
            Ok(Opened::Given) => Ok(Self::Given),
            Ok(Opened::Noted { case, until, is_own }) => Ok(Self::Noted { case, until, is_own }),
            Ok(Opened::Others(case, claim)) => {
                let may_take_over = permits_somewhere(&visit.staff, Right::TakeOverCases);
                Ok(Self::Others { case, claim, may_take_over })
            }
            Ok(Opened::Over) | Err(CaseError::Forbidden(_)) => Ok(Self::Nobodys),
            Err(error) => Err(error.into()),
        }
    }

    /// The claim of these kinds' case that is due first, and what it is about; `None` when somebody else has all of them, and
    /// where nobody sits before the page: it claims nothing, and looks at nothing.
    pub(crate) async fn next(visit: &Visit, kinds: &[CaseKind]) -> Result<Option<(Subject, Self)>, Failure> {
        // A desk with nothing on it is no page for whoever may see nothing there.
        let may = |right: fn(CaseKind) -> Right| {
            let theirs = kinds.iter().filter(move |kind| permits_somewhere(&visit.staff, right(**kind)));
            theirs.copied().collect::<Vec<CaseKind>>()
        };
        let seen = may(Right::See);
        if seen.is_empty() {
            return Err(Failure::Forbidden);
        }
        if !visit.is_attended {
            return Ok(None);
        }
        let cases = &visit.app.outside.registration.cases;
        // Whoever decides none of them reads the first.
        if may(Right::Decide).is_empty() {
            let open = cases.open(&visit.staff, &Asked::first(&seen, 1)).await?;
            return Ok(open.into_iter().next().map(|case| (case.subject, Self::Nobodys)));
        }
        let next = cases.next(&visit.staff, kinds, CLAIM_LASTS).await?;
        let Some((case, subject, claim)) = next else { return Ok(None) };
        Ok(Some((subject, Self::theirs(visit, case, claim.token).await?)))
    }

    /// Theirs by this claim.
    pub(crate) async fn theirs(visit: &Visit, case: CaseId, token: ClaimToken) -> Result<Self, Failure> {
        let differing = visit.app.outside.registration.cases.differing(&visit.staff, case).await?;
        Ok(Self::Theirs { case, token, can_undo: visit.can_undo(), differing })
    }

    /// Where the decision is taken back that is sent from this page, if it can be.
    pub(crate) fn undo_at(&self) -> Option<String> {
        match self {
            Self::Theirs { case, can_undo: true, .. } => Some(undo_at(case.0)),
            _ => None,
        }
    }

    /// The case that waits, whoever has it.
    pub(crate) fn case(&self) -> Option<i64> {
        match self {
            Self::Theirs { case, .. } | Self::Others { case, .. } => Some(case.0),
            Self::Noted { .. } | Self::Given | Self::Nobodys => None,
        }
    }

    /// By which claim whoever looks at it has it.
    pub(crate) fn token(&self) -> Option<ClaimToken> {
        match self {
            Self::Theirs { token, .. } => Some(*token),
            Self::Others { .. } | Self::Noted { .. } | Self::Given | Self::Nobodys => None,
        }
    }

    /// What is said above the case: that somebody else has it, and, unseen until it is so, that it was taken over or has
    /// become free.
    pub(crate) fn said(&self, w: Words) -> Markup {
        match self {
            Self::Theirs { differing, .. } => html! {
                @if !differing.is_empty() { (callout(Tone::Care, &w.t("opinions-differ"), &said_by_others(w, differing))) }
                div data-lost hidden { (callout(Tone::Care, &w.t("case-lost"), &html! {})) }
                div data-told role="status" hidden { (callout(Tone::Good, "", &undo(w, None))) }
            },
            Self::Others { case, claim, may_take_over } => {
                let body = html! {
                    p { (w.t("case-read-only")) }
                    @if *may_take_over {
                        form method="post" action={ "/cases/" (case.0) "/take-over" } {
                            button class="button second" type="submit" { (w.t("case-take-over")) }
                        }
                    }
                };
                html! {
                    (callout(Tone::Care, &claimed(w, claim, false), &body))
                    p data-free hidden { a href="" { (w.t("case-free")) } }
                }
            }
            Self::Noted { case, until, is_own: true } => {
                let until = when::clock(*until);
                let said = w.with("case-noted-own", &[("until", until.into())]);
                callout(Tone::Good, &said, &undo(w, Some(&undo_at(case.0))))
            }
            Self::Noted { is_own: false, .. } => callout(Tone::Care, &w.t("case-noted"), &html! {}),
            Self::Given => callout(Tone::Good, &w.t("opinion-given"), &html! { p { (w.t("opinion-given-text")) } }),
            Self::Nobodys => html! {},
        }
    }

    /// The button that gives the case back undecided.
    pub(crate) fn leave(&self, w: Words) -> Markup {
        let Self::Theirs { case, token, .. } = self else { return html! {} };
        html! {
            form class="leave" method="post" action={ "/cases/" (case.0) "/leave" } {
                input type="hidden" name="claim" value=(token);
                button class="plain" type="submit" data-key="b" { (keycap("B")) (w.t("case-leave")) }
            }
        }
    }
}

/// What two others said, without who they are.
fn said_by_others(w: Words, differing: &[Decided]) -> Markup {
    html! {
        ul {
            @for one in differing {
                li {
                    @match one {
                        Decided::Passed => (w.t("opinion-passes")),
                        Decided::Refused(why) => (w.with("opinion-refuses", &[("why", why.as_str().into())])),
                    }
                }
            }
        }
    }
}

/// The page of a case.
pub(crate) fn to_case(subject: &Subject) -> Response {
    Redirect::to(&address(subject)).into_response()
}
