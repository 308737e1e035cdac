//! All staff, and inviting somebody, for administrators.

use axum::Form;
use axum::response::{Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::StaffLetterError;
use registration::desk::permits::Right;
use registration::desk::permits::approvals::Act;
use registration::desk::staff::{By, Duty, Role, StaffError, StaffLine};
use registration::model::login::Email;

use super::duty::{self, Choice, Entered};
use super::frame::answer;
use crate::app::SecondFactor;
use crate::desk::message::{Message, said};
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::two;
use crate::request::visit::Visit;

/// Longest address that is typed.
const EMAIL_CHARS_MAX: u16 = 254;
const HEADS: [&str; 5] =
    [key("staff-name"), key("staff-role"), key("staff-factor"), key("staff-last"), key("staff-state")];

/// A link that is shown once.
pub(crate) struct Link<'a> {
    /// Whose it is.
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    /// Does its owner set up a second factor, too?
    pub(crate) is_asked: bool,
}

/// What was typed to invite somebody.
#[derive(Default)]
pub(crate) struct Typed {
    pub(crate) duty: Entered,
    /// Where the link is to be sent; empty where its maker hands it over.
    pub(crate) email: String,
}

impl Typed {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let email = pairs.iter().find(|(name, _)| name == "email").map_or("", |(_, value)| value.trim());
        Self { email: email.to_owned(), duty: Entered::of(pairs) }
    }
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) lines: &'a [StaffLine],
    pub(crate) typed: &'a Typed,
    /// Are letters sent to staff here?
    pub(crate) mails: bool,
    pub(crate) choice: &'a Choice,
    pub(crate) link: Option<Link<'a>>,
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, &Typed::default(), None, None).await
}

/// Invites somebody; the link goes by mail where an address was typed, else, and where no letter went, it is shown once.
pub(crate) async fn invite(visit: Visit, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    visit.demand(Right::ManageStaff)?;
    visit.demand_fresh()?;
    let typed = Typed::of(pairs);
    let name = typed.duty.name.as_str();
    let unusable = |word: &'static str| Some(Message::new(Tone::Bad, visit.words.t(word)));
    let Some(duty) = typed.duty.duty() else {
        let message = unusable(key("duty-unusable"));
        return draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, &typed, None, message).await;
    };
    let to = (!typed.email.is_empty()).then(|| typed.email.parse::<Email>()).transpose();
    let Ok(to) = to else {
        let message = unusable(key("staff-bad-email"));
        return draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, &typed, None, message).await;
    };
    // Whoever can make others members of staff is made one by two.
    if duty.role == Role::Administrator && two::needs_two(&visit) {
        return two::ask(&visit, &Act::Invite { name: name.to_owned(), duty }).await;
    }
    match visit.app.outside.registration.staff.invite(By::Administrator(&visit.staff), name, duty).await {
        Ok(link) => {
            let url = format!("{}{}", visit.site, link.path());
            let (message, is_sent) = match &to {
                Some(to) => mailed(&visit, to, (name, url.as_str())).await,
                None => (None, false),
            };
            let link = (!is_sent).then(|| Link { name, url: &url, is_asked: is_asked(&visit) });
            draw(&visit, StatusCode::OK, &Typed::default(), link, message).await
        }
        Err(error) => {
            let (status, message) = refusal(visit.words, error)?;
            draw(&visit, status, &typed, None, Some(message)).await
        }
    }
}

/// Sends somebody's link there. What is said of it, and whether it went.
async fn mailed(visit: &Visit, to: &Email, (name, url): (&str, &str)) -> (Option<Message>, bool) {
    let w = visit.words;
    match visit.app.outside.registration.staff_letters().invite(to, name, url).await {
        Ok(()) => {
            let values = [("to", to.masked().into()), ("name", name.to_owned().into())];
            (Some(Message::new(Tone::Good, w.with("staff-mailed", &values))), true)
        }
        Err(StaffLetterError::Address) => (Some(Message::new(Tone::Care, w.t("staff-not-mailed-address"))), false),
        Err(StaffLetterError::NotTaken) => (Some(Message::new(Tone::Care, w.t("staff-not-mailed"))), false),
    }
}

/// A reload of what is shown once.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/staff")
}

/// Why an account was not changed, as it is said.
pub(crate) fn refusal(w: Words, error: StaffError) -> Result<(StatusCode, Message), Failure> {
    let bad = |status, word: &'static str| Ok((status, Message::new(Tone::Bad, w.t(word))));
    match error {
        StaffError::Name => bad(StatusCode::UNPROCESSABLE_ENTITY, key("staff-bad-name")),
        StaffError::NameTaken => bad(StatusCode::CONFLICT, key("staff-name-taken")),
        StaffError::Oneself => bad(StatusCode::CONFLICT, key("staff-oneself")),
        StaffError::NoSuch(_) => bad(StatusCode::UNPROCESSABLE_ENTITY, key("duty-unusable")),
        StaffError::LastAdministrator => bad(StatusCode::CONFLICT, key("staff-last-administrator")),
        StaffError::Subject => Err(Failure::Bad),
        StaffError::Changed => bad(StatusCode::CONFLICT, key("staff-changed")),
        StaffError::Disabled => bad(StatusCode::CONFLICT, key("staff-is-disabled")),
        StaffError::Busy => bad(StatusCode::SERVICE_UNAVAILABLE, key("sign-in-busy")),
        StaffError::Unknown => Err(Failure::NotFound),
        StaffError::Forbidden(_) => Err(Failure::Forbidden),
        StaffError::Password(_) => Err(Failure::Bad),
        StaffError::Store(error) => Err(error.into()),
    }
}

/// Does everybody show a second factor here?
pub(crate) fn is_asked(visit: &Visit) -> bool {
    visit.app.outside.second_factor == SecondFactor::Required
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    typed: &Typed,
    link: Option<Link<'_>>,
    message: Option<Message>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageStaff)?;
    let staff = &visit.app.outside.registration.staff;
    let lines = match staff.lines(By::Administrator(&visit.staff), is_asked(visit)).await {
        Ok(lines) => lines,
        Err(StaffError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(Failure::Forbidden),
    };
    let choice = Choice::of(visit).await?;
    let (mails, message) = (visit.app.outside.registration.staff_letters().are_sent(), message.as_ref());
    let view = View { lines: &lines, typed, mails, choice: &choice, link, message, now: visit.now };
    answer(visit, status, visit.words.t("staff").into_owned(), &body(visit.words, &view)).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = view.lines.iter().map(|line| row(w, line, view)).collect();
    html! {
        main class="finance" {
            h1 { (w.t("staff")) }
            p class="hint" { (w.t("staff-lead")) }
            (said(view.message))
            @if let Some(link) = &view.link { (shown_once(w, link)) }
            (table(w, &w.t("staff"), &HEADS, &rows))
            section {
                h2 { (w.t("staff-invite-title")) }
                form class="fields" method="post" action="/staff/invite" {
                    div class="wide" {
                        label for="name" { (w.t("staff-invite-name")) }
                        input id="name" name="name" value=(view.typed.duty.name) required autocomplete="off"
                            autocapitalize="none" spellcheck="false" maxlength="32";
                    }
                    (duty::fields(w, &view.typed.duty, view.choice))
                    @if view.mails { (mailbox(w, &view.typed.email)) }
                    button class="button" type="submit" { (w.t("staff-invite-submit")) }
                }
            }
        }
    }
}

/// Where the link is to be sent, if it is.
fn mailbox(w: Words, typed: &str) -> Markup {
    html! {
        div class="wide" {
            label for="email" { (w.t("staff-invite-email")) }
            input id="email" name="email" type="email" value=(typed) autocomplete="off" spellcheck="false"
                maxlength=(EMAIL_CHARS_MAX) aria-describedby="email-hint";
            p class="hint" id="email-hint" { (w.t("staff-invite-email-hint")) }
        }
    }
}

fn row(w: Words, line: &StaffLine, view: &View<'_>) -> Vec<Markup> {
    let now = view.now;
    let name = &line.member.name;
    vec![
        html! { a href={ "/staff/" (name) } { (name) } },
        html! { (view.choice.said(w, &Duty::of(&line.member))) },
        html! {
            @if line.factors.is_set_up() { (tag(Tone::Good, &w.t("staff-factor-on"))) } @else { (w.t("staff-factor-none")) }
        },
        html! {
            @match line.last_at { Some(at) => (when::near(w.language, at, now)), None => (w.t("staff-never")) }
        },
        state(w, line),
    ]
}

/// Whether somebody may sign in.
pub(crate) fn state(w: Words, line: &StaffLine) -> Markup {
    html! {
        @if line.member.disabled_at.is_some() { (tag(Tone::Care, &w.t("staff-disabled"))) }
        @else if line.has_joined { (tag(Tone::Good, &w.t("staff-enabled"))) }
        @else if line.link_until.is_some() { (tag(Tone::Plain, &w.t("staff-invited"))) }
        @else { (tag(Tone::Care, &w.t("staff-never-joined"))) }
    }
}

/// A link that its maker passes on now or never.
pub(crate) fn shown_once(w: Words, link: &Link<'_>) -> Markup {
    let more = if link.is_asked { w.t("staff-link-more").into_owned() } else { String::new() };
    let how = w.with("staff-link-how", &[("name", link.name.to_owned().into()), ("more", more.into())]);
    let body = html! {
        p { (how) }
        div class="field" {
            label for="link" { (w.t("staff-link-label")) }
            div class="input" { input id="link" class="link" value=(link.url) readonly; }
        }
        p { button class="button second" type="button" hidden data-copy="link" data-done=(w.t("api-key-copied")) { (w.t("api-key-copy")) } }
    };
    html! { div role="status" { (callout(Tone::Good, &w.t("staff-link-title"), &body)) } }
}
