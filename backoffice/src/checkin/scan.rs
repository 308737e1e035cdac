//! The page at the door: a phone that reads tickets by camera, hand scanner, number or name, with or without a network. It has
//! nothing personal in it, so that a browser may keep it; what it shows, its script fetches and seals (`assets/checkin/`).

mod words;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use maud::{DOCTYPE, Markup, html};
use pagekit::assets::Assets;
use pagekit::callout::Tone;
use pagekit::icons::{Icon, icon};
use pagekit::language::Language;
use pagekit::local_path::query_value;
use pagekit::words::{Words, key};

use crate::app::App;
use crate::checkin::address::Address;
use crate::request::catalogue;

/// The script that keeps this page for when there is no network.
const WORKER: &str = include_str!("../../assets/checkin/worker.js");

/// Whoever asks gets the page, signed in or not: it must open to say what it still has to upload.
pub(crate) async fn show(State(app): State<App>, address: Address, headers: HeaderMap) -> Response {
    let camera = [(HeaderName::from_static("permissions-policy"), HeaderValue::from_static("camera=(self)"))];
    (camera, page(catalogue::words(Language::of(&headers)), &app.assets, &address.path())).into_response()
}

/// The worker beside these pages.
pub(crate) async fn worker() -> Response {
    let kind = (CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    ([kind, (CACHE_CONTROL, HeaderValue::from_static("no-cache"))], WORKER).into_response()
}

/// The page of the sitting at the site whose pages are at `home`.
pub(crate) fn page(w: Words, assets: &Assets, home: &str) -> Markup {
    let part = |name| assets.href(name);
    html! {
        (DOCTYPE)
        html lang=(w.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                title { (w.t("scan-title")) " · " (w.t("site-name")) }
                link rel="stylesheet" href=(part("checkin.css"));
                link rel="icon" type="image/svg+xml" href=(part("mark.svg"));
                script defer src=(part("checkin.js")) {}
            }
            body data-home=(home) data-reader=(part("qr-decode.js")) data-reader-parts=(part("qr-index.js"))
                data-verifier=(part("noble-ed25519.js")) {
                (bar(w, home))
                main data-main {
                    noscript { (notice(Tone::Bad, "", html! { (w.t("scan-noscript")) })) }
                    div data-starting { p { (w.t("scan-starting")) } p class="hint" { (w.t("scan-too-old")) } }
                    (notices(w, home))
                    div data-work hidden {
                        (finder(w))
                        (entry(w))
                        (recent(w))
                    }
                    (device(w))
                }
                (sheet(w))
                (words::said(w))
            }
        }
    }
}

fn bar(w: Words, home: &str) -> Markup {
    html! {
        header class="bar" {
            a href=(home) { (w.t("scan-back")) }
            h1 { span data-where { (w.t("scan-title")) } small data-what {} }
        }
        p class="line" data-line role="status" data-tone="plain" hidden {}
    }
}

/// A boxed sentence that the script shows where it is true.
fn notice(tone: Tone, name: &str, body: Markup) -> Markup {
    html! {
        section class="callout" data-tone=(tone.name()) data-notice=(name) hidden[!name.is_empty()] {
            (icon(tone.icon()))
            div { p { (body) } }
        }
    }
}

fn notices(w: Words, home: &str) -> Markup {
    let sign_in = format!("/sign-in?next={}", query_value(&format!("{home}/scan")));
    let signed_out = |words: &'static str| html! { (w.t(words)) " " a href=(sign_in) { (w.t("scan-sign-in")) } };
    html! {
        div class="notices" role="alert" {
            (notice(Tone::Bad, "fault", html! { span data-fault {} }))
            (notice(Tone::Bad, "insecure", html! { (w.t("scan-insecure")) }))
            (notice(Tone::Care, "signed-out", signed_out(key("scan-signed-out"))))
            (notice(Tone::Care, "signed-out-start", signed_out(key("scan-signed-out-start"))))
            (notice(Tone::Bad, "not-yours", html! { (w.t("scan-not-yours")) }))
            (notice(Tone::Plain, "over", html! { (w.t("scan-over")) }))
            (notice(Tone::Care, "no-list", html! { (w.t("scan-no-list")) }))
            (notice(Tone::Bad, "loose", html! { (w.t("scan-loose")) }))
            (notice(Tone::Care, "list-loose", html! { (w.t("scan-list-loose")) }))
            (notice(Tone::Bad, "unkept", html! { span data-unkept {} }))
            (notice(Tone::Bad, "unread", html! { span data-unread {} }))
            (notice(Tone::Care, "clock", html! { span data-clock {} }))
            (notice(Tone::Care, "no-verifier", html! { (w.t("scan-no-verifier")) }))
            (notice(Tone::Good, "forgotten", html! { span data-forgotten {} }))
        }
    }
}

fn finder(w: Words) -> Markup {
    html! {
        dl class="counts" {
            div { dt { (w.t("scan-here")) } dd data-count-here { "0" } }
            div { dt data-count-where { (w.t("scan-site")) } dd data-count-site { "–" } }
        }
        section class="finder" data-finder data-state="off" aria-label=(w.t("scan-camera")) {
            div class="view" {
                video data-video autoplay muted playsinline aria-label=(w.t("scan-camera-view")) {}
            }
            p data-camera-say role="status" {}
            div class="acts" {
                button type="button" class="button" data-camera-open { (icon(Icon::Camera)) (w.t("scan-camera-open")) }
                button type="button" class="button second" data-camera-close hidden { (w.t("scan-camera-close")) }
                button type="button" class="button second" data-torch aria-pressed="false" hidden { (w.t("scan-torch")) }
            }
        }
    }
}

fn entry(w: Words) -> Markup {
    html! {
        form class="entry" data-entry novalidate {
            label for="entry" { (w.t("scan-entry")) }
            div class="input" {
                input id="entry" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="400"
                    enterkeyhint="search" aria-describedby="entry-hint entry-said";
                button type="submit" class="reveal" { (w.t("scan-entry-find")) }
            }
            p class="hint" id="entry-hint" { (w.t("scan-entry-hint")) }
            p class="error" id="entry-said" data-entry-said role="status" {}
            section data-found hidden {
                h2 { (w.t("scan-found")) }
                ul class="people" data-people {}
            }
        }
    }
}

fn recent(w: Words) -> Markup {
    html! {
        section class="recent" {
            h2 { (w.t("scan-recent")) }
            p class="hint" data-recent-none { (w.t("scan-recent-none")) }
            ol data-recent {}
        }
    }
}

fn device(w: Words) -> Markup {
    html! {
        details class="device" data-device hidden {
            summary { (w.t("scan-device")) }
            div {
                label for="room" { (w.t("scan-at")) }
                select id="room" data-room {}
                label class="tick" { input type="checkbox" data-sound checked; (w.t("scan-sound")) }
                p data-list-made {}
                p data-photos {}
                p class="hint" data-evictable hidden { (w.t("scan-evictable")) }
                button type="button" class="button second" data-list-refresh { (w.t("scan-list-refresh")) }
                p class="hint" { (w.t("scan-forget-hint")) }
                button type="button" class="button second" data-forget { (w.t("scan-forget")) }
                button type="button" class="button danger" data-forget-sure hidden { (w.t("scan-forget-sure")) }
            }
        }
    }
}

/// Who stands before the door, over everything else until somebody has decided.
fn sheet(w: Words) -> Markup {
    let fact = |name: &'static str, head: &'static str| {
        html! { div data-fact=(name) { dt { (w.t(head)) } dd {} } }
    };
    html! {
        div class="sheet" data-sheet data-tone="plain" role="dialog" aria-modal="true" aria-labelledby="verdict" hidden {
            div class="verdict" {
                span data-icon="good" { (icon(Icon::Tick)) }
                span data-icon="care" { (icon(Icon::Alert)) }
                span data-icon="bad" { (icon(Icon::Cross)) }
                div {
                    h2 id="verdict" tabindex="-1" data-verdict {}
                    p data-hint {}
                }
            }
            div class="who" {
                figure data-figure {
                    img data-photo alt="" hidden;
                    figcaption data-photo-none { (w.t("scan-photo-none")) }
                }
                p class="name" data-name {}
                dl class="facts" {
                    (fact("place", key("scan-place")))
                    (fact("number", key("scan-number")))
                    (fact("document", key("scan-document")))
                    (fact("notes", key("scan-notes")))
                }
                p class="hint" data-newer hidden { (w.t("scan-newer")) }
            }
            (doubt(w))
            div class="decide" {
                p class="error" data-sheet-said role="status" {}
                button type="button" class="button" data-admit { (w.t("scan-admit")) }
                button type="button" class="button" data-next { (w.t("scan-next")) }
                button type="button" class="button second" data-not-same { (w.t("scan-not-same")) }
                button type="button" class="plain" data-return { (w.t("scan-return")) }
            }
        }
    }
}

/// After three comparisons that failed: a picture, and in they go.
fn doubt(w: Words) -> Markup {
    html! {
        section class="doubt" data-doubt hidden {
            h3 { (w.t("scan-doubt-title")) }
            p class="hint" { (w.t("scan-doubt-hint")) }
            video data-doubt-video autoplay muted playsinline hidden aria-label=(w.t("scan-camera-view")) {}
            img data-doubt-picture alt=(w.t("scan-doubt-taken")) hidden;
            div class="acts" {
                button type="button" class="button" data-doubt-take { (icon(Icon::Camera)) (w.t("scan-doubt-take")) }
                button type="button" class="button second" data-doubt-again hidden { (w.t("scan-doubt-again")) }
                label class="button second" {
                    (w.t("scan-doubt-file"))
                    input type="file" class="unseen" accept="image/*" capture="environment" data-doubt-file;
                }
                button type="button" class="button" data-doubt-admit hidden { (w.t("scan-doubt-admit")) }
            }
        }
    }
}
