//! The frame of every page: head, masthead, footer, and the hold banner below all.

pub(crate) mod hold_banner;
pub(crate) mod imprint;
pub(crate) mod said;

use std::sync::Arc;

use maud::{DOCTYPE, Markup, html};
use pagekit::assets::Assets;
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::model::text::imprint::KeptImprint;
use registration::people::accounts::{Display, SessionLimits};

use super::contact::contact;
use super::icons::mark;
use crate::app::App;
use crate::paths::without_secret;
use crate::view::layout::hold_banner::{HoldBanner, hold_banner};
use crate::view::layout::imprint::{foot, notice, site_name};
use crate::view::layout::said::{SessionEnds, above, ended, soon_over};

/// What the frame needs to know.
pub(crate) struct Frame<'a> {
    /// The visitor's language.
    pub(crate) words: Words,
    /// How large the page is drawn.
    pub(crate) display: Display,
    /// The static files' addresses.
    pub(crate) assets: &'a Assets,
    /// What the page is about; the site's name is added.
    pub(crate) title: String,
    /// Where the visitor is, path and query, for the language switch.
    pub(crate) path: &'a str,
    /// What the masthead offers.
    pub(crate) visitor: Visitor,
    /// The hold that is running, if one is.
    pub(crate) hold: Option<HoldBanner>,
    /// What the site says of itself.
    pub(crate) imprint: Arc<KeptImprint>,
    /// Whom to ask.
    pub(crate) contact: Option<Markup>,
    /// Where a page that comes back into view asks whether all is as it says, and what it was told.
    pub(crate) asks: Option<(String, u64)>,
    /// After how long a sign-in ends, where the visitor's has: it is said above the page, once.
    pub(crate) ended_after: Option<SessionLimits>,
    /// When the visitor's ends if nobody uses it any more.
    pub(crate) session_ends: Option<SessionEnds>,
    /// Is this the demonstration?
    pub(crate) is_demo: bool,
    /// Where a demo shows the messages and letters that it would have sent.
    pub(crate) sandbox_url: Option<&'a str>,
    /// After how many seconds the browser loads the page again, without a script.
    pub(crate) refresh_seconds: Option<u64>,
    /// The same where scripts ask by themselves whether anything moved: only browsers without any load it again.
    pub(crate) reload_seconds: Option<u64>,
    /// How the program calls the request that failed: the helpdesk finds it in the log.
    pub(crate) request: Option<String>,
    /// A script besides the site's own, for the few pages that need one.
    pub(crate) script: Option<&'static str>,
}

impl<'a> Frame<'a> {
    /// The frame of a page that knows nothing of who looks.
    pub(crate) fn bare(app: &'a App, words: Words, display: Display, title: String, path: &'a str) -> Self {
        Self {
            words,
            display,
            assets: &app.assets,
            title,
            path,
            visitor: Visitor::Unknown,
            hold: None,
            imprint: app.outside.registration.imprints.current(),
            contact: app.outside.contact.as_deref().map(contact),
            asks: None,
            ended_after: None,
            session_ends: None,
            is_demo: app.outside.demo,
            sandbox_url: app.outside.sandbox_url.as_deref(),
            refresh_seconds: None,
            reload_seconds: None,
            request: None,
            script: None,
        }
    }
}

/// Parts that bring their script along, wherever they stand: what they have in the markup, and the script.
const BRINGS: [(&str, &str); 2] = [(" data-waits=\"", "wait.js"), (" data-number=\"", "number.js")];

/// Who looks at the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visitor {
    /// Somebody who could sign in.
    Guest,
    /// A candidate who is signed in.
    SignedIn,
    /// Unknown: the page must do without asking any store, or nothing else works here.
    Unknown,
}

/// A whole page.
pub(crate) fn page(frame: &Frame<'_>, body: &Markup) -> Markup {
    let (w, said) = (frame.words, &frame.imprint.imprint);
    let site_name = site_name(w, said);
    let display: &str = frame.display.as_ref();
    html! {
        (DOCTYPE)
        html lang=(w.language.tag()) data-display=(display) data-asks=[frame.asks.as_ref().map(|asks| &asks.0)]
            data-mark=[frame.asks.as_ref().map(|asks| asks.1)] data-hold=[frame.hold.as_ref().and_then(HoldBanner::lapsed)] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="format-detection" content="telephone=no";
                meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff";
                meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1a1c24";
                @if let Some(seconds) = frame.refresh_seconds { meta http-equiv="refresh" content=(seconds); }
                @if let Some(seconds) = frame.reload_seconds { noscript { meta http-equiv="refresh" content=(seconds); } }
                title { (frame.title) " · " (site_name) }
                meta name="description" content=(w.t("site-description"));
                meta property="og:type" content="website";
                meta property="og:site_name" content=(site_name);
                meta property="og:title" content=(frame.title);
                meta property="og:description" content=(w.t("site-description"));
                link rel="stylesheet" href=(frame.assets.href("pages.css"));
                link rel="icon" type="image/svg+xml" href=(frame.assets.href("mark.svg"));
                link rel="manifest" href="/manifest.webmanifest";
                script type="module" src=(frame.assets.href("page.js")) {}
                @for (_, script) in BRINGS.iter().filter(|(mark, _)| body.0.contains(mark)) {
                    script type="module" src=(frame.assets.href(script)) {}
                }
                @if let Some(script) = frame.script { script type="module" src=(frame.assets.href(script)) {} }
            }
            body {
                a class="skip" href="#main" { (w.t("skip")) }
                @if frame.is_demo {
                    aside class="demo" aria-label=(w.t("demo-label")) {
                        (w.t("demo"))
                        @if let Some(url) = frame.sandbox_url { " " a href=(url) target="_blank" rel="noopener" { (w.t("demo-sandbox")) } }
                    }
                }
                (notice(w, said))
                (masthead(frame, &site_name))
                p class="offline" role="status" data-offline=(offline(frame, body)) hidden {}
                @if frame.asks.is_some() {
                    p class="offline" role="status" data-changed hidden { span {} " " a href="" { (w.t("page-reload")) } }
                }
                @if frame.visitor != Visitor::Guest { (signed_out(frame)) }
                @if let Some(ends) = frame.session_ends { (soon_over(w, ends)) }
                main id="main" tabindex="-1" data-held[frame.hold.is_some()] {
                    @if frame.visitor == Visitor::SignedIn { (above(w, frame.path)) }
                    @if let (Visitor::Guest, Some(after)) = (frame.visitor, frame.ended_after) { (ended(w, after, frame.path)) }
                    (body)
                }
                footer class="foot" {
                    p class="foot-help" {
                        a href=(help(frame)) { (w.t("help-title")) }
                        @if let Some(contact) = &frame.contact { " · " (contact) }
                    }
                    p { (w.t("footer-time")) }
                    p { (w.t("footer-privacy")) }
                    (foot(w, said))
                    // Whoever holds a phone has no use for a code to scan.
                    p class="foot-poster" { a href="/poster" { (w.t("footer-poster")) } }
                }
                @if let Some(hold) = &frame.hold { (hold_banner(w, hold)) }
            }
        }
    }
}

/// Where help is, and from which page: its code says where one stands.
fn help(frame: &Frame<'_>) -> String {
    let path = frame.path.split('?').next().unwrap_or("/");
    // Neither a log nor the next page is to have what lets somebody in.
    let from = without_secret(path).unwrap_or("/");
    let request = frame.request.as_deref().map_or_else(String::new, |id| format!("&request={}", query_value(id)));
    format!("/help?from={}{request}", query_value(from))
}

/// What scripts show when the session has ended under the page, with the way to sign in and come back. It opens beside
/// the page, so that what was typed or chosen here stays.
fn signed_out(frame: &Frame<'_>) -> Markup {
    let w = frame.words;
    html! {
        p id="signed-out" class="offline" role="alert" hidden {
            (w.t("signed-out")) " "
            a href="/sign-in?ended=1" target="_blank" { (w.t("signed-out-link")) }
        }
    }
}

/// What the page loses without a network: a page of live numbers speaks of them, any other of what is sent from it; and of
/// the time of a seat alone who holds one.
fn offline(frame: &Frame<'_>, body: &Markup) -> String {
    let w = frame.words;
    let has_numbers = body.0.contains(" data-events=\"");
    let said = match (has_numbers, frame.hold.is_some()) {
        (false, false) => w.t("offline"),
        (false, true) => w.t("offline-held"),
        (true, false) => w.t("offline-numbers"),
        (true, true) => w.t("offline-numbers-held"),
    };
    said.into_owned()
}

fn masthead(frame: &Frame<'_>, site_name: &str) -> Markup {
    let w = frame.words;
    let other = w.language.other();
    let switch = format!("/language?to={}&next={}", other.name(), query_value(frame.path));
    html! {
        header class="masthead" {
            a class="home" href="/" { (mark()) span { (site_name) } }
            nav aria-label=(w.t("nav")) {
                @if !frame.imprint.imprint.is_chinese_only {
                    a href=(switch) lang=(other.tag()) hreflang=(other.tag()) { (w.t("language-switch")) }
                }
                (display_link(w, frame.display, frame.path))
                @match frame.visitor {
                    Visitor::SignedIn => a href="/me" { (w.t("nav-me")) },
                    // From an exam's page one signs in by the exam's rules, and comes back.
                    Visitor::Guest if frame.path.starts_with("/exams/") => {
                        a href={ "/sign-in?next=" (query_value(frame.path)) } { (w.t("nav-sign-in")) }
                    }
                    Visitor::Guest => a href="/sign-in" { (w.t("nav-sign-in")) },
                    Visitor::Unknown => {},
                }
            }
        }
    }
}

/// The link that draws the page the other way: 长辈版, or as it was.
pub(crate) fn display_link(w: Words, now: Display, next: &str) -> Markup {
    let (to, word) = match now {
        Display::Ordinary => (Display::Elder, w.t("display-to-elder")),
        Display::Elder => (Display::Ordinary, w.t("display-to-ordinary")),
    };
    let to: &str = to.as_ref();
    html! { a href={ "/display?to=" (to) "&next=" (query_value(next)) } rel="nofollow" { (word) } }
}

/// A title with the places where a line may break: after a year, a university, a degree. A phone breaks Chinese
/// anywhere else, and splits `学士学位` into two.
pub(crate) fn phrases(title: &str) -> Markup {
    const ENDS: [&str; 5] = ["年", "大学", "学院", "教育", "学位"];
    const GOES_ON: [&str; 8] = ["度", "级", "制", "生", "）", "，", "学院", "部"];
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in title.char_indices() {
        let (before, after) = (&title[start..at], &title[at..]);
        if ENDS.iter().any(|end| before.ends_with(end)) && !GOES_ON.iter().any(|next| after.starts_with(next)) {
            pieces.push(before);
            start = at;
        }
    }
    pieces.push(&title[start..]);
    html! { span class="keep" { @for (index, piece) in pieces.iter().enumerate() { @if index > 0 { wbr; } (piece) } } }
}

/// A page's title with what it belongs to above it.
pub(crate) fn heading(above: Option<&str>, title: &str) -> Markup {
    html! {
        hgroup {
            @if let Some(above) = above { p class="above" { (above) } }
            h1 { (phrases(title)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_breaks_between_its_parts() {
        let parts = |title| phrases(title).into_string().matches("<wbr>").count();
        assert_eq!(parts("2026年下半年学士学位外语水平考试"), 3);
        assert_eq!(parts("临江大学继续教育学院"), 1);
        assert_eq!(parts("Degree English"), 0);
    }
}
