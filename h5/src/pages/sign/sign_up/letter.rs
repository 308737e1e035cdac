//! A letter finishes the sign-up: where it went, another one, and another address if it was mistyped.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use pagekit::words::Words;

use crate::pages::sign::sign_up::Entered;
use crate::request::next::Next;
use crate::request::visit::Visit;
use crate::view::icons::{Icon, icon};
use crate::view::layout::page;

/// The page. What was typed goes along sealed, so that nobody types it twice.
pub(crate) fn show(visit: &Visit, next: &Next, entered: &Entered) -> Response {
    let w = visit.words;
    let typed = entered.sealed(&visit.app.outside.registration.accounts, next);
    let body = body(w, &next.query(), entered.email.trim(), typed.as_deref());
    page(&visit.frame(w.t("letter-title")), &body).into_response()
}

pub(crate) fn body(w: Words, query: &str, email: &str, typed: Option<&str>) -> Markup {
    html! {
        div class="column narrow" {
            div class="outcome" {
                span class="outcome-mark" { (icon(Icon::Clock)) }
                h1 { (w.t("letter-title")) }
                p { (w.with("sign-up-letter", &[("email", email.into())])) }
            }
            p class="hint" { (w.t("letter-more")) }
            @if let Some(typed) = typed {
                form class="actions" method="post" action={ "/sign-up?" (query) } {
                    input type="hidden" name="typed" value=(typed);
                    button class="button second" type="submit" name="then" value="send" { (w.t("letter-resend")) }
                    button class="text-button" type="submit" name="then" value="edit" { (w.t("letter-edit")) }
                }
            }
            p class="beside" { a href={ "/sign-in?" (query) } { (w.t("letter-sign-in")) } }
        }
    }
}
