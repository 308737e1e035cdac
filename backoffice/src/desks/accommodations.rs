//! Requests for accommodations (便利申请): what is asked for beside the proofs, decided kind by kind.

mod view;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::words::key;
use registration::desk::accommodations::{AccommodationCase, AccommodationKey};
use registration::desk::case::CaseKind;
use registration::desk::cases::CaseError;
use registration::model::exam_rules::AccommodationKind;
use registration::model::facts::accommodation::{Verdict, Verdicts};
use reservation::ids::ExamId;

use crate::desk::lines::Queue;
use crate::desk::message::{Message, claimed};
use crate::desk::picture::jpeg;
use crate::desks::plain::{Case, Desk, Done, Kind, Turns, Whose, draw, if_waiting};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) use view::{Shown, body, decision, kind_word};

/// The desk of accommodations.
pub(crate) const ACCOMMODATIONS: Kind = Kind {
    path: "/accommodations",
    kinds: &[CaseKind::Accommodation],
    title: key("accommodation-title"),
    reasons: &[key("accommodation-reason-1"), key("accommodation-reason-2"), key("accommodation-reason-3")],
    own: |rules| &rules.accommodation,
};

/// What was chosen and typed for each kind.
#[derive(Default)]
pub(crate) struct Typed(Vec<(AccommodationKind, String, String)>);

impl Typed {
    /// Of a form's pairs: `v-KIND` is what was chosen, `r-KIND` why.
    fn read(pairs: &[(String, String)]) -> Self {
        let value = |name: String| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        let kinds = AccommodationKind::ALL.iter().filter_map(|kind| {
            let reason = value(format!("r-{kind}"))?;
            Some((*kind, value(format!("v-{kind}")).unwrap_or_default(), reason))
        });
        Self(kinds.collect())
    }

    /// What was chosen for a kind, and why.
    pub(crate) fn of(&self, kind: AccommodationKind) -> (&str, &str) {
        let found = self.0.iter().find(|(known, ..)| *known == kind);
        found.map_or(("", ""), |(_, chosen, reason)| (chosen, reason))
    }

    /// The verdicts; `None` when nothing was chosen for one of the kinds.
    fn verdicts(&self) -> Option<Verdicts> {
        let verdict = |(kind, chosen, reason): &(AccommodationKind, String, String)| match chosen.as_str() {
            "grant" => Some((*kind, Verdict::Granted)),
            "refuse" => Some((*kind, Verdict::Refused(reason.clone()))),
            "more" => Some((*kind, Verdict::More(reason.clone()))),
            _ => None,
        };
        self.0.iter().map(verdict).collect::<Option<_>>().map(Verdicts)
    }
}

/// The request that is due first of those that nobody else has.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = done.message(visit.words);
    show_case(&visit, None, StatusCode::OK, message, &Typed::default()).await
}

/// One request that waits.
pub(crate) async fn show(visit: Visit, whose: Whose) -> Result<Response, Failure> {
    show_case(&visit, Some(whose), StatusCode::OK, None, &Typed::default()).await
}

/// A reload of what became a GET.
pub(crate) async fn back(whose: Whose) -> Redirect {
    Redirect::to(&whose.path(&ACCOMMODATIONS))
}

/// A proof. Every look is written down.
pub(crate) async fn proof(
    visit: Visit,
    Path((exam, number, proof)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let whose = Whose::read(&exam, &number)?;
    let place = match proof.as_str() {
        "1.jpg" => 0,
        "2.jpg" => 1,
        _ => return Err(Failure::NotFound),
    };
    let reviews = &visit.app.outside.registration.accommodation_reviews;
    let proof = reviews.proof(&visit.staff, &whose.exam, whose.account, place).await;
    if_waiting(proof)?.flatten().map(jpeg).ok_or(Failure::NotFound)
}

/// Says something to every kind.
pub(crate) async fn decide(
    visit: Visit,
    whose: Whose,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (w, typed) = (visit.words, Typed::read(&pairs));
    let seen = pairs.iter().find(|(name, _)| name == "seen").and_then(|(_, value)| value.parse().ok());
    let version = seen.ok_or(Failure::Bad)?;
    let claim = pairs.iter().find(|(name, _)| name == "claim").map_or("", |(_, value)| value.as_str());
    let bad = |text| (StatusCode::UNPROCESSABLE_ENTITY, Message::new(Tone::Bad, text));
    let (status, message) = match typed.verdicts() {
        None => bad(w.t("accommodation-undecided").into_owned()),
        Some(verdicts) => {
            let key = AccommodationKey { exam: whose.exam.clone(), account: whose.account, version };
            let reviews = &visit.app.outside.registration.accommodation_reviews;
            match reviews.decide(visit.decider(claim), &key, &verdicts).await {
                Ok(()) => {
                    let done = if verdicts.asks_more() { "more" } else { "decided" };
                    return Ok(Redirect::to(&format!("{}?done={done}", ACCOMMODATIONS.path)).into_response());
                }
                Err(error @ (CaseError::Forbidden(_) | CaseError::Busy | CaseError::Store(_))) => {
                    return Err(error.into());
                }
                Err(CaseError::Reason(_)) => bad(w.t("accommodation-reasonless").into_owned()),
                Err(CaseError::Claimed(claim)) => {
                    let said = claimed(w, &claim, claim.by == visit.staff.id);
                    (StatusCode::CONFLICT, Message::new(Tone::Care, said))
                }
                Err(
                    CaseError::NotWaiting
                    | CaseError::NotLooked
                    | CaseError::Changed
                    | CaseError::OtherAccount
                    | CaseError::ToBeNoted,
                ) => (StatusCode::CONFLICT, Message::new(Tone::Care, w.t("plain-moved").into_owned())),
            }
        }
    };
    show_case(&visit, Some(whose), status, Some(message), &typed).await
}

fn whose(case: &AccommodationCase) -> Whose {
    Whose { exam: case.key.exam.clone(), account: case.key.account }
}

async fn show_case(
    visit: &Visit,
    asked: Option<Whose>,
    status: StatusCode,
    message: Option<Message>,
    typed: &Typed,
) -> Result<Response, Failure> {
    let (w, registration) = (visit.words, &visit.app.outside.registration);
    let (mut case, mut turns) = (None, Turns::new(visit, &ACCOMMODATIONS, asked.as_ref()));
    while let Some((whose, given)) = turns.next().await? {
        let looked = registration.accommodation_reviews.look(&visit.staff, &whose.exam, whose.account).await;
        if let Some(found) = if_waiting(looked)? {
            let work = turns.work(given, &found.key.subject()).await?;
            case = Some((found, work));
            break;
        }
    }
    let queue = Queue::of(visit, ACCOMMODATIONS.kinds).await?;
    let exam = case.as_ref().and_then(|(case, _)| registration.exams.get(&case.key.exam));
    let untyped = Typed::default();
    let drawn = match case {
        Some((case, work)) => {
            let account = registration.accounts.account(case.key.account).await?;
            let subject = case.key.subject();
            let history = registration.cases.history(&visit.staff, &subject).await?;
            let (whose, reasons) = (whose(&case), ACCOMMODATIONS.reasons(visit, &case.key.exam));
            let shown = Shown {
                exam: exam.as_deref(),
                case: &case,
                claim: work.token(),
                reasons: &reasons,
                account: account.as_ref(),
                path: whose.path(&ACCOMMODATIONS),
                // What was typed for a case that is gone is nobody else's.
                typed: if asked.as_ref() == Some(&whose) { typed } else { &untyped },
                history: &history,
                now: visit.now,
            };
            let (markup, decision) = (body(w, &shown), Some(decision(w, &shown)));
            Some(Case { whose, subject, work, seen: i64::from(case.key.version), reasons, markup, decision })
        }
        None => None,
    };
    let (message, case) = (message.as_ref(), drawn.as_ref());
    let titles = &|exam: &ExamId| visit.exam_title(exam);
    let desk = Desk {
        kind: &ACCOMMODATIONS,
        queue: &queue,
        titles,
        message,
        case,
        is_attended: visit.is_attended,
        now: visit.now,
    };
    Ok(draw(visit, status, asked.as_ref(), &desk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_every_kind_of_the_form_needs_a_verdict() {
        let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let whole = [("v-extra_time", "grant"), ("r-extra_time", ""), ("v-other", "more"), ("r-other", "请补充")];
        let verdicts = Typed::read(&pairs(&whole)).verdicts().unwrap();
        assert_eq!(verdicts.0.len(), 2);
        assert!(verdicts.asks_more() && verdicts.granted() == [AccommodationKind::ExtraTime]);
        assert!(Typed::read(&pairs(&whole[1..])).verdicts().is_none(), "one kind is undecided");
        let strange = [("v-other", "yes"), ("r-other", "")];
        assert!(Typed::read(&pairs(&strange)).verdicts().is_none(), "never granted by accident");
    }
}
