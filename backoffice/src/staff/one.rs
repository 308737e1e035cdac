//! One member of staff, for administrators: how they sign in, what was done to the account, and what can be done.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::audit::AuditEntry;
use registration::desk::permits::Right;
use registration::desk::permits::approvals::Act;
use registration::desk::staff::{By, Duty, SessionNumber, StaffError, StaffLine, StaffSession};
use serde::Deserialize;

use super::duty::{self, Choice, Entered};
use super::frame::answer;
use super::list::{Link, is_asked, refusal, shown_once, state};
use super::sessions::{Listed, listed};
use crate::desk::message::{Message, said};
use crate::desk::record::record;
use crate::finance::parts::fact;
use crate::pages::audit::words::did;
use crate::request::failure::Failure;
use crate::request::two;
use crate::request::visit::Visit;

/// What was done last, as it stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// Which sign-in is meant; all of them without one.
#[derive(Default, Deserialize)]
pub(crate) struct Meant {
    number: Option<i64>,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) choice: &'a Choice,
    /// Does a second person agree before a duty changes?
    pub(crate) needs_two: bool,
    pub(crate) line: &'a StaffLine,
    pub(crate) sessions: &'a [StaffSession],
    pub(crate) history: &'a [AuditEntry],
    pub(crate) link: Option<Link<'a>>,
    pub(crate) message: Option<&'a Message>,
    /// Is it whoever looks? Then nothing takes access away here.
    pub(crate) is_oneself: bool,
    /// Is everybody asked for a second factor?
    pub(crate) is_asked: bool,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let word = match done.done.as_str() {
        "disable" => Some(key("staff-did-disable")),
        "enable" => Some(key("staff-did-enable")),
        "reset-factor" => Some(key("staff-did-factor")),
        "end" => Some(key("staff-did-end")),
        "unlink" => Some(key("staff-did-unlink-provider")),
        _ => None,
    };
    let word = word.or((done.done == "duty").then_some(key("staff-did-duty")));
    let message = word.map(|word| Message::new(Tone::Good, visit.words.t(word)));
    draw(&visit, &name, StatusCode::OK, None, message).await
}

/// Does something to the account.
pub(crate) async fn act(
    visit: Visit,
    Path((name, act)): Path<(String, String)>,
    Form(meant): Form<Meant>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageStaff)?;
    let (staff, by) = (&visit.app.outside.registration.staff, By::Administrator(&visit.staff));
    // Taking access away needs no more than being here; whatever could give it to somebody does.
    let done = match act.as_str() {
        "disable" => staff.set_disabled_by(by, &name, true).await,
        "end" => staff.end_sessions_of(by, &name, meant.number.map(SessionNumber)).await,
        "unlink" => staff.unlink_subject(by, &name).await,
        "enable" => {
            visit.demand_fresh()?;
            staff.set_disabled_by(by, &name, false).await
        }
        "reset-factor" => {
            visit.demand_fresh()?;
            staff.reset_factor(by, &name).await
        }
        "link" => {
            visit.demand_fresh()?;
            return link(&visit, &name).await;
        }
        _ => return Err(Failure::NotFound),
    };
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/staff/{name}?done={act}")).into_response()),
        Err(error) => refused(&visit, &name, error).await,
    }
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path((name, _)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/staff/{name}"))
}

/// Makes a link by which somebody chooses another password, and shows it once.
async fn link(visit: &Visit, name: &str) -> Result<Response, Failure> {
    match visit.app.outside.registration.staff.link_for(By::Administrator(&visit.staff), name).await {
        Ok(link) => {
            let url = format!("{}{}", visit.site, link.path());
            let link = Link { name, url: &url, is_asked: false };
            draw(visit, name, StatusCode::OK, Some(link), None).await
        }
        Err(error) => refused(visit, name, error).await,
    }
}

/// The page again, because what was entered for the duty cannot be used.
async fn unusable(visit: &Visit, name: &str) -> Result<Response, Failure> {
    let message = Message::new(Tone::Bad, visit.words.t("duty-unusable"));
    draw(visit, name, StatusCode::UNPROCESSABLE_ENTITY, None, Some(message)).await
}

/// Asks that somebody be there for something else; where nobody is asked, they are.
pub(crate) async fn change_duty(
    visit: Visit,
    Path(name): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageStaff)?;
    visit.demand_fresh()?;
    let Some(after) = Entered::of(pairs).duty() else { return unusable(&visit, &name).await };
    let staff = &visit.app.outside.registration.staff;
    if !two::needs_two(&visit) {
        return match staff.set_duty(By::Administrator(&visit.staff), &name, &after).await {
            Ok(_) => Ok(Redirect::to(&format!("/staff/{name}?done=duty")).into_response()),
            Err(error) => refused(&visit, &name, error).await,
        };
    }
    let before = Duty::of(&line_of(&visit, &name).await?.member);
    if before == after {
        return Ok(Redirect::to(&format!("/staff/{name}")).into_response());
    }
    two::ask(&visit, &Act::Duty { name, before, after }).await
}

/// A reload of an answer to the form of the duty that became a GET.
pub(crate) async fn back_from_duty(Path(name): Path<String>) -> Redirect {
    Redirect::to(&format!("/staff/{name}"))
}

/// One member as they are now.
async fn line_of(visit: &Visit, name: &str) -> Result<StaffLine, Failure> {
    let staff = &visit.app.outside.registration.staff;
    match staff.whole(By::Administrator(&visit.staff), name, is_asked(visit)).await {
        Ok((line, ..)) => Ok(line),
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(StaffError::Forbidden(_)) => Err(Failure::Forbidden),
        Err(_) => Err(Failure::NotFound),
    }
}

async fn refused(visit: &Visit, name: &str, error: StaffError) -> Result<Response, Failure> {
    let (status, message) = refusal(visit.words, error)?;
    draw(visit, name, status, None, Some(message)).await
}

async fn draw(
    visit: &Visit,
    name: &str,
    status: StatusCode,
    link: Option<Link<'_>>,
    message: Option<Message>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageStaff)?;
    let staff = &visit.app.outside.registration.staff;
    let whole = staff.whole(By::Administrator(&visit.staff), name, is_asked(visit)).await;
    let (line, sessions, history) = match whole {
        Ok(whole) => whole,
        Err(StaffError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(Failure::NotFound),
    };
    let choice = Choice::of(visit).await?;
    let view = View {
        choice: &choice,
        needs_two: two::needs_two(visit),
        line: &line,
        sessions: &sessions,
        history: &history,
        link,
        message: message.as_ref(),
        is_oneself: line.member.id == visit.staff.id,
        is_asked: is_asked(visit),
        now: visit.now,
    };
    answer(visit, status, line.member.name.clone(), &body(visit.words, &view)).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let name = &view.line.member.name;
    let (label, action) = (w.t("staff-sessions"), format!("/staff/{name}/end"));
    let list = Listed {
        label: &label,
        sessions: view.sessions,
        here: None,
        action: &action,
        is_asked: view.is_asked,
        now: view.now,
    };
    html! {
        main class="finance" {
            p { a href="/staff" { (w.t("staff-back")) } }
            h1 { (name) }
            (said(view.message))
            @if let Some(link) = &view.link { (shown_once(w, link)) }
            div class="beside" {
                section { (facts(w, view)) }
                section { h2 { (w.t("staff-acts")) } (acts(w, view)) }
            }
            @if !view.is_oneself && view.line.member.disabled_at.is_none() { (change(w, view)) }
            section {
                h2 { (label) }
                @if view.sessions.is_empty() { p class="nothing" { (w.t("staff-no-sessions")) } }
                @else { (listed(w, &list)) }
            }
            (record(w, &view.choice.told(w, view.history), None, view.now, did))
        }
    }
}

fn facts(w: Words, view: &View<'_>) -> Markup {
    let (line, text) = (view.line, |text: &str| html! { (text) });
    let factor = if line.factors.is_set_up() { w.t("staff-factor-on") } else { w.t("staff-factor-none") };
    let last = line.last_at.map_or(w.t("staff-never"), |at| when::near(w.language, at, view.now).into());
    html! {
        dl class="facts" {
            (fact(&w.t("staff-role"), &text(&view.choice.said(w, &Duty::of(&line.member)))))
            (fact(&w.t("staff-state"), &state(w, line)))
            @if view.is_asked {
                (fact(&w.t("staff-factor"), &text(&factor)))
                @if line.factors.is_set_up() { (fact(&w.t("staff-codes"), &html! { (line.factors.codes_left) })) }
            }
            @if let Some(subject) = &line.subject { (fact(&w.t("provider-subject"), &text(subject))) }
            (fact(&w.t("staff-last"), &text(&last)))
        }
    }
}

/// What they are to be there for.
fn change(w: Words, view: &View<'_>) -> Markup {
    let member = &view.line.member;
    let hint = if view.needs_two { key("duty-change-two") } else { key("duty-change-hint") };
    html! {
        section {
            h2 { (w.t("duty-change")) }
            form class="fields" method="post" action={ "/staff/" (member.name) "/duty" } {
                (duty::fields(w, &Entered::showing(&Duty::of(member)), view.choice))
                button class="button second" type="submit" { (w.t("duty-change-submit")) }
            }
            p class="hint" { (w.t(hint)) }
        }
    }
}

/// What can be done, each with what comes of it.
fn acts(w: Words, view: &View<'_>) -> Markup {
    let member = &view.line.member;
    let act = |word: &str, button: &'static str, hint: &'static str, class: &str| {
        html! {
            form method="post" action={ "/staff/" (member.name) "/" (word) } {
                button class=(class) type="submit" { (w.t(button)) }
                p class="hint" { (w.t(hint)) }
            }
        }
    };
    let (second, danger) = ("button second", "button danger");
    html! {
        div class="fields" {
            @if member.disabled_at.is_some() {
                (act("enable", key("staff-act-enable"), key("staff-act-enable-hint"), second))
            } @else {
                (act("link", key("staff-act-link"), key("staff-act-link-hint"), second))
                (act("end", key("staff-act-end"), key("staff-act-end-hint"), second))
                @if view.line.subject.is_some() {
                    (act("unlink", key("staff-act-unlink"), key("staff-act-unlink-hint"), second))
                }
                @if !view.is_oneself {
                    @if view.line.factors.is_set_up() {
                        (act("reset-factor", key("staff-act-factor"), key("staff-act-factor-hint"), second))
                    }
                    (act("disable", key("staff-act-disable"), key("staff-act-disable-hint"), danger))
                }
            }
        }
    }
}
