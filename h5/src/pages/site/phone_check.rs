//! A check of the phone before the rush: browser, cookies, scripts, clock, an upload, the camera. Each line says what was found
//! and what to do. Without a script it says what a browser tells by itself.

use axum::body::Bytes;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use serde::Deserialize;

use crate::request::kind::{Age, Program, age, is_apple, program};
use crate::request::visit::Visit;
use crate::view::callout::Tone;
use crate::view::icons::icon;
use crate::view::layout::{heading, page};

/// What is sent as a trial, in bytes: a screenshot, shrunk as the pages shrink them.
pub(crate) const UPLOAD_BYTES: usize = 100 * 1024;
/// Most bytes that are taken.
pub(crate) const UPLOAD_BYTES_MAX: usize = UPLOAD_BYTES + 1024;
/// Set on the way here, and looked for once one is here: its name without TLS, and with.
const COOKIES: [&str; 2] = ["phone-check", "__Secure-phone-check"];

#[derive(Default, Deserialize)]
pub(crate) struct Round {
    #[serde(default)]
    round: String,
}

/// What the site can tell of the browser without a script.
pub(crate) struct Found {
    pub(crate) program: Option<Program>,
    pub(crate) age: Age,
    pub(crate) is_apple: bool,
    pub(crate) has_cookies: bool,
    /// The site's time, to be held against the phone's.
    pub(crate) time: String,
}

/// Sends whoever comes round once, with a cookie: who comes without it keeps none.
pub(crate) async fn show(visit: Visit, Query(round): Query<Round>, headers: HeaderMap) -> Response {
    let jar = CookieJar::from_headers(&headers);
    let is_secure = visit.app.is_secure();
    let cookie = COOKIES[usize::from(is_secure)];
    let has_cookies = jar.get(cookie).is_some();
    if round.round.is_empty() && !has_cookies {
        let cookie = Cookie::build((cookie, "on"))
            .path("/check-phone")
            .max_age(time::Duration::hours(1))
            .same_site(SameSite::Lax)
            .http_only(true)
            .secure(is_secure)
            .build();
        return (CookieJar::new().add(cookie), Redirect::to("/check-phone?round=1")).into_response();
    }
    let found = Found {
        program: program(&headers),
        age: age(&headers),
        is_apple: is_apple(&headers),
        has_cookies,
        time: when::clock(visit.now),
    };
    let mut frame = visit.frame(visit.words.t("check-phone-title"));
    frame.script = Some("check.js");
    let camera = [(HeaderName::from_static("permissions-policy"), HeaderValue::from_static("camera=(self)"))];
    (camera, page(&frame, &body(visit.words, &found))).into_response()
}

/// `{"bytes":N}`: as much has arrived. It is kept nowhere.
pub(crate) async fn upload(body: Bytes) -> Response {
    ([(CONTENT_TYPE, "application/json")], format!("{{\"bytes\":{}}}", body.len())).into_response()
}

/// A reload of what a script sends.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/check-phone")
}

/// What is said of a line, in one of the states that it can be in.
struct Said {
    state: &'static str,
    tone: Tone,
    text: String,
}

fn said(w: Words, state: &'static str, tone: Tone, key: &'static str) -> Said {
    Said { state, tone, text: w.t(key).into_owned() }
}

/// With a number in the middle that a script fills in.
fn measured(text: &str) -> Markup {
    match text.split_once("…") {
        Some((before, after)) => html! { (before) b data-value {} (after) },
        None => html! { (text) },
    }
}

pub(crate) fn body(w: Words, found: &Found) -> Markup {
    html! {
        div class="column" {
            (heading(None, &w.t("check-phone-title")))
            p class="lead" { (w.t("check-phone-lead")) }
            ul class="checks" {
                (line(w, "browser", key("check-browser"), &[browser(w, found)], None))
                (line(w, "cookies", key("check-cookies"), &[cookies(w, found)], None))
                (line(w, "script", key("check-script"), &[
                    said(w, "off", Tone::Care, key("check-script-off")),
                    said(w, "on", Tone::Good, key("check-script-on")),
                ], None))
                (line(w, "clock", key("check-clock"), &[
                    Said { state: "unknown", tone: Tone::Plain, text: w.with("check-clock-compare", &[("time", found.time.as_str().into())]).into_owned() },
                    said(w, "good", Tone::Good, key("check-clock-good")),
                    said(w, "fast", Tone::Care, key("check-clock-fast")),
                    said(w, "slow", Tone::Care, key("check-clock-slow")),
                ], None))
                (line(w, "upload", key("check-upload"), &[
                    said(w, "unknown", Tone::Plain, key("check-upload-unknown")),
                    said(w, "going", Tone::Plain, key("check-upload-going")),
                    said(w, "good", Tone::Good, key("check-upload-good")),
                    said(w, "slow", Tone::Care, key("check-upload-slow")),
                    said(w, "lost", Tone::Bad, key("check-upload-lost")),
                ], Some(key("check-upload-do"))))
                (line(w, "camera", key("check-camera"), &[
                    said(w, "unknown", Tone::Plain, key("check-camera-unknown")),
                    said(w, "good", Tone::Good, key("check-camera-good")),
                    said(w, "denied", Tone::Care, if found.is_apple { key("check-camera-denied-apple") } else { key("check-camera-denied") }),
                    said(w, "none", Tone::Care, key("check-camera-none")),
                ], Some(key("check-camera-do"))))
            }
            p class="hint" { (w.t("check-privacy")) }
            p { a class="link" href="/help?from=/check-phone" { (w.t("help-title")) } }
        }
    }
}

/// What it is, what was found first, and what else a script may find.
fn line(w: Words, name: &str, title: &'static str, states: &[Said], button: Option<&'static str>) -> Markup {
    html! {
        li class="check" data-check=(name) data-tone=(states.first().map_or("plain", |first| first.tone.name())) {
            span class="check-sign" {
                @for tone in [Tone::Plain, Tone::Good, Tone::Care, Tone::Bad] { span data-sign=(tone.name()) { (icon(tone.icon())) } }
            }
            div {
                h2 { (w.t(title)) }
                div role="status" {
                    @for (index, one) in states.iter().enumerate() {
                        p data-state=(one.state) data-tone=(one.tone.name()) hidden[index > 0] { (measured(&one.text)) }
                    }
                }
                @if let Some(word) = button {
                    button class="button second" type="button" data-try=(name) hidden { (w.t(word)) }
                }
            }
        }
    }
}

fn browser(w: Words, found: &Found) -> Said {
    let name = found.program.map(|program| match program {
        Program::Alipay => w.t("check-in-alipay"),
        Program::DingTalk => w.t("check-in-dingtalk"),
        Program::Qq => w.t("check-in-qq"),
        Program::Weibo => w.t("check-in-weibo"),
        Program::Feishu => w.t("check-in-feishu"),
        Program::Douyin => w.t("check-in-douyin"),
        Program::Baidu => w.t("check-in-baidu"),
        Program::Xiaohongshu => w.t("check-in-xiaohongshu"),
        Program::Kuaishou => w.t("check-in-kuaishou"),
        Program::Toutiao => w.t("check-in-toutiao"),
        Program::Taobao => w.t("check-in-taobao"),
    });
    match (found.age, name) {
        (Age::TooOld, _) => said(w, "old", Tone::Bad, key("check-browser-too-old")),
        (_, Some(name)) => {
            let text = w.with("check-browser-inside", &[("program", name.into_owned().into())]).into_owned();
            Said { state: "inside", tone: Tone::Care, text }
        }
        (Age::Old, None) => said(w, "old", Tone::Good, key("check-browser-old")),
        (Age::Fine, None) => said(w, "good", Tone::Good, key("check-browser-good")),
    }
}

fn cookies(w: Words, found: &Found) -> Said {
    match found.has_cookies {
        true => said(w, "good", Tone::Good, key("check-cookies-on")),
        false => said(w, "off", Tone::Bad, key("check-cookies-off")),
    }
}
