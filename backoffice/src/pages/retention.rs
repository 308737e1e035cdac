//! How long data of candidates is kept: the rule, what it lets go and has let go, and accounts that are kept in spite of it. Another
//! rule shows first what it would let go; where two people do such things, another one agrees to it.

pub(crate) mod holds;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::desk::permits::approvals::Act;
use registration::people::retention::rule::{YEARS_MAX, YEARS_MIN};
use registration::people::retention::{COUNTED_MAX, Due, Forgotten, Held, KeptRule, RetentionError, Years};
use serde::Deserialize;

use crate::desk::message::{Message, said};
use crate::request::failure::Failure;
use crate::request::two;
use crate::request::visit::Visit;
use crate::staff::frame::answer;

/// A rule as it was entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entered {
    /// Which version was looked at.
    version: i64,
    /// An empty text says that everything is kept.
    years: String,
    /// What it would let go was seen.
    sure: bool,
}

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

/// Another rule that is not set yet, and what it would let go; nothing is counted of one that keeps everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preview {
    pub(crate) years: Option<Years>,
    pub(crate) due: Option<Due>,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) rule: &'a KeptRule,
    pub(crate) due: Option<Due>,
    pub(crate) forgotten: Forgotten,
    pub(crate) held: &'a [Held],
    pub(crate) preview: Option<Preview>,
    pub(crate) needs_two: bool,
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let word = match done.done.as_str() {
        "saved" => Some(key("retention-saved")),
        "held" => Some(key("retention-held")),
        "let-go" => Some(key("retention-let-go-done")),
        _ => None,
    };
    let message = word.map(|word| Message::new(Tone::Good, visit.words.t(word)));
    draw(&visit, StatusCode::OK, None, message.as_ref()).await
}

/// Shows what another rule would do; then sets it, or asks somebody else to agree to it.
pub(crate) async fn set(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    visit.demand(Right::SetRetention)?;
    let (w, retention) = (visit.words, visit.app.outside.registration.retention());
    let rule = retention.current();
    let bad = async |status, word: &'static str| {
        let message = Message::new(Tone::Bad, w.t(word));
        draw(&visit, status, None, Some(&message)).await
    };
    let Some(years) = entered.years() else {
        return bad(StatusCode::UNPROCESSABLE_ENTITY, key("retention-bad-years")).await;
    };
    if entered.version != rule.version {
        return bad(StatusCode::CONFLICT, key("retention-changed")).await;
    }
    if years == rule.years {
        return bad(StatusCode::OK, key("retention-same")).await;
    }
    if !entered.sure {
        let due = match years {
            Some(years) => Some(retention.due(&visit.staff, years).await.map_err(failure)?),
            None => None,
        };
        return draw(&visit, StatusCode::OK, Some(Preview { years, due }), None).await;
    }
    if two::needs_two(&visit) {
        let act = Act::Retention { version: rule.version, before: rule.years, after: years };
        return two::ask(&visit, &act).await;
    }
    visit.demand_fresh()?;
    match retention.set(&visit.staff, entered.version, years).await {
        Ok(()) => Ok(Redirect::to("/retention?done=saved").into_response()),
        Err(RetentionError::Changed) => bad(StatusCode::CONFLICT, key("retention-changed")).await,
        Err(error) => Err(failure(error)),
    }
}

impl Entered {
    /// The years; `None`: they are none that a rule may have.
    fn years(&self) -> Option<Option<Years>> {
        match self.years.trim() {
            "" => Some(None),
            text => text.parse().ok().and_then(Years::new).map(Some),
        }
    }
}

/// Where nothing of its own is said.
fn failure(error: RetentionError) -> Failure {
    match error {
        RetentionError::Forbidden(_) => Failure::Forbidden,
        RetentionError::Unknown => Failure::NotFound,
        RetentionError::Changed | RetentionError::Reason => Failure::Bad,
        RetentionError::Store(error) => error.into(),
    }
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    preview: Option<Preview>,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    visit.demand(Right::SetRetention)?;
    let retention = visit.app.outside.registration.retention();
    let rule = retention.current();
    let due = match rule.years {
        Some(years) => Some(retention.due(&visit.staff, years).await.map_err(failure)?),
        None => None,
    };
    let forgotten = retention.forgotten(&visit.staff).await.map_err(failure)?;
    let held = retention.held(&visit.staff).await.map_err(failure)?;
    let needs_two = two::needs_two(visit);
    let view = View { rule: &rule, due, forgotten, held: &held, preview, needs_two, message, now: visit.now };
    answer(visit, status, visit.words.t("retention-title").into_owned(), &body(visit.words, &view)).await
}

/// After how long it goes, in words.
pub(crate) fn years(w: Words, years: Option<Years>) -> String {
    match years {
        Some(years) => w.with("retention-years", &[("count", years.get().into())]).into_owned(),
        None => w.t("retention-kept").into_owned(),
    }
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    html! {
        main class="finance" {
            h1 { (w.t("retention-title")) }
            p class="hint" { (w.t("retention-lead")) }
            (said(view.message))
            (stands(w, view))
            @match view.preview {
                Some(preview) => (asks(w, view, preview)),
                None => (form(w, view.rule)),
            }
            (holds::section(w, view.held, view.now))
        }
    }
}

/// The rule, what it lets go, and what has gone.
fn stands(w: Words, view: &View<'_>) -> Markup {
    let rule = view.rule;
    let near = |at: Timestamp| when::near(w.language, at, view.now);
    let forgotten = [("ever", view.forgotten.ever.into()), ("lately", view.forgotten.lately.into())];
    html! {
        section {
            h2 { (w.with("retention-rule", &[("years", years(w, rule.years).into())])) }
            @if let Some(due) = view.due { p { (counted(w, key("retention-due"), due)) } }
            @if let Some(from) = rule.goes_from().filter(|from| view.now < *from) {
                p { (w.with("retention-from", &[("time", near(from).into())])) }
            }
            p { (w.with("retention-forgotten", &forgotten)) }
            @if let Some((at, name)) = &rule.changed {
                p class="hint" {
                    (w.with("retention-last", &[("time", near(*at).into()), ("name", name.as_str().into())]))
                }
            }
        }
    }
}

fn counted(w: Words, word: &'static str, due: Due) -> String {
    let shown = |count: i64| if count >= COUNTED_MAX { format!("{COUNTED_MAX}+") } else { count.to_string() };
    w.with(word, &[("now", shown(due.now).into()), ("soon", shown(due.soon).into())]).into_owned()
}

fn form(w: Words, rule: &KeptRule) -> Markup {
    html! {
        form class="fields panel" method="post" action="/retention" {
            input type="hidden" name="version" value=(rule.version);
            div {
                label for="years" { (w.t("retention-field")) }
                input id="years" name="years" type="number" inputmode="numeric" min=(YEARS_MIN) max=(YEARS_MAX) step="1"
                    value=[rule.years.map(Years::get)] autocomplete="off" aria-describedby="years-hint";
                p class="hint" id="years-hint" { (w.t("retention-field-hint")) }
            }
            button class="button" type="submit" { (w.t("retention-next")) }
        }
    }
}

/// What another rule would let go, and whether that is meant.
fn asks(w: Words, view: &View<'_>, preview: Preview) -> Markup {
    let title = w.with("retention-sure", &[("years", years(w, preview.years).into())]).into_owned();
    let said = match preview.due {
        Some(due) => counted(w, key("retention-would"), due),
        None => w.t("retention-would-keep").into_owned(),
    };
    let submit = if view.needs_two { key("retention-ask") } else { key("retention-set") };
    html! {
        (callout(Tone::Care, &title, &html! {
            p { (said) }
            @if preview.due.is_some() { p { (w.t("retention-gone-for-good")) } }
            form class="acts" method="post" action="/retention" {
                input type="hidden" name="version" value=(view.rule.version);
                input type="hidden" name="years" value=[preview.years.map(Years::get)];
                input type="hidden" name="sure" value="true";
                button class="button" type="submit" { (w.t(submit)) }
                a class="button second" href="/retention" { (w.t("retention-back")) }
            }
        }))
    }
}
