//! In WeChat: how to open this page in a browser. Nothing else works there.

use axum::extract::Request;
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::words::Words;

use crate::app::App;
use crate::catalogue::words;
use crate::request::cookies::display::display;
use crate::view::icons::{Icon, icon};
use crate::view::layout::{Frame, heading};

pub(crate) fn page(app: &App, request: &Request) -> Markup {
    let words = words(Language::of(request.headers()));
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let base = app.base_url(request.headers());
    let frame = Frame::bare(app, words, display(request.headers()), words.t("wechat-title").into_owned(), path);
    crate::view::layout::page(&frame, &body(words, &format!("{base}{path}")))
}

pub(crate) fn body(w: Words, url: &str) -> Markup {
    html! {
        div class="column narrow wechat" {
            svg class="arrow" viewBox="0 0 96 96" width="96" height="96" aria-hidden="true" {
                path d="M8 88C14 52 38 26 80 14M58 8l24 5-8 23" {}
            }
            (heading(None, &w.t("wechat-title")))
            p class="lead" { (w.t("wechat-text")) }
            ol class="how" {
                li {
                    (w.t("wechat-step-1")) " "
                    span class="dots" role="img" aria-label=(w.t("wechat-step-1-dots")) { "···" }
                }
                li { (w.t("wechat-step-2")) }
            }
            p { label for="url" { (w.t("wechat-or")) } }
            div class="input" {
                input id="url" type="text" readonly value=(url);
            }
            button class="button" type="button" hidden data-copy="url"
                data-done=(w.t("wechat-copied")) data-failed=(w.t("wechat-copy-hand")) {
                (icon(Icon::Copy)) span role="status" { (w.t("wechat-copy")) }
            }
            p class="beside" { a href="/poster" { (w.t("wechat-poster")) } }
        }
    }
}
