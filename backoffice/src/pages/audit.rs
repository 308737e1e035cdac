//! The audit, searched: who did what, to what, and when. Looking here is written down, too.

pub(crate) mod words;

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::audit::search::{FoundEntry, PAGE};
use registration::desk::audit::sought::Sought;
use registration::desk::permits::Right;
use serde::Deserialize;

use crate::desk::frame::page;
use crate::desk::record::who;
use crate::finance::parts::{moment, number, query, select, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;
use crate::staff::duty::Choice;

/// Longest login name or subject that is looked for.
const SOUGHT_CHARS_MAX: u16 = 100;
const HEADS: [&str; 6] = [
    key("audit-time"),
    key("audit-by"),
    key("audit-action"),
    key("audit-subject"),
    key("audit-detail"),
    key("audit-link"),
];

/// What was asked for, as it stands in the address. What cannot be read is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) who: String,
    #[serde(default)]
    pub(crate) action: String,
    #[serde(default)]
    pub(crate) subject: String,
    #[serde(default)]
    pub(crate) from: String,
    #[serde(default)]
    pub(crate) until: String,
    /// Where the list goes on: lines before this number.
    #[serde(default)]
    pub(crate) before: String,
}

impl Asked {
    fn sought(&self) -> Sought {
        let text = |text: &str| {
            let text: String = text.trim().chars().take(SOUGHT_CHARS_MAX.into()).collect();
            (!text.is_empty()).then_some(text)
        };
        let day = |text: &str| text.parse::<Date>().ok();
        Sought {
            staff: text(&self.who).map(|name| name.to_ascii_lowercase()),
            action: text(&self.action),
            subject: text(&self.subject),
            from: day(&self.from).and_then(when::begin_of),
            until: day(&self.until).and_then(|day| day.checked_add(1.day()).ok()).and_then(when::begin_of),
            before: self.before.parse().ok(),
        }
    }

    fn query(&self, before: i64) -> String {
        query(&[
            ("who", &self.who),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("until", &self.until),
            ("before", &before.to_string()),
        ])
    }
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.demand(Right::ReadAudit)?;
    let registration = &visit.app.outside.registration;
    let found = registration.audit.search(&visit.staff, &asked.sought()).await?;
    let counts = registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(visit.words.t("audit-title"), &counts, &[]);
    frame.waiting = None;
    let choice = Choice::of(&visit).await?;
    Ok(page(&frame, &body(visit.words, &asked, &found, &choice, visit.now)).into_response())
}

pub(crate) fn body(w: Words, asked: &Asked, found: &[FoundEntry], choice: &Choice, now: Timestamp) -> Markup {
    let shown = &found[..found.len().min(PAGE)];
    let next = shown.last().filter(|_| found.len() > PAGE);
    html! {
        main class="finance" {
            h1 { (w.t("audit-title")) }
            p class="hint" { (w.t("audit-lead")) }
            (search(w, asked))
            @if shown.is_empty() { p class="nothing" { (w.t("audit-none")) } }
            @else {
                @let rows: Vec<Vec<Markup>> = shown.iter().map(|found| row(w, found, choice, now)).collect();
                (table(w, &w.t("audit-title"), &HEADS, &rows))
            }
            @if let Some(last) = next {
                p { a class="button second" href={ "/audit?" (asked.query(last.id)) } { (w.t("audit-older")) } }
            }
        }
    }
}

fn search(w: Words, asked: &Asked) -> Markup {
    let actions = words::ACTIONS.iter().map(|(word, name)| ((*word).to_owned(), w.t(name).into_owned()));
    let day = |name: &str, label: &'static str, value: &str| {
        html! { div { label for=(name) { (w.t(label)) } input id=(name) name=(name) type="date" value=(value); } }
    };
    html! {
        form class="search" method="get" action="/audit" {
            div {
                label for="who" { (w.t("audit-who")) }
                input id="who" name="who" value=(asked.who) maxlength="32" autocomplete="off" autocapitalize="off"
                    spellcheck="false";
            }
            (select("action", &w.t("audit-action"), Some(&w.t("audit-any")), &asked.action, actions))
            (day("from", key("audit-from"), &asked.from))
            (day("until", key("audit-until"), &asked.until))
            div class="wide" {
                label for="subject" { (w.t("audit-subject")) }
                input id="subject" name="subject" type="search" value=(asked.subject) maxlength=(SOUGHT_CHARS_MAX)
                    autocomplete="off" spellcheck="false" placeholder=(w.t("audit-subject-hint"));
            }
            button class="button" type="submit" { (w.t("audit-find")) }
        }
    }
}

fn row(w: Words, found: &FoundEntry, choice: &Choice, now: Timestamp) -> Vec<Markup> {
    let FoundEntry { seq, subject, entry, .. } = found;
    vec![
        html! { time class="fen" datetime=(when::machine(entry.at)) title=(moment(w, entry.at)) { (when::near(w.language, entry.at, now)) } },
        html! { span class="fen" { (who(w, entry)) } },
        html! { (words::action(w, &entry.action)) },
        html! { (number(subject)) },
        html! { @if let Some(detail) = choice.detail(w, entry) { (detail) } },
        html! { @match seq { Some(seq) => span class="fen" { (seq) }, None => span class="hint" { (w.t("audit-unlinked")) } } },
    ]
}
