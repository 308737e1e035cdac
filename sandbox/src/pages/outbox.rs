//! `/`: what would have been sent, newest first. Loads itself again.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::layout;
use crate::desk::Desk;
use crate::outbox::{Kind, Message};

pub(crate) async fn show(State(desk): State<Arc<Desk>>) -> Html<String> {
    let messages = desk.outbox.all();
    let page = layout(
        "短信与邮件",
        Some("4"),
        &html! {
            h1 { "短信与邮件 Messages" }
            @if messages.is_empty() {
                p class="hint" { "还没有。获取验证码或找回密码后，内容会出现在这里。"
                    span lang="en" { " None yet: codes and letters of the demo arrive here." } }
            }
            ol class="messages" { @for message in &messages { (one(message)) } }
        },
    );
    Html(page.into_string())
}

fn one(message: &Message) -> Markup {
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let at = message.at.to_zoned(zone).strftime("%H:%M:%S").to_string();
    let kind = match message.kind {
        Kind::Sms => "短信",
        Kind::Mail => "邮件",
    };
    html! {
        li {
            p class="hint" { time { (at) } " · " (kind) " · " (message.vendor) " → " (message.to) }
            @if let Some(subject) = &message.subject { h2 { (subject) } }
            @match message.values.first() {
                Some(code) => { p class="code" { (code) } p { (message.text) } }
                None => (linked(&message.text)),
            }
        }
    }
}

/// The text with its addresses as links, line by line.
fn linked(text: &str) -> Markup {
    let is_address = |word: &str| word.starts_with("http://") || word.starts_with("https://");
    html! {
        p class="letter" {
            @for line in text.lines() {
                @for (index, word) in line.split(' ').enumerate() {
                    @if index > 0 { " " }
                    @if is_address(word) { a href=(word) { (word) } } @else { (word) }
                }
                br;
            }
        }
    }
}
