//! Keys of the API: all of them, making one, and showing one that was just made, this once.

pub(crate) mod one;
pub(crate) mod typed;
pub(crate) mod words;

use axum::Form;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::desk::staff::By;
use registration::secrets::api_keys::{ApiKeyError, MadeKey, NAME_CHARS_MAX};
use reservation::ids::ExamId;
use reservation::ledger::api_keys::{ListedKey, Scope};

use crate::desk::message::{Message, said};
use crate::finance::parts::{moment, select, table};
use crate::request::failure::Failure;
use crate::request::two;
use crate::request::visit::Visit;
use crate::staff::frame::answer;
use typed::{LIVES, Typed};
use words::{not_alone, refusal, scope, scope_hint, state};

const HEADS: [&str; 6] = [
    key("api-key-name"),
    key("api-key-scopes"),
    key("api-key-exams"),
    key("api-key-made"),
    key("api-key-used"),
    key("api-key-state"),
];

/// A key that is shown once.
pub(crate) struct Shown<'a> {
    pub(crate) name: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) expires_at: Option<Timestamp>,
    /// Until when the key goes on that it replaces.
    pub(crate) replaced_until: Option<Timestamp>,
}

impl<'a> From<&'a MadeKey> for Shown<'a> {
    fn from(made: &'a MadeKey) -> Self {
        let MadeKey { name, expires_at, replaced_until, .. } = made;
        Self { name, secret: made.secret(), expires_at: *expires_at, replaced_until: *replaced_until }
    }
}

/// What the page shows.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) keys: &'a [ListedKey],
    /// Exams with what they are called.
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) typed: &'a Typed,
    pub(crate) made: Option<&'a Shown<'a>>,
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, &Typed::default(), None, None).await
}

/// Makes a key, which is shown once.
pub(crate) async fn make(visit: Visit, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    visit.demand(Right::ManageKeys)?;
    visit.demand_fresh()?;
    let typed = Typed::of(pairs);
    if typed.scopes.has(Scope::Admin) && two::needs_two(&visit) {
        let (status, message) = not_alone(visit.words);
        return draw(&visit, status, &typed, None, Some(&message)).await;
    }
    let keys = &visit.app.outside.registration.outward.api_keys;
    match keys.make(By::Administrator(&visit.staff), &typed.wanted(visit.now)).await {
        Ok(made) => draw(&visit, StatusCode::OK, &Typed::default(), Some(&Shown::from(&made)), None).await,
        Err(error) => {
            let (status, message) = refusal(visit.words, error)?;
            draw(&visit, status, &typed, None, Some(&message)).await
        }
    }
}

/// All keys, for whoever may see them.
async fn all(visit: &Visit) -> Result<Vec<ListedKey>, Failure> {
    let keys = &visit.app.outside.registration.outward.api_keys;
    keys.list(By::Administrator(&visit.staff)).await.map_err(|error| match error {
        ApiKeyError::Store(error) => error.into(),
        _ => Failure::Forbidden,
    })
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    typed: &Typed,
    made: Option<&Shown<'_>>,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageKeys)?;
    let (mut keys, exams) = (all(visit).await?, visit.exams());
    // Those that are good come first, the newest of them at the top.
    keys.sort_by_key(|key| (!key.is_good(visit.now), std::cmp::Reverse(key.id)));
    let view = View { keys: &keys, exams: &exams, typed, made, message, now: visit.now };
    answer(visit, status, visit.words.t("api-keys").into_owned(), &body(visit.words, &view)).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = view.keys.iter().map(|one| row(w, one, view)).collect();
    html! {
        main class="finance" {
            h1 { (w.t("api-keys")) }
            p class="hint" { (w.t("api-keys-lead")) }
            (said(view.message))
            @if let Some(made) = view.made { (shown_once(w, made)) }
            @if rows.is_empty() { p class="nothing" { (w.t("api-keys-none")) } }
            @else { (table(w, &w.t("api-keys"), &HEADS, &rows)) }
            section {
                h2 { (w.t("api-key-make-title")) }
                (form(w, view))
            }
        }
    }
}

fn row(w: Words, one: &ListedKey, view: &View<'_>) -> Vec<Markup> {
    let near = |at: Option<Timestamp>| at.map(|at| when::near(w.language, at, view.now));
    vec![
        // One element: on phones what is in a cell stands side by side.
        html! { span { a href={ "/api-keys/" (one.id.0) } { (one.name) } " " (shown_end(one)) } },
        scopes(w, one),
        exams(w, one, view.exams),
        html! {
            (when::near(w.language, one.created_at, view.now))
            @if let Some(by) = &one.made_by { " · " (by) }
        },
        html! { @if let Some(at) = near(one.last_used_at) { (at) } @else { (w.t("api-key-not-used")) } },
        state(w, one, view.now),
    ]
}

/// The end of the key, by which its owner knows it.
pub(crate) fn shown_end(one: &ListedKey) -> Markup {
    html! { @if let Some(ending) = &one.ending { code class="id" { "…" (ending) } } }
}

/// What it may do, as words.
pub(crate) fn scopes(w: Words, one: &ListedKey) -> Markup {
    let names: Vec<_> = one.scopes.each().map(|one| scope(w, one)).collect();
    html! { (names.join(&w.t("api-key-and"))) }
}

/// For which exams it is.
pub(crate) fn exams(w: Words, one: &ListedKey, all: &[(ExamId, String)]) -> Markup {
    named(w, one.exams.as_deref(), all)
}

/// Some exams as they are called, or all.
pub(crate) fn named(w: Words, some: Option<&[ExamId]>, all: &[(ExamId, String)]) -> Markup {
    let called = |id: &ExamId| {
        let found = all.iter().find(|(exam, _)| exam == id);
        found.map_or_else(|| id.to_string(), |(_, title)| title.clone())
    };
    html! {
        @match some {
            Some(exams) => { @for (at, exam) in exams.iter().enumerate() { @if at > 0 { br; } (called(exam)) } }
            None => (w.t("api-key-all-exams")),
        }
    }
}

/// A key that its maker passes on now or never. A tap selects the whole of it, without a script too.
pub(crate) fn shown_once(w: Words, made: &Shown<'_>) -> Markup {
    let text = |word, at: Option<Timestamp>| at.map(|at| w.with(word, &[("time", moment(w, at).into())]).into_owned());
    let body = html! {
        p { (w.with("api-key-once-how", &[("name", made.name.to_owned().into())])) }
        p { code class="secret" id="secret" { (made.secret) } }
        p { button class="button second" type="button" hidden data-copy="secret" data-done=(w.t("api-key-copied")) { (w.t("api-key-copy")) } }
        @if let Some(said) = text(key("api-key-once-until"), made.expires_at) { p { (said) } }
        @if let Some(said) = text(key("api-key-once-old"), made.replaced_until) { p { (said) } }
    };
    html! { div role="status" { (callout(Tone::Good, &w.t("api-key-once-title"), &body)) } }
}

fn form(w: Words, view: &View<'_>) -> Markup {
    let typed = view.typed;
    let lives = LIVES.iter().map(|(days, word)| (days.to_string(), w.t(word).into_owned()));
    html! {
        form class="fields panel" method="post" action="/api-keys" {
            div {
                label for="name" { (w.t("api-key-name")) }
                input id="name" name="name" value=(typed.name) required autocomplete="off" maxlength=(NAME_CHARS_MAX)
                    aria-describedby="name-hint";
                p class="hint" id="name-hint" { (w.t("api-key-name-hint")) }
            }
            fieldset {
                legend { (w.t("api-key-scopes")) }
                @for one in Scope::ALL {
                    label class="tick" {
                        input type="checkbox" name="scope" value=(one.as_str()) checked[typed.scopes.has(one)];
                        span { (scope(w, one)) " " span class="hint" { (scope_hint(w, one)) } }
                    }
                }
            }
            fieldset {
                legend { (w.t("api-key-exams")) }
                label class="tick" {
                    input type="radio" name="of" value="all" checked[!typed.is_of_some];
                    span { (w.t("api-key-all-exams")) }
                }
                @if !view.exams.is_empty() {
                    label class="tick" {
                        input type="radio" name="of" value="some" checked[typed.is_of_some];
                        span { (w.t("api-key-some-exams")) }
                    }
                    div class="within" {
                        @for (id, title) in view.exams {
                            label class="tick" {
                                input type="checkbox" name="exam" value=(id) checked[typed.exams.contains(id)];
                                span { (title) }
                            }
                        }
                    }
                }
            }
            (select("days", &w.t("api-key-life"), None, &typed.days.to_string(), lives))
            button class="button" type="submit" { (w.t("api-key-make-submit")) }
        }
    }
}
