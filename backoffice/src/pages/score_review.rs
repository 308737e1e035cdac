//! Reviews of earlier scores (CET6 资格复核): ticket number and name fit, the document is another one.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::accounts::{AccountId, AccountNumber};
use registration::applications::ReviewError;
use registration::eligibility::{ScoreReviewCase, ScoreReviewKey};
use registration::exams::ExamPage;
use reservation::ids::ExamId;

use super::case_view::Message;
use super::form_review::{exam_title, named};
use super::plain_desk::{Compared, Decision, Desk, Done, Waiting, answer, comparison, draw};
use crate::failure::Failure;
use crate::visit::Visit;

/// The usual reasons to refuse, as keys of the catalogue.
pub(crate) const REASONS: [&str; 3] = [key("score-reason-1"), key("score-reason-2"), key("score-reason-3")];

/// The longest waiting request.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = done.message(visit.words);
    show_case(&visit, None, StatusCode::OK, message).await
}

/// One request that waits.
pub(crate) async fn show(visit: Visit, Path((exam, number)): Path<(String, String)>) -> Result<Response, Failure> {
    let whose = named(&exam, &number)?;
    show_case(&visit, Some(whose), StatusCode::OK, None).await
}

/// Lets it pass, or refuses it.
pub(crate) async fn decide(
    visit: Visit,
    Path((exam, number)): Path<(String, String)>,
    Form(decision): Form<Decision>,
) -> Result<Response, Failure> {
    let (exam, account) = named(&exam, &number)?;
    let requested_at = Timestamp::from_microsecond(decision.seen).map_err(|_| Failure::Bad)?;
    let key = ScoreReviewKey { exam: exam.clone(), account, requested_at };
    let refusal = decision.refusal(&REASONS);
    let eligibility = &visit.app.outside.registration.eligibility;
    let decided = eligibility.decide_score_review(visit.staff.id, &key, refusal.as_deref()).await;
    match answer(visit.words, "/score-reviews", (&decision, refusal.as_deref()), decided)? {
        Ok(response) => Ok(response),
        Err((status, message)) => show_case(&visit, Some((exam, account)), status, Some(message)).await,
    }
}

/// A reload of what became a GET.
pub(crate) async fn back(Path((exam, number)): Path<(String, String)>) -> Result<Redirect, Failure> {
    let (exam, account) = named(&exam, &number)?;
    Ok(Redirect::to(&path(&exam, account)))
}

fn path(exam: &ExamId, account: AccountId) -> String {
    format!("/score-reviews/{exam}/{}", AccountNumber::from(account))
}

async fn show_case(
    visit: &Visit,
    whose: Option<(ExamId, AccountId)>,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    let (w, registration) = (visit.words, &visit.app.outside.registration);
    let eligibility = &registration.eligibility;
    let waiting = eligibility.count_score_reviews_waiting().await?;
    let all = eligibility.score_reviews_waiting(None).await?;
    let whose = whose.or_else(|| all.first().map(|case| (case.key.exam.clone(), case.key.account)));
    let exam = whose.as_ref().and_then(|(exam, _)| registration.exams.get(exam));
    let rules = exam.as_ref().and_then(|exam| exam.rules.eligibility.score_review.as_ref());
    let case = match &whose {
        Some((exam, account)) => match eligibility.look_at_score_review(visit.staff.id, exam, *account, rules).await {
            Ok(case) => Some(case),
            Err(ReviewError::Moved | ReviewError::Reason) => None,
            Err(ReviewError::Store(error)) => return Err(error.into()),
        },
        None => None,
    };
    let is_gone = whose.is_some() && case.is_none() && message.is_none();
    let gone = is_gone.then(|| Message::new(Tone::Care, w.t("plain-moved")));
    let message = message.or(gone);
    let queue: Vec<Waiting> = all
        .iter()
        .map(|one| Waiting {
            href: path(&one.key.exam, one.key.account),
            name: one.review.name.expose().to_owned(),
            about: exam_title(visit, w, &one.key.exam),
            note: String::new(),
            since: one.key.requested_at,
            is_here: case.as_ref().is_some_and(|case| case.key == one.key),
        })
        .collect();
    let title = w.t("score-title");
    let action = case.as_ref().map(|case| format!("{}/decide", path(&case.key.exam, case.key.account)));
    let markup = case.as_ref().map(|case| body(w, exam.as_deref(), case));
    let view = Desk {
        title: &title,
        queue: &queue,
        message: message.as_ref(),
        case: markup.as_ref(),
        action: action.as_deref().unwrap_or_default(),
        seen: case.as_ref().map_or(0, |case| case.key.requested_at.as_microsecond()),
        reasons: &REASONS,
        now: visit.now,
    };
    Ok(draw(visit, status, waiting, &view).into_response())
}

/// The request beside the result that has its number and name.
pub(crate) fn body(w: Words, exam: Option<&ExamPage>, case: &ScoreReviewCase) -> Markup {
    let (review, found) = (&case.review, case.found.as_ref());
    let rows = [
        Compared {
            label: w.t("score-ticket").into_owned(),
            said: review.ticket.expose().to_owned(),
            known: found.map(|_| review.ticket.expose().to_owned()),
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
