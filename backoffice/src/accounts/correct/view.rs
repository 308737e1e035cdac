//! Correcting an account, as markup.

use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::icons::{Icon, icon};
use pagekit::when;
use pagekit::words::Words;
use registration::desk::reason::REASON_CHARS_MAX;
use registration::model::document::DocumentKind;
use registration::model::facts::IdentityState;
use registration::model::person::NAME_FIELD_MAX;
use registration::people::accounts::Account;

use super::Entered;
use crate::accounts::field::{Field, field};
use crate::accounts::found::{Found, facts};
use crate::desk::words::kind_name;

/// Longest account number that is read, spaces included.
pub(crate) const ACCOUNT_CHARS_MAX: u16 = 80;
const NUMBER_CHARS_MAX: u16 = 60;

/// How far it is.
pub(crate) enum Correction<'a> {
    /// The page asks whose account it is.
    Ask { typed: &'a str },
    /// Which of those with this document?
    Choose { accounts: &'a [Account] },
    /// What is right?
    Mend { found: &'a Found, entered: &'a Entered },
}

/// How it went.
pub(crate) enum Outcome {
    Nothing,
    /// Sentence by sentence.
    Done(Vec<String>),
    Refused(String),
}

pub(crate) fn body(w: Words, correction: &Correction<'_>, outcome: &Outcome) -> Markup {
    html! {
        main class={ "alone" @if matches!(correction, Correction::Mend { .. }) { " mend" } } {
            h1 { (w.t("correct-title")) }
            @match outcome {
                Outcome::Nothing => p class="hint" { (w.t("correct-lead")) },
                Outcome::Done(sentences) => div role="status" { @match &sentences[..] {
                    [first, rest @ ..] => (callout(Tone::Good, first, &html! { @for sentence in rest { p { (sentence) } } })),
                    [] => {}
                } },
                Outcome::Refused(text) => p class="error" role="alert" { (icon(Icon::Cross)) span { (text) } },
            }
            @match correction {
                Correction::Ask { typed } => (ask(w, typed)),
                Correction::Choose { accounts } => (choose(w, accounts)),
                Correction::Mend { found, entered } => {
                    div class="beside" { (facts(w, found)) (effects(w, found)) }
                    (mend(w, found, entered))
                    (code(w, entered))
                }
            }
            p { a href="/" { (w.t("to-queue")) } }
        }
    }
}

fn ask(w: Words, typed: &str) -> Markup {
    let (label, hint) = (w.t("correct-account"), w.t("correct-account-hint"));
    let (value, hint, max) = (typed, Some(&*hint), ACCOUNT_CHARS_MAX);
    html! {
        form method="post" action="/accounts/find" {
            (field(&Field { name: "account", label: &label, value, hint, max, ..Field::default() }))
            button class="button" type="submit" { (w.t("correct-find")) }
        }
    }
}

fn choose(w: Words, accounts: &[Account]) -> Markup {
    html! {
        p { (w.t("correct-several")) }
        ul class="several" {
            @for account in accounts {
                li {
                    a href={ "/accounts/correct?account=" (account.number) } {
                        @if let Some(name) = &account.name { (name.expose()) }
                    }
                    span class="hint" {
                        @if let Some(login) = &account.username { (login.masked()) " " }
                        @if let Some(email) = &account.email { (email.masked()) " " }
                        @if let Some(mobile) = &account.mobile { (mobile.masked()) }
                    }
                    span class="hint number" { (account.number) }
                    span class="hint" { (w.t("correct-since")) " " (when::moment(w.language, account.created_at)) }
                }
            }
        }
        p { a href="/accounts/correct" { (w.t("correct-other")) } }
    }
}

/// What a correction brings about, to be read before anything is typed.
fn effects(w: Words, found: &Found) -> Markup {
    let is_proved = matches!(found.identity, IdentityState::Verified { .. } | IdentityState::Waiting { .. });
    html! {
        @if found.is_login || is_proved {
            ul class="effects" {
                @if found.is_login { li { (w.t("correct-warn-login")) } }
                @if is_proved { li { (w.t("correct-warn-proved")) } }
            }
        }
    }
}

fn mend(w: Words, found: &Found, entered: &Entered) -> Markup {
    let (name, number) = (w.t("correct-name"), w.t("correct-number"));
    let hint = found.account.document.is_some().then(|| w.t("correct-number-hint"));
    let name = Field { name: "name", label: &name, value: &entered.name, max: NAME_FIELD_MAX, ..Field::default() };
    let number = Field {
        name: "number",
        label: &number,
        value: &entered.number,
        hint: hint.as_deref(),
        is_optional: found.account.document.is_some(),
        max: NUMBER_CHARS_MAX,
    };
    let (why, why_hint) = (w.t("correct-reason"), w.t("correct-reason-hint"));
    let reason = Field {
        name: "reason",
        label: &why,
        value: &entered.reason,
        hint: Some(&why_hint),
        max: u16::try_from(REASON_CHARS_MAX).expect("a small constant"),
        ..Field::default()
    };
    html! {
        form method="post" action="/accounts/correct" {
            input type="hidden" name="account" value=(entered.account);
            (field(&name))
            div class="field" {
                label for="kind" { (w.t("people-kind")) }
                select id="kind" name="kind" {
                    @for kind in DocumentKind::ALL {
                        option value=(kind.as_str()) selected[entered.kind == kind.as_str()] { (kind_name(w, kind)) }
                    }
                }
            }
            (field(&number))
            (field(&reason))
            button class="button" type="submit" { (w.t("correct-submit")) }
        }
    }
}

fn code(w: Words, entered: &Entered) -> Markup {
    html! {
        form class="aside" method="post" action="/accounts/code" {
            input type="hidden" name="account" value=(entered.account);
            h2 { (w.t("correct-code-title")) }
            p class="hint" { (w.t("correct-code-lead")) }
            button class="button second" type="submit" { (w.t("correct-code-submit")) }
        }
        p { a href="/accounts/correct" { (w.t("correct-other")) } }
    }
}
