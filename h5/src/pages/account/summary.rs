//! The part of 个人中心 that is about the account: who one is, how one signs in, the account's number.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::document::{Document, DocumentKind};
use registration::model::login::{Email, Username};
use registration::people::accounts::Account;

use crate::view::callout::{Tone, tag};
use crate::view::facts::person_name;
use crate::view::icons::{Icon, icon};
use crate::words::document::kind_word;

/// Both parts. Who is verified cannot change name and document here, and is not led to a page that refuses.
pub(crate) fn summary(w: Words, account: &Account, is_verified: bool, sends_letters: bool) -> Markup {
    html! {
        (person(w, account, is_verified))
        (security(w, account, sends_letters))
        section {
            h2 { (w.t("me-number")) }
            p class="hint" { (w.t("me-number-hint")) }
            div class="number-row" {
                output id="account-number" aria-label=(w.t("me-number")) { (groups(&account.number.to_string())) }
                button type="button" class="reveal" hidden data-copy="account-number"
                    data-done=(w.t("wechat-copied")) data-failed=(w.t("me-copy-hand")) { span { (w.t("me-copy")) } }
            }
        }
        div class="leave" {
            form method="post" action="/sign-out" { button class="button second" type="submit" { (w.t("me-sign-out")) } }
            form method="post" action="/me/sign-out-everywhere" {
                button class="text-button" type="submit" { (w.t("me-sign-out-everywhere")) }
            }
        }
    }
}

/// A long number in groups of four; the gaps are drawn, not written, so that no copy has them.
fn groups(number: &str) -> Markup {
    let signs: Vec<char> = number.chars().collect();
    html! { @for group in signs.chunks(4) { span { (group.iter().collect::<String>()) } wbr; } }
}

fn person(w: Words, account: &Account, is_verified: bool) -> Markup {
    let document = account.document.as_ref();
    let label = match document.map(Document::kind) {
        Some(DocumentKind::ResidentId) => w.t("me-resident-id").into_owned(),
        Some(kind) => kind_word(w, kind),
        None => w.t("field-document").into_owned(),
    };
    html! {
        section id="person" {
            h2 { (w.t("me-account")) }
            @let name = account.name.as_ref().map(|name| person_name(name.expose()));
            @let number = document.map(|document| html! { (document.masked()) });
            @if is_verified {
                dl class="rows" {
                    div { dt { (w.t("field-name")) } dd { @if let Some(name) = name { (name) } } }
                    div { dt { (label) } dd { @if let Some(number) = number { (number) } } }
                }
                p class="hint" { (w.t("declared-verified")) }
            } @else {
                dl class="rows" {
                    (row(w, &w.t("field-name"), name, "/me/name", None))
                    (row(w, &label, number, "/me/name", None))
                }
            }
        }
    }
}

fn security(w: Words, account: &Account, sends_letters: bool) -> Markup {
    let email_state = account.email.as_ref().map(|_| match account.email_verified_at {
        Some(_) => tag(Tone::Good, &w.t("me-verified")),
        None if sends_letters => html! {
            (tag(Tone::Care, &w.t("me-unverified")))
            form method="post" action="/me/email/verify" { button class="text-button" type="submit" { (w.t("me-verify")) } }
        },
        None => html! {},
    });
    let mobile_state = account.mobile_verified_at.map(|_| tag(Tone::Good, &w.t("me-verified")));
    let email = account.email.as_ref().map(Email::masked);
    let mobile = account.mobile.as_ref().map(|mobile| mobile.masked());
    html! {
        section id="security" {
            h2 { (w.t("me-security")) }
            dl class="rows" {
                @if let Some(username) = account.username.as_ref().map(Username::expose) {
                    div { dt { (w.t("field-username")) } dd { (username) } }
                }
                (row(w, &w.t("field-password"), Some(html! { span aria-hidden="true" { "••••••" } }), "/me/password", None))
                div {
                    dt { (w.t("me-devices")) }
                    dd { (w.t("me-devices-what")) }
                    dd class="row-do" { a href="/me/devices" { (w.t("me-devices-look")) span class="unseen" { " " (w.t("me-devices")) } (icon(Icon::Chevron)) } }
                }
                (row(w, &w.t("field-email"), email.map(|email| html! { (email) }), "/me/email", email_state))
                (row(w, &w.t("field-mobile"), mobile.map(|mobile| html! { (mobile) }), "/me/mobile", mobile_state))
            }
        }
    }
}

/// A value with its state and the link that changes it.
fn row(w: Words, label: &str, value: Option<Markup>, href: &str, state: Option<Markup>) -> Markup {
    let action = if value.is_some() { w.t("me-change") } else { w.t("me-add") };
    html! {
        div {
            dt { (label) }
            dd {
                @match value { Some(value) => (value), None => span class="hint" { (w.t("me-none")) } }
                @if let Some(state) = state { (state) }
            }
            dd class="row-do" { a href=(href) { (action) span class="unseen" { " " (label) } (icon(Icon::Chevron)) } }
        }
    }
}
