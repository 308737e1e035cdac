//! The sandbox's own pages, for people. They look like the site's and say on top that nothing here is real.

pub(crate) mod control;
pub(crate) mod outbox;
pub(crate) mod pay;
pub(crate) mod specimens;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use maud::{DOCTYPE, Markup, html};

const OWN_CSS: &str = include_str!("../assets/sandbox.css");

/// The frame of every page. `refresh` is the content of a `meta refresh`.
pub(crate) fn layout(title: &str, refresh: Option<&str>, body: &Markup) -> Markup {
    frame(
        title,
        refresh,
        &html! {
            header {
                p class="sandbox" { strong { "沙盒 Sandbox" }
                    " 这里的一切都不是真的：短信没有发出，邮件没有寄出，人脸没有核验，也没有真的付钱。"
                    span lang="en" { "Nothing here is real: no message leaves, no letter is sent, no face is checked, no money moves." } }
            }
            nav class="tabs" {
                a href="/" { "短信与邮件 Messages" }
                a href="/pay" { "付款 Payments" }
                a href="/specimens" { "样例照片 Specimens" }
                a href="/control" { "故障 Failures" } }
            main { (body) }
        },
    )
}

/// The frame of what stands for a page of a payment channel: buyers see no tabs.
pub(crate) fn till(title: &str, refresh: Option<&str>, body: &Markup) -> Markup {
    frame(
        title,
        refresh,
        &html! {
            header {
                p class="sandbox" { strong { "沙盒 Sandbox" } " 这不是真的付款，没有钱会动。"
                    span lang="en" { "This is no real payment: no money moves." } }
            }
            main { (body) }
        },
    )
}

fn frame(title: &str, refresh: Option<&str>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                @if let Some(refresh) = refresh { meta http-equiv="refresh" content=(refresh); }
                title { (title) " · 沙盒 Sandbox" }
                link rel="stylesheet" href="/static/sandbox.css";
                link rel="icon" type="image/svg+xml" href="/static/mark.svg";
            }
            body { (body) }
        }
    }
}

/// What a payment channel says instead of its page: a title, a sentence, the same in English.
pub(crate) fn till_message(title: &str, words: &str, english: &str) -> Markup {
    till(title, None, &html! { h1 { (title) } p { (words) } p class="hint" lang="en" { (english) } })
}

/// A page with a title and a sentence.
pub(crate) fn message(title: &str, words: &str) -> Markup {
    layout(title, None, &html! { h1 { (title) } p { (words) } })
}

pub(crate) async fn stylesheet() -> Response {
    let css = [pagekit::TOKENS_CSS, pagekit::BASE_CSS, OWN_CSS].concat();
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response()
}

pub(crate) async fn mark() -> Response {
    ([(CONTENT_TYPE, "image/svg+xml")], pagekit::MARK_SVG).into_response()
}
