//! Reviews of earlier scores (CET6 资格复核): past number and name fit, the document is another one.

use axum::Form;
use axum::extract::Query;
use axum::response::{Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::desk::case::CaseKind;
use registration::desk::scores::{ScoreCase, ScoreKey};
use registration::model::exam::Exam;

use reservation::ids::ExamId;

use crate::desk::compared::{Compared, comparison};
use crate::desk::lines::Queue;
use crate::desk::message::Message;
use crate::desk::undo::decided;
use crate::desks::plain::{Case, Decision, Desk, Done, Kind, Turns, Whose, draw, if_waiting};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// The desk of earlier scores.
pub(crate) const SCORES: Kind = Kind {
    path: "/score-reviews",
    kinds: &[CaseKind::Score],
    title: key("score-title"),
    reasons: &[key("score-reason-1"), key("score-reason-2"), key("score-reason-3")],
    own: |rules| &rules.score,
};

/// The request that is due first of those that nobody else has.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = done.message(visit.words);
    show_case(&visit, None, StatusCode::OK, message).await
}

/// One request that waits.
pub(crate) async fn show(visit: Visit, whose: Whose) -> Result<Response, Failure> {
    show_case(&visit, Some(whose), StatusCode::OK, None).await
}

/// Lets it pass, or refuses it.
pub(crate) async fn decide(visit: Visit, whose: Whose, Form(decision): Form<Decision>) -> Result<Response, Failure> {
    let requested_at = Timestamp::from_microsecond(decision.seen).map_err(|_| Failure::Bad)?;
    let key = ScoreKey { exam: whose.exam.clone(), account: whose.account, requested_at };
    let scores = &visit.app.outside.registration.scores;
    let refusal = decision.refusal(&SCORES.reasons(&visit, &whose.exam));
    let refusal = refusal.as_deref();
    let at_once = scores.decide(visit.decider(&decision.claim), &key, refusal);
    let about = (&key.subject(), &*decision.seen.to_string());
    let decided = decided(&visit, about, &decision.claim, refusal, at_once).await;
    match decision.answer(&visit, &SCORES, decided)? {
        Ok(response) => Ok(response),
        Err((status, message)) => show_case(&visit, Some(whose), status, Some(message)).await,
    }
}

/// A reload of what became a GET.
pub(crate) async fn back(whose: Whose) -> Redirect {
    Redirect::to(&whose.path(&SCORES))
}

fn whose(case: &ScoreCase) -> Whose {
    Whose { exam: case.key.exam.clone(), account: case.key.account }
}

async fn show_case(
    visit: &Visit,
    asked: Option<Whose>,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let (mut case, mut turns) = (None, Turns::new(visit, &SCORES, asked.as_ref()));
    while let Some((whose, given)) = turns.next().await? {
        let exam = registration.exams.get(&whose.exam);
        let rules = exam.as_ref().and_then(|exam| exam.rules.eligibility.score_review.as_ref());
        let looked = registration.scores.look(&visit.staff, &whose.exam, whose.account, rules);
        if let Some(found) = if_waiting(looked.await)? {
            let work = turns.work(given, &found.key.subject()).await?;
            case = Some((found, work));
            break;
        }
    }
    let queue = Queue::of(visit, SCORES.kinds).await?;
    let exam = case.as_ref().and_then(|(case, _)| registration.exams.get(&case.key.exam));
    let drawn = case.map(|(case, work)| Case {
        whose: whose(&case),
        subject: case.key.subject(),
        reasons: SCORES.reasons(visit, &case.key.exam),
        work,
        seen: case.key.requested_at.as_microsecond(),
        markup: body(visit.words, exam.as_deref(), &case),
        decision: None,
    });
    let (message, case) = (message.as_ref(), drawn.as_ref());
    let titles = &|exam: &ExamId| visit.exam_title(exam);
    let desk =
        Desk { kind: &SCORES, queue: &queue, titles, message, case, is_attended: visit.is_attended, now: visit.now };
    Ok(draw(visit, status, asked.as_ref(), &desk))
}

/// The request beside the result that has its number and name.
pub(crate) fn body(w: Words, exam: Option<&Exam>, case: &ScoreCase) -> Markup {
    let (review, found) = (&case.review, case.found.as_ref());
    let rows = [
        Compared {
            label: w.t("score-ticket").into_owned(),
            said: review.past_number.expose().to_owned(),
            known: found.map(|_| review.past_number.expose().to_owned()),
            differs: false,
            is_number: false,
        },
        Compared {
            label: w.t("candidate").into_owned(),
            said: review.name.expose().to_owned(),
            known: found.map(|_| review.name.expose().to_owned()),
            differs: false,
            is_number: false,
        },
        Compared {
            label: w.t("document").into_owned(),
            // Whole: masked, nobody could compare them. The look is in the audit.
            said: review.document.expose().to_owned(),
            known: found.map(|found| found.document.expose().to_owned()),
            differs: true,
            is_number: true,
        },
        Compared {
            label: w.t("score-score").into_owned(),
            said: String::new(),
            known: found.map(|found| {
                w.with("score-of", &[("score", found.score.into()), ("year", found.year.to_string().into())])
                    .into_owned()
            }),
            differs: false,
            is_number: false,
        },
    ];
    let grants: Vec<String> = review
        .grants
        .iter()
        .map(|id| match exam.and_then(|exam| exam.rules.subject(id)) {
            Some(subject) => w.pick(&subject.title.zh, &subject.title.en).to_owned(),
            None => id.to_string(),
        })
        .collect();
    html! {
        header class="case-head" { div { h1 { (review.name.expose()) } } }
        @if let Some(exam) = exam { p class="hint" { (w.pick(&exam.title.zh, &exam.title.en)) } }
        p class="hint" { (w.t("score-hint")) }
        p class="hint" { (w.t("score-look")) }
        (comparison(w, &w.t("score-said"), &w.t("score-known"), &rows))
        @if found.is_none() { p class="hint" { (w.t("score-gone")) } }
        dl class="facts" { div { dt { (w.t("score-grants")) } dd { @for grant in &grants { p { (grant) } } } } }
    }
}
