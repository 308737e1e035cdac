//! What two people do together: what waits for whoever looks, what they asked for, and deciding about it.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::approvals::{
    Act, Applied, Approval, ApprovalError, ApprovalId, ApprovalState, Failed, Second,
};
use registration::lists::List;
use registration::people::accounts::AccountNumber;
use serde::Deserialize;
use uuid::Uuid;

use super::duty::Choice;
use super::frame::answer;
use super::list::{Link, is_asked, shown_once};
use crate::desk::message::{Message, said};
use crate::pages::retention;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What was done last, as it stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// A request with what it is about, in a sentence.
pub(crate) struct Line {
    pub(crate) approval: Approval,
    pub(crate) what: String,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) waiting: &'a [Line],
    pub(crate) asked: &'a [Line],
    pub(crate) link: Option<Link<'a>>,
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let good = |word: &'static str| Some(Message::new(Tone::Good, visit.words.t(word)));
    let bad = |word: &'static str| Some(Message::new(Tone::Bad, visit.words.t(word)));
    let message = match done.done.as_str() {
        "asked" => good(key("approval-asked")),
        "done" => good(key("approval-agreed")),
        "refused" => good(key("approval-refused")),
        "withdrawn" => good(key("approval-withdrawn")),
        "already" => bad(key("approval-already")),
        "too-many" => bad(key("approval-too-many")),
        "oneself" => bad(key("approval-about-oneself")),
        _ => None,
    };
    draw(&visit, StatusCode::OK, None, message.as_ref()).await
}

/// Agrees, refuses, or takes back.
pub(crate) async fn act(visit: Visit, Path((id, act)): Path<(String, String)>) -> Result<Response, Failure> {
    let id = Uuid::try_parse(&id).map(ApprovalId).map_err(|_| Failure::NotFound)?;
    let approvals = &visit.app.outside.registration.approvals;
    let by = Second::Member(&visit.staff);
    let decided = match act.as_str() {
        "agree" => {
            visit.demand_fresh()?;
            approvals.agree(by, id).await
        }
        "refuse" => {
            let refused = approvals.refuse(by, id).await;
            return decided_or(&visit, refused.map(|()| "refused")).await;
        }
        "withdraw" => {
            let withdrawn = approvals.withdraw(&visit.staff, id).await;
            return decided_or(&visit, withdrawn.map(|()| "withdrawn")).await;
        }
        _ => return Err(Failure::NotFound),
    };
    match decided {
        Ok(Applied::Invited(name, link)) => {
            let url = format!("{}{}", visit.site, link.path());
            let link = Link { name: &name, url: &url, is_asked: is_asked(&visit) };
            draw(&visit, StatusCode::OK, Some(link), None).await
        }
        Ok(Applied::Failed(why)) => {
            let message = Message::new(Tone::Bad, failed(visit.words, why));
            draw(&visit, StatusCode::CONFLICT, None, Some(&message)).await
        }
        other => decided_or(&visit, other.map(|_| "done")).await,
    }
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/approvals")
}

/// Goes on, or says why not.
async fn decided_or(visit: &Visit, decided: Result<&str, ApprovalError>) -> Result<Response, Failure> {
    let word = match decided {
        Ok(done) => return Ok(Redirect::to(&format!("/approvals?done={done}")).into_response()),
        Err(ApprovalError::Unknown) => return Err(Failure::NotFound),
        Err(ApprovalError::Forbidden(_)) => return Err(Failure::Forbidden),
        Err(ApprovalError::Store(error)) => return Err(error.into()),
        Err(ApprovalError::NotSecond) => key("approval-not-second"),
        Err(ApprovalError::Asked | ApprovalError::TooMany | ApprovalError::Over(_)) => key("approval-over"),
    };
    let message = Message::new(Tone::Bad, visit.words.t(word));
    draw(visit, StatusCode::CONFLICT, None, Some(&message)).await
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    link: Option<Link<'_>>,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    let approvals = &visit.app.outside.registration.approvals;
    let failure = |error: ApprovalError| match error {
        ApprovalError::Store(error) => Failure::from(error),
        _ => Failure::Broken,
    };
    let waiting = approvals.waiting(&visit.staff).await.map_err(failure)?;
    let asked = approvals.asked(&visit.staff).await.map_err(failure)?;
    let choice = Choice::of(visit).await?;
    let (waiting, asked) = (lines(visit, &choice, waiting).await?, lines(visit, &choice, asked).await?);
    let view = View { waiting: &waiting, asked: &asked, link, message, now: visit.now };
    answer(visit, status, visit.words.t("approvals").into_owned(), &body(visit.words, &view)).await
}

/// Each with its sentence; of a registration that moves it says who both accounts say to be, masked.
async fn lines(visit: &Visit, choice: &Choice, approvals: Vec<Approval>) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::with_capacity(approvals.len());
    for approval in approvals {
        let what = match &approval.act {
            Act::Rebind { from, to, .. } => {
                let (from, to) = (who(visit, *from).await?, who(visit, *to).await?);
                visit.words.with("act-rebind", &[("from", from.into()), ("to", to.into())]).into_owned()
            }
            act => what(visit, choice, act),
        };
        lines.push(Line { approval, what });
    }
    Ok(lines)
}

/// An account's number, with the name and the document that it says to have, masked.
async fn who(visit: &Visit, number: AccountNumber) -> Result<String, Failure> {
    let account = visit.app.outside.registration.accounts.account(number.account()).await?;
    let (name, document) = account.map_or((None, None), |account| (account.name, account.document));
    let said = [name.map(|name| name.masked()), document.map(|document| document.masked())];
    Ok([Some(number.to_string())].into_iter().chain(said).flatten().collect::<Vec<_>>().join(" · "))
}

/// What is asked for, in a sentence.
fn what(visit: &Visit, choice: &Choice, act: &Act) -> String {
    let w = visit.words;
    let sitting = |exam, sitting| {
        let title = visit.app.outside.registration.rooms.sitting_title(exam, sitting);
        let title = title.map_or_else(|| sitting.to_string(), |one| w.pick(&one.zh, &one.en).to_owned());
        format!("{} · {title}", visit.exam_title(exam))
    };
    match act {
        Act::Duty { name, before, after } => {
            let (before, after) = (choice.said(w, before), choice.said(w, after));
            w.with("act-duty", &[("name", name.clone().into()), ("before", before.into()), ("after", after.into())])
        }
        Act::Invite { name, duty } => {
            w.with("act-invite", &[("name", name.clone().into()), ("duty", choice.said(w, duty).into())])
        }
        Act::Publish { exam, sitting: id, moves, .. } => {
            let values = [("sitting", sitting(exam, id).into()), ("moves", moves.unwrap_or_default().into())];
            w.with("act-publish", &values)
        }
        Act::Rebind { from, to, .. } => {
            w.with("act-rebind", &[("from", from.to_string().into()), ("to", to.to_string().into())])
        }
        Act::Capacity { exam, sitting: id, before, after } => w.with(
            "act-capacity",
            &[("sitting", sitting(exam, id).into()), ("before", (*before).into()), ("after", (*after).into())],
        ),
        Act::Export { exam, list, is_whole } => {
            let list = match list {
                List::Roster => w.t("import-roster"),
                List::Orders => w.t("exports-orders"),
                List::Accounts => w.t("exports-accounts"),
                List::Cases => w.t("exports-cases"),
            };
            let word = if *is_whole { key("act-export-whole") } else { key("act-export") };
            w.with(word, &[("exam", visit.exam_title(exam).into()), ("list", list.into_owned().into())])
        }
        Act::Retention { before, after, .. } => {
            let values =
                [("before", retention::years(w, *before).into()), ("after", retention::years(w, *after).into())];
            w.with("act-retention", &values)
        }
    }
    .into_owned()
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    html! {
        main class="finance approvals" {
            h1 { (w.t("approvals")) }
            p class="hint" { (w.t("approvals-lead")) }
            (said(view.message))
            @if let Some(link) = &view.link { (shown_once(w, link)) }
            section {
                h2 { (w.t("approvals-waiting")) }
                @if view.waiting.is_empty() { p class="nothing" { (w.t("approvals-none")) } }
                @for line in view.waiting { (waiting(w, line, view.now)) }
            }
            section {
                h2 { (w.t("approvals-asked")) }
                @if view.asked.is_empty() { p class="nothing" { (w.t("approvals-asked-none")) } }
                @for line in view.asked { (asked(w, line, view.now)) }
            }
            p class="hint" { (w.t("approvals-alone")) }
        }
    }
}

/// What somebody else asked for.
fn waiting(w: Words, line: &Line, now: Timestamp) -> Markup {
    let Approval { id, asked_by, asked_at, expires_at, .. } = &line.approval;
    let values = [
        ("name", asked_by.clone().into()),
        ("at", when::near(w.language, *asked_at, now).into()),
        ("until", when::near(w.language, *expires_at, now).into()),
    ];
    let act = |word: &str, button: &'static str, class: &str| {
        html! {
            form method="post" action={ "/approvals/" (id.0) "/" (word) } {
                button class=(class) type="submit" { (w.t(button)) }
            }
        }
    };
    html! {
        article class="approval" {
            p class="what" { (line.what) }
            p class="hint" { (w.with("approval-who", &values)) }
            div class="acts" {
                (act("agree", key("approval-agree"), "button"))
                (act("refuse", key("approval-refuse"), "button second"))
            }
        }
    }
}

/// What whoever looks asked for, and where it stands.
fn asked(w: Words, line: &Line, now: Timestamp) -> Markup {
    let Approval { id, asked_at, expires_at, state, decided_by, failed: why, .. } = &line.approval;
    let (tone, word) = stands(*state);
    let by = decided_by.clone().filter(|_| *state != ApprovalState::Withdrawn);
    html! {
        article class="approval" {
            p class="what" { (line.what) }
            p class="hint" {
                (tag(tone, &w.t(word)))
                " " (w.with("approval-since", &[("at", when::near(w.language, *asked_at, now).into())]))
                @if let Some(by) = by { " · " (w.with("approval-by", &[("name", by.into())])) }
                @if *state == ApprovalState::Waiting {
                    " · " (w.with("approval-until", &[("until", when::near(w.language, *expires_at, now).into())]))
                }
            }
            @if let Some(why) = why { (callout(Tone::Bad, &failed(w, *why), &html! {})) }
            @if *state == ApprovalState::Waiting {
                form class="acts" method="post" action={ "/approvals/" (id.0) "/withdraw" } {
                    button class="button second" type="submit" { (w.t("approval-withdraw")) }
                }
            }
            @if let Some(form) = take(w, &line.approval, now) { (form) }
        }
    }
}

/// The form that takes out a list to which somebody agreed.
fn take(w: Words, approval: &Approval, now: Timestamp) -> Option<Markup> {
    let Act::Export { exam, list, is_whole } = &approval.act else { return None };
    let is_good = approval.state == ApprovalState::Done && approval.used_at.is_none() && now < approval.expires_at;
    let path = |form: &str| format!("/exports/{}.{form}", list.as_ref());
    is_good.then(|| {
        html! {
            form class="acts" method="post" data-file action=(path("xlsx")) {
                input type="hidden" name="exam" value=(exam);
                input type="hidden" name="approval" value=(approval.id.0);
                @if *is_whole { input type="hidden" name="whole" value="yes"; }
                button class="button" type="submit" { (w.t("money-xlsx")) }
                button class="button second" type="submit" formaction=(path("csv")) { (w.t("money-csv")) }
            }
        }
    })
}

fn stands(state: ApprovalState) -> (Tone, &'static str) {
    match state {
        ApprovalState::Waiting => (Tone::Plain, key("approval-state-waiting")),
        ApprovalState::Expired => (Tone::Care, key("approval-state-expired")),
        ApprovalState::Agreed => (Tone::Care, key("approval-state-agreed")),
        ApprovalState::Done => (Tone::Good, key("approval-state-done")),
        ApprovalState::Failed => (Tone::Bad, key("approval-state-failed")),
        ApprovalState::Refused => (Tone::Bad, key("approval-state-refused")),
        ApprovalState::Withdrawn => (Tone::Plain, key("approval-state-withdrawn")),
    }
}

fn failed(w: Words, why: Failed) -> String {
    match why {
        Failed::Changed => w.t("approval-failed-changed"),
        Failed::NoRight => w.t("approval-failed-right"),
        Failed::Gone => w.t("approval-failed-gone"),
        Failed::Impossible => w.t("approval-failed-impossible"),
    }
    .into_owned()
}
