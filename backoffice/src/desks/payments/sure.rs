//! Payments of which the machine is sure, many on one page: each is looked at, ticked, and decided by itself.

use axum::Form;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::Words;
use registration::Fen;
use registration::desk::case::{CaseId, ClaimToken, Subject};
use registration::desk::cases::{Asked, CASES_MAX, CLAIM_LASTS, CaseError};
use registration::desk::payments::{DecisionError, Pictured, Review};
use registration::model::order::OrderId;
use registration::model::person::PersonName;

use super::answer::sentence;
use super::view::picture_at;
use super::{KINDS, decide};
use crate::desk::frame::{follows, keycap, page};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Most payments on one page: so many pictures can be looked at.
const SURE_MAX: usize = 12;

/// One of them, claimed by whoever looks.
pub(crate) struct Sure {
    pub(crate) case: CaseId,
    pub(crate) token: ClaimToken,
    pub(crate) review: Review,
    pub(crate) pictured: Pictured,
}

/// What became of one that was ticked.
pub(crate) struct Done {
    pub(crate) order: OrderId,
    /// Why it was not confirmed.
    pub(crate) why: Option<String>,
}

/// Those that are due first of those that nobody else has.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, &[]).await
}

/// Confirms those that were ticked, one by one. What was not looked at, or is somebody else's since, stays as it is.
pub(crate) async fn confirm(visit: Visit, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let ticked: Vec<_> = pairs.iter().filter(|(name, _)| name == "sure").take(SURE_MAX).collect();
    let mut done = Vec::new();
    for (_, value) in ticked {
        let [order, seen, claim] = value.split(' ').collect::<Vec<_>>()[..] else { return Err(Failure::Bad) };
        let order: OrderId = order.parse().map_err(|_| Failure::Bad)?;
        let look = seen.parse().map_err(|_| Failure::Bad)?;
        let done_so = match is_disputed(&visit, order).await? {
            true => Err(DecisionError::NotLooked),
            false => decide(&visit, order, &look, claim, None).await,
        };
        let why = match done_so {
            Ok(_) => None,
            Err(error) => Some(sentence(&visit, error)?.1.text),
        };
        done.push(Done { order, why });
    }
    let all_went = done.iter().all(|one| one.why.is_none());
    draw(&visit, if all_went { StatusCode::OK } else { StatusCode::CONFLICT }, &done).await
}

/// Do two differ about it? It is decided where both are shown.
async fn is_disputed(visit: &Visit, order: OrderId) -> Result<bool, Failure> {
    let all = visit.app.outside.registration.cases.of(&visit.staff, &Subject::Payment(order)).await?;
    Ok(all.first().is_some_and(|case| case.closed.is_none() && case.is_disputed()))
}

/// Claims what the page will show, and gives back nothing that it had: whoever goes on has it already.
async fn draw(visit: &Visit, status: StatusCode, done: &[Done]) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let (cases, reviews) = (&registration.cases, &registration.reviews);
    let mut all = Vec::new();
    for case in cases.open(&visit.staff, &Asked::first(KINDS, CASES_MAX)).await? {
        let is_others = case.claim.as_ref().is_some_and(|claim| claim.by != visit.staff.id);
        let Subject::Payment(order) = case.subject else { continue };
        let was_tried = done.iter().any(|one| one.order == order);
        // Where two differ a third one decides who sees what both said: not here.
        if is_others || was_tried || case.is_disputed() {
            continue;
        }
        let Some(pictured) = reviews.sure(&visit.staff, order).await? else { continue };
        let claim = match cases.claim(&visit.staff, case.id, CLAIM_LASTS).await {
            Ok(claim) => claim,
            // Somebody was faster.
            Err(CaseError::Claimed(_) | CaseError::NotWaiting) => continue,
            Err(error) => return Err(error.into()),
        };
        let Some(review) = reviews.get(&visit.staff, order).await? else { continue };
        all.push(Sure { case: case.id, token: claim.token, review, pictured });
        if all.len() == SURE_MAX {
            break;
        }
    }
    let counts = cases.counts(&visit.staff).await?;
    let body = body(visit.words, &all, done, visit.now);
    Ok((status, page(&visit.frame(visit.words.t("sure-title"), &counts, KINDS), &body)).into_response())
}

/// As markup: a picture each, what was read on it, and a tick.
pub(crate) fn body(w: Words, all: &[Sure], done: &[Done], now: Timestamp) -> Markup {
    html! {
        main class="finance sure" data-follows=(follows(KINDS)) {
            h1 { (w.t("sure-title")) }
            @if !done.is_empty() { (what_was_done(w, done)) }
            @if all.is_empty() {
                p class="nothing" { (w.t("sure-none")) }
                p { a href="/" { (w.t("queue-title")) } }
            } @else {
                p class="hint" { (w.t("sure-lead")) }
                form method="post" action="/queues/sure" {
                    ol class="thumbnails" { @for one in all { (thumbnail(w, one, now)) } }
                    div class="acts" {
                        button class="button second" type="button" data-tick-all data-key="a" hidden {
                            (keycap("A")) (w.t("sure-all"))
                        }
                        button class="button" type="submit" data-key="c" data-number="1" { (keycap("1")) (w.t("sure-confirm")) }
                    }
                }
            }
        }
    }
}

fn thumbnail(w: Words, one: &Sure, now: Timestamp) -> Markup {
    let (order, pictured) = (&one.review.order, &one.pictured);
    let at = picture_at(&one.review);
    let seen = one.review.look.map(|look| look.to_string()).unwrap_or_default();
    let name = one.review.name.as_ref().map_or("", PersonName::expose);
    html! {
        li data-case=(one.case.0) data-claim=(one.token) {
            a href=(at) target="_blank" rel="noopener" { img src=(at) alt=(w.t("picture-alt")) loading="lazy"; }
            label class="tick" {
                input type="checkbox" name="sure" value={ (order.id) " " (seen) " " (one.token) };
                span { b { (name) } " " (order.id) }
            }
            p { (pictured.amount.read.as_ref().map(Fen::to_string).unwrap_or_default()) }
            @if let Some(paid_at) = pictured.paid_at.read { p class="hint" { (when::near(w.language, paid_at, now)) } }
            @if let Some(payee) = &pictured.payee.read { p class="hint" { (payee) } }
            p class="hint id" { (pictured.order_number.as_deref().unwrap_or_default()) }
            p class="care" data-lost hidden { (w.t("case-lost")) }
        }
    }
}

/// How many were confirmed, and why others were not.
fn what_was_done(w: Words, done: &[Done]) -> Markup {
    let count = done.iter().filter(|one| one.why.is_none()).count();
    let tone = if count == done.len() { Tone::Good } else { Tone::Care };
    let body = html! {
        @if count > 0 { p { a href="/queues" { (w.t("sure-undo")) } } }
        @for (order, why) in done.iter().filter_map(|one| Some((one.order, one.why.as_ref()?))) {
            p { a href={ "/orders/" (order) } { (order) } ": " (why) }
        }
    };
    callout(tone, &w.with("sure-done", &[("count", count.into())]), &body)
}
